"""Every code that the programme can tell has its words, in both languages, in the manner of the house."""

import ast
import re
import string
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from records import errors
from records.messages import catalogue

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(door.parent for door in ROOT.glob("*/__init__.py"))
TELLERS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
TELLERS |= {"message"}


def _calls() -> Iterator[tuple[str, int, str, set[str] | None]]:
    """Every place that tells a message: file, line, code, names of the facts given (None where not to be seen)."""
    for room in ROOMS:
        for file in sorted(room.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                first = node.args[0]
                if name in TELLERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    facts = {word.arg for word in node.keywords}
                    seen = {fact for fact in facts if fact is not None}
                    yield str(file.relative_to(ROOT)), node.lineno, first.value, None if None in facts else seen


def _gaps(text: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


CALLS = list(_calls())


def test_there_is_something_to_look_at() -> None:
    assert len(CALLS) > 20
    assert len(catalogue()) > 20


@pytest.mark.parametrize(("file", "line", "code", "facts"), CALLS, ids=lambda v: str(v) if isinstance(v, str) else "")
def test_a_code_that_is_told_has_words_whose_gaps_are_filled(
    file: str, line: int, code: str, facts: set[str] | None
) -> None:
    assert code in catalogue(), f"{file}:{line}: {code} stands in no catalogue"
    if facts is not None:
        missing = _gaps(catalogue()[code]["vi"]) | _gaps(catalogue()[code]["en"])
        assert missing <= facts, f"{file}:{line}: {code} is not given {sorted(missing - facts)}"


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_words_are_complete_composed_and_calm(code: str) -> None:
    words = catalogue()[code]
    assert set(words) == {"vi", "en"}
    for text in words.values():
        assert text.strip() == text != ""
        assert unicodedata.is_normalized("NFC", text)
        assert "!" not in text


def test_no_words_are_kept_for_a_code_that_nobody_tells() -> None:
    files = [file for room in ROOMS for pattern in ("*.py", "*.html", "*.toml") for file in room.rglob(pattern)]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.parent.name != "catalogue")
    made_up = tuple(re.findall(r"f\"([A-Z]+_)\{", text)) or ("-",)  # f"WHY_{…}": the code is put together
    assert [code for code in catalogue() if code not in text and not code.startswith(made_up)] == []

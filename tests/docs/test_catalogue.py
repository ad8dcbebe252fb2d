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


def _calls(room: Path) -> Iterator[tuple[str, str, set[str] | None]]:
    """Every place in *room* that tells a message: where, code, names of the facts given (None: not to be seen here)."""
    for file in sorted(room.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if name in TELLERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                facts = {word.arg for word in node.keywords}
                given = None if None in facts else {fact for fact in facts if fact is not None}
                yield f"{file.relative_to(ROOT)}:{node.lineno}", first.value, given


def _gaps(text: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def _wrong(words: dict[str, str]) -> bool:
    return set(words) != {"vi", "en"} or any(
        not text or text != text.strip() or "!" in text or not unicodedata.is_normalized("NFC", text)
        for text in words.values()
    )


def test_there_is_something_to_look_at() -> None:
    assert sum(1 for room in ROOMS for _ in _calls(room)) > 100
    assert len(catalogue()) > 100


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_codes_that_a_room_tells_have_words_whose_gaps_are_filled(room: Path) -> None:
    wordless = [f"{where}: {code}" for where, code, _ in _calls(room) if code not in catalogue()]
    assert wordless == []
    for where, code, given in _calls(room):
        if given is not None:
            gaps = _gaps(catalogue()[code]["vi"]) | _gaps(catalogue()[code]["en"])
            assert gaps <= given, f"{where}: {code} is not given {sorted(gaps - given)}"


def test_words_are_complete_composed_and_calm() -> None:
    assert [code for code, words in catalogue().items() if _wrong(words)] == []


def test_no_words_are_kept_for_a_code_that_nobody_tells() -> None:
    files = [file for room in ROOMS for pattern in ("*.py", "*.html", "*.toml") for file in room.rglob(pattern)]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.parent.name != "catalogue")
    made_up = tuple(re.findall(r"f\"([A-Z_]+_)\{", text)) or ("-",)  # f"WHY_{…}": the code is put together
    assert [code for code in catalogue() if code not in text and not code.startswith(made_up)] == []

"""One catalogue of messages: plain office Vietnamese for people, English for logs and developers."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from records.codes import RegisterKind


@dataclass(frozen=True, slots=True)
class Message:
    """The words for one code, gaps filled."""

    code: str
    vi: str
    en: str


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return all messages: code -> {"vi", "en"}. One TOML file a room, in ``records/catalogue``."""
    out: dict[str, dict[str, str]] = {}
    for part in sorted(files("records").joinpath("catalogue").iterdir(), key=lambda p: p.name):
        if part.name.endswith(".toml"):
            for code, words in tomllib.loads(part.read_text(encoding="utf-8")).items():
                if code in out:
                    raise ValueError(f"message {code} stands twice in the catalogue")
                out[code] = words
    return out


def message(code: str, **facts: object) -> Message:
    """Return the words for *code* with *facts* filled in. An unknown code raises KeyError."""
    words = catalogue()[code]
    return Message(code, words["vi"].format_map(facts), words["en"].format_map(facts))


def kind_told(kind: RegisterKind) -> dict[str, str]:
    """Return a kind of register as facts for the catalogue: its name for people, and its code for developers."""
    return {"kind": message(f"KIND_{kind.name}").vi, "kind_code": kind.value}

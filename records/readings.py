"""What an engine read, how sure it is, and which engine it was."""

import datetime as dt
from dataclasses import dataclass

from records.codes import ValueKind
from records.geometry import Polygon


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """Name, version and model digest (SHA-256 of the weights) of a reader."""

    name: str
    version: str
    model: str
    calibrated: bool = False
    """Whether its confidence was calibrated to be a probability."""

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.model[:12]})"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading with its probability in [0, 1]."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one line or field. *confidence* in [0, 1]; an empty *text* is a reading too."""

    text: str
    confidence: float
    engine: EngineIdentity
    alternatives: tuple[Alternative, ...] = ()
    reason: str | None = None
    """Why nothing was read, where nothing was (a catalogue code)."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence {self.confidence} is not in [0, 1]")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a crop is expected to hold. It weighs likely texts; it forbids none."""

    kind: ValueKind = ValueKind.TEXT
    years: tuple[int, int] | None = None
    """First and last year in which the page was written."""


ANYTHING = Expected()


@dataclass(frozen=True, slots=True)
class Word:
    """A printed word found on a page: text, outline in the pixels of the image given, confidence."""

    text: str
    polygon: Polygon
    confidence: float
    line: int
    """Lines are numbered from 0 in reading order; words of a line share its number."""


@dataclass(frozen=True, slots=True)
class PageReading:
    """All words of a page in reading order."""

    words: tuple[Word, ...]
    engine: EngineIdentity

    def text(self) -> str:
        """Return the page as lines of text."""
        lines: dict[int, list[str]] = {}
        for word in self.words:
            lines.setdefault(word.line, []).append(word.text)
        return "\n".join(" ".join(words) for words in lines.values())


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says stands in a field. Overrides every machine reading, for ever."""

    by: str
    at: dt.datetime
    simulated: bool = False
    """True only for the demo's keyer, who copies the truth and is named as such."""

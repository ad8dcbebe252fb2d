"""What a note of the book changes: a value, the marriage itself, or the whole entry. The registered value stays."""

import datetime as dt
from dataclasses import dataclass

from records.codes import AmendmentKind
from records.dates import PartialDate


@dataclass(frozen=True, slots=True)
class Basis:
    """The paper a note rests on, as the note names it; what it does not name is empty."""

    paper: str = ""
    """Its kind ("Quyết định", "Bản án")."""
    number: str = ""
    agency: str = ""
    """Who issued it."""
    date: PartialDate | None = None

    def said(self) -> str:
        """Return the paper in the law's order: kind, number, day, agency."""
        parts = (
            self.paper,
            f"số {self.number}" if self.number else "",
            f"ngày {self.date.shown()}" if self.date else "",
            f"của {self.agency}" if self.agency else "",
        )
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change that a note makes known. Raises ValueError where it says nothing or what does not fit its kind."""

    kind: AmendmentKind
    noted_on: PartialDate | None
    """Day of the note, as far as it is known; None where it bears none: then it holds on every day."""
    basis: Basis = Basis()
    column: str = ""
    """Which field changes; empty but for CHANGE, as are the next three."""
    old: str = ""
    """What the note says was there."""
    text: str = ""
    """What is there now, verbatim; empty where the note takes the value away."""
    value: str = ""
    """The same normalised."""

    def __post_init__(self) -> None:
        if self.kind is AmendmentKind.CHANGE:
            if not self.column or self.text == self.old:
                raise ValueError("a change names its column and what is new")
        elif self.column or self.old or self.text or self.value:
            raise ValueError(f"a {self.kind} changes no single field")

    def holds(self, on: dt.date) -> bool:
        """Whether it holds on a day; on one that may be before or after its date, it does."""
        since = self.noted_on.iso() if self.noted_on else ""
        return since <= on.isoformat()[: len(since)]

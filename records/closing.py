"""What a book's closing page states, as the machine read it: a suggestion to the person who says what the book holds.

Nothing is ever taken from it by itself. Pure: the payload of a stage in, frozen values out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from records.codes import Presence
from records.geometry import Point, Polygon
from records.pages import Evidence, PageId, PageProblem

LEAST = 0.5
"""Probability under which a number is rather misread than read, and nothing is suggested."""


class Figure(StrEnum):
    """A figure of the closing page, by the name of its field in :class:`Stated`."""

    FIRST = "first"
    LAST = "last"
    EVENTS = "events"
    PAGES = "pages"


NAMES = {
    Figure.FIRST: "số đầu",
    Figure.LAST: "số cuối",
    Figure.EVENTS: "tổng sự kiện",
    Figure.PAGES: "tổng trang",
}
"""What figures are called in front of people."""


@dataclass(frozen=True, slots=True)
class ReadFigure:
    """One figure as it was read."""

    figure: Figure
    presence: Presence
    text: str
    """Verbatim, as read."""
    number: int | None
    confidence: float
    """Probability in [0, 1] that *number* is right."""
    evidence: Evidence | None
    """Page and outline in master pixels."""

    @property
    def suggested(self) -> int | None:
        """The number offered to a person; None where none was read, or none that is more right than wrong."""
        return self.number if self.confidence >= LEAST else None


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """A closing page of a book with what was read on it."""

    file: str
    """As people name it."""
    page: PageId
    read: bool
    """Whether its figures were looked for: pages read by older code must be handed in again."""
    figures: tuple[ReadFigure, ...] = ()

    @property
    def at_odds(self) -> PageProblem | None:
        """What the page says against itself; None where its figures agree, or too few of them were read.

        Void numbers, and those with a further letter, make such a difference as well: it is no error by itself.
        """
        read = {one.figure: one.suggested for one in self.figures}
        first, last, events = (read.get(figure) for figure in (Figure.FIRST, Figure.LAST, Figure.EVENTS))
        if first is None or last is None or events is None or last - first + 1 == events:
            return None
        facts = {"first": str(first), "last": str(last), "count": str(last - first + 1), "events": str(events)}
        return PageProblem("CLOSING_AT_ODDS", facts)

    @property
    def silent(self) -> PageProblem | None:
        """Why it suggests nothing at all; None where it does."""
        if any(one.suggested is not None for one in self.figures):
            return None
        blank = all(one.presence is Presence.BLANK for one in self.figures)
        code = "CLOSING_ILLEGIBLE" if self.figures and not blank else "CLOSING_BLANK"
        return PageProblem(code if self.read else "CLOSING_NOT_READ", {"file": self.file})


def closing_page(file: str, page: PageId, payload: Mapping[str, object]) -> ClosingPage:
    """Return the closing page that the payload of its stage ``read`` tells of."""
    raw: Any = payload.get("closing")
    if raw is None:
        return ClosingPage(file, page, read=False)
    return ClosingPage(file, page, True, tuple(_figure(page, one) for one in raw["figures"]))


def _figure(page: PageId, raw: Mapping[str, Any]) -> ReadFigure:
    outline = raw["outline"]
    evidence = Evidence(page, Polygon(tuple(Point(float(x), float(y)) for x, y in outline))) if outline else None
    number = raw["number"]
    return ReadFigure(
        Figure(raw["figure"]),
        Presence(raw["presence"]),
        str(raw["text"]),
        int(number) if number is not None else None,
        float(raw["confidence"]),
        evidence,
    )

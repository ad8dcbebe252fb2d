"""What a closing page suggests beside what a person states and what was found: pure rules on values."""

from typing import Any

import pytest

from records.books import BookReport, Found, Place, Run, Stated
from records.closing import ClosingPage, Figure, ReadFigure, closing_page
from records.codes import Presence, RegisterKind
from records.numbers import EntryNumber
from records.pages import PageId
from records.suggesting import contradictions, stated_figure, with_figure

PAGE = PageId("p-0009")


def figure(name: Figure, number: int | None, sure: float = 0.9) -> ReadFigure:
    presence = Presence.BLANK if number is None else Presence.WRITTEN
    return ReadFigure(name, presence, "" if number is None else f"{number:02d}", number, sure, None)


def report(*serials: int, pages: int = 9, blank: int = 0) -> BookReport:
    found = tuple(Found(EntryNumber(n), Place(f"{n}.png"), blank=n == blank) for n in serials)
    runs = (Run(2017, min(serials), max(serials), found, len(found)),) if serials else ()
    return BookReport(RegisterKind.BIRTH, runs, (), pages, len(serials))


def codes(one: ReadFigure, stated: Stated, told: BookReport) -> list[str]:
    problems = contradictions(one, stated, told)
    assert all(problem.message().vi and problem.message().en for problem in problems)
    return [problem.code for problem in problems]


@pytest.mark.parametrize("name", list(Figure))
def test_a_person_and_the_page_may_differ(name: Figure) -> None:
    empty = report(pages=0)
    assert codes(figure(name, 12), Stated(), empty) == []
    assert codes(figure(name, 12), with_figure(name, 12), empty) == []
    assert codes(figure(name, 12), with_figure(name, 13), empty) == [f"CLOSING_{name.name}_STATED"]
    assert stated_figure(with_figure(name, 13), name) == 13


def test_what_was_found_may_differ() -> None:
    told = report(3, 4, 5, 7)
    for name, right in ((Figure.FIRST, 3), (Figure.LAST, 7), (Figure.EVENTS, 4), (Figure.PAGES, 9), (Figure.PAGES, 4)):
        assert codes(figure(name, right), Stated(), told) == []
        assert codes(figure(name, right + 20), Stated(), told) == [f"CLOSING_{name.name}_FOUND"]
    assert codes(figure(Figure.EVENTS, 3), Stated(), report(3, 4, 5, 7, blank=4)) == []
    both = codes(figure(Figure.LAST, 8), Stated(last=9), told)
    assert both == ["CLOSING_LAST_STATED", "CLOSING_LAST_FOUND"]


def test_what_is_rather_misread_contradicts_nobody() -> None:
    one = figure(Figure.LAST, 8, 0.49)
    assert one.suggested is None
    assert codes(one, Stated(last=9), report(1, 2)) == []


def page(*figures: ReadFigure, read: bool = True) -> ClosingPage:
    return ClosingPage("d1-09.png", PAGE, read, figures)


def test_a_page_that_suggests_nothing_says_why() -> None:
    unsure = figure(Figure.LAST, 8, 0.2)
    for told, code in (
        (page(read=False), "CLOSING_NOT_READ"),
        (page(), "CLOSING_BLANK"),
        (page(figure(Figure.LAST, None), figure(Figure.EVENTS, None)), "CLOSING_BLANK"),
        (page(figure(Figure.LAST, None), unsure), "CLOSING_ILLEGIBLE"),
    ):
        assert told.silent is not None and told.silent.code == code
        assert "d1-09.png" in told.silent.message().vi
    assert page(unsure, figure(Figure.EVENTS, 3)).silent is None


def test_a_page_may_contradict_itself() -> None:
    first, last = figure(Figure.FIRST, 144), figure(Figure.LAST, 294)
    odd = page(first, last, figure(Figure.EVENTS, 61)).at_odds
    assert odd is not None and "151" in odd.message().vi
    assert page(first, figure(Figure.LAST, 204), figure(Figure.EVENTS, 61)).at_odds is None
    assert page(first, last).at_odds is None


def test_the_payload_of_a_stage_comes_back() -> None:
    raw: dict[str, Any] = {"figure": "last", "presence": "written", "text": "012", "number": 12, "confidence": 0.8}
    payload = {"entries": [], "closing": {"figures": [raw | {"outline": [[1, 2], [30, 2], [30, 9], [1, 9]]}]}}
    told = closing_page("d1-09.png", PAGE, payload)
    (one,) = told.figures
    assert told.read and (one.figure, one.suggested, one.text) == (Figure.LAST, 12, "012")
    assert one.evidence is not None and one.evidence.page == PAGE
    assert (one.evidence.polygon.box().right, one.evidence.polygon.box().bottom) == (30, 9)
    assert not closing_page("d1-09.png", PAGE, {"entries": []}).read

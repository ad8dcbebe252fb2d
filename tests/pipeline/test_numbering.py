"""The run of numbers at the scanner: a page left out is told at once, and nothing is told that is not sure."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline import numbering
from pipeline.entry_numbers import LOST
from pipeline.evaluate import read_truth
from pipeline.numbering import NumberRun
from pipeline.values import ReadValue
from records.codes import Presence
from records.errors import PageError
from records.geometry import Box
from records.ports import Image
from records.readings import Alternative, Reading
from records.verdicts import PageFault, Severity, Verdict
from samples import HELD_OUT, make_book
from tests.pipeline.stubs import ENGINE, readers, real_readers

SMALL: Image = np.full((400, 300), 240, np.uint8)


def number(text: str, confidence: float = 0.99, *others: str) -> ReadValue:
    reading = Reading(text, confidence, ENGINE, alternatives=tuple(Alternative(other, 0.01) for other in others))
    return ReadValue(Presence.WRITTEN, text, text, reading)


def told(monkeypatch: pytest.MonkeyPatch, *pages: list[ReadValue]) -> list[tuple[str, ...]]:
    """Return of each page, in turn, what is told of its numbers."""
    waiting = iter(pages)
    monkeypatch.setattr(numbering, "read_numbers", lambda image, readers: next(waiting))
    run = NumberRun(readers)
    verdicts = [run.follow(SMALL, Verdict(4, 4, (), 0.1)) for _ in pages]
    assert all(verdict.ok for verdict in verdicts)
    return [tuple(f"{f.facts['last']}>{f.facts['read']}" for f in verdict.faults) for verdict in verdicts]


def test_a_number_left_out_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, [number("11")], [number("12")], [number("14")], [number("15")]) == [(), (), ("12>14",), ()]


def test_a_page_of_several_entries_is_followed_by_the_number_after_its_last(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [number("5"), number("6"), number("?", 0.2)]
    assert told(monkeypatch, rows, [number("8"), number("9")], [number("11")]) == [(), (), ("9>11",)]


def test_what_is_not_sure_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, [number("7")], [number("3", 0.6)], [number("20")]) == [(), (), ()]
    assert told(monkeypatch, [number("7")], [number("3", 0.95, "8")], [number("9")]) == [(), (), ()]
    assert told(monkeypatch, [number("7")], [], [number("9")]) == [(), (), ()]


def test_one_wrong_figure_far_from_the_number_that_follows_is_a_misread(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, [number("104")], [number("195")], [number("106")]) == [(), (), ()]
    assert told(monkeypatch, [number("104")], [number("107")]) == [(), ("104>107",)]
    assert told(monkeypatch, [number("104")], [number("296")]) == [(), ("104>296",)]


def test_numbers_of_one_page_that_do_not_run_on_are_not_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    odd, later = [number("1"), number("101")], [number("105"), number("106")]
    assert told(monkeypatch, [number("101"), number("102")], odd, later) == [(), (), ()]


def test_after_a_page_whose_last_case_was_lost_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for after in ("122", "123"):
        assert told(monkeypatch, [number("121"), LOST], [number(after)]) == [(), ()]


def test_a_year_begins_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, [number("131/1998")], [number("1/1999")]) == [(), ()]


def test_a_number_that_comes_again_is_no_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = iter([[number("5")], [number("5")], [number("6")]])
    monkeypatch.setattr(numbering, "read_numbers", lambda image, readers: next(waiting))
    run = NumberRun(readers)
    verdicts = [run.follow(SMALL, Verdict(4, 4, (), 0.1)) for _ in range(3)]
    assert [[fault.code for fault in verdict.faults] for verdict in verdicts] == [[], ["SCAN_NUMBER_AGAIN"], []]
    assert "nhảy" not in verdicts[1].faults[0].message().vi


def test_a_page_that_cannot_be_read_keeps_its_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(image: Image, readers: object) -> list[ReadValue]:
        raise PageError("PAGE_FAILED", detail="x")

    monkeypatch.setattr(numbering, "read_numbers", failing)
    verdict = Verdict(4, 4, (), 0.1)
    assert NumberRun(readers).follow(SMALL, verdict) is verdict


def test_a_sheet_that_comes_again_is_out_of_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = iter([[number("12")], [number("11")], [number("13")], [number("14")]])
    monkeypatch.setattr(numbering, "read_numbers", lambda image, readers: next(waiting))
    run = NumberRun(readers)
    whole = Box(0, 0, 4, 4).polygon()
    twice = Verdict(4, 4, (PageFault("SCAN_TWICE", Severity.WARN, 0.9, whole, {"file": "x"}),), 0.1)
    plain = Verdict(4, 4, (), 0.1)
    verdicts = [run.follow(SMALL, verdict) for verdict in (plain, twice, plain, twice)]
    assert [[fault.code for fault in verdict.faults] for verdict in verdicts] == [
        [],
        ["SCAN_TWICE"],
        [],
        ["SCAN_TWICE"],
    ]
    assert run.last == 14  # two sheets that only look alike


def test_a_blank_page_between_two_is_not_read_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = iter([[number("12")], [number("14")]])
    monkeypatch.setattr(numbering, "read_numbers", lambda image, readers: next(waiting))
    run, whole = NumberRun(readers), Box(0, 0, 4, 4).polygon()
    blank = Verdict(4, 4, (PageFault("SCAN_BLANK", Severity.WARN, 3, whole),), 0.1)
    verdicts = [run.follow(SMALL, verdict) for verdict in (Verdict(4, 4, (), 0.1), blank, Verdict(4, 4, (), 0.1))]
    assert verdicts[1] is blank
    assert [fault.code for fault in verdicts[2].faults] == ["SCAN_NUMBER_JUMP"]


def test_a_pale_page_is_no_blank_one(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = iter([[number("12")], [number("13")], [number("14")]])
    monkeypatch.setattr(numbering, "read_numbers", lambda image, readers: next(waiting))
    run, whole = NumberRun(readers), Box(0, 0, 4, 4).polygon()
    pale = np.full((2339, 1654), 235, np.uint8)
    cv2.putText(pale, "Nguyen Thi Minh", (200, 900), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 205, 3)
    blank = Verdict(4, 4, (PageFault("SCAN_BLANK", Severity.WARN, 3, whole),), 0.1)
    verdicts = [
        run.follow(image, v)
        for image, v in ((SMALL, Verdict(4, 4, (), 0.1)), (pale, blank), (SMALL, Verdict(4, 4, (), 0.1)))
    ]
    assert [len(verdict.faults) for verdict in verdicts] == [0, 1, 0]


def test_a_year_that_turns_on_a_page_and_numbers_that_do_not_run_on_leave_it_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert told(monkeypatch, [number("130")], [number("131"), number("1")], [number("2"), number("3")]) == [(), (), ()]
    assert told(monkeypatch, [number("20")], [number("1")], [number("3")]) == [(), (), ("1>3",)]


@pytest.mark.slow
def test_a_page_left_out_of_a_real_stack_is_told(tmp_path: Path) -> None:
    make_book(tmp_path, cases=4, seed=41, difficulty="easy", formats=("jpeg",), hands=HELD_OUT[1:])
    files = [tmp_path / row["file"] for row in read_truth(tmp_path) if row["role"] == "entry"]
    pages = [np.asarray(cv2.imread(str(file)), np.uint8) for file in files]
    run = NumberRun(real_readers)
    verdicts = [run.follow(pages[n], Verdict(100, 140, (), 0.0)) for n in (0, 1, 3)]
    assert [[fault.code for fault in verdict.faults] for verdict in verdicts] == [[], [], ["SCAN_NUMBER_JUMP"]]
    assert all(verdict.ok and verdict.seconds > 0 for verdict in verdicts)

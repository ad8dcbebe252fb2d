"""Long strokes that cancel an entry are told from what forms and hands are made of; pages through the whole road."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pipeline import Limits
from pipeline.cancelling import STRUCK, crossed, freed, strokes_in_table, strokes_on_form
from pipeline.cells import find_cells
from pipeline.evaluate import read_truth
from pipeline.locate import CleanPage
from pipeline.page_work import Work, do_classify, do_prepare, do_read
from pipeline.prepare import PreparedPage, ink_mask
from pipeline.rules import find_rules, without_rules
from pipeline.values import ReadValue, all_struck, cancelled_values
from records.codes import Presence
from records.geometry import Box
from records.pages import Preparation
from records.ports import Image
from samples import make_book
from samples.difficulty import DIALS
from tests.pipeline.stubs import real_readers

COLUMNS = (100, 260, 620, 760, 1100, 1500)
ROWS = (120, 320, 520, 720, 920, 1120, 1320)


def table(rows: tuple[int, ...] = ROWS) -> Image:
    """A table of six rows with a word in each cell, dark on white."""
    grey = np.full((1500, 1654), 245, np.uint8)
    for x in COLUMNS:
        cv2.line(grey, (x, rows[0]), (x, rows[-1]), 40, 2)
    for y in rows:
        cv2.line(grey, (COLUMNS[0], y), (COLUMNS[-1], y), 40, 2)
    for y in rows[:-1]:
        for x in COLUMNS[:-1]:
            cv2.putText(grey, "Nguyen", (x + 12, y + 70), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.1, 60, 3)
    return grey


def stroke(grey: Image, *points: tuple[int, int], thick: int = 4) -> Image:
    """Draw a pen stroke through *points* that wanders a little."""
    for (x0, y0), (x1, y1) in pairwise(points):
        t = np.linspace(0, 1, 60)
        sway = 1.5 * np.sin(5 * t)
        path = np.stack([x0 + (x1 - x0) * t, y0 + (y1 - y0) * t + sway], axis=1).astype(np.int32)
        cv2.polylines(grey, [path], False, 50, thick)
    return grey


def cancelled(grey: Image) -> list[int]:
    """Return the rows of the table that are crossed."""
    ink = ink_mask(grey)
    rules = find_rules(ink)
    bare = without_rules(grey, ink, rules)
    clean = CleanPage(bare, ink_mask(bare), bare, ink_mask(bare), rules, find_cells(rules), ink)
    found = strokes_in_table(ink, clean)
    boxes = [Box(COLUMNS[0], y, COLUMNS[-1] - COLUMNS[0], 200) for y in ROWS[:-1]]
    return [k for k, box in enumerate(boxes) if crossed(found.all, box)]


def test_an_ordinary_table_holds_no_cancelled_row() -> None:
    assert cancelled(table()) == []


@pytest.mark.parametrize("y", [400, 380, 440])
def test_a_level_line_through_a_row_cancels_it(y: int) -> None:
    assert cancelled(stroke(table(), (115, y), (1470, y + 3))) == [1]


def test_a_line_that_begins_and_ends_where_the_rules_do_cancels_a_row() -> None:
    assert cancelled(stroke(table(), (100, 400), (1500, 400))) == [1]


def test_a_line_too_thick_for_a_rule_cancels_a_row() -> None:
    assert cancelled(stroke(table(), (115, 600), (1470, 604), thick=14)) == [2]


def test_a_cross_and_a_zigzag_cancel_their_rows() -> None:
    grey = stroke(table(), (110, 330), (1490, 505))
    stroke(grey, (110, 505), (1490, 330))
    stroke(grey, *((120 + 170 * k, 745 if k % 2 else 895) for k in range(9)))
    assert cancelled(grey) == [1, 3]


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        ([((130, 1290), (1470, 150))], [0, 1, 2, 3, 4, 5]),
        ([((130, 150), (1470, 1290)), ((130, 1290), (1470, 150))], [0, 1, 2, 3, 4, 5]),
        ([((300, 900), (900, 340))], [1, 2, 3]),
    ],
)
def test_a_line_through_the_page_cancels_all_rows_that_it_runs_down_through(
    lines: list[tuple[tuple[int, int], tuple[int, int]]], rows: list[int]
) -> None:
    page = table()
    for line in lines:
        stroke(page, *line)
    assert cancelled(page) == rows


def test_where_a_line_crosses_rules_their_cells_stay() -> None:
    page = stroke(table(), (130, 1290), (1470, 150))
    ink = ink_mask(page)
    rules = find_rules(ink)
    bare = without_rules(page, ink, rules)
    clean = CleanPage(bare, ink_mask(bare), bare, ink_mask(bare), rules, find_cells(rules), ink)
    prepared = PreparedPage(np.dstack([page] * 3), page, Preparation((), page.shape[1], page.shape[0]))
    after = freed(prepared, clean, strokes_in_table(ink, clean))
    assert len(after.cells) == (len(COLUMNS) - 1) * (len(ROWS) - 1)


def test_a_strike_through_one_cell_cancels_nothing() -> None:
    assert cancelled(stroke(table(), (262, 380), (615, 382))) == []


def test_slanted_lines_cancel_a_form_and_its_print_does_not() -> None:
    grey = table()
    form = Box(100, 120, 1400, 1200)
    assert strokes_on_form(ink_mask(grey), form).all == ()
    stroke(grey, (1200, 30), (200, 80))  # the edge of the paper, outside of the form
    stroke(grey, (300, 300), (560, 420))  # a flourish
    assert strokes_on_form(ink_mask(grey), form).all == ()
    stroke(grey, (150, 1300), (1450, 150))
    found = strokes_on_form(ink_mask(grey), form)
    assert found.box.w > 700
    assert cv2.countNonZero(found.mask[600:900, 500:900]) > 500


def test_an_entry_is_struck_where_most_of_its_fields_are_and_keeps_what_it_says() -> None:
    plain = ReadValue(Presence.WRITTEN, "a", "a", None)
    struck = replace(plain, doubts=("ALL_STRUCK_OUT",))
    blank = ReadValue(Presence.BLANK, "", "", None)
    values = {"a": struck, "b": struck, "c": struck, "d": struck, "e": plain, "f": blank}
    assert all_struck(values)
    assert not all_struck(values | dict.fromkeys("ghijk", plain))
    assert not all_struck({"a": struck, "b": struck, "c": struck})
    told = cancelled_values(values)
    assert told["e"] == replace(plain, doubts=("ENTRY_STRUCK_OUT",))
    assert told["f"] == blank


def read(folder: Path) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Return (truth, the entries read) of each entry page."""
    out = []
    for row in read_truth(folder):
        if row["role"] == "entry":
            work = Work(folder / row["file"], 1, Limits(), False, real_readers)
            prepared, jpeg = do_prepare(work)
            found = do_read(work, prepared, jpeg, do_classify(work, prepared, jpeg)["parts"])["entries"]
            out.append((row, found))
    return out


@pytest.mark.slow
@pytest.mark.parametrize(("edition", "cases"), [("death-1961", 4), ("birth-2016", 1)])
def test_an_entry_struck_out_as_a_whole_is_read_kept_and_waits_for_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edition: str, cases: int
) -> None:
    share = 0.5 if cases > 1 else 1.0
    monkeypatch.setitem(DIALS, "easy", replace(DIALS["easy"], cancelled=share))
    make_book(tmp_path, edition_id=edition, cases=cases, seed=6, difficulty="easy", formats=("jpeg",))
    ((truth, entries),) = read(tmp_path)
    gone = {one["entry"] for one in truth["cancelled"]}
    assert gone
    assert len(entries) == len(truth["entries"])
    for place, entry in enumerate(entries):
        written = [row for row in entry["fields"] if row["text"]]
        true = sum(bool(field["text"]) for field in truth["entries"][place]["fields"].values())
        assert len(written) >= 0.6 * true
        doubted = ["ENTRY_STRUCK_OUT" in row["doubts"] for row in written]
        assert all(doubted) if place in gone else not any(doubted)
        assert [n["place"] for n in entry["notes"]].count(STRUCK) == (place in gone)

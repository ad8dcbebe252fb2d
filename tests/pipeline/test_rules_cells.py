"""Rules, leaders and cells on pages drawn here, where every one of them is known."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from pipeline.cells import enclosed, find_cells
from pipeline.prepare import ink_mask
from pipeline.rules import find_rules, without_pens, without_rules
from records.ports import Image

Grid = tuple[Image, list[tuple[int, int, int, int]]]


def grid(columns: tuple[int, ...], rows: tuple[int, ...], thick: int = 2) -> Grid:
    """Ink of a ruled table, and its cells."""
    ink = np.zeros((900, 1200), np.uint8)
    for x in columns:
        cv2.line(ink, (x, rows[0]), (x, rows[-1]), 255, thick)
    for y in rows:
        cv2.line(ink, (columns[0], y), (columns[-1], y), 255, thick)
    cells = [(x0, y0, x1, y1) for y0, y1 in pairwise(rows) for x0, x1 in pairwise(columns)]
    return ink, cells


@pytest.mark.parametrize("thick", [1, 2, 4])
def test_every_cell_of_a_table_is_found_in_order(thick: int) -> None:
    ink, expected = grid((80, 400, 700, 1100), (60, 160, 300, 420, 800), thick)
    found = find_cells(find_rules(ink))
    assert len(found) == len(expected)
    for cell, (x0, y0, x1, y1) in zip(found, expected, strict=True):
        assert abs(cell.x - x0) <= thick + 2
        assert abs(cell.y - y0) <= thick + 2
        assert abs(cell.right - x1) <= thick + 2
        assert abs(cell.bottom - y1) <= thick + 2


def test_small_breaks_in_a_rule_do_not_open_a_cell() -> None:
    ink, expected = grid((80, 600, 1100), (60, 300, 600))
    ink[295:306, 300:312] = 0
    ink[180:190, 595:606] = 0
    assert len(find_cells(find_rules(ink))) == len(expected)


def test_a_page_without_frames_has_no_cells() -> None:
    ink = np.zeros((900, 1200), np.uint8)
    for y in range(100, 800, 60):
        cv2.line(ink, (100, y), (1100, y), 255, 2)
    found = find_rules(ink)
    assert len(found.horizontal) == 12
    assert find_cells(found) == ()
    assert find_cells(find_rules(np.zeros((900, 1200), np.uint8))) == ()


ROWS = (60, 160, 260, 420, 580, 740)


@pytest.mark.parametrize("hidden", [0, 3])
def test_a_table_whose_outer_rule_lies_in_the_shadow_of_the_fold_has_its_cells(hidden: int) -> None:
    left, expected = grid((60, 200, 380, 540), ROWS)
    right, beyond = grid((640, 800, 960, 1140), ROWS)
    ink = np.maximum(left, right)
    if hidden:
        for y0, y1 in pairwise(ROWS):
            ink[y0 + 4 : y1 - 3, 534:546] = 0
    found = find_cells(enclosed(find_rules(ink)))
    assert len(found) == len(expected) + len(beyond)
    if hidden:
        assert len(find_cells(find_rules(ink))) < len(found)


def test_lines_to_write_on_that_end_together_beside_no_columns_are_no_table() -> None:
    ink = np.zeros((900, 1200), np.uint8)
    for y in range(100, 800, 60):
        cv2.line(ink, (100, y), (1100, y), 255, 2)
    cv2.line(ink, (60, 80), (60, 820), 255, 2)
    assert find_cells(enclosed(find_rules(ink))) == ()


def test_dotted_leaders_are_found_and_letters_are_not() -> None:
    ink = np.zeros((400, 1200), np.uint8)
    for x in range(200, 1100, 11):
        cv2.circle(ink, (x, 150), 2, 255, -1)
    cv2.putText(ink, "Nguyen Thi Lan ba", (200, 280), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 255, 4)
    found = find_rules(ink)
    assert len(found.leaders) == 1
    assert found.leaders[0].x < 215
    assert found.leaders[0].right > 1080
    assert not found.mask[240:300].any()
    assert found.mask[148:153, 200:1090].any()


def test_dots_that_run_into_one_another_are_of_the_leader_too() -> None:
    ink = np.zeros((300, 600), np.uint8)
    for x in (200, 206, 212, 240, 246, 252):
        cv2.rectangle(ink, (x, 150), (x + 3, 153), 255, -1)
    for x in (218, 258):  # three dots in one
        cv2.rectangle(ink, (x, 150), (x + 16, 153), 255, -1)
    (leader,) = find_rules(ink).leaders
    assert leader.right >= 274
    assert not cv2.countNonZero(cv2.bitwise_and(ink, cv2.bitwise_not(find_rules(ink).mask)))


def test_dashes_of_a_pen_are_no_leader() -> None:
    ink = np.zeros((300, 600), np.uint8)
    for k, x in enumerate((200, 220, 240)):
        cv2.rectangle(ink, (x, 150), (x + 16, 153), 255, -1)
        for y in (40, 90, 220):  # specks elsewhere
            cv2.rectangle(ink, (60 + 90 * k, y), (62 + 90 * k, y + 2), 255, -1)
    assert find_rules(ink).leaders == ()


def test_a_stroke_that_crosses_a_rule_is_kept() -> None:
    grey = np.full((300, 800), 245, np.uint8)
    cv2.line(grey, (50, 150), (750, 150), 60, 2)
    cv2.line(grey, (400, 120), (400, 185), 40, 5)
    ink = np.asarray((grey < 150) * 255, np.uint8)
    clean = without_rules(grey, ink, find_rules(ink))
    assert clean[150, 400] < 100
    assert clean[149:152, 100:350].min() > 200
    assert clean[149:152, 450:700].min() > 200


@pytest.mark.parametrize(("pen", "gone"), [((20, 20, 20), False), ((160, 40, 30), True), ((40, 40, 200), True)])
def test_coloured_ink_is_told_from_print(pen: tuple[int, int, int], gone: bool) -> None:
    colour = np.full((260, 900, 3), 245, np.uint8)
    cv2.putText(colour, "So", (20, 120), cv2.FONT_HERSHEY_SIMPLEX, 2.5, (20, 20, 20), 8)
    cv2.putText(colour, "Ho ten", (300, 120), cv2.FONT_HERSHEY_SIMPLEX, 2.5, pen, 8)
    grey = np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8)
    out = without_pens(grey, np.asarray(colour, np.uint8), ink_mask(grey))
    assert int(out[:, :280].min()) < 60, "print stays"
    assert (float(np.mean(out[:, 300:] < 150)) < 0.002) is gone


def test_letters_that_stand_on_dots_keep_their_feet() -> None:
    grey = np.full((200, 1000), 245, np.uint8)
    for x in range(60, 960, 5):
        cv2.circle(grey, (x, 120), 1, 60, -1)
    cv2.ellipse(grey, (400, 97), (14, 21), 0, 0, 360, 20, 4)  # a nought whose foot lies on the dots
    ink = ink_mask(grey)
    out = without_rules(grey, ink, find_rules(ink))
    assert int((out[112:126, 390:411] < 128).sum()) > 100  # half of it were its sides alone
    assert not (out[112:126, 500:900] < 128).any()
    assert not (out[112:126, 60:300] < 128).any()


def test_letters_that_stand_close_are_no_rule() -> None:
    """Feet and tops of close bold letters lie level for the length of a word."""
    ink = np.zeros((200, 600), np.uint8)
    for x in range(100, 220, 14):  # uprights with feet and tops that nearly meet
        for stem in (x, x + 7):
            cv2.rectangle(ink, (stem, 80), (stem + 3, 108), 255, -1)
        cv2.rectangle(ink, (x, 80), (x + 10, 83), 255, -1)
        cv2.rectangle(ink, (x, 105), (x + 10, 108), 255, -1)
    cv2.line(ink, (100, 150), (220, 150), 255, 3)
    found = find_rules(ink)
    assert [round(r.y / 10) for r in found.horizontal] == [15]
    grey = np.asarray(245 - ink, np.uint8)
    kept = without_rules(grey, ink, found)
    assert np.array_equal(kept[70:120], grey[70:120])


def test_a_pens_stroke_through_a_cell_does_not_divide_it() -> None:
    ink, expected = grid((80, 400, 1100), (60, 160, 300))
    cv2.line(ink, (420, 228), (760, 232), 255, 3)
    assert len(find_cells(find_rules(ink))) == len(expected)


def test_an_upright_stroke_that_touches_one_rule_is_a_letters() -> None:
    ink, expected = grid((80, 400, 1100), (60, 106, 152))
    cv2.line(ink, (600, 62), (600, 95), 255, 4)
    found = find_rules(ink)
    assert not any(590 < r.x < 610 for r in found.vertical)
    cv2.line(ink, (600, 60), (600, 106), 255, 4)
    assert any(590 < r.x < 610 for r in find_rules(ink).vertical)
    assert len(find_cells(find_rules(ink))) == len(expected) + 1


def test_two_strokes_through_a_cell_do_not_divide_it_though_their_ends_lie_below_one_another() -> None:
    ink, expected = grid((80, 400, 1100), (60, 110, 160))
    for y in (128, 142):
        cv2.line(ink, (425, y), (960, y), 255, 6)
    assert len(find_cells(find_rules(ink))) == len(expected)


def test_letters_that_reach_from_a_rule_into_the_row_below_do_not_divide_it() -> None:
    ink, expected = grid((80, 400, 1100), (60, 140, 192))
    for x in (520, 600, 720):  # of what was written above the line that is struck out below
        cv2.line(ink, (x, 140), (x, 174), 255, 3)
    cv2.line(ink, (430, 174), (900, 174), 255, 4)
    assert len(find_rules(ink).vertical) > 3
    assert len(find_cells(find_rules(ink))) == len(expected)
    ink, expected = grid((80, 400, 1100), (60, 140, 220))
    cv2.line(ink, (600, 124), (600, 220), 255, 3)  # a rule that a letter makes a little longer
    assert len(find_cells(find_rules(ink))) == len(expected) + 1


def test_cells_beside_an_upright_rule_that_leans_reach_to_it() -> None:
    ink, _ = grid((80, 1100), tuple(range(60, 861, 100)))
    cv2.line(ink, (400, 60), (436, 860), 255, 4)
    found = find_cells(find_rules(ink))
    assert len(found) == 16
    for left, right in zip(found[::2], found[1::2], strict=True):
        at = 400 + 36 * (left.y + left.h / 2 - 60) / 800
        assert abs(left.right - at) < 10
        assert abs(right.x - at) < 10

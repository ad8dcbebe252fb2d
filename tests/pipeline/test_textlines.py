"""Text lines on pages drawn here, where every line is known."""

import cv2
import numpy as np
import pytest

from pipeline.ridges import find_ridges
from pipeline.textlines import find_text_lines, letter_height
from records.geometry import Box
from records.ports import Image

HAND, PRINT = cv2.FONT_HERSHEY_SCRIPT_COMPLEX, cv2.FONT_HERSHEY_COMPLEX
WORDS = ("Nguyen Thi Lan", "Tran Van Binh", "Le Hoang", "Pham Gia Huy", "Vu Thi Mai")
COLUMNS = (100, 640, 1100, 1500)


def paper(height: int = 1400, width: int = 1600) -> Image:
    return np.full((height, width), 244, np.uint8)


def write(page: Image, text: str, x: int, y: int, font: int = HAND, size: float = 1.3) -> Box:
    """Write at baseline *y*; return the box of the ink."""
    before = page.copy()
    cv2.putText(page, text, (x, y), font, size, 40, 2, cv2.LINE_AA)
    ys, xs = np.nonzero(page < before)
    return Box(int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1)


def ruled(rows: int, pitch: int, *, dotted: bool = False) -> tuple[Image, list[Box]]:
    """A table with a line in every cell of its three columns; rows stand on rules or on dots."""
    page = paper()
    bottom = 160 + rows * pitch
    for x in COLUMNS:
        cv2.line(page, (x, 160), (x, bottom), 70, 3)
    true = []
    for row in range(rows + 1):
        y = 160 + row * pitch
        if dotted:
            for x in range(COLUMNS[0], COLUMNS[-1], 9):
                cv2.circle(page, (x, y), 1, 90, -1)
        else:
            cv2.line(page, (COLUMNS[0], y), (COLUMNS[-1], y), 80, 2)
        if row < rows:
            true += [write(page, WORDS[(row + k) % 5], x + 20, y + pitch - 18) for k, x in enumerate(COLUMNS[:-1])]
    return page, true


def finds(box: Box, true: Box) -> bool:
    """Whether *box* holds nearly all of the ink and little else."""
    return box.overlap(true) >= 0.9 * true.area and box.w <= true.w + 60 and box.h <= true.h + 45


@pytest.mark.parametrize("dotted", [False, True], ids=["rules", "dots"])
@pytest.mark.parametrize("pitch", [58, 75, 110])
def test_each_cell_of_a_table_is_a_line_of_its_own_in_reading_order(pitch: int, dotted: bool) -> None:
    page, true = ruled(10, pitch, dotted=dotted)
    found = find_text_lines(page)
    assert len(found) == len(true)
    assert all(finds(box, line) for box, line in zip(found, true, strict=True))


def test_no_line_runs_over_a_column_rule_even_where_the_hand_touches_it() -> None:
    page = paper()
    cv2.line(page, (800, 100), (800, 1300), 70, 3)
    for y in range(200, 1250, 80):
        write(page, "Nguyen Hoang Minh Khang", 180, y)
        write(page, "01 thang 6", 806, y)
    found = find_text_lines(page)
    assert len(found) == 2 * len(range(200, 1250, 80))
    assert all(box.right <= 840 or box.x >= 760 for box in found)


def test_running_text_has_one_line_a_line_over_word_gaps() -> None:
    page = paper()
    true = [write(page, "Uy ban nhan dan  xa dang ky   ho tich", 150, y, PRINT, 1.2) for y in range(200, 1200, 62)]
    found = find_text_lines(page)
    assert len(found) == len(true)
    assert all(finds(box, line) for box, line in zip(found, true, strict=True))


def test_a_gap_as_wide_as_a_column_parts_lines() -> None:
    page = paper()
    for y in range(200, 1200, 70):
        write(page, "Nguyen Thi", 120, y)
        write(page, "Tran Van", 1000, y)
    found = find_text_lines(page)
    assert len(found) == 2 * len(range(200, 1200, 70))
    assert all(left.right < right.x for left, right in zip(found[::2], found[1::2], strict=True))


@pytest.mark.parametrize("factor", [0.6, 1.0, 1.7])
def test_the_same_lines_are_found_at_any_resolution(factor: float) -> None:
    page, true = ruled(8, 90)
    other = np.asarray(cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    found = find_text_lines(other)
    assert len(found) == len(true)
    for box, line in zip(found, true, strict=True):
        assert finds(Box(box.x / factor, box.y / factor, box.w / factor, box.h / factor), line)


def test_a_leaning_line_is_one_line() -> None:
    page = paper()
    for y in range(250, 1200, 90):
        write(page, "Nguyen Thi Lan Huong sinh ngay mong hai", 150, y)
    turn = cv2.getRotationMatrix2D((800, 700), 0.8, 1.0)
    leaning = np.asarray(cv2.warpAffine(page, turn, (1600, 1400), borderValue=244), np.uint8)
    assert len(find_text_lines(leaning)) == len(range(250, 1200, 90))


@pytest.mark.parametrize("kind", ["blank", "noise", "rules alone", "one dot"])
def test_where_nothing_is_written_there_is_no_line(kind: str) -> None:
    page = paper()
    if kind == "noise":
        page = np.clip(page + np.random.default_rng(2).normal(0, 4, page.shape), 0, 255).astype(np.uint8)
    elif kind == "rules alone":
        for y in range(200, 1200, 60):
            cv2.line(page, (100, y), (1500, y + 3), 90, 2)
        for x in COLUMNS:
            cv2.line(page, (x, 150), (x, 1250), 80, 3)
    elif kind == "one dot":
        cv2.circle(page, (700, 700), 3, 30, -1)
    assert find_text_lines(page) == ()


def test_boxes_stay_within_the_picture() -> None:
    page = paper(300, 900)
    write(page, "Nguyen Thi Lan", 6, 40)
    write(page, "Tran Van Binh", 560, 290)
    for box in find_text_lines(page):
        assert box.x >= 0 and box.y >= 0 and box.right <= 900 and box.bottom <= 300


def test_tails_and_tall_initials_are_no_lines_and_go_with_their_line() -> None:
    text = np.zeros((200, 600), np.uint8)
    cv2.putText(text, "Fgjyp Fgjyp Fgjyp", (30, 110), HAND, 1.8, 255, 3)
    ridges = find_ridges(text, np.zeros_like(text), 24.0)
    assert len(ridges) == 1
    assert ridges[0].x < 60 and ridges[0].end > 480


def test_letters_are_as_high_as_most_of_the_ink() -> None:
    heights = [20] * 30 + [3] * 200 + [400] * 3
    stats = np.array([(0, 0, 999, 999, 999)] + [(0, 0, 15, h, 9) for h in heights], np.int32)
    assert letter_height(stats) == 20
    assert letter_height(stats[:1]) is None

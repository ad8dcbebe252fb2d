"""Which marks belong to a field, and which do not."""

import cv2
import numpy as np

from pipeline.areas import FieldArea
from pipeline.crops import field_marks, lines_of, page_marks
from pipeline.locate import CleanPage
from pipeline.rules import Rules
from records.geometry import Box

LETTER = 20.0


def page_of(*marks: tuple[int, int, int, int]) -> CleanPage:
    """A page with solid marks (x, y, w, h)."""
    grey = np.full((400, 800), 245, np.uint8)
    for x, y, w, h in marks:
        cv2.rectangle(grey, (x, y), (x + w - 1, y + h - 1), 30, -1)
    ink = np.asarray((grey < 128) * 255, np.uint8)
    return CleanPage(grey, ink, grey, ink, Rules((), (), (), np.zeros_like(ink)), (), ink)


def written(page: CleanPage, *areas: FieldArea) -> dict[str, list[Box]]:
    marks = page_marks(page, [], LETTER)
    owned = field_marks(marks, areas, LETTER)
    return {column: [line.box for line in lines_of(page, marks, own, LETTER)] for column, own in owned.items()}


def letters(x: int, y: int) -> list[tuple[int, int, int, int]]:
    return [(x + 26 * k, y, 18, 24) for k in range(5)]


def test_marks_left_of_a_second_line_belong_to_it() -> None:
    # the second box begins further left than the first: what stands there is no colon
    dot = (44, 170, 6, 6)
    page = page_of(*letters(300, 100), *letters(40, 180), dot)
    area = FieldArea("a", (Box(290, 80, 400, 60), Box(20, 150, 700, 80)), 112)
    lines = written(page, area)["a"]
    assert [round(line.y) for line in lines] == [100, 170]


def test_the_colon_behind_a_label_is_left_out() -> None:
    page = page_of((293, 104, 5, 5), (293, 116, 5, 5), *letters(320, 100))
    (line,) = written(page, FieldArea("a", (Box(290, 80, 400, 60),), 112))["a"]
    assert line.x == 320


def test_a_hat_as_high_as_a_letter_goes_with_the_letter_under_it() -> None:
    upper, lower = letters(100, 100), letters(100, 172)
    hat = (102, 155, 16, 13)  # circumflex and tone mark in one, nearer the field above
    page = page_of(*upper, *lower, hat)
    areas = (FieldArea("above", (Box(90, 80, 600, 85),), 112), FieldArea("below", (Box(90, 150, 600, 60),), 184))
    found = written(page, *areas)
    assert [round(b.y) for b in found["above"]] == [100]
    assert [round(b.y) for b in found["below"]] == [155]

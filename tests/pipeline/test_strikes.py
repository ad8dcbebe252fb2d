"""What a strike takes out of a field, and which level strokes are none, on lines drawn here."""

import cv2
import numpy as np

import forms
from pipeline.areas import FieldArea
from pipeline.crops import field_marks, page_marks
from pipeline.locate import CleanPage, LabelledPage
from pipeline.rules import Rules
from pipeline.strikes import Written, with_strokes, written
from records.geometry import Box
from records.ports import Image

EDITION = forms.edition("birth-2016")
LETTER = 18.0


def sheet() -> Image:
    return np.zeros((300, 1000), np.uint8)


def write(ink: Image, x: int, letters: int, *, foot: int = 92, high: int = 26) -> int:
    """Write upright strokes that do not touch; return where the last one ends."""
    for k in range(letters):
        cv2.line(ink, (x + 15 * k, foot - high), (x + 15 * k, foot), 255, 3)
        cv2.line(ink, (x + 15 * k, foot), (x + 15 * k + 6, foot - 2), 255, 3)
    return x + 15 * (letters - 1) + 6


def read(
    ink: Image, column: str, *rules: Box, drawn: Image | None = None, level: float | None = None
) -> tuple[Written, list[int]]:
    """Return what is written in a field that has the sheet to itself, and where the lines that stand begin."""
    grey = np.asarray(255 - ink, np.uint8)
    clean = CleanPage(grey, ink, grey, ink, Rules(rules, (), (), ink), (), ink if drawn is None else drawn)
    marks = page_marks(clean, [], LETTER)
    labelled = LabelledPage(EDITION, {}, (), LETTER)
    areas = [FieldArea(column, (Box(40, 40, 900, 100),), level)]
    owned = field_marks(marks, areas, LETTER)
    found = written(with_strokes(clean), clean, marks, owned, labelled, areas)[column]
    return found, [round(line.box.x) for line in found.standing]


def test_a_year_is_struck_out_where_another_stands_behind_it() -> None:
    ink = sheet()
    end = write(ink, 70, 4)
    cv2.line(ink, (64, 79), (end + 6, 79), 255, 3)
    alone, _ = read(ink, "meNgaySinh")
    assert not alone.corrected
    assert not alone.all_struck
    write(ink, 170, 4)
    found, standing = read(ink, "meNgaySinh")
    assert found.corrected
    assert [abs(x - 170) < 6 for x in standing] == [True]
    assert len(found.struck) == 1


def test_figures_with_nothing_behind_them_are_not_struck_out_by_a_stroke_over_a_part() -> None:
    ink = sheet()
    write(ink, 70, 8)
    cv2.line(ink, (66, 79), (134, 79), 255, 3)  # through half of figures that stand close together
    found, _ = read(ink, "nksSoDinhDanh")
    assert not found.struck or found.standing[-1].box.right > found.struck[-1].box.right


def test_a_strike_just_above_the_dots_to_write_on_is_told_from_a_printed_line_there() -> None:
    writing = sheet()
    end = write(writing, 70, 14)
    write(writing, 330, 12)
    for stop, struck in ((end + 6, True), (940, False)):
        drawn = writing.copy()
        for x in range(60, 940, 12):
            cv2.circle(drawn, (x, 88), 2, 255, -1)
        cv2.line(drawn, (64, 84), (stop, 84), 255, 5)
        found, standing = read(writing, "nksNoiSinh", Box(60, 82, 880, 9), drawn=drawn)
        assert found.corrected is struck
        assert len(standing) == 1
        assert (abs(standing[0] - 330) < 6) is struck


def test_a_printed_line_that_is_written_on_to_its_end_strikes_nothing_out() -> None:
    writing = sheet()
    end = write(writing, 70, 50)
    for x in range(90, end, 30):
        cv2.line(writing, (x, 90), (x - 3, 106), 255, 3)  # tails
    drawn = writing.copy()
    rules = [Box(60, y, end - 54, 4) for y in (84, 150, 210)]
    for r in rules:
        cv2.line(drawn, (60, int(r.y) + 2), (end + 6, int(r.y) + 2), 255, 3)
    assert not read(writing, "nksNoiSinh", *rules, drawn=drawn)[0].all_struck
    assert read(writing, "nksNoiSinh", rules[0], drawn=drawn)[0].all_struck  # nothing says that it is printed


def test_what_was_struck_out_beside_the_label_is_seen_though_nothing_of_it_is_left() -> None:
    writing = sheet()
    write(writing, 80, 14, foot=70)
    drawn = writing.copy()
    end = write(drawn, 70, 14, foot=112)
    cv2.line(drawn, (64, 99), (end + 6, 99), 255, 10)  # two strokes
    rule = Box(60, 80, end - 40, 36)
    assert not read(writing, "nksNoiSinh", rule, drawn=drawn)[0].corrected
    found, standing = read(writing, "nksNoiSinh", rule, drawn=drawn, level=100.0)
    assert found.corrected
    assert len(standing) == 1
    assert found.struck == []


def test_a_line_whose_letters_a_strike_joins_to_one_mark_is_read() -> None:
    ink = sheet()
    end = write(ink, 70, 50)
    cv2.line(ink, (64, 79), (end + 6, 79), 255, 3)
    found, _ = read(ink, "nksNoiSinh")
    assert found.all_struck
    assert [round(line.box.w / 100) for line in found.standing] == [8]


def test_a_field_without_a_line_is_not_blank_where_ink_of_no_field_stands_in_its_room() -> None:
    for size, unread in ((9, True), (0, False)):
        ink = sheet()
        if size:
            write(ink, 70, size)
        grey = np.asarray(255 - ink, np.uint8)
        clean = CleanPage(grey, ink, grey, ink, Rules((), (), (), ink), (), ink)
        marks = page_marks(clean, [], LETTER)
        labelled = LabelledPage(EDITION, {}, (), LETTER)
        area = FieldArea("nksNoiSinh", (Box(40, 40, 900, 100),))
        for owner in ({}, {"nksQueQuan": list(range(1, len(marks.boxes)))}):
            owned = {"nksNoiSinh": [], **owner}
            assert written(ink, clean, marks, owned, labelled, [area])["nksNoiSinh"].unread is (unread and not owner)

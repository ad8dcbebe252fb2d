"""Where a value may stand: short ones in their row, unless a cell of their own holds them."""

import numpy as np
import pytest

import forms
from pipeline.areas import field_areas
from pipeline.labels import Match
from pipeline.locate import CleanPage, LabelledPage
from pipeline.rules import Rules
from records.geometry import Box

EDITION = forms.edition("birth-2016")
COLUMNS = ("so", "quyenSo", "ngayDangKy", "nksHoTen")


def labelled(columns: tuple[str, ...]) -> LabelledPage:
    """Place the labels of *columns* in rows of one below another."""
    index = {label.column: k for k, label in enumerate(EDITION.labels)}
    labels = {}
    for row, column in enumerate(columns):
        box = Box(100, 120 + 90 * row, 120, 26)
        labels[index[column]] = Match(index[column], (box,), frozenset({row}), 1.0, 1.0, "x")
    return LabelledPage(EDITION, labels, (), 18.0)


def boxes_of(column: str, columns: tuple[str, ...], cell: Box | None) -> int:
    blank = np.zeros((900, 900), np.uint8)
    page = CleanPage(blank, blank, blank, blank, Rules((), (), (), blank), (cell,) if cell else (), blank)
    return next(len(a.boxes) for a in field_areas(labelled(columns), page) if a.column == column)


@pytest.mark.parametrize(
    ("columns", "cell", "rows"),
    [
        (COLUMNS, None, 1),
        (("so",), Box(90, 100, 700, 85), 2),  # a cell of its own, with room below the label
        (COLUMNS[:3], Box(90, 100, 700, 400), 1),  # a frame around the page's head
    ],
)
def test_a_short_value_goes_on_below_only_in_a_cell_of_its_own(
    columns: tuple[str, ...], cell: Box | None, rows: int
) -> None:
    others = ("nksNoiSinh", "nksQueQuan", "nksDanToc", "meHoTen", "chaHoTen")
    assert boxes_of(columns[-1] if cell else "so", (*columns, *others), cell) == rows

"""Rows of a table scanned leaf by leaf become entries again, and nothing that was written is lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import forms
from forms import Leaf
from pipeline.drafting import drafts, entry_id, joined, leaf_of, of_one_book_opening
from records.codes import Presence, RegisterKind
from records.pages import PageId

LEFT, RIGHT = PageId("aaaaaaaaaaaaaaaa-0001"), PageId("bbbbbbbbbbbbbbbb-0001")
FORM = forms.edition("birth-1961")


def row(leaf: Leaf, place: int, level: float, text: str) -> dict[str, Any]:
    """One row of a leaf as the stage ``read`` tells it: its own columns say *text*, the others were not read."""
    fields = []
    for label in FORM.labels:
        if label.column:
            own = label.leaf is leaf
            fields.append(
                {
                    "column": label.column,
                    "presence": "written" if own else "not_read",
                    "text": text if own else "",
                    "value": text if own else "",
                    "reading": None,
                    "struck": "",
                    "doubts": [],
                    "outline": [[0, 0], [1, 0], [1, 1]] if own else None,
                }
            )
    return {"place": place, "edition": FORM.id, "leaf": leaf, "level": level, "fields": fields, "notes": []}


def leaves(levels: list[float], leaf: Leaf) -> list[dict[str, Any]]:
    return [row(leaf, k, level, f"{leaf}{level:.3f}") for k, level in enumerate(levels)]


def test_rows_at_one_height_are_one_entry_with_evidence_on_both_pages() -> None:
    made = joined(LEFT, leaves([0.2, 0.4, 0.6], Leaf.LEFT), RIGHT, leaves([0.21, 0.41, 0.59], Leaf.RIGHT), "d")
    assert [entry.pages for entry in made] == [(LEFT, RIGHT)] * 3
    first = made[0]
    assert first.id == entry_id(RegisterKind.BIRTH, LEFT, 0)
    assert tuple(field.column for field in first.fields) == FORM.columns
    for label in FORM.labels:
        if label.column:
            field = first.field(label.column)
            assert field is not None
            assert field.presence is Presence.WRITTEN
            assert field.evidence is not None
            assert field.evidence.page == (LEFT if label.leaf is Leaf.LEFT else RIGHT)


def test_a_row_that_the_other_leaf_lacks_is_kept_alone() -> None:
    made = joined(LEFT, leaves([0.2, 0.6], Leaf.LEFT), RIGHT, leaves([0.2, 0.4, 0.6], Leaf.RIGHT), "d")
    assert [entry.pages for entry in made] == [(LEFT, RIGHT), (LEFT, RIGHT), (RIGHT,)]
    assert made[2].text("chaHoTen") == "right0.400"
    assert made[2].field("so").presence is Presence.NOT_READ  # type: ignore[union-attr]


@given(
    st.lists(st.integers(1, 9), unique=True, min_size=1),
    st.lists(st.integers(1, 9), unique=True, min_size=1),
    st.floats(-0.02, 0.02),
)
def test_every_row_of_both_leaves_is_in_exactly_one_entry(left: list[int], right: list[int], drift: float) -> None:
    lefts = leaves([k / 10 for k in sorted(left)], Leaf.LEFT)
    rights = leaves([k / 10 + drift for k in sorted(right)], Leaf.RIGHT)
    made = joined(LEFT, lefts, RIGHT, rights, "d")
    assert len({entry.id for entry in made}) == len(made)
    told = [entry.text(column) for entry in made for column in ("so", "chaHoTen") if entry.text(column)]
    said = [f["text"] for r in (*lefts, *rights) for f in (r["fields"][0], r["fields"][6])]
    assert sorted(told) == sorted(filter(None, said))
    assert sum(len(entry.pages) == 2 for entry in made) == len(set(left) & set(right))


@pytest.mark.parametrize("leaf", [None, *Leaf])
def test_which_leaf_a_picture_shows(leaf: Leaf | None) -> None:
    assert leaf_of([row(Leaf.LEFT, 0, 0.5, "x") | {"leaf": leaf}]) is leaf
    assert leaf_of([]) is None


def test_entries_of_one_picture_keep_their_places() -> None:
    made = drafts(LEFT, [row(Leaf.LEFT, k, 0.1 * k, "x") | {"leaf": None} for k in (0, 2, 5)], "d")
    assert [entry.id for entry in made] == [entry_id(RegisterKind.BIRTH, LEFT, k) for k in (0, 2, 5)]


@pytest.mark.parametrize(
    ("fathers", "one"), [("A B C D", True), ("A B X Y", True), ("B C D A", False), ("? ? ? ?", True)]
)
def test_leaves_of_two_openings_are_told_by_the_names_of_families(fathers: str, one: bool) -> None:
    names = {"A": "Nguyễn Văn Ba", "B": "Trần Lê", "C": "Đỗ Hùng", "D": "Lý Sơn", "X": "Vũ An", "Y": "Hồ Tý", "?": ""}
    lefts, rights = leaves([0.2, 0.4, 0.6, 0.8], Leaf.LEFT), leaves([0.2, 0.4, 0.6, 0.8], Leaf.RIGHT)
    for reads, column, said in ((lefts, "nksHoTen", "A B C D"), (rights, "chaHoTen", fathers)):
        for read, who in zip(reads, said.split(), strict=True):
            (cell,) = [f for f in read["fields"] if f["column"] == column]
            cell["text"] = cell["value"] = names[who]
            cell["presence"] = "written" if names[who] else "blank"
    made = joined(LEFT, lefts, RIGHT, rights, "d")
    assert of_one_book_opening(made) is one
    doubted = [f.column for f in made[0].fields if "LEAVES_JOINED" in f.doubts]
    assert "chaHoTen" in doubted and "nksHoTen" not in doubted

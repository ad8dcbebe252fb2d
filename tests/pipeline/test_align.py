"""A page is aligned with a form whose layout is known: what was not read is placed, and nothing is proved by it."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import forms
from bench.align import measured
from pipeline.align import FEWEST, Points, anchor, crossings, learnt_layout, lie_of, placed, through
from pipeline.labels import INFERRED, Match
from pipeline.rules import Rules
from records.geometry import Box
from tests.pipeline.stubs import real_readers

FORM = forms.edition("birth-2006")
PLACES = {i: (60.0 + 430 * (i % 2), 40.0 + 45 * i, 160.0, 14.0) for i in range(20)}
GRID = [(x, y) for x in (50.0, 480.0, 950.0) for y in range(60, 1000, 90)]
LAID = replace(
    FORM,
    labels=tuple(replace(label, at=PLACES.get(i)) for i, label in enumerate(FORM.labels)),
    crossings=tuple((x, float(y)) for x, y in GRID),
)
LETTER = 18.0


def ruled(points: Points) -> Rules:
    """Rules that cross at *points*."""
    level = tuple(Box(x - 20, y - 1, 40, 2) for x, y in points)
    upright = tuple(Box(x - 1, y - 20, 2, 40) for x, y in points)
    return Rules(level, upright, (), np.zeros((1, 1), np.uint8))


def seen(matrix: Points, which: list[int], *, moved: dict[int, float] | None = None) -> dict[int, Match]:
    """Labels of the form as they lie on a page, some of them *moved* so many pixels away."""
    out = {}
    for i in which:
        x, y, w, h = PLACES[i]
        (px, py), _ = through(matrix, np.array([[x, y + h / 2], [x + w, y + h / 2]]))
        py += (moved or {}).get(i, 0.0)
        out[i] = Match(i, (Box(float(px), float(py) - h, 2 * w, 2 * h),), frozenset({i}), 1.0, 3.0)
    return out


lies = st.builds(
    lambda turn, size, dx, dy, deep: np.array(
        [
            [size * np.cos(turn), -size * np.sin(turn), dx],
            [size * np.sin(turn), size * np.cos(turn), dy],
            [deep[0] * 1e-6, deep[1] * 1e-6, 1.0],
        ]
    ),
    st.floats(-0.04, 0.04), st.floats(1.4, 2.4), st.floats(-90, 90), st.floats(-90, 90),
    st.tuples(st.floats(-30, 30), st.floats(-30, 30)),
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(lies, st.sets(st.sampled_from(sorted(PLACES)), min_size=FEWEST + 2), st.integers(0, 2))
def test_labels_that_were_not_read_are_placed_where_the_form_has_them(
    matrix: Points, which: set[int], wrong: int
) -> None:
    moved = dict.fromkeys(sorted(which)[:wrong], 400.0)  # another word like it, elsewhere
    found = seen(matrix, sorted(which), moved=moved)
    rules = ruled(through(matrix, np.array(GRID)))
    words = {word.line - INFERRED: word.polygon.box() for word in placed(LAID, found, rules, LETTER)}
    lacking = {i for i in PLACES if i not in which and FORM.labels[i].says}
    assert lacking <= set(words) <= lacking | set(moved)
    for i, box in words.items():
        expected = through(matrix, np.array([anchor(Box(*PLACES[i]))]))[0]
        assert np.linalg.norm(np.subtract(anchor(box), expected)) < 3.0 + 0.06 * box.w


def test_a_page_that_is_set_otherwise_is_not_aligned() -> None:
    rng = np.random.default_rng(5)
    elsewhere = {
        i: Match(i, (Box(float(rng.uniform(0, 1500)), float(rng.uniform(0, 1500)), 200, 24),), frozenset({i}), 1.0, 3.0)
        for i in sorted(PLACES)
    }
    rules = ruled(rng.uniform(0, 1500, (30, 2)))
    assert lie_of(LAID, elsewhere, rules, LETTER) is None
    assert placed(LAID, elsewhere, rules, LETTER) == []
    turned_over = {
        i: replace(m, lines=(replace(m.first, x=1500 - m.first.x),)) for i, m in seen(2 * np.eye(3), [*PLACES]).items()
    }
    assert placed(LAID, turned_over, rules, LETTER) == []


def test_a_page_of_which_a_part_is_set_otherwise_is_left_as_it_was_read() -> None:
    matrix = 2 * np.eye(3)
    matrix[2, 2] = 1
    lower = {i: 120.0 for i in sorted(PLACES) if i >= 13}  # another printing: its lower part stands lower
    assert placed(LAID, seen(matrix, sorted(PLACES), moved=lower), ruled(2 * np.array(GRID)), LETTER) == []


def test_few_labels_are_enough_where_the_page_is_not_askew_and_one_alone_is_not() -> None:
    matrix = np.diag([2.0, 2.0, 1.0])
    none = ruled(np.empty((0, 2)))
    few = seen(matrix, [1, 5, 8, 12])
    assert {w.line - INFERRED for w in placed(LAID, few, none, LETTER)} >= {i for i in (2, 3, 9) if FORM.labels[i].says}
    assert placed(LAID, seen(matrix, [1, 5]), none, LETTER) == []


def test_an_edition_without_a_layout_places_nothing() -> None:
    assert placed(FORM, seen(2 * np.eye(3), [*PLACES]), ruled(2 * np.array(GRID)), LETTER) == []


def test_the_layout_is_what_most_pages_have_at_one_place() -> None:
    lies_ = [
        np.diag([2.0, 2.0, 1.0]),
        np.array([[2.0, -0.02, 30], [0.02, 2.0, -10], [0, 0, 1.0]]),
        np.diag([2.1, 2.1, 1]),
    ]
    pages = []
    for k, matrix in enumerate(lies_):
        found = seen(matrix, [i for i in PLACES if i != 3 or k == 0], moved={7: 300.0 * k})
        points = through(matrix, np.array(GRID[k:]))  # each page lacks some crossings
        pages.append((found, ruled(points), LETTER, 2000.0))
    at, crossed = learnt_layout(pages)
    assert set(PLACES) - set(at) == {3, 7}  # one that a single page has, and one that stands about
    for i, (x, y, _, h) in at.items():
        assert np.hypot(x - PLACES[i][0], y + h / 2 - PLACES[i][1] - PLACES[i][3] / 2) < 1.0
    assert set(crossed) >= {(x, float(y)) for x, y in GRID[2:]}
    other = (
        {i: replace(m, lines=(Box(90.0, 1800 - 80.0 * i, 99, 20),)) for i, m in pages[0][0].items()},
        *pages[0][1:],
    )
    assert learnt_layout([pages[0], other, pages[1]]) == ({}, ())


def test_rules_cross_where_they_meet() -> None:
    rules = Rules((Box(0, 99, 200, 2),), (Box(49, 100, 2, 80), Box(149, 300, 2, 50)), (), np.zeros((1, 1), np.uint8))
    assert crossings(rules).tolist() == [[50.0, 100.0]]
    assert crossings(ruled(np.empty((0, 2)))).shape == (0, 2)


@pytest.mark.slow
def test_fields_under_a_blot_are_found_on_a_form_whose_layout_was_learnt(tmp_path: Path) -> None:
    cv2.setNumThreads(1)
    found = measured("death-2006", "dotted", 4, 302, tmp_path, real_readers())
    assert found.aligned > 1.2 * found.plain
    assert found.aligned > 0.8 * found.fields

"""Marks are numbered and measured as OpenCV does, few or many; short ways to a mask come to the same as long ones."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.components import components, middles, painted
from pipeline.groups import _solid
from pipeline.masks import painted_over, pixels, stretches, without
from pipeline.prepare import ink_mask
from pipeline.rules import TINTED, without_pens


@pytest.mark.parametrize(("share", "more"), [(0.002, False), (0.12, True)])
def test_the_same_as_opencv_finds_also_where_16_bits_do_not_number_them(share: float, more: bool) -> None:
    mask = np.asarray((np.random.default_rng(5).random((1500, 1200)) < share) * 255, np.uint8)
    expected = cv2.connectedComponentsWithStats(mask)
    found = components(mask)
    assert (found[0] > 65_535) == more
    assert found[0] == expected[0]
    for own, theirs in zip(found[1:], expected[1:3], strict=True):
        np.testing.assert_array_equal(own, theirs)
    np.testing.assert_allclose(middles(mask, found[1], found[0])[1:], expected[3][1:])


@pytest.mark.parametrize("level", [0, 255])
def test_a_mask_of_one_kind_has_one_mark_or_none(level: int) -> None:
    count, labels, stats = components(np.full((40, 70), level, np.uint8))
    assert count == 1 + (level > 0)
    assert (labels == (level > 0)).all()
    assert stats[count - 1].tolist() == [0, 0, 70, 40, 2800]


@pytest.mark.parametrize("share", [0.002, 0.12])
def test_marks_are_painted_by_their_numbers(share: float) -> None:
    rng = np.random.default_rng(6)
    mask = np.asarray((rng.random((1500, 1200)) < share) * 255, np.uint8)
    count, labels, _ = components(mask)
    chosen = rng.random(count) < 0.5
    np.testing.assert_array_equal(painted(labels, chosen), chosen[labels] * 255)
    np.testing.assert_array_equal(pixels(mask), np.flatnonzero(mask))


def test_what_a_mask_covers_is_painted_over_and_nothing_else() -> None:
    rng = np.random.default_rng(7)
    page = np.asarray(rng.integers(0, 256, (90, 70)), np.uint8)
    one, other = (np.asarray((rng.random((90, 70)) < 0.4) * 255, np.uint8) for _ in range(2))
    np.testing.assert_array_equal(painted_over(page, one, 245), np.where(one > 0, 245, page))
    np.testing.assert_array_equal(without(one, other), np.where(other > 0, 0, one))


@given(st.integers(0, 10_000), st.integers(2, 120), st.integers(1, 200), st.integers(1, 60))
def test_stretches_are_what_an_opening_by_a_line_leaves(seed: int, length: int, width: int, height: int) -> None:
    rng = np.random.default_rng(seed)
    mask = np.zeros((height, width), np.uint8)
    for _ in range(rng.integers(12)):
        x, y = rng.integers(width), rng.integers(height)
        mask[y : y + 1 + rng.integers(3), x : x + rng.integers(2 * length)] = 255
    rows, opened = stretches(mask, length)
    found = np.zeros_like(mask)
    found[rows] = opened
    np.testing.assert_array_equal(found, cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)))


@pytest.mark.parametrize(("window", "offset"), [(41, 14), (25, 10), (31, 16)])
def test_ink_is_where_opencv_s_local_threshold_finds_it(window: int, offset: int) -> None:
    page = np.asarray(np.random.default_rng(window).integers(0, 256, (130, 90)), np.uint8)
    page = np.asarray(cv2.GaussianBlur(page, (0, 0), 1.5), np.uint8)
    how = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    expected = cv2.adaptiveThreshold(page, 255, *how, window, offset)
    assert 0.02 < expected.mean() / 255 < 0.9
    np.testing.assert_array_equal(ink_mask(page, window, offset), expected)


@pytest.mark.parametrize("wide", [3, 11, 17, 25])
def test_solid_ink_is_what_an_opening_by_a_disc_leaves(wide: int) -> None:
    rng = np.random.default_rng(wide)
    mask = np.asarray(cv2.GaussianBlur(rng.normal(size=(400, 300)), (0, 0), wide / 3) > 0.02, np.uint8) * 255
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    expected = cv2.morphologyEx(mask, cv2.MORPH_OPEN, disc)
    assert expected.any()
    np.testing.assert_array_equal(_solid(mask, wide), expected)
    assert not _solid(np.zeros_like(mask), wide).any()


def test_coloured_ink_goes_and_black_ink_stays() -> None:
    colour = np.full((300, 400, 3), 245, np.uint8)
    colour[50:90, 40:200] = (150, 60, 30)  # a blue pen
    colour[150:190, 40:200] = (30, 30, 30)
    grey = np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8)
    ink = np.asarray((grey < 200) * 255, np.uint8)
    out = without_pens(grey, colour, ink)
    assert out[60:80, 60:180].min() == 245
    np.testing.assert_array_equal(out[155:185, 60:180], grey[155:185, 60:180])
    colour[50:90, 40:200] = (60, 60, 60 + int(TINTED) // 2)  # hardly coloured: the page is written in black
    grey = np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.uint8)
    assert without_pens(grey, colour, ink) is grey

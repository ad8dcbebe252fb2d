"""Transforms go there and back; so does all that leads from master pixels to a prepared page."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.prepare import LONG_SIDE, crop_borders, fill_surround, measure_tilt, prepare, remove_specks, warp
from pipeline.sizes import reduced
from records.geometry import Box, Point, Transform
from records.ports import Image

NUMBERS = st.floats(-5000, 5000)
POINTS = st.builds(Point, NUMBERS, NUMBERS)
STEPS = st.one_of(
    st.builds(Transform.shift, NUMBERS, NUMBERS),
    st.builds(Transform.scale, st.floats(0.1, 10), st.floats(0.1, 10)),
    st.builds(Transform.quarter_turns, st.integers(-8, 8), st.floats(1, 5000), st.floats(1, 5000)),
)


def near(a: Point, b: Point, within: float = 1e-3) -> bool:
    return math.hypot(a.x - b.x, a.y - b.y) < within


@given(st.lists(STEPS, min_size=1, max_size=5), POINTS)
def test_there_and_back(steps: list[Transform], point: Point) -> None:
    whole = Transform.identity()
    expected = point
    for step in steps:
        whole = whole.then(step)
        expected = step.point(expected)
    size = max(1.0, abs(expected.x), abs(expected.y))
    assert near(whole.point(point), expected, 1e-6 * size)
    if abs(whole.m[0] * whole.m[4] - whole.m[1] * whole.m[3]) > 1e-4:
        assert near(whole.inverse().point(whole.point(point)), point, 1e-5 * size)


@given(st.integers(0, 3), st.integers(1, 40), st.integers(1, 40))
def test_quarter_turns_turn_as_pixels_do(turns: int, width: int, height: int) -> None:
    image = np.zeros((height, width), np.uint8)
    image[0, 0] = 1
    turned = np.rot90(image, -turns)
    y, x = (int(v) for v in np.argwhere(turned)[0])
    moved = Transform.quarter_turns(turns, width, height).point(Point(0.5, 0.5))  # the middle of the pixel
    assert near(moved, Point(x + 0.5, y + 0.5))
    assert near(Transform.quarter_turns(4, width, height).point(Point(3, 4)), Point(3, 4))


def test_what_flattens_has_no_way_back() -> None:
    with pytest.raises(ValueError, match="no inverse"):
        Transform.scale(0, 1).inverse()


@given(st.builds(Box, NUMBERS, NUMBERS, st.floats(0, 500), st.floats(0, 500)), NUMBERS, NUMBERS)
def test_boxes_overlap_with_themselves(box: Box, dx: float, dy: float) -> None:
    moved = Box(box.x + dx, box.y + dy, box.w, box.h)
    assert box.overlap(box) == pytest.approx(box.area, rel=1e-6, abs=1e-6)
    assert 0 <= box.iou(moved) <= 1 + 1e-9
    assert box.overlap(moved) == pytest.approx(moved.overlap(box))
    around = box.polygon().box()
    assert (around.x, around.y) == (box.x, box.y)
    assert (around.w, around.h) == pytest.approx((box.w, box.h), abs=1e-6)


# --- prepared pages ---------------------------------------------------------------------------------------


def drawn(width: int = 1240, height: int = 1754) -> Image:
    """A page of printed lines with some rules, not centred."""
    draw = np.random.default_rng(5)
    page = np.full((height, width, 3), 238, np.uint8)
    for y in range(200, height - 250, 44):
        x = 140
        while x < width - 180:
            length = int(draw.integers(20, 90))
            cv2.rectangle(page, (x, y), (x + length, y + 14), (40, 40, 40), -1)
            x += length + 16
    cv2.rectangle(page, (100, 160), (width - 100, height - 200), (30, 30, 30), 2)
    return page


def leaning(page: Image, degrees: float) -> tuple[Image, Transform]:
    """The page turned counter-clockwise about its middle, and how its points moved."""
    h, w = page.shape[:2]
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
    a, b, c, d, e, f = (float(v) for v in turn.ravel())
    moved = Transform((a, b, c, d, e, f, 0, 0, 1))
    return np.asarray(cv2.warpAffine(page, turn, (w, h), borderMode=cv2.BORDER_REPLICATE), np.uint8), moved


@pytest.mark.parametrize("degrees", [-5.5, -2.0, -0.4, 0.0, 0.3, 1.0, 3.3, 5.5])
def test_the_tilt_is_found(degrees: float) -> None:
    found = measure_tilt(leaning(drawn(), degrees)[0])
    assert abs(abs(found) - abs(degrees)) < 0.15
    assert abs(found - degrees) < 0.15


@pytest.mark.parametrize("degrees", [-3.0, 0.0, 1.5])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_prepared_points_lead_back_to_the_master(degrees: float, turns: int) -> None:
    master, moved = leaning(drawn(), degrees)
    prepared = prepare(master, turns)
    told = prepared.preparation
    assert (told.height, told.width) == prepared.grey.shape == prepared.colour.shape[:2]
    there, back = told.to_prepared, told.to_master
    for x in range(50, 1240, 300):
        for y in range(50, 1754, 300):
            assert near(back.point(there.point(Point(x, y))), Point(x, y), 0.5)
    # a corner of the printed frame lies where the transform says
    corner = there.point(moved.point(Point(100, 160)))
    x, y = round(corner.x), round(corner.y)
    around = prepared.grey[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5]
    assert around.size
    assert around.min() < 120
    assert prepared.grey[max(0, y - 30) : y + 31, max(0, x - 30) : x + 31].max() > 200


def test_lines_lie_level_after_preparing() -> None:
    prepared = prepare(leaning(drawn(), 2.4)[0])
    assert abs(measure_tilt(prepared.grey)) < 0.15
    assert max(prepared.grey.shape) <= LONG_SIDE * 1.1


def test_dark_borders_are_cut_and_told() -> None:
    framed = np.full((1954, 1440, 3), 20, np.uint8)
    framed[100:1854, 120:1360] = drawn()
    cut, step = crop_borders(framed)
    assert abs(cut.shape[0] - 1754) < 12
    assert abs(cut.shape[1] - 1240) < 12
    inside = step.transform.point(Point(120, 100))
    assert near(inside, Point(0, 0), 8)


def on_bed(light: int = 20) -> Image:
    """Return a page with a dark wedge along its left side and a sliver along its foot, which have grain."""
    page = drawn()
    grain = np.random.default_rng(1).integers(-8, 9, page.shape).astype(np.int16)
    bed = np.clip(light + grain, 0, 255).astype(np.uint8)
    off = np.zeros(page.shape[:2], np.uint8)
    cv2.fillPoly(off, [np.array([(0, 300), (60, 1753), (0, 1753)])], 255)
    off[-12:] = 255
    return np.asarray(np.where(off[:, :, None] > 0, bed, page), np.uint8)


def test_what_is_left_of_a_dark_bed_is_as_the_paper_beside_it() -> None:
    filled, step = fill_surround(on_bed())
    assert 0.02 < step.facts["share"] < 0.1
    assert filled[-400:, :40].min() > 150
    assert filled[-8:, 100:].min() > 150
    whole, none = fill_surround(drawn())
    assert none.facts["share"] == 0
    assert np.array_equal(whole[1:-1, 1:-1], drawn()[1:-1, 1:-1])


def test_what_is_dark_in_the_middle_of_the_page_stays() -> None:
    page = drawn()
    cv2.circle(page, (600, 900), 60, (40, 40, 160), -1)  # a blot, a filled stamp
    cv2.rectangle(page, (300, 200), (900, 260), (20, 20, 20), -1)  # a black band
    filled, step = fill_surround(page)
    assert step.facts["share"] == 0
    assert np.array_equal(filled[1:-1, 1:-1], page[1:-1, 1:-1])


def test_a_narrow_strip_with_a_dark_part_is_prepared() -> None:
    strip = np.full((8000, 64, 3), 230, np.uint8)
    strip[2000:4000] = 10
    prepared = prepare(strip)
    assert prepared.grey.shape == (prepared.preparation.height, prepared.preparation.width)


def test_a_shadow_on_the_paper_keeps_what_is_written_in_it() -> None:
    page = drawn().astype(np.float32)
    page[:, :300] *= np.linspace(0.3, 1.0, 300)[None, :, None]  # fades, as a shadow does
    shaded = np.asarray(page, np.uint8)
    filled, _ = fill_surround(shaded)
    assert np.array_equal(filled[1:-1, 1:-1], shaded[1:-1, 1:-1])
    grey = drawn().astype(np.float32)
    grey[:, :300] *= 0.5  # sharp, but not so dark
    half = np.asarray(grey, np.uint8)
    assert np.array_equal(fill_surround(half)[0][1:-1, 1:-1], half[1:-1, 1:-1])


@pytest.mark.parametrize("shape", [(64, 64, 3), (64, 4000, 3), (4000, 64, 3), (300, 200)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_flat_pages_of_any_shape_are_prepared(shape: tuple[int, ...], level: int) -> None:
    prepared = prepare(np.full(shape, level, np.uint8))
    assert prepared.grey.shape == (prepared.preparation.height, prepared.preparation.width)


def test_a_page_warped_nowhere_is_the_same() -> None:
    page = drawn()
    assert np.array_equal(warp(page, Transform.identity(), 1240, 1754), page)


@pytest.mark.parametrize(("shape", "side"), [((1500, 1101), 300), ((640, 481), 600), ((90, 60), 600), ((2000, 3), 90)])
def test_a_reduced_page_is_of_the_size_asked_and_as_light_everywhere(shape: tuple[int, int], side: int) -> None:
    y, x = np.mgrid[: shape[0], : shape[1]]
    page = np.asarray(100 + 100 * x / shape[1] + 40 * y / shape[0], np.uint8)
    small = reduced(page, side)
    assert max(small.shape) == side
    assert small.shape[1] / small.shape[0] == pytest.approx(shape[1] / shape[0], abs=0.02)
    rows, columns = np.linspace(0, shape[0] - 1, small.shape[0]), np.linspace(0, shape[1] - 1, small.shape[1])
    there = page[np.ix_(rows.round().astype(int), columns.round().astype(int))]
    assert np.abs(small.astype(int) - there).max() <= (34 if shape[1] == 3 else 3)


def test_lonely_specks_go_and_dots_of_letters_and_leaders_stay() -> None:
    page = np.full((300, 400), 245, np.uint8)
    page[50:52, 60:62] = 40  # a grain of dust
    page[150:153, 60:63] = 40  # the dot of an i whose stem is too pale
    page[250:252, 20:380:8] = page[250:252, 21:380:8] = 60  # a dotted leader
    page[100:130, 300:304] = page[90:92, 301:303] = 40  # a letter with its small dot
    cleaned, step = remove_specks(page)
    assert cleaned[45:58, 55:68].min() == 245
    assert step.facts["pixels"] == 4
    page[48:55, 58:65] = 245
    np.testing.assert_array_equal(cleaned, page)
    assert remove_specks(cleaned)[1].facts["pixels"] == 0

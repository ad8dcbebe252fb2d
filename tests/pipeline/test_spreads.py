"""Paper and fold in pictures composed here, where both are known."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.spreads import PagePicture, find_spread, split, whole
from records.errors import PageError
from records.geometry import Point
from records.ports import Image
from tests.pipeline.openings import Opening, blank, opened, sample_pages

NEAR, NEAR_ENDS = 0.015, 0.025
"""Share of the picture's width by which a fold may be missed at half height, and at its ends."""

VAGUE = 1.3
"""How much more than that any opening may be missed by: the palest shadow on a leaf of empty columns tells little."""


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> list[Image]:
    return sample_pages(tmp_path_factory.mktemp("book"))


def missed_by(opening: Opening) -> float:
    """How far the found fold is from the true one, in widths of the picture, over what is allowed; infinite for none.

    :data:`NEAR` is allowed at half height; at the ends, where its lean counts as well, :data:`NEAR_ENDS`.
    """
    fold = find_spread(opening.picture).fold
    if fold is None:
        return math.inf
    middle = (opening.top.y + opening.bottom.y) / 2
    allowed = {opening.top.y: NEAR_ENDS, middle: NEAR, opening.bottom.y: NEAR_ENDS}
    width = int(opening.picture.shape[1])
    return max(abs(fold.x_at(y) - opening.x_at(y)) / width / near for y, near in allowed.items())


@pytest.mark.slow
@pytest.mark.parametrize("tilt", [-3.0, -1.2, 0.0, 1.7, 3.0])
@pytest.mark.parametrize("kind", ["usual", "narrow right page", "narrow left page", "half empty", "weak shadow"])
def test_the_fold_of_an_opened_book_is_found(sheets: list[Image], kind: str, tilt: float) -> None:
    left, right = sheets[3], sheets[4]
    cut = int(0.72 * left.shape[1])
    opening = {
        "usual": lambda: opened(left, right, tilt=tilt),
        "narrow right page": lambda: opened(left, right[:, :cut], tilt=tilt),
        "narrow left page": lambda: opened(left[:, -cut:], right, tilt=tilt),
        "half empty": lambda: opened(left, blank(right), tilt=tilt),
        "weak shadow": lambda: opened(left, right, tilt=tilt, shadow=18),
    }[kind]()
    assert missed_by(opening) <= 1


@pytest.mark.slow
@settings(max_examples=10)
@given(
    pages=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    tilt=st.floats(-3, 3),
    shadow=st.floats(25, 150),
    reach=st.floats(0.01, 0.04),
    table=st.integers(10, 90),
    border=st.tuples(st.integers(10, 90), st.integers(10, 150)),
)
def test_any_two_pages_on_any_dark_table(
    sheets: list[Image],
    pages: tuple[int, int],
    tilt: float,
    shadow: float,
    reach: float,
    table: int,
    border: tuple[int, int],
) -> None:
    left, right = (sheets[i] for i in pages)
    opening = opened(left, right, tilt=tilt, shadow=shadow, reach=reach, table=table, border=border)
    assert missed_by(opening) <= VAGUE


@pytest.mark.slow
def test_a_single_page_has_no_fold(sheets: list[Image]) -> None:
    for page in sheets:
        assert find_spread(page).fold is None
        lying = cv2.copyMakeBorder(page, 70, 70, 120, 120, cv2.BORDER_CONSTANT, value=(30, 30, 30))
        assert find_spread(np.asarray(lying, np.uint8)).fold is None


def row_page(*, empty: tuple[int, int] | None = None) -> Image:
    """An A3 page in landscape: one case a row, ruled columns, no fold; one column may hold nothing."""
    page = np.full((1190, 1684, 3), 232, np.uint8)
    columns = (70, 150, 420, 640, 860, 1080, 1330, 1614)
    for x in columns:
        cv2.line(page, (x, 120), (x, 1110), (70, 70, 70), 2)
    for y in range(120, 1111, 90):
        cv2.line(page, (70, y), (1614, y), (70, 70, 70), 2)
        for x in columns[:-1]:
            if y < 1100 and not (empty and empty[0] <= x < empty[1]):
                cv2.putText(page, "Lan", (x + 12, y + 55), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.0, (90, 40, 30), 2)
    return page


def two_columns() -> Image:
    """An unruled page in landscape with two columns of text and a wide gap between them."""
    page = np.full((1190, 1684, 3), 235, np.uint8)
    for x in (90, 930):
        for y in range(150, 1100, 60):
            cv2.putText(page, "Uy ban nhan dan xa dang ky", (x, y), cv2.FONT_HERSHEY_COMPLEX, 1.1, (40, 40, 40), 2)
    return page


@pytest.mark.parametrize(
    "page", [row_page(), row_page(empty=(640, 1080)), two_columns()], ids=["rows", "empty", "text"]
)
def test_one_page_in_landscape_is_one_page(page: Image) -> None:
    spread = find_spread(page)
    assert spread.fold is None
    assert 0.5 <= spread.confidence <= 1
    with pytest.raises(ValueError, match="one page"):
        split(page, spread)


@pytest.mark.parametrize(
    "surface",
    [(30, 30, 30), (25, 40, 60), (50, 80, 120), (0, 0, 0)],
    ids=["black cloth", "dark wood", "brown wood", "lens cap"],
)
def test_a_table_without_a_page_says_so(surface: tuple[int, int, int]) -> None:
    grain = np.random.default_rng(4).normal(0, 10 if any(surface) else 0, (900, 1200, 1))
    table = np.clip(np.array(surface) + grain, 0, 255).astype(np.uint8)
    with pytest.raises(PageError) as refused:
        find_spread(table)
    assert refused.value.code == "PAGE_NOT_IN_PICTURE"


def drawn_opening(*, pull: float = 0.0, tilt: float = 0.0, gap: int = 60) -> Opening:
    """An opened book of two ruled pages, quickly drawn."""
    page = np.full((1100, 800, 3), 230, np.uint8)
    for y in range(100, 1040, 55):
        cv2.line(page, (gap, y), (800 - gap, y), (90, 90, 90), 2)
        cv2.putText(page, "Nguyen Thi Lan", (gap + 30, y - 12), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.1, (60, 30, 20), 2)
    return opened(page, page.copy(), pull=pull, tilt=tilt, border=(80, 110))


def turned_back(page: PagePicture, at: Point) -> float:
    back = page.step.transform.inverse().point(page.step.transform.point(at))
    return math.dist((back.x, back.y), (at.x, at.y))


@settings(max_examples=10)
@given(tilt=st.floats(-3, 3), pull=st.sampled_from([0.0, 0.05]), x=st.floats(0, 1820), y=st.floats(0, 1260))
def test_every_place_of_a_page_leads_back_to_the_master(tilt: float, pull: float, x: float, y: float) -> None:
    opening = drawn_opening(tilt=tilt, pull=pull)
    spread = find_spread(opening.picture)
    for page in (*split(opening.picture, spread), whole(opening.picture, spread)):
        assert turned_back(page, Point(x, y)) < 1e-3


@pytest.mark.parametrize(("tilt", "pull"), [(0.0, 0.0), (2.5, 0.0), (-2.0, 0.0), (0.0, 0.06), (1.5, 0.05)])
def test_what_is_drawn_on_the_master_lies_where_the_step_says(tilt: float, pull: float) -> None:
    opening = drawn_opening(tilt=tilt, pull=pull)
    spread = find_spread(opening.picture)
    marked = opening.picture.copy()
    marks = {"left": (430, 620), "right": (1320, 700)}
    for at in marks.values():
        cv2.circle(marked, at, 6, (0, 255, 0), -1)
    for page in split(marked, spread):
        b, g, r = (page.image[:, :, k].astype(int) for k in range(3))
        ys, xs = np.nonzero((g > 200) & (b < 90) & (r < 90))
        x, y = marks[page.side]
        expected = page.step.transform.point(Point(x, y))
        assert math.dist((xs.mean(), ys.mean()), (expected.x, expected.y)) < 1.0


def test_a_picture_taken_aslant_is_made_flat_by_its_corners() -> None:
    opening = drawn_opening(pull=0.06)
    spread = find_spread(opening.picture)
    assert spread.corners_sure
    for found, true in zip(spread.paper.points, opening.corners, strict=True):
        assert math.dist((found.x, found.y), (true.x, true.y)) < 8
    left, right = split(opening.picture, spread)
    assert left.step.facts["rectified"] == right.step.facts["rectified"] == 1
    a, b, c, d = opening.corners
    for page, corners in ((left, (a, opening.top, opening.bottom, d)), (right, (opening.top, b, c, opening.bottom))):
        h, w = page.image.shape[:2]
        for corner, (x, y) in zip(corners, ((0, 0), (w, 0), (w, h), (0, h)), strict=True):
            there = page.step.transform.point(corner)
            assert math.dist((there.x, there.y), (x, y)) < 0.02 * (w + h)


def test_a_page_that_lies_askew_is_not_bent() -> None:
    opening = drawn_opening(tilt=2.0)
    spread = find_spread(opening.picture)
    for page in split(opening.picture, spread):
        assert page.step.facts["rectified"] == 0
        assert page.step.transform.m[6:] == (0, 0, 1)


def test_both_halves_share_the_fold_and_leave_nothing_out() -> None:
    opening = drawn_opening(tilt=1.0)
    spread = find_spread(opening.picture)
    assert spread.fold is not None
    left, right = split(opening.picture, spread)
    for end in (spread.fold.top, spread.fold.bottom):
        assert abs(left.step.transform.point(end).x - left.image.shape[1]) <= 1.5
        assert abs(right.step.transform.point(end).x) <= 1.5
    a, b, c, d = spread.paper.points
    for page, corners in ((left, (a, d)), (right, (b, c))):
        h, w = page.image.shape[:2]
        for corner in corners:
            there = page.step.transform.point(corner)
            assert -2 <= there.x <= w + 2 and -2 <= there.y <= h + 2


def test_the_outline_of_the_paper_goes_clockwise_from_the_top_left() -> None:
    points = find_spread(drawn_opening(tilt=-2).picture).paper.points
    a, b, c, d = points
    turns = [(q.x - p.x) * (r.y - q.y) - (q.y - p.y) * (r.x - q.x) for p, q, r in ((a, b, c), (b, c, d), (c, d, a))]
    assert all(turn > 0 for turn in turns)
    assert min(points, key=lambda p: p.x + p.y) == points[0]


def test_what_lies_in_the_shadow_of_the_binding_is_not_cut_away() -> None:
    page = row_page()
    page[:] = np.full_like(page, 205) - (232 - page.astype(int)).clip(0, 205).astype(np.uint8)
    shade = 1 - 0.4 * np.exp(-np.arange(page.shape[1]) / 120)
    dim = np.clip(page * shade[None, :, None], 0, 255).astype(np.uint8)
    spread = find_spread(dim)
    assert spread.fold is None
    box = spread.paper.box()
    assert box.x <= 0.02 * dim.shape[1] and box.right >= 0.98 * dim.shape[1]

"""Lines that climb at the fold come to lie level, whatever is level stays, and points lead back to the master."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.flatten import flatten, measure_bend, measure_lean
from pipeline.payloads import of_preparation, to_preparation
from pipeline.prepare import prepare
from records.geometry import Bend, Box, Point, Polygon, Route, Transform
from records.pages import Preparation, Step
from records.ports import Image
from samples import make_book
from samples.difficulty import DIALS

Numbers = NDArray[np.float64]
WIDTH, HEIGHT = 1654, 2339
REACH = 205.0
"""Pixels over which a bend fades: 26 mm."""


def ruled(width: int = WIDTH) -> Image:
    """A page of level rules with marks between them; that of an opened book has none about its fold."""
    draw = np.random.default_rng(7)
    page = np.full((HEIGHT, width, 3), 238, np.uint8)
    leaves = [(120, width - 120)] if width == WIDTH else [(120, width // 2 - 60), (width // 2 + 60, width - 120)]
    for left, right in leaves:
        for y in range(200, HEIGHT - 180, 70):
            cv2.line(page, (left, y), (right, y), (50, 50, 50), 2)
            for x in range(left + 20, right - 140, 160):
                x0, y0 = x + int(draw.integers(0, 60)), y - int(draw.integers(12, 40))
                cv2.line(page, (x0, y0), (x0 + 60, y0 - int(draw.integers(-12, 13))), (120, 40, 30), 3)
    return page


def bent(page: Image, fold: float, rise: float, *, fall: float | None = None) -> tuple[Image, Numbers]:
    """The page with its lines *rise* pixels higher at the fold (right of it *fall*), and how far up for each column."""
    x = np.arange(page.shape[1], dtype=np.float32)
    up = np.where(x <= fold, rise, rise if fall is None else fall) * np.exp(-np.abs(x - fold) / REACH)
    rows = np.arange(page.shape[0], dtype=np.float32)[:, None] + up.astype(np.float32)
    columns = np.broadcast_to(x, rows.shape).copy()
    out = cv2.remap(page, columns, rows.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.uint8), up


def bent_and_leaning(lean: float) -> Image:
    """A bent page with two upright rules, of which all lean after its tilt was measured."""
    page = ruled()
    for x in (118, 500, WIDTH - 120):
        cv2.line(page, (x, 200), (x, HEIGHT - 180), (50, 50, 50), 3)
    there = np.array([[1, lean, 0], [0, 1, 0]], np.float64)
    return bent(
        np.asarray(cv2.warpAffine(page, there, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE), np.uint8), 0, 30
    )[0]


def grey_of(page: Image) -> Image:
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)


def unevenness(step: Step, up: Numbers, columns: range, y: float) -> float:
    """How far a line drawn at *y* is from straight where it came to lie, in pixels."""
    at = [step.route.point(Point(x, y - float(up[x]))).y for x in columns]
    x = np.array(columns)
    return float(np.abs(np.array(at) - np.polyval(np.polyfit(x, at, 1), x)).max())


@pytest.mark.parametrize("rise", [-45.0, -14.0, 14.0, 45.0])
@pytest.mark.parametrize("fold", [0, WIDTH - 1])
def test_a_bent_page_becomes_level(rise: float, fold: int) -> None:
    page, up = bent(ruled(), fold, rise)
    flat, step = flatten(page)
    assert step.bend is not None
    for y in (270, 1180, 2090):
        assert unevenness(step, up, range(130, WIDTH - 130, 20), y) < 2.0
    assert measure_bend(grey_of(flat))[0] is None


@pytest.mark.parametrize(("rise", "fall"), [(24.0, 24.0), (20.0, -16.0)])
def test_both_leaves_of_an_opened_book_become_level(rise: float, fall: float) -> None:
    width, y = 2 * WIDTH, 1180
    page, up = bent(ruled(width), WIDTH, rise, fall=fall)
    _, step = flatten(page)
    assert step.bend is not None
    leaves = range(130, WIDTH - 70, 20), range(WIDTH + 70, width - 130, 20)
    assert all(unevenness(step, up, leaf, y) < 1.5 for leaf in leaves)
    left, right = (np.median([step.route.point(Point(x, y - float(up[x]))).y for x in leaf]) for leaf in leaves)
    assert abs(left - right) < 3


def test_a_point_is_where_its_ink_came_to_be() -> None:
    page, up = bent(ruled(), 0, 40)
    flat, step = flatten(page)
    dark = flat.min(axis=2)
    for x in range(140, WIDTH - 140, 90):
        at = step.route.point(Point(x, 1180 - float(up[x]))).y  # the middle of a rule
        near = dark[round(at) - 4 : round(at) + 5, x - 3 : x + 4].mean(axis=1)
        assert abs(int(near.argmin()) - 4) <= 1


@pytest.mark.parametrize("lean", [-0.012, 0.012])
def test_upright_rules_of_a_bent_page_stand_upright(lean: float) -> None:
    page = bent_and_leaning(lean)
    assert measure_lean(grey_of(page)) == pytest.approx(lean, abs=0.001)
    flat, step = flatten(page)
    assert abs(measure_lean(grey_of(flat))) < 0.001
    assert measure_bend(grey_of(flat))[0] is None
    x, y = 500 + lean * 1500, 1500.0
    at = step.route.point(Point(x, y))
    near = flat.min(axis=2)[round(at.y) - 3 : round(at.y) + 4, round(at.x) - 4 : round(at.x) + 5].mean(axis=0)
    assert abs(int(near.argmin()) - 4) <= 1


def slanted(page: Image) -> Image:
    """What a pen wrote, each line in its own direction, many of them climbing."""
    draw = np.random.default_rng(3)
    for y in range(200, HEIGHT - 200, 75):
        climb = float(draw.normal(-0.03, 0.02))
        for x in range(150, WIDTH - 200, 44):
            at = int(y + climb * x + draw.normal(0, 3))
            cv2.ellipse(
                page, (x, at), (int(draw.integers(6, 20)), 12), 20, 0, int(draw.integers(90, 360)), (60, 40, 30), 3
            )
    return page


LEFT_ALONE: dict[str, Callable[[], Image]] = {
    "ruled": ruled,
    "opened": lambda: ruled(2 * WIDTH),
    "hardly bent": lambda: bent(ruled(), 0, 5)[0],
    "blank": lambda: np.full((HEIGHT, WIDTH, 3), 240, np.uint8),
    "noise": lambda: np.random.default_rng(1).normal(220, 12, (HEIGHT, WIDTH, 3)).clip(0, 255).astype(np.uint8),
    "handwriting": lambda: slanted(np.full((HEIGHT, WIDTH, 3), 240, np.uint8)),
    "low": lambda: np.full((3, 900, 3), 240, np.uint8),
    "narrow": lambda: np.full((900, 3, 3), 240, np.uint8),
}


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_is_level_or_tells_nothing_is_left_alone(name: str) -> None:
    page = LEFT_ALONE[name]()
    same, step = flatten(page)
    assert same is page
    assert step.bend is None
    assert step.transform == Transform.identity()


@pytest.fixture(scope="module")
def bent_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few pages of a book that is bound so tightly that they bend."""
    folder = tmp_path_factory.mktemp("bent") / "book"
    with mock.patch.dict(DIALS, {"medium": replace(DIALS["medium"], curl=3.0, margin=0.0)}):
        make_book(folder, edition_id="birth-2016", cases=2, seed=5, formats=("jpeg",))
    return folder


# --- the way there and back --------------------------------------------------------------------------------

UP = st.floats(-60, 60)
BENDS = st.integers(1, 40).flatmap(
    lambda n: st.builds(
        lambda top, foot: Bend(tuple(40.0 * k for k in range(n)), tuple(top), tuple(foot), 2339.0),
        *[st.lists(UP, min_size=n, max_size=n)] * 2,
    )
)
POINTS = st.builds(Point, st.floats(-100, 1800), st.floats(-100, 2500))
TURNED = Transform.quarter_turns(1, 1654, 2339).then(Transform.scale(0.7, 0.71)).then(Transform.shift(-20, 31))


@given(st.lists(BENDS, min_size=1, max_size=3), POINTS)
def test_there_and_back_within_half_a_pixel(bends: list[Bend], point: Point) -> None:
    steps = [Step("turn", TURNED)] + [Step("flatten", Transform.shift(3, -2), {}, bend) for bend in bends]
    told = Preparation(tuple(steps), 1654, 2339)
    there = told.to_prepared.point(point)
    expected = point
    for step in steps:
        expected = step.route.point(expected)
    back = told.to_master.point(there)
    assert (there.x, there.y) == pytest.approx((expected.x, expected.y), abs=1e-6)
    assert (back.x, back.y) == pytest.approx((point.x, point.y), abs=0.01)


@given(BENDS)
def test_bends_go_through_json(bend: Bend) -> None:
    told = Preparation((Step("deskew", TURNED), Step("flatten", Transform.identity(), {"bend": 4.5}, bend)), 9, 9)
    assert to_preparation(json.loads(json.dumps(of_preparation(told)))) == told


def test_a_preparation_kept_before_bends_still_loads() -> None:
    raw = {"name": "deskew", "transform": [1, 0, 2, 0, 1, 3, 0, 0, 1], "facts": {"degrees": 0.0}}
    told = to_preparation({"width": 9, "height": 9, "steps": [raw]})
    assert told.to_prepared.legs == (Transform.shift(2, 3),)
    assert told.steps[0].bend is None


def test_an_outline_bends_along_and_back() -> None:
    bend = Bend((0.0, 100.0, 200.0, 300.0), (0.0, 0.0, 10.0, 30.0), (0.0, 0.0, 10.0, 30.0), 500.0)
    moved = bend.polygon(Box(50, 100, 250, 40).polygon())
    assert Point(200, 110) in moved.points
    assert Point(200, 150) in moved.points
    assert moved.box() == Box(50, 100, 250, 70)
    assert bend.inverse().polygon(moved).box() == Box(50, 100, 250, 40)
    assert len(bend.polygon(Box(10, 100, 80, 40).polygon()).points) == 4


@pytest.mark.parametrize(
    ("x", "top", "foot"),
    [((), (), ()), ((0.0,), (1.0, 2.0), (0.0,)), ((5.0, 5.0), (0.0, 0.0), (0.0, 0.0)), ((0.0,), (0.0,), (-500.0,))],
)
def test_what_is_no_bend_is_refused(x: tuple[float, ...], top: tuple[float, ...], foot: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="bend"):
        Bend(x, top, foot, 500.0)


def test_transforms_of_a_route_become_one() -> None:
    route = Route().then(Transform.shift(1, 2)).then(Transform.scale(2, 2))
    assert route.legs == (Transform.shift(1, 2).then(Transform.scale(2, 2)),)
    outline = Polygon((Point(0, 0), Point(1, 0), Point(0, 1)))
    assert Route().polygon(outline) == outline
    assert route.inverse().polygon(route.polygon(outline)) == outline


def test_truth_boxes_of_a_bent_sample_land_on_their_ink(bent_book: Path) -> None:
    bends, seen = 0, 0
    for row in map(json.loads, (bent_book / "truth.jsonl").read_text(encoding="utf-8").splitlines()):
        if row["role"] != "entry":
            continue
        image = cv2.imread(str(bent_book / row["file"]))
        assert image is not None
        page = prepare(np.asarray(image, np.uint8))
        bends += any(step.bend for step in page.preparation.steps)
        for told in row["entries"][0]["fields"].values():
            if not told.get("box") or "lines" in told:
                continue
            box = page.preparation.to_prepared.polygon(Box(*told["box"]).polygon()).box()
            part = page.grey[int(box.y) : int(box.bottom) + 1, int(box.x) : int(box.right) + 1]
            assert part.min() < 140
            seen += 1
    assert bends
    assert seen > 10

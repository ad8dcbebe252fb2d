"""What a picture shows: one page, or the two pages of an opened book; and how to cut it into them.

Finding and cutting are apart, since one case may run over both pages: whoever knows the form decides whether to split.
Everything found is told in master pixels.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from pipeline.folds import UNDECIDED, LevelFold, find_fold
from pipeline.paper import SIDE, Paper, find_paper
from pipeline.prepare import measure_tilt, warp
from pipeline.sizes import reduced
from records.errors import PageError
from records.geometry import Box, Point, Polygon, Transform
from records.pages import Step
from records.ports import Image

Side = Literal["left", "right", "whole"]
LEAST_ASPECT = 1.0
"""Width to height of the paper from which a picture may show two pages."""
PERSPECTIVE = 2.5
"""Degrees between opposite sides of the paper from which it is rectified: less is paper that lies or was cut askew."""
AGREES = 0.25
"""Share of that angle by which the fold may miss the mean of the sides: more, and a side is no edge of the page."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Where two pages meet: a line from the upper to the lower edge of the paper, in master pixels."""

    top: Point
    bottom: Point

    def x_at(self, y: float) -> float:
        """Return where the fold, or the line it lies on, crosses the height *y*."""
        return self.top.x + (self.bottom.x - self.top.x) * (y - self.top.y) / (self.bottom.y - self.top.y)


@dataclass(frozen=True, slots=True)
class Spread:
    """What one picture shows. *paper* is its outline, clockwise from the top left, in master pixels.

    *fold* is None where one page is seen. *confidence* in [0.5, 1] is how clearly the signs speak for what is said;
    it is no calibrated probability. *corners_sure*: the four corners are seen and tell the perspective.
    """

    paper: Polygon
    corners_sure: bool
    fold: Fold | None
    confidence: float


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page cut from a picture: its pixels, and the step from master pixels to them."""

    side: Side
    image: Image
    step: Step


def find_spread(image: Image) -> Spread:
    """Find paper and fold in a decoded picture (grey or BGR). Raises PageError where it shows no page at all."""
    colour = image if image.ndim == 3 else np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)
    h, w = colour.shape[:2]
    small = reduced(colour, SIDE, by_area=True)
    paper = find_paper(small)
    if paper is None:
        raise PageError("PAGE_NOT_IN_PICTURE")
    back = Transform.scale(w / small.shape[1], h / small.shape[0])
    outline = back.polygon(paper.outline)
    if not _wide(paper):
        return Spread(outline, paper.sure, None, 1.0)
    seen, line = _fold(small, paper)
    likely = 1 / (1 + math.exp(-3 * (seen.score - UNDECIDED)))
    fold = _between(outline, *(back.point(p) for p in line)) if likely > 0.5 else None
    return Spread(outline, paper.sure, fold, max(likely, 1 - likely))


def _wide(paper: Paper) -> bool:
    a, b, c, d = paper.corners
    width = math.dist((a.x, a.y), (b.x, b.y)) + math.dist((d.x, d.y), (c.x, c.y))
    return width >= LEAST_ASPECT * (math.dist((a.x, a.y), (d.x, d.y)) + math.dist((b.x, b.y), (c.x, c.y)))


def _fold(small: Image, paper: Paper) -> tuple[LevelFold, tuple[Point, Point]]:
    """Return the likeliest fold, and its two ends in pixels of *small*."""
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    level = _turned(math.radians(measure_tilt(grey)))
    a, b, c, d = (level.point(p) for p in paper.corners)
    left, right = (a.x + d.x) / 2, (b.x + c.x) / 2
    top, bottom = max(a.y, b.y), min(c.y, d.y)
    level = level.then(Transform.shift(-left, -top))
    flat = warp(grey, level, max(64, round(right - left)), max(64, round(bottom - top)))
    found = find_fold(flat)
    back = level.inverse()
    return found, (back.point(Point(found.top, 0)), back.point(Point(found.bottom, flat.shape[0])))


def _turned(angle: float) -> Transform:
    """Return a turn about the origin by *angle* in radians; what leans counter-clockwise by it comes to lie level."""
    cos, sin = math.cos(angle), math.sin(angle)
    return Transform((cos, -sin, 0, sin, cos, 0, 0, 0, 1))


def _between(paper: Polygon, top: Point, bottom: Point) -> Fold:
    """Return the line through two points, from the upper to the lower edge of the paper."""
    a, b, c, d = paper.points
    return Fold(_crossing(top, bottom, a, b), _crossing(top, bottom, d, c))


def _crossing(p: Point, q: Point, a: Point, b: Point) -> Point:
    """Return where the line through *p* and *q* meets the line through *a* and *b*."""
    across = (q.x - p.x) * (b.y - a.y) - (q.y - p.y) * (b.x - a.x)
    t = ((a.x - p.x) * (b.y - a.y) - (a.y - p.y) * (b.x - a.x)) / across
    return Point(p.x + t * (q.x - p.x), p.y + t * (q.y - p.y))


def split(image: Image, spread: Spread) -> tuple[PagePicture, PagePicture]:
    """Return the left and the right page of an opened book. Raises ValueError for a picture of one page."""
    if spread.fold is None:
        raise ValueError("one page cannot be split")
    a, b, c, d = spread.paper.points
    top, bottom = spread.fold.top, spread.fold.bottom
    straight = _lean(top, bottom)
    agrees = abs((_lean(a, d) + _lean(b, c)) / 2 - straight) <= AGREES * _converge(spread.paper.points)
    flat = agrees and askew(spread)
    left = _cut(image, "left", (a, top, bottom, d), flat, straight)
    return left, _cut(image, "right", (top, b, c, bottom), flat, straight)


def whole(image: Image, spread: Spread) -> PagePicture:
    """Return the paper as one page: a single page, or an opened book whose rows run across the fold."""
    return _cut(image, "whole", spread.paper.points, askew(spread), 0.0)


def askew(spread: Spread) -> bool:
    """Whether the paper was seen so much from one side that it has to be made flat."""
    return spread.corners_sure and _converge(spread.paper.points) >= PERSPECTIVE


def _lean(top: Point, bottom: Point) -> float:
    """Return by how many degrees a line leans, foot to the right positive."""
    return math.degrees(math.atan2(bottom.x - top.x, bottom.y - top.y))


def _converge(corners: Sequence[Point]) -> float:
    """Return the larger angle in degrees between opposite sides of the four *corners*."""
    a, b, c, d = corners
    slopes = [math.degrees(math.atan2(q.y - p.y, q.x - p.x)) for p, q in ((a, b), (d, c))]
    return max(abs(_lean(a, d) - _lean(b, c)), abs(slopes[0] - slopes[1]))


def _cut(image: Image, side: Side, corners: Sequence[Point], flat: bool, lean: float) -> PagePicture:
    """Cut the page with these *corners* out: made *flat* by them, or turned by its *lean* into an upright box."""
    if flat:
        there, width, height = _rectified(corners)
    else:
        turned = _turned(math.radians(lean))
        box = Box.around(turned.point(p) for p in corners)
        there = turned.then(Transform.shift(-box.x, -box.y))
        width, height = box.w, box.h
    picture = warp(image, there, max(1, round(width)), max(1, round(height)))
    return PagePicture(side, picture, Step(f"page_{side}", there, {"lean": lean, "rectified": float(flat)}))


def _rectified(corners: Sequence[Point]) -> tuple[Transform, float, float]:
    """Return the homography that makes four corners an upright rectangle, and its width and height."""
    a, b, c, d = ((p.x, p.y) for p in corners)
    width = (math.dist(a, b) + math.dist(d, c)) / 2
    height = (math.dist(a, d) + math.dist(b, c)) / 2
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    m = cv2.getPerspectiveTransform(np.array([a, b, c, d], np.float32), flat)
    (a0, a1, a2), (b0, b1, b2), (c0, c1, c2) = ((float(v) for v in row) for row in m)
    return Transform((a0, a1, a2, b0, b1, b2, c0, c1, c2)), width, height

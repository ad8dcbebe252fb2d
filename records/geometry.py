"""Geometry on page images. Frame everywhere: origin top left, x to the right, y down, unit pixel.

A :class:`Transform` takes points of one frame to another as a 3 x 3 homography (row major), a :class:`Bend` makes
lines level that climb near the fold of a book; every step of image preparation reports what it did in these words, and
one after the other they are a :class:`Route`, so that each polygon leads back to master pixels.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from typing import Self

BENT = 0.25
"""Pixels by which a side of an outline may leave the straight before it is given corners."""


@dataclass(frozen=True, slots=True)
class Point:
    """A position in pixels."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; *w* and *h* are never negative."""

    x: float
    y: float
    w: float
    h: float

    def __post_init__(self) -> None:
        if self.w < 0 or self.h < 0:
            raise ValueError(f"a box cannot have negative sides: {self}")

    @property
    def right(self) -> float:
        """x of the right side."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """y of the lower side."""
        return self.y + self.h

    @property
    def area(self) -> float:
        """Area in square pixels."""
        return self.w * self.h

    def polygon(self) -> "Polygon":
        """Return the four corners, clockwise from the top left."""
        return Polygon(
            (
                Point(self.x, self.y),
                Point(self.right, self.y),
                Point(self.right, self.bottom),
                Point(self.x, self.bottom),
            )
        )

    def overlap(self, other: "Box") -> float:
        """Return the common area in square pixels."""
        w = min(self.right, other.right) - max(self.x, other.x)
        h = min(self.bottom, other.bottom) - max(self.y, other.y)
        return w * h if w > 0 and h > 0 else 0.0

    def iou(self, other: "Box") -> float:
        """Return intersection over union, in [0, 1]."""
        common = self.overlap(other)
        union = self.area + other.area - common
        return common / union if union > 0 else 0.0

    @classmethod
    def holding(cls, boxes: Iterable["Box"]) -> Self:
        """Return the smallest upright box that holds *boxes*."""
        seen = list(boxes)
        if not seen:
            raise ValueError("no boxes to put one around")
        x, y = min(b.x for b in seen), min(b.y for b in seen)
        return cls(x, y, max(b.right for b in seen) - x, max(b.bottom for b in seen) - y)

    @classmethod
    def around(cls, points: Iterable[Point]) -> Self:
        """Return the smallest upright box that holds *points*."""
        seen = list(points)
        if not seen:
            raise ValueError("no points to put a box around")
        xs, ys = [p.x for p in seen], [p.y for p in seen]
        return cls(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed outline of at least three points, in pixels."""

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.points) < 3:
            raise ValueError("a polygon has at least three points")

    def area(self) -> float:
        """Area in square pixels, of an outline that does not cross itself."""
        pairs = zip(self.points, (*self.points[1:], self.points[0]), strict=True)
        return abs(sum(a.x * b.y - b.x * a.y for a, b in pairs)) / 2

    def box(self) -> Box:
        """Return the smallest upright box around the outline."""
        return Box.around(self.points)


@dataclass(frozen=True, slots=True)
class Transform:
    """A homography from one pixel frame to another, row major.

    ``Transform.identity()`` changes nothing; ``a.then(b)`` first does *a*, then *b*.
    """

    m: tuple[float, float, float, float, float, float, float, float, float]

    @classmethod
    def identity(cls) -> Self:
        """Return the transform that changes nothing."""
        return cls((1, 0, 0, 0, 1, 0, 0, 0, 1))

    @classmethod
    def shift(cls, dx: float, dy: float) -> Self:
        """Return a move by (*dx*, *dy*) pixels."""
        return cls((1, 0, dx, 0, 1, dy, 0, 0, 1))

    @classmethod
    def scale(cls, sx: float, sy: float) -> Self:
        """Return a scaling about the origin."""
        return cls((sx, 0, 0, 0, sy, 0, 0, 0, 1))

    @classmethod
    def quarter_turns(cls, turns: int, width: float, height: float) -> Self:
        """Return *turns* clockwise quarter turns of an image of *width* x *height* pixels."""
        match turns % 4:
            case 0:
                return cls.identity()
            case 1:
                return cls((0, -1, height, 1, 0, 0, 0, 0, 1))
            case 2:
                return cls((-1, 0, width, 0, -1, height, 0, 0, 1))
            case _:
                return cls((0, 1, 0, -1, 0, width, 0, 0, 1))

    def then(self, other: "Transform") -> "Transform":
        """Return the transform that does this one first and *other* afterwards."""
        a, b = other.m, self.m
        out = [sum(a[3 * r + k] * b[3 * k + c] for k in range(3)) for r in range(3) for c in range(3)]
        return Transform((out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8]))

    def inverse(self) -> "Transform":
        """Return the way back. Raises ValueError where there is none."""
        a, b, c, d, e, f, g, h, i = self.m
        det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
        if abs(det) < 1e-12:
            raise ValueError("a transform that flattens the plane has no inverse")
        return Transform(
            (
                (e * i - f * h) / det,
                (c * h - b * i) / det,
                (b * f - c * e) / det,
                (f * g - d * i) / det,
                (a * i - c * g) / det,
                (c * d - a * f) / det,
                (d * h - e * g) / det,
                (b * g - a * h) / det,
                (a * e - b * d) / det,
            )
        )

    def point(self, p: Point) -> Point:
        """Take one point to the other frame."""
        a, b, c, d, e, f, g, h, i = self.m
        w = g * p.x + h * p.y + i
        return Point((a * p.x + b * p.y + c) / w, (d * p.x + e * p.y + f) / w)

    def polygon(self, outline: Polygon) -> Polygon:
        """Take an outline to the other frame."""
        return Polygon(tuple(self.point(p) for p in outline.points))


@dataclass(frozen=True, slots=True)
class Bend:
    """Points move up or down by what is told for their column: of a page that was bent, the lines come to lie level.

    At each of the columns *x* (growing) a point moves down by *top* pixels at the head of the page (y = 0) and by
    *foot* at y = *height*; between and beyond heights evenly, between columns evenly, beyond them as at the last.
    No column is turned over, so each point has its way back. *back*: this is that way.
    """

    x: tuple[float, ...]
    top: tuple[float, ...]
    foot: tuple[float, ...]
    height: float
    back: bool = False

    def __post_init__(self) -> None:
        if not self.x or not len(self.x) == len(self.top) == len(self.foot):
            raise ValueError("a bend tells head and foot of each of its columns, one at least")
        if self.height <= 0 or any(a >= b for a, b in pairwise(self.x)):
            raise ValueError("the columns of a bend grow, and its height is positive")
        if any(foot - top <= -self.height for top, foot in zip(self.top, self.foot, strict=True)):
            raise ValueError("a bend that turns a column over has no way back")

    def inverse(self) -> "Bend":
        """Return the way back."""
        return replace(self, back=not self.back)

    def point(self, p: Point) -> Point:
        """Take one point to the other frame."""
        top, foot = self._between(self.top, p.x), self._between(self.foot, p.x)
        stretch = 1 + (foot - top) / self.height
        return Point(p.x, (p.y - top) / stretch if self.back else top + p.y * stretch)

    def polygon(self, outline: Polygon) -> Polygon:
        """Take an outline to the other frame, with a corner more wherever one of its sides bends."""
        points = outline.points
        out: list[Point] = []
        for p, q in zip(points, (*points[1:], points[0]), strict=True):
            out += [self.point(p), *self._corners(p, q)]
        return Polygon(tuple(out))

    def _between(self, told: tuple[float, ...], x: float) -> float:
        after = bisect_right(self.x, x)
        if after in (0, len(self.x)):
            return told[max(0, after - 1)]
        x0, x1 = self.x[after - 1], self.x[after]
        return told[after - 1] + (told[after] - told[after - 1]) * (x - x0) / (x1 - x0)

    def _corners(self, p: Point, q: Point) -> list[Point]:
        """Return where the way from *p* to *q* passes the columns, if it is not straight there."""
        passed = [x for x in self.x if min(p.x, q.x) < x < max(p.x, q.x)]
        shares = sorted((x - p.x) / (q.x - p.x) for x in passed)
        way = [(t, self.point(Point(p.x + t * (q.x - p.x), p.y + t * (q.y - p.y)))) for t in shares]
        a, b = self.point(p), self.point(q)
        straight = all(abs(m.y - a.y - t * (b.y - a.y)) < BENT for t, m in way)
        return [] if straight else [m for _, m in way]


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one pixel frame to another, leg by leg; without legs it changes nothing."""

    legs: tuple[Transform | Bend, ...] = ()

    def then(self, leg: "Transform | Bend | Route") -> "Route":
        """Return the way that goes on with *leg*; transforms that follow one another become one."""
        if isinstance(leg, Route):
            return reduce(Route.then, leg.legs, self)
        last = self.legs[-1] if self.legs else None
        if isinstance(leg, Transform) and isinstance(last, Transform):
            return Route((*self.legs[:-1], last.then(leg)))
        return Route((*self.legs, leg))

    def inverse(self) -> "Route":
        """Return the way back. Raises ValueError where there is none."""
        return Route(tuple(leg.inverse() for leg in reversed(self.legs)))

    def point(self, p: Point) -> Point:
        """Take one point to the other frame."""
        return reduce(lambda at, leg: leg.point(at), self.legs, p)

    def polygon(self, outline: Polygon) -> Polygon:
        """Take an outline to the other frame."""
        return reduce(lambda at, leg: leg.polygon(at), self.legs, outline)

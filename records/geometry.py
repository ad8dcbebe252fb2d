"""Geometry on page images. Frame everywhere: origin top left, x to the right, y down, unit pixel.

A :class:`Transform` takes points of one frame to another as a 3 x 3 homography (row major); every
step of image preparation reports one, so that each polygon leads back to master pixels.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


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

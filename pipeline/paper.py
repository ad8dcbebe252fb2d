"""The paper in a picture: where it lies on the table, and whether there is any."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.components import components
from records.geometry import Point, Polygon
from records.ports import Image

SIDE = 1200
"""Pixels of the longer side of the reduced copy in which paper and fold are looked for."""
LEAST = 0.12
"""Share of the picture that a page fills at least."""
CONTRAST = 40.0
"""Grey levels between paper and what it lies on."""
SHADED = 0.58
"""Share of the paper's usual brightness that it keeps in a shadow."""
LIGHT, TINT = 150.0, 22.0
"""A surface without writing is paper where it is lighter (L*, 8 bit) and less coloured (CIE a*b*) than this."""
WRITTEN = 0.002
"""Share of strong ink from which a surface is written on."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Where paper lies, in pixels of the picture it was looked for in.

    *corners* stand clockwise from the top left. *sure* says that all four lie in the picture and that the sides
    between them are straight: only then do they tell the perspective.
    """

    corners: tuple[Point, Point, Point, Point]
    sure: bool
    mask: Image
    """255 where paper is, holes and shadows of the fold closed."""

    @property
    def outline(self) -> Polygon:
        """The corners as an outline."""
        return Polygon(self.corners)


def find_paper(small: Image) -> Paper | None:
    """Return the paper in a small picture (BGR, longer side :data:`SIDE`), or None where it shows no page.

    A picture without a border that is darker than the paper is all paper, if it is written on or white.
    """
    bare = _bare(small)
    levels = _levels(bare)
    if levels is not None:
        return _lying(np.asarray((bare > levels[0]) * 255, np.uint8), small)
    h, w = bare.shape
    whole = np.full((h, w), 255, np.uint8)
    if not _is_paper(small, whole):
        return None
    return Paper((Point(0, 0), Point(w, 0), Point(w, h), Point(0, h)), False, whole)


def papers_on_table(small: Image) -> Iterator[Paper]:
    """Yield what may be the paper in a small picture that shows what it lies on, the most careful guess first."""
    bare = _bare(small)
    for level in _levels(bare) or ():
        found = _lying(np.asarray((bare > level) * 255, np.uint8), small)
        if found is not None:
            yield found


def _bare(small: Image) -> Image:
    """Return the picture in grey with the ink closed over."""
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    closed = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8))
    return np.asarray(cv2.GaussianBlur(closed, (0, 0), 2), np.uint8)


def _levels(bare: Image) -> tuple[float, float] | None:
    """Return the grey levels above which there is paper, shadows on it counted in and not; None for one surface.

    A shadow of the fold or of the hand is darker than paper, but not as dark as most tables: it is not cut away.
    """
    level, light = cv2.threshold(bare, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if not 0.01 < float(np.mean(light > 0)) < 0.99 or level <= 50:
        return None
    if float(bare[light > 0].mean() - bare[light == 0].mean()) < CONTRAST:
        return None
    return min(level, SHADED * float(np.percentile(bare[light > 0], 50))), level


def _lying(light: Image, small: Image) -> Paper | None:
    """Return the paper among the *light* places: the largest, and what lies beside it across a dark fold."""
    h, w = light.shape
    count, labels, stats = components(cv2.morphologyEx(light, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8)))
    if count < 2:
        return None
    order = sorted(range(1, count), key=lambda i: -int(stats[i, cv2.CC_STAT_AREA]))
    first = order[0]
    chosen = [i for i in order if _beside(stats[first].tolist(), stats[i].tolist())]
    mask = np.asarray(np.isin(labels, chosen) * 255, np.uint8)
    points = np.vstack([c.reshape(-1, 2) for c in cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]])
    hull = np.asarray(cv2.convexHull(points), np.int32)
    filled = np.zeros_like(light)
    cv2.fillConvexPoly(filled, hull, 255)
    area = float(np.mean(filled > 0))
    if area < LEAST or float((mask > 0).sum()) < 0.7 * float((filled > 0).sum()) or not _is_paper(small, mask):
        return None
    quad = _quad(hull)
    inside = bool(np.all((quad > 2) & (quad < (w - 3, h - 3))))
    straight = area > 0 and cv2.contourArea(hull) >= 0.97 * cv2.contourArea(quad.astype(np.float32))
    (a, b, c, d) = (Point(float(x), float(y)) for x, y in quad)
    return Paper((a, b, c, d), inside and straight, filled)


def _beside(first: list[int], other: list[int]) -> bool:
    """Whether the place *other* (x, y, w, h, area) is part of *first*'s sheet or the page across the fold."""
    top, bottom = max(first[1], other[1]), min(first[1] + first[3], other[1] + other[3])
    gap = max(first[0], other[0]) - min(first[0] + first[2], other[0] + other[2])
    return other[4] >= 0.2 * first[4] and bottom - top >= 0.7 * first[3] and gap < 0.1 * (first[2] + other[2])


def _quad(hull: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the four corners of *hull*, clockwise from the top left: its own where it has four, else of its box."""
    length = cv2.arcLength(hull, True)
    for slack in (0.01, 0.015, 0.02, 0.03):
        found = cv2.approxPolyDP(hull, slack * length, True).reshape(-1, 2)
        if len(found) == 4:
            break
    else:
        found = cv2.boxPoints(cv2.minAreaRect(hull))
    points = np.asarray(found, np.float64)
    middle = points.mean(axis=0)
    points = points[np.argsort(np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0]))]
    return np.roll(points, -int(np.argmin(points.sum(axis=1))), axis=0)


def _is_paper(small: Image, mask: Image) -> bool:
    few = cv2.cvtColor(np.ascontiguousarray(small[::4, ::4]), cv2.COLOR_BGR2LAB)[mask[::4, ::4] > 0].astype(np.float32)
    light = float(np.median(few[:, 0]))
    if light >= LIGHT and float(np.median(np.hypot(few[:, 1] - 128, few[:, 2] - 128))) <= TINT:
        return True
    level = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)[:, :, 0].astype(np.float32)
    ink = (cv2.GaussianBlur(level, (0, 0), 12) - level > 30) & (cv2.erode(mask, np.ones((15, 15), np.uint8)) > 0)
    return light >= 90 and float(ink.mean()) >= WRITTEN

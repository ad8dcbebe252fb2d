"""Tell the round seals on a page from everything else in red: notes in red pen, stamps with words.

A seal of office is a circle of known size; the one that joins pages lies across the edge, so that an arc of it is all
there is. Red ink within such a circle is the seal's; all other red ink is somebody's writing. Where a stamp or a red
pen ran over a seal, their inks cannot be parted: that something is there is told by straight lines, which no seal has,
and by more ink than a seal's.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.prepare import PreparedPage
from records.geometry import Box
from records.ports import Image

RADII = (112, 148)
"""Least and largest radius of a seal in prepared pixels: 14 to 19 mm."""
CELL = 8
"""Pixels of the grid on which circles are sought."""
CAST, REDDEST = 8, 60.0
"""How far red exceeds green and blue in paper; from how far on more of it says no more."""
PALE_RED = 16
"""The same from which ink may be a worn ring's."""
WRITTEN = 24
"""The same from which ink is written in red."""
SECTORS = 90
"""Directions in which it is seen whether ink lies on a circle."""
ROUND = 0.62
"""Least share of a circle's visible sectors in which red ink lies on it."""
ALONE = (0.45, 0.62)
"""By how much that share exceeds the one just outside, of a whole circle and of an arc: a seal ends with its ring,
writing goes on."""
WHOLE, LEAST_ARC = 0.8, 0.33
"""Share of a circle on the page from which it is whole, and under which nothing is known of it."""
INSIDE = 24
"""Pixels along the picture's edge in which no ring is expected: the paper may end there."""
SLACK = 18
"""Pixels by which a pressed ring may be off its circle."""
BEYOND = 8
"""Cells outside of the page in which the middle of a seal may lie."""
LEAST_CELLS, LEAST_VOTES = 20, 10.0
"""Red cells on a page, and on one ring, under which there is no seal."""
NEAR = 4
"""Cells around a middle that was looked at which are not looked at again."""
STRAIGHT = 90
"""Length in pixels of a straight line that no part of a seal is."""
FULL = 0.28
"""Share of a seal's disc that it inks at most (samples: 0.11 to 0.25; with words across it 0.22 to 0.46)."""
TRIES = 8
"""Middles that are looked at closely."""
REDDISH = 20
"""How far red exceeds green and blue, on the whole, in what is left of red ink."""
_STEPS = np.arange(RADII[0] - 6, RADII[1] + 42, 6)
_TURNS = np.arange(SECTORS) * 2 * np.pi / SECTORS
_FINE = (_STEPS[:, None] + np.array([-2, 0, 2])).ravel()
_COS, _SIN = np.outer(np.cos(_TURNS), _FINE), np.outer(np.sin(_TURNS), _FINE)


@dataclass(frozen=True, slots=True)
class Seal:
    """A round seal: middle and radius in prepared pixels; its middle may lie outside of the page."""

    x: float
    y: float
    radius: float
    across: bool = False
    """Whether something red is written across it."""

    @property
    def box(self) -> Box:
        """The box around its ring."""
        return Box(self.x - self.radius, self.y - self.radius, 2 * self.radius, 2 * self.radius)

    def moved(self, x: float, y: float) -> "Seal":
        """Return it in the frame of a corner at *x*, *y*."""
        return replace(self, x=self.x - x, y=self.y - y)


def find_seals(red: Image) -> list[Seal]:
    """Return the seals on a page; *red* as :func:`pipeline.prepare.redness` returns it."""
    height, width = (side // CELL for side in red.shape)
    if min(height, width) < 4:
        return []
    cells = cv2.resize(red[: height * CELL, : width * CELL], (width, height), interpolation=cv2.INTER_AREA)
    weight = np.clip((cells.astype(np.float32) - CAST) / REDDEST, 0, 1)
    if cv2.countNonZero(weight) < LEAST_CELLS:
        return []
    votes = _votes(weight)
    ink = _written(red)
    out: list[Seal] = []
    for _ in range(TRIES):
        _, most, _, (x, y) = cv2.minMaxLoc(votes)
        if most < LEAST_VOTES:
            break
        found = _fitted(red, (x - BEYOND + 0.5) * CELL, (y - BEYOND + 0.5) * CELL)
        if found is not None:
            out.append(replace(found, across=_written_across(ink, found)))
        cv2.circle(votes, (x, y), NEAR if found is None else 2 * NEAR, 0.0, -1)
    return out


def _votes(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return for each middle how much red lies on the circle around it, in cells; the frame is wider by BEYOND."""
    wide = cv2.copyMakeBorder(weight, BEYOND, BEYOND, BEYOND, BEYOND, cv2.BORDER_CONSTANT, value=0)
    side = 2 * (RADII[1] // CELL) + 7
    y, x = np.mgrid[:side, :side] - side // 2
    away = np.hypot(x, y)
    best = np.zeros_like(wide)
    for radius in np.arange(RADII[0] / CELL, RADII[1] / CELL + 0.1, 1.5):
        ring, outside = (np.clip(1.5 - np.abs(away - radius - off), 0, 1) for off in (0, 3))
        kernel = ring - 0.7 * outside * ring.sum() / outside.sum()
        best = np.maximum(best, cv2.filter2D(wide, -1, kernel.astype(np.float32), borderType=cv2.BORDER_CONSTANT))
    return np.asarray(best, np.float32)


def _fitted(red: Image, x: float, y: float) -> Seal | None:
    """Return the seal whose middle lies about *x*, *y*; None where no circle of its size ends there."""
    best: tuple[float, Seal] | None = None
    shifts = (0.0, -7.0, 7.0)
    for dx, dy in itertools.product(shifts, shifts):
        shares, seen = _rings(red, x + dx, y + dy)
        outside = np.convolve(shares, np.ones(3) / 3, "valid")[4:]
        alone = shares[: len(outside)] - outside
        seen = seen[: len(outside)]
        fits = (shares[: len(outside)] >= ROUND) & (alone >= np.where(seen > WHOLE, ALONE[0], ALONE[1]))
        fits &= (seen >= LEAST_ARC) & (_STEPS[: len(outside)] <= RADII[1])
        for k in np.flatnonzero(fits).tolist():
            if best is None or alone[k] > best[0]:
                best = (float(alone[k]), Seal(x + dx, y + dy, float(_STEPS[k])))
        if best is None and float(shares.max()) < 0.5 * ROUND:
            return None
    return best[1] if best else None


def _rings(red: Image, x: float, y: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return for the circles of :data:`_STEPS` the share of the visible sectors with red ink, and the share visible."""
    height, width = red.shape
    px, py = np.rint(x + _COS).astype(np.int64), np.rint(y + _SIN).astype(np.int64)
    inside = (px >= INSIDE) & (py >= INSIDE) & (px < width - INSIDE) & (py < height - INSIDE)
    ink = inside & (red[np.clip(py, 0, height - 1), np.clip(px, 0, width - 1)] > PALE_RED)
    on, seen = (part.reshape(SECTORS, len(_STEPS), 3) for part in (ink, inside))
    there = np.pad(on.any(axis=2), ((0, 0), (1, 1)))
    near = there[:, :-2] | there[:, 1:-1] | there[:, 2:]
    visible = seen.all(axis=2)
    count = visible.sum(axis=0)
    return (near & visible).sum(axis=0) / np.maximum(1, count), count / SECTORS


def red_writing(red: Image, seals: Sequence[Seal]) -> tuple[Image, list[Box]]:
    """Return 255 where there is red ink that is no seal's, and the boxes of seals that something is written across.

    *red* is as :func:`pipeline.prepare.redness` returns it, *seals* as :func:`find_seals` does of the whole page.
    """
    mask, across = _written(red), []
    for seal in seals:
        if seal.across:
            box = seal.box
            left, top = max(0.0, box.x), max(0.0, box.y)
            right, bottom = min(red.shape[1], box.right), min(red.shape[0], box.bottom)
            across.append(Box(left, top, right - left, bottom - top))
        cv2.circle(mask, (round(seal.x), round(seal.y)), round(seal.radius + SLACK), 0.0, -1)
    return mask, across


def _written(red: Image) -> Image:
    return np.asarray(cv2.threshold(red, WRITTEN, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _written_across(ink: Image, seal: Seal) -> bool:
    """Whether the red *ink* in a seal's disc is more than the seal, or has straight lines."""
    disc = np.zeros_like(ink)
    cv2.circle(disc, (round(seal.x), round(seal.y)), round(seal.radius) - CELL, 255.0, -1)
    visible, inside = cv2.countNonZero(disc), np.asarray(cv2.bitwise_and(ink, disc), np.uint8)
    if cv2.countNonZero(inside) > FULL * visible:
        return True
    x, y, w, h = cv2.boundingRect(disc)
    return (
        cv2.HoughLinesP(inside[y : y + h, x : x + w].copy(), 1, np.pi / 180, 60, minLineLength=STRAIGHT, maxLineGap=5)
        is not None
    )


def of_seal(box: Box, page: PreparedPage, ink: Image) -> bool:
    """Whether the *ink* (mask of the page) in a box is red on the whole: a seal's, pale or worn, or a red note's."""
    part = (slice(max(0, int(box.y)), int(box.bottom)), slice(max(0, int(box.x)), int(box.right)))
    b, g, r = (page.colour[part][ink[part] > 0][:, k].astype(np.int16) for k in range(3))
    return bool(r.size) and float(np.mean(r - np.maximum(b, g))) > REDDISH

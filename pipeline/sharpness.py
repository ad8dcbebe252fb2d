"""How sharp the ink is: the width of its edges, where there is ink, whatever the resolution and the darkness."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.sheet import Sheet
from pipeline.sizes import halved
from records.ports import Image

ROWS, COLUMNS = 12, 9
_REACH = 13
"""Sheet pixels across which an edge's contrast is measured."""
_LEAST_CONTRAST = 36
"""Grey levels on even paper; fainter edges are grain, foxing and the other side's ink."""
_STRONG = 0.6
"""Of the strongest contrast around: what is fainter may be the other side's ink, which is soft by nature."""
_RULE = 41
"""Sheet pixels, 5 mm: no letter has so long a stroke."""
_LEAST_EDGES = 60
"""Edge pixels a tile needs to be judged."""
_LEAST_ALL = 1500
"""Edge pixels a page needs for the shares of the ways to mean something."""
_WAYS = 4
"""Directions that are told apart: a moved page is soft in one of them only."""
_SHARE = 0.12
"""Of a tile's edge pixels that must run one way for that way to be judged."""


@dataclass(frozen=True, slots=True)
class Softness:
    """Blur of each tile (rows x columns) as the sigma of a Gaussian in sheet pixels; NaN where there is no ink."""

    focus: NDArray[np.float64]
    """The median over all directions."""
    motion: NDArray[np.float64]
    """The softest direction."""
    one_way: float
    """Share of edges that run the commonest of four ways: letters run all ways, a smear leaves one; 0 of few edges."""


def measure_softness(sheet: Sheet) -> Softness:
    """Return how soft the ink's edges are, tile by tile."""
    level = cv2.GaussianBlur(sheet.level, (0, 0), 0.7)
    window = np.ones((_REACH, _REACH), np.uint8)
    contrast = np.asarray(cv2.subtract(cv2.dilate(level, window), cv2.erode(level, window)), np.uint8)
    dx, dy = cv2.Sobel(level, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(level, cv2.CV_32F, 0, 1, scale=1 / 8)
    steep = cv2.magnitude(dx, dy)
    crest = (steep >= 0.98 * cv2.dilate(steep, np.ones((5, 5), np.uint8))) & (contrast > _LEAST_CONTRAST)
    crest &= contrast > _STRONG * _strongest(contrast)
    crest &= cv2.dilate(cv2.subtract(sheet.ink, _rules(sheet.ink)), np.ones((5, 5), np.uint8)) > 0
    ys, xs = np.nonzero(crest)
    sigma = contrast[ys, xs] / np.maximum(steep[ys, xs], 0.5) / np.sqrt(2 * np.pi)
    way = (np.degrees(np.arctan2(dy[ys, xs], dx[ys, xs])) % 180 // (180 / _WAYS)).astype(int)
    h, w = level.shape
    tile = (ys * ROWS // h) * COLUMNS + xs * COLUMNS // w
    order = np.argsort(tile, kind="stable")
    ends = np.cumsum(np.bincount(tile, minlength=ROWS * COLUMNS))
    focus, motion = np.full(ROWS * COLUMNS, np.nan), np.full(ROWS * COLUMNS, np.nan)
    for one, here in enumerate(np.split(order, ends[:-1])):
        if len(here) < _LEAST_EDGES:
            continue
        own, ways = sigma[here], way[here]
        focus[one] = np.median(own)
        by_way = [own[ways == k] for k in range(_WAYS)]
        judged = [float(np.median(s)) for s in by_way if len(s) >= max(_LEAST_EDGES / 3, _SHARE * len(here))]
        motion[one] = max(judged, default=focus[one])
    runs = np.bincount(way, minlength=_WAYS)
    one_way = float(runs.max() / runs.sum()) if runs.sum() >= _LEAST_ALL else 0.0
    return Softness(focus.reshape(ROWS, COLUMNS), motion.reshape(ROWS, COLUMNS), one_way)


def _strongest(contrast: Image) -> Image:
    """Return the strongest contrast around each place."""
    quarter = halved(halved(contrast))
    around = cv2.dilate(quarter, np.ones((31, 31), np.uint8))
    return np.asarray(cv2.resize(around, (contrast.shape[1], contrast.shape[0])), np.uint8)


def _rules(ink: Image) -> Image:
    """Return long level and upright rules, a little widened: they stay sharp when a page moves along them."""
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, _RULE), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((_RULE, 1), np.uint8))
    return np.asarray(cv2.dilate(cv2.bitwise_or(level, upright), np.ones((9, 9), np.uint8)), np.uint8)


def tiles_to_mask(tiles: NDArray[np.bool_], shape: tuple[int, ...]) -> Image:
    """Return the marked tiles as a mask of *shape*."""
    size = (shape[1], shape[0])
    return np.asarray(cv2.resize(tiles.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST), np.uint8)

"""Text lines of any page, written or printed: a line of a table's cell, of a column, or of running text.

Nothing here knows a form, a language or a resolution: all lengths are multiples of the page's own letter height, which
is the height of most of its marks, about that of small letters.
"""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.components import components, painted
from pipeline.prepare import ink_mask
from pipeline.ridges import Ridge, find_ridges
from pipeline.rules import find_rules, without_rules
from records.geometry import Box
from records.ports import Image

SIDE = 1400
"""Pixels of the longer side of the copy in which lines are looked for."""
FLAT = 0.25
"""Least height of ink that is no piece of a level rule."""
WALL, BAR = 5.0, 7.5
"""Least length of an upright and of a level rule."""
ABOVE, BELOW = 1.4, 1.3
"""What a line takes up over and under the middle of its letters: room for the longest strokes."""
REACH = 1.4
"""How far from the middle of a line its ink may lie."""
RISE = 0.35
"""Least height of a line's ink between its tenth and its ninetieth percentile: a rule's remains have less."""
PAD = 0.9
"""Room before and after a line."""
SHORT = 0.9
"""Shortest line."""

Places = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Columns and rows of ink."""


def find_text_lines(grey: Image) -> tuple[Box, ...]:
    """Return the boxes of the text lines of a prepared page, row by row from the top, each from left to right.

    *grey* is level and evenly lit (:func:`pipeline.prepare.prepare`); boxes are in its pixels, and hold the strokes
    above and below the letters' bodies. They overlap where lines stand close. A blank page has none.
    """
    factor = min(1.0, SIDE / max(grey.shape))
    small = np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    ink = ink_mask(small, 31, 16)
    plain = ink_mask(without_rules(small, ink, find_rules(ink)), 31, 16)
    _, marks, stats = components(plain)
    labels, boxes = np.asarray(marks, np.int32), np.asarray(stats, np.int32)
    letter = letter_height(boxes)
    if letter is None:
        return ()
    text = _text(labels, boxes, letter)
    walls = _walls(ink, letter)
    text[(_bars(ink, letter) > 0) | (walls > 0)] = 0
    ridges = find_ridges(text, walls, letter)
    found = _in_order(_boxes(text, ridges, letter), letter)
    return tuple(Box(b.x / factor, b.y / factor, b.w / factor, b.h / factor) for b in found)


def letter_height(stats: NDArray[np.int32]) -> float | None:
    """Return the height of letters, from the boxes of all marks (cv2 stats); None where there are hardly any.

    Half of all ink, measured along the lines, is in marks that are at least as high.
    """
    h, w = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    good = (h >= 5) & (h <= 70) & (w >= 4) & (w <= 400)
    if good.sum() < 4:
        return None
    order = np.argsort(h[good])
    weight = np.cumsum(w[good][order])
    return float(h[good][order][int(np.searchsorted(weight, weight[-1] / 2))])


def _text(labels: NDArray[np.int32], stats: NDArray[np.int32], letter: float) -> Image:
    """Return the marks that can be writing: no specks, no rules, nothing that hangs on the edge of the picture."""
    x, y, w, h, area = (stats[:, k] for k in range(5))
    rows, columns = labels.shape
    keep = (area >= max(4, 0.03 * letter * letter)) & (h <= 6 * letter)
    keep &= (h <= 3 * letter) | (w >= 0.2 * h)
    keep &= (h >= FLAT * letter) | (w <= 0.5 * letter)
    cut_off = (x <= 1) | (y <= 1) | (x + w >= columns - 1) | (y + h >= rows - 1)
    outside = (y + h / 2 < letter) | (y + h / 2 > rows - letter) | (x + w / 2 < letter) | (x + w / 2 > columns - letter)
    keep &= ~(cut_off & (outside | (h > 4 * letter)))
    keep[0] = False
    return painted(labels, keep)


def _walls(ink: Image, letter: float) -> Image:
    """Return 255 where upright rules stand, of any thickness, short breaks closed."""
    tall = np.ones((round(WALL * letter), 1), np.uint8)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((5, 3), np.uint8))
    upright = cv2.dilate(cv2.morphologyEx(joined, cv2.MORPH_OPEN, tall), np.ones((1, 3), np.uint8))
    return np.asarray(cv2.morphologyEx(upright, cv2.MORPH_CLOSE, tall), np.uint8)


def _bars(ink: Image, letter: float) -> Image:
    """Return 255 where level rules lie, of any thickness."""
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, round(BAR * letter)), np.uint8))
    return np.asarray(cv2.dilate(level, np.ones((3, 1), np.uint8)), np.uint8)


def _boxes(text: Image, ridges: Sequence[Ridge], letter: float) -> list[Box]:
    """Return the boxes of the ridges that are writing, each round the ink that is nearest to it."""
    every = zip(ridges, _ink(text, ridges, letter), strict=True)
    sound = [ridge for ridge, places in every if _is_written(places, letter)]
    owned = zip(sound, _ink(text, sound, letter), strict=True)
    return [_box(places, ridge, text.shape, letter) for ridge, places in owned]


def _ink(text: Image, ridges: Sequence[Ridge], letter: float) -> list[Places]:
    """Return the ink of each ridge: what is nearest to it, and not before or after it."""
    h, w = text.shape[0], text.shape[1] // 2
    number = np.zeros((h, w), np.int32)
    for i, ridge in enumerate(ridges, 1):
        columns = np.minimum(np.arange(ridge.x, ridge.end) // 2, w - 1)
        number[np.clip(np.round(ridge.y).astype(int), 0, h - 1), columns] = i
    free = np.asarray((number == 0) * 255, np.uint8)
    away, nearest = cv2.distanceTransformWithLabels(free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    of = np.zeros(int(nearest.max()) + 1, np.int32)
    of[nearest[free == 0]] = number[free == 0]
    ys, xs = np.nonzero(text[:, : 2 * w])
    near = away[ys, xs // 2] < REACH * letter
    ys, xs = ys[near], xs[near]
    owner = of[nearest[ys, xs // 2]]
    order = np.argsort(owner, kind="stable")
    ends = np.searchsorted(owner[order], np.arange(1, len(ridges) + 2)).tolist()
    out = []
    for ridge, (first, last) in zip(ridges, pairwise(ends), strict=True):
        own = order[first:last]
        own = own[(xs[own] >= ridge.x) & (xs[own] < ridge.end)]
        out.append((xs[own], ys[own]))
    return out


def _is_written(places: Places, letter: float) -> bool:
    """Whether this ink is writing: enough of it, and higher than a stroke is thick."""
    xs, ys = places
    if len(xs) < 0.15 * letter * letter or xs.max() - xs.min() < SHORT * letter:
        return False
    low, high = np.percentile(ys, (10, 90))
    return bool(high - low >= RISE * letter)


def _box(places: Places, ridge: Ridge, shape: tuple[int, ...], letter: float) -> Box:
    """Return the box of a line, held within the picture."""
    xs, ys = places
    middle = float(ridge.y.mean())
    x, right = float(xs.min()) - PAD * letter, float(xs.max()) + 1 + PAD * letter
    y, bottom = min(float(ys.min()), middle - ABOVE * letter), max(float(ys.max()) + 1, middle + BELOW * letter)
    x, y = max(0.0, x), max(0.0, y)
    return Box(x, y, min(shape[1], right) - x, min(shape[0], bottom) - y)


def _in_order(boxes: Sequence[Box], letter: float) -> list[Box]:
    """Return *boxes* row by row: what begins within a letter's height is one row, read from left to right."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda b: b.y + b.h / 2):
        if not rows or box.y + box.h / 2 - (rows[-1][0].y + rows[-1][0].h / 2) > letter:
            rows.append([])
        rows[-1].append(box)
    return [box for row in rows for box in sorted(row, key=lambda b: b.x)]

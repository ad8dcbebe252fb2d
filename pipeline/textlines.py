"""Text lines of any page, written or printed: a line of a table's cell, of a column, or of running text.

Lines are ridges of ink: spread along the writing direction, the ink of a line stands out between the gaps above and
below it, also where strokes of neighbours touch. Upright rules cut ridges, so that no line runs into the next column.
Nothing here knows a form or a language; all lengths are multiples of the page's own letter height.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.prepare import ink_mask
from pipeline.rules import find_rules, without_rules
from records.geometry import Box
from records.ports import Image

SIDE = 1400
"""Pixels of the longer side of the copy in which lines are looked for."""
SPREAD = (1.6, 0.32)
"""How far ink is spread along and across the lines, in letter heights."""
GAP = 4.0
"""Widest gap within a line, in letter heights; more is another column, ruled or not."""
STEP = 0.5
"""Most by which a line goes up or down at a gap, in letter heights."""
FLAT = 0.25
"""Least height of ink that is no piece of a level rule, in letter heights."""
WALL = 4.0
"""Least height of an upright rule, in letter heights."""
NEAR = 0.9
"""Distance under which two ridges are of one line, in letter heights."""
NEAR_SHORT = 1.7
"""The same for a ridge of less than three letter heights: a tall initial or a tail."""
ABOVE, BELOW = 1.4, 1.3
"""What a line takes up over and under the middle of its letters' bodies, in letter heights."""
REACH = 1.4
"""How far from the middle of a line its ink may lie, in letter heights."""
RISE = 0.35
"""Least height of a line's ink between its tenth and its ninetieth percentile, in letter heights."""
PAD = 0.6
"""Room before and after a line, in letter heights."""
SHORT = 0.7
"""Shortest line, in letter heights."""


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """The middle of a line: *y* at each of the columns from *x* on, pixels of the working copy."""

    x: int
    y: NDArray[np.float64]

    @property
    def end(self) -> int:
        """First column after it."""
        return self.x + len(self.y)


def find_text_lines(grey: Image) -> tuple[Box, ...]:
    """Return the boxes of the text lines of a prepared page in reading order: column by column, top to bottom.

    *grey* is level and evenly lit (:func:`pipeline.prepare.prepare`); boxes are in its pixels, and hold the strokes
    above and below the letters' bodies. They overlap where lines stand close.
    """
    h, w = grey.shape
    factor = min(1.0, SIDE / max(h, w))
    small = np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    ink = ink_mask(small, 31, 16)
    rules = find_rules(ink)
    ink_before = ink
    ink = ink_mask(without_rules(small, ink, rules), 31, 16)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink)
    letter = letter_height(stats)
    if letter is None:
        return ()
    text = _text(labels, stats, letter)
    text[_bars(ink_before, letter) > 0] = 0
    walls = _walls(ink_before, letter)
    ridges = _weeded(_joined(_weeded(_ridges(text, walls, letter), letter), walls, letter), letter)
    boxes = _boxes(text, ridges, letter)
    return tuple(Box(b.x / factor, b.y / factor, b.w / factor, b.h / factor) for b in boxes)


def letter_height(stats: NDArray[np.int32] | cv2.Mat) -> float | None:
    """Return the height of the page's letters, from the boxes of its marks (cv2 stats); None on a page without any."""
    x = np.asarray(stats)[1:]
    h, w = x[:, cv2.CC_STAT_HEIGHT], x[:, cv2.CC_STAT_WIDTH]
    good = (h >= 5) & (h <= 70) & (w >= 4) & (w <= 400)
    if good.sum() < 4:
        return None
    order = np.argsort(h[good])
    weight = np.cumsum(w[good][order])
    return float(h[good][order][int(np.searchsorted(weight, weight[-1] / 2))])


def _text(labels: NDArray[np.int32] | cv2.Mat, stats: NDArray[np.int32] | cv2.Mat, letter: float) -> Image:
    s = np.asarray(stats)
    h, w, area = s[:, cv2.CC_STAT_HEIGHT], s[:, cv2.CC_STAT_WIDTH], s[:, cv2.CC_STAT_AREA]
    keep = (area >= max(4, 0.03 * letter * letter)) & (h <= 6 * letter)
    keep &= ~((h > 3 * letter) & (w < 0.2 * h))  # an upright rule
    keep &= ~((h < FLAT * letter) & (w > 0.5 * letter))  # a piece of a level one
    x, y = s[:, cv2.CC_STAT_LEFT], s[:, cv2.CC_STAT_TOP]
    rows, columns = np.asarray(labels).shape
    keep &= (x > 1) & (y > 1) & (x + w < columns - 1) & (y + h < rows - 1)
    keep[0] = False
    return np.asarray(keep[np.asarray(labels)] * 255, np.uint8)


def _walls(ink: Image, letter: float) -> Image:
    """Return 255 where upright rules stand, of any thickness, short breaks closed."""
    tall = round(WALL * letter)
    upright = cv2.morphologyEx(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((5, 3), np.uint8)), cv2.MORPH_OPEN, np.ones((tall, 1), np.uint8))
    upright = cv2.dilate(upright, np.ones((1, 3), np.uint8))
    return np.asarray(cv2.morphologyEx(upright, cv2.MORPH_CLOSE, np.ones((tall, 1), np.uint8)), np.uint8)


def _bars(ink: Image, letter: float) -> Image:
    """Return 255 where level rules lie, of any thickness."""
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, round(1.5 * WALL * letter)), np.uint8))
    return np.asarray(cv2.dilate(level, np.ones((3, 1), np.uint8)), np.uint8)


def _weeded(ridges: list[Ridge], letter: float) -> list[Ridge]:
    """Drop ridges along a longer one that are no lines of their own: tops and feet of its letters."""
    kept: list[Ridge] = []
    for ridge in sorted(ridges, key=lambda r: -len(r.y)):
        near = NEAR if len(ridge.y) > 3 * letter else NEAR_SHORT
        if not any(_along(ridge, other, near * letter) for other in kept):
            kept.append(ridge)
    return kept


def _along(ridge: Ridge, longer: Ridge, near: float) -> bool:
    first, last = max(ridge.x, longer.x), min(ridge.end, longer.end)
    if last - first < 0.6 * len(ridge.y):
        return False
    away = ridge.y[first - ridge.x : last - ridge.x] - longer.y[first - longer.x : last - longer.x]
    return float(np.mean(np.abs(away))) < near


def _ridges(text: Image, walls: Image, letter: float) -> list[Ridge]:
    along, across = (share * letter for share in SPREAD)
    soft = cv2.GaussianBlur(text.astype(np.float32) / 255, (0, 0), sigmaX=along, sigmaY=across)
    reach = max(1, round(0.35 * letter))
    top = cv2.dilate(soft, np.ones((2 * reach + 1, 1), np.uint8))
    crest = np.asarray(((soft >= top) & (soft > 0.06)) * 255, np.uint8)
    crest[walls > 0] = 0
    crest = np.asarray(cv2.dilate(crest, np.ones((3, 3), np.uint8)), np.uint8)
    crest[walls > 0] = 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(crest)
    out = []
    for i in range(1, count):
        x, y, w, h, _ = (int(v) for v in stats[i])
        if w < 3:
            continue
        part = labels[y : y + h, x : x + w] == i
        weight = soft[y : y + h, x : x + w] * part
        out.append(Ridge(x, y + (np.arange(h)[:, None] * weight).sum(axis=0) / weight.sum(axis=0)))
    return out


def _joined(ridges: list[Ridge], walls: Image, letter: float) -> list[Ridge]:
    """Join ridges that go on at the same height after a gap without a wall."""
    left = sorted(ridges, key=lambda r: r.x)
    out: list[Ridge] = []
    while left:
        now = left.pop(0)
        while (found := _next(now, left, walls, letter)) is not None:
            left.remove(found)
            bridge = np.linspace(now.y[-1], found.y[0], max(0, found.x - now.end) + 2)[1:-1]
            cut = max(0, now.end - found.x)
            now = Ridge(now.x, np.concatenate([now.y[: len(now.y) - cut], bridge, found.y]))
        out.append(now)
    return out


def _next(now: Ridge, others: list[Ridge], walls: Image, letter: float) -> Ridge | None:
    best = None
    end = float(np.mean(now.y[-max(1, round(letter)) :]))
    for other in others:
        gap = other.x - now.end
        if gap > GAP * letter:
            break
        start = float(np.mean(other.y[: max(1, round(letter))]))
        if gap < -letter or other.end <= now.end or abs(start - end) > STEP * letter:
            continue
        y = round((start + end) / 2)
        if gap > 0 and walls[y, now.end : other.x].any():
            continue
        cost = abs(start - end) + 0.2 * max(0, gap)
        if best is None or cost < best[0]:
            best = (cost, other)
    return best[1] if best else None


def _boxes(text: Image, ridges: list[Ridge], letter: float) -> list[Box]:
    """Return the boxes of the ink that is nearest to each ridge."""
    sound = [ridge for ridge, (xs, ys) in zip(ridges, _ink(text, ridges, letter), strict=True) if _written(xs, ys, letter)]
    return [_box(xs, ys, ridge, text.shape, letter) for ridge, (xs, ys) in zip(sound, _ink(text, sound, letter), strict=True)]


def _written(xs: NDArray[np.int64], ys: NDArray[np.int64], letter: float) -> bool:
    """Whether ink at these places is writing: enough of it, and higher than a stroke is thick."""
    if len(xs) < 0.15 * letter * letter or xs.max() - xs.min() < SHORT * letter:
        return False
    low, high = np.percentile(ys, (10, 90))
    return bool(high - low >= RISE * letter)


def _box(xs: NDArray[np.int64], ys: NDArray[np.int64], ridge: Ridge, shape: tuple[int, ...], letter: float) -> Box:
    middle = float(ridge.y.mean())
    left, right = float(xs.min()) - PAD * letter, float(xs.max()) + 1 + PAD * letter
    top, bottom = min(float(ys.min()), middle - ABOVE * letter), max(float(ys.max()) + 1, middle + BELOW * letter)
    x, y = max(0.0, left), max(0.0, top)
    return Box(x, y, min(shape[1], right) - x, min(shape[0], bottom) - y)


def _ink(text: Image, ridges: list[Ridge], letter: float) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return (xs, ys) of the ink of each ridge: what is nearest to it, along the line twice as near as across."""
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
    ends = np.searchsorted(owner[order], np.arange(1, len(ridges) + 2))
    return [(xs[order[a:b]], ys[order[a:b]]) for a, b in zip(ends, ends[1:], strict=False)]

"""The middles of text lines: ridges of ink that is spread along the writing direction.

Spread so, the ink of a line stands out between the gaps above and below it, also where strokes of neighbours touch.
Upright rules cut ridges, so that no line runs into the next column. Lengths are multiples of the letters' height.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.components import components
from records.ports import Image

SPREAD = (1.8, 0.33)
"""How far ink is spread along and across the lines."""
DENSE = 0.06
"""Least share of ink on a ridge."""
GAP = 4.5
"""Widest gap within a line; more is another column, ruled or not."""
STEP = 0.6
"""Most by which a line goes up or down at a gap."""
NEAR = 0.9
"""Distance under which two ridges are of one line."""
INITIAL, NEAR_INITIAL = 4.5, 1.7
"""Shorter ridges may be tops of tall initials or tails: the distance under which they are of the longer line."""


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """The middle of a line: *y* at each of the columns from *x* on, in pixels."""

    x: int
    y: NDArray[np.float64]

    @property
    def end(self) -> int:
        """First column after it."""
        return self.x + len(self.y)


def find_ridges(text: Image, walls: Image, letter: float) -> list[Ridge]:
    """Return one ridge a line of the ink in *text*; 255 is ink, and in *walls* what no line crosses."""
    pieces = _weeded(_crests(text, walls, letter), letter)
    return _weeded(_joined(pieces, walls, letter), letter)


def _crests(text: Image, walls: Image, letter: float) -> list[Ridge]:
    h, w = text.shape
    along, across = (share * letter for share in SPREAD)
    narrow = cv2.resize(text, (max(1, w // 4), h), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    soft = cv2.resize(cv2.GaussianBlur(narrow, (0, 0), sigmaX=along / 4, sigmaY=across), (w, h))
    reach = max(1, round(0.35 * letter))
    top = cv2.dilate(soft, np.ones((2 * reach + 1, 1), np.uint8))
    crest = np.asarray(((soft >= top) & (soft > DENSE)) * 255, np.uint8)
    crest[walls > 0] = 0
    crest = np.asarray(cv2.dilate(crest, np.ones((3, 3), np.uint8)), np.uint8)
    crest[walls > 0] = 0
    count, labels, stats = components(crest)
    out = []
    for i in range(1, count):
        x, y, wide, high, _ = (int(v) for v in stats[i])
        if wide >= 3:
            weight = soft[y : y + high, x : x + wide] * (labels[y : y + high, x : x + wide] == i)
            out.append(Ridge(x, y + (np.arange(high)[:, None] * weight).sum(axis=0) / weight.sum(axis=0)))
    return out


def _weeded(ridges: Sequence[Ridge], letter: float) -> list[Ridge]:
    """Drop ridges along a longer one that are no lines of their own: tops and feet of its letters."""
    kept: list[Ridge] = []
    for ridge in sorted(ridges, key=lambda r: -len(r.y)):
        near = NEAR if len(ridge.y) > INITIAL * letter else NEAR_INITIAL
        if not any(_along(ridge, other, near * letter) for other in kept):
            kept.append(ridge)
    return kept


def _along(ridge: Ridge, longer: Ridge, near: float) -> bool:
    first, last = max(ridge.x, longer.x), min(ridge.end, longer.end)
    if last - first < 0.6 * len(ridge.y):
        return False
    if abs(ridge.y[first - ridge.x] - longer.y[first - longer.x]) > 4 * near:  # most are far apart
        return False
    away = ridge.y[first - ridge.x : last - ridge.x] - longer.y[first - longer.x : last - longer.x]
    return float(np.mean(np.abs(away))) < near


def _joined(ridges: Sequence[Ridge], walls: Image, letter: float) -> list[Ridge]:
    """Join ridges that go on at the same height after a gap without a wall."""
    left = sorted(ridges, key=lambda r: r.x)
    out: list[Ridge] = []
    while left:
        now = left.pop(0)
        while (found := _next(now, left, walls, letter)) is not None:
            left.remove(found)
            bridge = np.linspace(now.y[-1], found.y[0], max(0, found.x - now.end) + 2)[1:-1]
            now = Ridge(now.x, np.concatenate([now.y[: found.x - now.x], bridge, found.y]))
        out.append(now)
    return out


def _next(now: Ridge, others: Sequence[Ridge], walls: Image, letter: float) -> Ridge | None:
    """Return the ridge with which the line *now* goes on; *others* begin in order and not before it."""
    best = None
    few = max(1, round(letter))
    end = float(np.mean(now.y[-few:]))
    for other in others:
        gap = other.x - now.end
        if gap > GAP * letter:
            break
        start = float(np.mean(other.y[:few]))
        if gap < -letter or other.end <= now.end or abs(start - end) > STEP * letter:
            continue
        if gap > 0 and walls[round((start + end) / 2), now.end : other.x].any():
            continue
        cost = abs(start - end) + 0.2 * max(0, gap)
        if best is None or cost < best[0]:
            best = (cost, other)
    return best[1] if best else None

"""Put marks of ink that lie together into groups, and measure what a pen may have written of them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.components import components, painted
from pipeline.crops import PALE, PAPER
from pipeline.masks import pixels, stretches, without
from pipeline.rules import MAX_THICK
from records.geometry import Box
from records.ports import Image

Stats = NDArray[np.int32]
"""Of connected components: columns x, y, w, h, area."""
REACH = 1.1
"""Marks nearer than this (in letters) are of one note."""
PENNED, STAMPED = (2.6, 0.7), (8.0, 2.0)
"""Length and thickness (in letters) up to which something is a pen's stroke, or a stroke of a stamp's large letters."""
COARSE = 4
"""Pixels of the grid on which it is seen what lies near one another."""
EDGE = 6
"""Pixels along the picture's edge in which nothing is looked at: shadow, scanner bed."""


@dataclass(frozen=True, slots=True)
class Group:
    """Marks that lie together, measured in letters (the size of the page's print)."""

    box: Box
    ink: float
    """Inked area, in square letters."""
    strokes: int
    """Marks that are as large as a letter's body or more."""
    contrast: float
    """How dark it is beside the page's usual ink, 1 being as dark."""
    spread: float = 0.0
    """How far its strokes lie from the straight line through them, on the whole, in letters: more than one row of
    writing lies far off."""


def grouped(shown: Image, light: Image, strong: float, letter: float) -> list[Group]:
    """Return the marks of the mask *shown* in groups; *light*: how light ink is, *strong*: contrast of the page's."""
    count, pieces, stats = components(shown)
    inked = pixels(shown)
    owners = pieces.ravel()[inked]
    ys, xs = np.divmod(inked, shown.shape[1])
    darkness = np.bincount(owners, weights=PAPER - light[ys, xs].astype(np.float64), minlength=count)
    place = np.zeros(count, np.int64)
    place[owners] = _places(shown, letter)[ys // COARSE, xs // COARSE]
    grain = _shadow(shown.shape[1], stats, np.asarray(darkness, np.float64), strong, letter)
    members: dict[int, list[int]] = {}
    for i in (np.flatnonzero(~grain[1:]) + 1).tolist():
        members.setdefault(int(place[i]), []).append(i)
    return [measured(stats[own], float(darkness[own].sum()), letter, strong) for own in members.values()]


def _places(shown: Image, letter: float) -> NDArray[np.int32]:
    """Return which marks lie within reach of one another, on a grid of :data:`COARSE` pixels."""
    height, width = shown.shape
    padded = cv2.copyMakeBorder(shown, 0, -height % COARSE, 0, -width % COARSE, cv2.BORDER_CONSTANT, value=0)
    size = padded.shape[1] // COARSE, padded.shape[0] // COARSE
    shrunk = np.asarray(cv2.resize(padded, size, interpolation=cv2.INTER_AREA), np.uint8)
    grid = np.asarray(shrunk > 0, np.uint8)  # one inked pixel of a square does
    side = int(2 * REACH * letter / COARSE) | 1
    joined = cv2.morphologyEx(grid, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return np.asarray(cv2.connectedComponents(np.asarray(joined, np.uint8))[1], np.int32)


def measured(stats: Stats, darkness: float, letter: float, strong: float) -> Group:
    """Return the group of marks with these *stats*; *darkness*: of all their ink, *strong*: contrast of the page's."""
    x, y, w, h, size = (stats[:, k].astype(float) for k in range(5))
    box = Box(float(x.min()), float(y.min()), float((x + w).max() - x.min()), float((y + h).max() - y.min()))
    large = np.maximum(w, h) >= 0.5 * letter
    spread = _off_line((x + w / 2)[large] / letter, (y + h / 2)[large] / letter)
    return Group(box, float(size.sum()) / letter**2, int(large.sum()), darkness / float(size.sum()) / strong, spread)


def _off_line(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return how far points lie above and below the straight line through them: root of the mean square."""
    if len(x) < 3 or float(np.ptp(x)) == 0:
        return 0.0
    across = x - x.mean()
    slope = float((across * y).sum() / (across**2).sum())
    return float(np.std(y - slope * across))


def pen_strokes(shown: Image, letter: float, most: tuple[float, float] = PENNED) -> Image:
    """Return the mask without what no pen writes: remains of rules and frames, solid shadows, the edge of the paper.

    *most*: length and thickness of a stroke, in letters.
    """
    gone = _solid(shown, int(most[1] * letter) | 1)
    for picture, drawn in ((shown, gone), (np.asarray(cv2.transpose(shown), np.uint8), gone.T)):
        rows, lines = stretches(picture, int(most[0] * letter))
        drawn[rows] |= lines
    out = without(shown, np.asarray(cv2.dilate(gone, np.ones((3, 3), np.uint8)), np.uint8))
    _, pieces, stats = components(out)
    height, width = out.shape
    x, y, w, h, size = (stats[:, k] for k in range(5))
    thin, length = np.minimum(w, h), np.maximum(w, h)
    other = (size < 8) | ((length > 4 * letter) & (thin <= MAX_THICK + 0.02 * length))
    other |= (x <= EDGE) | (y <= EDGE) | (x + w >= width - EDGE) | (y + h >= height - EDGE)
    return without(out, painted(pieces, np.asarray(other, np.bool_)))


def _solid(shown: Image, wide: int) -> Image:
    """Return what discs of *wide* pixels that are all ink cover; looked for only where a square within one is."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))
    side = 2 * int(0.3 * wide) + 1
    likely = cv2.erode(shown, np.ones((side, side), np.uint8))
    out = np.zeros_like(shown)
    x, y, w, h = cv2.boundingRect(likely)
    if w:
        part = np.s_[max(0, y - wide) : y + h + wide, max(0, x - wide) : x + w + wide]
        out[part] = cv2.dilate(cv2.bitwise_and(cv2.erode(shown[part], disc), likely[part]), disc)
    return out


def _shadow(width: int, pieces: Stats, dark: NDArray[np.float64], strong: float, letter: float) -> NDArray[np.bool_]:
    """Return which *pieces* near the left or right edge are grain of the shadow there: small or pale."""
    x, _, w, _, size = (pieces[:, k].astype(float) for k in range(5))
    near = np.minimum(x, width - x - w) < 4 * letter
    return np.asarray(near & ((size < 0.15 * letter**2) | (dark < PALE * strong * size)), np.bool_)

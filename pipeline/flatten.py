"""Pages of a bound book bend at the fold: how far their lines climb there is measured, and they are made level.

Rules and dotted leaders are followed in narrow upright strips. From one strip to the next all of them climb alike, by a
slope that changes smoothly across the page and, seen by a camera, evenly from its head to its foot; at the fold of an
opened book it may turn. What a pen wrote climbs in its own way and has no say. All lengths are prepared pixels
(:mod:`pipeline.prepare`).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.sizes import halved
from records.geometry import Bend, Transform
from records.pages import Step
from records.ports import Image

LEAST = 3.0
"""Pixels by which lines must leave the straight somewhere before a page is touched."""
STRIP = 16
"""Width in which a rule is seen as a mark, and in which dots of a leader are one."""
THIN = 7
"""Rows of half size that a rule or leader is not as high as."""
DARK = 7
"""Grey levels by which it is darker than what is above and below it, over the width of a strip."""
STEP = 3.0
"""Rows of half size by which a line may climb within a strip."""
SPAN = 7
"""Strips over which a line must go on: no stroke of a letter does."""
CELL = 3
"""Strips in which the slope is taken as one: 48 pixels."""
SMOOTH, SETTLED = 4.0, 0.2
"""How much a slope is held to its neighbours', and to nothing, in lines."""
EVEN = 4.0
"""How much the slope at the head is held to that at the foot, in lines."""
FEW = 5.0
"""Lines in a cell under which it tells nothing by itself."""
SEEN = 0.35
"""Least share of the width in which lines are seen."""
ALIKE = 0.3
"""Share of the bend by which two halves of the lines may differ about it."""
BLOCK = 64
"""Rows resampled at one time: what is said of them stays in a processor's cache."""

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Climbs:
    """How lines go on from strip to strip: the cell, the height from -1 (head) to 1 (foot), the climb in pixels."""

    cell: Places
    height: Numbers
    climb: Numbers
    band: Places
    """Which of two halves of the page, in bands from head to foot, the line is of."""

    def of(self, band: int) -> "_Climbs":
        own = self.band == band
        return _Climbs(self.cell[own], self.height[own], self.climb[own], self.band[own])


def flatten(image: Image) -> tuple[Image, Step]:
    """Level the lines of a page (BGR) that is bent at its fold; a flat one comes back as it is.

    Its tilt was measured by lines that were bent: where its upright rules lean now, they are set upright as well. The
    frame grows so that nothing is lost.
    """
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    bend, most = measure_bend(grey)
    if bend is None:
        return image, Step("flatten", Transform.identity(), {"bend": most})
    step = _upright(bend, measure_lean(grey), most)
    return straighten(image, step), step


def _upright(bend: Bend, lean: float, most: float) -> Step:
    """Return the step that sets upright what goes *lean* to the right for each pixel down, and then undoes *bend*."""
    if abs(lean) * bend.height < LEAST:
        return Step("flatten", Transform.identity(), {"bend": most, "lean": 0.0}, bend)
    aside = max(0.0, lean * bend.height)
    there = Transform((1, -lean, aside, 0, 1, 0, 0, 0, 1))
    x = np.array(bend.x) + aside - lean * bend.height / 2
    top = np.interp(x - aside, bend.x, bend.top)
    foot = np.interp(x - aside + lean * bend.height, bend.x, bend.foot)
    own = Bend(tuple(x.tolist()), tuple(top.tolist()), tuple(foot.tolist()), bend.height)
    return Step("flatten", there, {"bend": most, "lean": lean}, own)


def straighten(image: Image, step: Step) -> Image:
    """Return *image* after a *step* of this kind, as large as what it holds comes to be; outside is its edge."""
    bend, (_, slant, aside, *_) = step.bend, step.transform.m
    assert bend is not None
    height, width = image.shape[:2]
    x = np.arange(width + round(abs(slant) * height))
    top, foot = np.interp(x, bend.x, bend.top), np.interp(x, bend.x, bend.foot)
    scale = (1 / (1 + (foot - top) / bend.height)).astype(np.float32)
    above, left = (top * scale).astype(np.float32), (x - aside).astype(np.float32)
    out = np.empty((int(np.ceil(height + foot.max())), len(x), 3), np.uint8)
    for begin in range(0, len(out), BLOCK):
        part = out[begin : begin + BLOCK]
        rows = np.arange(begin, begin + len(part), dtype=np.float32)[:, None] * scale - above
        columns = left - np.float32(slant) * rows
        part[:] = cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out


def measure_lean(grey: Image) -> float:
    """Return how far upright rules go to the right for each pixel down; 0 where few are seen or they differ."""
    height, width = grey.shape
    climb = _climbs(_marks(np.asarray(cv2.transpose(grey), np.uint8)), width).climb
    if len(climb) < height / STRIP:
        return 0.0
    lean = float(np.median(climb))
    return lean / STRIP if np.mean(np.abs(climb - lean) < 0.5) > 0.8 else 0.0


def measure_bend(grey: Image) -> tuple[Bend | None, float]:
    """Return how a level page's points move to lie flat (None: as they are), and how far its lines are from straight.

    That is told in pixels, 0 where too few lines are seen or they contradict one another.
    """
    height, width = grey.shape
    cells = -(-width // (STRIP * CELL))
    if cells < 6 or height < 8 * STRIP:
        return None, 0.0
    climbs = _climbs(_marks(grey), height)
    slopes, lines = _slopes(climbs, cells)
    if width > height:
        slopes = _joined(slopes, lines)
    seen = np.flatnonzero(lines >= FEW)
    if len(seen) < SEEN * cells:
        return None, 0.0
    where = slice(int(seen[0]), int(seen[-1]) + 2)
    most = _unstraight(_summed(slopes[0])[where])
    if _unstraight(_summed(_contradiction(climbs, cells))[where]) > max(1.0, ALIKE * most):
        return None, 0.0
    if most < LEAST:
        return None, most
    return _bend(slopes, lines, width, height), most


def _marks(grey: Image) -> tuple[Places, Numbers]:
    """Return strip and row (half size) of each place where something thin lies across a strip, in order."""
    half = halved(grey)
    strips = grey.shape[1] // STRIP
    light = cv2.resize(half[:, : strips * STRIP // 2], (strips, half.shape[0]), interpolation=cv2.INTER_AREA)
    hat = cv2.morphologyEx(light, cv2.MORPH_BLACKHAT, np.ones((THIN, 1), np.uint8))
    thin = cv2.GaussianBlur(hat.astype(np.float32), (1, 5), 0.9)
    crest = (thin >= cv2.dilate(thin, np.ones((5, 1), np.uint8))) & (thin > DARK)
    crest[:4], crest[-4:] = False, False
    strip, row = np.nonzero(crest.T)
    above, at, below = (thin[row + k, strip].astype(np.float64) for k in (-1, 0, 1))
    return strip, row + 0.5 * (above - below) / np.minimum(above - 2 * at + below, -1e-3)


def _climbs(marks: tuple[Places, Numbers], height: int) -> _Climbs:
    """Follow the marks from strip to strip and return how those climb that go on long enough, and evenly."""
    strip, row = marks
    after = _nearest(strip, row, 1)
    before = _nearest(strip, row, -1)
    number = np.arange(len(strip))
    after = np.where((after >= 0) & (before[after] == number), after, -1)
    before = np.full_like(after, -1)
    before[after[after >= 0]] = number[after >= 0]
    climb = np.where(after >= 0, row[after] - row, np.nan)
    steady = (after >= 0) & (before >= 0)
    steady[steady] = np.abs(climb[steady] - climb[before[steady]]) <= 1.25
    long = _reach(after, steady) + _reach(before, steady) >= SPAN
    own = np.flatnonzero((after >= 0) & long)
    at = 4 * row[own] / height - 1
    return _Climbs(strip[own] // CELL, at, 2 * climb[own], (row[own] // 40).astype(np.int64) % 2)


def _nearest(strip: Places, row: Numbers, way: int) -> Places:
    """Return for each mark the nearest one of the strip beside it, -1 where none is near."""
    if not len(strip):
        return np.zeros(0, np.int64)
    key = strip * 1e5 + row
    wanted = key + way * 1e5
    right = np.clip(np.searchsorted(key, wanted), 1, len(key) - 1) if len(key) > 1 else np.zeros(1, np.int64)
    left = np.maximum(right - 1, 0)
    best = np.where(np.abs(key[left] - wanted) <= np.abs(key[right] - wanted), left, right)
    return np.where(np.abs(key[best] - wanted) <= STEP, best, -1)


def _reach(following: Places, steady: NDArray[np.bool_]) -> Places:
    """Return over how many steady marks each mark goes on one way, :data:`SPAN` at most."""
    reach = np.zeros(len(following), np.int64)
    at, going = following, following >= 0
    for _ in range(SPAN):
        reach += going
        going = going & steady[at]
        at = np.where(going, following[at], -1)
        going = going & (at >= 0)
    return reach


def _slopes(climbs: _Climbs, cells: int) -> tuple[NDArray[np.float64], Numbers]:
    """Return the climb of one strip in each cell, at middle height and what the foot has more, and how many tell it.

    Least squares with the smoothness of a page, made robust by weighing anew.
    """
    cell, at, climb = climbs.cell, climbs.height, climbs.climb
    change = np.diff(np.eye(cells), axis=0)
    hold = SMOOTH * change.T @ change + SETTLED * np.eye(cells)
    weight = np.ones(len(cell))
    found = np.zeros((2, cells))
    for width in (6.0, 3.0, 2.0, 1.5, 1.5):  # pixels of a strip's climb from which a mark is none of a line
        sums = [np.bincount(cell, weight * v, cells) / CELL for v in (1, at, at * at, climb, at * climb)]
        whole = np.block(
            [
                [np.diag(sums[0]) + hold, np.diag(sums[1])],
                [np.diag(sums[1]), np.diag(sums[2]) + hold + EVEN * np.eye(cells)],
            ]
        )
        found = np.linalg.solve(whole, np.concatenate(sums[3:])).reshape(2, cells)
        off = (climb - found[0][cell] - found[1][cell] * at) / width
        weight = np.square(np.maximum(0, 1 - off * off))
    return found, np.bincount(cell, weight, cells) / CELL


def _joined(slopes: Numbers, lines: Numbers) -> Numbers:
    """Return the slopes of an opened book with a climb across its fold, where no line is seen, that suits both leaves.

    Beside the fold they bend, but most of each leaf is flat, and lies as high as most of the other.
    """
    cells = len(lines)
    inner = [k for k in range(cells * 3 // 10, cells * 7 // 10) if lines[k] < FEW]
    runs = np.split(inner, np.flatnonzero(np.diff(inner) > 1) + 1)
    gap = max(runs, key=len)
    if not len(gap):
        return slopes
    seen = lines >= FEW
    out = slopes.copy()
    for own in out:
        line = _summed(own)[1:]
        left, right = (line[side][seen[side]] for side in (slice(0, gap[0]), slice(gap[-1] + 1, cells)))
        if len(left) and len(right):
            own[gap] += (np.median(left) - np.median(right)) / (CELL * len(gap))
    return out


def _contradiction(climbs: _Climbs, cells: int) -> Numbers:
    """Return what two halves of the lines say differently about the slope of each cell that both have lines in."""
    (one, _), (other, _) = (_slopes(climbs.of(band), cells) for band in (0, 1))
    lines = [np.bincount(climbs.of(band).cell, minlength=cells) / CELL for band in (0, 1)]
    return np.where(np.minimum(*lines) >= FEW / 2, one[0] - other[0], 0.0)


def _summed(slopes: Numbers) -> Numbers:
    """Return the height of a line at the sides of the cells, in pixels."""
    return np.concatenate([[0.0], np.cumsum(slopes * CELL)])


def _unstraight(line: Numbers) -> float:
    """Return how far a line is from the straight one that fits it best."""
    x = np.arange(len(line), dtype=np.float64)
    return float(np.abs(line - np.polyval(np.polyfit(x, line, 1), x)).max())


def _bend(slopes: NDArray[np.float64], lines: Numbers, width: int, height: int) -> Bend:
    """Return the bend that undoes these slopes and moves nothing out of the head."""
    middle, more = _summed(slopes[0]), _summed(slopes[1])
    most = int(np.argmax(lines))  # where most lines are seen nothing moves
    middle, more = middle - middle[most], more - more[most]
    top, foot = more - middle, -middle - more
    lowest = float(top.min())
    x = np.arange(len(middle)) * STRIP * CELL - STRIP / 2
    return Bend(tuple(x.tolist()), tuple((top - lowest).tolist()), tuple((foot - lowest).tolist()), float(height))

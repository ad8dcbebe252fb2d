"""Find the level strokes through a line of writing that strike out what they cross.

A crossbar or the bar of a đ is short; a rule runs under letters, not through them; joined letters wander: what runs
straight through a whole word, thin between the letters and crossed by them, is a strike; so is what is as thick as two
strokes side by side.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Box
from records.ports import Image

STEP = 5
"""Pixels in which a stroke that is nearly level climbs one pixel at most."""
ASIDE = 3
"""Pixels from a way within which there is no other: strokes side by side lie further apart."""
WAYS, TRIES = 8, 40
"""Level ways through one line of writing that are looked at, and ends of such ways."""
AROUND = 2.0
"""Letters' heights by which a strike may begin before the writing that is left of what it struck out, or end behind."""
AROUND_IT, BODY = 1.3, 0.5
"""Letters' heights above and below a stroke in which its writing stands, and in which words are told apart: dots below
would join them all."""
LONGER = 6.5
"""Letters' heights from which a stroke may strike out letters: joined hands run level through a short word. Figures are
not joined."""
LONGEST = 8.0
"""The same from which a stroke need not be crossed so often: low letters hardly reach below it."""
MIDDLE, HIGHEST = (0.25, 0.85), 0.3
"""Where in the height of the writing a strike runs; under where only the thickness of two strokes tells it."""
WHOLE = 0.75
"""Share of the words it crosses that a strike covers: who strikes out strikes out the word."""
DOUBLE, EVEN = 0.45, 0.43
"""Letters' heights of thickness from which it is two strokes side by side, if it is as thick over so much of its
length, and letters cross it, however words lie under it."""
STRAIGHT = (1.3, 2.0)
"""Pixels that a strike wanders from a smooth curve, but for one tenth of its length: in one word, and where it goes on
through a gap between words, in which there is nothing else."""
WELL_CROSSED = 0.6
"""Strokes of letters above and below from which it may wander so in one word, too."""
THIN = (0.3, 0.2)
"""Share of its length at which it is no thicker than a pen's stroke; likewise."""
RULED = (0.7, 0.9, 0.45)
"""A stroke so straight, over so much of its words, that ends where they end, is a strike if letters cross it so often,
above and below together: of two strokes side by side none is crossed on both its sides."""
CROSSED_THERE = 0.25
"""Strokes of letters that such a stroke has on either side at least: of those that stand on a line some have tails."""
CROSSED = (0.4, 0.5)
"""Least strokes of letters, for each letter's height of its length, that go on above it and below it."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A level pen stroke through writing: where it begins, and its height at each pixel from there on."""

    x: int
    heights: NDArray[np.float64]

    @property
    def right(self) -> int:
        """x just behind its end."""
        return self.x + self.long

    @property
    def long(self) -> int:
        """How many pixels it goes on."""
        return len(self.heights)


def strikes(
    ink: Image, writing: Image, box: Box, letter: float, least: float, *, figures: bool = False
) -> list[Strike]:
    """Return the strikes through the line of writing in *box* that are *least* letters' heights long or longer.

    *ink*: the page's ink with level lines; *writing*: without them. Both 255 where there is ink. Of *figures* a short
    stroke need not be crossed on both sides: whether others stand behind is for the caller to see.
    """
    x0, x1 = max(0, int(box.x - AROUND * letter)), min(ink.shape[1], int(box.right + AROUND * letter))
    y0, y1 = max(0, int(box.y) - 2), int(box.bottom) + 2
    part, words = ink[y0:y1, x0:x1], writing[y0:y1, x0:x1]
    found = []
    for begin, heights in _level_paths(part, least * letter):
        if _is_strike(_course(part, words, begin, heights, letter), figures=figures):
            found.append(Strike(x0 + begin, y0 + heights))
    return found


@dataclass(frozen=True, slots=True)
class _Course:
    """How a level way runs through writing; lengths in letters' heights."""

    long: float
    wander: float
    """Pixels off a smooth curve, but for one tenth of it."""
    middle: float
    """Where it runs in the height of the ink around it, from the top."""
    pen: float
    """How thick it is where nothing crosses it."""
    even: float
    """Share of its length at which it is no thicker than that."""
    above: float
    below: float
    """Strokes of letters that go on above it and below it, for each letter's height of its length."""
    cover: float
    """Share of the words it crosses that it runs through."""
    words: int
    ends: bool
    """Whether it ends within the line, as a printed one does not."""


def _course(ink: Image, writing: Image, begin: int, heights: NDArray[np.float64], letter: float) -> _Course:
    """Measure a level way through *ink*, in the frame of the two pictures."""
    long = len(heights)
    up, down = reach(ink, begin, heights, int(1.2 * letter))
    heights = heights + (np.percentile(down, 25) - np.percentile(up, 25)) / 2  # it may run along an edge of the stroke
    x = np.arange(long)
    away = np.abs(heights - np.polyval(np.polyfit(x, heights, 2), x))

    def around(by: float) -> slice:
        return slice(max(0, int(heights.min() - by * letter)), int(heights.max() + by * letter) + 1)

    near = around(AROUND_IT)
    rows = near.start + np.flatnonzero(ink[near, begin : begin + long].any(axis=1))
    up, down = reach(ink, begin, heights, int(1.2 * letter))
    thick = up + down + 1
    pen = float(np.percentile(thick, 25))
    far = max(3.0, 0.2 * letter) + pen / 2
    runs = _words(writing[around(BODY)], 0.4 * letter)
    words = [(a, b) for a, b in runs if min(b, begin + long) - max(a, begin) > 0.5 * (b - a)]
    first, last = (words[0][0], words[-1][1]) if words else (begin, begin + long)
    return _Course(
        long=long / letter,
        wander=float(np.percentile(away, 90)),
        middle=float(heights.mean() - rows[0]) / (rows[-1] - rows[0] + 1) if len(rows) else 0.0,
        pen=pen / letter,
        even=float(np.mean(thick <= pen + 2)),
        above=_runs(up >= far) * letter / long,
        below=_runs(down >= far) * letter / long,
        cover=(min(last, begin + long) - max(first, begin)) / (last - first),
        words=len(words),
        ends=begin >= STEP and begin + long <= ink.shape[1] - STEP,
    )


def _is_strike(way: _Course, *, figures: bool) -> bool:
    """Whether a level way strikes out what it crosses; *figures* are not joined, so none runs level through them."""
    if way.wander > max(STRAIGHT) or not MIDDLE[0] < way.middle < MIDDLE[1] or way.cover < WHOLE:
        return False
    crossed = way.above + way.below >= RULED[2]
    if way.pen >= DOUBLE and way.even >= EVEN and way.ends and crossed:
        return True
    gap = way.words > 1
    well = not figures and min(way.above, way.below) >= WELL_CROSSED
    if not way.words or way.middle < HIGHEST or way.wander > STRAIGHT[gap or well] or way.even < THIN[gap]:
        return False
    brief = figures and way.long < LONGER  # others have to stand behind
    inside = brief or min(way.above, way.below) >= CROSSED_THERE  # no line that letters stand on
    if way.ends and inside and way.wander <= RULED[0] and way.cover >= RULED[1] and crossed:
        return True
    if way.above < CROSSED[0] or way.below >= CROSSED[1]:
        return way.above >= CROSSED[0]
    # no letters are joined so far; only a printed line is so long, and that one does not end with the words
    return way.below > 0 and way.long > LONGEST and way.ends


def _level_paths(ink: Image, least: float) -> list[tuple[int, NDArray[np.float64]]]:
    """Return the longest nearly level ways through ink, at least *least* pixels long: (x, height at each pixel)."""
    height, width = ink.shape
    steps = width // STEP
    if steps < 3 or height < 5:
        return []
    tall = np.asarray(cv2.dilate(ink, np.ones((3, 1), np.uint8)), np.uint8)
    full = np.asarray((tall[:, : steps * STEP] > 0).reshape(height, steps, STEP).all(axis=2), np.bool_)
    on = full.T.astype(np.int32)
    reached = np.zeros((steps, height + 2), np.int32)  # step by step, a row of nothing above and below
    reached[0, 1:-1] = on[0]
    for k in range(1, steps):
        above, same, below = reached[k - 1, :-2], reached[k - 1, 1:-1], reached[k - 1, 2:]
        reached[k, 1:-1] = (np.maximum(np.maximum(above, below), same) + 1) * on[k]
    above, same, below = reached[:-1, :-2], reached[:-1, 1:-1], reached[:-1, 2:]
    came = np.zeros((height, steps), np.int64)  # the level way is taken where it is as long
    came[:, 1:] = np.where(np.maximum(above, below) > same, np.where(above >= below, -1, 1), 0).T
    length = reached[:, 1:-1].T.copy()
    out: list[tuple[int, NDArray[np.float64]]] = []
    for _ in range(TRIES):
        y, k = divmod(int(length.argmax()), steps)
        if length[y, k] * STEP < least or len(out) == WAYS:
            break
        rows = [y]
        for at in range(k, k - int(length[y, k]) + 1, -1):
            before = rows[-1] + int(came[rows[-1], at])
            if not length[before, at - 1]:  # here it leaves a way that is known
                break
            rows.append(before)
        rows = rows[::-1]
        first = k - len(rows) + 1
        for n, row in enumerate(rows):
            length[max(0, row - ASIDE) : row + ASIDE + 1, first + n] = 0
        if len(rows) * STEP >= least:
            middles = (np.arange(len(rows)) + 0.5) * STEP
            along = np.arange(len(rows) * STEP)
            out.append((first * STEP, np.interp(along, middles, np.asarray(rows, np.float64))))
    return out


def reach(
    ink: Image, begin: int, heights: NDArray[np.float64], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each pixel of the way how far ink goes on above it and below it, without a gap."""
    columns = np.arange(begin, begin + len(heights))
    base = np.clip(np.round(heights).astype(np.int64), 1, ink.shape[0] - 2)
    out = []
    for side in (-1, 1):
        far = np.zeros(len(columns), np.int64)
        alive = np.ones(len(columns), np.bool_)
        for k in range(1, most):
            rows = base + side * k
            inside = (rows >= 0) & (rows < ink.shape[0])
            inked = inside & (ink[np.clip(rows, 0, ink.shape[0] - 1), columns] > 0)
            alive &= inked | ((ink[base, columns] > 0) if k == 1 else False)
            far += alive
        out.append(far)
    return out[0], out[1]


def _runs(flags: NDArray[np.bool_]) -> int:
    return int((np.diff(np.concatenate([[False], flags]).astype(np.int8)) == 1).sum())


def _words(writing: Image, gap: float) -> list[tuple[int, int]]:
    """Return where ink begins and ends along a line, parts nearer than *gap* pixels as one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], (writing > 0).any(axis=0), [False]]).astype(np.int8)))
    out: list[tuple[int, int]] = []
    for a, b in edges.reshape(-1, 2).tolist():
        if out and a - out[-1][1] < gap:
            out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
    return out

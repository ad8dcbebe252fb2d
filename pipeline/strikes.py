"""Find text that a clerk struck out: a pen stroke that runs level through the middle of writing, across many letters.

A clerk strikes out what was written wrong and writes what is right beside or above it. Both are read and kept; the
value is what still stands. A crossbar or the bar of a đ is short; a rule runs under letters, not through them; joined
letters wander: what runs straight through a whole word, thin between the letters and crossed by them, is a strike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.crops import Line, Marks, lines_of
from pipeline.locate import CleanPage, LabelledPage
from records.codes import ValueKind
from records.geometry import Box
from records.ports import Image

STEP = 5
"""Pixels in which a stroke that is nearly level climbs one pixel at most."""
SHORTEST = 4.0
"""Letters' heights: shorter level strokes are parts of letters."""
LONGER = 6.5
"""The same for strikes through letters: joined hands run level through a short word. Figures are not joined."""
LONGEST = 8.0
"""The same from which a stroke need not be crossed so often: low letters hardly reach below it."""
FIGURES = frozenset({ValueKind.DATE, ValueKind.ENTRY_NUMBER, ValueKind.PERSONAL_ID})
"""Kinds of value in which a shorter stroke is a strike, if something stands beside it."""
BEYOND = 1.8
"""Times the length of a strike from which a line is a printed one that runs under the writing."""
WHOLE = 0.75
"""Share of the words it crosses that a strike covers: who strikes out strikes out the word."""
STRAIGHT = (1.3, 2.0)
"""Pixels that a strike wanders from a smooth curve, but for one tenth of its length: in one word, and where it goes on
through a gap between words, in which there is nothing else."""
RULED = (0.7, 0.9, 0.45)
"""A stroke so straight, over so much of its words, that ends where they end, is a strike if letters cross it so often,
above and below together: of two strokes side by side none is crossed on both its sides."""
DOUBLE, CROSSED_THERE = 0.45, 0.25
"""Letters' heights from which it is two strokes side by side; else letters cross it so often on either side: of those
that stand on a line some have tails."""
CROSSED = (0.4, 0.35)
"""Least strokes of letters, for each letter's height of its length, that go on above it and below it."""
THIN = (0.3, 0.2)
"""Share of its length at which it is no thicker than a pen's stroke; likewise."""
PIECE = 1.15
"""Letters' heights from a strike to the middle of a piece of a letter that it parted from the rest."""
MIDDLE = (0.25, 0.85)
"""Where in the height of the writing it runs."""


@dataclass(frozen=True, slots=True)
class Strike:
    """A level pen stroke through writing: where it begins, and its height at each pixel from there on."""

    x: int
    heights: NDArray[np.float64]

    @property
    def right(self) -> int:
        """x just behind its end."""
        return self.x + len(self.heights)


@dataclass(frozen=True, slots=True)
class Written:
    """The lines of a field: what stands, and what was struck out."""

    standing: list[Line]
    struck: list[Line]
    all_struck: bool = False
    """A strike runs through all there is: nothing says which text is right, so all of it is read as standing."""


def written(
    ink: Image, clean: CleanPage, marks: Marks, owned: Mapping[str, list[int]], labelled: LabelledPage
) -> dict[str, Written]:
    """Return what is written in each column, line by line from the top, apart from what was struck out.

    *ink* as :func:`with_strokes` returns it; *owned*: the marks of each column.
    """
    letter = labelled.letter
    out = {}
    for column, own in owned.items():
        lines = lines_of(clean, marks, own, letter)
        least = (SHORTEST if labelled.edition.value_kind(column) in FIGURES else LONGER) * letter
        every = (s for line in lines for s in strikes(ink, clean.ink, line.box, letter))
        long = (s for s in every if s.right - s.x >= least and not _printed(s, clean))
        found = sorted(long, key=lambda s: s.x)
        gone, standing = _parted(found, clean, marks, own, letter)
        if gone and not standing and found[-1].x > found[0].right:  # what was written last is what is right
            gone, standing = _parted([s for s in found if s.x <= found[0].right], clean, marks, own, letter)
        if gone and standing:
            out[column] = Written(standing, lines_of(clean, marks, sorted(gone), letter))
        else:
            longest = max((s.right - s.x for s in found), default=0)
            out[column] = Written(lines, [], all_struck=bool(gone) and longest > LONGER * letter)
    return out


def _printed(strike: Strike, clean: CleanPage) -> bool:
    """Whether a strike lies on a printed line or row of dots that goes on far beyond it."""
    long, middle = len(strike.heights), float(strike.heights.mean())
    return any(
        r.w > BEYOND * long and r.y - 4 <= middle <= r.bottom + 4 and r.x < strike.right and r.right > strike.x
        for r in (*clean.rules.leaders, *clean.rules.horizontal)
    )


def _parted(
    found: Sequence[Strike], clean: CleanPage, marks: Marks, own: list[int], letter: float
) -> tuple[set[int], list[Line]]:
    """Return the marks that the strikes *found* cross out, and the lines of those that stand."""
    gone = {i for strike in found for i in _under(strike, marks, own, letter)}
    return gone, lines_of(clean, marks, [i for i in own if i not in gone], letter)


def with_strokes(clean: CleanPage) -> Image:
    """Return the clean ink with level solid lines put back: a long strike was taken for a rule."""
    rules = np.zeros_like(clean.ink)
    for r in clean.rules.horizontal:
        rules[max(0, int(r.y) - 1) : int(r.bottom) + 2, max(0, int(r.x) - 1) : int(r.right) + 2] = 255
    return np.asarray(cv2.bitwise_or(clean.ink, cv2.bitwise_and(clean.drawn, rules)), np.uint8)


def strikes(ink: Image, writing: Image, box: Box, letter: float) -> list[Strike]:
    """Return the strikes through the line of writing in *box*.

    *ink*: the page's ink with level lines; *writing*: without them. Both 255 where there is ink.
    """
    x0, x1 = max(0, int(box.x - letter)), min(ink.shape[1], int(box.right + letter))
    y0, y1 = max(0, int(box.y) - 2), int(box.bottom) + 2
    part, words = ink[y0:y1, x0:x1], writing[y0:y1, x0:x1]
    found = []
    for begin, heights in _level_paths(part, SHORTEST * letter):
        if _is_strike(part, words, begin, heights, letter):
            found.append(Strike(x0 + begin, y0 + heights))
    return found


def _level_paths(ink: Image, least: float) -> list[tuple[int, NDArray[np.float64]]]:
    """Return the longest nearly level ways through ink, at least *least* pixels long: (x, height at each pixel)."""
    height, width = ink.shape
    steps = width // STEP
    if steps < 3 or height < 5:
        return []
    tall = np.asarray(cv2.dilate(ink, np.ones((3, 1), np.uint8)), np.uint8)
    on = np.asarray((tall[:, : steps * STEP] > 0).reshape(height, steps, STEP).all(axis=2), np.bool_)
    length = np.zeros((height + 2, steps), np.int64)
    came = np.zeros((height, steps), np.int64)
    length[1:-1, 0] = on[:, 0]
    for k in range(1, steps):
        before = np.stack([length[1:-1, k - 1] * 2 + 1, length[:-2, k - 1] * 2, length[2:, k - 1] * 2])
        best = before.argmax(axis=0)
        came[:, k] = np.array([0, -1, 1])[best]
        length[1:-1, k] = np.where(on[:, k], before.max(axis=0) // 2 + 1, 0)
    length = length[1:-1]
    out: list[tuple[int, NDArray[np.float64]]] = []
    taken = np.zeros((height, steps), np.bool_)
    for flat in np.argsort(-length, axis=None)[:400].tolist():
        y, k = divmod(flat, steps)
        run = int(length[y, k])
        if run * STEP < least or len(out) == 4:
            break
        if taken[y, k]:
            continue
        rows = [y]
        for at in range(k, k - run + 1, -1):
            rows.append(rows[-1] + int(came[rows[-1], at]))
        first, rows = k - run + 1, rows[::-1]
        fresh = not any(taken[row, first + n] for n, row in enumerate(rows))
        for n, row in enumerate(rows):
            taken[max(0, row - 6) : row + 7, first + n] = True
        if fresh:
            middles = (np.arange(run) + 0.5) * STEP
            out.append((first * STEP, np.interp(np.arange(run * STEP), middles, np.asarray(rows, np.float64))))
    return out


def _is_strike(ink: Image, writing: Image, begin: int, heights: NDArray[np.float64], letter: float) -> bool:
    """Whether a level way through *ink* strikes out what it crosses; measured in the frame of the two pictures."""
    long = len(heights)
    x = np.arange(long)
    away = np.abs(heights - np.polyval(np.polyfit(x, heights, 2), x))
    level = np.s_[max(0, int(heights.min() - letter)) : int(heights.max() + letter) + 1]  # another line may stand above
    runs = _words(writing[level], 0.4 * letter)
    words = [(a, b) for a, b in runs if min(b, begin + long) - max(a, begin) > 0.5 * (b - a)]
    wander = float(np.percentile(away, 90))
    if not words or wander > STRAIGHT[len(words) > 1]:
        return False
    first, last = words[0][0], words[-1][1]
    cover = (min(last, begin + long) - max(first, begin)) / (last - first)
    if cover < WHOLE:
        return False
    rows = np.flatnonzero(writing[:, begin : begin + long].any(axis=1))
    if not len(rows) or not MIDDLE[0] < (heights.mean() - rows[0]) / (rows[-1] - rows[0] + 1) < MIDDLE[1]:
        return False
    up, down = _reach(ink, begin, heights, int(1.2 * letter))
    thick = up + down + 1
    pen = float(np.percentile(thick, 25))
    if float(np.mean(thick <= pen + 2)) < THIN[len(words) > 1]:
        return False
    far = max(3.0, 0.2 * letter) + pen / 2
    above, below = (_runs(reach >= far) * letter / long for reach in (up, down))
    ends = begin >= STEP and begin + long <= ink.shape[1] - STEP  # where the words end, and not as a printed line does
    inside = min(above, below) >= CROSSED_THERE or pen >= DOUBLE * letter  # no line that letters stand on
    if ends and inside and wander <= RULED[0] and cover >= RULED[1] and above + below >= RULED[2]:
        return True
    if above < CROSSED[0] or below >= CROSSED[1]:
        return above >= CROSSED[0]
    # no letters are joined so far; only a printed line is so long, and that one does not end with the words
    return below > 0 and long > LONGEST * letter and begin > STEP and begin + long < ink.shape[1] - STEP


def _reach(
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


def _under(strike: Strike, marks: Marks, own: Sequence[int], letter: float) -> set[int]:
    """Return the marks of *own* that a strike crosses, and the dots and tones that belong to them."""
    near = 0.4 * letter
    bodies: set[int] = set()
    small = []
    for i in own:
        x, y, w, h, _ = (float(v) for v in marks.boxes[i])
        if min(x + w, strike.right + near) - max(x, strike.x - near) < 0.6 * w:
            continue
        at = strike.heights[int(np.clip(x + w / 2 - strike.x, 0, len(strike.heights) - 1))]
        if y - 0.15 * letter <= at <= y + h + 0.15 * letter or abs(y + h / 2 - at) < PIECE * letter:
            bodies.add(i)
        else:
            small.append(i)
    return bodies | {i for i in small if _belongs(marks, i, bodies, [k for k in own if k not in bodies], letter)}


def _belongs(marks: Marks, i: int, bodies: set[int], others: Sequence[int], letter: float) -> bool:
    """Whether mark *i* is a dot or tone, and nearer to one of the *bodies* than to any other letter's body."""
    if marks.boxes[i][3] > 0.7 * letter:
        return False
    standing = [k for k in others if k != i and marks.boxes[k][3] >= 0.55 * letter]
    return min((_gap(marks, i, k) for k in bodies), default=1e9) <= min(
        (_gap(marks, i, k) for k in standing), default=1e9
    )


def _gap(marks: Marks, a: int, b: int) -> float:
    ax, ay, aw, ah, _ = (float(v) for v in marks.boxes[a])
    bx, by, bw, bh, _ = (float(v) for v in marks.boxes[b])
    return float(np.hypot(max(0.0, bx - ax - aw, ax - bx - bw), max(0.0, by - ay - ah, ay - by - bh)))

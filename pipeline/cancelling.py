"""Find the long pen strokes that cancel a whole entry: through all cells of a row, or across a page.

No form prints slanted lines, and no hand writes straight for so long. A level stroke is as straight as a printed rule;
but rules of a table begin and end together, at its sides, and a stroke does so nowhere. All measures are in prepared
pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.cells import find_cells
from pipeline.locate import CleanPage
from pipeline.prepare import PreparedPage, ink_mask
from pipeline.rules import Rules, find_rules, without_rules
from records.geometry import Box, Point
from records.ports import Image

STRUCK = "struck"
"""Names the place of the note that a cancelled entry gets: a person has to look before anything is made of it."""
CELL = 4
"""Pixels of the grid on which slanted strokes are sought."""
INKED = 70
"""Least ink in a cell, of 255."""
STEEP = tuple(sign * turn for turn in range(14, 81, 6) for sign in (1, -1))
FLAT = (0.0, 1.2, -1.2)
SHALLOW = tuple(sign * turn for turn in (2.0, 3.5, 5.0, 7.0, 9.5) for sign in (1, -1))
"""Degrees of strokes; those that are no steep ones are sought in tables alone, where rows are wide and low."""
SHORT, LONG = 14, 40
"""Cells that a steep and a shallow stroke run straight at least, everywhere: longer than strokes of letters."""
LEVEL, UPRIGHT = 1.2, 82.0
"""Degrees under and over which a line may be a printed one."""
PIECES = (50, 26, 80)
"""Cells in one piece, but for gaps where rules are crossed, of a steep stroke through a form and through a row of a
table, and of a shallow one."""
GAP = 14
MARGIN = 6
"""Cells along the picture's edge in which no stroke is sought: there are shadows, and the scanner's bed."""
ACROSS = 600.0
"""Length from which a slanted stroke cancels a page."""
MOST_OF_ROW, MOST_OF_HEIGHT = 0.4, 0.35
"""Share of a row's width that strokes must cross to cancel it, or of its height that one through the page does."""
ON_LINE, ASTRAY, DRAWN = 10.0, 0.02, 0.5
"""Pixels, and the share of its distance, by which a piece may lie off the line of another one, and the share of that
line that pieces must cover."""
RULE = 300
"""Least length of a level stroke, or of a piece of it."""
TOGETHER, FAMILY = 30, 3
"""Within how many pixels rules of a table begin and end together, and how many do so at least."""
LEAST_ROW, UNEVEN = 60.0, 0.1
"""Least height of a row, and the share of it by which rules may lie off."""
HIGH = 400.0
"""More than the height of a row."""
ON_RULE = 16
"""Pixels from a rule within which another piece is of it."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A pen stroke from its left end to its right one."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def length(self) -> float:
        """Its length."""
        return float(np.hypot(self.x1 - self.x0, self.y1 - self.y0))

    def mostly_in(self, box: Box) -> bool:
        """Whether its middle lies in *box*."""
        x, y = (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2
        return box.x < x < box.right and box.y < y < box.bottom

    def down(self, box: Box) -> float:
        """Return how far down it runs in *box*."""
        ends = self._clipped(box)
        return float(abs(ends[1][1] - ends[0][1])) if ends else 0.0

    def within(self, box: Box) -> tuple[float, float] | None:
        """Return from where to where it runs in *box*, along x; None where it does not."""
        ends = self._clipped(box)
        return (float(min(ends[0][0], ends[1][0])), float(max(ends[0][0], ends[1][0]))) if ends else None

    def _clipped(self, box: Box) -> tuple[Sequence[int], Sequence[int]] | None:
        rect = (int(box.x), int(box.y), max(1, int(box.w)), max(1, int(box.h)))
        ends = (int(self.x0), int(self.y0)), (int(self.x1), int(self.y1))
        inside, one, two = cv2.clipLine(rect, *ends)
        return (one, two) if inside else None


@dataclass(frozen=True, slots=True)
class Strokes:
    """The strokes on a page that may cancel what they cross, and a mask, 255 where their ink is."""

    all: tuple[Stroke, ...]
    mask: Image

    @property
    def box(self) -> Box:
        """The upright box around all of them."""
        return Box.around(Point(x, y) for s in self.all for x, y in ((s.x0, s.y0), (s.x1, s.y1)))


def strokes_on_form(ink: Image, form: Box) -> Strokes:
    """Return the slanted strokes through a *form* (its box on the page); *ink*: 255 where there is ink, rules and all.

    The edge of the paper may lean as well, but outside of the form.
    """
    found, mask = _straight(_cells(ink), STEEP, SHORT, PIECES[0], LEVEL)
    long = tuple(s for s in found if s.length >= ACROSS and s.mostly_in(form))
    return Strokes(long, _inked(ink, mask) if long else mask)


def strokes_in_table(ink: Image, clean: CleanPage) -> Strokes:
    """Return the strokes through a table, slanted and level; *ink*: 255 where there is ink, rules and all.

    Level ones were taken for rules, or were too thick for that and are left in the *clean* page.
    """
    cells = _cells(ink)
    steep, one = _straight(cells, STEEP, SHORT, PIECES[1], LEVEL)
    shallow, two = _straight(cells, SHALLOW, LONG, PIECES[2], LEVEL)
    thick, three = _straight(_cells(clean.ink), FLAT, LONG, PIECES[2], 0.0)
    odd = _odd_rules(clean.rules)
    level = [Stroke(r.x, _height(r), r.right, _height(r)) for r in odd]
    every = (*steep, *shallow, *_whole([*steep, *shallow]), *thick, *level)
    found = _wide(every, clean.cells)
    if not found:
        return Strokes((), one)
    out = _inked(ink, one | two | three)
    for r in odd:
        part = np.s_[int(r.y) : int(r.bottom), int(r.x) : int(r.right)]
        out[part] |= clean.rules.mask[part] & ink[part]
    return Strokes(found, out)


def _whole(pieces: Sequence[Stroke]) -> list[Stroke]:
    """Return the strokes of :data:`ACROSS` and more that *pieces* make up, one behind the other on one line."""
    out = []
    left = sorted(pieces, key=lambda s: -s.length)
    while left:
        first = left.pop(0)
        along = np.array([first.x1 - first.x0, first.y1 - first.y0]) / first.length
        begin = np.array([first.x0, first.y0])
        spans = []
        for other in (first, *left):
            ends = np.array([[other.x0, other.y0], [other.x1, other.y1]]) - begin
            far = ends @ along
            if (np.abs(ends @ (along[1], -along[0])) < ON_LINE + ASTRAY * np.abs(far)).all():
                spans.append((float(far.min()), float(far.max()), other))
        left = [s for s in left if all(s is not other for _, _, other in spans)]
        low, high = min(a for a, _, _ in spans), max(b for _, b, _ in spans)
        if high - low >= ACROSS and _covered([(a, b) for a, b, _ in spans]) >= DRAWN * (high - low):
            out.append(Stroke(*(begin + low * along).tolist(), *(begin + high * along).tolist()))
    return out


def _covered(spans: Sequence[tuple[float, float]]) -> float:
    """Return the length that *spans* cover together."""
    covered, reach = 0.0, -np.inf
    for begin, end in sorted(spans):
        covered += max(0.0, end - max(begin, reach))
        reach = max(reach, end)
    return covered


def _wide(strokes: Sequence[Stroke], cells: Sequence[Box]) -> tuple[Stroke, ...]:
    """Return the *strokes* within the table of *cells* that may cancel a row, together with others at their height."""
    if not cells:
        return ()
    x, y = min(c.x for c in cells), min(c.y for c in cells)
    whole = Box(x, y, max(c.right for c in cells) - x, max(c.bottom for c in cells) - y)
    inside = [s for s in strokes if s.mostly_in(whole)]
    bands = (Box(x, (s.y0 + s.y1) / 2 - HIGH / 2, whole.w, HIGH) for s in inside)
    return tuple(s for s, band in zip(inside, bands, strict=True) if crossed(inside, band))


def crossed(strokes: Sequence[Stroke], box: Box) -> bool:
    """Whether the *strokes* cross most of a row's *box*, or one that goes through the page runs down through it."""
    inner = Box(box.x, box.y + 0.08 * box.h, box.w, 0.84 * box.h)
    if any(s.length >= ACROSS and s.down(inner) >= MOST_OF_HEIGHT * inner.h for s in strokes):
        return True
    return _covered([span for s in strokes if (span := s.within(inner)) is not None]) >= MOST_OF_ROW * box.w


def freed(page: PreparedPage, clean: CleanPage, strokes: Strokes) -> CleanPage:
    """Return the *clean* page without the *strokes*, letters that cross them kept; no rule is theirs any more."""
    painted = without_rules(page.grey, clean.drawn, Rules((), (), (), strokes.mask))
    rest = ink_mask(painted)
    left = find_rules(rest)  # but those that a stroke crosses are in pieces now
    whole = [r for r in clean.rules.horizontal if _share(strokes.mask, r) < 0.5 * _share(clean.rules.mask, r)]
    pieces = (r for r in left.horizontal if not any(r.overlap(known) > 0.5 * r.area for known in whole))
    mask = np.asarray(cv2.bitwise_or(left.mask, clean.rules.mask), np.uint8)
    rules = Rules((*whole, *pieces), clean.rules.vertical, left.leaders, mask)
    grey = without_rules(painted, rest, rules)
    own = ink_mask(grey)
    return replace(clean, grey=grey, ink=own, rules=rules, cells=find_cells(rules))


def _share(mask: Image, box: Box) -> float:
    """Return the share of *box* that is on in *mask*."""
    return float(np.mean(mask[int(box.y) : int(box.bottom), int(box.x) : int(box.right)] > 0))


def _cells(ink: Image) -> Image:
    """Return the ink by cells, 255 where a cell holds enough, without the edge of the picture."""
    height, width = (side // CELL for side in ink.shape)
    small = cv2.resize(ink[: height * CELL, : width * CELL], (width, height), interpolation=cv2.INTER_AREA)
    out = np.asarray(cv2.threshold(small, INKED, 255, cv2.THRESH_BINARY)[1], np.uint8)
    out[:MARGIN], out[-MARGIN:], out[:, :MARGIN], out[:, -MARGIN:] = 0, 0, 0, 0
    return out


def _straight(
    cells: Image, turns: Sequence[float], straight: int, piece: int, least: float
) -> tuple[list[Stroke], Image]:
    """Return the strokes that lean as *turns* say, by *least* degrees or more, and the cells that they run through."""
    runs = np.zeros_like(cells)
    for turn in turns:
        kernel = _line(straight, turn)
        thin = cv2.erode(cells, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        if cv2.countNonZero(thin):
            runs |= np.asarray(cv2.dilate(thin, kernel), np.uint8)
    near = np.zeros_like(cells)
    if cv2.countNonZero(runs) < piece:
        return [], near
    lines = cv2.HoughLinesP(runs, 1, np.pi / 360, piece - 10, minLineLength=piece, maxLineGap=GAP)
    found = []
    for a, b, c, d in np.asarray(lines if lines is not None else []).reshape(-1, 4).tolist():
        (x0, y0), (x1, y1) = sorted([(a, b), (c, d)])
        if least <= np.degrees(np.arctan2(abs(y1 - y0), max(1e-6, x1 - x0))) < UPRIGHT:
            found.append(Stroke(*(CELL * (v + 0.5) for v in (x0, y0, x1, y1))))
            cv2.line(near, (x0, y0), (x1, y1), 255, 5)
    return found, np.asarray(cv2.bitwise_and(runs, near), np.uint8)


def _line(length: int, turn: float) -> NDArray[np.uint8]:
    """Return a kernel that is a line of *length* cells, turned by *turn* degrees, symmetric about its middle."""
    x, y = length / 2 * np.cos(np.radians(turn)), length / 2 * np.sin(np.radians(turn))
    right, down = round(abs(x)), round(abs(y))
    kernel = np.zeros((2 * down + 1, 2 * right + 1), np.uint8)
    end = (right + round(x), down + round(y))
    cv2.line(kernel, (right, down), end, 1)
    return np.asarray(kernel | kernel[::-1, ::-1], np.uint8)


def _inked(ink: Image, cells: Image) -> Image:
    """Return the *ink* in and directly beside *cells*."""
    wide = np.kron(cells, np.ones((CELL, CELL), np.uint8))
    out = np.zeros_like(ink)
    out[: wide.shape[0], : wide.shape[1]] = wide
    return np.asarray(cv2.bitwise_and(ink, cv2.dilate(out, np.ones((5, 5), np.uint8))), np.uint8)


def _odd_rules(rules: Rules) -> list[Box]:
    """Return the level lines in a table that are none of its rules."""
    long = [r for r in rules.horizontal if r.w >= RULE]
    strays = _strays(long, [v.x + v.w / 2 for v in rules.vertical if v.h >= RULE])
    middle = rules.mask.shape[1] / 2
    leaves = ([r for r in long if r.right < middle + TOGETHER], [r for r in long if r.x > middle - TOGETHER])
    return [*strays, *(r for leaf in (*leaves, long) for r in _between_rows(leaf) if r not in strays)]


def _strays(long: Sequence[Box], sides: Sequence[float]) -> list[Box]:
    """Return the lines that neither begin nor end as others do, at the *sides* of the table (x of upright rules)."""
    own = [
        r
        for r in long
        if sum(abs(r.x - o.x) < TOGETHER and abs(r.right - o.right) < TOGETHER for o in long) >= FAMILY
        and all(any(abs(x - side) < TOGETHER for side in sides) for x in (r.x, r.right))
    ]
    if len(own) < FAMILY:
        return []
    heights = np.array([_height(r) for r in own])
    inside = (r for r in long if r not in own and heights.min() < _height(r) < heights.max())
    return [r for r in inside if float(np.abs(heights - _height(r)).min()) > ON_RULE]


def _between_rows(long: Sequence[Box]) -> list[Box]:
    """Return the lines between two rules that lie one row apart: the rows of a table are of one height."""
    if len(long) <= FAMILY:
        return []
    heights = np.array([_height(r) for r in long])
    gaps = np.diff(np.sort(heights))
    row = float(np.median(gaps[gaps > 2 * ON_RULE])) if (gaps > 2 * ON_RULE).any() else 0.0
    if row < LEAST_ROW:
        return []
    off = (heights[:, None] - heights[None, :] + row / 2) % row - row / 2
    fits = np.abs(off) < UNEVEN * row
    own = heights[fits[int(fits.sum(axis=1).argmax())]]
    if len(own) < FAMILY + 1 or len(own) < 0.5 * len(long):
        return []
    out = []
    for r, y in zip(long, heights.tolist(), strict=True):
        above, below = own[own <= y], own[own >= y]
        apart = y - above.max() if len(above) else 0.0, below.min() - y if len(below) else 0.0
        if min(apart) > max(ON_RULE, UNEVEN * row) and sum(apart) < (1 + UNEVEN) * row:
            out.append(r)
    return out


def _height(rule: Box) -> float:
    return rule.y + rule.h / 2

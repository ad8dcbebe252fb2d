"""Part what stands in a field from what a clerk struck out there.

A clerk strikes out what was written wrong and writes what is right beside or above it. Both are read and kept; the
value is what still stands. A printed line that writing stands on, or that runs into it, strikes nothing out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from forms import PageShape
from pipeline.areas import FieldArea, form_box, room_behind
from pipeline.crops import Line, Marks, is_left, lines_of
from pipeline.locate import CleanPage, LabelledPage
from pipeline.ways import LONGER, STEP, Strike, reach, strikes
from records.codes import ValueKind
from records.geometry import Box
from records.ports import Image

SHORTEST = 4.0
"""Letters' heights: shorter level strokes are parts of letters."""
FIGURES = frozenset({ValueKind.DATE, ValueKind.ENTRY_NUMBER, ValueKind.PERSONAL_ID})
"""Kinds of value in which a shorter stroke is a strike, if something stands behind it."""
BRIEF = 2.4
"""Letters' heights from which a stroke strikes out figures, if figures as wide as those are written behind them."""
AS_WIDE = 1.6
"""How many times as wide as the other the wrong and the right figures are at most."""
PIECE = 1.15
"""Letters' heights from a strike to the middle of a piece of a letter that it parted from the rest."""
OFF = 4
"""Pixels by which a printed line may lie off the stroke that it is."""
SOLID, AS_THICK = 2.5, 0.8
"""Letters' heights beyond a stroke on which a printed line goes on solid, and share of the stroke's thickness that it
has there."""
OVER = 1.5
"""Letters' heights by which a strike reaches beyond the writing that it strikes out and what is written behind."""
LINE, EVEN_ENDS, OTHERS = 15.0, 0.6, 2
"""Length of a printed line that is written on to its end, and by how much the ends of such lines differ, in letters'
heights; how many others there are at least."""


@dataclass(frozen=True, slots=True)
class Written:
    """The lines of a field: what stands, and what was struck out."""

    standing: list[Line]
    struck: list[Line]
    corrected: bool = False
    """A strike was seen, beside which something stands; of what it struck out no line may be left to be read."""
    all_struck: bool = False
    """A strike runs through all there is: nothing says which text is right, so all of it is read as standing."""
    apart: bool = False
    """Something stands far behind it in its row that was taken for no part of it."""
    unread: bool = False
    """There is no line, but ink in the field's room that is of no other: it is not blank."""


def written(
    ink: Image,
    clean: CleanPage,
    marks: Marks,
    owned: Mapping[str, list[int]],
    labelled: LabelledPage,
    areas: Sequence[FieldArea] = (),
) -> dict[str, Written]:
    """Return what is written in each column, line by line from the top, apart from what was struck out.

    *ink* as :func:`with_strokes` returns it; *owned*: the marks of each column; *areas*: where its value may stand.
    """
    letter = labelled.letter
    levels = {area.column: area.level for area in areas}
    rooms = {area.column: list(area.boxes) for area in areas}
    if labelled.edition.shape is not PageShape.ROWS:  # where the labels are heads of columns, the cell is all
        behind = room_behind(labelled, form_box(labelled, clean).right, [c for c, own in owned.items() if not own])
        for column, box in behind.items():
            rooms.setdefault(column, []).append(box)
    out = {}
    for column, own in owned.items():
        lines = lines_of(clean, marks, own, letter)
        if not lines:
            out[column] = Written([], [], unread=is_left(marks, owned, rooms.get(column, ()), letter))
            continue
        figures = labelled.edition.value_kind(column) in FIGURES
        least = BRIEF if figures else LONGER
        boxes = [line.box for line in lines]
        boxes += _beside_label(boxes, levels.get(column), letter)
        every = ((s, box) for box in boxes for s in strikes(ink, clean.ink, box, letter, least, figures=figures))
        found = sorted((s for s, box in every if not _printed(s, box, clean, ink, letter)), key=lambda s: s.x)
        if figures:
            found = [s for s in found if s.long >= SHORTEST * letter] or found[:1]
            found = found if _is_replaced(found, clean, marks, own, letter) else []
        gone, standing = _parted(found, clean, marks, own, letter)
        if gone and not standing and found[-1].x > found[0].right:  # what was written last is what is right
            gone, standing = _parted([s for s in found if s.x <= found[0].right], clean, marks, own, letter)
        if found and standing:
            out[column] = Written(standing, lines_of(clean, marks, sorted(gone), letter), corrected=True)
        else:
            longest = max((s.long for s in found), default=0)
            out[column] = Written(lines, [], all_struck=bool(gone) and longest > LONGER * letter)
    return out


def _beside_label(lines: Sequence[Box], level: float | None, letter: float) -> list[Box]:
    """Return the room beside a label, on *level*, where no line of its field stands: one may have been struck out."""
    if level is None or any(abs(b.y + b.h / 2 - level) < letter for b in lines):
        return []
    whole = Box.holding(lines)
    return [Box(whole.x, level - letter, whole.w, 2 * letter)]


def _printed(strike: Strike, line: Box, clean: CleanPage, ink: Image, letter: float) -> bool:
    """Whether a strike through a *line* of writing is a printed one."""
    middle = float(strike.heights.mean())
    lying_on = [
        r
        for r in (*clean.rules.leaders, *clean.rules.horizontal)
        if r.y - OFF <= middle <= r.bottom + OFF and r.x < strike.right and r.right > strike.x
    ]
    if not lying_on:
        return False
    up, down = reach(ink, strike.x, strike.heights, int(letter))
    pen = float(np.percentile(up + down + 1, 25))
    # what does not reach beyond the writing is the strike itself
    reaching = [r for r in lying_on if r.x < line.x - OVER * letter or r.right > line.right + OVER * letter]
    return any(_goes_on(strike, pen, r, ink, letter) for r in reaching) or (
        strike.long > LINE * letter
        and any(abs(r.right - strike.right) < letter and _ends_as_others(r, clean, letter) for r in lying_on)
    )


def _goes_on(strike: Strike, pen: float, rule: Box, ink: Image, letter: float) -> bool:
    """Whether a printed line that a strike lies on goes on beyond it, solid and as thick as its *pen*."""
    middle, near = float(strike.heights.mean()), (pen + OFF) / 2
    band = ink[max(0, int(middle - near)) : int(middle + near) + 1]
    left, right = max(0, int(rule.x)), int(rule.right)
    beyond = (band[:, left : max(left, strike.x - STEP)], band[:, strike.right + STEP : right])
    return any(_is_solid(part, letter) for part in beyond) and _thickness(beyond) >= AS_THICK * pen


def _ends_as_others(line: Box, clean: CleanPage, letter: float) -> bool:
    """Whether a line ends below others where they do, as printed ones do that are written on to their end."""
    others = sum(
        r.w > LINE * letter and abs(r.y - line.y) > letter and abs(r.right - line.right) < EVEN_ENDS * letter
        for r in (*clean.rules.leaders, *clean.rules.horizontal)
    )
    return others >= OTHERS


def _is_solid(band: Image, letter: float) -> bool:
    """Whether a line runs through a band of rows: letters and dots have no level ink so long."""
    long = int(SOLID * letter)
    if band.shape[1] < long:
        return False
    whole = cv2.morphologyEx(band, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    return bool(cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, long), np.uint8)).any())


def _thickness(bands: Sequence[Image]) -> float:
    """Return how many pixels of a column are inked in bands of rows, of the middle one of all columns."""
    return float(np.median(np.concatenate([(band > 0).sum(axis=0) for band in bands])))


def _is_replaced(found: Sequence[Strike], clean: CleanPage, marks: Marks, own: list[int], letter: float) -> bool:
    """Whether figures that are struck out have others behind them or above; of a short stroke, as many."""
    gone, standing = _parted(found, clean, marks, own, letter)
    if not gone:
        return False
    if not standing:
        return min(s.long for s in found) >= LONGER * letter
    wrong = Box.holding(Box(*(float(v) for v in marks.boxes[i][:4])) for i in gone)
    right = Box.holding(line.box for line in standing)
    alike = wrong.w < AS_WIDE * right.w and right.w < AS_WIDE * wrong.w
    after = right.right > wrong.right + letter and max(s.right for s in found) < right.right - letter
    after = after or right.y + right.h / 2 < wrong.y + wrong.h / 2 - 0.4 * letter
    return after and (alike or min(s.long for s in found) >= SHORTEST * letter)


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
    if not bodies or marks.boxes[i][3] > 0.7 * letter:
        return False
    standing = [k for k in others if k != i and marks.boxes[k][3] >= 0.55 * letter]
    return min((_gap(marks, i, k) for k in bodies), default=1e9) <= min(
        (_gap(marks, i, k) for k in standing), default=1e9
    )


def _gap(marks: Marks, a: int, b: int) -> float:
    ax, ay, aw, ah, _ = (float(v) for v in marks.boxes[a])
    bx, by, bw, bh, _ = (float(v) for v in marks.boxes[b])
    return float(np.hypot(max(0.0, bx - ax - aw, ax - bx - bw), max(0.0, by - ay - ah, ay - by - bh)))

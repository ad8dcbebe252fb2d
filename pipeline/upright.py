"""Find what is written upright along the edges of a form: its outer rules, and where its lines begin and end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from forms import PageShape
from pipeline.areas import ONE_LINE
from pipeline.components import components, painted
from pipeline.crops import FAINT, PAPER
from pipeline.explained import Known
from pipeline.groups import Group, measured, pen_strokes
from pipeline.seals import of_seal
from records.geometry import Box
from records.ports import Image

WALL, UPRIGHT = 15.0, 5.0
"""Least length (in letters) of a form's outer rule, and of what is written upright along it."""
OVER_RULE = (0.9, 0.45)
"""How far (in letters) such writing is looked for outside of the rule, and inside: values begin farther off."""
OVER_ENDS, BEFORE_LABELS = (1.6, 0.9), (1.4, -0.15)
"""The same for the edge at which lines end, and for that at which labels begin."""
OVER_COLUMN = (0.5, 2.5)
"""The same for the first column of a table, in each row of which there is one line of writing."""
FEW_LINES = 5
"""How many lines must end at an edge, or labels begin there."""
OUTSIDE = 0.12
"""Share of its ink that stands outside of the rule."""
GAP, ROW_GAP = 1.2, 0.6
"""Gap (in letters) between marks up to which writing goes on, and the same where rows of writing stand beside it."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Where writing that runs upright is looked for: along a level or plumb edge of the form."""

    box: Box
    left: bool
    """Whether the form lies to the right of it."""
    reach: tuple[float, float]
    """How far (in letters) it is looked for outside of the edge, and inside."""
    least: float
    """Its least length, in letters."""
    outside: float = OUTSIDE
    """Least share of its ink outside of the edge."""
    gap: float = GAP
    """Gap (in letters) between its marks up to which it goes on."""


def upright_groups(known: Known, body: Box) -> list[Group]:
    """Return what is written upright along the edges of a form: over a rule, half in its cells or over its labels.

    There is little of it outside of the form, and in each cell it passes for a value; but values begin and end a little
    off a rule, and stand in lines with gaps between them.
    """
    letter, marks = known.labelled.letter, known.marks
    dark = (marks.contrast >= FAINT * marks.strong) & (marks.boxes[:, 4] >= 8)
    dark[0] = False
    ink = pen_strokes(painted(marks.labels, dark), letter)
    return [group for edge in _edges(known, body) for group in _along(edge, ink, known)]


def _along(edge: Edge, ink: Image, known: Known) -> Iterator[Group]:
    """Yield the writing along one edge; *ink*: 255 where a pen may have written."""
    letter, marks, rule = known.labelled.letter, known.marks, edge.box
    outer, inner = edge.reach
    before, behind = (outer, inner) if edge.left else (inner, outer)
    x0 = max(0, round(rule.x - before * letter))
    x1 = min(ink.shape[1], round(rule.right + behind * letter))
    y0, y1 = max(0, int(rule.y)), int(rule.bottom)
    if x1 <= x0:
        return
    inked = np.asarray(ink[y0:y1, x0:x1].max(axis=1, keepdims=True), np.uint8)
    joined = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, np.ones((int(edge.gap * letter), 1), np.uint8))
    ends = np.flatnonzero(np.diff((np.ravel(joined) > 0).astype(np.int8), prepend=0, append=0))
    for top, foot in zip(ends[::2].tolist(), ends[1::2].tolist(), strict=True):
        if foot - top < edge.least * letter:
            continue
        part = (slice(y0 + top, y0 + foot), slice(x0, x1))
        box = Box(float(x0), float(y0 + top), float(x1 - x0), float(foot - top))
        if of_seal(box, known.page, ink):
            continue
        outside = ink[part][:, : round(outer * letter)] if edge.left else ink[part][:, -round(outer * letter) :]
        if cv2.countNonZero(outside) < edge.outside * cv2.countNonZero(ink[part]):
            continue  # labels or values that begin close to the rule
        _, _, stats = components(np.ascontiguousarray(ink[part]))
        weight = float((PAPER - known.clean.grey[part][ink[part] > 0].astype(np.float64)).sum())
        yield replace(measured(stats[1:], weight, letter, marks.strong), box=box)


def _edges(known: Known, body: Box) -> Iterator[Edge]:
    """Yield the form's outer rules, the first column of a table, and the edges at which labels begin and lines end.

    Values reach the end of a line, so that more is asked for there.
    """
    letter, rules = known.labelled.letter, known.clean.rules
    edition = known.labelled.edition
    table = edition.shape is PageShape.ROWS
    for rule in rules.vertical:
        at = rule.x + rule.w / 2
        left = abs(at - body.x) < 3 * letter
        if (left or abs(at - body.right) < 3 * letter) and rule.h >= WALL * letter:
            yield Edge(rule, left, OVER_RULE, UPRIGHT)
            if left and table and edition.value_kind(edition.columns[0]) in ONE_LINE:
                yield Edge(rule, left, OVER_COLUMN, 2 * UPRIGHT, 0.0, ROW_GAP)
    if table:
        return
    height = float(known.clean.grey.shape[0])
    ends = [line.right for line in (*rules.leaders, *rules.horizontal) if line.w > 8 * letter]
    begins = [match.first.x for match in known.labelled.labels.values()]
    for at in _common([end for end in ends if end > body.x + 0.8 * body.w], letter):
        yield Edge(Box(at, 0.0, 1.0, height), False, OVER_ENDS, 2 * UPRIGHT)
    for at in _common(begins, letter):
        yield Edge(Box(at, 0.0, 1.0, height), True, BEFORE_LABELS, 2 * UPRIGHT)


def _common(places: Sequence[float], letter: float) -> Iterator[float]:
    """Yield the middle one of *places*, if enough of them lie within a letter of it."""
    if places:
        at = float(np.median(places))
        if sum(abs(place - at) < letter for place in places) >= FEW_LINES:
            yield at

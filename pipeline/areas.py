"""Find where each field's value may stand: in the cell beside its label, behind the label, or below it.

Labels and rules of the page's own print tell it; nothing is known beforehand of where a form has its fields.
"""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2

from pipeline.labels import Match
from pipeline.locate import CleanPage, LabelledPage, letter_of
from records.codes import ValueKind
from records.geometry import Box

ONE_LINE = frozenset(
    {
        ValueKind.ENTRY_NUMBER,
        ValueKind.DATE,
        ValueKind.AGE,
        ValueKind.SEX,
        ValueKind.ETHNIC_GROUP,
        ValueKind.NATIONALITY,
        ValueKind.PERSONAL_ID,
    }
)
"""Kinds whose values are short."""
BESIDE = (-10, 20)
"""Pixels from a cell to the one beside it; boxes of cells overlap a little where their rule leans."""
FRAME = 0.4
"""Share of all labels in one ruled box from which it frames the page and is no cell."""
OF_MANY = 3
"""Labels in one ruled box from which it is a part of the page, in which values stand as on a page without boxes."""
ONE_MORE = 0.8
"""Share of the rows' distance that has to be free below a label's row for its value to go on there."""
NUMERAL = 4.5
"""Room before a label in its cell, in letters, that holds nothing but a number."""
IN_TABLE = 0.6
"""Share of labels with a cell beside them and nothing else in their own from which a table is taken to be so."""


@dataclass(frozen=True, slots=True)
class FieldArea:
    """Where a field's value may stand: one or two boxes in reading order (prepared pixels).

    *level* is the height of the label's line, along which the first box's writing runs; None where the
    value has a cell of its own. The second box is room below the label.
    """

    column: str
    boxes: tuple[Box, ...]
    level: float | None = None


def _cell_of(box: Box, cells: Sequence[Box]) -> Box | None:
    """Return the smallest cell that the middle of a label lies in: its box may be too high or too low."""
    box = Box(box.x, box.y + box.h / 4, box.w, box.h / 2)
    inside = [c for c in cells if c.overlap(box) > 0.7 * box.area]
    return min(inside, key=lambda c: c.area) if inside else None


def _has_label(cell: Box, labels: Sequence[Box]) -> bool:
    return any(cell.overlap(box) > 0.5 * box.area for box in labels)


def _right_neighbour(cell: Box, cells: Sequence[Box]) -> Box | None:
    beside = [
        c
        for c in cells
        if BESIDE[0] <= c.x - cell.right < BESIDE[1]
        and min(c.bottom, cell.bottom) - max(c.y, cell.y) > 0.6 * min(c.h, cell.h)
    ]
    return min(beside, key=lambda c: c.x) if beside else None


def field_areas(labelled: LabelledPage, page: CleanPage, extra: Sequence[Box] = ()) -> list[FieldArea]:
    """Return each found column's area. *extra* are other printed words that no value contains (check boxes' text)."""
    height, width = page.grey.shape
    labels, letter = labelled.labels, labelled.letter
    printed = [box for m in labels.values() for box in m.lines] + list(extra)
    left = min((b.x for b in printed), default=0.0)
    least = max([b.right for b in printed] + [0.75 * width])
    walls = [r.x - 2.0 for r in page.rules.vertical if r.x > least and r.h > 10 * letter]
    # where lines are printed to write on, writing ends about where they do; else anywhere on the paper
    ruled = [r for r in page.rules.horizontal if r.w > 4 * letter] + list(page.rules.leaders)
    edges = [max([least, *(r.right for r in ruled)]) + 3 * letter] if ruled else []
    right = min([*walls, *edges, width - 2.0])
    areas, step = [], _row_step(labels)
    cells = [c for c in page.cells if sum(_has_label(c, m.lines) for m in labels.values()) < FRAME * len(labels)]
    beside = _cells_beside(labelled, page, cells, printed)
    for index, match in sorted(labels.items()):
        column = labelled.edition.labels[index].column
        if column is None:
            continue
        if index in beside:
            areas.append(FieldArea(column, (_inset(beside[index]),)))
            continue
        cell = _cell_of(match.last, cells)
        boxes = _inline(
            match,
            cell,
            printed,
            (left, right, float(height)),
            letter,
            _stands_beside(page, match, printed, right, letter),
            [b for other, m in labels.items() if other != index and _runs_over(labelled, other) for b in m.lines],
            step,
        )
        open_page = cell is None or sum(_has_label(cell, m.lines) for m in labels.values()) >= OF_MANY
        if open_page and labelled.edition.labels[index].kind in ONE_LINE and boxes[0].y < match.last.y + letter:
            boxes = boxes[:1]  # such a value never runs over to the next line
        areas.append(FieldArea(column, boxes, _level(match, boxes[0])))
    return areas


def _row_step(labels: dict[int, Match]) -> float:
    """Return the usual distance from a row of labels to the next, in pixels; 0 where there are few."""
    rows = sorted(m.first.y for m in labels.values())
    steps = sorted(b - a for a, b in itertools.pairwise(rows) if b - a > 0.6 * letter_of(labels))
    return steps[len(steps) // 3] if len(steps) > 4 else 0.0


def _level(match: Match, value: Box) -> float:
    """Return the height along which a value's first line runs: that of the label's line which it stands beside."""
    last, first = (line.y + line.h / 2 for line in (match.last, match.first))
    beside_first = value.x > max(b.right for b in match.lines) and value.y <= first <= value.bottom
    return first if len(match.lines) > 1 and beside_first else last


def _inset(box: Box, by: float = 2.0) -> Box:
    return Box(box.x + by, box.y + by, max(1.0, box.w - 2 * by), max(1.0, box.h - 2 * by))


def _cells_beside(
    labelled: LabelledPage, page: CleanPage, cells: Sequence[Box], printed: Sequence[Box]
) -> dict[int, Box]:
    """Return, by label, the cell right of a label's own that its value stands in.

    So it is where the label's own cell holds nothing else. In a table in which that holds of most labels, a stain or a
    stroke that ran over does not count against what is written beside.
    """
    labels, letter = labelled.labels, labelled.letter
    found: dict[int, tuple[Box, float]] = {}
    for index, match in labels.items():
        cell = _cell_of(match.last, cells)
        if cell is None or sum(cell.overlap(m.last) > 0.5 * m.last.area for m in labels.values()) != 1:
            continue
        beside = _right_neighbour(cell, cells)
        if beside is not None and not _has_label(beside, printed):
            found[index] = (beside, _ink_beside(page, cell, match, letter))
    least = 0.9 * letter * letter
    table = sum(ink < least for _, ink in found.values()) > max(2, IN_TABLE * len(found))
    return {
        index: beside for index, (beside, ink) in found.items() if ink < least or (table and _inked(page, beside) > ink)
    }


def _ink_beside(page: CleanPage, cell: Box, match: Match, letter: float) -> float:
    """Return how many pixels of ink a label's own cell holds beside the label and the number printed before it."""
    part = page.ink[int(cell.y) + 3 : int(cell.bottom) - 3, int(cell.x) + 3 : int(cell.right) - 3].copy()
    for line in match.lines:
        x0, y0 = int(line.x - cell.x) - 6, int(line.y - cell.y) - 8
        x0 = 0 if x0 < NUMERAL * letter else x0
        x1 = int(line.right - cell.x + letter)
        part[max(0, y0) : max(0, int(line.bottom - cell.y) + 6), max(0, x0) : max(0, x1)] = 0
    return float(cv2.countNonZero(part))


def _runs_over(labelled: LabelledPage, index: int) -> bool:
    """Whether the value of a label may go on below it."""
    label = labelled.edition.labels[index]
    return label.column is not None and label.kind not in ONE_LINE and label.kind is not ValueKind.CHECK


def _stands_beside(page: CleanPage, match: Match, printed: Sequence[Box], right: float, letter: float) -> Box | None:
    """Return the place of a label of several lines as if it were its first line alone, where its value stands beside.

    So it is in a column of labels: right of the widest line there is room and ink, and none right behind the last
    word. None elsewhere: there the value goes on behind the last line.
    """
    if len(match.lines) < 2:
        return None
    widest, first, last = max(b.right for b in match.lines), match.first, match.last
    beside = [b.x - 4 for b in printed if b.x >= widest - 2 and b.y < last.bottom and b.bottom > first.y]
    end = min([*beside, right])
    if end - widest <= 6 * letter:
        return None
    behind = Box(last.right + 0.5 * letter, last.y, max(0.0, widest - last.right), last.h)
    along = Box(widest + 0.5 * letter, first.y - 0.5 * letter, end - widest, last.y - first.y + 0.5 * letter)
    least = 0.25 * letter * letter
    if _inked(page, behind) > least or _inked(page, along) < least:
        return None
    return Box(first.x, first.y, widest - first.x, first.h)


def _inked(page: CleanPage, box: Box) -> float:
    """Return how many pixels of ink lie in *box*."""
    part = page.ink[max(0, int(box.y)) : max(0, int(box.bottom)), max(0, int(box.x)) : max(0, int(box.right))]
    return float(cv2.countNonZero(part)) if part.size else 0.0


def _inline(
    match: Match,
    cell: Box | None,
    printed: Sequence[Box],
    bounds: tuple[float, float, float],
    letter: float,
    column: Box | None,
    runs_over: Sequence[Box],
    step: float,
) -> tuple[Box, ...]:
    """Return the boxes of a value on dots or lines: behind its label, and below it where there is room.

    *column*: the label's place where its value stands beside it; *runs_over*: labels whose values may go on below;
    *step*: usual distance of the rows.
    """
    left, right, height = bounds
    if cell is not None:
        left, right = cell.x + 2, cell.right - 2
    others = [b for b in printed if not any(b == own for own in match.lines)]
    line, foot = (match.last, 0.0) if column is None else (column, match.last.bottom)
    middle = line.y + line.h / 2
    level = [b for b in others if b.x >= line.right - 2 and abs(b.y + b.h / 2 - middle) < 0.9 * letter]
    end = min([b.x - 4 for b in level] + [right])
    under = [
        b for b in others if b.y > middle + 0.9 * letter and b.x < end - 4 and b.right > min(line.x, match.first.x) - 4
    ]
    over = [b for b in others if b.bottom < line.y + 0.2 * letter and b.x < end and b.right > line.x]
    floor = min([b.y for b in under] + [height, cell.bottom if cell else line.bottom + 5.0 * letter])
    floor = min(floor, line.bottom + (12.0 if cell else 6.0) * letter)
    roof = max(
        [min(b.bottom, (b.y + b.h / 2 + middle) / 2) for b in over] + [cell.y if cell else 0.0, line.y - 1.6 * letter]
    )
    # a value may sit a little higher or lower than its label, but not in the neighbours' rows
    next_row = floor
    first_floor = min(line.bottom + 0.75 * letter, max(line.bottom + 2, next_row - 0.35 * letter))
    boxes = []
    if end - line.right > 0.8 * letter:
        boxes.append(Box(line.right + 2, roof, end - line.right - 2, max(1.0, first_floor - roof)))
    before = [b for b in runs_over if b.right < line.x and abs(b.y + b.h / 2 - middle) < 0.9 * letter]
    begin = match.first.x - 4 if (level or before) and match.first.x > left + 3 * letter else left
    if foot and boxes:
        low = max(next_row, foot + 2)
        if low - line.bottom > 1.1 * letter:
            boxes.append(Box(line.right + 2, line.bottom + 1, max(1.0, end - line.right - 2), low - line.bottom - 1))
    elif next_row - line.bottom > (1.1 * letter if cell is not None else max(1.1 * letter, ONE_MORE * step)):
        boxes.append(Box(begin, line.bottom + 1, max(1.0, end - begin), next_row - line.bottom - 1))
    return tuple(boxes) or (Box(line.right + 1, line.y, max(1.0, end - line.right - 1), line.h),)


def form_box(labelled: LabelledPage, clean: CleanPage) -> Box:
    """Return the form's box: around all labels, and as far to the right as lines are printed to write on."""
    lines = [b for m in labelled.labels.values() for b in m.lines]
    if not lines:
        return Box(0, 0, 0, 0)
    box = Box.holding(lines)
    ruled = [*clean.rules.leaders, *clean.rules.horizontal]
    right = max([box.right, *(r.right for r in ruled if r.w > 4 * labelled.letter and box.y < r.y < box.bottom)])
    return Box(box.x, box.y, right - box.x, box.h)


def room_behind(labelled: LabelledPage, right: float, columns: Collection[str]) -> dict[str, Box]:
    """Return by column the room in the row of its label, from there to the next label or to *right*."""
    letter = labelled.letter
    out = {}
    for index, match in labelled.labels.items():
        column = labelled.edition.labels[index].column
        if column is not None and column in columns:
            row = Box(match.first.x, match.first.y - letter, 1, match.last.bottom - match.first.y + 2 * letter)
            beside = [
                m.first.x
                for m in labelled.labels.values()
                if m.first.x > match.last.right and row.y < m.first.y + m.first.h / 2 < row.bottom
            ]
            out[column] = Box(row.x, row.y, min([*beside, right]) - row.x, row.h)
    return out

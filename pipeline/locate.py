"""Find each field's place on a prepared page: labels first, then the ink that belongs to each of them.

The page's own print tells everything: labels read (tolerantly) from the words, cells from the rules.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from rapidfuzz import fuzz

from forms import Edition, Label, letters_of
from pipeline.cells import find_cells
from pipeline.labels import CLOSER, INFERRED, Match, coverage, find_labels, tokens
from pipeline.prepare import PreparedPage, ink_mask
from pipeline.rules import Rules, find_rules, without_pens, without_rules
from pipeline.runs import Run, find_runs, read_runs
from records.codes import ValueKind
from records.geometry import Box
from records.ports import Image, LineRecogniser
from records.readings import Word

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
FRAME = 0.4
"""Share of all labels in one ruled box from which it frames the page and is no cell."""
UNSEEN = 2
"""Letters of a label that the reader has to lack before it is taken to go on."""
ONE_MORE = 0.8
"""Share of the rows' distance that has to be free below a label's row for its value to go on there."""
BEGUN, PLAIN = 4, 0.8
"""Letters of a label's first word, and its confidence, from which that alone tells where the label begins."""
NUMERAL = 4.5
"""Room before a label in its cell, in letters, that holds nothing but a number."""
IN_TABLE = 0.6
"""Share of labels with a cell beside them and nothing else in their own from which a table is taken to be so."""
TWIN = 0.62
"""Least correlation at which a place looks like a label of the same wording."""


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A prepared page with its rules known and taken out.

    *print* is the same without coloured ink, for reading what is printed; *drawn* is all ink, rules and all.
    """

    grey: Image
    ink: Image
    print: Image
    print_ink: Image
    rules: Rules
    cells: tuple[Box, ...]
    drawn: Image


def clean_page(page: PreparedPage) -> CleanPage:
    """Find rules and cells, and paint the rules over."""
    ink = ink_mask(page.grey)
    rules = find_rules(ink)
    grey = without_rules(page.grey, ink, rules)
    clean = ink_mask(grey)
    printed = without_pens(grey, page.colour, clean)
    same = printed is grey
    return CleanPage(grey, clean, printed, clean if same else ink_mask(printed), rules, find_cells(rules), ink)


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """The labels found for an edition: by index in ``edition.labels``; *letter* is the print's size in pixels."""

    edition: Edition
    labels: dict[int, Match]
    words: tuple[Word, ...]
    letter: float

    @property
    def coverage(self) -> float:
        """Share of the edition's printed letters that were found."""
        return coverage(self.edition, self.labels)


def trimmed(match: Match, words: Sequence[Box], letter: float) -> Match:
    """Return *match* without the part that reaches into the next word: the reader's boxes are loose at their ends."""
    line = match.last
    middle = line.y + line.h / 2
    inner = [
        b.x
        for b in words
        if line.x + 0.5 * line.w < b.x < line.right
        and b.right - line.right > 0.35 * b.w  # the label's own last word, read twice, ends about where it does
        and abs(b.y + b.h / 2 - middle) < letter
    ]
    if not inner:
        return match
    last = Box(line.x, line.y, max(4.0, min(inner) - 3 - line.x), line.h)
    return replace(match, lines=(*match.lines[:-1], last))


def _pitch(found: dict[int, Match]) -> float:
    """Return the usual width of a printed character of the labels, in pixels."""
    widths = sorted(m.last.w / len(m.last_text) for m in found.values() if len(m.last_text) >= 5)
    return widths[len(widths) // 2] if widths else 0.0


def completed(match: Match, label: Label, pitch: float) -> Match:
    """Return *match* as wide as its wording, where the reader saw its beginning alone; *pitch*: px a character."""
    if len(match.lines) != 1 or not pitch or not label.says:
        return match
    read = letters_of(match.last_text).lstrip("0123456789")
    wording = max(label.says, key=lambda text: fuzz.ratio(read, letters_of(text)))
    line, right = match.last, match.last.x + pitch * (len(wording) + 0.5)
    if len(letters_of(wording)) - len(read) < UNSEEN or right <= line.right:
        return match
    return replace(match, lines=(Box(line.x, line.y, right - line.x, line.h),), last_text=wording)


def snapped(match: Match, page: CleanPage, letter: float, pitch: float) -> Match:
    """Return *match* with its last line ending in a gap of the ink: the widest near where its end should be.

    That is where the reader saw it, unless the line is far wider than print of *pitch* px a character would be.
    """
    line = match.last
    expected = line.x + pitch * (len(match.last_text) + 0.5)
    if match.last_text and pitch and line.w > 1.3 * (expected - line.x) and line.right > expected + 0.7 * letter:
        line = Box(line.x, line.y, expected - line.x, line.h)
    y0, y1 = int(line.y + 0.25 * line.h), int(line.y + 0.8 * line.h)
    x0 = int(max(line.x + 2, line.right - 0.9 * letter))
    stop = line.right + 0.9 * letter
    x1 = int(min(page.ink.shape[1], stop + letter))
    inked = page.ink[max(0, y0) : max(1, y1), x0:x1].max(axis=0) > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[True], inked, [True]]).astype(np.int8)))
    gaps = [(x0 + int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    fitting = [(min(w, letter) - 0.35 * abs(x - line.right), x) for x, w in gaps if w >= 3 and x <= stop]
    if not fitting:
        return match
    right = float(max(fitting)[1]) + 1
    return replace(match, lines=(*match.lines[:-1], Box(line.x, line.y, max(4.0, right - line.x), line.h)))


def _letter(labels: dict[int, Match]) -> float:
    heights = sorted(b.h for m in labels.values() for b in m.lines)
    return float(heights[len(heights) // 2]) * 0.62 if heights else 18.0


def _numbered(found: dict[int, Match], letter: float) -> dict[int, Match]:
    """Where the labels are numbered, widen those whose number was not read to where the numbers begin."""
    edges = [m.first.x for m in found.values() if m.last_text[:1].isdigit() and len(m.lines) == 1]
    if len(edges) < 0.3 * len(found):
        return found
    edge = float(np.median(edges))
    edge = float(np.median([x for x in edges if abs(x - edge) < 2.5 * letter] or [edge]))
    out = {}
    for i, match in found.items():
        line = match.first
        if 0.6 * letter < line.x - edge < 4.5 * letter:
            line = Box(edge - 3, line.y, line.right - edge + 3, line.h)
        out[i] = replace(match, lines=(line, *match.lines[1:]))
    return out


def _gaps(edition: Edition, found: dict[int, Match], page: CleanPage) -> list[Box]:
    """Return the bands of the page where labels of the edition are missing between found ones."""
    height, width = page.grey.shape
    ordered = [i for i in sorted(found) if not edition.labels[i].floating]
    points = [-1, *ordered, len(edition.labels)]
    bands = []
    for a, b in itertools.pairwise(points):
        if not any(edition.labels[k].says and not edition.labels[k].floating for k in range(a + 1, b)):
            continue
        top = found[a].first.y - 30 if a >= 0 else 0.0
        bottom = found[b].last.bottom + 30 if b < len(edition.labels) else float(height)
        bands.append(Box(0, max(0.0, top), width, max(1.0, bottom - max(0.0, top))))
    return bands


def _bands(page: CleanPage, found: dict[int, Match], letter: float) -> list[Run]:
    """Return the first text line of each cell that has no label yet, cut at two heights."""
    runs = []
    for cell in page.cells:
        if any(m.first.overlap(cell) > 0.5 * m.first.area for m in found.values()):
            continue
        x0, x1 = int(cell.x) + 3, int(cell.right) - 3
        y0, y1 = int(cell.y) + 3, int(cell.bottom) - 3
        inside = page.print_ink[y0:y1, x0:x1]
        rows = np.flatnonzero((inside > 0).sum(axis=1) > 3)
        if not len(rows):
            continue
        top = y0 + int(rows[0])
        for tall in (1.4, 1.75, 2.3):
            bottom = min(y1, top + int(tall * letter))
            columns = np.flatnonzero(page.print_ink[top:bottom, x0:x1].any(axis=0))
            if not len(columns) or bottom - top < letter:
                continue
            end = min(x1, x0 + int(columns[-1]) + 6)
            box = Box(x0, top - 3, end - x0, bottom - top + 3)
            runs.append(Run(box, page.print[max(0, top - 3) : bottom, x0:end]))
    return runs


def _twins(edition: Edition, page: CleanPage, found: dict[int, Match]) -> list[Word]:
    """Find labels that were missed by the picture of a label with the same wording that was read.

    A form prints "Dân tộc" three times in one type: where one was read, the others look the same.
    """
    words: list[Word] = []
    for index, label in enumerate(edition.labels):
        if index in found or not label.says:
            continue
        alike = [m for i, m in found.items() if edition.labels[i].says[:1] == label.says[:1] and len(m.lines) == 1]
        like = alike[0] if alike else None
        if like is None:
            continue
        above = max((m.first.y for i, m in found.items() if i < index), default=0.0)
        below = min((m.last.bottom for i, m in found.items() if i > index), default=float(page.grey.shape[0]))
        box = like.first
        x0, y0, x1, y1 = int(box.x), int(box.y), int(box.right), int(box.bottom)
        pattern = page.print[y0:y1, x0:x1]
        band = page.print[max(0, int(above) - 12) : int(below) + 12]
        if band.shape[0] <= pattern.shape[0] or min(pattern.shape) < 8:
            continue
        fit = cv2.matchTemplate(band, pattern, cv2.TM_CCOEFF_NORMED)
        for m in found.values():  # not the ones already known
            ya, xa = int(m.first.y - max(0, int(above) - 12)), int(m.first.x)
            fit[max(0, ya - 14) : max(0, ya + 14), max(0, xa - 30) : xa + 30] = 0
        _, best, _, (x, y) = cv2.minMaxLoc(fit)
        if best < TWIN:
            continue
        place = Box(float(x), float(y + max(0, int(above) - 12)), box.w, box.h)
        words.append(Word(label.says[0], place.polygon(), float(best), INFERRED + index))
    return words


def _begun(edition: Edition, words: Sequence[Word], found: dict[int, Match]) -> list[Word]:
    """Find labels of which too little was read, where only one word stands between their neighbours that may be theirs.

    Of a long label that is its first word, read rightly; of a short one ("Số") a word as short that begins like it.
    """
    pitch, letter = _pitch(found), _letter(found)
    taken = [m.box for m in found.values()]
    row = sorted(i for i in found if not edition.labels[i].floating)
    out: list[Word] = []
    for index, label in enumerate(edition.labels):
        if index in found or label.floating or not label.says:
            continue
        above = next((found[i].first.y for i in reversed(row) if i < index), 0.0)
        below = next((found[i].last.bottom for i in row if i > index), float("inf"))
        boxes = [
            box
            for w in words
            if _may_be(w, label.says[0])
            for box in [w.polygon.box()]
            if above <= box.y <= below and box.h < 3 * letter
            if not any(box.overlap(b) > 0.5 * box.area for b in taken)
        ]
        if len(boxes) == 1 and pitch:
            place = Box(boxes[0].x, boxes[0].y, pitch * (len(label.says[0]) + 0.5), boxes[0].h)
            out.append(Word(label.says[0], place.polygon(), PLAIN, INFERRED + index))
    return out


def _may_be(word: Word, wording: str) -> bool:
    """Whether *word* may be where a label of that *wording* begins."""
    first, read = letters_of(wording.split(maxsplit=1)[0]), letters_of(word.text)
    if letters_of(wording) != first:
        return len(first) >= BEGUN and word.confidence >= PLAIN and read == first
    return len(first) < BEGUN and read[:1] == first[:1] and len(read) <= len(first) + 1


def find_page_labels(edition: Edition, page: CleanPage, words: Sequence[Word], reader: LineRecogniser) -> LabelledPage:
    """Find the edition's labels among *words*; read again, more closely, where some are missing."""
    found = find_labels(edition, words)
    letter = _letter(found)
    anchors = sum(1 for label in edition.labels if label.says)
    all_words = list(words)
    if anchors // 3 <= len(found) < anchors:
        runs = _bands(page, found, letter)
        for band in _gaps(edition, found, page):
            runs += find_runs(page.print, page.print_ink, band, letter)
        seen = [m.box for m in found.values()]
        fresh = {
            (round(r.box.x), round(r.box.y), round(r.box.h)): r
            for r in runs
            if not any(r.box.overlap(box) > 0.5 * r.box.area for box in seen)
        }
        all_words += read_runs(list(fresh.values()), reader, CLOSER)
        found = find_labels(edition, all_words)
    if anchors // 3 <= len(found) < anchors and (twins := _twins(edition, page, found)):
        all_words += twins
        found = find_labels(edition, all_words)
    if anchors // 3 <= len(found) < anchors and (begun := _begun(edition, words, found)):
        all_words += begun
        found = find_labels(edition, all_words)
    letter = _letter(found)
    boxes = [t.box for t in tokens(words)]  # cut at leaders: "tên:......" is no word that reaches into the value
    pitch = _pitch(found)
    exact = {
        i: snapped(
            trimmed(completed(m, edition.labels[i], pitch), boxes, letter),
            page,
            letter,
            pitch if edition.labels[i].column else 0.0,
        )
        for i, m in found.items()
    }
    return LabelledPage(edition, _numbered(exact, letter), tuple(all_words), letter)


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
        if 0 <= c.x - cell.right < 20 and min(c.bottom, cell.bottom) - max(c.y, cell.y) > 0.6 * min(c.h, cell.h)
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
        if cell is None and labelled.edition.labels[index].kind in ONE_LINE and boxes[0].y < match.last.y + letter:
            boxes = boxes[:1]  # such a value never runs over to the next line
        areas.append(FieldArea(column, boxes, _level(match, boxes[0])))
    return areas


def _row_step(labels: dict[int, Match]) -> float:
    """Return the usual distance from a row of labels to the next, in pixels; 0 where there are few."""
    rows = sorted(m.first.y for m in labels.values())
    steps = sorted(b - a for a, b in itertools.pairwise(rows) if b - a > 0.6 * _letter(labels))
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

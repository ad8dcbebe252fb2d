"""Tell which ink of a page something known explains: a value, a label, print, a signature."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms import PageShape, letters_of
from pipeline.areas import BESIDE, FieldArea, room_behind
from pipeline.crops import FAINT, Marks
from pipeline.groups import Group
from pipeline.line_ends import end_of_line
from pipeline.locate import CleanPage, LabelledPage
from pipeline.masks import pixels
from pipeline.prepare import PreparedPage, red_ink
from pipeline.seals import Seal
from records.geometry import Box
from records.ports import Image

SIGNING = 12.0
"""Letters below the labels of those who sign that are theirs at most."""
ONE_ROW = 0.45
"""How far (in letters) strokes of one written line lie from its middle, on the whole."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page's ink before notes are sought in the rest of it."""

    page: PreparedPage
    clean: CleanPage
    labelled: LabelledPage
    areas: Sequence[FieldArea]
    choices: Sequence[Box]
    """Boxes of the check boxes and their words."""
    marks: Marks
    """Of the page without labels and choices."""
    owned: Mapping[str, list[int]]
    """Which of them are of each column's value."""
    seals: Sequence[Seal] = ()
    """In the frame of the page's corner; a seal may reach over its edge."""

    def end_of_line(self, area: FieldArea) -> float:
        """Return where the value in *area* must have ended; infinity where it may go on."""
        return end_of_line(area, self.marks, self.owned.get(area.column, []), self.clean, self.labelled)


def unexplained(known: Known, body: Box) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each mark whether nothing known explains it, and whether it is of a value; *body*: the form's."""
    labelled, marks, choices = known.labelled, known.marks, known.choices
    letter = labelled.letter
    x, y, w, h, size = (marks.boxes[:, k].astype(float) for k in range(5))
    left = (size >= 8) & (marks.contrast >= FAINT * marks.strong)
    left[0] = False
    values = np.zeros(len(left), np.bool_)
    for area in known.areas:
        end = known.end_of_line(area)
        own = np.array(known.owned[area.column], np.int64)
        values[own[x[own] < end]] = True
    left &= ~values
    reds = np.bincount(marks.labels.ravel()[pixels(red_ink(known.page.colour))], minlength=len(marks.boxes))
    reds[0] = 0
    left &= reds < 0.5 * size
    cx, cy = x + w / 2, y + h / 2
    labels = [b for m in labelled.labels.values() for b in m.lines]
    explained = [*(grown(b, 0.5 * letter) for b in (*labels, *choices)), *_printed(labelled, body, choices)]
    explained += signing(known, body)
    explained += _lost_values(labelled, body, [column for column, own in known.owned.items() if not own])
    explained += _numbering(known)
    for box in explained:
        left &= ~((cx >= box.x) & (cx <= box.right) & (cy >= box.y) & (cy <= box.bottom))
    return np.asarray(left, np.bool_), values


def _lost_values(labelled: LabelledPage, body: Box, empty: Sequence[str]) -> list[Box]:
    """Return where values may stand that no field got: behind labels of *empty* columns, and where labels are missing.

    Ink there is a value that was not read, which a person sees in its field; it is no note.
    """
    edition, letter = labelled.edition, labelled.letter
    out = list(room_behind(labelled, body.right, empty).values())
    found = sorted(i for i in labelled.labels if not edition.labels[i].floating)
    for a, b in itertools.pairwise(found):
        if any(edition.labels[k].column and not edition.labels[k].floating for k in range(a + 1, b)):
            top, low = labelled.labels[a].last.bottom, labelled.labels[b].first.y
            top, low = min(top, low) - letter, max(top, low) + letter
            out.append(Box(body.x, top, body.w, low - top))
    return out


def _numbering(known: Known) -> list[Box]:
    """Return the room between the heads of a table and its first row, where its columns are numbered."""
    if known.labelled.edition.shape is not PageShape.ROWS:
        return []
    heads = Box.holding(m.box for m in known.labelled.labels.values())
    first = min((area.boxes[0].y for area in known.areas), default=heads.bottom)
    return [Box(heads.x, heads.bottom, heads.w, first - heads.bottom)] if first > heads.bottom else []


def grown(box: Box, by: float) -> Box:
    """Return *box* wider by so many pixels on each side."""
    return Box(box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by)


def _printed(labelled: LabelledPage, body: Box, choices: Sequence[Box]) -> list[Box]:
    """Return where print stands that is no label: words read as print inside the form, its heading, its choices."""
    letter = labelled.letter
    within = grown(body, letter)
    out = [w.polygon.box() for w in labelled.words if w.confidence > 0.8 and within.overlap(w.polygon.box()) > 0]
    for index, match in labelled.labels.items():
        if labelled.edition.labels[index].section == "heading":
            out += [
                Box(b.x - 8 * letter, b.y - 0.3 * letter, b.w + 16 * letter, b.h + 0.6 * letter) for b in match.lines
            ]
    out += _titles(labelled, body.y)
    if choices:
        around = Box.holding(choices)
        out.append(grown(Box(around.x, around.y, around.w + 2 * letter, around.h), 1.2 * letter))
    return out


def _titles(labelled: LabelledPage, top: float) -> list[Box]:
    """Return where the book's title is printed above all labels, once on each leaf: most of its words, side by side."""
    letter = labelled.letter
    title = {letters_of(word) for text in labelled.edition.heading for word in text.split()}
    least = max(3, len(labelled.edition.heading[0].split()) // 2) if title else 0
    left = [w.polygon.box() for w in labelled.words if letters_of(w.text) in title]
    left = sorted((b for b in left if b.bottom < top), key=lambda b: b.x)
    rows: list[list[Box]] = []
    for box in left:
        for row in rows:
            last = row[-1]
            if box.x - last.right < 6 * letter and abs(box.y + box.h / 2 - last.y - last.h / 2) < letter:
                row.append(box)
                break
        else:
            rows.append([box])
    return [grown(Box.holding(row), letter) for row in rows if len(row) >= least]


def signing(known: Known, body: Box) -> list[Box]:
    """Return the room for signatures: below the labels of those who sign, down to the next label, the form's width.

    Where no label follows, or its label was not found, it ends with the form's frame.
    """
    labelled = known.labelled
    edition, letter = labelled.edition, labelled.letter
    signers = [m for i, m in labelled.labels.items() if edition.labels[i].section == "signatures"]
    if not signers:
        return []
    top, low = min(m.first.y for m in signers), max(m.last.bottom for m in signers)
    below = [
        m.first.y for i, m in labelled.labels.items() if m.first.y > low + 2 * letter and not edition.labels[i].floating
    ]
    bottom = min(below, default=low + SIGNING * letter)
    if not below:
        wide = [r.y for r in known.clean.rules.horizontal if r.w > 0.5 * body.w and low + 3 * letter < r.y < bottom]
        bottom = max(wide, default=bottom)
    return [Box(body.x - letter, top - letter, body.w + 2 * letter, bottom - top + letter)]


def is_code(group: Group, labelled: LabelledPage) -> bool:
    """Whether a group is the form's printed code ("Mẫu TP/HT-…"), not read as such: one line above all else."""
    edition, letter = labelled.edition, labelled.letter
    codes = {i for i, label in enumerate(edition.labels) if label.section == "code"}
    if not codes or codes & set(labelled.labels) or not labelled.labels:
        return False
    top = min(m.first.y for m in labelled.labels.values())
    return group.box.bottom < top + letter and group.box.h < 1.8 * letter and group.box.w < 20 * letter


def in_row(group: Group, known: Known, body: Box) -> bool:
    """Whether a group is one written line inside the form, beside or just below a column's label."""
    labelled = known.labelled
    box, letter = group.box, labelled.letter
    if box.h > 3.4 * letter or group.spread > ONE_ROW or box.overlap(body) < 0.98 * box.area:
        return False
    middle = box.y + box.h / 2
    return any(
        match.first.y - letter < middle < match.last.bottom + 2.2 * letter
        and match.first.x - letter < box.x < known.end_of_line(area)
        for area in known.areas
        for i, match in labelled.labels.items()
        if labelled.edition.labels[i].column == area.column
    )


def in_cell(group: Group, labelled: LabelledPage, clean: CleanPage) -> bool:
    """Whether a group lies in a ruled cell made for a value: one with a label of a column in it or to its left."""
    box = group.box
    x, y = box.x + box.w / 2, box.y + box.h / 2
    around = [c for c in clean.cells if c.x < x < c.right and c.y < y < c.bottom]
    if not around:
        return False
    cell = min(around, key=lambda c: c.area)
    if box.h > 1.15 * cell.h or cell.h > 12 * labelled.letter:
        return False
    names = [m.first for i, m in labelled.labels.items() if labelled.edition.labels[i].column]
    left = [c for c in clean.cells if BESIDE[0] <= cell.x - c.right < BESIDE[1] and c.y < y < c.bottom]
    return any(c.overlap(name) > 0.5 * name.area for c in (cell, *left) for name in names)


def of_value(group: Group, values: Image, body: Box, letter: float) -> bool:
    """Whether a small group inside the form lies beside a value's ink: a stroke of it that was left over."""
    box = group.box
    if group.ink > 8 or box.overlap(body) < 0.9 * box.area:
        return False
    around = Box(box.x - 1.5 * letter, box.y, box.w + 3 * letter, box.h)
    part = values[max(0, int(around.y)) : int(around.bottom), max(0, int(around.x)) : int(around.right)]
    return cv2.countNonZero(part) > 0.3 * letter * letter

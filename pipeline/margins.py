"""Find what somebody wrote outside the form's fields: ink that no field, label, check box, signature or seal explains.

A note may stand anywhere, in any pen and at any angle, so nothing is known of it but that it is handwriting. Everything
that is known is taken away; what remains is grouped, and a group with enough strokes is a note. Red ink is looked at by
itself: it is a note, or a stamp with words, unless it lies in a round seal or where those who sign have their room.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2

from pipeline.areas import form_box
from pipeline.components import painted
from pipeline.explained import Known, grown, in_cell, in_row, is_code, of_value, signing, unexplained
from pipeline.groups import STAMPED, Group, grouped, pen_strokes
from pipeline.locate import CleanPage
from pipeline.prepare import redness
from pipeline.seals import SLACK, Seal, of_seal, red_writing
from pipeline.upright import upright_groups
from records.geometry import Box

MARGIN = "margin"
"""Names the place of a note that stands outside of the form's own room for notes."""
ACROSS_SEAL = (4.0, 3, 1.0)
"""Ink, strokes and contrast that what is written across a seal counts for: it is seen to be there, but not what."""
WITHIN = 0.5
"""Share of a seal in the room for signatures from which it is the seal of who signs."""
PARTED = SLACK + 30
"""Pixels around a seal's ring up to which red words go on that were written across it."""
LEAST = 0.15
"""Confidence from which a group is a note: better one too many than one missed."""
FOLD = 4.0
"""Letters' widths up to which a piece of the shadow in the fold is short; what is written there is wider."""


@dataclass(frozen=True, slots=True)
class FoundNote:
    """Ink that belongs to nothing known: its box (prepared pixels) and how surely it is writing, in [0, 1]."""

    box: Box
    confidence: float


def find_notes(known: Known) -> list[FoundNote]:
    """Return the notes outside the fields, top to bottom."""
    letter = known.labelled.letter
    found = [
        FoundNote(group.box, round(sure, 3))
        for group in _groups(known)
        if (sure := _sure(group, known.clean, letter)) >= LEAST
    ]
    return sorted(_joined(found, 2 * letter), key=lambda note: (note.box.y, note.box.x))


def _joined(notes: Sequence[FoundNote], gap: float) -> list[FoundNote]:
    """Return the notes with those as one whose boxes lie nearer than *gap* pixels."""
    out: list[FoundNote] = []
    waiting = list(notes)
    while waiting:
        note = waiting.pop()
        near = [other for other in out if grown(other.box, gap).overlap(note.box) > 0]
        if not near:
            out.append(note)
            continue
        out = [other for other in out if other not in near]
        one = (*near, note)
        waiting.append(FoundNote(Box.holding(each.box for each in one), max(each.confidence for each in one)))
    return out


def _sure(group: Group, clean: CleanPage, letter: float) -> float:
    """Return how surely a group is writing: much ink in several strokes, as dark as the page's, off its edge."""
    box, (height, width) = group.box, clean.grey.shape
    narrow = min(box.w, box.h) / letter
    from_edge = min(box.x, box.y, width - box.right, height - box.bottom) / letter
    if narrow < 0.8 or (from_edge < 3 and narrow < 1.4) or _is_fold(box, width, height, letter):
        return 0.0
    return min(1.0, group.ink / 8) * min(1.0, (group.strokes + 1) / 4) * min(1.0, group.contrast / 0.75)


def _is_fold(box: Box, width: int, height: int, letter: float) -> bool:
    """Whether a group is the shadow in the fold of an opened book: narrow, long, in the picture's middle."""
    middle = abs(box.x + box.w / 2 - width / 2) < 0.025 * width
    return width > height and middle and (box.h > 8 * box.w or (box.h > 2 * box.w and box.w < FOLD * letter))


def _groups(known: Known) -> list[Group]:
    """Return the groups of marks that nothing known explains, measured: of dark ink, and of red."""
    clean, labelled, marks = known.clean, known.labelled, known.marks
    body = form_box(labelled, clean)
    left, held = unexplained(known, body)
    shown = pen_strokes(painted(marks.labels, left), labelled.letter)
    values = painted(marks.labels, held)
    dark = [
        g
        for g in grouped(shown, clean.grey, marks.strong, labelled.letter)
        if not (
            of_value(g, values, body, labelled.letter)
            or in_cell(g, labelled, clean)
            or in_row(g, known, body)
            or is_code(g, labelled)
            or of_seal(g.box, known.page, shown)
        )
    ]
    return [*dark, *upright_groups(known, body), *_red_groups(known, body)]


def _red_groups(known: Known, body: Box) -> list[Group]:
    """Return the groups of red marks that are no seal's: no clerk writes a value in red, so no field explains them."""
    letter = known.labelled.letter
    shown, across = red_writing(redness(known.page.colour), known.seals)
    signed = signing(known, body)
    labels = (b for m in known.labelled.labels.values() for b in m.lines)
    for box in (*labels, *known.choices, *signed):
        shown[max(0, int(box.y)) : max(0, int(box.bottom)), max(0, int(box.x)) : max(0, int(box.right))] = 0
    # an officer's seal lies where he signs, under his signature; the one that joins pages only reaches in there
    out = [Group(box, *ACROSS_SEAL) for box in across if all(s.overlap(box) < WITHIN * box.area for s in signed)]
    if cv2.countNonZero(shown) >= letter * letter:
        written = pen_strokes(shown, letter, STAMPED)
        out += _beside_seals(grouped(written, known.page.colour[:, :, 1], known.marks.strong, letter), known.seals)
    return out


def _beside_seals(groups: Sequence[Group], seals: Sequence[Seal]) -> list[Group]:
    """Return the groups with those as one that a seal parts: what is left on its sides of words written across it."""
    out = list(groups)
    for seal in seals:
        around = grown(seal.box, PARTED)
        near = [g for g in out if g.box.overlap(around) > 0]
        if len(near) > 1:
            ink = sum(g.ink for g in near)
            contrast = sum(g.contrast * g.ink for g in near) / ink
            box = Box.holding(g.box for g in near)
            out = [*(g for g in out if g not in near), Group(box, ink, sum(g.strokes for g in near), contrast)]
    return out

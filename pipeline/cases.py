"""From the parts of a picture to its cases: of each the areas of its fields, the lines in them, and their values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

import forms
from forms import Edition, PageShape
from pipeline.areas import FieldArea, field_areas
from pipeline.cancelling import STRUCK, crossed, freed, strokes_in_table, strokes_on_form
from pipeline.checks import find_choices, ticked
from pipeline.crops import assign, field_marks, page_marks
from pipeline.explained import Known
from pipeline.labels import Match
from pipeline.line_ends import within_lines
from pipeline.locate import CleanPage, LabelledPage
from pipeline.look import Look
from pipeline.margins import MARGIN, FoundNote, find_notes
from pipeline.parts import Part
from pipeline.prepare import PreparedPage, red_ink
from pipeline.readers import Readers
from pipeline.seals import of_seal
from pipeline.strikes import Written, with_strokes, written
from pipeline.table import Table, find_table
from pipeline.triangulate import triangulate
from pipeline.values import (
    BLANK_VALUE,
    ENTRY_STRUCK,
    ReadValue,
    all_struck,
    cancelled_values,
    cross_check,
    parted,
    read_corrected,
)
from records.codes import Presence, ValueKind
from records.entries import NOTES
from records.geometry import Box
from records.ports import Image
from records.readings import EngineIdentity, Reading, Word

CHECK_ENGINE = EngineIdentity("checkbox", "1", "")
LETTER = 20.0
"""Size of handwriting in a table's cells, prepared pixels, where no label beside it tells."""
RED_SHARE = 0.01
"""Share of red pixels in a field's area from which the field is not called blank."""
UNREAD_INK = frozenset({"RED_INK", "INK_NOT_READ"})
"""Doubts of fields that hold ink which was not read."""
STRAY_FIELDS = 3
"""Fields of an empty form that a seal or specks may lie in."""
Fields = dict[str, tuple[ReadValue, tuple[Box, ...]]]
"""Value and boxes (prepared pixels) by column."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands in a part of the picture, ready to be read: its areas and what is written in each."""

    edition: Edition
    page: PreparedPage
    clean: CleanPage
    ticked: dict[str, ReadValue]
    places: dict[str, tuple[Box, ...]]
    written: list[tuple[FieldArea, Written]]
    outside: tuple[FoundNote, ...]
    """Ink outside of all fields."""
    coverage: float
    level: float = 0.0
    """Of a row of a table: height of its middle on the page, share of the page's height."""
    cancelled: Box | None = None
    """Where long strokes run through the whole case; None where none do."""


def cases_of(
    look: Look, parts: Sequence[Part], known: Mapping[str, Edition] | None = None, *, only: str = ""
) -> Iterator[tuple[Part, Case]]:
    """Yield the cases of all *parts* of a picture in reading order; *known* are editions beside those of the house.

    With *only* a column, nothing else is cut out, nor looked for outside of all fields: a good part of the cost.
    """
    for part in parts:
        edition = (known or {}).get(part.edition) or forms.edition(part.edition)
        if edition.shape is PageShape.ROWS:
            yield from ((part, case) for case in _rows(look, part.box, edition, only))
        else:
            yield part, _form(look, part.box, edition, only)


def _form(look: Look, box: Box, edition: Edition, only: str) -> Case:
    page, clean, labelled = look.cut(box), look.clean(box), look.labelled(edition, box)
    ink = with_strokes(clean)
    strokes = strokes_on_form(ink, Box.holding(m.box for m in labelled.labels.values()))
    if strokes.all:
        clean = freed(page, clean, strokes)
        ink = with_strokes(clean)
    ticks, places, extra = _ticked(clean, labelled)
    letter = labelled.letter
    areas = field_areas(labelled, clean, list(extra))
    marks = page_marks(clean, [*(b for m in labelled.labels.values() for b in m.lines), *extra], letter)
    owned, apart = within_lines(field_marks(marks, areas, letter), marks, areas, clean, labelled)
    wanted = [area for area in areas if only in ("", area.column)]
    lines = written(ink, clean, marks, {a.column: owned[a.column] for a in wanted}, labelled, wanted)
    lines |= {column: replace(lines[column], apart=True) for column in apart if column in lines}
    outside: Sequence[FoundNote] = ()
    if not only:
        outside = find_notes(Known(page, clean, labelled, areas, extra, marks, owned, look.seals_in(box)))
    return Case(
        edition=labelled.edition,
        page=page,
        clean=clean,
        ticked=ticks,
        places=places,
        written=[(area, lines[area.column]) for area in wanted],
        outside=tuple(outside),
        coverage=labelled.coverage,
        cancelled=strokes.box if strokes.all else None,
    )


def _rows(look: Look, part: Box, edition: Edition, only: str) -> Iterator[Case]:
    """Yield the rows of a table that hold writing; what stands outside of all rows is of the nearest."""
    page, clean, words = look.cut(part), look.clean(part), look.words_in(part)
    ink = with_strokes(clean)
    clean, table, cancelled = _uncrossed(page, clean, ink, edition, words)
    if table is None:
        return
    heads = {
        i: Match(i, (table.heads[label.column],), frozenset(), 1.0, 1.0)
        for i, label in enumerate(edition.labels)
        if label.column in table.heads
    }
    labelled = LabelledPage(edition, heads, tuple(words), LETTER)
    marks = page_marks(clean, [], LETTER)
    areas = [row.areas() for row in table.rows]
    every = [replace(area, column=f"{k} {area.column}") for k, own in enumerate(areas) for area in own]
    owned = field_marks(marks, every, LETTER)
    if cancelled:
        ink = with_strokes(clean)
    cases = []
    for k, row in enumerate(areas):
        marked = {area.column: owned[f"{k} {area.column}"] for area in row}
        own = [area for area in row if only in ("", area.column)]
        lines = written(ink, clean, marks, {a.column: marked[a.column] for a in own}, labelled, own)
        holds = any(one.standing for one in lines.values())
        if holds or (only and any(one.standing for one in written(ink, clean, marks, marked, labelled, row).values())):
            found = [(area, lines[area.column]) for area in own]
            box = table.rows[k].box
            level = (box.y + box.h / 2) / page.grey.shape[0]
            struck = box if k in cancelled else None
            cases.append((box, Case(edition, page, clean, {}, {}, found, (), table.coverage, level, struck)))
    if only:
        yield from (case for _, case in cases)
        return
    notes_of_rows: list[list[FoundNote]] = [[] for _ in cases]
    heading = [box for match in heads.values() for box in match.lines]
    unlabelled = page_marks(clean, heading, LETTER) if cases else marks
    flat = [area for own in areas for area in own]
    of_cells = assign(unlabelled, flat, LETTER)
    known = Known(page, clean, labelled, flat, [], unlabelled, of_cells, look.seals_in(part))
    for note in find_notes(known) if cases else ():
        middle = note.box.y + note.box.h / 2
        nearest = min(range(len(cases)), key=lambda k: abs(cases[k][0].y + cases[k][0].h / 2 - middle))
        notes_of_rows[nearest].append(note)
    for (_, case), own_notes in zip(cases, notes_of_rows, strict=True):
        yield replace(case, outside=tuple(own_notes))


def _uncrossed(
    page: PreparedPage, clean: CleanPage, ink: Image, edition: Edition, words: Sequence[Word]
) -> tuple[CleanPage, Table | None, frozenset[int]]:
    """Return the clean page and its table without strokes that cancel rows, and the numbers of those rows."""
    strokes = strokes_in_table(ink, clean)
    if strokes.all:
        without = freed(page, clean, strokes)
        table = find_table(edition, without, words)
        rows = table.rows if table else ()
        cancelled = frozenset(k for k, row in enumerate(rows) if crossed(strokes.all, row.box))
        if cancelled:
            return without, table, cancelled
    return clean, find_table(edition, clean, words), frozenset()


def read_fields(case: Case, readers: Readers) -> Fields:
    """Return (value, boxes in prepared pixels) of every column of the edition, in its order."""
    values, places = dict(case.ticked), dict(case.places)
    for area, lines in case.written:
        found = case.edition.label(area.column)
        assert found is not None
        value = read_corrected(found, lines, readers, case.edition.years)
        if value.presence is Presence.BLANK and _is_red(case.page.colour, area.boxes):
            value = ReadValue(Presence.NOT_READ, "", "", None, ("RED_INK",))
        values[area.column] = value
        places[area.column] = tuple(line.box for line in (*lines.struck, *lines.standing)) or area.boxes[:1]
    values, lent = parted(case.edition, values)
    places |= {column: places[source] for column, source in lent.items()}
    for label in case.edition.labels:
        if label.repeats and label.column:
            values = cross_check(values, label.repeats, label.column)
    values = triangulate(case.edition, values)
    if case.cancelled is not None or all_struck(values):
        values = cancelled_values(values)
    return {c: (values.get(c, _not_read()), places.get(c, ())) for c in case.edition.columns}


def notes_of(case: Case, fields: Fields) -> list[tuple[str, float, Box]]:
    """Return what a person has to read beside the fields: (where, confidence, box in prepared pixels).

    That is what was written into the form's own room for notes, what stands outside of all fields (``margin``), and the
    strokes through an entry that was cancelled (``struck``).
    """
    out = [(MARGIN, note.confidence, note.box) for note in case.outside]
    if case.cancelled is not None:
        out.append((STRUCK, 1.0, case.cancelled))
    elif any(ENTRY_STRUCK in value.doubts for value, _ in fields.values()):
        written = [b for value, own in fields.values() if value.presence is Presence.WRITTEN for b in own]
        out.append((STRUCK, 1.0, Box.holding(written)))
    value, boxes = fields.get(NOTES, (BLANK_VALUE, ()))
    if boxes and value.presence is not Presence.BLANK:
        room = Box.holding(boxes)
        if "RED_INK" not in value.doubts and not of_seal(room, case.page, case.clean.ink):
            out.append((NOTES, 1.0, room))
    return out


def holds_case(fields: Fields) -> bool:
    """Whether anything is written on the form: what was read, or more unread ink than a seal or specks leave."""
    values = [value for value, _ in fields.values()]
    unread = sum(bool(UNREAD_INK & set(value.doubts)) or value.reading is not None for value in values)
    return unread > STRAY_FIELDS or any(v.presence is Presence.WRITTEN for v in values)


def _ticked(
    clean: CleanPage, labelled: LabelledPage
) -> tuple[dict[str, ReadValue], dict[str, tuple[Box, ...]], list[Box]]:
    """Return the values of the fields that are ticked, where they stand, and all boxes and words of choices."""
    values: dict[str, ReadValue] = {}
    places: dict[str, tuple[Box, ...]] = {}
    extra: list[Box] = []
    for label in labelled.edition.labels:
        if label.kind is ValueKind.CHECK and label.column:
            taken = [box for m in labelled.labels.values() for box in m.lines]
            choices = find_choices(labelled.edition, label, clean, labelled.words, labelled.letter, taken)
            extra += [box for c in choices for box in (*c.words.lines, *([c.box] if c.box else []))]
            choice, confidence = ticked(choices, len(label.choices))
            if choice is not None:
                reading = Reading(choice.text, confidence, CHECK_ENGINE)
                values[label.column] = ReadValue(Presence.WRITTEN, choice.text, choice.text, reading)
                places[label.column] = (*([choice.box] if choice.box else []), *choice.words.lines)
            elif choices:
                values[label.column] = BLANK_VALUE if confidence > 0.3 else _not_read()
                places[label.column] = tuple(box for c in choices for box in c.words.lines)
    return values, places, extra


def _is_red(colour: Image, boxes: Sequence[Box]) -> bool:
    """Whether red ink stands where a value would: then the field is not blank, it was not read."""
    parts = (colour[max(0, int(b.y)) : int(b.bottom), max(0, int(b.x)) : int(b.right)] for b in boxes)
    return any(part.size and float(np.mean(red_ink(part) > 0)) > RED_SHARE for part in parts)


def _not_read() -> ReadValue:
    return ReadValue(Presence.NOT_READ, "", "", None)

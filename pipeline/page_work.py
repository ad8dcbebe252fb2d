"""What is done to one page in a worker process, stage by stage: a master or JSON in, JSON out, nothing written.

``prepare`` straightens the page and reads its print; ``classify`` says what it is; ``read`` reads its fields.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import forms
from pipeline.checks import find_choices, ticked
from pipeline.crops import Line, page_marks
from pipeline.decode import Limits, decode_page, media_type_of
from pipeline.labels import find_labels
from pipeline.locate import CleanPage, FieldArea, LabelledPage, clean_page, field_areas, find_page_labels
from pipeline.margins import MARGIN, find_notes, of_seal
from pipeline.payloads import Json, of_engine, of_preparation, of_reading, of_words, to_preparation, to_words
from pipeline.prepare import PreparedPage, again, prepare, red_ink
from pipeline.readers import MakeReaders, Readers
from pipeline.strikes import Written, written
from pipeline.values import BLANK_VALUE, ReadValue, cross_check, read_corrected
from records.codes import PageRole, Presence, ValueKind
from records.entries import NOTES
from records.geometry import Box
from records.ports import Image
from records.readings import EngineIdentity, PageReading, Reading, Word

CODE_VERSION = "8"
"""Raised whenever a stage's result would differ: then pages are read anew."""
CHECK_ENGINE = EngineIdentity("checkbox", "1", "")
SURE_WORD = 0.6
ENOUGH_WORDS = 8
UPRIGHT = 0.35
"""Least share of sure words on a page that stands upright (measured 0.58-0.63; on its head 0.05-0.23)."""
MIN_COVERAGE = 0.42
"""Share of an edition's printed letters that must be found for a page to be of it."""
MIN_LABELS = 8
RED_SHARE = 0.01
"""Share of red pixels in a field's area from which the field is not called blank."""

_readers: dict[int, Readers] = {}


def readers_of(make: MakeReaders) -> Readers:
    """Return this process's readers, made at first use."""
    key = hash(make)
    if key not in _readers:
        cv2.setNumThreads(1)
        _readers[key] = make()
    return _readers[key]


@dataclass(frozen=True, slots=True)
class Work:
    """One page's order to a worker."""

    master: Path | None
    """The file it is part of; None for stages that work on the prepared page."""
    page_in_file: int
    limits: Limits
    dossier: bool
    make: MakeReaders


def _sure_words(reading: PageReading) -> tuple[int, float]:
    """Return how many words the reader is sure of, and their share of all words: print on its head has few."""
    words = [w for w in reading.words if sum(c.isalpha() for c in w.text) >= 3]
    sure = sum(1 for w in words if w.confidence >= SURE_WORD)
    return sure, sure / len(words) if words else 0.0


def _upright(image: Image, readers: Readers, dossier: bool) -> tuple[PreparedPage, PageReading, int]:
    """Prepare and read the page; if hardly a word is sure, try it turned and keep the way that reads best."""
    best: tuple[int, PreparedPage, PageReading, int] | None = None
    for turns in (0, 2, 1, 3):
        page = prepare(image, turns)
        reading = readers.papers.read_page(page.grey) if dossier else readers.forms.read_page(clean_page(page).print)
        sure, share = _sure_words(reading)
        if best is None or sure > 1.5 * best[0] + 3:
            best = (sure, page, reading, turns)
        if sure >= ENOUGH_WORDS and share >= UPRIGHT:
            break
        if turns == 0 and float(np.mean(page.grey < 128)) < 0.0025:
            break  # a blank page has no right way up
    assert best is not None
    return best[1], best[2], best[3]


def do_prepare(work: Work) -> tuple[Json, bytes]:
    """Return (payload, prepared page as JPEG)."""
    began = time.perf_counter()
    assert work.master is not None
    image, dpi = decode_page(work.master, media_type_of(work.master), work.page_in_file, work.limits)
    height, width = image.shape[:2]
    readers = readers_of(work.make)
    page, reading, turns = _upright(image, readers, work.dossier)
    done, jpeg = cv2.imencode(".jpg", page.colour, [cv2.IMWRITE_JPEG_QUALITY, 93])
    assert done
    payload: Json = {
        "width": width,
        "height": height,
        "dpi": dpi,
        "turns": turns,
        "preparation": of_preparation(page.preparation),
        "words": of_words(reading.words),
        "engine": of_engine(reading.engine),
        "seconds": time.perf_counter() - began,
    }
    return payload, jpeg.tobytes()


def _reading(prepared: Json) -> PageReading:
    return PageReading(to_words(prepared["words"]), EngineIdentity(**prepared["engine"]))


def _page(prepared: Json, jpeg: bytes) -> PreparedPage:
    colour = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if colour is None:
        raise ValueError("the prepared page is no JPEG")
    return again(np.asarray(colour, np.uint8), to_preparation(prepared["preparation"]))


def _halves(words: tuple[Word, ...], width: int) -> tuple[list[Word], list[Word]]:
    left = [w for w in words if w.polygon.box().right < width * 0.55]
    right = [w for w in words if w.polygon.box().x > width * 0.45]
    return left, right


def do_classify(work: Work, prepared: Json, jpeg: bytes) -> Json:
    """Return role, kind, edition, confidence and reason."""
    began = time.perf_counter()
    page, reading = _page(prepared, jpeg), _reading(prepared)
    said = readers_of(work.make).classifier.classify(page.grey, reading)
    out: Json = {
        "role": said.role.value,
        "kind": said.kind.value,
        "edition": None,
        "confidence": said.confidence,
        "reason": said.reason.code if said.reason else None,
        "facts": dict(said.reason.facts) if said.reason else {},
    }
    if work.dossier:
        if said.role is not PageRole.BLANK:
            out |= {"role": PageRole.OTHER.value, "reason": "PAPER_KIND_UNKNOWN", "facts": {}}
    elif said.role is not PageRole.BLANK:  # labels tell more than headings: an entry may speak like a cover
        out |= _edition(page, reading, readers_of(work.make))
    if out["role"] == PageRole.BLANK.value:
        out |= {"reason": "PAGE_BLANK", "facts": {}}
    out["seconds"] = time.perf_counter() - began
    return out


def _edition(page: PreparedPage, reading: PageReading, readers: Readers) -> Json:
    """Return what is known of the page's edition: role, kind, edition, or the reason why none fits."""
    height, width = page.grey.shape
    best: tuple[float, Any, int] | None = None
    for edition in forms.editions():
        found = find_labels(edition, reading.words)
        share = LabelledPage(edition, found, (), 0.0).coverage
        if best is None or share > best[0]:
            best = (share, edition, len(found))
    if best is None or best[0] < 0.25:
        return {}
    share, edition, labels = best
    if share < MIN_COVERAGE or labels < MIN_LABELS:  # look more closely before giving up
        labelled = find_page_labels(edition, clean_page(page), reading.words, readers.printed)
        share, labels = labelled.coverage, len(labelled.labels)
    if width > 1.1 * height:
        sides = [LabelledPage(edition, find_labels(edition, half), (), 0.0) for half in _halves(reading.words, width)]
        if all(side.coverage > 0.35 for side in sides):
            return {"kind": edition.kind.value, "reason": "PAGE_TWO_IN_ONE", "facts": {}}
    if share < MIN_COVERAGE or labels < MIN_LABELS:
        facts = {"edition": edition.name, "share": f"{share:.0%}"}
        return {"kind": edition.kind.value, "reason": "LABELS_TOO_FEW", "facts": facts} if share >= 0.35 else {}
    return {
        "role": PageRole.ENTRY.value,
        "kind": edition.kind.value,
        "edition": edition.id,
        "confidence": share,
        "reason": None,
        "facts": {},
    }


def _labelled(
    prepared: Json, jpeg: bytes, edition_id: str, readers: Readers
) -> tuple[PreparedPage, CleanPage, LabelledPage]:
    """Return an entry page as prepared, without its rules, and with its labels found."""
    page = _page(prepared, jpeg)
    clean = clean_page(page)
    words = to_words(prepared["words"])
    return page, clean, find_page_labels(forms.edition(edition_id), clean, words, readers.printed)


def do_read(work: Work, prepared: Json, jpeg: bytes, edition_id: str) -> Json:
    """Return the fields of an entry page: presence, text, value, reading, doubts and outline in master pixels."""
    began = time.perf_counter()
    readers = readers_of(work.make)
    page, clean, labelled = _labelled(prepared, jpeg, edition_id, readers)
    fields = read_fields(page, clean, labelled, readers)
    rows = []
    for column, (value, boxes) in fields.items():
        outline = _in_master(page, boxes)
        rows.append(
            {
                "column": column,
                "presence": value.presence.value,
                "text": value.text,
                "value": value.value,
                "reading": of_reading(value.reading) if value.reading else None,
                "struck": value.struck,
                "doubts": list(value.doubts),
                "outline": outline,
            }
        )
    notes = [
        {"place": place, "confidence": sure, "outline": _in_master(page, [box])}
        for place, sure, box in page_notes(page, clean, labelled, fields)
    ]
    return {"fields": rows, "notes": notes, "coverage": labelled.coverage, "seconds": time.perf_counter() - began}


def _in_master(page: PreparedPage, boxes: Sequence[Box]) -> list[list[float]] | None:
    """Return the outline around *boxes* (prepared pixels) as points in master pixels; None where there are none."""
    if not boxes:
        return None
    around = Box.around([p for b in boxes for p in b.polygon().points])
    return [[round(p.x, 1), round(p.y, 1)] for p in page.preparation.to_master.polygon(around.polygon()).points]


def page_notes(
    page: PreparedPage,
    clean: CleanPage,
    labelled: LabelledPage,
    fields: Mapping[str, tuple[ReadValue, tuple[Box, ...]]],
) -> list[tuple[str, float, Box]]:
    """Return what a person has to read beside the fields: (where, confidence, box in prepared pixels).

    That is what was written into the form's own room for notes, and what stands outside of all fields (``margin``).
    """
    _, _, choices = _ticked(clean, labelled)
    areas = field_areas(labelled, clean, list(choices))
    out = [(MARGIN, note.confidence, note.box) for note in find_notes(page, clean, labelled, areas, choices)]
    value, boxes = fields.get(NOTES, (BLANK_VALUE, ()))
    if boxes and value.presence is not Presence.BLANK:
        room = Box.around([p for b in boxes for p in b.polygon().points])
        if "RED_INK" not in value.doubts and not of_seal(room, page, clean.ink):
            out.append((NOTES, 1.0, room))
    return out


def read_fields(
    page: PreparedPage, clean: CleanPage, labelled: LabelledPage, readers: Readers
) -> dict[str, tuple[ReadValue, tuple[Box, ...]]]:
    """Return (value, boxes in prepared pixels) of every column of the edition, in its order."""
    values, places, extra = _ticked(clean, labelled)
    red = red_ink(page.colour)
    years = labelled.edition.years
    for area, lines in _written(page, clean, labelled, extra):
        found = labelled.edition.label(area.column)
        assert found is not None
        value = read_corrected(found, lines, readers, years)
        if value.presence is Presence.BLANK and _is_red(red, area.boxes):
            value = ReadValue(Presence.NOT_READ, "", "", None, ("RED_INK",))
        values[area.column] = value
        places[area.column] = tuple(line.box for line in (*lines.struck, *lines.standing)) or area.boxes[:1]
    for label in labelled.edition.labels:
        if label.repeats and label.column:
            values = cross_check(values, label.repeats, label.column)
    return {c: (values.get(c, _not_read()), places.get(c, ())) for c in labelled.edition.columns}


def written_lines(prepared: Json, jpeg: bytes, edition_id: str, readers: Readers) -> dict[str, list[Line]]:
    """Return the written lines of each column of an entry page, as they are cut out for reading."""
    page, clean, labelled = _labelled(prepared, jpeg, edition_id, readers)
    _, _, extra = _ticked(clean, labelled)
    return {area.column: lines.standing for area, lines in _written(page, clean, labelled, extra)}


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


def _written(
    page: PreparedPage, clean: CleanPage, labelled: LabelledPage, extra: Sequence[Box]
) -> Iterator[tuple[FieldArea, Written]]:
    """Yield each area that is written into, with its lines; *extra* are printed boxes beside the labels."""
    letter = labelled.letter
    areas = field_areas(labelled, clean, list(extra))
    marks = page_marks(clean, [*(b for m in labelled.labels.values() for b in m.lines), *extra], letter)
    lines = written(page, clean, marks, areas, labelled)
    for area in areas:
        yield area, lines[area.column]


def _is_red(red: Image, boxes: Sequence[Box]) -> bool:
    """Whether red ink stands where a value would: then the field is not blank, it was not read."""
    return any(
        float(np.mean(red[int(b.y) : int(b.bottom), int(b.x) : int(b.right)] > 0)) > RED_SHARE
        for b in boxes
        if b.w >= 1 and b.h >= 1
    )


def _not_read() -> ReadValue:
    return ReadValue(Presence.NOT_READ, "", "", None)

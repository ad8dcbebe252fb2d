"""What is done to one page in a worker process, stage by stage: a master or JSON in, JSON out, nothing written.

``prepare`` straightens the page and reads its print; ``classify`` says what it is; ``read`` reads its fields.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

import forms
from forms import Edition
from pipeline.cases import Fields, cases_of, holds_case, notes_of, read_fields
from pipeline.crops import Line
from pipeline.decode import Limits, decode_page, media_type_of
from pipeline.locate import clean_page
from pipeline.parts import Part, by_year, find_parts
from pipeline.payloads import (
    Json,
    of_engine,
    of_part,
    of_preparation,
    of_reading,
    of_words,
    to_part,
    to_preparation,
    to_words,
)
from pipeline.prepare import PreparedPage, again, prepare
from pipeline.readers import MakeReaders, Readers
from pipeline.spreads import Spread, askew, find_spread, whole
from pipeline.triangulate import REGISTERED
from records.codes import PageRole
from records.errors import PageError
from records.geometry import Box
from records.pages import Step
from records.ports import Image
from records.readings import EngineIdentity, PageReading

CODE_VERSION = "8"
"""Raised whenever a stage's result would differ: then pages are read anew."""
SURE_WORD = 0.6
ENOUGH_WORDS = 8
UPRIGHT = 0.35
"""Least share of sure words on a page that stands upright (measured 0.58-0.63; on its head 0.05-0.23)."""

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


def _upright(
    image: Image, readers: Readers, dossier: bool, before: tuple[Step, ...] = ()
) -> tuple[PreparedPage, PageReading, int]:
    """Prepare and read the page; if hardly a word is sure, try it turned and keep the way that reads best."""
    best: tuple[int, PreparedPage, PageReading, int] | None = None
    for turns in (0, 2, 1, 3):
        page = prepare(image, turns, before)
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


def _flat(image: Image) -> tuple[Image, tuple[Step, ...], Spread | None]:
    """Return the picture, made flat where a camera saw it askew, with what was seen; None where no paper was."""
    try:
        spread = find_spread(image)
    except PageError:
        return image, (), None
    if not askew(spread):
        return image, (), spread
    page = whole(image, spread)
    return page.image, (page.step,), spread


def _fold_of(spread: Spread | None, page: PreparedPage) -> float | None:
    """Return where the fold of an opened book crosses the middle of the prepared page, in its pixels."""
    if spread is None or spread.fold is None:
        return None
    top, bottom = (page.preparation.to_prepared.point(p) for p in (spread.fold.top, spread.fold.bottom))
    middle = (top.x + bottom.x) / 2
    width = page.grey.shape[1]
    return middle if 0.25 * width < middle < 0.75 * width else None


def do_prepare(work: Work) -> tuple[Json, bytes]:
    """Return (payload, prepared page as JPEG)."""
    began = time.perf_counter()
    assert work.master is not None
    image, dpi = decode_page(work.master, media_type_of(work.master), work.page_in_file, work.limits)
    height, width = image.shape[:2]
    readers = readers_of(work.make)
    flat, steps, spread = _flat(image)
    page, reading, turns = _upright(flat, readers, work.dossier, steps)
    done, jpeg = cv2.imencode(".jpg", page.colour, [cv2.IMWRITE_JPEG_QUALITY, 93])
    assert done
    payload: Json = {
        "width": width,
        "height": height,
        "dpi": dpi,
        "turns": turns,
        "preparation": of_preparation(page.preparation),
        "paper": spread is not None,
        "fold": _fold_of(spread, page),
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
        "parts": [],
    }
    if work.dossier:
        if said.role is not PageRole.BLANK:
            out |= {"role": PageRole.OTHER.value, "reason": "PAPER_KIND_UNKNOWN", "facts": {}}
    elif said.role is not PageRole.BLANK:  # labels tell more than headings: an entry may speak like a cover
        parts, problem = find_parts(page, reading.words, readers_of(work.make), prepared["fold"])
        if parts:
            edition = forms.edition(parts[0].edition)
            out |= {"role": PageRole.ENTRY.value, "kind": edition.kind.value, "edition": edition.id}
            out |= {"confidence": min(part.coverage for part in parts), "reason": None, "facts": {}}
            out["parts"] = [of_part(part) for part in parts]
        elif problem is not None:
            out |= {"reason": problem.code, "facts": dict(problem.facts)}
    if out["role"] == PageRole.BLANK.value:
        out |= {"reason": "PAGE_BLANK" if prepared["paper"] else "PAGE_NOT_IN_PICTURE", "facts": {}}
    elif not prepared["paper"] and not out["parts"] and _sure_words(reading)[0] < ENOUGH_WORDS:
        out |= {"role": PageRole.OTHER.value, "reason": "PAGE_NOT_IN_PICTURE", "facts": {}}
    out["seconds"] = time.perf_counter() - began
    return out


def do_read(work: Work, prepared: Json, jpeg: bytes, parts: Sequence[Json]) -> Json:
    """Return the entries of a picture; of each its fields: presence, text, value, reading, doubts, master outline."""
    began = time.perf_counter()
    readers = readers_of(work.make)
    entries = []
    picture, words = _page(prepared, jpeg), to_words(prepared["words"])
    found = cases_of(picture, words, [to_part(raw) for raw in parts], readers)
    for place, (part, case) in enumerate(found):
        fields = read_fields(case, readers)
        edition = _dated(part, fields)
        own = case
        if edition.id != case.edition.id:  # its print fits another edition as well, and that was in use on the day
            own = next(cases_of(picture, words, [replace(part, edition=edition.id, tied=())], readers))[1]
            fields = read_fields(own, readers)
        if not holds_case(fields):
            continue
        notes = [
            {"place": where, "confidence": sure, "outline": _in_master(own.page, [box])}
            for where, sure, box in notes_of(own, fields)
        ]
        told = {"fields": _as_rows(own.page, fields), "notes": notes, "coverage": own.coverage}
        where = {"place": place, "leaf": part.leaf, "level": own.level}
        entries.append({**where, "edition": edition.id, **told})
    return {"entries": entries, "seconds": time.perf_counter() - began}


def _dated(part: Part, fields: Fields) -> Edition:
    """Return the edition of *part* that was in use when the case was registered, as far as that could be read."""
    registered = fields.get(REGISTERED)
    year = registered[0].value[:4] if registered else ""
    return by_year(part, int(year)) if year.isdecimal() else forms.edition(part.edition)


def _as_rows(page: PreparedPage, fields: Fields) -> list[Json]:
    """Return fields as JSON, with their outlines in master pixels."""
    return [
        {
            "column": column,
            "presence": value.presence.value,
            "text": value.text,
            "value": value.value,
            "reading": of_reading(value.reading) if value.reading else None,
            "struck": value.struck,
            "doubts": list(value.doubts),
            "outline": _in_master(page, boxes),
        }
        for column, (value, boxes) in fields.items()
    ]


def _in_master(page: PreparedPage, boxes: Sequence[Box]) -> list[list[float]] | None:
    """Return the outline around *boxes* (prepared pixels) as points in master pixels; None where there are none."""
    if not boxes:
        return None
    around = Box.around([p for b in boxes for p in b.polygon().points])
    return [[round(p.x, 1), round(p.y, 1)] for p in page.preparation.to_master.polygon(around.polygon()).points]


def written_lines(
    prepared: Json, jpeg: bytes, parts: Sequence[Json], place: int, readers: Readers
) -> dict[str, list[Line]]:
    """Return the written lines of each column of the entry at *place* of a picture, as they are cut out for reading."""
    cases = cases_of(_page(prepared, jpeg), to_words(prepared["words"]), [to_part(raw) for raw in parts], readers)
    for number, (_, case) in enumerate(cases):
        if number == place:
            return {area.column: lines.standing for area, lines in case.written}
    return {}

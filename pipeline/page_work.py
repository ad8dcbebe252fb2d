"""What is done to one page in a worker process, stage by stage: a master or JSON in, JSON out, nothing written.

``prepare`` straightens the page and reads its print; ``classify`` says what it is; ``read`` reads its fields. Each can
be done by itself from what the one before left; :func:`do_page` does all of them on a page that is in hand, which comes
to the same and costs less.
"""

import gc
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
from threadpoolctl import threadpool_limits

import forms
from forms import Edition, PageShape
from pipeline.cases import Fields, cases_of, holds_case, notes_of, read_fields
from pipeline.closing import read_closing, states_totals
from pipeline.crops import Line
from pipeline.decode import Limits, decode_page, media_type_of
from pipeline.look import Look
from pipeline.margins import MARGIN
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
from pipeline.prepare import PreparedPage, again
from pipeline.printing import printed
from pipeline.readers import MakeReaders, Readers
from pipeline.standing import (
    ENOUGH_WORDS,
    Upright,
    decoded,
    fold_of,
    made_flat,
    read_print,
    sure_words,
    unread,
    upright,
)
from pipeline.verdict import is_bare
from records.codes import PageRole, RegisterKind
from records.entries import REGISTERED
from records.errors import PageError
from records.geometry import Box
from records.readings import EngineIdentity, PageReading

CODE_VERSION = "26"
"""Raised whenever a stage's result would differ: then pages are read anew."""
_NO_TOTALS = frozenset({PageRole.BLANK, PageRole.ENTRY, PageRole.GUIDANCE})
"""Roles of pages whose totals are not looked for: the guidance has the same words."""

_log = logging.getLogger(__name__)
_readers: dict[int, Readers] = {}


def readers_of(make: MakeReaders) -> Readers:
    """Return this process's readers, made at first use."""
    key = hash(make)
    if key not in _readers:
        # one core a worker: threads of BLAS wait by turning, 0.1 core-seconds a page for equations of a millisecond
        cv2.setNumThreads(1)
        threadpool_limits(1)
        _readers[key] = make()
        gc.freeze()  # models and languages stay for good: no need to go through them time and again
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


def _read_paper(look: Look) -> PageReading:
    return read_print(look, look.readers.papers, lambda: look.page.grey)


def _read_form(look: Look) -> PageReading:
    return read_print(look, look.readers.forms, lambda: look.print)


def do_prepare(work: Work) -> tuple[Json, bytes]:
    """Return (payload, prepared page as JPEG)."""
    payload, found = _prepare(work)
    return payload, found.jpeg


def _prepare(work: Work) -> tuple[Json, Upright]:
    began = time.perf_counter()
    assert work.master is not None
    image, dpi = decode_page(work.master, media_type_of(work.master), work.page_in_file, work.limits)
    height, width = image.shape[:2]
    flat, steps, spread = made_flat(image)
    ways = (0, 2, 1, 3) if spread is not None else (0,)  # where no paper is seen, print on its side is not looked for
    readers = readers_of(work.make)
    try:
        found = upright(flat, readers, _read_paper if work.dossier else _read_form, steps, ways)
    except PageError:  # wood grain and the like take the reader of print longer than it may
        if spread is not None:
            raise
        found = unread(flat, readers, steps)
    page = found.look.page
    payload: Json = {
        "width": width,
        "height": height,
        "dpi": dpi,
        "turns": found.turns,
        "preparation": of_preparation(page.preparation),
        "paper": spread is not None,
        "sheet": [[round(p.x), round(p.y)] for p in spread.paper.points] if spread else None,
        "fold": fold_of(spread, page),
        "words": of_words(found.look.words),
        "engine": of_engine(found.engine),
        "seconds": time.perf_counter() - began,
    }
    return payload, found


@dataclass(frozen=True, slots=True)
class DonePage:
    """What all stages made of a page: payloads by stage, and the prepared page as JPEG."""

    prepared: Json
    jpeg: bytes
    later: dict[str, Json]
    """Of ``classify``, and of ``read`` where the page has entries or a book's totals; lacking where that went wrong."""


def do_page(work: Work) -> DonePage:
    """Do all stages. Where a later one goes wrong, what was done before is handed back, and it is left to its turn."""
    prepared, found = _prepare(work)
    later: dict[str, Json] = {}
    try:
        later["classify"] = _classify(work, prepared, found.look)
        said = later["classify"]
        if said["parts"] or said["closing"]:
            later["read"] = _read(found.look, said["parts"], prepared["fold"], closing=said["closing"])
    except Exception:  # whatever it is: the stage meets it again by itself, and the page is told to have failed there
        _log.warning("a later stage is left to its turn", exc_info=True)
    return DonePage(prepared, found.jpeg, later)


def _look(readers: Readers, prepared: Json, jpeg: bytes) -> Look:
    """Return the page as ``prepare`` left it."""
    page = again(decoded(jpeg), to_preparation(prepared["preparation"]))
    return Look(page, readers, to_words(prepared["words"]))


def do_classify(work: Work, prepared: Json, jpeg: bytes) -> Json:
    """Return role, kind, edition, confidence and reason."""
    return _classify(work, prepared, _look(readers_of(work.make), prepared, jpeg))


def _classify(work: Work, prepared: Json, look: Look) -> Json:
    began = time.perf_counter()
    reading = PageReading(look.words, EngineIdentity(**prepared["engine"]))
    said = look.readers.classifier.classify(look.page.grey, reading)
    out: Json = {
        "role": said.role.value,
        "kind": said.kind.value,
        "edition": None,
        "confidence": said.confidence,
        "reason": said.reason.code if said.reason else None,
        "facts": dict(said.reason.facts) if said.reason else {},
        "parts": [],
        "printed": [],
        "seals": [],
        "closing": False,
    }
    if work.dossier:
        if said.role is not PageRole.BLANK:
            out |= {"role": PageRole.OTHER.value, "reason": "PAPER_KIND_UNKNOWN", "facts": {}}
    elif said.role is not PageRole.BLANK:  # labels tell more than headings: an entry may speak like a cover
        parts, problem = find_parts(look, prepared["fold"])
        if parts:
            edition = forms.edition(parts[0].edition)
            out |= {"role": PageRole.ENTRY.value, "kind": edition.kind.value, "edition": edition.id}
            out |= {"confidence": min(part.coverage for part in parts), "reason": None, "facts": {}}
            out["parts"] = [of_part(part) for part in parts]
            out["printed"] = _printed(look, parts)
            if problem is not None:
                out |= {"reason": problem.code, "facts": dict(problem.facts)}
        elif problem is not None:
            out |= {"reason": problem.code, "facts": dict(problem.facts)}
        elif out["reason"] == "EDITION_UNKNOWN" and is_bare(look.page.colour):
            out |= {"role": PageRole.BLANK.value, "kind": RegisterKind.OTHER.value}
    if out["role"] == PageRole.BLANK.value:
        out |= {"reason": "PAGE_BLANK" if prepared["paper"] else "PAGE_NOT_IN_PICTURE", "facts": {}}
    elif not prepared["paper"] and not out["parts"] and sure_words(reading)[0] < ENOUGH_WORDS:
        out |= {"role": PageRole.OTHER.value, "reason": "PAGE_NOT_IN_PICTURE", "facts": {}}
    if not work.dossier and out["role"] not in _NO_TOTALS:
        out["closing"] = out["role"] == PageRole.CLOSING.value or states_totals(look.words)
    if not work.dossier and out["role"] != PageRole.BLANK.value:
        out["seals"] = look.rims()
    out["seconds"] = time.perf_counter() - began
    return out


def _printed(look: Look, parts: Sequence[Part]) -> list[Json]:
    """Return where the labels of each form on a page stand; a table has none but the heads of its columns."""
    known = [(forms.edition(part.edition), part.box) for part in parts]
    return [printed(look.labelled(edition, box)) for edition, box in known if edition.shape is not PageShape.ROWS]


def do_read(work: Work, prepared: Json, jpeg: bytes, parts: Sequence[Json], *, closing: bool = False) -> Json:
    """Return the entries of a picture; of each its fields: presence, text, value, reading, doubts, master outline.

    *closing*: it states the totals of its book; then these are read too.
    """
    return _read(_look(readers_of(work.make), prepared, jpeg), parts, prepared["fold"], closing=closing)


def _read(look: Look, parts: Sequence[Json], fold: float | None, *, closing: bool) -> Json:
    began = time.perf_counter()
    entries: list[Json] = []
    strays: list[tuple[int, Json]] = []
    found = cases_of(look, [to_part(raw) for raw in parts])
    for place, (part, case) in enumerate(found):
        fields = read_fields(case, look.readers)
        edition = _dated(part, fields)
        own = case
        if edition.id != case.edition.id:  # its print fits another edition as well, and that was in use on the day
            own = next(cases_of(look, [replace(part, edition=edition.id, tied=())]))[1]
            fields = read_fields(own, look.readers)
        notes = [
            {"place": where, "confidence": sure, "outline": _in_master(own.page, [box])}
            for where, sure, box in notes_of(own, fields)
        ]
        if not holds_case(fields):
            strays += [(place, note) for note in notes if note["place"] == MARGIN]
            continue
        told = {"fields": _as_rows(own.page, fields), "notes": notes, "coverage": own.coverage}
        where = {"place": place, "leaf": part.leaf, "level": own.level}
        entries.append({**where, "edition": edition.id, **told})
    for place, note in strays if entries else ():  # its ink made an empty row look like a case
        min(entries, key=lambda entry: abs(entry["place"] - place))["notes"].append(note)
    totals = {"closing": {"figures": _figures(look, fold)}} if closing else {}
    return {"entries": entries, **totals, "seconds": time.perf_counter() - began}


def _figures(look: Look, fold: float | None) -> list[Json]:
    """Return the figures of a closing page as JSON, with their outlines in master pixels."""
    found = read_closing(look, fold)
    if found is None:
        return []
    return [
        {
            "figure": one.figure.value,
            "presence": one.value.presence.value,
            "text": one.value.text,
            "number": one.number,
            "confidence": one.confidence,
            "reading": of_reading(one.value.reading) if one.value.reading else None,
            "outline": _in_master(found.page, one.boxes),
        }
        for one in found.figures
    ]


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
    around = Box.holding(boxes)
    return [[round(p.x, 1), round(p.y, 1)] for p in page.preparation.to_master.polygon(around.polygon()).points]


def written_lines(
    prepared: Json, jpeg: bytes, parts: Sequence[Json], place: int, readers: Readers
) -> dict[str, list[Line]]:
    """Return the written lines of each column of the entry at *place* of a picture, as they are cut out for reading."""
    cases = cases_of(_look(readers, prepared, jpeg), [to_part(raw) for raw in parts])
    for number, (_, case) in enumerate(cases):
        if number == place:
            return {area.column: lines.standing for area, lines in case.written}
    return {}

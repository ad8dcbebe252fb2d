"""Learn an edition from pages on which a person marked the printed labels: no code, no drawing.

``marks.jsonl`` beside the pictures, one page a row: ``{"file": NAME, "marks": [MARK, …]}``. A mark is
``{"box": [x, y, w, h]}`` in the pixels of the picture, around the printed label, and as far as it has them:

``column``   what the value after the label is (``nksHoTen``); without one the label only ends the value before it
``kind``     of value, as in ``records.codes.ValueKind``; needed with a column
``text``     the label as printed, where the reader of print is not to be trusted with it
``choices``  printed words of check boxes
``section``  ``heading``, ``signatures`` …; ``required``, ``floating``, ``leaf``, ``repeats``: as in an edition
``value``    [x, y, w, h] of the room for writing, to see whether it will be found
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from forms import Edition, Label, Leaf, PageShape, letters_of
from pipeline.align import learnt_layout
from pipeline.cases import cases_of
from pipeline.decode import Limits, decode_page, media_type_of
from pipeline.locate import CleanPage, clean_page
from pipeline.look import Look
from pipeline.parts import MIN_COVERAGE, Part, least_labels, parts_of
from pipeline.payloads import Json
from pipeline.prepare import PreparedPage, prepare
from pipeline.readers import Readers
from records.codes import ValueKind
from records.errors import WrongUse
from records.geometry import Box, Point
from records.progress import Progress
from records.readings import Word

LEAST_PAGES = 3
MARKS = "marks.jsonl"
_KNOWN = {"box", "column", "kind", "text", "choices", "section", "required", "floating", "leaf", "repeats", "value"}


@dataclass(frozen=True, slots=True)
class PageFit:
    """How a learnt edition fits one of the pages it was learnt from."""

    file: str
    coverage: float
    """Share of the printed letters that are found again."""
    labels: int
    located: int
    """Values marked whose room is found (their middle lies in it)."""
    marked: int


@dataclass(frozen=True, slots=True)
class Learnt:
    """An edition, and how it fits its pages."""

    edition: Edition
    fits: tuple[PageFit, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    file: str
    page: PreparedPage
    clean: CleanPage
    words: tuple[Word, ...]
    marks: tuple[Json, ...]


def learn(folder: Path, plain: Edition, readers: Readers, limits: Limits, progress: Progress) -> Learnt:
    """Return *plain* with the labels marked on the pages in *folder*.

    Raises WrongUse MARKS_MISSING, MARKS_MALFORMED, MARKS_TOO_FEW and MARKS_DIFFER (pages of different forms), and
    EDITION_NOT_LEARNT where a page is not found to be of what was learnt from it.
    """
    rows = _rows(folder)
    progress.start("học mẫu", len(rows))
    pages = []
    try:
        for row in rows:
            pages.append(_opened(folder, row, readers, limits))
            progress.advance()
    finally:
        progress.finish()
    labels = tuple(_label([page.marks[k] for page in pages], pages, k, readers) for k in range(len(pages[0].marks)))
    heading = tuple(s for label in labels if label.section == "heading" for s in label.says)
    edition = replace(plain, labels=labels, heading=heading or plain.heading)
    edition = _drawn(edition, pages, readers)
    fits = tuple(_fit(edition, page, readers) for page in pages)
    least = least_labels(edition)
    for fit in fits:
        if fit.coverage < MIN_COVERAGE or fit.labels < least:
            raise WrongUse("EDITION_NOT_LEARNT", file=fit.file, share=f"{fit.coverage:.0%}", labels=fit.labels)
    return Learnt(edition, fits)


def _drawn(edition: Edition, pages: Sequence[_Page], readers: Readers) -> Edition:
    """Return *edition* with where its labels stand and its rules cross; a table's columns are told by their rules."""
    if edition.shape is PageShape.ROWS:
        return edition
    seen = []
    for page in pages:
        look = Look(page.page, readers, page.words)
        box = parts_of(edition, look)[0][0]
        labelled = look.labelled(edition, box)
        seen.append((labelled.labels, look.clean(box).rules, labelled.letter, float(look.whole.w)))
    at, crossings = learnt_layout(seen)
    labels = tuple(replace(label, at=at.get(k)) for k, label in enumerate(edition.labels))
    return replace(edition, labels=labels, crossings=crossings)


def _rows(folder: Path) -> list[Json]:
    file = folder / MARKS
    if not file.is_file():
        raise WrongUse("MARKS_MISSING", folder=folder, file=MARKS)
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                rows.append(_checked(json.loads(line), folder))
            except (ValueError, KeyError, TypeError) as error:
                detail = f"thiếu khóa {error}" if isinstance(error, KeyError) else error
                raise WrongUse("MARKS_MALFORMED", file=file, line=number, detail=detail) from error
    if len(rows) < LEAST_PAGES:
        raise WrongUse("MARKS_TOO_FEW", file=file, found=len(rows), least=LEAST_PAGES)
    first = [mark.get("column") for mark in rows[0]["marks"]]
    for row in rows[1:]:
        if [mark.get("column") for mark in row["marks"]] != first:
            raise WrongUse("MARKS_DIFFER", first=rows[0]["file"], other=row["file"])
    return rows


def _checked(row: Json, folder: Path) -> Json:
    """Return a row of marks. Raises ValueError, KeyError or TypeError for anything that is not as it should be."""
    if not (folder / row["file"]).is_file():
        raise ValueError(f"no such picture: {row['file']}")
    for mark in row["marks"]:
        if unknown := set(mark) - _KNOWN:
            raise ValueError(f"unknown keys in a mark: {sorted(unknown)}")
        _box(mark["box"])
        if mark.get("column"):
            ValueKind(mark["kind"])
    return row


def _box(raw: Sequence[Any]) -> Box:
    x, y, w, h = (float(v) for v in raw)
    return Box(x, y, w, h)


def _opened(folder: Path, row: Json, readers: Readers, limits: Limits) -> _Page:
    path = folder / row["file"]
    page = prepare(decode_page(path, media_type_of(path), 1, limits)[0])
    clean = clean_page(page)
    return _Page(row["file"], page, clean, readers.forms.read_page(clean.print).words, tuple(row["marks"]))


def _prepared(page: PreparedPage, box: Box) -> Box:
    """Take an upright box of the picture to the prepared page."""
    return page.preparation.to_prepared.polygon(box.polygon()).box()


def _label(marks: Sequence[Json], pages: Sequence[_Page], number: int, readers: Readers) -> Label:
    """Return the label that *marks* stand for, one of each page: its commonest reading first."""
    mark = marks[0]
    choices = tuple(mark.get("choices", ()))
    said = [m.get("text") or _read(page, _box(m["box"]), readers) for m, page in zip(marks, pages, strict=True)]
    said = [text for text in said if letters_of(text)]
    if not said and not choices:
        raise WrongUse("MARK_NOT_READ", file=pages[0].file, mark=number + 1, column=mark.get("column") or "-")
    ranked = sorted(said, key=lambda s: sum(Levenshtein.distance(letters_of(s), letters_of(o)) for o in said))
    says = [] if choices else [ranked[0]]
    column = mark.get("column")
    return Label(
        column=column,
        says=tuple(says),
        kind=ValueKind(mark["kind"]) if column else None,
        required=bool(mark.get("required", False)),
        choices=choices,
        section=mark.get("section", ""),
        floating=bool(mark.get("floating", False)),
        repeats=mark.get("repeats", ""),
        leaf=Leaf(mark["leaf"]) if mark.get("leaf") else None,
    )


def _read(page: _Page, box: Box, readers: Readers) -> str:
    """Return the print in *box* without numbering, colon and dots, line by line."""
    own = _prepared(page.page, box)
    inside = [w for w in page.words if own.overlap(b := w.polygon.box()) > 0.6 * b.area]
    if inside:
        text = " ".join(
            w.text for w in sorted(inside, key=lambda w: (round(w.polygon.box().y / 20), w.polygon.box().x))
        )
    else:
        cut = page.clean.print[max(0, int(own.y)) : int(own.bottom) + 1, max(0, int(own.x)) : int(own.right) + 1]
        text = readers.printed.read_line(np.ascontiguousarray(cut)).text if cut.size else ""
    return text.lstrip("0123456789.) ").rstrip(" :.…")


def _fit(edition: Edition, page: _Page, readers: Readers) -> PageFit:
    """Look for the learnt edition on a page it was learnt from."""
    look = Look(page.page, readers, page.words)
    boxes, coverage, labels = parts_of(edition, look)
    wanted = {m["column"]: _prepared(page.page, _box(m["value"])) for m in page.marks if m.get("value")}
    parts = [Part(box, edition.id, coverage) for box in boxes]
    first = next(cases_of(look, parts, {edition.id: edition}), None)
    areas = {area.column: area.boxes for area, _ in first[1].written} if first else {}
    offset = Point(boxes[0].x, boxes[0].y) if boxes else Point(0, 0)

    def holds(column: str, value: Box) -> bool:
        x, y = value.x + value.w / 2 - offset.x, value.y + value.h / 2 - offset.y
        return any(b.x <= x <= b.right and b.y <= y <= b.bottom for b in areas.get(column, ()))

    located = sum(holds(column, value) for column, value in wanted.items())
    return PageFit(page.file, coverage, labels, located, len(wanted))

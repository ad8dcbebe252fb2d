"""From what was read on a picture to draft entries; a table scanned leaf by leaf is put together row by row.

Pure: stage results in, entries out.
"""

import base64
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import forms
from forms import Leaf, folded
from pipeline.margins import MARGIN
from pipeline.payloads import Json, to_reading
from records.codes import Presence, RegisterKind
from records.entries import Entry, FieldValue, Note
from records.geometry import Point, Polygon
from records.pages import Evidence, PageId
from records.readings import EngineIdentity, Reading

LEAST_STEP = 0.035
"""Share of a page's height that is the least distance of rows: nearer levels are one row on two leaves."""
CHILD, FATHER = "nksHoTen", "chaHoTen"
FEWEST_NAMES = 3
"""Rows whose names tell whether two leaves go together."""
SAME_FAMILY = 0.4
"""Least share of rows with the father's family name: by chance one in three shares the commonest."""
JOINED = "LEAVES_JOINED"
"""Doubt of what stands on the other leaf: that it faces this one no machine knows."""
DELIVERY_SHEET = EngineIdentity("delivery sheet", "1", "")
"""Stands for whoever handed the book in and read its cover."""
SAME_ROW = 0.5
"""Share of the distance between rows within which rows of two leaves stand at one height."""


def short_id(what: str) -> str:
    """Return the ten characters by which *what* is known: the same gives the same."""
    return base64.b32encode(hashlib.sha256(what.encode()).digest())[:10].decode().lower()


def note_id(page: PageId, place: str, outline: Polygon, case: int = 0) -> str:
    """Return the identity of the note at *place* of *case* (from 0) on *page*.

    A note in the margin is told by where its *outline* (master pixels) has its middle, about.
    """
    box = outline.box()
    where = f"{place} {case}" if case else place
    if place == MARGIN:
        where = f"{round((box.x + box.w / 2) / 64)},{round((box.y + box.h / 2) / 64)}"
    return short_id(f"{page}/note/{where}")


def entry_id(kind: RegisterKind, page: PageId, place: int) -> str:
    """Return the identity of the entry at *place* (from 0) on *page*: the same page gives the same entry."""
    return f"{kind.value}-{short_id(f'{page}/{place}')}"


def leaf_of(reads: Sequence[Json]) -> Leaf | None:
    """Return which leaf of an opened table a picture shows alone; None where it shows both, or no table."""
    return Leaf(reads[0]["leaf"]) if reads and reads[0]["leaf"] else None


def drafts(page: PageId, reads: Sequence[Json], delivery: str) -> list[Entry]:
    """Return the entries of one picture, in reading order."""
    return [_entry(read, [(page, read)], delivery) for read in reads]


def joined(
    left: PageId, lefts: Sequence[Json], right: PageId, rights: Sequence[Json], delivery: str, doubt: str = JOINED
) -> list[Entry]:
    """Return the entries of a table whose leaves are two pictures: rows at one height are one.

    A row of the right leaf that has none beside it stays an entry of its own: nothing written is lost. What stands on
    the right leaf carries *doubt*.
    """
    levels = sorted(read["level"] for read in (*lefts, *rights))
    steps = [b - a for a, b in itertools.pairwise(levels) if b - a > LEAST_STEP]
    reach = SAME_ROW * min(steps, default=1.0)
    waiting = list(rights)
    out = []
    for read in lefts:
        beside = min(waiting, key=lambda r: abs(r["level"] - read["level"]), default=None)
        if beside is not None and abs(beside["level"] - read["level"]) <= reach:
            waiting.remove(beside)
            out.append(_entry(read, [(left, read), (right, beside)], delivery, doubt))
        else:
            out.append(_entry(read, [(left, read)], delivery))
    return out + drafts(right, waiting, delivery)


def of_one_book_opening(entries: Sequence[Entry]) -> bool:
    """Whether two leaves may be of one opening: in most rows of a table of births a child has its father's family name.

    A lost sheet takes the right leaf of one opening and the left leaf of the next: what is left would be joined.
    """
    told = [
        (child.split()[0], father.split()[0])
        for entry in entries
        if len(entry.pages) > 1 and (child := folded(entry.text(CHILD))) and (father := folded(entry.text(FATHER)))
    ]
    alike = sum(child == father for child, father in told)
    return len(told) < FEWEST_NAMES or alike >= SAME_FAMILY * len(told)


def from_cover(authority: str, edition: str) -> Iterator[FieldValue]:
    """Yield what the book's cover says of every entry: as it was said at delivery, else left to a person."""
    said = {"noiDangKy": authority}
    for label in forms.edition(edition).cover:
        text = said.get(label.column or "", "")
        presence = Presence.WRITTEN if text else Presence.NOT_READ
        reading = Reading(text, 1.0, DELIVERY_SHEET) if text else None
        yield FieldValue(label.column or "", presence, text, text, reading=reading)


def _entry(first: Json, pieces: Sequence[tuple[PageId, Json]], delivery: str, doubt: str = JOINED) -> Entry:
    """Return the entry that stands on *pieces* of pages; *first* of them gives it its identity."""
    edition = forms.edition(first["edition"])
    fields: dict[str, FieldValue] = {}
    for number, (page, read) in enumerate(pieces):
        for row in read["fields"]:
            label = edition.label(row["column"])
            elsewhere = read["leaf"] and label and label.leaf and label.leaf != read["leaf"]
            if number == 0 or not elsewhere:
                found = _field(row, page)
                fields[row["column"]] = replace(found, doubts=(*found.doubts, doubt)) if number else found
    return Entry(
        id=entry_id(edition.kind, pieces[0][0], first["place"]),
        kind=edition.kind,
        edition=edition.id,
        pages=tuple(page for page, _ in pieces),
        fields=tuple(fields.values()),
        notes=tuple(_note(row, page, read["place"]) for page, read in pieces for row in read["notes"]),
        delivery=delivery,
    )


def _note(row: Json, page: PageId, case: int) -> Note:
    """Return a note as the machine leaves it: seen, its words for a person to read."""
    evidence = _evidence(row["outline"], page)
    assert evidence is not None
    return Note(note_id(page, row["place"], evidence.polygon, case), "", evidence)


def _evidence(outline: list[list[float]] | None, page: PageId) -> Evidence | None:
    return Evidence(page, Polygon(tuple(Point(x, y) for x, y in outline))) if outline else None


def _field(row: Json, page: PageId) -> FieldValue:
    return FieldValue(
        column=row["column"],
        presence=Presence(row["presence"]),
        text=row["text"],
        value=row["value"],
        evidence=_evidence(row["outline"], page),
        reading=to_reading(row["reading"]) if row["reading"] else None,
        doubts=tuple(row["doubts"]),
        struck=row["struck"],
    )

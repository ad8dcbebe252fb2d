"""Writing entries: what changed goes into new rows of versions, fields, notes, readings; and into the chain."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table, insert, select, update

from records.entries import BOOK, NUMBER, REGISTERED, Entry, FieldValue
from records.errors import Conflict, NotFound
from records.provenance import ProvenanceEvent
from records.readings import Reading
from records.text import comparable
from register.audit import chain
from register.loading import batches
from register.mapping import Values, field_values, note_values, reading_values, version_values
from register.schema import books, deliveries, entries, entry_versions, field_versions, note_versions, readings
from register.tidy import fingerprint, shown

CLAIM_COLUMNS = (BOOK, NUMBER, REGISTERED)
"""Book number, entry number and date of registration, by the ministry's import columns (the same for every kind)."""

Read = tuple[str, str, Reading]
"""Entry, column, and what a machine read there."""


@dataclass(frozen=True, slots=True)
class Change:
    """An entry's next version: what it was, what it becomes, who made it so and when, and how it is told."""

    old: Entry | None
    new: Entry
    by: str
    at: dt.datetime
    event: str
    detail: dict[str, str] = field(default_factory=dict)
    reason: str = ""

    def fields(self) -> list[FieldValue]:
        """Return the fields that are new or differ."""
        return [f for f in self.new.fields if self.old is None or self.old.field(f.column) != f]

    def told(self) -> ProvenanceEvent:
        """Return the audit event.

        *content* is the fingerprint of the new version: a value changed behind the ledger's back is found,
        and no name stands in the audit log.
        """
        detail = {**self.detail, "version": str(self.new.version), "content": fingerprint(self.new)}
        return ProvenanceEvent(self.event, self.new.id, self.by, self.at, detail)


def save(connection: Connection, changes: Sequence[Change], read: Iterable[Read], at: dt.datetime) -> None:
    """Write *changes*, each the next version of its entry, and the readings *read* (entry, column, reading).

    Raises NotFound for an unknown book or delivery, Conflict where a version is not the one expected.
    """
    _known(connection, books, {c.new.book for c in changes}, "BOOK_UNKNOWN", "book")
    _known(connection, deliveries, {c.new.delivery for c in changes}, "DELIVERY_UNKNOWN", "delivery")
    _insert(connection, entries, [_head(c.new) for c in changes if c.old is None])
    for change in changes:
        if change.old is not None:
            _move_head(connection, change.old, change.new)
    used = [(c.new.id, f.column, f.reading) for c in changes for f in c.fields() if f.reading is not None]
    ordinals = _append_readings(connection, [*read, *used], at)
    _insert(
        connection,
        entry_versions,
        [version_values(c.new) | {"changed_by": c.by, "changed_at": c.at, "reason": c.reason} for c in changes],
    )
    _insert(connection, field_versions, [row for c in changes for row in _field_rows(c, ordinals)])
    _insert(connection, note_versions, [row for c in changes for row in _note_rows(c)])
    chain(connection, [c.told() for c in changes])


def changed_meanwhile(connection: Connection, entry: Entry) -> Conflict:
    """Return the error that says who made the entry what it is now, and when."""
    c = entry_versions.c
    last = connection.execute(
        select(c.changed_by, c.changed_at).where(c.entry == entry.id, c.version == entry.version)
    ).one()
    return Conflict("ENTRY_CHANGED", entry=entry.id, by=last.changed_by, at=shown(last.changed_at))


def claim(entry: Entry) -> dict[str, str]:
    """Return what an entry says it is: the columns of its head row that name book, number and day."""
    parts = [entry.value(column) or comparable(entry.text(column)) for column in CLAIM_COLUMNS]
    return dict(zip(("book_number", "entry_number", "registered_on"), parts, strict=True))


def _head(entry: Entry) -> Values:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "version": entry.version,
        "state": entry.state,
        "delivery": entry.delivery,
        "book": entry.book,
        **claim(entry),
    }


def _move_head(connection: Connection, old: Entry, new: Entry) -> None:
    expected = (entries.c.id == old.id, entries.c.version == old.version)
    if connection.execute(update(entries).where(*expected).values(_head(new))).rowcount != 1:
        raise changed_meanwhile(connection, old)


def _append_readings(connection: Connection, read: Iterable[Read], at: dt.datetime) -> dict[Read, int]:
    digests = {each: fingerprint(each[2]) for each in read}
    known: dict[tuple[str, str, str], int] = {}
    last: dict[tuple[str, str], int] = {}
    c = readings.c
    for some in batches(sorted({entry for entry, _, _ in digests}), 500):
        found = select(c.entry, c.column_name, c.digest, c.ordinal).where(c.entry.in_(some))
        for entry, column, digest, ordinal in connection.execute(found):
            known[entry, column, digest] = ordinal
            last[entry, column] = max(ordinal, last.get((entry, column), 0))
    new = []
    for (entry, column, reading), digest in digests.items():
        if (entry, column, digest) not in known:
            ordinal = last[entry, column] = last.get((entry, column), 0) + 1
            known[entry, column, digest] = ordinal
            place = {"entry": entry, "column_name": column, "ordinal": ordinal, "digest": digest, "recorded_at": at}
            new.append(place | reading_values(reading))
    _insert(connection, readings, new)
    return {each: known[each[0], each[1], digest] for each, digest in digests.items()}


def _field_rows(change: Change, ordinals: dict[Read, int]) -> list[Values]:
    new = change.new
    place = {"entry": new.id, "version": new.version}
    return [
        place
        | {"column_name": f.column}
        | field_values(f, ordinals[new.id, f.column, f.reading] if f.reading else None)
        for f in change.fields()
    ]


def _note_rows(change: Change) -> list[Values]:
    old = set(change.old.notes) if change.old else set()
    place = {"entry": change.new.id, "version": change.new.version}
    return [place | {"note": note.id} | note_values(note) for note in change.new.notes if note not in old]


def _known(connection: Connection, table: Table, ids: set[str | None], code: str, fact: str) -> None:
    wanted = {i for i in ids if i is not None}
    there = set(connection.execute(select(table.c.id).where(table.c.id.in_(wanted))).scalars()) if wanted else set()
    for missing in sorted(wanted - there):
        raise NotFound(code, **{fact: missing})


def _insert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    if rows:
        connection.execute(insert(table), rows)

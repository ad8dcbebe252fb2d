"""Reading entries back: a version row, and for each of its fields and notes the row that held at that version."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, and_, select

from records.entries import Entry, FieldValue, Note
from records.errors import NotFound
from records.readings import Reading
from register.mapping import AnyRow, entry_of, field_of, note_of, reading_of
from register.schema import entries, entry_versions, field_versions, note_versions, readings

T = TypeVar("T")
_AT_ONCE = 500  # ids in one query

_VERSIONS = select(entries.c.kind, entry_versions).join(entries, entries.c.id == entry_versions.c.entry)
_CURRENT = _VERSIONS.where(entry_versions.c.version == entries.c.version)
_FIELDS = select(field_versions).order_by(field_versions.c.entry, field_versions.c.version)
_NOTES = select(note_versions).order_by(note_versions.c.entry, note_versions.c.version)


def load(connection: Connection, ids: Iterable[str]) -> dict[str, Entry]:
    """Return the entries of *ids* as they now stand; those that do not exist are left out."""
    found: dict[str, Entry] = {}
    for some in batches(ids, _AT_ONCE):
        heads = connection.execute(_CURRENT.where(entries.c.id.in_(some))).all()
        field_rows = connection.execute(_FIELDS.where(field_versions.c.entry.in_(some)))
        last_fields = {(row.entry, row.column_name): row for row in field_rows}
        note_rows = connection.execute(_NOTES.where(note_versions.c.entry.in_(some)))
        last_notes = {(row.entry, row.note): row for row in note_rows}
        read = _readings(connection, some)
        fields: defaultdict[str, dict[str, FieldValue]] = defaultdict(dict)
        for (entry, column), row in last_fields.items():
            fields[entry][column] = field_of(row, read.get((entry, column, row.reading)))
        notes: defaultdict[str, dict[str, Note]] = defaultdict(dict)
        for (entry, note), row in last_notes.items():
            notes[entry][note] = note_of(row)
        found |= {row.entry: entry_of(row, fields[row.entry], notes[row.entry]) for row in heads}
    return found


def load_one(connection: Connection, entry_id: str) -> Entry:
    """Return an entry as it now stands. Raises NotFound."""
    found = load(connection, [entry_id])
    if entry_id not in found:
        raise NotFound("ENTRY_UNKNOWN", entry=entry_id)
    return found[entry_id]


def load_history(connection: Connection, entry_id: str) -> list[Entry]:
    """Return all versions of an entry, oldest first. Raises NotFound."""
    versions = connection.execute(
        _VERSIONS.where(entry_versions.c.entry == entry_id).order_by(entry_versions.c.version)
    ).all()
    if not versions:
        raise NotFound("ENTRY_UNKNOWN", entry=entry_id)
    field_rows = _by_version(connection.execute(_FIELDS.where(field_versions.c.entry == entry_id)))
    note_rows = _by_version(connection.execute(_NOTES.where(note_versions.c.entry == entry_id)))
    read = _readings(connection, [entry_id])
    fields: dict[str, FieldValue] = {}
    notes: dict[str, Note] = {}
    history = []
    for version in versions:
        for row in field_rows[version.version]:
            fields[row.column_name] = field_of(row, read.get((entry_id, row.column_name, row.reading)))
        for row in note_rows[version.version]:
            notes[row.note] = note_of(row)
        history.append(entry_of(version, fields, notes))
    return history


def batches(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """Yield *items* in lists of at most *size*."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _by_version(rows: Iterable[AnyRow]) -> defaultdict[int, list[AnyRow]]:
    grouped: defaultdict[int, list[AnyRow]] = defaultdict(list)
    for row in rows:
        grouped[row.version].append(row)
    return grouped


def _readings(connection: Connection, ids: Sequence[str]) -> dict[tuple[str, str, int], Reading]:
    used = and_(
        field_versions.c.entry == readings.c.entry,
        field_versions.c.column_name == readings.c.column_name,
        field_versions.c.reading == readings.c.ordinal,
    )
    wanted = select(readings).where(readings.c.entry.in_(ids), select(field_versions.c.entry).where(used).exists())
    rows = connection.execute(wanted)
    return {(row.entry, row.column_name, row.ordinal): reading_of(row) for row in rows}

"""Whether the ledger is whole: the database's own check, the chain, the values under it, the numbers."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, Text, func, select, true, type_coerce

from records.errors import WrongUse
from records.provenance import LedgerCheck
from register.audit import Audit
from register.issues import object_id
from register.loading import load
from register.mapping import AnyRow, book_of, explanation_of, issue_of, standing_of
from register.schema import (
    audit_events,
    book_explanations,
    book_standings,
    books,
    entries,
    issue_counters,
    issued_extracts,
)
from register.tidy import fingerprint

_VERSION_EVENTS = (
    "reading",
    "field decided",
    "note read",
    "note tied",
    "note untied",
    "verification",
    "withdrawal",
    "given to a book",
)
_ISSUE_EVENTS = ("number reserved", "issue", "cancellation", "supersession")
_COVER_EVENTS = ("book entered", "book revised")
_STANDING_EVENTS = ("book expected", "book closed", "book reopened")
_EXPLANATION_EVENT = "book explained"
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, WrongUse)
"""What is raised in reading a row that somebody filled with values which are not even of their kind."""


class Checking(Audit):
    """The part of the ledger that examines itself."""

    def check(self) -> LedgerCheck:
        """Examine everything; reads the whole ledger once (minutes for a district). Raises PartUnavailable."""
        report = self.verify_chain()
        with self.database.read() as connection:
            damages = tuple(_sqlite_damages(connection)) if self.database.is_sqlite else ()
            altered = (
                *_altered_entries(connection),
                *_altered_issues(connection),
                *_altered_books(connection),
            )
            return LedgerCheck(report, damages, altered, tuple(_gaps(connection)))


def _sqlite_damages(connection: Connection) -> Iterator[str]:
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if line != "ok":
            yield line
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"{row[0]} {row[1]}: no {row[2]}"


def _altered_entries(connection: Connection) -> Iterator[str]:
    after = ""
    while (
        ids := connection.execute(select(entries.c.id).where(entries.c.id > after).order_by(entries.c.id).limit(500))
        .scalars()
        .all()
    ):
        after = ids[-1]
        told, standing = _last_told(connection, ids, _VERSION_EVENTS), _standing(connection, ids)
        yield from (each for each in ids if each not in standing or told.get(each) != standing[each])
    there = select(entries.c.id).where(entries.c.id == audit_events.c.object_id).exists()
    yield from _told_of(connection, _VERSION_EVENTS, ~there)


def _standing(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return the fingerprints of entries as they now stand, without those that cannot be read."""
    try:
        return {each: fingerprint(entry) for each, entry in load(connection, ids).items()}
    except _UNREADABLE:
        if len(ids) == 1:
            return {}
        return {each: found for one in ids for each, found in _standing(connection, [one]).items()}


def _altered_issues(connection: Connection) -> Iterator[str]:
    c = issued_extracts.c
    there = set()
    keys = connection.execute(select(c.authority, c.year, c.number).order_by(c.authority, c.year, c.number)).all()
    for key in keys:
        here = (c.authority == key.authority, c.year == key.year, c.number == key.number)
        try:
            row = issue_of(connection.execute(select(issued_extracts).where(*here)).one())
            name, standing = object_id(row.number), fingerprint(row)
        except _UNREADABLE:
            name = "/".join(map(str, (*key, connection.execute(select(c.suffix).where(*here)).scalar_one())))
            standing = ""
        there.add(name)
        if _last_told(connection, [name], _ISSUE_EVENTS).get(name) != standing:
            yield name
    yield from (name for name in _told_of(connection, _ISSUE_EVENTS, true()) if name not in there)


def _altered_books(connection: Connection) -> Iterator[str]:
    """Yield the books whose cover, standing or explanations are not what was told of them."""
    c = audit_events.c
    kinds = (*_COVER_EVENTS, *_STANDING_EVENTS, _EXPLANATION_EVENT)
    wanted = select(c.object_id, c.event_type, type_coerce(c.detail, Text).label("detail"))
    covers: dict[str, str | None] = {}
    standings: dict[str, str | None] = {}
    said: defaultdict[str, list[str | None]] = defaultdict(list)
    for row in connection.execute(wanted.where(c.event_type.in_(kinds)).order_by(c.seq)):
        content = _content(row.detail)
        if row.event_type in _COVER_EVENTS:
            covers[row.object_id] = content
        elif row.event_type in _STANDING_EVENTS:
            standings[row.object_id] = content
        else:
            said[row.object_id].append(content)
    order = (book_explanations.c.book, book_explanations.c.ordinal)
    told: defaultdict[str, list[str | None]] = defaultdict(list)
    for row in connection.execute(select(book_explanations).order_by(*order)):
        told[row.book].append(_print(explanation_of, row))
    there = {row.id: _print(book_of, row) for row in connection.execute(select(books))}
    stand = {row.book: _print(standing_of, row) for row in connection.execute(select(book_standings))}
    for book in sorted({*covers, *standings, *said, *there, *stand, *told}):
        of_book = [found.get(book) for found in (there, stand, told)]
        if of_book != [covers.get(book), standings.get(book), said.get(book)]:
            yield book


def _print(made: Callable[[AnyRow], object], row: AnyRow) -> str | None:
    """Return the fingerprint of what a row stands for; None where it cannot be read."""
    try:
        return fingerprint(made(row))
    except _UNREADABLE:
        return None


def _told_of(connection: Connection, kinds: tuple[str, ...], where: ColumnElement[bool]) -> Iterator[str]:
    """Yield the names of everything that events of these *kinds* tell of."""
    c = audit_events.c
    wanted = select(c.object_id).where(c.event_type.in_(kinds), where).distinct().order_by(c.object_id)
    for row in connection.execute(wanted):
        yield row.object_id


def _last_told(connection: Connection, names: Sequence[str], kinds: tuple[str, ...]) -> dict[str, str]:
    c = audit_events.c
    last = select(func.max(c.seq)).where(c.object_id.in_(names), c.event_type.in_(kinds)).group_by(c.object_id)
    rows = connection.execute(select(c.object_id, type_coerce(c.detail, Text).label("detail")).where(c.seq.in_(last)))
    return {row.object_id: content for row in rows if (content := _content(row.detail)) is not None}


def _content(detail: str) -> str | None:
    try:
        return str(json.loads(detail)["content"])
    except _UNREADABLE:
        return None


def _gaps(connection: Connection) -> Iterator[str]:
    c = issued_extracts.c
    rows = connection.execute(
        select(c.authority, c.year, func.min(c.number), func.max(c.number), func.count())
        .group_by(c.authority, c.year)
        .order_by(c.authority, c.year)
    )
    found = {(authority, year): (first, last, count) for authority, year, first, last, count in rows}
    counters = connection.execute(select(issue_counters)).all()
    for authority, year in sorted({*found, *((row.authority, row.year) for row in counters)}):
        last = next((row.last for row in counters if (row.authority, row.year) == (authority, year)), 0)
        if found.get((authority, year)) != (1, last, last):
            yield f"{authority}/{year}"

"""Whether the ledger is whole: the database's own check, the chain, the values under it, the numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from records.provenance import ChainReport
from register.audit import Audit
from register.issues import object_id
from register.loading import load
from register.mapping import issue_of
from register.schema import audit_events, entries, issue_counters, issued_extracts
from register.tidy import fingerprint

_VERSION_EVENTS = ("reading", "field decided", "note read", "verification", "withdrawal")
_ISSUE_EVENTS = ("number reserved", "issue", "cancellation", "supersession")


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """What :meth:`Checking.check` found; *whole* only where nothing is wrong."""

    chain: ChainReport
    damages: tuple[str, ...]
    """What the database says of its own pages, indexes and references."""
    altered: tuple[str, ...]
    """Entries and extracts that are not what their last audit event says: changed behind the ledger's back."""
    gaps: tuple[str, ...]
    """Books of issued extracts (``authority/year``) whose numbers do not run from 1 to the counter."""

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.chain.whole and not (self.damages or self.altered or self.gaps)


class Checking(Audit):
    """The part of the ledger that examines itself."""

    def check(self) -> LedgerCheck:
        """Examine everything; reads the whole ledger once (minutes for a district). Raises PartUnavailable."""
        report = self.verify_chain()
        with self.database.read() as connection:
            damages = tuple(_sqlite_damages(connection)) if self.database.is_sqlite else ()
            altered = (*_altered_entries(connection), *_altered_issues(connection))
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
        told = _last_told(connection, ids, _VERSION_EVENTS)
        for entry_id, entry in load(connection, ids).items():
            if told.get(entry_id) != fingerprint(entry):
                yield entry_id


def _altered_issues(connection: Connection) -> Iterator[str]:
    order = (issued_extracts.c.authority, issued_extracts.c.year, issued_extracts.c.number)
    rows = [issue_of(row) for row in connection.execute(select(issued_extracts).order_by(*order))]
    for row in rows:
        name = object_id(row.number)
        if _last_told(connection, [name], _ISSUE_EVENTS).get(name) != fingerprint(row):
            yield name


def _last_told(connection: Connection, names: Sequence[str], kinds: tuple[str, ...]) -> dict[str, str]:
    c = audit_events.c
    last = select(func.max(c.seq)).where(c.object_id.in_(names), c.event_type.in_(kinds)).group_by(c.object_id)
    rows = connection.execute(select(c.object_id, c.detail).where(c.seq.in_(last)))
    return {row.object_id: row.detail["content"] for row in rows}


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

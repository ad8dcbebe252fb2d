"""The audit chain: every event holds the digest of the one before it.

``digest = SHA-256(JSON({"event": {event_type, object_id, agent, at, detail}, "previous": digest before}))``
with canonical JSON (sorted keys, no spaces, UTF-8) and *at* in UTC with microseconds, so that anybody can
compute it anew from an export. The first event follows 64 zeros. The end of the chain is kept apart
(``chain_head``): it is where writers queue, and it shows a tail that was cut off.
"""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlalchemy import Connection, Text, insert, select, type_coerce, update

from records.provenance import ChainedEvent, ChainReport, ProvenanceEvent
from register.columns import UtcTime, dumps
from register.mapping import AnyRow
from register.part import Part
from register.schema import audit_events, chain_head
from register.tidy import plain, tidy

START = "0" * 64
_C = audit_events.c
_RAW = select(
    *(_C.seq, _C.event_type, _C.object_id, _C.agent, _C.previous, _C.digest),
    # as the database has them: a value that cannot be understood breaks the chain at its place, and stops nothing
    type_coerce(_C.at, Text).label("at"),
    type_coerce(_C.detail, Text).label("detail"),
).order_by(_C.seq)


def link(event: ProvenanceEvent, previous: str) -> str:
    """Return the digest of *event* following the event of digest *previous*."""
    told = {
        "event_type": event.event_type,
        "object_id": event.object_id,
        "agent": event.agent,
        "at": plain(event.at),
        "detail": event.detail,
    }
    return sha256(dumps({"event": told, "previous": previous}).encode()).hexdigest()


def chain(connection: Connection, events: Iterable[ProvenanceEvent]) -> list[ChainedEvent]:
    """Append *events* in the writer's transaction, and return them in their places."""
    head = connection.execute(select(chain_head)).one()
    length, digest = head.length, head.digest
    chained: list[ChainedEvent] = []
    for event in events:
        previous, length = digest, length + 1
        digest = link(event, previous)
        chained.append(ChainedEvent(length, event, previous, digest))
    if chained:
        connection.execute(insert(audit_events), [_values(c) for c in chained])
        connection.execute(update(chain_head).values(length=length, digest=digest))
    return chained


class Audit(Part):
    """The part of the ledger that answers for the chain."""

    def append(self, event: ProvenanceEvent) -> ChainedEvent:
        """Add an event that changes nothing else (an access, a test of the archive)."""
        with self.database.write() as connection:
            return chain(connection, [tidy(event)])[0]

    def events(self, object_id: str | None = None, limit: int = 1000) -> Sequence[ChainedEvent]:
        """Return the last *limit* events (of one object), in the order of the chain."""
        wanted = select(audit_events).order_by(audit_events.c.seq.desc()).limit(limit)
        if object_id is not None:
            wanted = wanted.where(audit_events.c.object_id == object_id)
        with self.database.read() as connection:
            return [_of(row) for row in reversed(connection.execute(wanted).all())]

    def verify_chain(self) -> ChainReport:
        """Compute every digest anew; a changed, missing, added or cut-off event is found."""
        with self.database.read() as connection:
            head = connection.execute(select(chain_head)).one()
            length, digest = 0, START
            for row in connection.execution_options(yield_per=1000).execute(_RAW):
                if (row.seq, row.previous, row.digest) != (length + 1, digest, _link_of(connection, row, digest)):
                    return ChainReport(length, whole=False, broken_at=length + 1, head=digest)
                length, digest = row.seq, row.digest
        if (length, digest) != (head.length, head.digest):
            return ChainReport(length, whole=False, broken_at=length + 1, head=digest)
        return ChainReport(length, whole=True, head=digest)


def _link_of(connection: Connection, row: AnyRow, previous: str) -> str | None:
    """Return the digest of a raw event; None where somebody made it a thing that cannot be read."""
    try:
        at = UtcTime().process_result_value(row.at, connection.dialect)
        if at is None:
            return None
        return link(ProvenanceEvent(row.event_type, row.object_id, row.agent, at, json.loads(row.detail)), previous)
    except (ValueError, TypeError):
        return None


def _values(chained: ChainedEvent) -> dict[str, object]:
    event = chained.event
    return {
        "seq": chained.seq,
        "event_type": event.event_type,
        "object_id": event.object_id,
        "agent": event.agent,
        "at": event.at,
        "detail": event.detail,
        "previous": chained.previous,
        "digest": chained.digest,
    }


def _of(row: AnyRow) -> ChainedEvent:
    event = ProvenanceEvent(row.event_type, row.object_id, row.agent, row.at, row.detail)
    return ChainedEvent(row.seq, event, row.previous, row.digest)

"""Entries: drafted by machines, decided by people, verified, withdrawn; every version is kept."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import Connection, Text, cast, func, select

from records.amendments import Amendment
from records.codes import EntryState, Presence
from records.entries import Entry, Note, VerifiedEntry
from records.errors import NotFound, WrongUse
from records.pages import PageId
from records.provenance import PROGRAMME
from records.readings import Decision, Reading
from records.text import clean
from register.bookkeeping import OF_THE_BOOK, standing_in
from register.drafting import merged, reader_of, refuse_claims
from register.loading import load, load_history, load_one
from register.mapping import reading_of
from register.part import Part
from register.saving import Change, changed_meanwhile, claim, save
from register.schema import deliveries, entries, entry_versions, note_versions, readings
from register.tidy import now, tidy


class Entries(Part):
    """The part of the ledger that knows what stands in the books."""

    def draft(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Record machine readings as draft entries; return them as they now stand, in the order given."""
        drafts = [tidy(draft) for draft in entries]
        for draft in drafts:
            refuse_claims(draft)
        at = now()
        with self.database.write() as connection:
            known = load(connection, {draft.id for draft in drafts})
            changes = []
            for draft in drafts:
                old = known.get(draft.id)
                new = merged(old, draft) if old else replace(draft, version=1)
                if new is not old:
                    changes.append(Change(old, new, reader_of(draft) or PROGRAMME, at, "reading"))
                known[draft.id] = new
            read = [(d.id, f.column, f.reading) for d in drafts for f in d.fields if f.reading is not None]
            save(connection, changes, read, at)
            return [known[draft.id] for draft in drafts]

    def entry(self, entry_id: str) -> Entry:
        """Return an entry as it now stands. Raises NotFound."""
        with self.database.read() as connection:
            return load_one(connection, entry_id)

    def entries(
        self,
        *,
        state: EntryState | None = None,
        delivery: str | None = None,
        page: PageId | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> Sequence[Entry]:
        """Return entries by ascending id, those after *after*, at most *limit*; with *page* those that stand on it."""
        wanted = select(entries.c.id).order_by(entries.c.id).limit(limit)
        for column, value in ((entries.c.state, state), (entries.c.delivery, delivery)):
            if value is not None:
                wanted = wanted.where(column == value)
        if after is not None:
            wanted = wanted.where(entries.c.id > after)
        if page is not None:
            v = entry_versions.c
            wanted = wanted.join(entry_versions, (v.entry == entries.c.id) & (v.version == entries.c.version))
            wanted = wanted.where(cast(v.pages, Text).contains(page, autoescape=True))
        with self.database.read() as connection:
            found = load(connection, connection.execute(wanted).scalars().all())
        return [found[entry_id] for entry_id in sorted(found)]

    def count_entries(self) -> Mapping[EntryState, int]:
        """Return how many entries stand in each state, zeros included."""
        with self.database.read() as connection:
            rows = connection.execute(select(entries.c.state, func.count().label("entries")).group_by(entries.c.state))
            found = {row.state: row.entries for row in rows}
        return {state: found.get(state.value, 0) for state in EntryState}

    def history(self, entry_id: str) -> Sequence[Entry]:
        """Return all versions, oldest first. Raises NotFound."""
        with self.database.read() as connection:
            return load_history(connection, entry_id)

    def readings(self, entry_id: str, column: str) -> Sequence[Reading]:
        """Return all machine readings of a field, oldest first. Raises NotFound for an unknown entry."""
        c = readings.c
        wanted = select(readings).where(c.entry == entry_id, c.column_name == column).order_by(c.ordinal)
        with self.database.read() as connection:
            load_one(connection, entry_id)
            return [reading_of(row) for row in connection.execute(wanted)]

    def same_number(self, entry: Entry) -> Sequence[Entry]:
        """Return the other entries that claim the same kind, book number, entry number and day."""
        claimed = claim(tidy(entry))
        if not claimed["entry_number"]:
            return []
        wanted = select(entries.c.id).where(
            *(entries.c[column] == value for column, value in claimed.items()),
            entries.c.kind == entry.kind,
            entries.c.id != entry.id,
            entries.c.state != EntryState.WITHDRAWN,
        )
        with self.database.read() as connection:
            found = load(connection, connection.execute(wanted).scalars().all())
        return [found[entry_id] for entry_id in sorted(found)]

    def decide(
        self,
        entry_id: str,
        column: str,
        presence: Presence,
        text: str,
        value: str,
        decision: Decision,
        expected_version: int,
    ) -> Entry:
        """Keep what a person says stands in a field; a VERIFIED entry goes back to DRAFT."""
        decision, text, value = tidy(decision), clean(text), clean(value)
        if presence is Presence.NOT_READ or (presence is Presence.WRITTEN and not text):
            raise WrongUse("DECISION_EMPTY", entry=entry_id, column=column)
        if presence is not Presence.WRITTEN and (text or value):
            raise WrongUse("DECISION_NOT_EMPTY", entry=entry_id, column=column)
        with self._changing(entry_id, expected_version) as (connection, old):
            field = old.field(column)
            if field is None:
                raise NotFound("FIELD_UNKNOWN", entry=entry_id, column=column)
            if column in OF_THE_BOOK:
                _refuse_closed(connection, old)
            decided = replace(field, presence=presence, text=text, value=value, decision=decision, doubts=())
            new = _reopened(old).with_field(decided)
            detail = {"column": column, "presence": presence.value}
            return _save(
                connection, Change(old, new, decision.by, decision.at, "field decided", _named(detail, decision))
            )

    def read_note(
        self,
        entry_id: str,
        note_id: str,
        text: str,
        decision: Decision,
        expected_version: int,
        amendments: Sequence[Amendment] = (),
    ) -> Entry:
        """Keep that a person read a note: its verbatim *text* and what it changes; VERIFIED goes back to DRAFT."""
        decision, text, changes = tidy(decision), clean(text), tuple(tidy(change) for change in amendments)
        with self._changing(entry_id, expected_version) as (connection, old):
            if all(note.id != note_id for note in old.notes):
                raise NotFound("NOTE_UNKNOWN", entry=entry_id, note=note_id)
            for column in (change.column for change in changes):
                if column and old.field(column) is None:
                    raise NotFound("FIELD_UNKNOWN", entry=entry_id, column=column)
            notes = tuple(
                replace(note, text=text, read_by=decision.by, read_at=decision.at, amendments=changes)
                if note.id == note_id
                else note
                for note in old.notes
            )
            new = replace(_reopened(old), notes=notes)
            told = ", ".join(f"{change.kind} {change.column}".strip() for change in changes)
            detail = _named({"note": note_id} | ({"amendments": told} if told else {}), decision)
            return _save(connection, Change(old, new, decision.by, decision.at, "note read", detail))

    def tie_note(self, entry_id: str, note: Note, by: str, reason: str, expected_version: int) -> Entry:
        """Add an unread note that stands on another page; VERIFIED goes back to DRAFT. One it has stays as it is."""
        by, reason, note, at = tidy(by), clean(reason), tidy(note), now()
        with self._changing(entry_id, expected_version) as (connection, old):
            if any(known.id == note.id for known in old.notes):
                return old
            told = {"note": note.id, "reason": reason}
            new = replace(_reopened(old), notes=(*old.notes, note))
            return _save(connection, Change(old, new, by, at, "note tied", told, reason))

    def untie_note(self, entry_id: str, note_id: str, by: str, reason: str, expected_version: int) -> Entry:
        """Take a note from an entry to which it does not belong; its versions are kept. VERIFIED goes back to DRAFT."""
        by, reason, at = tidy(by), clean(reason), now()
        with self._changing(entry_id, expected_version) as (connection, old):
            left = tuple(note for note in old.notes if note.id != note_id)
            if left == old.notes:
                raise NotFound("NOTE_UNKNOWN", entry=entry_id, note=note_id)
            told, new = {"note": note_id, "reason": reason}, replace(_reopened(old), notes=left)
            return _save(connection, Change(old, new, by, at, "note untied", told, reason))

    def noted(self, note_id: str) -> Sequence[Entry]:
        """Return the entries that have or once had a note, by id."""
        c = note_versions.c
        wanted = select(c.entry).where(c.note == note_id).distinct()
        with self.database.read() as connection:
            found = load(connection, connection.execute(wanted).scalars().all())
        return [found[entry_id] for entry_id in sorted(found)]

    def verify(self, entry_id: str, by: str, at: dt.datetime, expected_version: int) -> VerifiedEntry:
        """Make a draft with no open questions VERIFIED; one that is stays as it is."""
        by, at = tidy(by), tidy(at)
        with self._changing(entry_id, expected_version) as (connection, old):
            if old.state is EntryState.VERIFIED:
                return VerifiedEntry(old)
            new = replace(old, state=EntryState.VERIFIED, version=old.version + 1, verified_by=by, verified_at=at)
            verified = VerifiedEntry(new)  # raises WrongUse while questions are open
            _save(connection, Change(old, new, by, at, "verification"))
            return verified

    def withdraw(self, entry_id: str, by: str, reason: str, expected_version: int) -> Entry:
        """Take an entry out of use, for ever, with the reason."""
        by, reason, at = tidy(by), clean(reason), now()
        with self._changing(entry_id, expected_version) as (connection, old):
            _refuse_closed(connection, old)
            new = replace(old, state=EntryState.WITHDRAWN, version=old.version + 1)
            return _save(connection, Change(old, new, by, at, "withdrawal", {"reason": reason}, reason))

    def give(self, entry_id: str, delivery: str, by: str, reason: str, expected_version: int) -> Entry:
        """Move an entry to another *delivery*, in which its page was handed in as well: to its right book."""
        by, reason, at = tidy(by), clean(reason), now()
        with self._changing(entry_id, expected_version, withdrawn=True) as (connection, old):
            state = EntryState.DRAFT if old.state is EntryState.WITHDRAWN else old.state
            new = replace(old, delivery=delivery, state=state, version=old.version + 1)
            for one in (old, new):
                _refuse_closed(connection, one)
            told = {"from": old.delivery or "", "to": delivery, "reason": reason}
            return _save(connection, Change(old, new, by, at, "given to a book", told, reason))

    @contextmanager
    def _changing(
        self, entry_id: str, expected_version: int, *, withdrawn: bool = False
    ) -> Iterator[tuple[Connection, Entry]]:
        with self.database.write() as connection:
            entry = load_one(connection, entry_id)
            if entry.version != expected_version:
                raise changed_meanwhile(connection, entry)
            if entry.state is EntryState.WITHDRAWN and not withdrawn:
                raise WrongUse("ENTRY_WITHDRAWN", entry=entry_id)
            yield connection, entry


def _refuse_closed(connection: Connection, entry: Entry) -> None:
    """Raise WrongUse BOOK_CLOSED where the entry's book is closed: what was found complete must stay so."""
    d = deliveries.c
    book = connection.execute(select(func.coalesce(d.book, d.id)).where(d.id == entry.delivery)).scalar()
    if book is not None:
        standing_in(connection, book).refuse_closed(book)


def _reopened(entry: Entry) -> Entry:
    return replace(entry, state=EntryState.DRAFT, version=entry.version + 1, verified_by=None, verified_at=None)


def _named(detail: dict[str, str], decision: Decision) -> dict[str, str]:
    return detail | ({"simulated": "true"} if decision.simulated else {})


def _save(connection: Connection, change: Change) -> Entry:
    save(connection, [change], [], change.at)
    return change.new

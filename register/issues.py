"""The book of issued extracts: numbers without gaps, given out once; a row is never taken back."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, insert, select, update

from records.codes import EntryState, IssueStatus
from records.errors import Conflict, NotFound, WrongUse
from records.extracts import IssuedExtract, IssueNumber
from records.pages import Digest
from records.provenance import PROGRAMME, ProvenanceEvent
from records.text import clean
from register.audit import chain
from register.loading import load_one
from register.mapping import issue_of, issue_values
from register.part import Part
from register.saving import changed_meanwhile
from register.schema import issue_counters, issued_extracts
from register.tidy import fingerprint, now, tidy

_C = issued_extracts.c


class Issues(Part):
    """The part of the ledger that numbers extracts: one counter for each authority and year, over all suffixes."""

    def reserve_number(self, reserved: IssuedExtract) -> IssuedExtract:
        """Give the next number of authority and year in one transaction; see the port for what is refused."""
        wanted = replace(tidy(reserved), status=IssueStatus.RESERVED, pdf=None, reason="", superseded_by=None)
        with self.database.write() as connection:
            if wanted.request_id:
                living = select(issued_extracts).where(
                    _C.request_id == wanted.request_id, _C.status != IssueStatus.CANCELLED
                )
                row = connection.execute(living).one_or_none()
                if row is not None:
                    return issue_of(row)
            _refuse_unverified(connection, wanted)
            if connection.execute(select(_C.code).where(_C.code == wanted.number.code)).first():
                raise Conflict("ISSUE_TAKEN", number=wanted.number)
            number = _next_number(connection, wanted.number.authority, wanted.number.year)
            given = replace(wanted, number=replace(wanted.number, number=number))
            connection.execute(insert(issued_extracts).values(issue_values(given)))
            _tell(connection, "number reserved", given, given.issued_by)
            return given

    def complete_issue(self, number: IssueNumber, pdf: Digest) -> IssuedExtract:
        """RESERVED → ISSUED with the digest of the signed file; the same again changes nothing."""
        with self.database.write() as connection:
            row = _find(connection, number)
            if row.status is IssueStatus.ISSUED:
                if row.pdf != pdf:
                    raise Conflict("ISSUE_OTHER_FILE", number=number)
                return row
            _refuse_unless(row, IssueStatus.RESERVED)
            if connection.execute(select(_C.code).where(_C.pdf == pdf)).first():
                raise Conflict("ISSUE_TAKEN", number=number)
            issued = replace(row, status=IssueStatus.ISSUED, pdf=pdf)
            return _change(connection, issued, "issue", row.issued_by)

    def cancel_issue(
        self, number: IssueNumber, reason: str, *, agent: str = PROGRAMME, only: IssueStatus | None = None
    ) -> IssuedExtract:
        """RESERVED or ISSUED → CANCELLED, or *only* from that one; the same again changes nothing."""
        reason = clean(reason)
        with self.database.write() as connection:
            row = _find(connection, number)
            if row.status is IssueStatus.CANCELLED and row.reason == reason:
                return row
            living = (IssueStatus.RESERVED, IssueStatus.ISSUED)
            _refuse_unless(row, *(status for status in living if only in {None, status}))
            cancelled = replace(row, status=IssueStatus.CANCELLED, reason=reason)
            return _change(connection, cancelled, "cancellation", agent)

    def supersede_issue(
        self, number: IssueNumber, by: IssueNumber, reason: str, *, agent: str = PROGRAMME
    ) -> IssuedExtract:
        """ISSUED → SUPERSEDED by another ISSUED extract; the same again changes nothing."""
        reason = clean(reason)
        with self.database.write() as connection:
            row, successor = _find(connection, number), _find(connection, by)
            named = str(successor.number)
            if row.status is IssueStatus.SUPERSEDED and (row.superseded_by, row.reason) == (named, reason):
                return row
            _refuse_unless(row, IssueStatus.ISSUED)
            _refuse_unless(successor, IssueStatus.ISSUED)
            if row.number == successor.number:
                raise Conflict("ISSUE_OF_ITSELF", number=number)
            superseded = replace(row, status=IssueStatus.SUPERSEDED, reason=reason, superseded_by=named)
            return _change(connection, superseded, "supersession", agent, by=object_id(successor.number))

    def issued(self, *, pdf: Digest | None = None, code: str | None = None) -> IssuedExtract | None:
        """Find an extract by the digest of its file, its verification code, or both."""
        if pdf is None and code is None:
            raise WrongUse("ISSUE_KEY_MISSING")
        wanted = select(issued_extracts)
        for column, value in ((_C.pdf, pdf), (_C.code, code)):
            if value is not None:
                wanted = wanted.where(column == value)
        with self.database.read() as connection:
            row = connection.execute(wanted).one_or_none()
        return issue_of(row) if row is not None else None

    def numbered(self, number: int, suffix: str) -> Sequence[IssuedExtract]:
        """Return all extracts of that number, of every authority and year, oldest first."""
        order = (_C.issued_at, _C.authority, _C.year)
        wanted = select(issued_extracts).where(_C.number == number, _C.suffix == suffix).order_by(*order)
        with self.database.read() as connection:
            return [issue_of(row) for row in connection.execute(wanted)]

    def issue_book(self, authority: str, year: int) -> Sequence[IssuedExtract]:
        """Return all numbers of a year in order, cancelled ones included."""
        wanted = select(issued_extracts).where(_C.authority == authority, _C.year == year).order_by(_C.number)
        with self.database.read() as connection:
            return [issue_of(row) for row in connection.execute(wanted)]

    def issued_from(self, entry_id: str) -> Sequence[IssuedExtract]:
        """Return all extracts of an entry, oldest first, cancelled ones included."""
        order = (_C.issued_at, _C.authority, _C.year, _C.number)
        wanted = select(issued_extracts).where(_C.entry == entry_id).order_by(*order)
        with self.database.read() as connection:
            return [issue_of(row) for row in connection.execute(wanted)]


def object_id(number: IssueNumber) -> str:
    """Return the name under which the audit chain tells of an extract: ``authority/year/number/suffix``."""
    return f"{number.authority}/{number.year}/{number}"


def _refuse_unverified(connection: Connection, wanted: IssuedExtract) -> None:
    entry = load_one(connection, wanted.entry_id)
    if entry.version != wanted.entry_version:
        raise changed_meanwhile(connection, entry)
    if entry.state is not EntryState.VERIFIED:
        raise WrongUse("ENTRY_NOT_VERIFIED", entry=entry.id, open=", ".join(entry.open_questions()) or entry.state)


def _next_number(connection: Connection, authority: str, year: int) -> int:
    c = issue_counters.c
    here = (c.authority == authority, c.year == year)
    last = connection.execute(select(c.last).where(*here)).scalar_one_or_none()
    if last is None:
        connection.execute(insert(issue_counters).values(authority=authority, year=year, last=1))
        return 1
    connection.execute(update(issue_counters).where(*here).values(last=c.last + 1))
    return int(last) + 1


def _find(connection: Connection, number: IssueNumber) -> IssuedExtract:
    here = (_C.authority == number.authority, _C.year == number.year, _C.number == number.number)
    row = connection.execute(select(issued_extracts).where(*here, _C.suffix == number.suffix)).one_or_none()
    if row is None:
        raise NotFound("ISSUE_UNKNOWN", number=number)
    return issue_of(row)


def _refuse_unless(row: IssuedExtract, *expected: IssueStatus) -> None:
    if row.status not in expected:
        raise Conflict(f"ISSUE_IS_{row.status.name}", number=row.number)


def _change(connection: Connection, row: IssuedExtract, event: str, agent: str, **detail: str) -> IssuedExtract:
    number = row.number
    here = (_C.authority == number.authority, _C.year == number.year, _C.number == number.number)
    connection.execute(
        update(issued_extracts)
        .where(*here)
        .values(status=row.status, pdf=row.pdf, reason=row.reason, superseded_by=row.superseded_by)
    )
    _tell(connection, event, row, agent, **detail)
    return row


def _tell(connection: Connection, event: str, row: IssuedExtract, agent: str, **detail: str) -> None:
    facts = {"entry": row.entry_id, "status": row.status.value, "content": fingerprint(row), **detail}
    chain(connection, [ProvenanceEvent(event, object_id(row.number), agent, now(), facts)])

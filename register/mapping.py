"""Rows of the ledger and the records they stand for, there and back. No queries here."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from records.accounts import Account
from records.amendments import Amendment, Basis
from records.books import Explanation, PointKind, Standing, Stated
from records.codes import (
    AmendmentKind,
    DeliveryKind,
    EntryState,
    IssueStatus,
    PageRole,
    PageStatus,
    Presence,
    RegisterKind,
    Role,
)
from records.dates import PartialDate
from records.entries import Book, Entry, FieldValue, Note, PhysicalCopy
from records.extracts import IssuedExtract, IssueNumber
from records.geometry import Point, Polygon
from records.pages import DeliveredPage, Delivery, Digest, Evidence, PageId, PageImage, PageProblem, StageResult
from records.readings import Alternative, Decision, EngineIdentity, Reading

Values = dict[str, Any]
"""A row to be written: column -> value."""
AnyRow = Row[Any]
"""A row read: its columns are attributes."""


# --- books, deliveries, pages --------------------------------------------------------------------


def book_of(row: AnyRow) -> Book:
    """Return the book of a row."""
    return Book(row.id, row.authority, RegisterKind(row.kind), row.year, row.number, row.opened, row.closed)


def copy_of(row: AnyRow) -> PhysicalCopy:
    """Return the bound copy of a row."""
    return PhysicalCopy(row.id, row.book, row.holder, row.shelf, row.condition)


def standing_values(standing: Standing) -> Values:
    """Return the row of a book's standing, without its book."""
    said = standing.stated
    return {
        "first_number": said.first,
        "last_number": said.last,
        "events": said.events,
        "pages": said.pages,
        "closed_by": standing.closed_by,
        "closed_at": standing.closed_at,
    }


def standing_of(row: AnyRow) -> Standing:
    """Return the standing of a row."""
    return Standing(Stated(row.first_number, row.last_number, row.events, row.pages), row.closed_by, row.closed_at)


def explanation_values(said: Explanation) -> Values:
    """Return the row of an explanation, without its place."""
    return {
        "kind": said.kind,
        "numbers": said.numbers,
        "pages": list(said.pages),
        "reason": said.reason,
        "explained_by": said.by,
        "explained_at": said.at,
    }


def explanation_of(row: AnyRow) -> Explanation:
    """Return the explanation of a row."""
    pages = tuple(row.pages)
    return Explanation(PointKind(row.kind), row.numbers, pages, row.reason, row.explained_by, row.explained_at)


def delivery_of(row: AnyRow, quarantined: Sequence[AnyRow]) -> Delivery:
    """Return the delivery of a row with those of its quarantined files."""
    files = tuple((q.file, Digest(q.digest), q.code) for q in quarantined)
    return Delivery(row.id, DeliveryKind(row.kind), row.label, row.received_at, files, row.authority, row.book)


def page_values(page: DeliveredPage) -> Values:
    """Return the row of a delivered page."""
    image = page.page
    return {
        "delivery": page.delivery,
        "seq": page.seq,
        "file": page.file,
        "page": image.id,
        "master": image.master,
        "page_in_file": image.page_in_file,
        "width": image.width,
        "height": image.height,
        "dpi": image.dpi,
        **page_standing(page),
    }


def page_standing(page: DeliveredPage) -> Values:
    """Return the part of a delivered page's row that changes."""
    return {
        "status": page.status,
        "problem": page.problem.code if page.problem else None,
        "problem_facts": page.problem.facts if page.problem else None,
        "role": page.role,
        "kind": page.kind,
        "edition": page.edition,
    }


def page_of(row: AnyRow) -> DeliveredPage:
    """Return the delivered page of a row."""
    return DeliveredPage(
        delivery=row.delivery,
        seq=row.seq,
        file=row.file,
        page=PageImage(PageId(row.page), Digest(row.master), row.page_in_file, row.width, row.height, row.dpi),
        status=PageStatus(row.status),
        problem=PageProblem(row.problem, row.problem_facts) if row.problem is not None else None,
        role=PageRole(row.role) if row.role is not None else None,
        kind=RegisterKind(row.kind) if row.kind is not None else None,
        edition=row.edition,
    )


def stage_of(row: AnyRow) -> StageResult:
    """Return the stage result of a row."""
    return StageResult(PageId(row.page), row.stage, row.code_version, row.payload, row.seconds)


# --- entries -------------------------------------------------------------------------------------


def evidence_json(evidence: Evidence | None) -> object:
    """Return evidence as JSON-able data: page and points [x, y] in master pixels."""
    if evidence is None:
        return None
    return {"page": evidence.page, "polygon": [[p.x, p.y] for p in evidence.polygon.points]}


def evidence_of(data: Mapping[str, Any] | None) -> Evidence | None:
    """Return the evidence that :func:`evidence_json` made."""
    if data is None:
        return None
    return Evidence(PageId(data["page"]), Polygon(tuple(Point(x, y) for x, y in data["polygon"])))


def reading_values(reading: Reading) -> Values:
    """Return the row of a reading, without its place."""
    engine = reading.engine
    return {
        "text": reading.text,
        "confidence": reading.confidence,
        "engine": engine.name,
        "engine_version": engine.version,
        "model": engine.model,
        "calibrated": engine.calibrated,
        "alternatives": [[a.text, a.confidence] for a in reading.alternatives],
        "reason": reading.reason,
    }


def reading_of(row: AnyRow) -> Reading:
    """Return the reading of a row of ``readings``."""
    return Reading(
        text=row.text,
        confidence=row.confidence,
        engine=EngineIdentity(row.engine, row.engine_version, row.model, row.calibrated),
        alternatives=tuple(Alternative(text, confidence) for text, confidence in row.alternatives),
        reason=row.reason,
    )


def field_values(field: FieldValue, reading: int | None) -> Values:
    """Return the row of a field version, without its place; *reading* is the ordinal of its reading."""
    decision = field.decision
    return {
        "presence": field.presence,
        "text": field.text,
        "value": field.value,
        "evidence": evidence_json(field.evidence),
        "reading": reading,
        "decided_by": decision.by if decision else None,
        "decided_at": decision.at if decision else None,
        "simulated": decision.simulated if decision else None,
        "doubts": list(field.doubts),
        "struck": field.struck,
    }


def field_of(row: AnyRow, reading: Reading | None) -> FieldValue:
    """Return the field of a row of ``field_versions``."""
    decided = row.decided_by is not None
    return FieldValue(
        column=row.column_name,
        presence=Presence(row.presence),
        text=row.text,
        value=row.value,
        evidence=evidence_of(row.evidence),
        reading=reading,
        decision=Decision(row.decided_by, row.decided_at, row.simulated) if decided else None,
        doubts=tuple(row.doubts),
        struck=row.struck,
    )


def note_values(note: Note) -> Values:
    """Return the row of a note version, without its place."""
    evidence = evidence_json(note.evidence)
    changes = [amendment_json(change) for change in note.amendments]
    read = {"read_by": note.read_by, "read_at": note.read_at}
    return {"text": note.text, "evidence": evidence, **read, "amendments": changes}


def note_of(row: AnyRow) -> Note:
    """Return the note of a row of ``note_versions``."""
    changes = tuple(amendment_of(data) for data in row.amendments)
    return Note(row.note, row.text, evidence_of(row.evidence), row.read_by, row.read_at, changes)


def amendment_json(change: Amendment) -> dict[str, object]:
    """Return an amendment as JSON-able data; dates as ISO 8601 as far as they are known, empty where they are not."""
    basis = change.basis
    return {
        "kind": change.kind,
        "noted_on": _iso(change.noted_on),
        "basis": {"paper": basis.paper, "number": basis.number, "agency": basis.agency, "date": _iso(basis.date)},
        "column": change.column,
        "old": change.old,
        "text": change.text,
        "value": change.value,
    }


def amendment_of(data: Mapping[str, Any]) -> Amendment:
    """Return the amendment that :func:`amendment_json` made."""
    told = data["basis"]
    basis = Basis(told["paper"], told["number"], told["agency"], _date(told["date"]))
    kind, noted_on = AmendmentKind(data["kind"]), _date(data["noted_on"])
    return Amendment(kind, noted_on, basis, data["column"], data["old"], data["text"], data["value"])


def _iso(date: PartialDate | None) -> str:
    return date.iso() if date else ""


def _date(iso: str) -> PartialDate | None:
    return PartialDate.parse(iso) if iso else None


def version_values(entry: Entry) -> Values:
    """Return the row of an entry's version, without who made it and when."""
    return {
        "entry": entry.id,
        "version": entry.version,
        "edition": entry.edition,
        "state": entry.state,
        "delivery": entry.delivery,
        "book": entry.book,
        "pages": list(entry.pages),
        "columns": [f.column for f in entry.fields],
        "notes": [n.id for n in entry.notes],
        "verified_by": entry.verified_by,
        "verified_at": entry.verified_at,
    }


def entry_of(row: AnyRow, fields: Mapping[str, FieldValue], notes: Mapping[str, Note]) -> Entry:
    """Return the entry of a row of ``entry_versions`` (with its kind), given its fields and notes by name."""
    return Entry(
        id=row.entry,
        kind=RegisterKind(row.kind),
        edition=row.edition,
        pages=tuple(PageId(page) for page in row.pages),
        fields=tuple(fields[column] for column in row.columns),
        notes=tuple(notes[note] for note in row.notes),
        state=EntryState(row.state),
        version=row.version,
        book=row.book,
        delivery=row.delivery,
        verified_by=row.verified_by,
        verified_at=row.verified_at,
    )


# --- issued extracts, accounts -------------------------------------------------------------------


def issue_values(issued: IssuedExtract) -> Values:
    """Return the row of an issued extract."""
    number = issued.number
    return {
        "authority": number.authority,
        "year": number.year,
        "number": number.number,
        "suffix": number.suffix,
        "code": number.code,
        "status": issued.status,
        "entry": issued.entry_id,
        "entry_version": issued.entry_version,
        "kind": issued.kind,
        "template": issued.template,
        "applicant": issued.applicant,
        "applicant_paper": issued.applicant_paper,
        "copies": issued.copies,
        "signer": issued.signer,
        "signer_title": issued.signer_title,
        "issued_by": issued.issued_by,
        "issued_at": issued.issued_at,
        "pdf": issued.pdf,
        "reason": issued.reason,
        "superseded_by": issued.superseded_by,
        "request_id": issued.request_id,
    }


def issue_of(row: AnyRow) -> IssuedExtract:
    """Return the issued extract of a row."""
    return IssuedExtract(
        number=IssueNumber(row.authority, row.year, row.number, row.suffix, row.code),
        status=IssueStatus(row.status),
        entry_id=row.entry,
        entry_version=row.entry_version,
        kind=RegisterKind(row.kind),
        template=row.template,
        applicant=row.applicant,
        applicant_paper=row.applicant_paper,
        copies=row.copies,
        signer=row.signer,
        signer_title=row.signer_title,
        issued_by=row.issued_by,
        issued_at=row.issued_at,
        pdf=Digest(row.pdf) if row.pdf is not None else None,
        reason=row.reason,
        superseded_by=row.superseded_by,
        request_id=row.request_id,
    )


def account_values(account: Account) -> Values:
    """Return the row of an account."""
    return {
        "name": account.name,
        "full_name": account.full_name,
        "roles": sorted(account.roles),
        "password_hash": account.password_hash,
        "failures": account.failures,
        "locked_until": account.locked_until,
        "disabled": account.disabled,
    }


def account_of(row: AnyRow) -> Account:
    """Return the account of a row."""
    return Account(
        name=row.name,
        full_name=row.full_name,
        roles=frozenset(Role(role) for role in row.roles),
        password_hash=row.password_hash,
        failures=row.failures,
        locked_until=row.locked_until,
        disabled=row.disabled,
    )

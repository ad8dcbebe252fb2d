"""Records for the tests of the ledger, made by hand."""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence

from records.codes import DeliveryKind, EntryState, IssueStatus, PageStatus, Presence, RegisterKind
from records.entries import Entry, FieldValue, Note
from records.extracts import IssuedExtract, IssueNumber
from records.geometry import Box
from records.pages import DeliveredPage, Delivery, Digest, Evidence, PageId, PageImage, page_id
from records.ports import Register
from records.readings import Alternative, Decision, EngineIdentity, Reading

AT = dt.datetime(2026, 11, 20, 8, 30, 15, 123456, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(hours=1)
ENGINE = EngineIdentity("tesseract", "5.3.0", "ab" * 32)
EVIDENCE = Evidence(PageId("p-0001"), Box(10.5, 20, 300.25, 40).polygon())

_codes = itertools.count()


def reading(text: str, confidence: float = 0.9, engine: EngineIdentity = ENGINE) -> Reading:
    return Reading(text, confidence, engine, (Alternative(text + "?", 0.1),))


def field(column: str, text: str | None, *, value: str | None = None, doubts: tuple[str, ...] = ()) -> FieldValue:
    """A field as a machine drafts it; None is a field not read."""
    if text is None:
        return FieldValue(column, Presence.NOT_READ)
    found = text if value is None else value
    return FieldValue(column, Presence.WRITTEN, text, found, EVIDENCE, reading(text), doubts=doubts)


def entry(
    id: str = "KS-AAAAAAAAAA",
    *,
    fields: Sequence[FieldValue] = (),
    notes: Sequence[Note] = (),
    delivery: str | None = None,
    book: str | None = None,
    kind: RegisterKind = RegisterKind.BIRTH,
    texts: Mapping[str, str] | None = None,
    **columns: str | None,
) -> Entry:
    """A draft; *texts* and further keyword arguments are columns and their texts."""
    given = [*fields, *(field(column, text) for column, text in {**(texts or {}), **columns}.items())]
    return Entry(id, kind, "ks-2016", (PageId("p-0001"),), tuple(given), tuple(notes), book=book, delivery=delivery)


def note(id: str = "n1", text: str = "Cải chính họ tên", *, shift: float = 0.0) -> Note:
    """A note at a place of its own, *shift* pixels further to the right."""
    box = Box(20.0 + shift, 100.0 * int(id[1:]), 60.0, 40.0)
    return Note(id, text, Evidence(EVIDENCE.page, box.polygon()))


def by(name: str = "lan", at: dt.datetime = AT) -> Decision:
    return Decision(name, at)


def page(delivery: str, seq: int, *, file: str | None = None, master: str = "a" * 64) -> DeliveredPage:
    digest = Digest(f"{seq:04d}{master}"[:64])
    image = PageImage(page_id(digest, 1), digest, 1, 2480, 3508, 300.0)
    return DeliveredPage(delivery, seq, file or f"{seq:04d}.png", image, PageStatus.RECEIVED)


def delivery(id: str = "d1", *, at: dt.datetime = AT) -> Delivery:
    return Delivery(id, DeliveryKind.BOOK, "Sổ khai sinh 1987", at, (("hong.jpg", Digest("f" * 64), "FILE_TRUNCATED"),))


def decided(register: Register, drafted: Entry, *, name: str = "lan") -> Entry:
    """Confirm every open field and read every note of an entry."""
    for f in drafted.fields:
        if not f.decided:
            presence = Presence.BLANK if f.presence is Presence.NOT_READ else f.presence
            drafted = register.decide(drafted.id, f.column, presence, f.text, f.value, by(name), drafted.version)
    for n in drafted.notes:
        if n.read_by is None:
            drafted = register.read_note(drafted.id, n.id, n.text, by(name), drafted.version)
    return drafted


def verified(register: Register, id: str = "KS-AAAAAAAAAA") -> Entry:
    """An entry that an extract may come from."""
    (drafted,) = register.draft([entry(id, so="12", nksHoTen="Nguyễn Thị Lan")])
    drafted = decided(register, drafted)
    done = register.verify(id, "minh", LATER, drafted.version).entry
    assert done.state is EntryState.VERIFIED
    return done


def extract(
    source: Entry,
    *,
    authority: str = "HBT",
    year: int = 2026,
    suffix: str = "TLKS-BS",
    code: str | None = None,
    request_id: str = "",
) -> IssuedExtract:
    """A row to reserve a number with."""
    return IssuedExtract(
        number=IssueNumber(authority, year, 0, suffix, code or f"CODE-{next(_codes):06d}"),
        status=IssueStatus.RESERVED,
        entry_id=source.id,
        entry_version=source.version,
        kind=source.kind,
        template="trich-luc-khai-sinh",
        applicant="Trần Văn Bình",
        applicant_paper="CCCD 001",
        copies=2,
        signer="Lê Thị Hoa",
        signer_title="CHỦ TỊCH",
        issued_by="minh",
        issued_at=LATER,
        request_id=request_id,
    )


def pdf(n: int) -> Digest:
    return Digest(f"{n:064x}")

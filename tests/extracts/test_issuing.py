import datetime as dt
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from archive import FolderArchive
from extracts import SigningIdentity
from records.codes import IssueStatus, Presence, RegisterKind
from records.entries import Entry
from records.errors import Conflict, IntegrityError, NotFound, PartUnavailable, WrongUse
from records.extracts import CertifiedExtract, DraftExtract, IssueNumber
from tests.extracts.office import AUTHORITY, BIRTH, DECISION, SIGNER, Office, draft_entry, verified


def test_an_extract_is_numbered_signed_kept_and_found_again(office: Office, entry: Entry) -> None:
    copy = office.issuer.issue(office.draft(entry), "can-bo")
    row = copy.issued
    assert str(row.number) == "1/TLKS-BS"
    assert (row.status, row.entry_version, row.issued_by) == (IssueStatus.ISSUED, entry.version, "can-bo")
    assert row.pdf is not None
    assert office.archive.get(row.pdf) == copy.pdf
    assert office.register.issued(code=row.number.code) == row
    report = office.verifier.verify(copy.pdf)
    assert (report.ok, report.findings, report.number, report.demo) == (True, (), "1/TLKS-BS", True)


def test_numbers_run_on_and_codes_never_repeat(office: Office, entry: Entry) -> None:
    rows = [office.issuer.issue(office.draft(entry), "can-bo").issued for _ in range(3)]
    assert [r.number.number for r in rows] == [1, 2, 3]
    assert len({r.number.code for r in rows}) == 3


def test_nothing_is_drawn_from_an_entry_that_is_not_verified(office: Office) -> None:
    office.register.draft([draft_entry("KS-unverified", RegisterKind.BIRTH, BIRTH)])
    request = replace(office.request(office.register.entry("KS-unverified")))
    with pytest.raises(WrongUse, match="not verified"):
        office.issuer.draft(request, AUTHORITY, SIGNER, office.moment.date())


def test_an_unknown_entry_is_not_found(office: Office, entry: Entry) -> None:
    with pytest.raises(NotFound):
        office.issuer.draft(replace(office.request(entry), entry_id="KS-none"), AUTHORITY, SIGNER, dt.date(2026, 1, 1))


@pytest.mark.parametrize("copies", [0, -1, 100])
def test_a_senseless_number_of_copies_is_refused(office: Office, entry: Entry, copies: int) -> None:
    with pytest.raises(WrongUse, match="copies"):
        office.issuer.draft(office.request(entry, copies=copies), AUTHORITY, SIGNER, office.moment.date())


def test_an_illegible_field_goes_to_the_paper_book(office: Office) -> None:
    entry = verified(office.register, "KS-9876543210", BIRTH | {"so": "46/2018"}, illegible=("nksNoiSinh",))
    with pytest.raises(WrongUse, match="nksNoiSinh"):
        office.draft(entry)


def test_the_same_request_twice_gives_one_copy(office: Office, entry: Entry) -> None:
    first = office.issuer.issue(office.draft(entry, "r-1"), "can-bo")
    second = office.issuer.issue(office.draft(entry, "r-1"), "can-bo")
    assert first == second
    assert len(office.register.issue_book(AUTHORITY.code, first.issued.number.year)) == 1


def test_a_double_click_at_the_same_moment_gives_one_copy(office: Office, entry: Entry) -> None:
    drafts = [office.draft(entry, "r-1") for _ in range(4)]
    copies: list[CertifiedExtract] = []
    start = threading.Barrier(len(drafts))

    def click(draft: DraftExtract) -> None:
        start.wait()
        copies.append(office.issuer.issue(draft, "can-bo"))

    threads = [threading.Thread(target=click, args=(d,)) for d in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(copies) == len(drafts)
    assert len({c.pdf for c in copies}) == 1
    assert len(office.register.issue_book(AUTHORITY.code, copies[0].issued.number.year)) == 1


class Killed(BaseException):
    """Stands for kill -9: nothing in the house catches it."""


@pytest.mark.parametrize("where", ["sign", "put", "complete_issue"])
def test_killed_between_any_two_steps_the_next_run_finishes_it(
    office: Office, entry: Entry, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = {"sign": SigningIdentity, "put": type(office.archive), "complete_issue": type(office.register)}[where]

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(owner, where, killed)
        office.issuer.issue(office.draft(entry, "r-1"), "can-bo")
    book = office.register.issue_book(AUTHORITY.code, office.moment.year)
    assert [r.status for r in book] == [IssueStatus.RESERVED]
    copy = office.issuer.issue(office.draft(entry, "r-1"), "can-bo")
    assert copy.issued.number == book[0].number
    assert office.verifier.verify(copy.pdf).ok
    for row in office.register.issue_book(AUTHORITY.code, office.moment.year):
        assert row.status is IssueStatus.ISSUED
        assert row.pdf is not None
        assert office.archive.has(row.pdf)


def test_when_the_archive_is_full_the_number_is_cancelled_and_never_used_again(
    office: Office, entry: Entry, tmp_path: Path
) -> None:
    whole, office.archive = office.archive, FolderArchive(tmp_path / "full", keep_free=1 << 60)
    with pytest.raises(PartUnavailable):
        office.issuer.issue(office.draft(entry, "r-1"), "can-bo")
    office.archive = whole
    copy = office.issuer.issue(office.draft(entry, "r-1"), "can-bo")
    first, second = office.register.issue_book(AUTHORITY.code, office.moment.year)
    assert (first.status, first.pdf) == (IssueStatus.CANCELLED, None)
    assert first.reason
    assert (second.number.number, second) == (2, copy.issued)


def test_an_identity_that_this_office_does_not_trust_hands_nothing_out(office: Office, entry: Entry) -> None:
    office.identity = replace(office.identity, roots=())
    with pytest.raises(IntegrityError, match="EXTRACT_NO_ROOTS"):
        office.issuer.issue(office.draft(entry), "can-bo")
    [row] = office.register.issue_book(AUTHORITY.code, office.moment.year)
    assert row.status is IssueStatus.CANCELLED
    assert "EXTRACT_OWN_CHECK" in row.reason
    assert not list(office.archive.digests())


def test_an_entry_changed_since_the_draft_uses_no_number(office: Office, entry: Entry) -> None:
    draft = office.draft(entry)
    changed = office.register.decide(
        entry.id, "meHoTen", Presence.WRITTEN, "Trần Thị Duyên", "", DECISION, entry.version
    )
    office.register.verify(entry.id, "người xác nhận", office.moment, changed.version)
    with pytest.raises(Conflict):
        office.issuer.issue(draft, "can-bo")
    assert not office.register.issue_book(AUTHORITY.code, office.moment.year)


def test_the_name_of_a_request_cannot_be_used_for_another_entry(office: Office, entry: Entry) -> None:
    office.issue(entry, "r-1")
    other = verified(office.register, "KS-9876543210", BIRTH | {"so": "46/2018"})
    with pytest.raises(Conflict):
        office.issue(other, "r-1")


def test_a_superseded_extract_is_known_and_named_as_such(office: Office, entry: Entry) -> None:
    old = office.issuer.issue(office.draft(entry), "can-bo")
    new = office.issuer.supersede(old.issued.number, office.draft(entry, "r-2"), "can-bo", "In sai tên")
    report = office.verifier.verify(old.pdf)
    assert (report.ok, report.known_number, report.superseded) == (False, True, True)
    assert report.findings == ("EXTRACT_SUPERSEDED",)
    touched = office.verifier.verify(old.pdf + b"\n")
    assert (touched.ok, touched.known_number, touched.superseded) == (False, False, True)
    assert office.verifier.verify(new.pdf).ok
    row = office.register.issued(code=old.issued.number.code)
    assert row is not None
    assert (row.superseded_by, row.reason) == (str(new.issued.number), "In sai tên")
    again = office.issuer.supersede(old.issued.number, office.draft(entry, "r-2"), "can-bo", "In sai tên")
    assert again == new


def test_what_was_superseded_cannot_be_superseded_again(office: Office, entry: Entry) -> None:
    old = office.issuer.issue(office.draft(entry), "can-bo").issued.number
    office.issuer.supersede(old, office.draft(entry, "r-2"), "can-bo", "In sai tên")
    with pytest.raises(WrongUse, match="superseded"):
        office.issuer.supersede(old, office.draft(entry, "r-3"), "can-bo", "In sai tên")
    assert len(office.register.issue_book(AUTHORITY.code, old.year)) == 2


def test_a_replacement_comes_from_the_same_entry(office: Office, entry: Entry) -> None:
    old = office.issuer.issue(office.draft(entry), "can-bo").issued.number
    other = verified(office.register, "KS-9876543210", BIRTH | {"so": "46/2018"})
    with pytest.raises(WrongUse, match="same entry"):
        office.issuer.supersede(old, office.draft(other), "can-bo", "In sai tên")


def test_a_recalled_extract_no_longer_counts(office: Office, entry: Entry) -> None:
    copy = office.issuer.issue(office.draft(entry), "can-bo")
    office.issuer.cancel(copy.issued.number, "lanh-dao", "Cấp nhầm người")
    report = office.verifier.verify(copy.pdf)
    assert (report.ok, report.known_number, report.findings) == (False, False, ("EXTRACT_CANCELLED",))
    assert office.issuer.issue(office.draft(entry), "can-bo").issued.number.number == 2


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_recalling_needs_a_reason(office: Office, entry: Entry, reason: str) -> None:
    copy = office.issuer.issue(office.draft(entry), "can-bo")
    with pytest.raises(WrongUse, match="reason"):
        office.issuer.cancel(copy.issued.number, "lanh-dao", reason)
    with pytest.raises(WrongUse, match="reason"):
        office.issuer.supersede(copy.issued.number, office.draft(entry), "lanh-dao", reason)


def test_a_number_that_was_never_given_cannot_be_recalled(office: Office) -> None:
    with pytest.raises(NotFound):
        office.issuer.cancel(IssueNumber(AUTHORITY.code, 2026, 1, "TLKS-BS", "AAAAA"), "lanh-dao", "Nhầm")


def test_every_issue_stands_in_the_audit_chain(office: Office, entry: Entry) -> None:
    copy = office.issuer.issue(office.draft(entry), "can-bo")
    office.issuer.cancel(copy.issued.number, "lanh-dao", "Cấp nhầm người")
    told = [(e.event.event_type, e.event.agent) for e in office.register.events(limit=10_000)]
    assert ("issue", "can-bo") in told
    assert ("cancellation", "lanh-dao") in told
    assert office.register.verify_chain().whole


def test_a_click_that_fails_late_does_not_recall_what_the_other_click_issued(
    office: Office, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = office.draft(entry, "r-1")
    sign = SigningIdentity.sign

    def overtaken(identity: SigningIdentity, pdf: bytes, at: dt.datetime) -> bytes:
        """Another click completes the request while this one signs, and then signing fails."""
        monkeypatch.setattr(SigningIdentity, "sign", sign)
        office.issuer.issue(draft, "can-bo")
        raise IntegrityError("EXTRACT_SIGNING_FAILED", detail="x")

    monkeypatch.setattr(SigningIdentity, "sign", overtaken)
    with pytest.raises(IntegrityError):
        office.issuer.issue(draft, "can-bo")
    [row] = office.register.issue_book(AUTHORITY.code, office.moment.year)
    assert row.status is IssueStatus.ISSUED

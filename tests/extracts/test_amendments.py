"""What notes change is printed as it stands now; the registered value stays in the ledger."""

import datetime as dt
from collections.abc import Sequence

import pytest

from extracts.content import paper_of
from forms.extract_templates import extract_template
from records.amendments import Amendment, Basis
from records.codes import AmendmentKind, EntryState, Presence, RegisterKind
from records.dates import PartialDate
from records.entries import Entry, FieldValue, Note, VerifiedEntry
from records.errors import WrongUse
from records.extracts import DraftExtract, ExtractRequest
from records.geometry import Box
from records.pages import Evidence, PageId
from tests.extracts.office import AUTHORITY, BIRTH, DECISION, ENTRY, NOON, SIGNER, Office, draft_entry

COURT = Basis("Bản án", "45/2021/HNGĐ-ST", "Tòa án nhân dân quận Hai Bà Trưng", PartialDate(2021, 6, 9))
NOTED = PartialDate(2022, 3, 1)
RENAMED = Amendment(AmendmentKind.CHANGE, NOTED, Basis(), "nksHoTen", BIRTH["nksHoTen"], "Trần Thị Phương Thảo")
MARRIAGE = {"voHoTen": "Đỗ Thị Yến", "chongHoTen": "Vũ Đức Huy", "so": "19/2020", "ghiChu": ""}
TEMPLATES = {RegisterKind.BIRTH: "tlks-bs-2015", RegisterKind.MARRIAGE: "tlkh-bs-2015"}


def noted(text: str, *changes: Amendment, id: str = "n1", evidence: Evidence | None = None) -> Note:
    return Note(id, text, evidence, "lan", NOON, changes)


def entry(
    *notes: Note,
    texts: dict[str, str] = BIRTH,
    kind: RegisterKind = RegisterKind.BIRTH,
    evidence: Evidence | None = None,
) -> Entry:
    def field(column: str, text: str) -> FieldValue:
        there = evidence if column == "ghiChu" else None
        presence = Presence.WRITTEN if text else Presence.BLANK
        return FieldValue(column, presence, text, text, there, decision=DECISION)

    fields = tuple(field(column, text) for column, text in texts.items())
    return Entry(ENTRY, kind, "e", (), fields, notes, EntryState.VERIFIED, verified_by="x", verified_at=NOON)


def printed(one: Entry, at: dt.datetime = NOON) -> dict[str, Sequence[str]]:
    request = ExtractRequest(one.id, "A", "B", "C")
    template = extract_template(TEMPLATES[one.kind])
    paper = paper_of(DraftExtract(request, VerifiedEntry(one), template.id, AUTHORITY, SIGNER), template, at, None)
    return {line.label: line.value for row in paper.rows for line in row.lines}


def test_a_copy_shows_the_name_as_it_is_now_and_the_ledger_keeps_what_was_registered() -> None:
    one = entry(noted("Thay đổi họ", RENAMED))
    assert printed(one)["Họ, chữ đệm, tên:"] == ("TRẦN THỊ PHƯƠNG THẢO",)
    assert printed(one)["Ghi chú:"] == ("Thay đổi họ",)
    assert one.as_registered.text("nksHoTen") == BIRTH["nksHoTen"]


@pytest.mark.parametrize(
    ("since", "holds"),
    [(PartialDate(2026, 11, 21), True), (PartialDate(2026, 11, 22), False), (PartialDate(2026, 11), True),
     (PartialDate(2026, 12), False), (PartialDate(2026), True), (PartialDate(2027), False), (None, True)],
)  # fmt: skip
def test_a_change_holds_from_its_day_on_as_far_as_that_is_known(since: PartialDate | None, holds: bool) -> None:
    change = Amendment(AmendmentKind.CHANGE, since, Basis(), "nksDanToc", "Kinh", "Tày")
    now = entry(noted("Cải chính dân tộc", change)).current(dt.date(2026, 11, 21))
    assert now.text("nksDanToc") == ("Tày" if holds else "Kinh")


def test_of_two_changes_the_later_counts_whichever_was_read_first() -> None:
    later = Amendment(AmendmentKind.CHANGE, PartialDate(2023, 5), Basis(), "nksHoTen", RENAMED.text, "Lê Phương Thảo")
    one = entry(noted("sau", later, id="n1"), noted("trước", RENAMED, id="n2"))
    assert one.current(dt.date(2026, 1, 1)).text("nksHoTen") == "Lê Phương Thảo"
    assert one.current(dt.date(2022, 12, 31)).text("nksHoTen") == RENAMED.text


def test_a_value_that_a_note_takes_away_is_blank() -> None:
    gone = Amendment(AmendmentKind.CHANGE, NOTED, Basis(), "chaHoTen", BIRTH["chaHoTen"])
    now = entry(noted("Bỏ tên cha", gone)).current(NOON.date()).field("chaHoTen")
    assert now is not None
    assert (now.presence, now.text, now.decided) == (Presence.BLANK, "", True)


def test_a_divorce_stands_in_the_words_of_the_law() -> None:
    place = Evidence(PageId("p-0001"), Box(10, 20, 300, 40).polygon())
    law = "Đã ly hôn theo Bản án số 45/2021/HNGĐ-ST ngày 09/06/2021 của Tòa án nhân dân quận Hai Bà Trưng"
    divorce = Amendment(AmendmentKind.DIVORCE, NOTED, COURT)
    margin = entry(noted("đã LH theo BA 45", divorce), texts=MARRIAGE, kind=RegisterKind.MARRIAGE)
    assert printed(margin)["Ghi chú:"] == (law,)
    room = entry(
        noted("đã LH theo BA 45", divorce, evidence=place),
        texts=MARRIAGE | {"ghiChu": "đã LH theo BA 45"},
        kind=RegisterKind.MARRIAGE,
        evidence=place,
    )
    assert printed(room)["Ghi chú:"] == (law,)


def test_what_stands_in_the_room_for_notes_is_printed_once() -> None:
    place = Evidence(PageId("p-0001"), Box(10, 20, 300, 40).polygon())
    one = entry(noted("Đã cấp bản sao", evidence=place), texts=BIRTH | {"ghiChu": "Đã cấp bản  sao"}, evidence=place)
    assert len(printed(one)["Ghi chú:"]) == 1


def test_no_copy_is_issued_from_a_cancelled_entry(office: Office) -> None:
    drafted = office.register.draft(
        [draft_entry("KS-1111111111", RegisterKind.BIRTH, {"so": "1"}, (Note("n1", "", None),))]
    )
    now = office.register.decide(drafted[0].id, "so", Presence.WRITTEN, "1", "1", DECISION, 1)
    void = Amendment(AmendmentKind.CANCELLATION, NOTED, Basis("Quyết định", "7/QĐ-UBND"))
    now = office.register.read_note(now.id, "n1", "Hủy theo QĐ số 7", DECISION, now.version, [void])
    done = office.register.verify(now.id, "x", NOON, now.version).entry
    with pytest.raises(WrongUse) as refused:
        office.draft(done)
    assert refused.value.code == "EXTRACT_ENTRY_CANCELLED"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": AmendmentKind.CHANGE, "column": "", "text": "x"},
        {"kind": AmendmentKind.CHANGE, "column": "so", "old": "1", "text": "1"},
        {"kind": AmendmentKind.DIVORCE, "column": "so"},
        {"kind": AmendmentKind.CANCELLATION, "text": "x"},
    ],
)
def test_an_amendment_says_one_thing(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="change"):
        Amendment(noted_on=None, **wrong)  # type: ignore[arg-type]

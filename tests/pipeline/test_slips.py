"""Loose slips: which entry one names, what is tied by itself, what waits for a person, and what a person says of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import MakeReaders
from pipeline.slips import Slips, named_in
from records.books import PointKind, Stated
from records.codes import EntryState, PageStatus, Presence, RegisterKind
from records.errors import NotFound, WrongUse
from records.numbers import EntryNumber
from records.readings import Decision
from records.slips import NamedEntry
from samples import make_book
from tests.pipeline.conftest import Desk
from tests.pipeline.stubs import real_readers
from tests.pipeline.test_leaves import NOW
from tests.register.shelving import drawn, hand_in, loose
from wiring.bookkeeping import Bookkeeping

SAID = "Đề nghị ghi chú vào trường hợp số 2/2017, họ và tên Nguyễn Thị Lan"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            "Ghi vào sổ đăng ký khai sinh số 45, quyển số 01/1998, năm 1998 của bà X",
            NamedEntry(EntryNumber(45), None, "01/1998", RegisterKind.BIRTH),
        ),
        ("Sổ đăng ký kết hôn số 07/2003", NamedEntry(EntryNumber(7), 2003, "", RegisterKind.MARRIAGE)),
        ("trường hợp số 15b năm 1975, nay là", NamedEntry(EntryNumber(15, "b"), 1975)),
        ("Số đăng ký: 203. Nội dung: bổ sung", NamedEntry(EntryNumber(203))),
        ("MỤC SÓ 12/1999", NamedEntry(EntryNumber(12), 1999)),  # marks are misread often
        ("Khai tử số 3. Trường hợp số 3/2001", NamedEntry(EntryNumber(3), 2001, "", RegisterKind.DEATH)),
        ("Quyết định số 12/QĐ-UBND ngày 3/4/2001", None),
        ("cải chính hộ tịch theo Quyết định số 12/QĐ-UBND", None),
        ("Đăng ký khai sinh quyển số 01/1998", None),
        ("Trường hợp số 4 và trường hợp số 5", None),
        ("Hóa đơn số 45", None),
        ("Đã đăng ký khai sinh tại sổ 3 năm 1998", None),
        ("đăng ký kết hôn. Bản án số 12/2010/HNGĐ-ST", None),
        ("TRÍCH LỤC KHAI SINH (BẢN SAO) Số: 77/TLKS-BS", None),
        ("Trích lục khai tử số 12/TLKT-BS", None),
        ("đăng ký khai sinh tại nhà số 12", None),
        ("đăng ký thường trú số 15/2001", None),
        ("Quyết định cải chính hộ tịch số 12/2003/QĐ-UB", None),
        ("danh mục số 2", None),
        ("trường hợp số 2/2017 và mục số 2/1998", None),
        ("Ghi vào sổ kết hôn số 45/KH-1998", NamedEntry(EntryNumber(45), None, "", RegisterKind.MARRIAGE)),
        ("", None),
    ],
)
def test_a_slip_names_its_entry_and_no_paper_is_taken_for_one(text: str, named: NamedEntry | None) -> None:
    assert named_in(text) == named


@pytest.fixture
def slips(desk: Desk) -> Slips:
    hand_in(desk.register, desk.archive, "d1", ["1", "2", "3", None])
    return Slips(desk.register)


def test_a_slip_becomes_an_unread_note_of_the_entry_it_names(desk: Desk, slips: Slips) -> None:
    page = loose(desk.register, "d1", 4, SAID)
    assert slips.settle("d1") == ["d1"]
    (entry,) = [e for e in desk.register.entries(delivery="d1") if e.notes]
    (note,) = entry.notes
    assert (entry.value("so"), note.read_by, entry.open_questions()[-1]) == ("2", None, f"note:{note.id}")
    assert note.evidence is not None and note.evidence.page == page.page.id
    assert note.evidence.polygon.box().h == 0.5 * page.page.height
    told = Bookkeeping(desk.register).account("d1").report
    (point,) = told.of(PointKind.SLIP)
    assert (point.why.code, point.places[0].entry, told.of(PointKind.NO_ENTRY)) == ("PAGE_SLIP_TIED", entry.id, ())
    assert slips.settle("d1") == []
    assert desk.register.entry(entry.id) == entry


@pytest.mark.parametrize(
    ("said", "size", "code"),
    [
        ("Giấy báo, không ghi số", 0.5, "PAGE_SLIP"),
        ("Ghi vào trường hợp số 9/2017", 0.5, "PAGE_SLIP"),  # the book has no such entry
        ("Ghi vào trường hợp số 2/1998", 0.5, "PAGE_SLIP"),  # nor one of that year
        ("Ghi vào sổ kết hôn số 2/2017", 0.5, "PAGE_SLIP"),  # nor of that register
        (SAID, 1.0, "EDITION_UNKNOWN"),  # a page of another form is no slip
    ],
)
def test_what_names_no_one_entry_waits(desk: Desk, slips: Slips, said: str, size: float, code: str) -> None:
    loose(desk.register, "d1", 4, said, size=size)
    assert slips.settle("d1") == []
    assert not any(entry.notes for entry in desk.register.entries())
    report = Bookkeeping(desk.register).account("d1").report
    (point,) = report.of(PointKind.NO_ENTRY)
    assert (point.why.code, point.open, report.of(PointKind.SLIP)) == (code, True, ())


def test_a_number_that_two_entries_have_is_left_to_a_person(desk: Desk) -> None:
    hand_in(desk.register, desk.archive, "d1", ["1", "2", "2", None])
    loose(desk.register, "d1", 4, SAID)
    slips = Slips(desk.register)
    assert slips.settle("d1") == []
    with pytest.raises(WrongUse) as caught:
        slips.tie(["d1"], "d1", "d1-04.png", "2", by="lan")
    assert (caught.value.code, caught.value.facts["count"]) == ("SLIP_NO_SUCH_ENTRY", 2)
    entry = desk.register.entries(delivery="d1")[-1]
    assert slips.tie(["d1"], "d1", "d1-04.png", entry.id, by="lan").id == entry.id


def test_no_machine_takes_a_verified_entry_back(desk: Desk, slips: Slips) -> None:
    (entry,) = [e for e in desk.register.entries(delivery="d1") if e.value("so") == "2"]
    for field in entry.fields:
        entry = desk.register.decide(
            entry.id, field.column, Presence.WRITTEN, field.text, field.value, Decision("lan", NOW), entry.version
        )
    desk.register.verify(entry.id, "minh", NOW, entry.version)
    loose(desk.register, "d1", 4, SAID)
    assert slips.settle("d1") == []
    assert desk.register.entry(entry.id).state is EntryState.VERIFIED
    (point,) = Bookkeeping(desk.register).account("d1").report.of(PointKind.NO_ENTRY)
    assert "2/2017" in point.why.message().vi
    tied = slips.tie(["d1"], "d1", "d1-04.png", "2", by="minh")
    assert (tied.id, tied.state) == (entry.id, EntryState.DRAFT)


def test_what_a_person_says_of_a_slip_stands(desk: Desk, slips: Slips) -> None:
    page = loose(desk.register, "d1", 4, SAID)
    slips.settle("d1")
    (wrong,) = [e for e in desk.register.entries() if e.notes]
    right = slips.tie(["d1"], "d1", page.file, "3", by="lan")
    assert (right.value("so"), len(right.notes), desk.register.entry(wrong.id).notes) == ("3", 1, ())
    desk.register.settle_page(page)  # read anew: it waits again
    assert slips.settle("d1") == []
    assert len(desk.register.entry(right.id).notes) == 1
    assert desk.register.delivered_pages("d1", seq=4)[0].status is PageStatus.DONE
    slips.untie(["d1"], "d1", page.file, by="lan")
    assert desk.register.entry(right.id).notes == ()
    assert slips.settle("d1") == []
    assert not any(entry.notes for entry in desk.register.entries())
    with pytest.raises(WrongUse):
        slips.untie(["d1"], "d1", page.file, by="lan")
    with pytest.raises(NotFound):
        slips.tie(["d1"], "d1", page.file, "KS-none", by="lan")
    with pytest.raises(WrongUse):
        slips.tie(["d1"], "d1", "d1-01.png", "3", by="lan")  # a page with an entry is no slip


def test_a_tie_that_is_refused_leaves_the_slip_where_it_is(desk: Desk, slips: Slips) -> None:
    page = loose(desk.register, "d1", 4, SAID)
    slips.settle("d1")
    (tied,) = [e for e in desk.register.entries() if e.notes]
    other = next(e for e in desk.register.entries() if e.id != tied.id)
    desk.register.withdraw(other.id, "lan", "trùng", other.version)
    with pytest.raises(WrongUse):
        slips.tie(["d1"], "d1", page.file, other.id, by="lan")
    assert desk.register.entry(tied.id).notes == tied.notes


def test_a_slip_is_of_its_own_book_and_named_without_doubt(desk: Desk, slips: Slips) -> None:
    hand_in(desk.register, desk.archive, "d2", ["2", None], label="sổ khác")
    foreign = desk.register.entries(delivery="d2")[0]
    page = loose(desk.register, "d1", 4, SAID)
    with pytest.raises(WrongUse) as caught:
        slips.tie(["d1"], "d1", page.file, foreign.id, by="lan")
    assert caught.value.code == "SLIP_NO_SUCH_ENTRY"
    other = replace(page, delivery="d2", seq=3, page=drawn(desk.archive, "other"))  # of the same name
    desk.register.open_delivery(desk.register.delivery("d2"), [other])
    with pytest.raises(WrongUse) as caught:
        slips.tie(["d1", "d2"], "d1", page.file, "3", by="lan")
    assert caught.value.code == "SLIP_NAME_AMBIGUOUS"
    assert slips.tie(["d1", "d2"], "d1", page.page.id, "3", by="lan").value("so") == "3"


def test_a_full_page_that_a_person_tied_stays_tied_when_it_is_read_anew(desk: Desk, slips: Slips) -> None:
    page = loose(desk.register, "d1", 4, "không ghi số", size=1.0)
    slips.tie(["d1"], "d1", page.file, "3", by="lan")
    desk.register.settle_page(page)
    assert slips.settle("d1") == []
    (point,) = Bookkeeping(desk.register).account("d1").report.of(PointKind.SLIP)
    assert point.why.facts["number"] == "3"


def test_a_slip_whose_entry_is_withdrawn_waits_again(desk: Desk, slips: Slips) -> None:
    loose(desk.register, "d1", 4, SAID)
    slips.settle("d1")
    (entry,) = [e for e in desk.register.entries() if e.notes]
    desk.register.withdraw(entry.id, "lan", "trùng", entry.version)
    found = Bookkeeping(desk.register).account("d1").report.of(PointKind.NO_ENTRY)
    assert [point.open for point in found if point.why.code == "PAGE_SLIP_LEFT"] == [True]
    assert slips.tie(["d1"], "d1", "d1-04.png", "3", by="lan").value("so") == "3"


def test_a_slip_waits_for_pages_that_are_not_read_and_a_closed_book_is_left(desk: Desk, slips: Slips) -> None:
    loose(desk.register, "d1", 4, SAID)
    (first,) = desk.register.delivered_pages("d1", seq=1)
    desk.register.settle_page(replace(first, status=PageStatus.RECEIVED))
    assert slips.settle("d1") == []
    desk.register.settle_page(first)
    books = Bookkeeping(desk.register)
    books.explain("d1", "d1-04.png", "tờ rời, lưu riêng", by="luu")
    books.expect("d1", Stated(1, 3), by="luu")
    books.close("d1", by="luu")
    assert slips.settle("d1") == []
    with pytest.raises(WrongUse) as caught:
        books.parts_to_change("d1", by="luu")
    assert caught.value.code == "BOOK_CLOSED"


@pytest.mark.slow
def test_slips_of_a_sample_book_are_found_beside_the_entries_they_name(
    open_desk: Callable[[MakeReaders], Desk], tmp_path: Path
) -> None:
    desk = open_desk(real_readers)
    made = make_book(tmp_path / "book", edition_id="death-2006", cases=3, slips=2, seed=6, formats=("jpeg",))
    report = desk.take(made.folder)
    assert report.entries == 3
    assert desk.digitiser.settle_book(report.delivery) == [report.delivery]
    slips = Bookkeeping(desk.register).account(report.delivery).report.of(PointKind.SLIP)
    named = {point.why.facts["entry"] for point in slips}
    assert len(slips) == 2 and named == {e.id for e in desk.register.entries() if e.notes}
    for point in slips:  # each lies behind the page of its entry
        (slip,) = [p for p in desk.register.delivered_pages(report.delivery) if p.file == point.places[0].file]
        (before,) = desk.register.delivered_pages(report.delivery, seq=slip.seq - 1)
        assert desk.register.entry(point.why.facts["entry"]).pages == (before.page.id,)

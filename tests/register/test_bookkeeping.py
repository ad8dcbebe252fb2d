import datetime as dt
from dataclasses import replace

import pytest

from records.books import Explanation, PointKind, Standing, Stated, Tally
from records.codes import DeliveryKind, Presence, RegisterKind
from records.entries import Book
from records.errors import NotFound, WrongUse
from register import SqlRegister
from tests.register.making import AT, LATER, by, decided, delivery, entry, field

BOOK = Book("so-1987", "UBND phường Bạch Mai", RegisterKind.BIRTH, 1987, "01")
SAID = Explanation(PointKind.GAP, "3-4", (), "Trang rách mất trước khi quét", "luu", AT)


@pytest.fixture
def shelf(register: SqlRegister) -> SqlRegister:
    """A ledger with one book, and two deliveries that are books of their own."""
    register.add_book(BOOK)
    for name in ("d1", "d2"):
        register.open_delivery(delivery(name), [])
    return register


def told(register: SqlRegister) -> list[tuple[str, str]]:
    return [(e.event.event_type, e.event.agent) for e in register.events(BOOK.id)]


def test_what_the_cover_says_can_be_put_right(shelf: SqlRegister) -> None:
    better = replace(BOOK, year=1988, number="02")
    assert shelf.revise_book(better, agent="luu") == better == shelf.book(BOOK.id)
    shelf.revise_book(better, agent="luu")
    assert told(shelf) == [("book entered", "khongcho"), ("book revised", "luu")]
    with pytest.raises(NotFound):
        shelf.revise_book(replace(BOOK, id="nothing"))


def test_deliveries_become_part_of_a_book_and_are_told_once(shelf: SqlRegister) -> None:
    assert shelf.delivery("d1").book is None
    assert shelf.bind_delivery("d1", BOOK.id, agent="luu").book == BOOK.id
    shelf.bind_delivery("d1", BOOK.id, agent="luu")
    assert shelf.delivery("d1").book == BOOK.id
    assert told(shelf)[1:] == [("delivery bound", "luu")]
    with pytest.raises(NotFound):
        shelf.bind_delivery("d1", "nothing")
    with pytest.raises(NotFound):
        shelf.bind_delivery("nothing", BOOK.id)
    shelf.open_delivery(replace(delivery("d3"), kind=DeliveryKind.DOSSIER), [])
    with pytest.raises(WrongUse):
        shelf.bind_delivery("d3", BOOK.id)


def test_a_delivery_may_come_with_its_book(shelf: SqlRegister) -> None:
    shelf.open_delivery(replace(delivery("d9"), book=BOOK.id), [])
    assert shelf.delivery("d9").book == BOOK.id


def test_what_is_expected_is_kept_with_who_said_it(shelf: SqlRegister) -> None:
    assert shelf.standing(BOOK.id) == Standing()
    stated = Stated(first=1, events=120, pages=60)
    assert shelf.expect(BOOK.id, stated, agent="luu") == Standing(stated)
    assert shelf.standing(BOOK.id) == Standing(stated)
    (event,) = shelf.events(BOOK.id)[1:]
    assert (event.event.event_type, event.event.agent) == ("book expected", "luu")
    assert event.event.detail["events"] == "120"
    for wrong in (Stated(first=5, last=4), Stated(last=0), Stated(events=-1)):
        with pytest.raises(WrongUse) as caught:
            shelf.expect(BOOK.id, wrong)
        assert caught.value.code == "BOOK_RANGE_WRONG"


def test_explanations_are_kept_in_order_and_in_the_chain(shelf: SqlRegister) -> None:
    page = Explanation(PointKind.NO_ENTRY, "", ("p-0003",), "Trang gạch chéo", "dao", LATER)
    shelf.explain(BOOK.id, [SAID])
    shelf.explain(BOOK.id, [page, replace(SAID, numbers="3")])
    assert shelf.explanations(BOOK.id) == [SAID, page, replace(SAID, numbers="3")]
    assert told(shelf)[1:] == [("book explained", "luu"), ("book explained", "dao"), ("book explained", "luu")]
    assert shelf.events(BOOK.id)[1].event.detail["reason"] == SAID.reason
    with pytest.raises(WrongUse) as caught:
        shelf.explain(BOOK.id, [replace(SAID, reason="  ")])
    assert caught.value.code == "BOOK_REASON_MISSING"
    assert shelf.verify_chain().whole


def test_a_closed_book_changes_only_after_it_was_opened_again(shelf: SqlRegister) -> None:
    shelf.bind_delivery("d1", BOOK.id)
    closed = shelf.close_book(BOOK.id, LATER, agent="luu")
    assert (closed.closed, closed.closed_by, closed.closed_at) == (True, "luu", LATER)
    assert shelf.close_book(BOOK.id, LATER + dt.timedelta(days=1), agent="dao") == closed
    shelf.add_book(replace(BOOK, id="other"))
    for change in (
        lambda: shelf.expect(BOOK.id, Stated(last=9)),
        lambda: shelf.explain(BOOK.id, [SAID]),
        lambda: shelf.revise_book(replace(BOOK, year=1990)),
        lambda: shelf.bind_delivery("d2", BOOK.id),
        lambda: shelf.bind_delivery("d1", "other"),
    ):
        with pytest.raises(WrongUse) as caught:
            change()
        assert caught.value.code == "BOOK_CLOSED"
    assert shelf.closed_books() == {BOOK.id}
    assert not shelf.reopen_book(BOOK.id, agent="dao").closed
    assert shelf.closed_books() == frozenset()
    shelf.reopen_book(BOOK.id, agent="dao")
    assert told(shelf)[-2:] == [("book closed", "luu"), ("book reopened", "dao")]
    assert shelf.expect(BOOK.id, Stated(last=9)).stated.last == 9


def test_unknown_books_have_no_standing(shelf: SqlRegister) -> None:
    for ask in (
        lambda: shelf.standing("nothing"),
        lambda: shelf.expect("nothing", Stated()),
        lambda: shelf.explain("nothing", [SAID]),
        lambda: shelf.close_book("nothing", LATER),
        lambda: shelf.reopen_book("nothing"),
    ):
        with pytest.raises(NotFound):
            ask()


def test_claims_tell_what_was_read_and_what_a_person_said(shelf: SqlRegister) -> None:
    first = entry("KS-1", so="5", quyenSo="01", nksHoTen="Lan", delivery="d1")
    blank = entry("KS-2", fields=[field("so", "6")], delivery="d1")
    blank = replace(blank, fields=(*blank.fields, replace(field("nksHoTen", None), presence=Presence.BLANK)))
    shelf.draft([first, blank, entry("KS-3", so=None, delivery="d1"), entry("KS-4", so="8", delivery="d2")])
    shelf.decide("KS-1", "so", Presence.WRITTEN, "07", "7", by(), 1)
    one, two, three = shelf.claims(["d1"])
    assert (one.entry, one.text, one.value, one.decided, one.blank) == ("KS-1", "07", "7", True, False)
    assert (one.alternatives, one.book_number, one.book_decided, one.at) == (("5?",), "01", False, (10.5, 20.0))
    assert (two.value, two.decided, two.blank) == ("6", False, True)
    assert (three.presence, three.value, three.alternatives) == (Presence.NOT_READ, "", ())
    assert [c.entry for c in shelf.claims(["d1", "d2"])] == ["KS-1", "KS-2", "KS-3", "KS-4"]
    shelf.withdraw("KS-4", "minh", "nhầm", 1)
    assert shelf.claims(["d2"]) == shelf.claims([]) == []


def test_tallies_are_counted_by_book_kind_and_year(shelf: SqlRegister) -> None:
    shelf.bind_delivery("d1", BOOK.id)
    shelf.draft(
        [
            entry("KS-1", so="1", ngayDangKy="1987-03-01", delivery="d1"),
            entry("KS-2", so="2", ngayDangKy="1988-01-05", delivery="d1"),
            entry("KS-3", so="3", ngayDangKy="1937-03-02", delivery="d1"),  # no year of this book: misread
            entry("KS-4", so="4", delivery="d1"),
            entry("KT-1", so="1", ngayDangKy="1990", kind=RegisterKind.DEATH, delivery="d2"),
            entry("KS-9", so="9"),
        ]
    )
    gone = shelf.draft([entry("KS-5", so="5", delivery="d1")])[0]
    shelf.withdraw(gone.id, "minh", "nhầm", gone.version)
    drafted = decided(shelf, shelf.entry("KS-1"))
    shelf.verify("KS-1", "minh", LATER, drafted.version)
    shelf.close_book(BOOK.id, LATER)
    birth = RegisterKind.BIRTH
    assert shelf.tallies() == [
        Tally("", "", birth, 0, 1, 0),
        Tally("d2", "", RegisterKind.DEATH, 1990, 1, 0),
        Tally(BOOK.id, BOOK.authority, birth, 1987, 3, 1),
        Tally(BOOK.id, BOOK.authority, birth, 1988, 1, 0),
    ]

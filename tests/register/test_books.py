import pytest

from records.codes import RegisterKind
from records.entries import Book, PhysicalCopy
from records.errors import Conflict, NotFound
from register import SqlRegister

BOOK = Book("HBT-KS-1987-01", "HBT", RegisterKind.BIRTH, 1987, "01", "02/01/1987", "30/12/1987")


def test_a_book_is_entered_once(register: SqlRegister) -> None:
    assert register.add_book(BOOK) == BOOK
    assert register.add_book(BOOK) == BOOK
    assert register.book(BOOK.id) == BOOK
    assert register.books() == [BOOK]
    assert [e.event.event_type for e in register.events(BOOK.id)] == ["book entered"]


def test_another_book_under_the_same_id_is_refused(register: SqlRegister) -> None:
    register.add_book(BOOK)
    with pytest.raises(Conflict, match=BOOK.id):
        register.add_book(Book(BOOK.id, "HBT", RegisterKind.DEATH, 1987, "01"))
    assert register.book(BOOK.id) == BOOK


def test_copies_of_a_book_move(register: SqlRegister) -> None:
    register.add_book(BOOK)
    ward = PhysicalCopy("c1", BOOK.id, "UBND phường", "A-3", "gáy rách")
    justice = PhysicalCopy("c2", BOOK.id, "Sở Tư pháp")
    register.add_copy(ward)
    register.add_copy(justice, agent="hoa")
    moved = register.add_copy(PhysicalCopy("c1", BOOK.id, "UBND phường", "B-1", "gáy rách"), agent="hoa")
    assert register.copies(BOOK.id) == [moved, justice]
    assert [(e.event.event_type, e.event.agent) for e in register.events("c1")] == [
        ("copy entered", "khongcho"),
        ("copy moved", "hoa"),
    ]


def test_a_copy_belongs_to_its_book(register: SqlRegister) -> None:
    register.add_book(BOOK)
    register.add_book(Book("other", "HBT", RegisterKind.BIRTH, 1988, "01"))
    register.add_copy(PhysicalCopy("c1", BOOK.id, "UBND phường"))
    with pytest.raises(Conflict):
        register.add_copy(PhysicalCopy("c1", "other", "UBND phường"))
    with pytest.raises(NotFound):
        register.add_copy(PhysicalCopy("c9", "nobody's", "UBND phường"))


def test_unknown_books(register: SqlRegister) -> None:
    with pytest.raises(NotFound) as caught:
        register.book("nothing")
    assert caught.value.code == "BOOK_UNKNOWN"
    with pytest.raises(NotFound):
        register.copies("nothing")

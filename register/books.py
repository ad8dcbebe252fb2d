"""Books and their bound copies."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, insert, select, update

from records.entries import Book, PhysicalCopy
from records.errors import Conflict, NotFound
from records.provenance import PROGRAMME, ProvenanceEvent
from register.audit import chain
from register.mapping import book_of, copy_of
from register.part import Part
from register.schema import books, physical_copies
from register.tidy import fingerprint, now, tidy


class Books(Part):
    """The part of the ledger that knows which books there are, and who holds them."""

    def add_book(self, book: Book, *, agent: str = PROGRAMME) -> Book:
        """Enter a book; the same again changes nothing, another one under its id raises Conflict."""
        book = tidy(book)
        with self.database.write() as connection:
            row = connection.execute(select(books).where(books.c.id == book.id)).one_or_none()
            if row is None:
                connection.execute(insert(books).values(**asdict(book)))
                tell(connection, "book entered", book.id, agent, book)
            elif book_of(row) != book:
                raise Conflict("BOOK_DIFFERS", book=book.id)
        return book

    def book(self, book_id: str) -> Book:
        """Return a book. Raises NotFound."""
        with self.database.read() as connection:
            return known_book(connection, book_id)

    def books(self) -> Sequence[Book]:
        """Return all books, by kind, year, number and id."""
        order = (books.c.kind, books.c.year, books.c.number, books.c.id)
        with self.database.read() as connection:
            return [book_of(row) for row in connection.execute(select(books).order_by(*order))]

    def add_copy(self, copy: PhysicalCopy, *, agent: str = PROGRAMME) -> PhysicalCopy:
        """Enter a bound copy, or where it now stands. Raises NotFound (book), Conflict (copy of another book)."""
        copy = tidy(copy)
        with self.database.write() as connection:
            known_book(connection, copy.book)
            here = physical_copies.c.id == copy.id
            row = connection.execute(select(physical_copies).where(here)).one_or_none()
            if row is None:
                connection.execute(insert(physical_copies).values(**asdict(copy)))
                tell(connection, "copy entered", copy.id, agent, copy)
            elif row.book != copy.book:
                raise Conflict("COPY_ELSEWHERE", copy=copy.id, book=row.book)
            elif copy_of(row) != copy:
                connection.execute(update(physical_copies).where(here).values(**asdict(copy)))
                tell(connection, "copy moved", copy.id, agent, copy)
        return copy

    def copies(self, book_id: str) -> Sequence[PhysicalCopy]:
        """Return the bound copies of a book. Raises NotFound."""
        wanted = select(physical_copies).where(physical_copies.c.book == book_id).order_by(physical_copies.c.id)
        with self.database.read() as connection:
            known_book(connection, book_id)
            return [copy_of(row) for row in connection.execute(wanted)]


def known_book(connection: Connection, book_id: str) -> Book:
    """Return a book. Raises NotFound."""
    row = connection.execute(select(books).where(books.c.id == book_id)).one_or_none()
    if row is None:
        raise NotFound("BOOK_UNKNOWN", book=book_id)
    return book_of(row)


def tell(connection: Connection, what: str, object_id: str, agent: str, record: object, **detail: str) -> None:
    """Add to the chain what was done; *record* is what now stands, told by its fingerprint."""
    told = {**detail, "content": fingerprint(record)}
    chain(connection, [ProvenanceEvent(what, object_id, agent, now(), told)])

"""Books as wholes: which deliveries make them up, what their entries claim, what people expect, explain and close."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from records.books import Explanation, NumberClaim, PointKind, Standing, Stated, Tally
from records.codes import DeliveryKind, EntryState, Presence, RegisterKind
from records.entries import NUMBER, Book
from records.errors import WrongUse
from records.numbers import Span, read_number
from records.pages import Delivery, PageId
from records.provenance import PROGRAMME
from register.books import known_book, tell
from register.deliveries import known_delivery
from register.loading import batches
from register.mapping import AnyRow, explanation_of, explanation_values, standing_of, standing_values
from register.part import Part
from register.saving import CLAIM_COLUMNS
from register.schema import (
    book_explanations,
    book_standings,
    books,
    deliveries,
    entries,
    entry_versions,
    field_versions,
    readings,
)
from register.tidy import tidy

_TOLD = (*CLAIM_COLUMNS, "noiDangKy")
OF_THE_BOOK = (*_TOLD, "trangSo")
"""Columns that say where an entry stands, and nothing of anybody."""


class Bookkeeping(Part):
    """The part of the ledger that knows a book as a whole."""

    def revise_book(self, book: Book, *, agent: str = PROGRAMME) -> Book:
        """Change what is known of a book from its cover. Raises NotFound, WrongUse (closed)."""
        book = tidy(book)
        with self.database.write() as connection:
            _open(connection, book.id)
            if known_book(connection, book.id) != book:
                values = {"authority": book.authority, "kind": book.kind, "year": book.year, "number": book.number}
                values |= {"opened": book.opened, "closed": book.closed}
                connection.execute(update(books).where(books.c.id == book.id).values(**values))
                tell(connection, "book revised", book.id, agent, book)
        return book

    def bind_delivery(self, delivery_id: str, book_id: str, *, agent: str = PROGRAMME) -> Delivery:
        """Make a delivery part of a book. Raises NotFound, WrongUse (closed, a delivery of dossiers)."""
        with self.database.write() as connection:
            delivery = known_delivery(connection, delivery_id)
            known_book(connection, book_id)
            if delivery.kind is not DeliveryKind.BOOK:
                raise WrongUse("BOOK_OF_DOSSIERS", delivery=delivery_id)
            if (delivery.book or delivery.id) == book_id:
                return delivery
            for book in (book_id, delivery.book or delivery.id):
                standing_in(connection, book).refuse_closed(book)
            connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(book=book_id))
            bound = replace(delivery, book=book_id)
            tell(connection, "delivery bound", book_id, agent, bound, delivery=delivery_id)
            return bound

    def standing(self, book_id: str) -> Standing:
        """Return what is expected of a book, and whether it is closed. Raises NotFound."""
        with self.database.read() as connection:
            known_book(connection, book_id)
            return standing_in(connection, book_id)

    def expect(self, book_id: str, stated: Stated, *, agent: str = PROGRAMME) -> Standing:
        """Keep what a person says the book holds. Raises NotFound, WrongUse (no such range, closed)."""
        first, last = stated.first or 1, stated.last
        said = (stated.first, stated.last, stated.events, stated.pages)
        if (last is not None and last < first) or any(n is not None and n < 1 for n in said):
            raise WrongUse("BOOK_RANGE_WRONG", book=book_id, first=first, last=last if last is not None else "–")
        with self.database.write() as connection:
            old = _open(connection, book_id)
            return _stand(connection, book_id, old, replace(old, stated=stated), "book expected", agent)

    def explain(self, book_id: str, said: Sequence[Explanation]) -> None:
        """Keep explanations, after all earlier ones. Raises NotFound, WrongUse (no reason, closed)."""
        said = [tidy(one) for one in said]
        if not all(one.reason.strip() for one in said):
            raise WrongUse("BOOK_REASON_MISSING", book=book_id)
        c = book_explanations.c
        with self.database.write() as connection:
            _open(connection, book_id)
            last = connection.execute(select(func.max(c.ordinal)).where(c.book == book_id)).scalar() or 0
            for ordinal, one in enumerate(said, start=last + 1):
                row = {"book": book_id, "ordinal": ordinal, **explanation_values(one)}
                connection.execute(insert(book_explanations).values(**row))
                what = {"kind": one.kind.value, "numbers": one.numbers, "pages": " ".join(one.pages)}
                tell(connection, "book explained", book_id, one.by, one, **what, reason=one.reason)

    def explanations(self, book_id: str) -> Sequence[Explanation]:
        """Return all explanations of a book, oldest first."""
        c = book_explanations.c
        with self.database.read() as connection:
            rows = connection.execute(select(book_explanations).where(c.book == book_id).order_by(c.ordinal))
            return [explanation_of(row) for row in rows]

    def close_book(self, book_id: str, at: dt.datetime, *, agent: str = PROGRAMME) -> Standing:
        """Close a book; closed again, it stays as it is. Raises NotFound."""
        agent, at = tidy(agent), tidy(at)
        with self.database.write() as connection:
            known_book(connection, book_id)
            old = standing_in(connection, book_id)
            if old.closed:
                return old
            return _stand(connection, book_id, old, replace(old, closed_by=agent, closed_at=at), "book closed", agent)

    def reopen_book(self, book_id: str, *, agent: str = PROGRAMME) -> Standing:
        """Open a closed book again; an open one stays as it is. Raises NotFound."""
        with self.database.write() as connection:
            known_book(connection, book_id)
            old = standing_in(connection, book_id)
            new = replace(old, closed_by="", closed_at=None)
            return _stand(connection, book_id, old, new, "book reopened", agent)

    def closed_books(self) -> frozenset[str]:
        """Return the ids of all closed books."""
        closed = select(book_standings.c.book).where(book_standings.c.closed_at.is_not(None))
        with self.database.read() as connection:
            return frozenset(connection.execute(closed).scalars())

    def claims(self, deliveries: Sequence[str]) -> Sequence[NumberClaim]:
        """Return what the entries of these deliveries say of their numbers, by ascending entry."""
        c, v = entries.c, entry_versions.c
        current = select(c.id, c.kind, v.pages).join(entry_versions, (v.entry == c.id) & (v.version == c.version))
        wanted: Select[Any] = current.where(c.delivery.in_(deliveries), c.state != EntryState.WITHDRAWN).order_by(c.id)
        with self.database.read() as connection:
            heads: Sequence[AnyRow] = connection.execute(wanted).all()
            return [claim for some in batches(heads, 500) for claim in _claims(connection, some)]

    def tallies(self) -> Sequence[Tally]:
        """Return entries by book, kind and year: that of registration, where it is the cover's year or the next.

        Without a cover's year any year counts, and an entry whose date was not read goes with most of its book. An
        entry of no delivery stands under no book. What a person explained to be of another book is not counted: it is
        counted where it belongs.
        """
        e, d = entries.c, deliveries.c
        book = func.coalesce(d.book, d.id, "")
        year = func.substr(e.registered_on, 1, 4)
        wanted: Select[Any] = (
            select(book.label("book"), d.authority, e.kind, year.label("year"), e.state, func.count().label("n"))
            .select_from(entries.outerjoin(deliveries, d.id == e.delivery))
            .where(e.state != EntryState.WITHDRAWN)
            .group_by(book, d.authority, e.kind, year, e.state)
        )
        with self.database.read() as connection:
            if strangers := _strangers(connection):
                wanted = wanted.where(e.id.not_in(sorted(strangers)))
            covers = {row.id: row for row in connection.execute(select(books))}
            rows: Sequence[AnyRow] = connection.execute(wanted).all()
        most = _most_years(rows)
        counted: defaultdict[tuple[str, str, str, int], list[int]] = defaultdict(lambda: [0, 0])
        for row in rows:
            cover = covers.get(row.book)
            authority = (cover.authority if cover else "") or row.authority or ""
            stated = cover.year if cover else 0
            year_of = _year(row.year) if not stated or _year(row.year) in {stated, stated + 1} else stated
            key = (row.book, authority, row.kind, year_of or most.get(row.book, 0))
            counted[key][0] += row.n
            counted[key][1] += row.n if row.state == EntryState.VERIFIED else 0
        return [
            Tally(book, authority, RegisterKind(kind), year, n, verified)
            for (book, authority, kind, year), (n, verified) in sorted(counted.items())
        ]


def _strangers(connection: Connection) -> set[str]:
    """Return the entries that are explained to be of another book, by their page and number.

    Where a person changed since what tells an entry's book, the explanation speaks of what it was before.
    """
    x = book_explanations.c
    told = select(x.book, x.numbers, x.pages, x.explained_at).where(x.kind == PointKind.STRANGER, x.numbers != "")
    said = {
        (row.book, page, span.first): row.explained_at
        for row in connection.execute(told.order_by(x.book, x.ordinal))
        if (span := Span.parse(row.numbers)) is not None
        for page in row.pages
    }
    explained: dict[str, dt.datetime] = {}
    for some in batches(sorted({book for book, _, _ in said}), 500):
        for row in connection.execute(_entries_of(some)):
            number = read_number(row.entry_number)
            at = [said.get((row.book, page, number[0])) for page in row.pages] if number else []
            if one := next(filter(None, at), None):
                explained[row.id] = one
    for ids in batches(sorted(explained), 500):
        f = field_versions.c
        changed = select(f.entry, f.decided_at).where(
            f.entry.in_(ids), f.column_name.in_(_TOLD), f.decided_at.is_not(None)
        )
        for row in connection.execute(changed).all():
            if row.entry in explained and row.decided_at > explained[row.entry]:
                del explained[row.entry]
    return set(explained)


def _entries_of(book_ids: Sequence[str]) -> Select[Any]:
    """Return what selects the entries of books with their numbers and pages."""
    e, v, d = entries.c, entry_versions.c, deliveries.c
    book = func.coalesce(d.book, d.id)
    joined = entries.join(entry_versions, (v.entry == e.id) & (v.version == e.version))
    joined = joined.join(deliveries, d.id == e.delivery)
    return select(e.id, e.entry_number, v.pages, book.label("book")).select_from(joined).where(book.in_(book_ids))


def _year(registered: str) -> int:
    """Return the year of a date of registration, 0 where it tells none."""
    year = int(registered) if registered.isdecimal() and len(registered) == 4 else 0
    return year if 1900 <= year <= 2100 else 0


def _most_years(rows: Sequence[AnyRow]) -> dict[str, int]:
    """Return the year of most entries of each book, for those whose date was not read."""
    counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        if row.book and (year := _year(row.year)):
            counts[row.book][year] += row.n
    return {book: years.most_common(1)[0][0] for book, years in counts.items()}


def standing_in(connection: Connection, book_id: str) -> Standing:
    """Return what is expected of a book, and whether it is closed."""
    found = select(book_standings).where(book_standings.c.book == book_id)
    row = connection.execute(found).one_or_none()
    return standing_of(row) if row is not None else Standing()


def _open(connection: Connection, book_id: str) -> Standing:
    known_book(connection, book_id)
    standing = standing_in(connection, book_id)
    standing.refuse_closed(book_id)
    return standing


def _stand(connection: Connection, book_id: str, old: Standing, new: Standing, what: str, agent: str) -> Standing:
    if new == old:
        return old
    there = select(book_standings.c.book).where(book_standings.c.book == book_id)
    if connection.execute(there).first() is None:
        connection.execute(insert(book_standings).values(book=book_id, **standing_values(new)))
    else:
        here = book_standings.c.book == book_id
        connection.execute(update(book_standings).where(here).values(**standing_values(new)))
    said = {name: str(n) for name, n in standing_values(new).items() if n is not None and name != "closed_by"}
    tell(connection, what, book_id, agent, new, **(said if what == "book expected" else {}))
    return new


# --- claims --------------------------------------------------------------------------------------


def _claims(connection: Connection, heads: Sequence[AnyRow]) -> list[NumberClaim]:
    ids = [head.id for head in heads]
    f = field_versions.c
    every = select(f.entry, f.column_name, f.presence).where(f.entry.in_(ids)).order_by(f.version)
    presences: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(every):
        presences[row.entry][row.column_name] = row.presence
    told = select(field_versions).where(f.entry.in_(ids), f.column_name.in_(_TOLD)).order_by(f.version)
    fields = {(row.entry, row.column_name): row for row in connection.execute(told)}
    r = readings.c
    others_read = select(r.entry, r.ordinal, r.alternatives).where(r.entry.in_(ids), r.column_name == NUMBER)
    others = {(row.entry, row.ordinal): row.alternatives for row in connection.execute(others_read)}
    found = []
    for head in heads:
        book, number, day, ward = (fields.get((head.id, column)) for column in _TOLD)
        alternatives = others.get((head.id, number.reading), ()) if number is not None else ()
        found.append(
            _claim(head, (book, number, day, ward), tuple(text for text, _ in alternatives), presences[head.id])
        )
    return found


def _claim(
    head: AnyRow,
    told: tuple[AnyRow | None, AnyRow | None, AnyRow | None, AnyRow | None],
    alternatives: tuple[str, ...],
    presences: dict[str, str],
) -> NumberClaim:
    book, number, day, ward = told
    others = {presence for column, presence in presences.items() if column not in OF_THE_BOOK}
    outline = number.evidence["polygon"] if number is not None and number.evidence else [[0.0, 0.0]]
    return NumberClaim(
        entry=head.id,
        kind=RegisterKind(head.kind),
        pages=tuple(PageId(page) for page in head.pages),
        presence=Presence(number.presence) if number is not None else Presence.NOT_READ,
        text=number.text if number is not None else "",
        value=number.value if number is not None else "",
        alternatives=alternatives,
        decided=number is not None and number.decided_by is not None,
        registered=day.value if day is not None else "",
        book_number=(book.value or book.text) if book is not None else "",
        book_decided=book is not None and book.decided_by is not None,
        authority=ward.text if ward is not None and ward.decided_by is not None else "",
        blank=others == {Presence.BLANK},
        at=(min(float(x) for x, _ in outline), min(float(y) for _, y in outline)),
    )

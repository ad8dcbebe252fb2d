"""Dates of one entry beside one another: order, time of the book, ages; who contradicts the rest is named.

Nothing is ever filled in. Where the first reading is impossible and another of the reader's own is possible, that one
is taken and the field keeps a doubt, so that a person looks.
"""

from collections.abc import Mapping
from dataclasses import replace

from forms import Edition, is_valid, normalise
from pipeline.values import ReadValue
from records.codes import RegisterKind, ValueKind
from records.dates import PartialDate
from records.entries import NUMBER, REGISTERED

OLDEST_PERSON = 115
"""Years before its registration in which nobody was born whom a book names as a party."""
YOUNGEST_PARENT = 12
_CHILDREN = {RegisterKind.BIRTH: ("nksNgaySinh", ("meNgaySinh", "chaNgaySinh"))}
"""Who is whose child on a form: the child's column and its parents'."""


def triangulate(edition: Edition, values: Mapping[str, ReadValue]) -> dict[str, ReadValue]:
    """Return the values with those that contradict the others settled by another reading, or doubted."""
    out = dict(values)
    registered = _settled(edition, out, REGISTERED, *_span(edition), "DATE_OUT_OF_TIME")
    last = registered or PartialDate(_span(edition)[1].year, 12, 31)
    for label in edition.labels:
        if label.kind in (ValueKind.DATE, ValueKind.AGE) and label.column not in (None, REGISTERED):
            first = PartialDate(last.year - OLDEST_PERSON)
            _settled(edition, out, str(label.column), first, last, "DATE_AFTER_REGISTRATION")
    if registered is not None:
        _same_year(out, registered)
    if edition.kind in _CHILDREN:
        _parents(out, *_CHILDREN[edition.kind])
    return out


def _span(edition: Edition) -> tuple[PartialDate, PartialDate]:
    first, last = edition.years
    return PartialDate(first), PartialDate(last, 12, 31)


def _date(value: str) -> PartialDate | None:
    try:
        return PartialDate.parse(value)
    except ValueError:
        return None


def _earlier(a: PartialDate, b: PartialDate) -> bool:
    """Whether *a* is surely before *b*, as far as both are known."""
    for x, y in ((a.year, b.year), (a.month, b.month), (a.day, b.day)):
        if x is None or y is None:
            return False
        if x != y:
            return x < y
    return False


def _settled(
    edition: Edition, out: dict[str, ReadValue], column: str, first: PartialDate, last: PartialDate, doubt: str
) -> PartialDate | None:
    """Return the date in *column* if it may lie from *first* to *last*; settle or doubt it where it may not."""
    found = out.get(column)
    date = _date(found.value) if found else None
    if found is None or date is None:
        return None
    if not _earlier(date, first) and not _earlier(last, date):
        return date
    kind = edition.value_kind(column)
    doubted = replace(found, doubts=tuple(dict.fromkeys((*found.doubts, doubt))))
    for other in found.reading.alternatives if found.reading else ():
        value = normalise(kind, other.text)
        possible = _date(value)
        if is_valid(kind, other.text) and possible and not _earlier(possible, first) and not _earlier(last, possible):
            out[column] = replace(doubted, text=other.text, value=value)
            return possible
    out[column] = doubted
    return None


def _same_year(out: dict[str, ReadValue], registered: PartialDate) -> None:
    """Doubt a number that carries another year than the registration (``12/2016`` registered in 2017)."""
    found = out.get(NUMBER)
    year = found.value.rpartition("/")[2] if found and "/" in found.value else ""
    if found and len(year) == 4 and year.isdecimal() and int(year) != registered.year:
        out[NUMBER] = replace(found, doubts=tuple(dict.fromkeys((*found.doubts, "NUMBER_OF_OTHER_YEAR"))))


def _parents(out: dict[str, ReadValue], child: str, parents: tuple[str, ...]) -> None:
    """Doubt a parent who is hardly older than the child: the parent alone, where the child's date is sure of itself."""
    own = out.get(child)
    born = _date(own.value) if own else None
    if born is None:
        return
    for column in parents:
        found = out.get(column)
        year = _birth_year(found.value, born.year) if found else None
        if found and year is not None and born.year - year < YOUNGEST_PARENT:
            out[column] = replace(found, doubts=tuple(dict.fromkeys((*found.doubts, "PARENT_TOO_YOUNG"))))


def _birth_year(value: str, year: int) -> int | None:
    """Return the year of birth that a date or an age (``P32Y``, told in *year*) gives."""
    if value.startswith("P") and value.endswith("Y"):
        return year - int(value[1:-1])
    date = _date(value)
    return date.year if date else None

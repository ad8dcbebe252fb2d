"""What people said of a book's gaps, repeats and pages: which point an explanation speaks of."""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from records.books import BookReport, Explanation, Point, PointKind
from records.errors import WrongUse
from records.numbers import EntryNumber, Span
from records.pages import PageProblem

_NAMES = {
    "BOOK_FIRST_UNSTATED": ("đầu", "dau", "first"),
    "BOOK_LAST_UNSTATED": ("cuối", "cuoi", "last"),
    "BOOK_EVENTS_DIFFER": ("tổng", "tong", "total"),
    "BOOK_PAGES_DIFFER": ("tổng", "tong", "total"),
    "BOOK_VOLUMES_DIFFER": ("quyển", "quyen", "volume"),
}
"""What the book's ends, totals and volumes are named by, for they are no numbers that lack or repeat."""


def name_of(point: Point) -> str:
    """Return what a point is named by where it is explained: its numbers, a word, or its page."""
    if (words := _NAMES.get(point.why.code)) is not None:
        return words[0]
    return point.numbers if point.numbers and point.kind is not PointKind.STRANGER else point.places[0].key


def shown_name(point: Point) -> str:
    """Return the same as people read it: a page is named by its file."""
    named = name_of(point)
    return point.places[0].name if point.places and named == point.places[0].key else named


def explained(points: Iterable[Point], explanations: Sequence[Explanation]) -> Iterator[Point]:
    """Give each point the last explanation that speaks of it; a gap is parted where explanations begin and end."""
    said = [(one, Span.parse(one.numbers)) for one in reversed(explanations)]
    spans = [(one, span) for one, span in said if one.kind is PointKind.GAP and span is not None]
    exact = {(one.kind, one.numbers, frozenset(one.pages)): one for one in explanations}
    for point in points:
        if point.kind is PointKind.GAP and point.span:
            yield from _parted(point, point.span, spans)
        elif point.kind.weighs:
            yield replace(point, explanation=_exact(point, exact))
        else:
            yield point


def _exact(point: Point, exact: Mapping[tuple[PointKind, str, frozenset[str]], Explanation]) -> Explanation | None:
    pages = frozenset(place.key for place in point.places)
    plain = str(replace(point.span, year=None)) if point.span else ""
    return exact.get((point.kind, point.numbers, pages)) or exact.get((point.kind, plain, pages))


def _parted(point: Point, span: Span, spans: Sequence[tuple[Explanation, Span]]) -> Iterator[Point]:
    edges = {span.first.serial, span.last.serial + 1}
    for _, one in spans:
        edges |= {n for n in (one.first.serial, one.last.serial + 1) if span.first.serial < n <= span.last.serial}
    parts = [(low, after - 1, _of(spans, low, span.year)) for low, after in itertools.pairwise(sorted(edges))]
    for by, same in itertools.groupby(parts, key=lambda part: part[2]):
        together = list(same)
        part = Span(EntryNumber(together[0][0]), EntryNumber(together[-1][1]), span.year)
        yield replace(point, why=PageProblem(point.why.code, {"number": str(part)}), span=part, explanation=by)


def _of(spans: Sequence[tuple[Explanation, Span]], serial: int, year: int | None) -> Explanation | None:
    number = EntryNumber(serial)
    return next((said for said, one in spans if one.holds(number) and (not year or one.year in {None, year})), None)


def explain(report: BookReport, book: str, named: str, reason: str, by: str, at: dt.datetime) -> list[Explanation]:
    """Return what *reason* explains: the points of the number, range or page *named*.

    A range explains the part of a gap that it names; a page of another book is named by its file. Raises WrongUse
    where nothing of that name needs an explanation, and where a number is meant without its year in a book of several.
    """
    span = Span.parse(named)
    meant = [point for point in report.points if point.kind.weighs and _named(point, named, span)]
    if not meant:
        raise WrongUse("BOOK_NOTHING_TO_EXPLAIN", book=book, named=named)
    if span and span.year is None and len({point.span.year for point in meant if point.span and point.span.year}) > 1:
        raise WrongUse("BOOK_YEAR_NEEDED", book=book, named=named)
    return [_explanation(point, span, reason, by, at) for point in meant]


def _named(point: Point, named: str, span: Span | None) -> bool:
    if (words := _NAMES.get(point.why.code)) is not None:
        return named.casefold() in words
    if any(named in {place.name, place.page, place.entry} for place in point.places):
        return True
    if point.kind is PointKind.STRANGER:  # its number is not one of this book
        return False
    if span is None or point.span is None or (span.year and point.span.year and span.year != point.span.year):
        return False
    if point.kind is PointKind.GAP:
        return span.first.serial <= point.span.last.serial and point.span.first.serial <= span.last.serial
    return span.holds(point.span.first)


def _explanation(point: Point, span: Span | None, reason: str, by: str, at: dt.datetime) -> Explanation:
    numbers = point.numbers
    if point.kind is PointKind.GAP and point.span and span:
        numbers = str(Span(max(span.first, point.span.first), min(span.last, point.span.last), point.span.year))
    return Explanation(point.kind, numbers, tuple(place.key for place in point.places), reason, by, at)

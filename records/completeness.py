"""Whether a book is complete: which numbers stand in it, which are missing, which pages contradict one another.

Pure rules. Nothing is ever corrected, and no number is lost: each that stands on a page is found, or is told of as a
repeat, a jump, a page of another book, or unreadable; each that should be there and is not is in a gap.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from records.books import (
    HALVES,
    PAGE_GIVEN,
    PART_UNREAD,
    REPLACED,
    SEEN_BEFORE,
    SHEET_TWICE,
    SLIP_TIED,
    BookPage,
    BookReport,
    Explanation,
    Found,
    Place,
    Point,
    PointKind,
    Run,
    Stated,
)
from records.codes import PageRole, PageStatus, Presence, RegisterKind
from records.entries import Book
from records.explaining import explained
from records.messages import kind_told
from records.numbers import EntryNumber, Span, read_number
from records.pages import PageId, PageProblem
from records.printing import printed_otherwise
from records.sequence import Numbered, Order, by_year, chain, in_order, weigh, year_of, years_told
from records.sheets import Twins, gathered
from records.text import comparable, listed
from records.volumes import names_other, number_of, volumes_told
from records.years import years_apart

_WITHOUT_NUMBERS = frozenset({PageRole.COVER, PageRole.INDEX, PageRole.GUIDANCE, PageRole.CLOSING})
_KINDS = tuple(PointKind)
_FIRST = ("", "a")
"""Suffixes of the number itself: 15 and 15a are the same; 15b is a further entry."""


def examine(
    book: Book,
    pages: Sequence[BookPage],
    stated: Stated,
    explanations: Sequence[Explanation] = (),
    twins: Twins = frozenset(),
) -> BookReport:
    """Examine a book: *pages* in the order in which they were handed in, each with its entries' claims in order.

    A page that comes twice counts once. *explanations* are all that were given, oldest first. *twins* are pairs of
    pages that show one sheet, of those that claim one number.
    """
    pages, points = _each_once(pages)
    points += _without_entry(pages)
    numbered, unread = _numbered(in_order(pages))
    points += unread
    kind = _kind_of(book, numbered)
    kept, strangers = _of_other_kind(book, kind, numbered)
    kept, others = _of_other_book(book, kept)
    apart = list(years_apart(book, kept))
    points += [*strangers, *others, *apart]
    years = by_year(kept, book.year)
    stated = _first_of_first(book, kept, stated)
    own = _own_years(years, apart, stated)
    runs = []
    for year, items in years:
        shown = year if len(years) > 1 else None
        bounds = stated if len(years) == 1 else _bounds(stated, year, own)
        run, found = _run(book, year, items, bounds, shown, twins)
        runs.append(run)
        points += found
    out = _places_told(points, PointKind.STRANGER)
    points += volumes_told(book, [item for item in kept if item.place not in out])
    points += _otherwise_printed(pages, points)
    points += _otherwise_sealed(pages, points)
    points = _without_hints_told_surely(points)
    of_book = [run for run in runs if run.year in own]
    closing = [_place(page) for page in pages if page.role is PageRole.CLOSING]
    points += _unstated(stated, of_book, closing, several=len(runs) > 1)
    if not runs and stated.last is not None:
        first = stated.first or 1
        runs.append(Run(book.year, first, stated.last, (), _count(first, stated.last, ())))
        points += _gaps(runs[0], None)
    written = sum(bool(page.claims) for page in pages)
    points += _totals(stated, of_book, sum(not page.is_slip for page in pages), written)
    ranked = tuple(sorted(explained(points, explanations), key=_rank))
    return BookReport(kind, tuple(runs), ranked, len(pages), written)


def _rank(point: Point) -> tuple[int, int, EntryNumber]:
    """Return a key by kind, year and number; points without a number stay in the order of the pages."""
    number = point.span.first if point.span else EntryNumber(0)
    return _KINDS.index(point.kind), (point.span.year or 0) if point.span else 0, number


# --- pages ---------------------------------------------------------------------------------------


def _place(page: BookPage, entry: str = "") -> Place:
    return Place(page.file, page.page, entry, page.page_in_file, page.of_pages)


def _each_once(pages: Sequence[BookPage]) -> tuple[list[BookPage], list[Point]]:
    seen: dict[PageId, BookPage] = {}
    kept, points = [], []
    for page in pages:
        if page.page is None or page.page not in seen:
            kept.append(page)
            if page.page is not None:
                seen[page.page] = page
            continue
        first = _place(seen[page.page])
        why = PageProblem("BOOK_PAGE_AGAIN", {"file": first.name, "delivery": seen[page.page].delivery})
        points.append(Point(PointKind.AGAIN, why, places=(_place(page),)))
    return kept, points


def _without_entry(pages: Sequence[BookPage]) -> Iterator[Point]:
    covered = {page for one in pages for claim in one.claims for page in claim.pages}
    for page in pages:
        if page.problem is not None and page.problem.code in (*HALVES, PART_UNREAD):
            yield Point(PointKind.NO_ENTRY, page.problem, places=(_place(page),))
            continue
        if page.claims or page.page in covered or page.role in _WITHOUT_NUMBERS:
            continue
        if page.problem is not None and page.problem.code in (REPLACED, PAGE_GIVEN):  # it is well kept elsewhere
            yield Point(PointKind.AGAIN, page.problem, places=(_place(page),))
            continue
        if page.problem is not None and page.problem.code == SLIP_TIED:
            yield Point(PointKind.SLIP, page.problem, places=(_place(page, page.problem.facts["entry"]),))
            continue
        if page.problem is not None and page.problem.code == SEEN_BEFORE:
            why = PageProblem("BOOK_PAGE_ELSEWHERE", {"delivery": page.problem.facts.get("delivery", "")})
            yield Point(PointKind.STRANGER, why, places=(_place(page),))
            continue
        unread = PageProblem("BOOK_PAGE_UNREAD") if page.status is PageStatus.RECEIVED else None
        why = unread or page.problem or PageProblem("BOOK_PAGE_WITHOUT_ENTRY")
        yield Point(PointKind.NO_ENTRY, why, places=(_place(page),))


def _numbered(pages: Sequence[BookPage]) -> tuple[list[Numbered], list[Point]]:
    found, points = [], []
    for page in pages:
        for claim in page.claims:
            place = _place(page, claim.entry)
            said = read_number(claim.value) or read_number(claim.text)
            if said is not None and claim.presence is Presence.WRITTEN:
                found.append(Numbered(said[0], claim, place))
                continue
            code = "BOOK_NUMBER_BLANK" if claim.presence is Presence.BLANK else "BOOK_NUMBER_UNREAD"
            why = PageProblem(code, {"text": claim.text or "–"})
            points.append(Point(PointKind.UNREAD, why, places=(place,)))
    return found, points


def _kind_of(book: Book, items: Sequence[Numbered]) -> RegisterKind:
    """Return the kind of register that the cover says, else that of most entries."""
    kinds = Counter(item.claim.kind for item in items)
    return book.kind if book.kind is not RegisterKind.OTHER or not kinds else kinds.most_common(1)[0][0]


def _of_other_kind(book: Book, kind: RegisterKind, items: Sequence[Numbered]) -> tuple[list[Numbered], list[Point]]:
    """Part from the book the entries of another kind of register, and those that a person gave to another book."""
    number = number_of(book, items)
    said = Counter(comparable(item.claim.authority) for item in items if item.claim.authority)
    authority = comparable(book.authority) or max(said, key=said.__getitem__, default="")
    kept, points = [], []
    for item in items:
        if item.claim.kind is not kind:
            points.append(_stranger(item, "BOOK_PAGE_OTHER_KIND", **kind_told(item.claim.kind)))
        elif comparable(item.claim.authority or authority) != authority:
            points.append(_stranger(item, "BOOK_PAGE_OTHER_WARD", said=item.claim.authority))
        elif item.claim.book_decided and names_other(item, number):
            points.append(_stranger(item, "BOOK_PAGE_OTHER_BOOK", said=item.claim.book_number))
        else:
            kept.append(item)
    return kept, points


def _of_other_book(book: Book, items: Sequence[Numbered]) -> tuple[list[Numbered], list[Point]]:
    """Part from the book the pages that in two ways tell another one; where one sign alone does, say so.

    Signs are the year written with the number, that of registration, the number of the book and its year.
    """
    number, years = number_of(book, items), {year for year, _ in by_year(items, book.year)}
    if book.year:
        years = {year for year in years if year >= book.year} | {book.year}
    kept, points = [], []
    for item in items:
        signs = [str(year) for year in years_told(item.claim) if years - {0} and year not in years]
        if names_other(item, number):
            signs.append(item.claim.book_number)
        facts = {"said": ", ".join(dict.fromkeys(signs))}
        if len(signs) > 1:
            points.append(_stranger(item, "BOOK_PAGE_OTHER_BOOK", **facts))
            continue
        kept.append(item)
        if signs:
            why = PageProblem("BOOK_PAGE_OTHER_PERHAPS", {"number": str(item.number), **facts})
            points.append(Point(PointKind.HINT, why, Span(item.number, item.number), (item.place,)))
    return kept, points


def _places_told(points: Iterable[Point], *kinds: PointKind) -> frozenset[Place]:
    return frozenset(place for point in points if point.kind in kinds for place in point.places)


def _without_hints_told_surely(points: Sequence[Point]) -> list[Point]:
    """Leave out that a page is perhaps of another book where it is told to be."""
    told = _places_told(points, PointKind.STRANGER, PointKind.YEAR, PointKind.VOLUMES)
    return [point for point in points if point.kind is not PointKind.HINT or not told.issuperset(point.places)]


def _otherwise_printed(pages: Sequence[BookPage], points: Sequence[Point]) -> Iterator[Point]:
    """Tell of pages whose form is printed unlike that of most pages, but for those told to be strangers anyway.

    Their numbers stay in the book: who looks at the picture knows whether the page is of it, no rule does.
    """
    entries = _not_strange(pages, points)
    for group in printed_otherwise([page.printed for page in entries]):
        yield _perhaps_strange(PointKind.PRINT, "BOOK_PAGE_PRINTED_OTHERWISE", [entries[i] for i in group])


def _otherwise_sealed(pages: Sequence[BookPage], points: Sequence[Point]) -> Iterator[Point]:
    """Tell of pages that bear another ward's seal, those of one ward together; its cover may tell who kept the book."""
    for ward in dict.fromkeys(page.sealed_by for page in pages if page.sealed_by):
        own = [page for page in _not_strange(pages, points) if page.sealed_by == ward]
        if own:
            yield _perhaps_strange(PointKind.SEAL, "BOOK_PAGE_SEALED_OTHERWISE", own, said=ward)
        others = tuple(_place(page) for page in pages if page.sealed_by == ward and not page.claims)
        if others:
            yield Point(PointKind.SEAL, PageProblem("BOOK_COVER_SEALED_OTHERWISE", {"said": ward}), places=others)


def _not_strange(pages: Sequence[BookPage], points: Sequence[Point]) -> list[BookPage]:
    """Return the pages with entries that are not told to be of another book anyway."""
    told = {place.key for place in _places_told(points, PointKind.STRANGER)}
    return [page for page in pages if page.claims and _place(page).key not in told]


def _perhaps_strange(kind: PointKind, code: str, pages: Sequence[BookPage], **facts: str) -> Point:
    claims = [claim for page in pages for claim in page.claims]
    facts |= {"number": listed(c.text or "–" for c in claims), "entries": listed(c.entry for c in claims)}
    places = tuple(_place(page, page.claims[0].entry) for page in pages)
    return Point(kind, PageProblem(code, facts), places=places)


def _stranger(item: Numbered, code: str, **facts: str) -> Point:
    why = PageProblem(code, {"number": str(item.number), **facts})
    return Point(PointKind.STRANGER, why, Span(item.number, item.number), (item.place,))


def _first_of_first(book: Book, items: Sequence[Numbered], stated: Stated) -> Stated:
    """Return what is stated, with what goes without saying: the first book of a year begins with 1."""
    if stated.first is None and number_of(book, items) == "1":
        return replace(stated, first=1)
    return stated


def _unstated(stated: Stated, runs: Sequence[Run], closing: Sequence[Place], *, several: bool) -> Iterator[Point]:
    """Tell where a book may begin before its first page here, or go on after its last: nobody said that it does not.

    *closing* are its closing pages, where a person reads it; *several*: pages of more than one year lie in it.
    """
    first, last = (runs[0].found[:1], runs[-1].found[-1:]) if runs else ((), ())
    years = [run.year if several else None for run in runs]
    if first and stated.first is None and runs[0].first > 1:
        yield _point(PointKind.ENDS, "BOOK_FIRST_UNSTATED", first[0], years[0], number=str(first[0].number))
    if last and stated.last is None and stated.events is None:
        told = _point(PointKind.ENDS, "BOOK_LAST_UNSTATED", last[0], years[-1], number=str(last[0].number))
        yield replace(told, places=(*told.places, *closing[:1]))


# --- numbers of one year -------------------------------------------------------------------------


def _own_years(years: Sequence[tuple[int, list[Numbered]]], apart: Sequence[Point], stated: Stated) -> list[int]:
    """Return the years of the book without those whose pages have gone astray, as *apart* tells.

    Only what lies years off has: December's pages may begin the book of the next year. A year that the stated first or
    last number can only be of is one of it, however far.
    """
    told = _places_told(apart, PointKind.YEAR)
    astray = {y for y, items in years if all(i.place in told for i in items if year_of(i.claim) == y)}
    own = [y for y, _ in years if y not in astray]
    if not own:
        return [y for y, _ in years]
    serials = {y: [item.number.serial for item in items] for y, items in years}
    astray = {y for y in astray if min(abs(y - other) for other in own) > 1}
    (early, _), (late, _) = years[0], years[-1]
    if early < own[0] and stated.first is not None and min(serials[own[0]]) < stated.first <= min(serials[early]):
        astray.discard(early)
    if late > own[-1] and stated.last is not None and max(serials[late]) <= stated.last < max(serials[own[-1]]):
        astray.discard(late)
    return [y for y, _ in years if y not in astray]


def _bounds(stated: Stated, year: int, years: Sequence[int]) -> Stated:
    """Return what is expected of a *year*: the book's first number is the first of its *years*', its last the last's.

    Of a year that is none of them nothing is, before and after the numbers that are there.
    """
    if year not in years:
        return Stated()
    return Stated(stated.first if year == years[0] else 1, stated.last if year == years[-1] else None)


def _run(
    book: Book, year: int, items: Sequence[Numbered], stated: Stated, shown: int | None, twins: Twins
) -> tuple[Run, list[Point]]:
    number = number_of(book, items)
    order = weigh(items)
    claims = Counter(item.number for item in items)
    doubtful = {i for i, item in enumerate(items) if claims[item.number] > 1 or order.jumps(i)}
    strange = {i for i in doubtful if names_other(items[i], number)}
    points = [_stranger(items[i], "BOOK_PAGE_OTHER_BOOK", said=items[i].claim.book_number) for i in sorted(strange)]
    if strange:
        kept = [i for i in range(len(items)) if i not in strange]
        items = [items[i] for i in kept]
        order = weigh(items)
    by_number: defaultdict[EntryNumber, list[int]] = defaultdict(list)
    for i, item in enumerate(items):
        by_number[item.number].append(i)
    jumps = {i for i in range(len(items)) if len(by_number[items[i].number]) == 1 and order.jumps(i)}
    sure = [item.number for i, item in enumerate(items) if i not in jumps | order.alone]
    first, last = _range(stated, sure)
    found = []
    for own, at in sorted(by_number.items()):
        span = Span(own, own, shown)
        if not first <= own.serial <= last or at[0] in jumps:
            code = "BOOK_NUMBER_JUMPS" if at[0] in jumps else "BOOK_NUMBER_BEYOND"
            points += [_jump(order, i, span, code, first, last) for i in at]
            continue
        found.append(_found(items[at[0]]))
        if len(at) > 1:
            points += _repeats(order, at, span, twins)
    run = Run(year, first, last, tuple(found), _count(first, last, [one.number for one in found]))
    blank = [one for one in found if one.blank]
    points += [_point(PointKind.BLANK, "BOOK_NUMBER_UNUSED", one, shown, number=str(one.number)) for one in blank]
    unordered = [i for i in range(len(items)) if i not in order.rising | jumps and len(by_number[items[i].number]) == 1]
    if unordered:
        why = PageProblem("BOOK_PAGES_UNORDERED", {"count": str(len(unordered))})
        points.append(Point(PointKind.ORDER, why, None, tuple(items[i].place for i in unordered)))
    return run, [*points, *_gaps(run, shown), *_dates(run, shown)]


def _found(item: Numbered) -> Found:
    claim = item.claim
    return Found(item.number, item.place, claim.decided, claim.blank, claim.registered)


def _point(kind: PointKind, code: str, one: Found, shown: int | None, **facts: str) -> Point:
    return Point(kind, PageProblem(code, facts), Span(one.number, one.number, shown), (one.place,))


def _repeats(order: Order, at: Sequence[int], span: Span, twins: Twins) -> Iterator[Point]:
    """Tell of places *at* which one number stands: the same sheet scanned twice is another thing than two pages."""
    sheets = [[at[j] for j in group] for group in gathered([order.items[i].place.page for i in at], twins)]
    for sheet in sheets:
        if len(sheet) > 1:
            yield _sheet_twice([order.items[i] for i in sheet], span)
    if len(sheets) > 1:
        places = tuple(replace(order.items[i].place, proposal=order.proposal(i)) for i in at)
        yield Point(PointKind.REPEAT, PageProblem("BOOK_NUMBER_TWICE", {"number": str(span.first)}), span, places)


def _sheet_twice(items: Sequence[Numbered], span: Span) -> Point:
    """Tell of a sheet that was scanned more than once; the entry whose number a person decided is the one to keep."""
    kept = next((item for item in items if item.claim.decided), items[0])
    again = [item for item in items if item is not kept]
    facts = {
        "number": str(span.first),
        "file": kept.place.name,
        "again": ", ".join(item.place.name for item in again),
        "entries": ", ".join(item.place.entry for item in again),
    }
    places = tuple(item.place for item in items)
    return Point(PointKind.REPEAT, PageProblem(SHEET_TWICE, facts), span, places)


def _jump(order: Order, i: int, span: Span, code: str, first: int, last: int) -> Point:
    facts = {"number": str(span.first), "first": str(first), "last": str(last), **order.neighbours(i).told()}
    place = replace(order.items[i].place, proposal=order.proposal(i))
    return Point(PointKind.JUMP, PageProblem(code, facts), span, (place,))


def _range(stated: Stated, numbers: Sequence[EntryNumber]) -> tuple[int, int]:
    """Return the first and last number expected: as said, as the stated total makes it, else as found.

    With a total alone a book begins with 1, unless it has higher numbers than events: then it goes on from another
    one. Numbers may also lie beyond the total, for void ones are no events.
    """
    serials = [number.serial for number in numbers]
    low, high = min(serials, default=1), max(serials, default=0)
    whole = stated.events is not None and stated.events >= high
    first = stated.first or (1 if whole else low)
    if stated.last is not None:
        return first, stated.last
    further = _count(1, 0, sorted(set(numbers)))
    return first, max(high if serials else first - 1, first + (stated.events or 0) - further - 1)


def _count(first: int, last: int, numbers: Sequence[EntryNumber]) -> int:
    """Return how many numbers there should be from *first* to *last*, further suffixes found among them."""
    own = {number.serial for number in numbers if number.suffix in _FIRST}
    return max(0, last - first + 1) + len(numbers) - len(own)


def _gaps(run: Run, shown: int | None) -> Iterator[Point]:
    there = sorted({one.number.serial for one in run.found if one.number.suffix in _FIRST})
    before = run.first - 1
    for serial in [*there, run.last + 1]:
        if serial > before + 1:
            span = Span(EntryNumber(before + 1), EntryNumber(serial - 1), shown)
            yield Point(PointKind.GAP, PageProblem("BOOK_NUMBER_MISSING", {"number": str(span)}), span)
        before = serial


def _dates(run: Run, shown: int | None) -> Iterator[Point]:
    """Tell of dates of registration that do not grow with the numbers."""
    dated = [one for one in run.found if len(one.registered) == 10]
    rising = sorted(chain([one.registered for one in dated], repeats=True))
    for i in sorted(set(range(len(dated))) - set(rising)):
        before = next((dated[j] for j in reversed(rising) if j < i), None)
        after = next((dated[j] for j in rising if j > i), None)
        facts = {"number": str(dated[i].number), "day": _day(dated[i]), "before": _day(before), "after": _day(after)}
        yield _point(PointKind.DATE, "BOOK_DATE_BACK", dated[i], shown, **facts)


def _day(one: Found | None) -> str:
    return "/".join(reversed(one.registered.split("-"))) if one else "–"


def _totals(stated: Stated, runs: Iterable[Run], pages: int, written_pages: int) -> Iterator[Point]:
    """Tell of totals that differ. Of pages a book may state all it has, or those with entries alone."""
    written = sum(not one.blank for run in runs for one in run.found)
    for code, said, counted in (
        ("BOOK_EVENTS_DIFFER", stated.events, (written,)),
        ("BOOK_PAGES_DIFFER", stated.pages, (pages, written_pages)),
    ):
        if said is not None and said not in counted:
            facts = {"stated": str(said), "counted": str(counted[0]), "written": str(counted[-1])}
            facts["by"] = str(abs(said - counted[0]))
            yield Point(PointKind.TOTAL, PageProblem(code, facts))

"""The rules of a complete book: what stands in it, what is missing, what contradicts, and that nothing is ever lost."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.books import BookPage, BookReport, Explanation, NumberClaim, PointKind, Stated
from records.codes import PageRole, PageStatus, Presence, RegisterKind
from records.completeness import examine
from records.entries import Book
from records.errors import WrongUse
from records.explaining import explain, name_of
from records.numbers import read_number
from records.pages import PageId, PageProblem
from records.sheets import Twins, gathered, to_compare
from tests.records.test_printing import house

BOOK = Book("so-1", "UBND phường Minh Họa", RegisterKind.BIRTH, 2017, "01")
FURTHER = replace(BOOK, number="02")
NOTHING_SAID = Stated()
AT = dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)


def claim(n: int, text: str, **more: object) -> NumberClaim:
    made = NumberClaim(f"KS-{n:04d}", RegisterKind.BIRTH, (PageId(f"p-{n:04d}"),), Presence.WRITTEN, text, text)
    return replace(made, **more)  # type: ignore[arg-type]


def page(n: int, *claims: NumberClaim, **more: object) -> BookPage:
    made = BookPage(f"{n:04d}.png", PageId(f"p-{n:04d}"), "d1", role=PageRole.ENTRY, claims=claims)
    return replace(made, **more)  # type: ignore[arg-type]


def pages(*texts: str, **more: object) -> list[BookPage]:
    return [page(n, claim(n, text, **more)) for n, text in enumerate(texts, start=1)]


def look(
    given: Sequence[BookPage],
    expected: Stated = NOTHING_SAID,
    said: Sequence[Explanation] = (),
    book: Book = BOOK,
    twins: Twins = frozenset(),
) -> BookReport:
    return examine(book, given, expected, said, twins)


def still(report: BookReport) -> list[PointKind]:
    """What is open, but for the end that nobody stated."""
    return [point.kind for point in report.open if point.kind is not PointKind.ENDS]


def rows(report: BookReport, *kinds: PointKind) -> list[str]:
    return [point.numbers or point.places[0].name for point in report.of(*kinds)]


def test_a_whole_book_has_nothing_to_tell() -> None:
    report = look(pages(*map(str, range(1, 31))), Stated(last=30))
    assert (report.expected, report.found, report.points, report.pages) == (30, 30, (), 30)


def test_a_missing_page_is_a_gap() -> None:
    report = look(pages("1", "2", "3", "7", "8"))
    assert (report.expected, report.found) == (8, 5)
    assert rows(report, PointKind.GAP) == ["4-6"]
    assert report.of(PointKind.GAP)[0].size == 3


def test_the_end_is_missed_where_somebody_said_how_many_there_are() -> None:
    assert rows(look(pages("3", "4", "5"), book=FURTHER), PointKind.GAP) == []
    assert rows(look(pages("3", "4", "5"), Stated(events=7), book=FURTHER), PointKind.GAP) == ["1-2", "6-7"]
    assert rows(look(pages("3", "4", "5"), Stated(first=2, last=5)), PointKind.GAP) == ["2"]
    report = look([], Stated(first=1, last=4))
    assert (rows(report, PointKind.GAP), report.expected, report.found) == (["1-4"], 4, 0)


def test_a_book_that_goes_on_from_another_does_not_begin_with_one() -> None:
    report = look(pages("121", "122", "124"), Stated(events=4), book=FURTHER)
    assert (rows(report, PointKind.GAP), report.expected) == (["123"], 4)
    assert [point.why.code for point in report.of(PointKind.ENDS)] == ["BOOK_FIRST_UNSTATED"]
    assert look(pages("121", "122"), Stated(first=121, last=122), book=FURTHER).open == ()


def test_the_first_book_of_a_year_begins_with_one() -> None:
    report = look(pages("3", "4"))
    assert (rows(report, PointKind.GAP), report.expected) == (["1-2"], 4)
    assert [point.why.code for point in report.of(PointKind.ENDS)] == ["BOOK_LAST_UNSTATED"]
    by_its_pages = look(pages("3", "4", book_number="01/2017"), book=replace(BOOK, number=""))
    assert rows(by_its_pages, PointKind.GAP) == ["1-2"]


def test_no_book_closes_before_somebody_said_where_it_ends() -> None:
    given = pages("1", "2", "3")
    assert [point.kind for point in look(given).open] == [PointKind.ENDS]
    assert look(given, Stated(last=3)).open == look(given, Stated(events=3)).open == ()
    assert look(given, said=said(given, "cuối")).open == ()


def test_void_numbers_are_no_events_and_take_none_out_of_the_book() -> None:
    report = look(pages("1", "2", "4", "5"), Stated(events=4))
    assert (rows(report, PointKind.GAP), rows(report, PointKind.JUMP), report.of(PointKind.TOTAL)) == (["3"], [], ())


def test_a_number_beyond_what_a_person_said_does_not_count() -> None:
    report = look(pages("1", "2", "3", "4"), Stated(first=1, last=3))
    assert [p.why.code for p in report.open] == ["BOOK_NUMBER_BEYOND"]
    assert (report.expected, report.found) == (3, 3)


def test_a_second_entry_of_a_number_is_a_number_of_its_own() -> None:
    report = look(pages("14", "15", "15b", "16", "17a", "18b"), book=FURTHER)
    assert (report.expected, report.found) == (7, 6)
    assert rows(report, PointKind.GAP) == ["18"]
    whole = look(pages("1", "2", "2b", "3"), Stated(events=4))
    assert (rows(whole, PointKind.GAP), whole.expected) == ([], 4)


def test_two_pages_that_claim_one_number_are_a_conflict() -> None:
    report = look(pages("1", "2", "3", "3", "5"))
    (point,) = report.of(PointKind.REPEAT)
    assert (point.numbers, [place.file for place in point.places]) == ("3", ["0003.png", "0004.png"])
    assert rows(report, PointKind.GAP) == ["4"]
    assert report.found == 4


def test_the_reading_that_would_fit_is_proposed_and_nothing_is_changed() -> None:
    given = pages("1", "2", "3", "4", "5")
    given[3] = page(4, claim(4, "5", alternatives=("3", "4", "9")))
    (point,) = look(given).of(PointKind.REPEAT)
    assert [place.proposal for place in point.places] == ["4", ""]
    assert point.numbers == "5"


def test_a_number_that_jumps_is_told_with_its_neighbours() -> None:
    given = pages("1", "2", "3", "81", "5", "6")
    given[3] = page(4, claim(4, "81", alternatives=("4", "41")))
    report = look(given)
    (point,) = report.of(PointKind.JUMP)
    assert point.why.facts["before"] == "3" and point.why.facts["after"] == "5"
    assert point.places[0].proposal == "4"
    assert rows(report, PointKind.GAP) == ["4"]
    assert report.expected == 6


def test_a_number_that_goes_back_into_a_gap_is_not_taken_for_the_missing_one() -> None:
    report = look(pages("1", "2", "3", "5", "6", "7", "8", "4", "10", "11", "12"))
    assert rows(report, PointKind.JUMP) == ["4"]
    assert rows(report, PointKind.GAP) == ["4", "9"]


def test_what_a_person_said_is_taken_as_it_is() -> None:
    given = pages("1", "2", "3", "81", "5")
    given[3] = page(4, claim(4, "81", decided=True))
    report = look(given)
    assert rows(report, PointKind.JUMP) == []
    assert rows(report, PointKind.GAP) == ["4", "6-80"]


@pytest.mark.parametrize(
    "order",
    [
        [*range(26, 51), *range(1, 26)],  # two halves, the second first
        [*range(50, 0, -1)],  # a stack scanned from the back
        [*range(1, 20), *range(21, 51), 20],  # a page found later
        [n for pair in zip(range(1, 26), range(26, 51), strict=True) for n in pair],
    ],
)
def test_pages_in_a_wrong_order_are_put_in_order_and_told(order: list[int]) -> None:
    report = look(pages(*map(str, order)))
    assert (report.expected, report.found, still(report)) == (50, 50, [])
    assert len(report.of(PointKind.ORDER)) == 1
    assert [one.number.serial for one in report.runs[0].found] == list(range(1, 51))


def test_a_second_half_that_came_first_is_no_disorder_and_hides_no_misread_number() -> None:
    later = pages(*map(str, range(31, 61)))
    later[9] = page(10, claim(10, "90", alternatives=("40", "49")))
    first = [replace(one, delivery="d2") for one in pages(*map(str, range(1, 31)))]
    moved = [
        replace(p, page=PageId(f"q-{n}"), claims=(replace(p.claims[0], entry=f"q-{n}"),)) for n, p in enumerate(first)
    ]
    report = look([*later, *moved])
    assert rows(report, PointKind.JUMP, PointKind.ORDER) == ["90"]
    assert report.of(PointKind.JUMP)[0].places[0].proposal == "40"


def test_a_page_without_entry_needs_a_reason_and_a_cover_does_not() -> None:
    given = [
        page(0, role=PageRole.COVER),
        *pages("1", "2"),
        page(3, role=PageRole.BLANK, problem=PageProblem("PAGE_BLANK")),
        page(4, status=PageStatus.RECEIVED, role=None),
        BookPage("hong.jpg", None, "d1", problem=PageProblem("FILE_EMPTY")),
    ]
    told = look(given).of(PointKind.NO_ENTRY)
    assert [(p.places[0].name, p.why.code) for p in told] == [
        ("0003.png", "PAGE_BLANK"),
        ("0004.png", "BOOK_PAGE_UNREAD"),
        ("hong.jpg", "FILE_EMPTY"),
    ]


def test_an_entry_over_two_pages_covers_both() -> None:
    spread = claim(1, "1", pages=(PageId("p-0001"), PageId("p-0002")))
    assert look([page(1, spread), page(2)], Stated(last=1)).points == ()


def test_the_same_page_twice_counts_once() -> None:
    given = pages("1", "2", "3")
    again = replace(given[1], file="copy.png", claims=())
    report = look([*given, again, replace(given[1], delivery="d2")])
    assert (report.pages, report.found, still(report)) == (3, 3, [])
    assert rows(report, PointKind.AGAIN) == ["copy.png", "0002.png"]


def test_a_page_that_belongs_to_another_book_is_a_stranger() -> None:
    seen = PageProblem("PAGE_SEEN_BEFORE", {"file": "x.png", "delivery": "d9"})
    report = look([*pages("1", "2"), page(3, problem=seen)])
    (point,) = report.of(PointKind.STRANGER)
    assert (point.why.code, point.why.facts, point.open) == ("BOOK_PAGE_ELSEWHERE", {"delivery": "d9"}, True)


def test_a_page_of_another_kind_or_quyen_does_not_take_a_number() -> None:
    given = pages(*map(str, range(1, 11)), book_number="01/2017")
    given.insert(4, page(20, claim(20, "7", book_number="02/2017")))
    given.insert(7, page(21, claim(21, "8", kind=RegisterKind.DEATH)))
    report = look(given)
    assert [p.why.code for p in report.of(PointKind.STRANGER)] == ["BOOK_PAGE_OTHER_BOOK", "BOOK_PAGE_OTHER_KIND"]
    assert "loại sổ khác (Khai tử)" in report.of(PointKind.STRANGER)[1].why.message().vi
    assert (report.found, report.of(PointKind.REPEAT, PointKind.GAP)) == (10, ())


def test_a_page_of_another_book_does_not_take_the_place_of_a_lost_one() -> None:
    """Two signs that agree on another book: the number it has is missing here."""
    given = pages("1/2019", "2/2019", "3/2019", book_number="01/2019")
    given[1] = page(2, claim(2, "2/2018", book_number="01/2018", registered="2018-01-12"))
    report = look(given, Stated(last=3), book=replace(BOOK, year=2019))
    (stranger,) = report.of(PointKind.STRANGER)
    assert (stranger.why.code, stranger.why.facts["said"]) == ("BOOK_PAGE_OTHER_BOOK", "2018")
    assert (report.found, rows(report, PointKind.GAP)) == (2, ["2"])


def test_one_sign_of_another_book_is_told_and_takes_nothing_out() -> None:
    given = pages("1", "2", "3", book_number="01/2019")
    for more in ({"registered": "2020-01-12"}, {"book_number": "02/2019"}):
        given[1] = page(2, claim(2, "2", **{"book_number": "01/2019", **more}))
        report = look(given, Stated(last=3), book=replace(BOOK, year=2019))
        assert (rows(report, PointKind.HINT), report.found, report.open) == (["2"], 3, ())


def test_two_books_of_an_earlier_year_do_not_make_one_of_two_years() -> None:
    given = pages("1", "2", "3", "4", registered="2019-03-01")
    for n in (2, 3):
        given[n - 1] = page(n, claim(n, f"{n}/2018", registered="2018-03-01"))
    report = look(given, Stated(last=4), book=replace(BOOK, year=2019))
    assert [run.year for run in report.runs] == [2019]
    assert rows(report, PointKind.STRANGER, PointKind.GAP) == ["2-3", "2", "3"]


def test_two_volumes_in_one_folder_are_told_with_their_pages() -> None:
    """No volume has most pages, so that no page alone is a stranger: the disagreement itself is told."""
    given = pages(*map(str, range(97, 105)), book_number="03-2018")
    more = [page(n, claim(n, str(n - 20), book_number="01/20180KS")) for n in range(21, 27)]
    report = look([*given, *more], Stated(first=1, last=104), book=replace(BOOK, number="", year=2018))
    (point,) = report.of(PointKind.VOLUMES)
    assert (point.why.code, len(point.places), name_of(point)) == ("BOOK_VOLUMES_DIFFER", 6, "quyển")
    assert [point.why.facts[name] for name in ("said", "count", "own", "own_count")] == ["1", "6", "3", "8"]
    assert "0021.png" in point.why.message().vi and "0001.png" in point.why.message().vi
    assert point in report.open
    told = explain(report, BOOK.id, "quyen", "Quyển 1 và 3 đóng chung", "luu", AT)
    assert still(look([*given, *more], Stated(1, 104), told, replace(BOOK, number="", year=2018))) == [PointKind.GAP]


def test_a_page_is_told_once_to_be_of_another_book() -> None:
    """A number that stands twice makes a stranger of the page that names another volume; then no hint is left."""
    given = pages(*map(str, range(1, 11)), book_number="01/2017")
    given.append(page(20, claim(20, "7", book_number="02/2017")))
    report = look(given, Stated(last=10))
    assert rows(report, PointKind.STRANGER) == ["7"]
    assert report.of(PointKind.HINT, PointKind.VOLUMES) == ()
    given += [page(n, claim(n, str(n), book_number="02/2017")) for n in (41, 42, 43)]
    more = look(given, Stated(last=43))
    (volumes,) = more.of(PointKind.VOLUMES)
    assert [place.file for place in volumes.places] == ["0041.png", "0042.png", "0043.png"]
    assert (rows(more, PointKind.STRANGER), more.of(PointKind.HINT)) == (["7"], ())


@pytest.mark.parametrize("wrong", [(2,), (2, 7), (2, 7, 11)])
def test_figures_misread_here_and_there_make_no_further_volume(wrong: tuple[int, ...]) -> None:
    given = pages(*map(str, range(1, 15)), book_number="01/2017")
    for n in wrong:
        given[n - 1] = page(n, claim(n, str(n), book_number="07/2017"))
    assert look(given, book=replace(BOOK, number="")).of(PointKind.VOLUMES) == ()


def test_a_volume_is_the_same_however_its_year_stands_with_it() -> None:
    given = [page(n, claim(n, str(n), book_number=said)) for n, said in enumerate(("01/2017", "1", "01-2017", "01"), 1)]
    assert look(given, Stated(last=4)).points == ()
    assert look(given, Stated(last=4), book=replace(BOOK, number="KS 01-2017")).points == ()


def test_a_misread_quyen_alone_makes_no_stranger() -> None:
    given = pages("1", "2", "3", book_number="01/2017")
    given[1] = page(2, claim(2, "2", book_number="07/2017"))
    assert [point.kind for point in look(given, Stated(last=3)).points] == [PointKind.HINT]
    given[1] = page(2, claim(2, "2", book_number="07/2017", book_decided=True))
    assert rows(look(given), PointKind.STRANGER, PointKind.GAP) == ["2", "2"]


def test_a_page_that_a_person_gave_to_another_ward_is_a_stranger() -> None:
    given = pages("1", "2", "3", authority="UBND phường Minh Họa")
    given[1] = page(2, claim(2, "2", authority="UBND phường Đống Mác"))
    (point,) = look(given).of(PointKind.STRANGER)
    assert (point.why.code, point.places[0].file) == ("BOOK_PAGE_OTHER_WARD", "0002.png")


def test_a_page_printed_by_another_house_is_told_and_keeps_its_number() -> None:
    given = [replace(one, printed=(house(1),)) for one in pages("1", "2", "3", "4", "5")]
    given[1] = replace(given[1], printed=(house(2),))
    report = look(given, Stated(last=5))
    (point,) = report.open
    assert (point.kind, point.why.code, name_of(point)) == (PointKind.PRINT, "BOOK_PAGE_PRINTED_OTHERWISE", "p-0002")
    assert (report.found, report.of(PointKind.GAP)) == (5, ())
    assert "bỏ từng mục (KS-0002)" in point.why.message().vi
    explanations = explain(report, BOOK.id, "0002.png", "Tờ thay do nhà in khác", "luu", AT)
    assert look(given, Stated(last=5), explanations).open == ()
    given[1] = replace(given[1], claims=(replace(given[1].claims[0], kind=RegisterKind.DEATH),))
    assert rows(look(given, Stated(last=5)), PointKind.STRANGER, PointKind.PRINT) == ["2"]  # told once


def test_pages_with_another_wards_seal_are_told_together_and_keep_their_numbers() -> None:
    given = pages("1", "2", "3", "4", "5")
    given[1], given[3] = (replace(given[k], sealed_by="phường Đống Mác") for k in (1, 3))
    report = look(given, Stated(last=5))
    (point,) = report.open
    assert (point.kind, point.why.code, [p.file for p in point.places]) == (
        PointKind.SEAL,
        "BOOK_PAGE_SEALED_OTHERWISE",
        ["0002.png", "0004.png"],
    )
    assert (report.found, report.of(PointKind.GAP)) == (5, ())
    assert "phường Đống Mác" in point.why.message().vi
    assert look(given, Stated(last=5), explain(report, BOOK.id, "0002.png", "Dấu mờ", "luu", AT)).open == ()
    printed = [replace(one, printed=(house(2 if n == 1 else 1),)) for n, one in enumerate(given)]
    report = look(printed, Stated(last=5))  # whoever explains the print has not looked at the seal
    assert [len(point.places) for point in report.of(PointKind.PRINT, PointKind.SEAL)] == [1, 2]


def test_a_cover_with_another_wards_seal_asks_who_kept_the_book() -> None:
    cover = page(9, role=PageRole.COVER, sealed_by="phường Đống Mác")
    (point,) = look([cover, *pages("1", "2")], Stated(last=2)).open
    assert (point.kind, point.why.code) == (PointKind.SEAL, "BOOK_COVER_SEALED_OTHERWISE")


def test_numbers_begin_again_with_the_year() -> None:
    given = pages(*(f"{n}/2017" for n in range(41, 51)), *(f"{n}/2018" for n in (1, 2, 4)))
    report = look(given, book=FURTHER)
    assert [(run.year, run.first, run.last, run.expected) for run in report.runs] == [
        (2017, 41, 50, 10),
        (2018, 1, 4, 4),
    ]
    assert rows(report, PointKind.GAP) == ["3/2018"]
    first_of_new_year = look(pages("8/2017", "9/2017", "1/2018"), book=FURTHER)
    assert [run.year for run in first_of_new_year.runs] == [2017, 2018]


def test_one_misread_date_makes_no_year() -> None:
    given = [page(n, claim(n, str(n), registered=f"2017-01-{n:02d}")) for n in range(1, 10)]
    given[4] = page(5, claim(5, "5", registered="2011-01-05"))
    report = look(given)
    assert [run.year for run in report.runs] == [2017]
    (point,) = report.of(PointKind.DATE)
    assert (point.numbers, point.why.facts["day"], point.open) == ("5", "05/01/2011", False)


def test_a_number_with_nothing_written_is_told_and_counts() -> None:
    given = pages("1", "2", "3")
    given[1] = page(2, claim(2, "2", blank=True))
    report = look(given, Stated(first=1, last=3, events=2))
    assert (report.found, rows(report, PointKind.BLANK), report.open) == (3, ["2"], ())
    assert report.of(PointKind.TOTAL) == ()


def test_stated_totals_are_compared() -> None:
    report = look(pages("1", "2", "3"), Stated(events=4, pages=5))
    assert [(p.why.code, p.why.facts["by"], p.open) for p in report.of(PointKind.TOTAL)] == [
        ("BOOK_EVENTS_DIFFER", "1", True),
        ("BOOK_PAGES_DIFFER", "2", True),
    ]
    kept = explain(report, BOOK.id, "Tổng", "Trang khóa sổ đếm sai", "luu", AT)
    assert still(look(pages("1", "2", "3"), Stated(last=3, events=4, pages=5), kept)) == []


def test_a_number_that_could_not_be_read_is_told() -> None:
    given = pages("1", "2", "?")
    given.append(page(4, claim(4, "", presence=Presence.BLANK)))
    assert [p.why.code for p in look(given).of(PointKind.UNREAD)] == ["BOOK_NUMBER_UNREAD", "BOOK_NUMBER_BLANK"]


def test_pages_picked_from_a_thick_book_are_all_found() -> None:
    report = look(pages("3", "50", "120", "300"))
    assert (report.found, rows(report, PointKind.JUMP)) == (4, [])


# --- explanations --------------------------------------------------------------------------------


def said(given: Sequence[BookPage], named: str, before: Sequence[Explanation] = ()) -> list[Explanation]:
    return [*before, *explain(look(given, said=before), BOOK.id, named, "Trang rách mất", "luu", AT)]


def test_a_part_of_a_gap_is_explained_and_the_rest_stays_open() -> None:
    given = pages("1", "2", "8", "9")
    report = look(given, said=said(given, "3-5"))
    assert [(p.numbers, p.open) for p in report.of(PointKind.GAP)] == [("3-5", False), ("6-7", True)]
    whole = look(given, said=said(given, "6-20", said(given, "3-5")))
    assert still(whole) == []
    assert sum(p.size for p in whole.of(PointKind.GAP)) == 5


def test_a_repeat_is_explained_until_another_page_claims_the_number() -> None:
    given = pages("1", "2", "2", "3")
    kept = said(given, "2")
    assert still(look(given, said=kept)) == []
    assert still(look([*given, page(9, claim(9, "2"))], said=kept)) == [PointKind.REPEAT]


def test_a_gap_that_was_explained_does_not_explain_a_repeat() -> None:
    kept = said(pages("1", "3"), "2")
    assert still(look(pages("1", "2", "2", "3"), said=kept)) == [PointKind.REPEAT]


def test_a_page_is_explained_by_its_name() -> None:
    given = [*pages("1", "2"), page(3), page(4, file="scan.pdf", page_in_file=7, of_pages=9)]
    kept = said(given, "scan.pdf:7", said(given, "0003.png"))
    assert still(look(given, said=kept)) == []


def test_what_needs_no_explanation_gets_none() -> None:
    for named in ("1", "99", "nothing.png", ""):
        with pytest.raises(WrongUse) as caught:
            said(pages("1", "3"), named)
        assert caught.value.code == "BOOK_NOTHING_TO_EXPLAIN"


def test_in_a_book_of_two_years_a_number_is_meant_with_its_year() -> None:
    given = pages("1/2017", "3/2017", "4/2017", "1/2018", "3/2018", "4/2018")
    with pytest.raises(WrongUse) as caught:
        said(given, "2")
    assert caught.value.code == "BOOK_YEAR_NEEDED"
    assert [p.numbers for p in look(given, said=said(given, "2/2018")).of(PointKind.GAP) if p.open] == ["2/2017"]


# --- what holds for every book -------------------------------------------------------------------

numbers = st.integers(1, 60)
suffixes = st.sampled_from(["", "", "", "", "a", "b", "bis"])
texts = st.builds(lambda n, s: f"{n}{s}", numbers, suffixes) | st.sampled_from(["?", "", "900", "12/2017", "3/2018"])
claims: st.SearchStrategy[dict[str, object]] = st.builds(
    dict,
    text=texts,
    alternatives=st.lists(texts, max_size=3).map(tuple),
    decided=st.booleans(),
    registered=st.sampled_from(["", "2017", "2017-03-04", "2018-01-02", "1999-12-31"]),
    book_number=st.sampled_from(["", "01/2017", "02/2017"]),
)
books = st.lists(st.lists(claims, max_size=2), max_size=25)
bounds = st.none() | st.integers(1, 70)
expectations = st.builds(Stated, bounds, bounds, bounds, bounds)


def made(rough: list[list[dict[str, object]]]) -> list[BookPage]:
    out, n = [], 0
    for at, some in enumerate(rough):
        own = []
        for rough_claim in some:
            n += 1
            more = {k: v for k, v in rough_claim.items() if k != "text"}
            own.append(claim(n, str(rough_claim["text"]), pages=(PageId(f"p-{at:04d}"),), **more))
        out.append(page(at, *own))
    return out


@given(rough=books, expected=expectations)
def test_no_number_and_no_page_is_ever_lost(rough: list[list[dict[str, object]]], expected: Stated) -> None:
    given = made(rough)
    report = look(given, expected)
    found = {one.place.entry for run in report.runs for one in run.found}
    told = {place.entry for point in report.points if point.kind.weighs for place in point.places}
    for one in (claim for each in given for claim in each.claims):
        assert one.entry in found | told, one.text
    for each in given:
        assert each.claims or each.file in {
            place.file for point in report.of(PointKind.NO_ENTRY) for place in point.places
        }


@given(rough=books, expected=expectations)
def test_what_is_expected_is_found_or_missing(rough: list[list[dict[str, object]]], expected: Stated) -> None:
    report = look(made(rough), expected)
    assert report.expected == report.found + sum(point.size for point in report.of(PointKind.GAP))
    for run in report.runs:
        assert [one.number for one in run.found] == sorted({one.number for one in run.found})
        assert all(run.first <= one.number.serial <= run.last for one in run.found)


@given(n=st.integers(3, 40), data=st.data())
def test_a_page_taken_out_shows_as_a_gap_unless_it_is_at_an_end(n: int, data: st.DataObject) -> None:
    gone = data.draw(st.integers(2, n - 1))
    left = [page for page, k in zip(pages(*map(str, range(1, n + 1))), range(1, n + 1), strict=True) if k != gone]
    assert rows(look(left), PointKind.GAP) == [str(gone)]
    at_the_end = pages(*map(str, range(1, n)))
    assert rows(look(at_the_end, Stated(events=n)), PointKind.GAP) == [str(n)]


@given(n=st.integers(12, 60), data=st.data())
def test_a_few_misread_numbers_are_each_told_of(n: int, data: st.DataObject) -> None:
    wrong = data.draw(st.dictionaries(st.integers(2, n - 1), st.integers(1, 400), min_size=1, max_size=n // 6))
    given = pages(*(str(wrong.get(k, k)) for k in range(1, n + 1)))
    report = look(given)
    told = {place.file for p in report.of(PointKind.REPEAT, PointKind.JUMP) for place in p.places}
    missing = {
        k for p in report.of(PointKind.GAP) if p.span for k in range(p.span.first.serial, p.span.last.serial + 1)
    }
    for k, read in wrong.items():
        together = sum(other > n for other in wrong.values()) > 1  # several may bear one another out
        if read == k or read in set(wrong) | set(range(n, n + 11)) or (read > n and together):
            continue
        assert given[k - 1].file in told
        assert k in missing or k in wrong.values()


@given(rough=books)
def test_gaps_that_are_explained_stay_whole(rough: list[list[dict[str, object]]]) -> None:
    given = made(rough)
    kept: list[Explanation] = []
    for _ in range(200):
        still = look(given, said=kept).open
        if not still:
            break
        kept += explain(look(given, said=kept), BOOK.id, name_of(still[0]), "lý do", "luu", AT)
    report = look(given, said=kept)
    assert report.open == ()
    assert report.expected == report.found + sum(point.size for point in report.of(PointKind.GAP))


def test_every_reading_of_a_report_is_a_number() -> None:
    for point in look(pages("1", "2b", "4", "4", "77")).points:
        assert point.span is None or read_number(str(point.span.first))


# --- one sheet scanned twice ---------------------------------------------------------------------


def twin(*ns: int) -> frozenset[PageId]:
    return frozenset(PageId(f"p-{n:04d}") for n in ns)


def test_a_sheet_scanned_twice_is_another_thing_than_two_pages_with_one_number() -> None:
    given = pages("1", "2", "3", "3", "4", "4", "5")
    assert list(to_compare(look(given))) == [("p-0003", "p-0004"), ("p-0005", "p-0006")]
    report = look(given, twins={twin(3, 4)})
    sheet, number = report.of(PointKind.REPEAT)
    assert (sheet.why.code, sheet.same_sheet, sheet.numbers, sheet.open) == ("BOOK_SHEET_TWICE", True, "3", True)
    facts = {"number": "3", "file": "0003.png", "again": "0004.png", "entries": "KS-0004"}
    assert sheet.why.facts == facts
    assert "0004.png là ảnh quét lại của 0003.png" in sheet.why.message().vi
    assert "khongcho withdraw KS-0004" in sheet.why.message().vi
    assert (number.why.code, number.same_sheet, number.numbers) == ("BOOK_NUMBER_TWICE", False, "4")
    assert (report.expected, report.found) == (5, 5)


def test_the_entry_that_a_person_decided_is_the_one_to_keep() -> None:
    given = [page(1, claim(1, "1")), page(2, claim(2, "1", decided=True))]
    (point,) = look(given, twins={twin(1, 2)}).of(PointKind.REPEAT)
    assert (point.why.facts["file"], point.why.facts["entries"]) == ("0002.png", "KS-0001")


def test_two_pictures_of_a_sheet_and_another_page_are_both_told() -> None:
    found = look(pages("1", "1", "1"), twins={twin(1, 3)}).of(PointKind.REPEAT)
    assert [(point.why.code, [place.file for place in point.places]) for point in found] == [
        ("BOOK_SHEET_TWICE", ["0001.png", "0003.png"]),
        ("BOOK_NUMBER_TWICE", ["0001.png", "0002.png", "0003.png"]),
    ]


def test_what_was_explained_as_a_repeat_stays_explained() -> None:
    given = pages("1", "2", "2")
    said = explain(look(given), "so-1", "2", "Quét trùng trang", "luu", AT)
    (point,) = look(given, said=said, twins={twin(2, 3)}).of(PointKind.REPEAT)
    assert (point.same_sheet, point.open) == (True, False)


@given(st.lists(st.integers(1, 5), max_size=7), st.sets(st.frozensets(st.integers(1, 5), min_size=2, max_size=2)))
def test_every_page_is_in_exactly_one_sheet(given_pages: list[int], alike: set[frozenset[int]]) -> None:
    ids = [PageId(f"{n}") for n in given_pages]
    groups = gathered(ids, {frozenset(PageId(f"{n}") for n in pair) for pair in alike})
    assert sorted(i for group in groups for i in group) == list(range(len(ids)))
    for group in groups:
        assert len(group) == 1 or all(
            any(frozenset((given_pages[i], given_pages[j])) in alike for j in group) for i in group
        )

"""Leaves of one opening that came on different days are joined where there is one way to do so, and nothing is lost."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from forms import Leaf
from pipeline.leaves import JOINED_LATER, Leaves, LoneLeaf, alone, pairs_of
from records.books import PointKind, Standing, Stated
from records.codes import DeliveryKind, EntryState, PageRole, PageStatus, Presence, RegisterKind
from records.completeness import examine
from records.entries import Book
from records.pages import DeliveredPage, Delivery, PageProblem, StageResult
from records.readings import Decision
from tests.pipeline.conftest import Desk
from tests.pipeline.test_drafting import FORM, leaves
from tests.register.shelving import drawn
from wiring.bookkeeping import Bookkeeping

LEVELS = [0.2, 0.4, 0.6]
NOW = dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)
FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ")


def rows(leaf: Leaf, families: tuple[str, ...] = ("Nguyễn", "Trần", "Lê")) -> list[dict[str, Any]]:
    """The rows of a leaf, the child or the father of each of that family."""
    made = leaves(LEVELS, leaf)
    column = "nksHoTen" if leaf is Leaf.LEFT else "chaHoTen"
    for read, family in zip(made, families, strict=False):
        (cell,) = [f for f in read["fields"] if f["column"] == column]
        cell["text"] = cell["value"] = f"{family} Văn An"
    return made


class Shelf:
    """A ledger into which leaves are put by hand, as the stages leave them."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.register = desk, desk.register

    def hand_in(self, name: str, *pages: list[dict[str, Any]] | None, book: str = "so-1", day: int = 1) -> None:
        """Hand in a delivery of leaves, each alone; None is a page without entries."""
        at = dt.datetime(2026, 11, day, 8, tzinfo=dt.UTC)
        placed = []
        for seq, reads in enumerate(pages, start=1):
            page = drawn(self.desk.archive, f"{name}-{seq}")
            one = DeliveredPage(name, seq, f"{name}-{seq}.png", page, PageStatus.RECEIVED)
            if reads is None:
                placed.append(replace(one, status=PageStatus.DONE, role=PageRole.CLOSING))
                continue
            leaf = Leaf(reads[0]["leaf"])
            self.register.record_stage(StageResult(page.id, "read", "9", {"entries": reads}, 1.0))
            done = PageStatus.DONE if leaf is Leaf.LEFT else PageStatus.WAITING
            placed.append(replace(one, status=done, role=PageRole.ENTRY, problem=alone(leaf)))
        self.register.open_delivery(Delivery(name, DeliveryKind.BOOK, name, at, (), f"UBND {name}"), placed)
        from pipeline.drafting import drafts

        for one, reads in zip(placed, pages, strict=True):
            if reads is not None and reads[0]["leaf"] == Leaf.LEFT:
                self.register.draft(drafts(one.page.id, reads, name))
        self.register.add_book(Book(book, "", RegisterKind.BIRTH, 0, ""))
        self.register.bind_delivery(name, book)

    def join(self, delivery: str) -> list[str]:
        return Leaves(self.register).join(delivery)

    def told(self, delivery: str) -> list[tuple[str, str]]:
        return [(p.status.value, p.problem.code if p.problem else "") for p in self.register.delivered_pages(delivery)]

    def open_points(self) -> list[tuple[PointKind, str]]:
        report = Bookkeeping(self.register).account("so-1").report
        return [(p.kind, p.why.code) for p in report.points if p.kind is PointKind.NO_ENTRY]


@pytest.fixture
def shelf(desk: Desk) -> Shelf:
    return Shelf(desk)


def test_a_right_leaf_that_comes_on_another_day_is_joined_and_doubted(shelf: Shelf) -> None:
    shelf.hand_in("d1", rows(Leaf.LEFT))
    assert shelf.open_points() == [(PointKind.NO_ENTRY, "LEAF_ALONE")]
    shelf.hand_in("d2", rows(Leaf.RIGHT), day=2)
    assert shelf.open_points() == [(PointKind.NO_ENTRY, "LEAF_ALONE")] * 2
    assert shelf.join("d2") == ["d1"]
    (left,), (right,) = (shelf.register.delivered_pages(name) for name in ("d1", "d2"))
    entries = shelf.register.entries()
    assert [entry.pages for entry in entries] == [(left.page.id, right.page.id)] * 3
    assert {entry.delivery for entry in entries} == {"d1"}
    for entry in entries:
        father, number = entry.field("chaHoTen"), entry.field("so")
        assert father is not None and number is not None
        assert (father.presence, father.doubts) == (Presence.WRITTEN, (JOINED_LATER,))
        assert father.evidence is not None and father.evidence.page == right.page.id
        assert number.doubts == () and entry.text("noiDangKy") in {"", "UBND d1"}
        assert entry.state is EntryState.DRAFT and "chaHoTen" in entry.open_questions()
    assert shelf.told("d1") == shelf.told("d2") == [("done", "LEAVES_MET")]
    assert "d2-1.png" in left_words(left) and shelf.open_points() == []


def left_words(page: DeliveredPage) -> str:
    assert page.problem is not None
    return page.problem.message().vi


def test_again_nothing_changes_and_the_left_leaf_may_come_last(shelf: Shelf) -> None:
    shelf.hand_in("d1", rows(Leaf.RIGHT))
    shelf.hand_in("d2", rows(Leaf.LEFT), day=2)
    assert shelf.join("d1") == ["d2"]
    before = shelf.register.entries()
    assert [len(entry.pages) for entry in before] == [2, 2, 2]
    assert shelf.join("d2") == []
    assert shelf.register.entries() == before


def test_what_a_person_decided_stays_and_the_leaf_that_came_late_is_told(shelf: Shelf) -> None:
    shelf.hand_in("d1", rows(Leaf.LEFT))
    first, second, third = shelf.register.entries()
    said = Decision("lan", NOW)
    kept = shelf.register.decide(first.id, "so", Presence.WRITTEN, "7", "7", said, first.version)
    blank = shelf.register.decide(second.id, "chaHoTen", Presence.BLANK, "", "", said, second.version)
    whole = third
    for column in [f.column for f in third.fields]:
        whole = shelf.register.decide(third.id, column, Presence.BLANK, "", "", said, whole.version)
    shelf.register.verify(third.id, "lan", NOW, whole.version)
    shelf.hand_in("d2", rows(Leaf.RIGHT), day=2)
    shelf.join("d2")
    now = {entry.id: entry for entry in shelf.register.entries()}
    assert now[kept.id].text("so") == "7" and now[kept.id].text("chaHoTen").endswith("Văn An")
    assert now[blank.id].field("chaHoTen") == blank.field("chaHoTen")
    assert now[third.id].state is EntryState.VERIFIED and len(now[third.id].pages) == 1
    assert shelf.told("d1") == [("done", "LEAF_LATE")] and shelf.told("d2") == [("waiting", "LEAF_LATE")]
    (right,) = shelf.register.delivered_pages("d2")
    words = left_words(right)
    assert blank.id in words and third.id in words and kept.id not in words
    assert [code for _, code in shelf.open_points()] == ["LEAF_LATE", "LEAF_LATE"]
    state = shelf.register.entries()
    shelf.join("d2")
    assert shelf.register.entries() == state and shelf.told("d2") == [("waiting", "LEAF_LATE")]


def test_where_several_leaves_would_do_none_is_joined_and_the_ledger_says_what_to_do(shelf: Shelf) -> None:
    shelf.hand_in("d1", rows(Leaf.LEFT), None, rows(Leaf.LEFT), None)
    shelf.hand_in("d2", None, rows(Leaf.RIGHT), None, rows(Leaf.RIGHT), day=2)
    assert shelf.join("d2") == []
    assert all(len(entry.pages) == 1 for entry in shelf.register.entries())
    unpaired = ("done", "LEAVES_UNPAIRED"), ("waiting", "LEAVES_UNPAIRED")
    assert shelf.told("d1") == [unpaired[0], ("done", ""), unpaired[0], ("done", "")]
    words = left_words(shelf.register.delivered_pages("d1")[0])
    assert "Sổ còn 2 trang trái và 2 trang phải" in words and "ingest book --book" in words
    assert [code for _, code in shelf.open_points()] == ["LEAVES_UNPAIRED"] * 4


def test_families_tell_which_leaf_goes_with_which(shelf: Shelf) -> None:
    one, two = FAMILIES[:3], FAMILIES[3:6]
    shelf.hand_in("d1", rows(Leaf.LEFT, one), None, rows(Leaf.LEFT, two), None)
    shelf.hand_in("d2", None, rows(Leaf.RIGHT, two), None, rows(Leaf.RIGHT, one), day=2)
    assert shelf.join("d2") == ["d1"]
    for entry in shelf.register.entries():
        assert entry.text("nksHoTen").split()[0] == entry.text("chaHoTen").split()[0]
    assert [code for _, code in shelf.told("d1")] == ["LEAVES_MET", "", "LEAVES_MET", ""]


def test_the_end_of_one_day_faces_the_beginning_of_the_next(shelf: Shelf) -> None:
    shelf.hand_in("d1", rows(Leaf.LEFT), None, rows(Leaf.LEFT))
    shelf.hand_in("d2", rows(Leaf.RIGHT), None, day=2)
    assert shelf.join("d2") == ["d1"]
    assert [code for _, code in shelf.told("d1")] == ["LEAF_ALONE", "", "LEAVES_MET"]
    shelf.hand_in("d3", None, rows(Leaf.RIGHT), None, day=3)
    assert shelf.join("d3") == ["d1"]
    assert [code for _, code in shelf.told("d1")] == ["LEAVES_MET", "", "LEAVES_MET"]


def test_leaves_of_another_book_of_one_delivery_or_of_a_closed_book_are_left_alone(shelf: Shelf) -> None:
    shelf.hand_in("d1", rows(Leaf.LEFT), None, rows(Leaf.RIGHT))
    shelf.hand_in("d2", rows(Leaf.RIGHT), book="so-2", day=2)
    assert shelf.join("d1") == shelf.join("d2") == []
    shelf.register.close_book("so-2", NOW)
    shelf.hand_in("d3", rows(Leaf.LEFT), book="so-3", day=3)
    shelf.register.reopen_book("so-2")
    shelf.register.bind_delivery("d3", "so-2")
    shelf.register.close_book("so-2", NOW)
    assert shelf.join("d3") == []
    shelf.register.reopen_book("so-2")
    assert shelf.join("d3") == ["d3"]


def test_nothing_is_joined_while_pages_are_not_read(shelf: Shelf) -> None:
    shelf.hand_in("d1", rows(Leaf.LEFT))
    shelf.hand_in("d2", rows(Leaf.RIGHT), None, day=2)
    waiting = shelf.register.delivered_pages("d2")[1]
    shelf.register.settle_page(replace(waiting, status=PageStatus.RECEIVED))
    assert shelf.join("d2") == []
    shelf.register.settle_page(waiting)
    assert shelf.join("d2") == ["d1"]


def test_a_leaf_that_is_read_anew_stays_joined(shelf: Shelf) -> None:
    shelf.hand_in("d1", rows(Leaf.LEFT))
    shelf.hand_in("d2", rows(Leaf.RIGHT), day=2)
    shelf.join("d2")
    joined = shelf.register.entries()
    over = Leaves(shelf.register)
    for name, leaf in (("d1", Leaf.LEFT), ("d2", Leaf.RIGHT)):
        (page,) = shelf.register.delivered_pages(name)
        found = over.before(page, leaf)
        assert found is not None
        entries, problem = found
        assert problem.code == "LEAVES_MET"
        shelf.register.draft(entries)
        assert [entry.pages for entry in shelf.register.entries()] == [entry.pages for entry in joined]
    shelf.hand_in("d3", rows(Leaf.LEFT), book="so-9", day=3)
    assert over.before(shelf.register.delivered_pages("d3")[0], Leaf.LEFT) is None


def test_no_leaf_is_in_two_pairs() -> None:
    page = DeliveredPage("d", 1, "x", None, PageStatus.DONE)  # type: ignore[arg-type]
    assert pairs_of([]) == ([], [])
    assert pairs_of([LoneLeaf(page, Leaf.LEFT, tuple(rows(Leaf.LEFT)), 0)]) == ([], [])


def test_half_a_table_keeps_a_book_from_being_closed() -> None:
    from tests.records.test_completeness import claim, page

    half = replace(page(1, claim(1, "1")), problem=PageProblem("LEAF_ALONE", {"leaf": "trái", "other": "phải"}))
    report = examine(Book("b", "", RegisterKind.BIRTH, 0, ""), [half], Stated(1, 1))
    (point,) = report.of(PointKind.NO_ENTRY)
    assert (point.word, point.open, report.found) == ("POINT_HALF", True, 1)
    assert not Standing().closed and FORM.id == "birth-1961"

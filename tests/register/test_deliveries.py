import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from records.codes import PageRole, PageStatus, RegisterKind
from records.errors import NotFound, WrongUse
from records.pages import Digest, PageId, PageProblem, StageResult
from register import SqlRegister
from tests.register.making import AT, LATER, delivery, page


def test_a_delivery_comes_back_as_it_was_handed_in(register: SqlRegister) -> None:
    pages = [page("d1", 1), page("d1", 2)]
    assert register.open_delivery(delivery(), pages) == delivery()
    assert register.delivery("d1") == delivery()
    assert register.deliveries() == [delivery()]
    assert register.delivered_pages("d1") == pages


def test_who_kept_the_book_is_kept_as_first_said(register: SqlRegister) -> None:
    said = replace(delivery(), authority="UBND phường Bạch Mai")
    register.open_delivery(said, [])
    register.open_delivery(replace(said, authority=""), [])
    assert register.delivery(said.id).authority == "UBND phường Bạch Mai"


def test_the_same_delivery_again_adds_what_is_new_and_changes_nothing_else(register: SqlRegister) -> None:
    register.open_delivery(delivery(), [page("d1", 1), page("d1", 2)])
    done = replace(page("d1", 1), status=PageStatus.DONE, role=PageRole.ENTRY)
    register.settle_page(done)
    again = replace(delivery(at=LATER), label="other", quarantined=(("b.tif", Digest("e" * 64), "FILE_EMPTY"),))
    register.open_delivery(again, [page("d1", 1), page("d1", 2), page("d1", 3)])
    assert register.delivered_pages("d1") == [done, page("d1", 2), page("d1", 3)]
    assert register.delivered_pages("d1", seq=3) == [page("d1", 3)]
    assert register.delivered_pages("d1", seq=4) == []
    kept = register.delivery("d1")
    assert (kept.label, kept.received_at) == (delivery().label, AT)
    assert kept.quarantined == (*delivery().quarantined, *again.quarantined)


def test_a_page_found_later_does_not_push_others_from_their_place(register: SqlRegister) -> None:
    register.open_delivery(delivery(), [page("d1", 1, file="a.png"), page("d1", 2, file="c.png")])
    between = page("d1", 2, file="b.png", master="b" * 64)
    register.open_delivery(delivery(), [page("d1", 1, file="a.png"), between])
    assert [(p.seq, p.file) for p in register.delivered_pages("d1")] == [(1, "a.png"), (2, "c.png"), (3, "b.png")]


def test_opening_twice_at_once_enters_each_page_once(register: SqlRegister) -> None:
    pages = [page("d1", n) for n in range(1, 21)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: register.open_delivery(delivery(), pages), range(6)))
    assert register.delivered_pages("d1") == pages
    assert len(register.events("d1")) == 1


def test_every_page_is_in_exactly_one_status(register: SqlRegister) -> None:
    register.open_delivery(delivery(), [page("d1", n) for n in range(1, 5)])
    problem = PageProblem("PAGE_BLANK", {"page": "trang 2", "ô": "đầy"})
    waiting = replace(page("d1", 2), status=PageStatus.WAITING, problem=problem, kind=RegisterKind.OTHER)
    register.settle_page(waiting)
    register.settle_page(replace(page("d1", 3), status=PageStatus.DONE, edition="ks-2016", kind=RegisterKind.BIRTH))
    assert register.delivered_pages("d1", PageStatus.WAITING) == [waiting]
    assert register.page_counts("d1") == {
        PageStatus.RECEIVED: 2,
        PageStatus.DONE: 1,
        PageStatus.WAITING: 1,
        PageStatus.FAILED: 0,
    }
    register.settle_page(replace(page("d1", 2), status=PageStatus.DONE))
    assert register.page(waiting.page.id).problem is None


def test_the_same_page_delivered_twice_is_known_as_last_delivered(register: SqlRegister) -> None:
    register.open_delivery(delivery("late", at=LATER), [page("late", 7, file="x.png", master="1" * 64)])
    first = replace(page("early", 7, file="x.png", master="1" * 64), file="y.png")
    register.open_delivery(delivery("early"), [first])
    assert register.page(first.page.id).delivery == "late"


def test_unknown_deliveries_and_pages(register: SqlRegister) -> None:
    for ask in (register.delivery, register.delivered_pages, register.page_counts):
        with pytest.raises(NotFound):
            ask("nothing")
    with pytest.raises(NotFound):
        register.page(PageId("nothing"))
    register.open_delivery(delivery(), [])
    with pytest.raises(NotFound):
        register.settle_page(page("d1", 1))


def test_a_moment_without_a_zone_is_refused_and_any_zone_becomes_utc(register: SqlRegister) -> None:
    with pytest.raises(WrongUse) as caught:
        register.open_delivery(delivery(at=dt.datetime(2026, 11, 20)), [])
    assert caught.value.code == "LEDGER_TIME_WITHOUT_ZONE"
    there = AT.astimezone(dt.timezone(dt.timedelta(hours=7)))
    kept = register.open_delivery(delivery(at=there), []).received_at
    assert (kept, kept.utcoffset()) == (AT, dt.timedelta(0))


def test_a_stage_result_is_kept_once(register: SqlRegister) -> None:
    first = StageResult(PageId("p-0001"), "read", "1", {"words": [{"text": "Nguyễn", "box": [1, 2.5]}]}, 0.75)
    register.record_stage(first)
    register.record_stage(replace(first, payload={"words": []}))
    newer = replace(first, code_version="2", payload={})
    register.record_stage(newer)
    assert register.stage_result(first.page, "read", "1") == first
    assert register.stage_result(first.page, "read", "2") == newer
    assert register.newest_results([first.page, PageId("p-9999")], "read") == {first.page: newer}
    assert register.newest_results([first.page], "locate") == register.newest_results([], "read") == {}
    assert register.stage_result(first.page, "locate", "1") is None


def test_text_that_databases_choke_on_is_cleaned_not_refused(register: SqlRegister) -> None:
    dirty = StageResult(PageId("p-0001"), "read", "1", {"text": "Nguye\u0302\u0303n\x00 A\u202e\ud800"}, 0.1)
    register.record_stage(dirty)
    kept = register.stage_result(dirty.page, "read", "1")
    assert kept is not None
    assert kept.payload == {"text": "Nguyễn A"}


def test_what_json_cannot_hold_is_refused(register: SqlRegister) -> None:
    with pytest.raises(WrongUse) as caught:
        register.record_stage(StageResult(PageId("p-0001"), "read", "1", {"x": float("nan")}, 0.1))
    assert caught.value.code == "LEDGER_NOT_JSON"
    assert register.stage_result(PageId("p-0001"), "read", "1") is None


def test_every_place_of_a_page_is_told_the_last_first(register: SqlRegister) -> None:
    twin = replace(page("d1", 1), seq=2, file="twin.png")
    register.open_delivery(delivery(), [page("d1", 1), twin])
    other = replace(page("d1", 1), delivery="d2", file="later.png")
    register.open_delivery(delivery("d2", at=LATER), [other])
    assert register.placings(other.page.id) == [other, twin, page("d1", 1)]
    assert register.page(other.page.id) == other
    with pytest.raises(NotFound):
        register.placings(PageId("nowhere-0001"))


def test_facts_of_a_file_that_could_not_be_opened_are_kept(register: SqlRegister) -> None:
    problem = PageProblem("IMAGE_TOO_LARGE", {"width": "30000", "height": "30000", "most": "120"})
    told = replace(delivery(), quarantined=(("bomb.png", Digest("e" * 64), problem.written()),))
    register.open_delivery(told, [])
    ((_, _, written),) = register.delivery("d1").quarantined
    assert PageProblem.parse(written) == problem

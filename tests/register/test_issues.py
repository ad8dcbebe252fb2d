import multiprocessing as mp
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import pytest

from records.codes import IssueStatus, Presence
from records.errors import Conflict, NotFound, WrongUse
from records.extracts import IssuedExtract, IssueNumber
from register import SqlRegister, open_register
from tests.register.making import by, entry, extract, pdf, verified


def reserve(url: str, wanted: IssuedExtract) -> int:
    with open_register(url) as register:
        return register.reserve_number(wanted).number.number


def test_from_reserved_to_issued(register: SqlRegister) -> None:
    source = verified(register)
    wanted = extract(source, code="ABCD", request_id="r1")
    reserved = register.reserve_number(wanted)
    assert reserved == replace(wanted, number=replace(wanted.number, number=1))
    assert reserved.status is IssueStatus.RESERVED
    issued = register.complete_issue(reserved.number, pdf(1))
    assert issued == replace(reserved, status=IssueStatus.ISSUED, pdf=pdf(1))
    assert register.complete_issue(reserved.number, pdf(1)) == issued
    assert register.issued(pdf=pdf(1)) == register.issued(code="ABCD") == issued
    assert register.issued(pdf=pdf(1), code="ABCD") == issued
    assert register.issued(pdf=pdf(1), code="other") is None
    assert register.issued(pdf=pdf(2)) is None
    assert register.issue_book("HBT", 2026) == [issued]
    assert register.issued_from(source.id) == [issued]
    told = [e.event for e in register.events("HBT/2026/1/TLKS-BS")]
    assert [(e.event_type, e.agent) for e in told] == [("number reserved", "minh"), ("issue", "minh")]


def test_one_counter_for_authority_and_year_over_all_suffixes(register: SqlRegister) -> None:
    source = verified(register)
    rows = [
        extract(source, suffix="TLKS-BS"),
        extract(source, suffix="TLKH-BS"),
        extract(source, year=2027),
        extract(source, authority="DK"),
        extract(source, suffix="TLKS-BS"),
    ]
    assert [register.reserve_number(row).number.number for row in rows] == [1, 2, 1, 1, 3]
    assert [str(row.number) for row in register.issue_book("HBT", 2026)] == ["1/TLKS-BS", "2/TLKH-BS", "3/TLKS-BS"]


def test_a_number_is_found_in_every_book_that_has_it(register: SqlRegister) -> None:
    source = verified(register)
    first = register.reserve_number(extract(source, year=2025))
    second = register.reserve_number(extract(source, year=2026))
    register.reserve_number(extract(source, year=2026))
    register.reserve_number(extract(source, authority="TX", suffix="TLKT-BS"))
    assert register.numbered(1, "TLKS-BS") == [first, second]
    assert register.numbered(7, "TLKS-BS") == []


def test_twenty_threads_get_twenty_numbers_without_a_gap(register: SqlRegister) -> None:
    source = verified(register)
    wanted = [extract(source) for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        given = list(pool.map(register.reserve_number, wanted))
    assert sorted(row.number.number for row in given) == list(range(1, 21))
    assert [row.number.number for row in register.issue_book("HBT", 2026)] == list(range(1, 21))
    assert register.check().whole


@pytest.mark.slow
def test_processes_share_one_counter_and_one_chain(register: SqlRegister, url: str) -> None:
    wanted = [extract(verified(register)) for _ in range(12)]
    with ProcessPoolExecutor(4, mp_context=mp.get_context("spawn")) as pool:
        given = list(pool.map(reserve, [url] * 12, wanted))
    assert sorted(given) == list(range(1, 13))
    assert register.check().whole


def test_a_number_is_never_used_twice_also_when_cancelled(register: SqlRegister) -> None:
    source = verified(register)
    first = register.reserve_number(extract(source))
    cancelled = register.cancel_issue(first.number, "In hỏng", agent="hoa")
    assert (cancelled.status, cancelled.reason) == (IssueStatus.CANCELLED, "In hỏng")
    assert register.cancel_issue(first.number, "In hỏng") == cancelled
    assert register.reserve_number(extract(source)).number.number == 2
    assert register.issue_book("HBT", 2026)[0] == cancelled
    assert register.events("HBT/2026/1/TLKS-BS")[-1].event.agent == "hoa"
    with pytest.raises(Conflict):
        register.complete_issue(first.number, pdf(1))
    with pytest.raises(Conflict):
        register.cancel_issue(first.number, "lý do khác")


def test_a_reservation_is_given_up_only_while_it_is_one(register: SqlRegister) -> None:
    source = verified(register)
    number = register.reserve_number(extract(source)).number
    issued = register.complete_issue(number, pdf(1))
    with pytest.raises(Conflict) as caught:
        register.cancel_issue(number, "hỏng", only=IssueStatus.RESERVED)
    assert caught.value.code == "ISSUE_IS_ISSUED"
    assert register.issue_book("HBT", 2026) == [issued]
    other = register.reserve_number(extract(source)).number
    assert register.cancel_issue(other, "hỏng", only=IssueStatus.RESERVED).status is IssueStatus.CANCELLED


def test_one_request_gives_one_living_copy(register: SqlRegister) -> None:
    source = verified(register)
    wanted = [extract(source, request_id="double click") for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        given = list(pool.map(register.reserve_number, wanted))
    assert len({row.number for row in given}) == 1
    issued = register.complete_issue(given[0].number, pdf(1))
    assert register.reserve_number(wanted[3]) == issued
    register.cancel_issue(issued.number, "sai")
    assert register.reserve_number(extract(source, request_id="double click")).number.number == 2


def test_a_refused_reservation_uses_no_number(register: SqlRegister) -> None:
    source = verified(register)
    register.reserve_number(extract(source, code="same"))
    with pytest.raises(Conflict) as caught:
        register.reserve_number(extract(source, code="same"))
    assert caught.value.code == "ISSUE_TAKEN"
    assert register.reserve_number(extract(source)).number.number == 2


def test_a_number_is_for_a_verified_entry_as_it_stands(register: SqlRegister) -> None:
    (draft,) = register.draft([entry("KS-DRAFT", so="1")])
    with pytest.raises(WrongUse) as refused:
        register.reserve_number(extract(draft))
    assert refused.value.code == "ENTRY_NOT_VERIFIED"
    source = verified(register)
    register.decide(source.id, "so", Presence.WRITTEN, "99", "99", by("hoa"), source.version)
    with pytest.raises(Conflict) as changed:
        register.reserve_number(extract(source))
    assert (changed.value.code, changed.value.facts["by"]) == ("ENTRY_CHANGED", "hoa")
    with pytest.raises(NotFound):
        register.reserve_number(replace(extract(source), entry_id="KS-NOTHING"))
    assert register.issue_book("HBT", 2026) == []


def test_another_file_for_an_issued_number_is_refused(register: SqlRegister) -> None:
    source = verified(register)
    first, second = (register.reserve_number(extract(source)).number for _ in range(2))
    register.complete_issue(first, pdf(1))
    with pytest.raises(Conflict) as other:
        register.complete_issue(first, pdf(2))
    assert other.value.code == "ISSUE_OTHER_FILE"
    with pytest.raises(Conflict) as taken:
        register.complete_issue(second, pdf(1))
    assert taken.value.code == "ISSUE_TAKEN"
    assert register.issued(pdf=pdf(2)) is None


def test_superseding(register: SqlRegister) -> None:
    source = verified(register)
    old, new, bare, wrong = (register.reserve_number(extract(source)).number for _ in range(4))
    register.complete_issue(old, pdf(1))
    with pytest.raises(Conflict):
        register.supersede_issue(old, new, "cải chính")
    register.complete_issue(new, pdf(2))
    gone = register.supersede_issue(old, new, "cải chính", agent="hoa")
    assert (gone.status, gone.superseded_by, gone.reason) == (IssueStatus.SUPERSEDED, "2/TLKS-BS", "cải chính")
    assert register.supersede_issue(old, new, "cải chính") == gone
    assert register.issued(pdf=pdf(1)) == gone
    refused = {
        "ISSUE_IS_SUPERSEDED": (old, new),
        "ISSUE_OF_ITSELF": (new, new),
        "ISSUE_IS_RESERVED": (new, bare),
        "ISSUE_IS_CANCELLED": (register.cancel_issue(wrong, "sai").number, new),
    }
    for code, (number, successor) in refused.items():
        with pytest.raises(Conflict) as caught:
            register.supersede_issue(number, successor, "khác")
        assert caught.value.code == code
    told = register.events("HBT/2026/1/TLKS-BS")[-1].event
    assert (told.agent, told.detail["by"]) == ("hoa", "HBT/2026/2/TLKS-BS")


def test_unknown_numbers_and_questions_without_a_key(register: SqlRegister) -> None:
    source = verified(register)
    number = register.reserve_number(extract(source)).number
    for wrong in (replace(number, number=2), replace(number, suffix="X"), IssueNumber("DK", 2026, 1, "TLKS-BS", "")):
        with pytest.raises(NotFound) as caught:
            register.complete_issue(wrong, pdf(1))
        assert caught.value.code == "ISSUE_UNKNOWN"
    with pytest.raises(WrongUse):
        register.issued()

import json
import os
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from records.accounts import Account
from records.books import Explanation, PointKind, Stated
from records.codes import Presence, RegisterKind
from records.entries import Book, PhysicalCopy
from records.pages import PageId, StageResult
from records.provenance import ProvenanceEvent
from register import SqlRegister
from register.schema import metadata
from tests.register.making import AT, by, decided, delivery, entry, extract, note, page, pdf, verified


def event(n: int = 0, object_id: str = "x") -> ProvenanceEvent:
    return ProvenanceEvent("access", object_id, "lan", AT, {"why": f"tra cứu {n}"})


def fill(register: SqlRegister) -> None:
    """Put something into every table."""
    register.add_book(Book("b1", "HBT", RegisterKind.BIRTH, 1987, "01"))
    register.add_copy(PhysicalCopy("c1", "b1", "UBND phường"))
    register.expect("b1", Stated(events=9))
    register.explain("b1", [Explanation(PointKind.GAP, "3", (), "rách mất", "lan", AT)])
    register.open_delivery(delivery(), [page("d1", 1)])
    register.record_stage(StageResult(PageId("p-0001"), "read", "1", {}, 0.1))
    (drafted,) = register.draft([entry("KS-NOTE", so="1", notes=[note()])])
    decided(register, drafted)
    register.complete_issue(register.reserve_number(extract(verified(register))).number, pdf(1))
    register.put_account(Account("lan", "Lan", frozenset(), "hash"))


def lay_hands_on(register: SqlRegister, statement: str) -> None:
    """Do what somebody with the database's password could do, guards removed."""
    sqlite = register.database.is_sqlite
    with register.database.engine.begin() as connection:
        if sqlite:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        assert connection.execute(text(statement)).rowcount > 0


def test_events_form_a_chain(register: SqlRegister) -> None:
    chained = [register.append(event(n)) for n in range(4)]
    assert [c.seq for c in chained] == [1, 2, 3, 4]
    assert [c.previous for c in chained] == ["0" * 64, *(c.digest for c in chained[:-1])]
    assert register.events() == chained
    report = register.verify_chain()
    assert (report.length, report.whole, report.broken_at, report.head) == (4, True, None, chained[-1].digest)


def test_the_digest_can_be_computed_by_anybody(register: SqlRegister) -> None:
    chained = register.append(event())
    told = {
        "event": {
            "agent": "lan",
            "at": "2026-11-20T08:30:15.123456+00:00",
            "detail": {"why": "tra cứu 0"},
            "event_type": "access",
            "object_id": "x",
        },
        "previous": "0" * 64,
    }
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert chained.digest == sha256(canonical.encode()).hexdigest()


def test_the_last_events_are_given_in_order(register: SqlRegister) -> None:
    for n in range(6):
        register.append(event(n, "odd" if n % 2 else "even"))
    assert [e.event.detail["why"][-1] for e in register.events("odd")] == ["1", "3", "5"]
    assert [e.seq for e in register.events(limit=2)] == [5, 6]


def test_appending_at_once_does_not_fork_the_chain(register: SqlRegister) -> None:
    with ThreadPoolExecutor(12) as pool:
        chained = list(pool.map(lambda n: register.append(event(n)), range(60)))
    assert sorted(c.seq for c in chained) == list(range(1, 61))
    assert len({c.previous for c in chained}) == 60
    assert register.verify_chain().whole


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_goes_on_with_connections_of_its_own(register: SqlRegister) -> None:
    register.append(event(0))
    child = os.fork()
    if child == 0:
        try:
            register.append(event(1))
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    register.append(event(2))
    assert [e.event.detail["why"][-1] for e in register.events()] == ["0", "1", "2"]
    assert register.check().whole


def test_a_change_and_its_event_stand_or_fall_together(register: SqlRegister, monkeypatch: pytest.MonkeyPatch) -> None:
    register.draft([entry(so="12")])
    before = register.verify_chain()

    def no_chain(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("register.saving.chain", no_chain)
    with pytest.raises(KeyboardInterrupt):
        register.decide("KS-AAAAAAAAAA", "so", Presence.BLANK, "", "", by(), 1)
    assert register.entry("KS-AAAAAAAAAA").version == 1
    assert register.verify_chain() == before


TABLES = sorted(metadata.tables)
FROZEN = (
    "audit_events",
    "book_explanations",
    "entry_versions",
    "field_versions",
    "note_versions",
    "quarantined_files",
    "readings",
    "stage_results",
)


def test_nothing_can_be_deleted_and_history_cannot_be_changed(register: SqlRegister) -> None:
    fill(register)
    statements = [f"DELETE FROM {table}" for table in TABLES]
    for table in FROZEN:
        column = next(iter(metadata.tables[table].columns)).name
        statements.append(f"UPDATE {table} SET {column} = {column}")
    if register.database.is_sqlite:
        statements.append("INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events")
    else:
        statements += [f"TRUNCATE {table} CASCADE" for table in TABLES]
    for statement in statements:
        with pytest.raises(IntegrityError, match="the ledger keeps"), register.database.engine.begin() as connection:
            connection.execute(text(statement))
    assert register.check().whole


@pytest.mark.parametrize("column", ["event_type", "object_id", "agent", "at", "detail", "previous", "digest"])
def test_any_changed_event_is_found(register: SqlRegister, column: str) -> None:
    for n in range(5):
        register.append(event(n))
    value = {"at": "2026-11-20 00:00:00+00:00", "detail": '{"why":"khác"}'}.get(column, "changed")
    lay_hands_on(register, f"UPDATE audit_events SET {column} = '{value}' WHERE seq = 3")
    report = register.verify_chain()
    assert (report.whole, report.broken_at, report.length) == (False, 3, 2)


@pytest.mark.parametrize(("statement", "broken_at"), [("seq = 2", 2), ("seq >= 4", 4), ("seq > 0", 1)])
def test_any_missing_event_is_found(register: SqlRegister, statement: str, broken_at: int) -> None:
    for n in range(5):
        register.append(event(n))
    lay_hands_on(register, f"DELETE FROM audit_events WHERE {statement}")
    report = register.verify_chain()
    assert (report.whole, report.broken_at) == (False, broken_at)


@pytest.mark.parametrize(
    ("statement", "altered"),
    [
        ("UPDATE field_versions SET value = 'x' WHERE entry = 'KS-NOTE' AND version = 2", "KS-NOTE"),
        ("UPDATE note_versions SET text = 'x' WHERE entry = 'KS-NOTE' AND version = 3", "KS-NOTE"),
        ("UPDATE readings SET confidence = 0.5 WHERE entry = 'KS-NOTE'", "KS-NOTE"),
        ("UPDATE entry_versions SET verified_by = 'x' WHERE entry = 'KS-NOTE' AND version = 3", "KS-NOTE"),
        ("UPDATE entries SET version = 2 WHERE id = 'KS-NOTE'", "KS-NOTE"),
        ("UPDATE issued_extracts SET applicant = 'x'", "HBT/2026/1/TLKS-BS"),
        ("UPDATE issued_extracts SET status = 'cancelled'", "HBT/2026/1/TLKS-BS"),
        ("UPDATE entries SET version = 99 WHERE id = 'KS-NOTE'", "KS-NOTE"),
        ("UPDATE entry_versions SET state = 'x' WHERE entry = 'KS-NOTE' AND version = 3", "KS-NOTE"),
        ("UPDATE field_versions SET evidence = '{' WHERE entry = 'KS-NOTE' AND version = 2", "KS-NOTE"),
        ("UPDATE field_versions SET evidence = '{}' WHERE entry = 'KS-NOTE' AND version = 2", "KS-NOTE"),
        ("UPDATE issued_extracts SET status = 'x'", "HBT/2026/1/TLKS-BS"),
        ("UPDATE books SET year = 1988", "b1"),
        ("UPDATE books SET kind = 'x'", "b1"),
        ("UPDATE book_standings SET closed_by = 'x'", "b1"),
        ("UPDATE book_standings SET events = 10", "b1"),
        ("DELETE FROM book_standings", "b1"),
        ("UPDATE book_explanations SET reason = 'x'", "b1"),
        ("UPDATE book_explanations SET kind = 'x'", "b1"),
        ("DELETE FROM book_explanations", "b1"),
    ],
)
def test_a_value_changed_behind_the_ledgers_back_is_found(register: SqlRegister, statement: str, altered: str) -> None:
    fill(register)
    assert register.check().whole
    lay_hands_on(register, statement)
    found = register.check()
    assert (found.altered, found.whole, found.chain.whole) == ((altered,), False, True)


@pytest.mark.parametrize("detail", ["{", "[]", "7"])
def test_an_event_that_cannot_be_read_breaks_the_chain_at_its_place(register: SqlRegister, detail: str) -> None:
    fill(register)
    first = register.events("KS-NOTE")[0].seq
    assert first > 1
    lay_hands_on(register, f"UPDATE audit_events SET detail = '{detail}' WHERE object_id = 'KS-NOTE'")
    found = register.check()
    assert (found.chain.whole, found.chain.broken_at, found.altered) == (False, first, ("KS-NOTE",))


def test_an_entry_and_an_extract_that_are_gone_are_found(register: SqlRegister) -> None:
    fill(register)
    for table in ("field_versions", "note_versions", "readings", "entry_versions"):
        lay_hands_on(register, f"DELETE FROM {table} WHERE entry = 'KS-NOTE'")
    lay_hands_on(register, "DELETE FROM entries WHERE id = 'KS-NOTE'")
    assert register.check().altered == ("KS-NOTE",)
    lay_hands_on(register, "DELETE FROM issued_extracts")
    found = register.check()
    assert (found.altered, found.gaps) == (("KS-NOTE", "HBT/2026/1/TLKS-BS"), ("HBT/2026",))


def test_a_number_missing_from_the_issue_book_is_found(register: SqlRegister) -> None:
    source = verified(register)
    for _ in range(3):
        register.reserve_number(extract(source))
    lay_hands_on(register, "DELETE FROM issued_extracts WHERE number = 3")
    assert register.check().gaps == ("HBT/2026",)

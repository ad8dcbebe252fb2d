import datetime as dt
import multiprocessing as mp
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import pytest

from records.accounts import Account
from records.codes import Role
from records.errors import NotFound, WrongUse
from register import SqlRegister, open_register
from tests.register.making import AT, LATER

LAN = Account("lan", "Nguyễn Thị Lan", frozenset({Role.CLERK, Role.KEYER}), "$argon2id$secret")
PAUSE = dt.timedelta(minutes=5)


def count(url: str) -> bool:
    with open_register(url) as register:
        return register.count_try("lan", AT, 5, PAUSE) is not None


def test_an_account_comes_back(register: SqlRegister) -> None:
    register.put_account(LAN)
    locked = replace(LAN, name="an", failures=5, locked_until=LATER, disabled=True)
    register.put_account(locked)
    assert register.account("lan") == LAN
    assert register.account("nobody") is None
    assert register.accounts() == [locked, LAN]


def test_changes_are_told_without_the_hash(register: SqlRegister) -> None:
    register.put_account(LAN)
    register.put_account(LAN)
    register.put_account(replace(LAN, roles=frozenset({Role.LEADER})), agent="root")
    register.put_account(replace(LAN, roles=frozenset({Role.LEADER}), password_hash="$argon2id$other"), agent="lan")
    told = [(e.event.agent, e.event.detail["roles"], "password" in e.event.detail) for e in register.events("lan")]
    assert told == [("khongcho", "clerk, keyer", True), ("root", "leader", False), ("lan", "leader", True)]
    assert all("argon2" not in str(e) for e in register.events())


def test_each_fifth_try_locks_and_a_locked_account_counts_nothing(register: SqlRegister) -> None:
    register.put_account(LAN)
    for failures in range(1, 5):
        assert register.count_try("lan", AT, 5, PAUSE) == replace(LAN, failures=failures)
    locked = replace(LAN, failures=5, locked_until=AT + PAUSE)
    assert register.count_try("lan", AT, 5, PAUSE) == locked
    assert register.count_try("lan", AT + PAUSE - dt.timedelta(seconds=1), 5, PAUSE) is None
    assert register.account("lan") == locked
    assert register.count_try("lan", AT + PAUSE, 5, PAUSE) == replace(LAN, failures=6)
    register.forget_tries("lan")
    register.forget_tries("lan")
    assert register.account("lan") == LAN
    told = [e.event.detail["failures"] for e in register.events("lan")]
    assert told == ["0", "1", "2", "3", "4", "5", "6", "0"]
    assert register.check().whole


def test_counting_leaves_alone_what_somebody_changed_meanwhile(register: SqlRegister) -> None:
    register.put_account(LAN)
    changed = replace(LAN, roles=frozenset({Role.LEADER}), password_hash="$argon2id$other", disabled=True)
    register.put_account(changed)
    register.count_try("lan", AT, 5, PAUSE)
    assert register.account("lan") == replace(changed, failures=1)
    register.forget_tries("lan")
    assert register.account("lan") == changed


def test_tries_at_the_same_moment_all_count(register: SqlRegister) -> None:
    register.put_account(LAN)
    with ThreadPoolExecutor(20) as pool:
        counted = list(pool.map(lambda _: register.count_try("lan", AT, 5, PAUSE), range(20)))
    assert sorted(a.failures for a in counted if a) == [1, 2, 3, 4, 5]
    assert register.account("lan") == replace(LAN, failures=5, locked_until=AT + PAUSE)


@pytest.mark.slow
def test_tries_from_several_processes_all_count(register: SqlRegister, url: str) -> None:
    register.put_account(LAN)
    with ProcessPoolExecutor(4, mp_context=mp.get_context("spawn")) as pool:
        assert sum(pool.map(count, [url] * 12)) == 5


def test_disabling_changes_nothing_else_and_is_told(register: SqlRegister) -> None:
    register.put_account(LAN)
    register.count_try("lan", AT, 5, PAUSE)
    for _ in range(2):
        register.set_disabled("lan", disabled=True, agent="root")
    assert register.account("lan") == replace(LAN, failures=1, disabled=True)
    register.set_disabled("lan", disabled=False, agent="root")
    assert register.account("lan") == replace(LAN, failures=1)
    told = [(e.event.agent, e.event.detail["disabled"]) for e in register.events("lan")]
    assert told[2:] == [("root", "true"), ("root", "false")]
    with pytest.raises(NotFound):
        register.set_disabled("nobody", disabled=True)


def test_a_try_of_nobody_is_not_found_and_a_moment_needs_a_zone(register: SqlRegister) -> None:
    with pytest.raises(NotFound):
        register.count_try("nobody", AT, 5, PAUSE)
    with pytest.raises(NotFound):
        register.forget_tries("nobody")
    register.put_account(LAN)
    with pytest.raises(WrongUse):
        register.count_try("lan", AT.replace(tzinfo=None), 5, PAUSE)

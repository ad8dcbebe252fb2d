from dataclasses import replace

from records.accounts import Account
from records.codes import Role
from register import SqlRegister
from tests.register.making import LATER

LAN = Account("lan", "Nguyễn Thị Lan", frozenset({Role.CLERK, Role.KEYER}), "$argon2id$secret")


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

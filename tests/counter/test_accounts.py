"""Passwords, sign-in, waiting after failures, sessions."""

import hashlib
import sqlite3
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from counter import LEAST_PASSWORD, accounts, new_account, with_password
from counter.accounts import MOST_PASSWORD, SignIn, sign_in
from counter.sessions import COOKIE, IDLE_SECONDS, LONGEST_SECONDS, Sessions, bound_to
from counter.store import Store
from counter.throttle import Limit, Throttle
from records.codes import Role
from records.errors import WrongUse

GOOD = "mưa rào tháng sáu"


def test_a_password_is_kept_as_argon2id_alone() -> None:
    account = new_account("lan", "Lê Thị Lan", [Role.CLERK], GOOD)
    assert account.password_hash.startswith("$argon2id$")
    assert GOOD not in repr(account)
    assert account.password_hash != new_account("lan", "Lê Thị Lan", [Role.CLERK], GOOD).password_hash


@pytest.mark.parametrize(
    ("name", "full", "roles", "password", "code"),
    [
        ("Lan", "Lê Thị Lan", [Role.CLERK], GOOD, "ACCOUNT_NAME_INVALID"),
        ("../lan", "Lê Thị Lan", [Role.CLERK], GOOD, "ACCOUNT_NAME_INVALID"),
        ("lan", "  ", [Role.CLERK], GOOD, "ACCOUNT_INCOMPLETE"),
        ("lan", "Lê Thị Lan", [], GOOD, "ACCOUNT_INCOMPLETE"),
        ("lan", "Lê Thị Lan", [Role.CLERK], "", "PASSWORD_WEAK"),
        ("lan", "Lê Thị Lan", [Role.CLERK], "a" * (LEAST_PASSWORD - 1), "PASSWORD_WEAK"),
        ("lan", "Lê Thị Lan", [Role.CLERK], "ă" * (MOST_PASSWORD + 1), "PASSWORD_LONG"),
        ("lelanlelan", "Lê Thị Lan", [Role.CLERK], "LELANLELAN", "PASSWORD_WEAK"),
    ],
)
def test_a_bad_account_is_refused(name: str, full: str, roles: list[Role], password: str, code: str) -> None:
    with pytest.raises(WrongUse) as refused:
        new_account(name, full, roles, password)
    assert refused.value.code == code


def test_there_is_no_account_until_one_is_made(town: Any) -> None:
    answer = town.browser().sign_in("admin", "admin")
    assert answer.status_code == 403
    assert "SIGN_IN_WRONG" in answer.text


def test_sign_in_gives_a_strict_cookie_and_leads_on(town: Any) -> None:
    answer = town.browser().sign_in("lan", path="/dang-nhap?tiep=/so-cap")
    assert (answer.status_code, answer.headers["location"]) == (303, "/so-cap")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}="))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_never_leads_to_another_site(town: Any, elsewhere: str) -> None:
    browser = town.browser()
    answer = browser.sign_in("lan", path=f"/dang-nhap?tiep={elsewhere}")
    assert answer.headers["location"] == "/"


def test_an_unknown_name_is_answered_as_a_wrong_password(town: Any) -> None:
    def told(name: str) -> str:
        text: str = town.browser(address=f"10.1.0.{len(name)}").sign_in(name, "không đúng đâu").text
        return text[text.index("SIGN_IN_WRONG") - 200 : text.index("SIGN_IN_WRONG")]

    assert told("lan") == told("khongcoai")


def test_five_failures_make_an_account_wait_wherever_they_come_from(town: Any) -> None:
    for n in range(5):
        assert town.browser(address=f"10.2.0.{n}").sign_in("lan", "không đúng đâu").status_code == 403
    answer = town.browser(address="10.2.0.99").sign_in("lan")
    assert answer.status_code == 429
    assert "thử lại sau" in answer.text
    assert town.house.register.account("lan").locked_until is not None
    town.clock.forward(minutes=6)
    assert town.browser(address="10.2.0.99").sign_in("lan").status_code == 303
    assert town.house.register.account("lan").failures == 0


def test_five_failures_make_an_address_wait_whatever_the_name(town: Any) -> None:
    browser = town.browser(address="10.3.0.1")
    for name in ("a1", "b2", "c3", "d4", "e5"):
        assert browser.sign_in(name, "không đúng đâu").status_code == 403
    assert browser.sign_in("lan").status_code == 429
    assert town.browser(address="10.3.0.2").sign_in("lan").status_code == 303


def test_guesses_at_the_same_moment_get_no_further_than_one_after_the_other(town: Any, tmp_path: Path) -> None:
    desks = [Throttle(Store(tmp_path / f"desk{n}.db")) for n in range(3)]  # what they share is the register

    def guess(n: int) -> SignIn:
        return sign_in(town.house.register, desks[n % 3], "lan", "không đúng đâu", f"10.4.0.{n}", town.clock())[0]

    with ThreadPoolExecutor(30) as pool:
        ended = list(pool.map(guess, range(30)))
    assert ended.count(SignIn.WRONG) == 5
    assert ended.count(SignIn.WAIT) == 25
    assert town.house.register.account("lan").failures == 5


def test_guesses_of_an_address_at_the_same_moment_count_also_where_nobody_has_the_name(town: Any) -> None:
    def guess(n: int) -> SignIn:
        throttle = town.desk.state.desk.throttle
        return sign_in(town.house.register, throttle, f"khach{n}", "không đúng đâu", "10.5.0.1", town.clock())[0]

    with ThreadPoolExecutor(30) as pool:
        ended = list(pool.map(guess, range(30)))
    assert (ended.count(SignIn.WRONG), ended.count(SignIn.WAIT)) == (5, 25)


def test_two_desks_over_one_store_count_together(tmp_path: Path) -> None:
    throttles = [Throttle(Store(tmp_path / "desk.db")) for _ in range(2)]
    with ThreadPoolExecutor(20) as pool:
        waits = list(pool.map(lambda n: throttles[n % 2].take(["address:x"], Limit(5, 300), 1000.0), range(20)))
    assert waits.count(0) == 5


@pytest.mark.parametrize("password", [GOOD, "không đúng đâu"])
def test_signing_in_takes_back_nothing_that_was_changed_meanwhile(
    town: Any, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    register, matches = town.house.register, accounts._matches
    town.browser().sign_in("khoa", "không đúng đâu")
    changed = replace(
        register.account("khoa"), roles=frozenset({Role.LEADER}), password_hash="$argon2id$other", disabled=True
    )

    def slowly(known: str, given: str) -> bool:
        register.put_account(changed)  # while the password is being looked at
        return matches(known, given)

    monkeypatch.setattr(accounts, "_matches", slowly)
    town.browser().sign_in("khoa", password)
    now = register.account("khoa")
    assert (now.roles, now.password_hash, now.disabled) == (changed.roles, changed.password_hash, True)


def test_a_disabled_account_is_out_at_once(town: Any) -> None:
    browser = town.browser("khoa")
    town.house.register.put_account(replace(town.house.register.account("khoa"), disabled=True))
    assert browser.get("/tra-cuu").headers["location"].startswith("/dang-nhap")
    assert town.browser().sign_in("khoa").status_code == 403


def test_a_new_password_opens_and_the_old_one_no_longer(town: Any) -> None:
    account = with_password(town.house.register.account("khoa"), "nắng hạn tháng ba")
    town.house.register.put_account(account)
    assert town.browser().sign_in("khoa").status_code == 403
    assert town.browser().sign_in("khoa", "nắng hạn tháng ba").status_code == 303


def test_a_password_counts_to_its_last_character(town: Any) -> None:
    longest = "ă" * MOST_PASSWORD
    town.house.register.put_account(with_password(town.house.register.account("khoa"), longest))
    assert "maxlength" not in town.browser().get("/dang-nhap").text.split('id="mat_khau"')[1].split(">")[0]
    assert town.browser().sign_in("khoa", longest + "x").status_code == 403
    assert town.browser().sign_in("khoa", longest).status_code == 303


def test_a_password_set_with_loose_marks_opens(town: Any) -> None:
    loose = unicodedata.normalize("NFD", "nắng hạn tháng ba")  # as some keyboards write
    town.house.register.put_account(with_password(town.house.register.account("khoa"), loose))
    assert town.browser().sign_in("khoa", "nắng hạn tháng ba").status_code == 303
    assert town.browser().sign_in("khoa", loose).status_code == 303


@pytest.mark.parametrize("change", ["password", "roles"])
def test_a_session_ends_when_the_account_is_set_anew(town: Any, change: str) -> None:
    browser, register = town.browser("minh"), town.house.register
    assert browser.get("/tra-cuu").status_code == 200
    account = register.account("minh")
    if change == "password":
        register.put_account(with_password(account, "nắng hạn tháng ba"))
    else:
        register.put_account(replace(account, roles=frozenset({Role.OPERATOR})))
    assert browser.get("/tra-cuu").headers["location"].startswith("/dang-nhap")
    register.put_account(account)
    assert browser.get("/tra-cuu").status_code == 303  # it was ended, not left aside


def test_failures_of_others_do_not_end_a_session(town: Any) -> None:
    browser = town.browser("lan")
    for n in range(6):
        town.browser(address=f"10.6.0.{n}").sign_in("lan", "không đúng đâu")
    assert browser.get("/tra-cuu").status_code == 200


def test_sessions_of_a_store_of_an_earlier_version_are_over(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "desk.db")) as old, old:
        old.execute(
            "CREATE TABLE sessions (token TEXT PRIMARY KEY, account TEXT NOT NULL, opened REAL NOT NULL,"
            " seen REAL NOT NULL, kept TEXT NOT NULL DEFAULT '')"
        )
        old.execute("INSERT INTO sessions VALUES (?, 'lan', 0, 0, '')", (hashlib.sha256(b"token").hexdigest(),))
    lan = new_account("lan", "Lê Thị Lan", [Role.CLERK], GOOD)
    for _ in range(2):
        sessions = Sessions(Store(tmp_path / "desk.db"))
        found = sessions.find("token", 1.0)
        assert found and found.bound != bound_to(lan)
        opened = sessions.find(sessions.open(lan, 1.0), 2.0)
        assert opened and opened.bound == bound_to(lan)


@pytest.mark.parametrize("seconds", [IDLE_SECONDS + 1, LONGEST_SECONDS + 1])
def test_a_session_ends_by_itself(town: Any, seconds: int) -> None:
    browser = town.browser("lan")
    town.clock.forward(seconds=seconds)
    assert browser.get("/tra-cuu").status_code == 303


def test_signing_out_ends_the_session_at_the_server(town: Any) -> None:
    browser = town.browser("lan")
    token = browser.cookies[COOKIE]
    assert browser.post("/dang-xuat").status_code == 303
    stolen = town.browser()
    stolen.cookies.set(COOKIE, token)
    assert stolen.get("/tra-cuu").status_code == 303


def test_what_was_typed_survives_the_end_of_the_session(town: Any) -> None:
    entry = town.verify(town.entries[0])
    browser = town.browser("lan")
    typed = {"trang": f"/muc/{entry.id}/soan", "applicant": "Lê Văn <Thử>", "paper": "Căn cước 1", "copies": "2"}
    csrf = browser.csrf()
    town.clock.forward(hours=13)
    answer = browser.ask("POST", f"/muc/{entry.id}/soan", data=typed | {"csrf": csrf})
    assert answer.status_code == 401
    assert "Những gì vừa nhập vẫn còn" in answer.text
    assert town.desk.state.desk.waiting.of_entry(entry.id) == []
    found = _hidden(answer.text, "giu"), _hidden(answer.text, "csrf")
    back = browser.ask(
        "POST", "/dang-nhap", data={"giu": found[0], "csrf": found[1], "tai_khoan": "lan", "mat_khau": GOOD}
    )
    assert back.headers["location"] == f"/muc/{entry.id}/soan"
    form = browser.get(back.headers["location"]).text
    assert 'value="Lê Văn &lt;Thử&gt;"' in form
    assert 'value="Căn cước 1"' in form


def _hidden(text: str, name: str) -> str:
    start = text.index(f'name="{name}" value="') + len(f'name="{name}" value="')
    return text[start : text.index('"', start)]

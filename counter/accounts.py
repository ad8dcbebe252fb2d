"""Accounts of the desk: passwords (argon2id) and the rule of signing in."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from counter.throttle import SIGN_IN_FAILURES, Throttle
from records.accounts import Account
from records.codes import Role
from records.errors import WrongUse
from records.ports import Register
from records.text import clean, single_spaced

LEAST_PASSWORD = 10
"""Characters of a password: length, not signs, is what makes it strong."""
MOST_PASSWORD = 1000
"""Characters of a password when it is set. Signing in cuts nothing: what is longer simply does not match."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_HASHER = PasswordHasher()  # argon2id with the library's current parameters
_NOBODY = _HASHER.hash("nobody has this password")


class SignIn(StrEnum):
    """How a try to sign in ended."""

    WELCOME = "welcome"
    WRONG = "wrong"
    WAIT = "wait"


def new_account(name: str, full_name: str, roles: Iterable[Role], password: str) -> Account:
    """Return an account ready for ``Register.put_account``.

    Raises WrongUse for a name that is not 2-40 of ``a-z 0-9 . _ -``, no full name, no role, or a
    password shorter than :data:`LEAST_PASSWORD`, longer than :data:`MOST_PASSWORD` or equal to the name.
    """
    held, password = frozenset(roles), clean(password)  # as the sign-in form will hand it over
    if not _NAME.fullmatch(name):
        raise WrongUse("ACCOUNT_NAME_INVALID", name=name)
    if not single_spaced(full_name) or not held:
        raise WrongUse("ACCOUNT_INCOMPLETE", name=name)
    if len(password) < LEAST_PASSWORD or password.casefold() == name.casefold():
        raise WrongUse("PASSWORD_WEAK", least=LEAST_PASSWORD)
    if len(password) > MOST_PASSWORD:
        raise WrongUse("PASSWORD_LONG", most=MOST_PASSWORD)
    return Account(name, single_spaced(full_name), held, _HASHER.hash(password))


def with_password(account: Account, password: str) -> Account:
    """Return *account* with another password, unlocked. Raises WrongUse for a weak or too long one."""
    made = new_account(account.name, account.full_name, account.roles, password)
    return replace(account, password_hash=made.password_hash, failures=0, locked_until=None)


def sign_in(
    register: Register, throttle: Throttle, name: str, password: str, address: str, now: dt.datetime
) -> tuple[SignIn, Account | None, int]:
    """Try to sign in; return how it ended, the account (WELCOME) and the seconds to wait (WAIT).

    A name that does not exist takes as long and is answered as one that does, so that nobody can
    find out who has an account. Five failures of an account or of an address make a wait. A try counts
    before its password is looked at, so that many at once get no further than one after the other.
    """
    keys = (f"account:{name[:80]}", f"address:{address}")
    account = register.account(name) if _NAME.fullmatch(name) else None
    if wait := _locked_for(account, now) or throttle.take(keys, SIGN_IN_FAILURES, now.timestamp()):
        return SignIn.WAIT, None, wait
    if account is not None:
        account = register.count_try(name, now, SIGN_IN_FAILURES.times, dt.timedelta(seconds=SIGN_IN_FAILURES.seconds))
        if account is None:  # others who tried at the same moment have used up what was left
            return SignIn.WAIT, None, max(1, _locked_for(register.account(name), now))
    if not _matches(account.password_hash if account else _NOBODY, password) or account is None or account.disabled:
        return SignIn.WRONG, None, 0
    for key in keys:
        throttle.forget(key)
    register.forget_tries(name)
    return SignIn.WELCOME, account, 0


def _locked_for(account: Account | None, now: dt.datetime) -> int:
    if account is None or account.locked_until is None or account.locked_until <= now:
        return 0
    return int((account.locked_until - now).total_seconds()) + 1


def _matches(known: str, password: str) -> bool:
    try:
        return _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False

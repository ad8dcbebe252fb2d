"""Accounts of the desk."""

import datetime as dt
from dataclasses import dataclass

from records.codes import Role


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in. The password is kept as an argon2id hash made by the desk."""

    name: str
    full_name: str
    roles: frozenset[Role]
    password_hash: str
    failures: int = 0
    """Tries to sign in since the last success, those included that are being looked at."""
    locked_until: dt.datetime | None = None
    disabled: bool = False

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
    """Failed sign-ins since the last success."""
    locked_until: dt.datetime | None = None
    disabled: bool = False

"""Accounts of the desk. None is deleted: who is gone is disabled, and what they did keeps their name."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, case, insert, literal, null, or_, select, update

from records.accounts import Account
from records.errors import NotFound
from records.provenance import PROGRAMME, ProvenanceEvent
from register.audit import chain
from register.columns import UtcTime
from register.mapping import Values, account_of, account_values
from register.part import Part
from register.schema import accounts
from register.tidy import now, tidy


class Accounts(Part):
    """The part of the ledger that knows who may sign in."""

    def put_account(self, account: Account, *, agent: str = PROGRAMME) -> None:
        """Enter or change an account; the audit chain tells what changed, never the password's hash."""
        account = tidy(account)
        here = accounts.c.name == account.name
        with self.database.write() as connection:
            row = connection.execute(select(accounts).where(here)).one_or_none()
            if row is None:
                connection.execute(insert(accounts).values(account_values(account)))
            elif account_of(row) != account:
                connection.execute(update(accounts).where(here).values(account_values(account)))
            else:
                return
            _tell(connection, account_of(row) if row is not None else None, account, agent)

    def count_try(self, name: str, at: dt.datetime, most: int, pause: dt.timedelta) -> Account | None:
        """Count a try in the row itself, whatever the caller knew of it; None where the account is locked."""
        at = tidy(at)
        with self.database.write() as connection:
            before = _found(connection, name)
            failures = accounts.c.failures + 1
            lock = case((failures % most == 0, literal(at + pause, UtcTime)), else_=null())
            row = connection.execute(
                update(accounts)
                .where(accounts.c.name == before.name)
                .where(or_(accounts.c.locked_until.is_(None), accounts.c.locked_until <= at))
                .values(failures=failures, locked_until=lock)
                .returning(accounts)
            ).one_or_none()
            if row is None:
                return None
            counted = account_of(row)
            _tell(connection, before, counted)
            return counted

    def forget_tries(self, name: str) -> None:
        """Start again from nothing; nothing is told where nothing was counted."""
        self._set(name, {"failures": 0, "locked_until": None})

    def set_disabled(self, name: str, *, disabled: bool, agent: str = PROGRAMME) -> None:
        """Disable an account or let it in again; the same again changes and tells nothing."""
        self._set(name, {"disabled": disabled}, agent)

    def _set(self, name: str, values: Values, agent: str = PROGRAMME) -> None:
        # These columns alone: what somebody else changed meanwhile stays.
        with self.database.write() as connection:
            before = _found(connection, name)
            here = accounts.c.name == before.name
            after = account_of(
                connection.execute(update(accounts).where(here).values(values).returning(accounts)).one()
            )
            if after != before:
                _tell(connection, before, after, agent)

    def account(self, name: str) -> Account | None:
        """Return an account, or None."""
        with self.database.read() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
        return account_of(row) if row is not None else None

    def accounts(self) -> Sequence[Account]:
        """Return all accounts by name, disabled ones included."""
        with self.database.read() as connection:
            return [account_of(row) for row in connection.execute(select(accounts).order_by(accounts.c.name))]


def _found(connection: Connection, name: str) -> Account:
    row = connection.execute(select(accounts).where(accounts.c.name == tidy(name))).one_or_none()
    if row is None:
        raise NotFound("ACCOUNT_UNKNOWN", account=name)
    return account_of(row)


def _tell(connection: Connection, old: Account | None, new: Account, agent: str = PROGRAMME) -> None:
    chain(connection, [ProvenanceEvent("account", new.name, agent, now(), _difference(old, new))])


def _difference(old: Account | None, new: Account) -> dict[str, str]:
    shown = {
        "roles": ", ".join(sorted(new.roles)),
        "disabled": str(new.disabled).lower(),
        "failures": str(new.failures),
        "locked_until": new.locked_until.isoformat() if new.locked_until else "",
    }
    if old is None or old.password_hash != new.password_hash:
        shown["password"] = "set"
    return shown

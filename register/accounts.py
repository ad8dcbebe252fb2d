"""Accounts of the desk. None is deleted: who is gone is disabled, and what they did keeps their name."""

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from records.accounts import Account
from records.provenance import PROGRAMME, ProvenanceEvent
from register.audit import chain
from register.mapping import account_of, account_values
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
            detail = _difference(account_of(row) if row is not None else None, account)
            chain(connection, [ProvenanceEvent("account", account.name, agent, now(), detail)])

    def account(self, name: str) -> Account | None:
        """Return an account, or None."""
        with self.database.read() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
        return account_of(row) if row is not None else None

    def accounts(self) -> Sequence[Account]:
        """Return all accounts by name, disabled ones included."""
        with self.database.read() as connection:
            return [account_of(row) for row in connection.execute(select(accounts).order_by(accounts.c.name))]


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

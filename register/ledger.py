"""The whole ledger, put together from its parts, and the way to open one."""

from types import TracebackType
from typing import Self

from register.accounts import Accounts
from register.bookkeeping import Bookkeeping
from register.books import Books
from register.checking import Checking
from register.database import Database
from register.deliveries import Deliveries
from register.entries import Entries
from register.issues import Issues
from register.upgrade import upgrade


class SqlRegister(Books, Bookkeeping, Deliveries, Entries, Issues, Accounts, Checking):
    """The ledger on SQLite or PostgreSQL: the port :class:`records.ports.Register`, and ``check``.

    May be shared between threads, and opened by several processes at once; a child made by fork may go on using it.
    """

    def close(self) -> None:
        """Close all connections; the next call opens new ones."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_register(url: str) -> SqlRegister:
    """Open the ledger at *url*: ``sqlite:///FILE`` (made where absent) or ``postgresql://USER:PASSWORD@HOST/NAME``.

    Creates or migrates the schema. Raises WrongUse (an address of another kind, a ledger of a later
    version), PartUnavailable (server down, disk full), IntegrityError (a file that is no database).
    """
    database = Database(url)
    try:
        upgrade(database)
    except BaseException:
        database.close()
        raise
    return SqlRegister(database)

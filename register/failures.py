"""From the databases' errors to those of the house, in one place."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from records.errors import IntegrityError, KhongChoError, PartUnavailable, WrongUse

_SQLITE = {
    sqlite3.SQLITE_FULL: "REGISTER_DISK_FULL",
    sqlite3.SQLITE_BUSY: "REGISTER_BUSY",
    sqlite3.SQLITE_LOCKED: "REGISTER_BUSY",
}
_SQLITE_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_POSTGRESQL = {
    "53100": "REGISTER_DISK_FULL",
    "55P03": "REGISTER_BUSY",  # lock_not_available
    "57014": "REGISTER_BUSY",  # query_canceled (a time-out)
    "40001": "REGISTER_BUSY",  # serialization_failure
    "40P01": "REGISTER_BUSY",  # deadlock_detected
}


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn what SQLAlchemy raises inside into errors of :mod:`records.errors`; *where* names the database.

    PartUnavailable: out of reach, busy or out of space; the transaction was rolled back, nothing of it stands.
    IntegrityError: the file is damaged or not a ledger. WrongUse: the database refused the values.
    """
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise _of_the_house(error, where) from error


def _of_the_house(error: exc.SQLAlchemyError, where: str) -> KhongChoError:
    if isinstance(error, exc.TimeoutError):  # no connection came free
        return PartUnavailable("REGISTER_BUSY", where=where)
    cause = error.orig if isinstance(error, exc.StatementError) and error.orig is not None else error
    if isinstance(cause, KhongChoError):  # raised by a column type of ours
        return cause
    detail = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
    if isinstance(error, exc.IntegrityError | exc.DataError):
        return WrongUse("REGISTER_REFUSED", where=where, detail=detail)
    number = getattr(cause, "sqlite_errorcode", None)
    if number is not None and number & 0xFF in _SQLITE_DAMAGED:
        return IntegrityError("REGISTER_DAMAGED", where=where, detail=detail)
    state = getattr(cause, "sqlstate", None)
    code = _SQLITE.get((number or 0) & 0xFF) or _POSTGRESQL.get(state or "")
    return PartUnavailable(code, where=where) if code else PartUnavailable("REGISTER_DOWN", where=where, detail=detail)

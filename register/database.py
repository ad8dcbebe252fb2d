"""The connection to the ledger's database: one writer at a time, readers on a snapshot, SQLite or PostgreSQL.

SQLite runs in WAL mode with ``synchronous=FULL``: a commit is on the disk when it returns. The cheaper
NORMAL could lose the last commits at a power cut, and a number already printed on paper must not be lost.
"""

import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from records.errors import PartUnavailable, WrongUse
from register.failures import translated
from register.schema import chain_head

_WAIT = 30  # seconds a writer waits for its turn, and a caller for a connection
_CONNECT = 5  # seconds PostgreSQL has to answer
_NAMES = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class Database:
    """Hands out connections in transactions. Safe to share between threads, and across a fork."""

    def __init__(self, url: str) -> None:
        """Prepare the way to *url* (``sqlite:///FILE`` or ``postgresql://…``); connects on first use."""
        self.engine, self.where = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        # Readers see one snapshot throughout; SQLite's WAL gives it by itself.
        snapshot = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reader = self.engine.execution_options(**snapshot)
        self._writer = self.engine.execution_options(ledger_writes=True)
        self._turn = self._new_turn()
        self._inherited: list[Pool] = []
        forget = weakref.WeakMethod(self._forget)
        os.register_at_fork(after_in_child=lambda: (method := forget()) and method())

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the ledger from beginning to end."""
        with translated(self.where), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the connection of the one writer; all of it is committed, or nothing.

        Every change adds to one chain of events, so writers must queue in any case. They do so at the
        start (``BEGIN IMMEDIATE``; on PostgreSQL a lock on the chain's end): no deadlocks, no stale reads.
        """
        with translated(self.where), self._turn, self._writer.connect() as connection, connection.begin():
            connection.execute(select(chain_head.c.id).with_for_update())
            yield connection

    @contextmanager
    def change_schema(self) -> Iterator[Connection]:
        """Give the connection of the one that migrates; others wait."""
        with translated(self.where), self._turn:
            if self.is_sqlite:
                self._write_ahead()
            with self._writer.connect() as connection, connection.begin():
                if not self.is_sqlite:
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('khongcho.register'))")
                yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _new_turn(self) -> AbstractContextManager[object]:
        # SQLite lets waiting writers poll; threads of one process queue in order instead.
        return threading.Lock() if self.is_sqlite else nullcontext()

    def _write_ahead(self) -> None:
        # Two processes that switch a new file at once may be refused without waiting.
        deadline = time.monotonic() + _WAIT
        while True:
            try:
                with self.engine.connect().execution_options(ledger_bare=True) as connection:
                    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                return
            except exc.OperationalError as error:
                busy = "locked" in str(error.orig)
                if not busy or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _forget(self) -> None:
        # After a fork: the parent's connections are left alone, and kept so that none is closed here.
        self._inherited.append(self.engine.pool)
        self.engine.dispose(close=False)
        self._turn = self._new_turn()


def _engine(url: str) -> tuple[Engine, str]:
    try:
        parsed = make_url(url)
        driver = _NAMES[parsed.get_backend_name()]
    except (exc.ArgumentError, KeyError, ValueError) as error:
        raise WrongUse("REGISTER_URL", url=url.rsplit("@", maxsplit=1)[-1]) from error
    where = parsed.render_as_string(hide_password=True)
    if driver != "sqlite":
        options = f"-c timezone=UTC -c lock_timeout={_WAIT}s"
        return create_engine(
            parsed.set(drivername=driver),
            pool_pre_ping=True,
            pool_timeout=_WAIT,
            connect_args={"connect_timeout": _CONNECT, "options": options, "application_name": "khongcho"},
        ), where
    if parsed.database in {None, "", ":memory:"}:
        raise WrongUse("REGISTER_URL", url=url)
    path = Path(str(parsed.database))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # personal data: for the account that runs the house only
    except OSError as error:
        raise PartUnavailable("REGISTER_DOWN", where=where, detail=error.strerror) from error
    engine = create_engine(parsed, pool_timeout=_WAIT, connect_args={"timeout": _WAIT})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine, where


def _prepare_sqlite(dbapi: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    dbapi.isolation_level = None  # the driver's own BEGIN stays away; ours is in _begin_sqlite
    cursor = dbapi.cursor()
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("ledger_bare"):
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("ledger_writes") else "BEGIN")

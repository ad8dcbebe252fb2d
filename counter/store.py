"""The desk's own short memory: sessions, failed tries, requests on their way to a signature, runs of the scanner.

What must last for ever stands in the register; losing this file costs people a sign-in and the
clerks their waiting requests, never a value of a book or an issued number.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS sessions (
  token TEXT PRIMARY KEY, account TEXT NOT NULL, opened REAL NOT NULL, seen REAL NOT NULL,
  kept TEXT NOT NULL DEFAULT '', bound TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS tries (key TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS tries_key ON tries (key, at);
CREATE TABLE IF NOT EXISTS requests (
  id TEXT PRIMARY KEY, entry TEXT NOT NULL, entry_version INTEGER NOT NULL, name TEXT NOT NULL,
  applicant TEXT NOT NULL, paper TEXT NOT NULL, relation TEXT NOT NULL, copies INTEGER NOT NULL,
  state TEXT NOT NULL, by TEXT NOT NULL, at REAL NOT NULL, reason TEXT NOT NULL DEFAULT '',
  settled_by TEXT NOT NULL DEFAULT '', settled_at REAL, number TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS requests_state ON requests (state, at);
CREATE TABLE IF NOT EXISTS scanned (
  account TEXT NOT NULL, run TEXT NOT NULL, place INTEGER NOT NULL, digest TEXT NOT NULL, file TEXT NOT NULL,
  print BLOB NOT NULL, before INTEGER, last INTEGER, at REAL NOT NULL, PRIMARY KEY (account, run, place));
CREATE INDEX IF NOT EXISTS scanned_at ON scanned (at);
"""

Value = str | bytes | int | float | None


class Store:
    """One SQLite file, one connection, one writer at a time. Times are seconds since the epoch."""

    def __init__(self, path: Path) -> None:
        """Open (and create) the file at *path*, readable by its owner alone."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)
        with self.change():  # a file of an earlier version: its sessions are bound to nothing, and so over
            if "bound" not in {row["name"] for row in self.rows("PRAGMA table_info(sessions)")}:
                self.run("ALTER TABLE sessions ADD COLUMN bound TEXT NOT NULL DEFAULT ''")

    @contextmanager
    def change(self) -> Iterator[None]:
        """Run several statements as one: all of them or none."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def run(self, statement: str, *values: Value) -> int:
        """Run one statement; return how many rows it changed."""
        with self._lock:
            return self._db.execute(statement, values).rowcount

    def rows(self, statement: str, *values: Value) -> Sequence[sqlite3.Row]:
        """Return all rows of a question."""
        with self._lock:
            return self._db.execute(statement, values).fetchall()

    def row(self, statement: str, *values: Value) -> sqlite3.Row | None:
        """Return the first row of a question, or None."""
        found = self.rows(statement, *values)
        return found[0] if found else None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

"""Requests for a copy on their way from the clerk who takes them to the officer who signs."""

import datetime as dt
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from counter.store import Store
from records.entries import Entry
from records.errors import Conflict, NotFound
from records.extracts import ExtractRequest, IssueNumber


class Stand(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    """Drawn up by the clerk, not yet handed over."""
    WAITING = "waiting"
    RETURNED = "returned"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request and where it stands."""

    id: str
    entry: str
    entry_version: int
    name: str
    """Whose entry it is, as it stood when the request was drawn up."""
    asked: ExtractRequest
    stand: Stand
    by: str
    at: dt.datetime
    reason: str
    """Why it was returned."""
    settled_by: str
    settled_at: dt.datetime | None
    number: str
    code: str
    """Verification code of the issued copy."""


class WaitingRequests:
    """Keeps requests in the desk's store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def draw_up(self, entry: Entry, name: str, asked: ExtractRequest, by: str, at: dt.datetime) -> Waiting:
        """Keep a new request as a draft."""
        key = secrets.token_hex(8)
        self._store.run(
            "INSERT INTO requests (id, entry, entry_version, name, applicant, paper, relation, copies, state, by, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            key, entry.id, entry.version, name, asked.applicant, asked.applicant_paper, asked.relation, asked.copies,
            Stand.DRAFT, by, at.timestamp(),
        )  # fmt: skip
        return self.get(key)

    def get(self, key: str) -> Waiting:
        """Return one request. Raises NotFound REQUEST_UNKNOWN."""
        row = self._store.row("SELECT * FROM requests WHERE id = ?", key)
        if row is None:
            raise NotFound("REQUEST_UNKNOWN", request=key)
        return _waiting(row)

    def standing(self, stand: Stand, limit: int = 200) -> Sequence[Waiting]:
        """Return requests that stand so, the oldest first."""
        return [
            _waiting(r)
            for r in self._store.rows("SELECT * FROM requests WHERE state = ? ORDER BY at LIMIT ?", stand, limit)
        ]

    def of_entry(self, entry: str) -> Sequence[Waiting]:
        """Return all requests for copies of an entry, the latest first; drafts that were left lying are not shown."""
        rows = self._store.rows("SELECT * FROM requests WHERE entry = ? AND state <> 'draft' ORDER BY at DESC", entry)
        return [_waiting(r) for r in rows]

    def count(self, stand: Stand) -> int:
        """Return how many requests stand so."""
        row = self._store.row("SELECT count(*) AS n FROM requests WHERE state = ?", stand)
        return int(row["n"]) if row else 0

    def hand_over(self, key: str) -> None:
        """Give a draft to the officer. Handing over twice changes nothing."""
        self._move(key, (Stand.DRAFT, Stand.WAITING), Stand.WAITING, "", None)

    def give_back(self, key: str, by: str, at: dt.datetime, reason: str) -> None:
        """Return a request to its clerk with the reason."""
        self._move(key, (Stand.WAITING,), Stand.RETURNED, by, at, reason=reason)

    def issued(self, key: str, by: str, at: dt.datetime, number: IssueNumber) -> None:
        """Note the number under which the copy was issued."""
        self._move(key, (Stand.WAITING, Stand.ISSUED), Stand.ISSUED, by, at, number=str(number), code=number.code)

    def _move(
        self, key: str, fr: tuple[Stand, ...], to: Stand, by: str, at: dt.datetime | None,
        *, reason: str = "", number: str = "", code: str = "",
    ) -> None:  # fmt: skip
        holes = ", ".join("?" for _ in fr)
        changed = self._store.run(
            "UPDATE requests SET state = ?, settled_by = ?, settled_at = ?, reason = ?, number = ?, code = ?"
            f" WHERE id = ? AND state IN ({holes})",
            to, by, at.timestamp() if at else None, reason, number, code, key, *fr,
        )  # fmt: skip
        if not changed:
            now = self.get(key)
            raise Conflict("REQUEST_SETTLED", request=key, name=now.name)


def _waiting(row: sqlite3.Row) -> Waiting:
    asked = ExtractRequest(
        entry_id=row["entry"],
        applicant=row["applicant"],
        applicant_paper=row["paper"],
        relation=row["relation"],
        copies=row["copies"],
        requested_by=row["by"],
        request_id=row["id"],
    )
    return Waiting(
        id=row["id"],
        entry=row["entry"],
        entry_version=row["entry_version"],
        name=row["name"],
        asked=asked,
        stand=Stand(row["state"]),
        by=row["by"],
        at=_moment(row["at"]),
        reason=row["reason"],
        settled_by=row["settled_by"],
        settled_at=_moment(row["settled_at"]) if row["settled_at"] else None,
        number=row["number"],
        code=row["code"],
    )


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)

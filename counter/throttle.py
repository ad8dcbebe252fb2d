"""How often something may be tried: a sliding window per key, kept in the desk's store."""

import math
from dataclasses import dataclass

from counter.store import Store


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *times* in *seconds*; afterwards a wait until the oldest try has left the window."""

    times: int
    seconds: float


SIGN_IN_FAILURES = Limit(5, 300)
"""Failed sign-ins per account and per address."""
PUBLIC_QUESTIONS = Limit(20, 60)
"""Questions on the public page per address."""


class Throttle:
    """Counts tries. Keys are ``{what}:{whom}``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def wait(self, key: str, limit: Limit, now: float) -> int:
        """Return for how many seconds *key* must wait; 0 where it may go on."""
        recent = self._store.rows(
            "SELECT at FROM tries WHERE key = ? AND at > ? ORDER BY at DESC LIMIT ?",
            key,
            now - limit.seconds,
            limit.times,
        )
        if len(recent) < limit.times:
            return 0
        return max(1, math.ceil(float(recent[-1]["at"]) + limit.seconds - now))

    def note(self, key: str, now: float) -> None:
        """Count one try, and forget all that are older than a day."""
        self._store.run("DELETE FROM tries WHERE at < ?", now - 86_400)
        self._store.run("INSERT INTO tries (key, at) VALUES (?, ?)", key, now)

    def forget(self, key: str) -> None:
        """Start again from nothing (after a success)."""
        self._store.run("DELETE FROM tries WHERE key = ?", key)

"""How often something may be tried: a sliding window per key, kept in the desk's store."""

import math
from collections.abc import Sequence
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

    def take(self, keys: Sequence[str], limit: Limit, now: float) -> int:
        """Count a try of all *keys* and return 0; where one of them must wait, count nothing and return the seconds.

        Looked up and counted in one step, also among processes: those who try at the same moment take turns.
        """
        with self._store.change():
            if wait := max(self._wait(key, limit, now) for key in keys):
                return wait
            self._store.run("DELETE FROM tries WHERE at < ?", now - 86_400)  # a day is longer than any window
            for key in keys:
                self._store.run("INSERT INTO tries (key, at) VALUES (?, ?)", key, now)
        return 0

    def forget(self, key: str) -> None:
        """Start again from nothing (after a success)."""
        self._store.run("DELETE FROM tries WHERE key = ?", key)

    def _wait(self, key: str, limit: Limit, now: float) -> int:
        recent = self._store.rows(
            "SELECT at FROM tries WHERE key = ? AND at > ? ORDER BY at DESC LIMIT ?",
            key,
            now - limit.seconds,
            limit.times,
        )
        if len(recent) < limit.times:
            return 0
        return max(1, math.ceil(float(recent[-1]["at"]) + limit.seconds - now))

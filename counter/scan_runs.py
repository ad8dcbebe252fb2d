"""The pages of one book as they come off the scanner, one after the other: what the next page is compared with.

A run belongs to an account and has the name that its sender gives it. It lies in the desk's short memory: it outlives a
restart, and all processes that share the home folder share it. Pictures are not kept, only fingerprints of good pages.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass

from counter.store import Store
from wiring.scanning import Before

MOST_PAGES = 400
"""Pages of a run that the next one is compared with, the last ones: each costs some milliseconds and 50 kB."""
MOST_OF_ACCOUNT = 1000
"""Pages kept for one account, whatever their runs."""
KEPT_SECONDS = 7 * 24 * 3600
"""A book is scanned within days; what is older is forgotten."""


@dataclass(frozen=True, slots=True)
class RunPage:
    """A good page of a run."""

    place: int
    """From 1, in the order in which pages came."""
    digest: str
    file: str
    print: bytes
    before: int | None
    """The last number of the run before this page."""
    last: int | None
    """The last number with it; None where it is not known."""


@dataclass(frozen=True, slots=True)
class ScanRun:
    """The good pages of one run so far, in order."""

    name: str
    pages: tuple[RunPage, ...] = ()

    @property
    def count(self) -> int:
        """How many good pages came, those forgotten included."""
        return self.pages[-1].place if self.pages else 0

    @property
    def last(self) -> int | None:
        """The highest number of the last page; None where it is not known."""
        return self.pages[-1].last if self.pages else None

    def sent(self, digest: str) -> RunPage | None:
        """Return the page of the very same bytes, where it came already: a sender may try again."""
        return next((page for page in self.pages if page.digest == digest), None)

    def before(self, again: RunPage | None = None) -> Before:
        """Return what came before the next page, or before *again*, a page that is sent once more."""
        earlier = [page for page in self.pages if again is None or page.place < again.place]
        files = Counter(page.file for page in self.pages)
        named = {page.file if files[page.file] == 1 and page.file else f"{page.file} ({page.place})": page.print
                 for page in earlier}  # fmt: skip
        return Before(named, self.last if again is None else again.before)


class ScanRuns:
    """All runs of the desk's store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, account: str, name: str) -> ScanRun:
        """Return a run; one that nobody began has no pages."""
        rows = self._store.rows(
            "SELECT place, digest, file, print, before, last FROM scanned WHERE account = ? AND run = ? ORDER BY place",
            account, name,
        )  # fmt: skip
        return ScanRun(name, tuple(RunPage(*row) for row in rows))

    def begin(self, account: str, name: str) -> None:
        """Begin a run anew: its pages so far are forgotten."""
        self._store.run("DELETE FROM scanned WHERE account = ? AND run = ?", account, name)

    def add(self, account: str, name: str, page: RunPage, now: float) -> None:
        """Add a good page at the end of a run, whatever place it has; what is too old or too much is forgotten."""
        with self._store.change():
            self._store.run(
                "INSERT INTO scanned SELECT ?, ?, COALESCE(MAX(place), 0) + 1, ?, ?, ?, ?, ?, ? FROM scanned"
                " WHERE account = ? AND run = ?",
                account, name, page.digest, page.file, page.print, page.before, page.last, now, account, name,
            )  # fmt: skip
            self._store.run("DELETE FROM scanned WHERE at < ?", now - KEPT_SECONDS)
            self._store.run(
                "DELETE FROM scanned WHERE account = ? AND run = ? AND place <= (SELECT MAX(place) FROM scanned"
                " WHERE account = ? AND run = ?) - ?",
                account, name, account, name, MOST_PAGES,
            )  # fmt: skip
            self._store.run(
                "DELETE FROM scanned WHERE rowid IN (SELECT rowid FROM scanned WHERE account = ?"
                " ORDER BY at DESC, place DESC LIMIT -1 OFFSET ?)",
                account, MOST_OF_ACCOUNT,
            )  # fmt: skip


def digest_of(data: bytes) -> str:
    """Return by what the bytes of a picture are known again."""
    return hashlib.sha256(data).hexdigest()

"""Keeps the search index level with the register, and remembers what it owes when the engine is down."""

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from records.entries import Entry
from records.errors import KhongChoError
from records.finding import IndexReport, SearchDocument
from records.ports import SearchIndex

_log = logging.getLogger(__name__)


class Projection:
    """Brings entries into the index. The register is never held up by an index that does not answer.

    What could not be brought is noted in *ledger*, one entry id a line; the next rebuild clears it.
    """

    def __init__(self, index: Callable[[], SearchIndex], ledger: Path) -> None:
        self._index = index
        self._ledger = ledger

    def bring(self, entries: Iterable[Entry]) -> IndexReport:
        """Bring *entries* into the index; on any failure of the engine note them and carry on."""
        listed = list(entries)
        if not listed:
            return IndexReport(0)
        try:
            report = self._index().update(documents(listed))
        except KhongChoError as e:
            _log.warning("%s (%d entries noted for reindex)", e.message().vi, len(listed))
            self._note(entry.id for entry in listed)
            return IndexReport(0)
        if report.refused:
            self._note(refused.entry for refused in report.refused)
        return report

    def rebuild(self, entries: Iterable[Entry]) -> IndexReport:
        """Build the index anew. Raises PartUnavailable; what was owed before is then still owed."""
        owed = self.behind()
        report = self._index().rebuild(documents(entries))
        self._forget(owed - {refused.entry for refused in report.refused})
        self._note(refused.entry for refused in report.refused)
        return report

    def behind(self) -> frozenset[str]:
        """Return the ids of entries whose latest version the index may lack."""
        try:
            return frozenset(self._ledger.read_text(encoding="ascii").split())
        except FileNotFoundError:
            return frozenset()

    def _note(self, ids: Iterable[str]) -> None:
        lines = "".join(f"{entry}\n" for entry in ids)
        if lines:
            with self._ledger.open("a", encoding="ascii") as out:
                out.write(lines)

    def _forget(self, settled: frozenset[str]) -> None:
        left = self.behind() - settled
        if left:
            self._ledger.write_text("".join(f"{entry}\n" for entry in sorted(left)), encoding="ascii")
        else:
            self._ledger.unlink(missing_ok=True)


def documents(entries: Iterable[Entry]) -> Iterable[SearchDocument]:
    """Return the index's view of *entries*."""
    from search import document_of

    return (document_of(entry) for entry in entries)

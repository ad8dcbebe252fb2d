"""Keeps the search index level with the register, and remembers what it owes when the engine is down."""

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from records.codes import EntryState
from records.errors import KhongChoError
from records.finding import IndexReport, SearchDocument
from records.ports import SearchIndex

_log = logging.getLogger(__name__)


class Projection:
    """Brings documents into the index. The register is never held up by an index that does not answer.

    What could not be brought is noted in *ledger*, one entry id a line; the next rebuild clears it.
    """

    def __init__(self, index: Callable[[], SearchIndex], ledger: Path) -> None:
        self._index = index
        self._ledger = ledger

    def bring(self, documents: Iterable[SearchDocument]) -> IndexReport:
        """Bring *documents* into the index, those of withdrawn entries out of it.

        On any failure of the engine their ids are noted, and life goes on.
        """
        listed = list(documents)
        if not listed:
            return IndexReport(0)
        gone = [document.entry for document in listed if document.state is EntryState.WITHDRAWN]
        try:
            if gone:
                self._index().remove(gone)
            report = self._index().update([d for d in listed if d.state is not EntryState.WITHDRAWN])
        except KhongChoError as e:
            _log.warning("%s (%d, khongcho reindex)", e.message().vi, len(listed))
            self._note(document.entry for document in listed)
            return IndexReport(0)
        self._note(refused.entry for refused in report.refused)
        return report

    def rebuild(self, documents: Iterable[SearchDocument]) -> IndexReport:
        """Build the index anew. Raises PartUnavailable; what was owed before is then still owed."""
        owed = self.behind()
        report = self._index().rebuild(d for d in documents if d.state is not EntryState.WITHDRAWN)
        self._forget(owed)
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

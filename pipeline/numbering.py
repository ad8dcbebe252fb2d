"""The run of entry numbers while a book is scanned: whether a page follows on the one before it.

Numbers are read as the entry itself will be read, the other fields are left alone. A number that is not read for sure
says nothing: better a jump that the book's report finds later than a false alarm at the scanner.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.entry_numbers import read_numbers
from pipeline.readers import Readers
from pipeline.values import ReadValue
from records.errors import KhongChoError
from records.geometry import Box
from records.numbers import read_number
from records.ports import Image
from records.verdicts import PageFault, Severity, Verdict

SURE = 0.9
"""Confidence from which a number that does not follow is told."""


@dataclass
class NumberRun:
    """Follows the numbers of one book, page by page, in the order in which pages are scanned."""

    readers: Callable[[], Readers]
    last: int | None = None
    """The highest number of the page before."""

    def follow(self, image: Image, verdict: Verdict) -> Verdict:
        """Return the verdict on the next page, with a warning where its numbers do not follow on the last page's."""
        began = time.perf_counter()
        try:
            found = read_numbers(image, self.readers())
        except KhongChoError:  # what cannot be read here is told when the book is taken in
            return verdict
        first = self._first(found)
        faults = verdict.faults
        follows = self.last is not None and first == self.last + 1
        if any(fault.code == "SCAN_TWICE" for fault in faults) and not follows:  # it comes out of turn
            return replace(verdict, seconds=verdict.seconds + time.perf_counter() - began)
        if self.last is not None and first is not None and first not in (self.last + 1, 1):
            whole = Box(0, 0, verdict.width, verdict.height).polygon()
            facts = {"last": str(self.last), "read": str(first)}
            code = "SCAN_NUMBER_AGAIN" if first == self.last else "SCAN_NUMBER_JUMP"
            jump = PageFault(code, Severity.WARN, first - self.last, whole, facts)
            faults = (*faults, jump)
        self.last = self._highest(found, first)
        return replace(verdict, faults=faults, seconds=verdict.seconds + time.perf_counter() - began)

    def _first(self, found: list[ReadValue]) -> int | None:
        """Return the number of the first entry: the one that follows where it may be that one; None where not sure."""
        if not found or found[0].reading is None:
            return None
        texts = [found[0].text, *(other.text for other in found[0].reading.alternatives)]
        may_be = [told[0].serial for text in texts if (told := read_number(text)) is not None]
        if self.last is not None and self.last + 1 in may_be:
            return self.last + 1
        sure = found[0].reading.confidence >= SURE and read_number(found[0].text) is not None
        return may_be[0] if sure else None

    def _highest(self, found: list[ReadValue], first: int | None) -> int | None:
        """Return the last number of a page: *first* and one more for each entry below; None where it is not known."""
        return None if first is None else first + len(found) - 1

"""The run of entry numbers while a book is scanned: whether a page follows on the one before it.

Numbers are read as the entry itself will be read, the other fields are left alone. A number that is not read for sure
says nothing: better a jump that the book's report finds later than a false alarm at the scanner.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from rapidfuzz.distance.Levenshtein import distance

from pipeline.entry_numbers import read_numbers
from pipeline.readers import Readers
from pipeline.values import ReadValue
from pipeline.verdict import is_empty
from records.errors import KhongChoError
from records.geometry import Box
from records.numbers import read_number
from records.ports import Image
from records.verdicts import PageFault, Severity, Verdict

SURE = 0.9
"""Confidence from which a number that does not follow is told."""
NEAR = 10
"""Numbers from the one that follows up to which one other figure is told: as many pages may have been turned."""


@dataclass
class NumberRun:
    """Follows the numbers of one book, page by page, in the order in which pages are scanned."""

    readers: Callable[[], Readers]
    last: int | None = None
    """The highest number of the page before."""

    def follow(self, image: Image, verdict: Verdict) -> Verdict:
        """Return the verdict on the next page, with a warning where its numbers do not follow on the last page's."""
        began = time.perf_counter()
        if any(fault.code == "SCAN_BLANK" for fault in verdict.faults) and is_empty(image):
            return verdict
        try:
            found = read_numbers(image, self.readers())
        except KhongChoError:  # what cannot be read here is told when the book is taken in
            self.last = None
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
        may_be = _may_be(found[0])
        if self.last is not None and self.last + 1 in may_be:
            return self.last + 1
        if not _is_sure(found[0]) or not _run_on(may_be[0], found[1:]) or self._is_slip(may_be[0]):
            return None
        return may_be[0]

    def _is_slip(self, number: int) -> bool:
        """Whether *number* is the one that follows but for one figure, and far from it: a misread is likelier."""
        after = None if self.last is None else self.last + 1
        return (
            after is not None and number != 1 and abs(number - after) > NEAR and distance(str(number), str(after)) == 1
        )

    def _highest(self, found: list[ReadValue], first: int | None) -> int | None:
        """Return the last number of a page: *first* and one more for each entry below; None where that is not sure."""
        if first is None or found[-1].reading is None or not _run_on(first, found[1:]):
            return None
        return first + len(found) - 1


def _may_be(value: ReadValue) -> list[int]:
    """Return the numbers that an entry may have, the likeliest first."""
    texts = [value.text, *(other.text for other in value.reading.alternatives)] if value.reading else []
    return [told[0].serial for text in texts if (told := read_number(text)) is not None]


def _is_sure(value: ReadValue) -> bool:
    return value.reading is not None and value.reading.confidence >= SURE and read_number(value.text) is not None


def _run_on(first: int, below: list[ReadValue]) -> bool:
    """Whether the entries *below* one of number *first* on its page may have the numbers after it."""
    return all(number in _may_be(value) for number, value in enumerate(below, start=first + 1) if _is_sure(value))

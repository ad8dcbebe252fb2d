"""Entry numbers of a register book: from 01 through the year, sometimes with a letter (15b) or the year (15/2018)."""

import re
from dataclasses import dataclass
from typing import Self

from records.text import single_spaced

_SAID = r"(?:(?:số|so|no|n[°º])\s*[.:]?\s*)?"
_SERIAL = r"0*([1-9][0-9]{0,5})\s*(bis|[a-zđ]{0,2})"
_OFFICE = r"(?:\s*/\s*[a-zđ][a-zđ.\- ]{0,11})?"
_NUMBER = re.compile(rf"{_SAID}{_SERIAL}{_OFFICE}\s*(?:[/.\-]\s*([0-9]{{4}}|[0-9]{{2}}))?\.?")
_SPAN = re.compile(rf"{_SAID}{_SERIAL}(?:\s*[-–]\s*0*([1-9][0-9]{{0,5}}))?(?:\s*/\s*([0-9]{{4}}))?")


@dataclass(frozen=True, slots=True, order=True)
class EntryNumber:
    """A number with its suffix. Ordered as in the book: 15, 15b, 16."""

    serial: int
    suffix: str = ""

    def __str__(self) -> str:
        return f"{self.serial}{self.suffix}"


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from *first* to *last*, both included, without suffixes; or the one number *first*."""

    first: EntryNumber
    last: EntryNumber
    year: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the span of ``5``, ``15b``, ``5-9`` or ``5-9/2018``; None where it is none."""
        said = _SPAN.fullmatch(single_spaced(text).casefold())
        if said is None:
            return None
        first = EntryNumber(int(said[1]), said[2])
        last = EntryNumber(int(said[3])) if said[3] else first
        if last < first or (said[3] and said[2]):
            return None
        return cls(first, last, int(said[4]) if said[4] else None)

    def holds(self, number: EntryNumber) -> bool:
        """Whether *number* lies in the span; a suffix counts only where the span names it."""
        return self.first == number or (not number.suffix and self.first <= number <= self.last)

    def __str__(self) -> str:
        numbers = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{numbers}/{self.year}" if self.year else numbers


def read_number(text: str) -> tuple[EntryNumber, int | None] | None:
    """Return the number that *text* says ("07", "số 15b", "15/2018", "7/KS-98") and its year if it has one.

    None where it says no number; 0 is none. A year of two digits is one of 1930 to 2029.
    """
    said = _NUMBER.fullmatch(single_spaced(text).casefold())
    if said is None:
        return None
    year = int(said[3]) if said[3] else None
    if year is not None and year < 100:
        year += 1900 if year >= 30 else 2000
    return EntryNumber(int(said[1]), said[2]), year

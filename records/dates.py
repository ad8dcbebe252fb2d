"""Partial dates: what a book says about a day, and not more.

A day, a month with its year, or a year alone. Nothing is ever filled in: a date whose day the book
does not give has no day. The ministry's string form is ``dd.MM.yyyy``, ``MM.yyyy`` or ``yyyy``
(official dispatch 1437/BTP-CNTT as delivered in practice); screens and paper show ``dd/mm/yyyy``.
"""

import calendar
import re
from dataclasses import dataclass
from typing import Self

_FORM = re.compile(r"^\s*(?:(?:(\d{1,2})\s*[./-]\s*)?(\d{1,2})\s*[./-]\s*)?(\d{4})\s*$")
_ISO = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date as far as it is known. Raises ValueError for a day that no calendar has."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if not 1000 <= self.year <= 9999:
            raise ValueError(f"not a year of four digits: {self.year}")
        if self.month is None:
            if self.day is not None:
                raise ValueError("a day needs its month")
            return
        if not 1 <= self.month <= 12:
            raise ValueError(f"no month {self.month}")
        if self.day is not None and not 1 <= self.day <= calendar.monthrange(self.year, self.month)[1]:
            raise ValueError(f"no day {self.day} in {self.month}/{self.year}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``dd/mm/yyyy``, ``mm/yyyy`` or ``yyyy`` (also with dots or hyphens), or ISO 8601."""
        if iso := _ISO.match(text.strip()):
            y, m, d = iso.groups()
            return cls(int(y), int(m) if m else None, int(d) if d else None)
        if form := _FORM.match(text):
            d, m, y = form.groups()
            return cls(int(y), int(m) if m else None, int(d) if d else None)
        raise ValueError(f"not a date: {text!r}")

    def iso(self) -> str:
        """Return the ISO 8601 form in the precision that is known."""
        return "-".join([f"{self.year:04d}"] + [f"{part:02d}" for part in (self.month, self.day) if part is not None])

    def ministry(self) -> str:
        """Return the ministry's import form with dots."""
        return self._joined(".")

    def shown(self) -> str:
        """Return the form for screens and paper, with slashes."""
        return self._joined("/")

    def _joined(self, mark: str) -> str:
        parts = [f"{part:02d}" for part in (self.day, self.month) if part is not None]
        return mark.join([*parts, f"{self.year:04d}"])

"""Understanding what a clerk typed: a name, perhaps with a date behind it, or words of a paper."""

import re
from dataclasses import dataclass

from records.codes import RegisterKind
from records.dates import PartialDate
from records.finding import Question
from records.text import clean
from search.folding import syllables
from search.terms import date_of

LONGEST_QUESTION = 500
"""Characters. What stands beyond is not read; nobody types it and no name needs it."""
MOST_SYLLABLES = 16
"""A longer text is no name (royal houses reach nine or ten); it is looked up as words of a paper only."""
_FIRST_YEAR, _LAST_YEAR = 1800, 2100
_OLDEST, _YOUNGEST = 1000, 9999

_DATE = re.compile(
    r"(?:(?:sinh\s+năm|sinh\s+ngày|năm\s+sinh|ngày\s+sinh)\s*:?\s*)?"
    r"(?<![\w./-])((?:(?:\d{1,2}[./-])?\d{1,2}[./-])?\d{4})(?![./-]?\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as understood. *name* and *words* are syllables as :func:`search.folding.syllables` gives them."""

    name: tuple[str, ...]
    """Syllables of the name without the date; empty where the text can be no name."""
    words: tuple[str, ...]
    """Everything typed, for the text of papers."""
    date: PartialDate | None
    """The date that stood in the text, as far as it went."""
    year: int | None
    """The year to go by: the one asked for apart, else that of *date*."""
    year_apart: bool
    """Whether the year was asked for apart from the text; only then papers have to have it too."""
    within: int
    kind: RegisterKind | None

    @property
    def years(self) -> range:
        """All years that count, none where no year was asked."""
        if self.year is None:
            return range(0)
        return range(max(_OLDEST, self.year - self.within), min(_YOUNGEST, self.year + self.within) + 1)


def understand(question: Question) -> Asked:
    """Return what *question* asks. Any text can be understood; an empty one asks for nothing."""
    text = clean(question.text[:LONGEST_QUESTION])
    words = syllables(text)
    date, name = None, words
    if found := next((m for m in _DATE.finditer(text) if _plausible(m[1])), None):
        date = date_of(found[1])
        name = syllables(f"{text[: found.start()]} {text[found.end() :]}")
    year_apart = question.year is not None
    return Asked(
        name=name if len(name) <= MOST_SYLLABLES else (),
        words=words,
        date=date,
        year=question.year if year_apart else (date.year if date else None),
        year_apart=year_apart,
        within=max(0, question.within),
        kind=question.kind,
    )


def _plausible(text: str) -> bool:
    date = date_of(text)
    return date is not None and _FIRST_YEAR <= date.year <= _LAST_YEAR

"""What holds for a whole invented book: its office and officers, its year, and how its clerks write."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from forms import Edition
from samples import places
from samples.people import born_between, chance, grown_up, pick
from samples.wording import Wording

LAST_YEAR = 2021
"""Of the books that are read."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How the clerks of one office write dates and numbers."""

    date_mark: str
    padded: bool
    number_with_year: bool
    volume: str
    wording: Wording
    child_in_capitals: bool
    shortens_parents: bool
    """Writes *nt* (as above) nowhere, but leaves out the district where everybody knows it."""


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What holds for a whole book."""

    edition: Edition
    ward: str
    year: int
    volume: int
    opened: dt.date
    first_number: int
    signers: tuple[tuple[str, str], ...]
    """(name, title) of those who sign."""
    clerks: tuple[str, ...]
    habits: Habits

    @property
    def authority(self) -> str:
        """Who keeps the book, as its cover says."""
        return places.authority(self.ward, self.year)


def _years(edition: Edition) -> tuple[int, int]:
    """Return the first and last year through which the edition was in use."""
    first = edition.valid_from.year + (edition.valid_from > dt.date(edition.valid_from.year, 1, 1))
    end = edition.valid_to or dt.date(LAST_YEAR, 12, 31)
    last = min(end.year - (end < dt.date(end.year, 12, 31)), LAST_YEAR)
    return (first, last) if first <= last else (edition.valid_from.year, end.year)


def draw_book(rng: np.random.Generator, edition: Edition) -> BookFacts:
    """Return the facts of an invented book on forms of *edition*."""
    first, last = _years(edition)
    year = int(rng.integers(first, last + 1))
    volume = int(pick(rng, [1, 2, 3], [6, 3, 1]))
    chair = grown_up(rng, male=chance(rng, 0.6), born=dt.date(year - 50, 1, 1)).name
    deputy = grown_up(rng, male=chance(rng, 0.5), born=dt.date(year - 43, 1, 1)).name
    clerks = tuple(grown_up(rng, male=chance(rng, 0.3), born=dt.date(year - 36, 1, 1)).name for _ in range(2))
    wording = Wording(
        early_days=str(pick(rng, ["mồng", "mùng", ""], [4, 3, 3])),
        zero_ten=str(pick(rng, ["linh", "lẻ"], [5, 1])),
        thousand=str(pick(rng, ["nghìn", "ngàn"], [12, 1])),
        seven=str(pick(rng, ["bảy", "bẩy"], [3, 1])),
        four_after_tens=str(pick(rng, ["tư", "bốn"], [3, 1])),
        five_after_tens=str(pick(rng, ["lăm", "nhăm"], [5, 1])),
        empty_hundreds=chance(rng, 0.75),
        opening=str(pick(rng, ["Ngày", "ngày", ""], [6, 2, 2])),
    )
    volumes = (f"{volume:02d}/{year}", f"{volume:02d}-{year}", f"{volume:02d}", f"{volume:02d}/{year}-{edition.kind}")
    habits = Habits(
        date_mark=str(pick(rng, ["/", "-", ".", " / "], [10, 3, 2, 1])),
        padded=chance(rng, 0.75),
        number_with_year=chance(rng, 0.55),
        volume=str(pick(rng, volumes, [5, 2, 2, 1])),
        wording=wording,
        child_in_capitals=chance(rng, 0.5),
        shortens_parents=chance(rng, 0.3),
    )
    opened = dt.date(year, 1, 4) if volume == 1 else born_between(rng, dt.date(year, 3, 1), dt.date(year, 8, 1))
    return BookFacts(
        edition=edition,
        ward=places.ward(rng),
        year=year,
        volume=volume,
        opened=opened,
        first_number=1 if volume == 1 else int(rng.integers(90, 220)),
        signers=((chair, "Chủ tịch"), (deputy, "Phó Chủ tịch")),
        clerks=clerks,
        habits=habits,
    )


def written_date(day: dt.date, habits: Habits) -> str:
    """Return *day* in digits as this office writes it."""
    d, m = (f"{day.day:02d}", f"{day.month:02d}") if habits.padded else (str(day.day), str(day.month))
    return habits.date_mark.join((d, m, str(day.year)))

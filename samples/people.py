"""Invented people: names by sex and share, families whose years fit, identity papers. Nobody real."""

import datetime as dt
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FASHION_FROM = 1995
"""Year of birth from which the fashionable names of the lists were given."""
DATA = Path(__file__).parent / "data"


@cache
def lists(name: str) -> dict[str, Any]:
    """Return one of the data files of this room."""
    return tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))


def pick(rng: np.random.Generator, values: Sequence[Any], weights: Sequence[float] | None = None) -> Any:
    """Return one of *values*, by *weights* where given."""
    if weights is None:
        return values[int(rng.integers(len(values)))]
    cumulated = np.cumsum(np.asarray(weights, np.float64))
    return values[int(np.searchsorted(cumulated, rng.uniform(0, cumulated[-1]), side="right"))]


def chance(rng: np.random.Generator, share: float) -> bool:
    """Return True in *share* of the cases."""
    return bool(rng.random() < share)


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person."""

    family: str
    given: str
    """Middle name(s) and given name."""
    male: bool
    born: dt.date
    ethnic: str = "Kinh"
    nationality: str = "Việt Nam"

    @property
    def name(self) -> str:
        """Full name in the usual order."""
        return f"{self.family} {self.given}"


def family_name(rng: np.random.Generator) -> str:
    """Return a family name by its share."""
    table = lists("names")["family"]
    return str(pick(rng, table["names"], table["weights"]))


def grown_up(rng: np.random.Generator, *, male: bool, born: dt.date) -> Person:
    """Return an adult of the given sex and date of birth."""
    table = lists("names")["male" if male else "female"]
    middle = pick(rng, table["middle"], table["middle_weights"])
    given = pick(rng, table["given"], table["given_weights"])
    if given in middle.split():
        middle = "Văn" if male else "Thị"
    ethnic = lists("names")["ethnic"]
    return Person(family_name(rng), f"{middle} {given}", male, born, str(pick(rng, ethnic["names"], ethnic["weights"])))


def child_of(rng: np.random.Generator, father: Person | None, mother: Person | None, born: dt.date) -> Person:
    """Return a child: the father's family name, now and then the mother's as well."""
    male = chance(rng, 0.52)
    names = lists("names")
    if born.year >= FASHION_FROM and chance(rng, 0.62):
        given = str(pick(rng, names["child"]["male" if male else "female"]))
    else:
        given = grown_up(rng, male=male, born=born).given
    parent = father or mother
    family = parent.family if parent else family_name(rng)
    if father and mother and mother.family != father.family and chance(rng, 0.08):
        family = f"{father.family} {mother.family}"
    ethnic = parent.ethnic if parent else "Kinh"
    return Person(family, given, male, born, ethnic)


def born_between(rng: np.random.Generator, first: dt.date, last: dt.date) -> dt.date:
    """Return a day from *first* to *last*."""
    return first + dt.timedelta(days=int(rng.integers((last - first).days + 1)))


def personal_number(rng: np.random.Generator, person: Person, province: str = "001") -> str:
    """Return a personal number of 12 digits: province, century and sex, year, serial (Decree 137/2015)."""
    code = 2 * (person.born.year // 100 - 19) + (0 if person.male else 1)
    return f"{province}{code}{person.born.year % 100:02d}{int(rng.integers(1_000_000)):06d}"


def identity_paper(rng: np.random.Generator, person: Person, on: dt.date) -> str:
    """Return an identity paper as a clerk writes it down on day *on*: kind, number, day and place of issue."""
    last = min(on, dt.date(2015, 12, 20))
    issued = born_between(rng, last - dt.timedelta(days=15 * 365), last)
    if on.year >= 2016 and chance(rng, 0.45):
        issued = born_between(rng, dt.date(2016, 1, 4), min(on, dt.date(2021, 6, 30)))
        kind, number = "CCCD", personal_number(rng, person, str(pick(rng, ["001", "034", "036", "033", "035", "038"])))
        place = pick(rng, ["Cục CSĐKQL cư trú và DLQG về dân cư", "Cục Cảnh sát ĐKQL cư trú", "Cục CS QLHC về TTXH"])
    else:
        kind, number = "CMND", f"{pick(rng, ['01', '16', '15', '14', '12', '17'])}{int(rng.integers(10_000_000)):07d}"
        place = pick(rng, ["CA TP Hà Nội", "Công an TP Hà Nội", "CA Hà Nội", "Công an Nam Định", "Công an Thái Bình"])
    day = f"{issued.day:02d}/{issued.month:02d}/{issued.year}"
    forms = (
        f"{kind} số {number}, {place} cấp ngày {day}",
        f"{kind} số {number} do {place} cấp ngày {day}",
        f"{kind}: {number} cấp {day}",
        f"{kind} {number}, cấp ngày {day}, nơi cấp: {place}",
    )
    return str(pick(rng, forms, [4, 3, 2, 1]))

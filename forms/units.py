"""Administrative units until 30 June 2025, with the years in which they stood where these are known (``units.tsv``).

A first year that is not known is empty: the unit is then taken to be old. Known are those of the provinces, of
Hanoi's districts and of the wards of Hai Bà Trưng. Source: see ``tools/units.py``.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class UnitLevel(StrEnum):
    """What a unit is: a ward (commune, township), a district (quarter, town) or a province (city)."""

    WARD = "ward"
    DISTRICT = "district"
    PROVINCE = "province"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit; *kind* is written before its name, *district* and *province* are those it lay in, as far as any."""

    level: UnitLevel
    kind: str
    name: str
    district: str
    province: str
    first_year: int | None
    last_year: int

    def stood(self, first: int, last: int) -> bool:
        """Whether it stood in some year from *first* to *last*."""
        return (self.first_year or 0) <= last and first <= self.last_year


@cache
def units() -> tuple[Unit, ...]:
    """Return all units; one that stood twice stands here twice."""
    rows = files("forms").joinpath("units.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple(
        Unit(UnitLevel(level), kind, name, district, province, int(first) if first else None, int(last))
        for level, kind, name, district, province, first, last in (row.split("\t") for row in rows)
    )

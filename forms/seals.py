"""Whose seal a seal is: the ward whose name stands on its rim, told from the other wards of its district.

The rim of a seal of office says "U.B.N.D PHƯỜNG …" or all of these words, and may go on with the district. It is worn
and written across, so its text is read badly; but there are few wards that it may be of.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from forms.folding import folded, letters_of
from forms.units import Unit, UnitLevel, units

SAYS_KIND = 60.0
"""Likeness (of 100) from which the words before a ward's name were read: without them nobody knows where it begins."""
ALIKE, AHEAD = 66.0, 15.0
"""Likeness of the rest from which it is a ward's name, and how far behind the next name must lie (``docs/results.md``
says how many seals are read so)."""
SAYS_DISTRICT = 75.0
"""Likeness from which the district's name was read behind the ward's."""
_BEFORE = ("ubnd", "nhandan")
_SHORT = {"p": "phuong", "x": "xa", "tt": "thi tran", "q": "quan", "h": "huyen"}
_ABOVE = ("huyen", "quan", "thixa", "thanhpho")
"""What the seals of districts say in place of a ward's kind."""


@lru_cache
def ward_of(authority: str) -> Unit | None:
    """Return the ward that an *authority* is of; None where it names none, or it is not clear which."""
    parts = re.findall(r"\w+", folded(authority))
    said = f" {' '.join(_SHORT.get(part, part) for part in parts)} "
    named = [ward for ward, own, _ in _wards() if own in said]
    sure = [ward for ward, own, district in _wards() if own in said and district in said] or named
    places = {(u.kind, u.name, u.district, u.province) for u in sure}
    return sure[0] if len(places) == 1 else None


@lru_cache
def _wards() -> tuple[tuple[Unit, str, str], ...]:
    """Return all wards, each as an authority names it, and as it names its district: a number alone may be a ward's."""

    def said(unit: Unit) -> str:
        name = folded(unit.district)
        return f" quan {name} " if name.isdecimal() else f" {name} "

    return tuple((u, f" {folded(f'{u.kind} {u.name}')} ", said(u)) for u in units() if u.level is UnitLevel.WARD)


@lru_cache(maxsize=16_384)  # a book is looked at again and again
def ward_on_seal(text: str, authority: str) -> Unit | None:
    """Return the ward of the district of *authority* that the *text* of a seal names; None where that is not plain."""
    own, read = ward_of(authority), letters_of(text)
    if own is None or not read:
        return None
    wards = _beside(own)
    if _says(read, _ABOVE) >= _says(read, sorted({letters_of(ward.kind) for ward in wards})):
        return None
    found = sorted(((_likeness(read, ward), ward) for ward in wards), key=lambda one: -one[0])
    (first, ward), second = found[0], found[1][0] if len(found) > 1 else 0.0
    return ward if first >= ALIKE and first - second >= AHEAD else None


@lru_cache
def _beside(own: Unit) -> tuple[Unit, ...]:
    """Return the wards of the same district, itself among them, each name once."""
    where = (own.level, own.district, own.province)
    return tuple({u.name: u for u in units() if (u.level, u.district, u.province) == where}.values())


def _says(read: str, kinds: Sequence[str]) -> float:
    """Return how like the words before a name of one of these *kinds* are to something that was *read*, of 100."""
    return max(fuzz.partial_ratio(before + kind, read) for before in _BEFORE for kind in kinds)


def _likeness(read: str, ward: Unit) -> float:
    """Return how like its name is to what was *read* behind the words for its kind; 0 where those were not read."""
    best = 0.0
    for before in _BEFORE:
        head = fuzz.partial_ratio_alignment(before + letters_of(ward.kind), read)
        if head is not None and head.score >= SAYS_KIND:
            best = max(best, fuzz.ratio(_without(ward.district, read[head.dest_end :]), letters_of(ward.name)))
    return best


def _without(district: str, rest: str) -> str:
    """Return what was read of a ward's name without the *district* that may stand behind it."""
    name = letters_of(district)
    there = fuzz.partial_ratio_alignment(name, rest) if len(rest) > len(name) else None
    if there is None or there.score < SAYS_DISTRICT:
        return rest
    return re.sub("(quan|huyen|q|h)$", "", rest[: there.dest_start])

"""Whose seal a seal is: the ward whose name stands on its rim, told from the other wards of its district.

The rim of a seal of office says "U.B.N.D PHƯỜNG …" or all of these words. It is worn and written across, so its text is
read badly; but there are few wards that it may be of.
"""

from functools import lru_cache

from rapidfuzz import fuzz

from forms.folding import folded, letters_of
from forms.units import Unit, UnitLevel, units

SAYS_KIND = 60.0
"""Likeness (of 100) from which the words before a ward's name were read: without them nobody knows where it begins."""
ALIKE, AHEAD = 66.0, 15.0
"""Likeness of the rest from which it is a ward's name, and how far behind the next name must lie (``docs/results.md``
says how many seals are read so)."""
_BEFORE = ("ubnd", "nhandan")


@lru_cache
def ward_of(authority: str) -> Unit | None:
    """Return the ward that an *authority* is of; None where it names none, or it is not clear which."""
    said = f" {folded(authority).replace(',', ' ')} "
    named = [u for u in units() if u.level is UnitLevel.WARD and f" {folded(f'{u.kind} {u.name}')} " in said]
    sure = [u for u in named if f" {folded(u.district)} " in said] or named
    places = {(u.kind, u.name, u.district, u.province) for u in sure}
    return sure[0] if len(places) == 1 else None


def ward_on_seal(text: str, authority: str) -> Unit | None:
    """Return the ward of the district of *authority* that the *text* of a seal names; None where that is not plain."""
    own, read = ward_of(authority), letters_of(text)
    if own is None or not read:
        return None
    found = sorted(((_likeness(read, ward), ward) for ward in _beside(own)), key=lambda one: -one[0])
    (first, ward), second = found[0], found[1][0] if len(found) > 1 else 0.0
    return ward if first >= ALIKE and first - second >= AHEAD else None


@lru_cache
def _beside(own: Unit) -> tuple[Unit, ...]:
    """Return the wards of the same district, itself among them, each name once."""
    where = (own.level, own.district, own.province)
    return tuple({u.name: u for u in units() if (u.level, u.district, u.province) == where}.values())


def _likeness(read: str, ward: Unit) -> float:
    """Return how like its name is to what was *read* behind the words for its kind; 0 where those were not read."""
    best = 0.0
    for before in _BEFORE:
        head = fuzz.partial_ratio_alignment(before + letters_of(ward.kind), read)
        if head is not None and head.score >= SAYS_KIND:
            best = max(best, fuzz.ratio(read[head.dest_end :], letters_of(ward.name)))
    return best

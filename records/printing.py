"""Whether the pages of a book come from one printing house: the same labels stand at the same places on all of them.

A bound book is printed in one piece. A page on which the labels stand otherwise than on the pages around may be of
another book, of another ward say, whose number fills a gap here. Pure rules, on what was found of each page.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Printed = Mapping[str, tuple[float, float]]
"""Where a form's labels begin, in pixels of its picture: only labels that were read, by what they are called."""

LEAST_LABELS = 12
"""Labels that two forms must share for their places to say anything: a table has fewer heads, and all on one line."""
MOVED = 0.006
"""Height, as a share of the form's size, from which a label stands elsewhere: 2 mm on a page."""
SIDEWAYS = 0.3
"""How much a distance sideways counts: the number before a label is read on some pages and not on others."""
ALIKE = 0.15
"""Share of moved labels up to which two pages are from one house (measured: at most 0.13, once 0.19, in a book)."""
UNLIKE = 0.2
"""Share of moved labels from which they are not (measured: 0.2 to 0.9, but for houses that work nearly alike)."""
_MOST = 0.6
"""Share of a book's pages that must be printed alike: loose sheets that were bound later come from many houses."""
_LEAST_PAGES = 3
"""Pages printed alike that make a house."""
_TRIED = 5
"""Pages of which one is looked for that most others are like."""
_WITNESSES = 3
"""Pages of the house that one printed otherwise must all be unlike."""
_ROUNDS = 4
_KEPT = 0.7
"""How often one form is laid upon another, and the share of labels that is believed to fit each time."""


def printed_otherwise(pages: Sequence[Sequence[Printed]]) -> list[tuple[int, ...]]:
    """Return the places of pages printed unlike most others, those of one house together; none where no house has most.

    Of each page *pages* has the forms that stand on it, which may be two.
    """
    for first in _spread(range(len(pages)), _TRIED):
        apart = {i: share for i, page in enumerate(pages) if (share := _apart(pages[first], page)) is not None}
        house = [i for i, share in apart.items() if share <= ALIKE]
        if len(house) >= max(_LEAST_PAGES, _MOST * len(apart)):
            witnesses = [pages[i] for i in _spread(house, _WITNESSES)]
            unlike = [i for i, share in apart.items() if share >= UNLIKE and _unlike_all(pages[i], witnesses)]
            return _by_house(pages, unlike)
    return []


def _unlike_all(page: Sequence[Printed], others: Sequence[Sequence[Printed]]) -> bool:
    return all((_apart(other, page) or 0.0) >= UNLIKE for other in others)


def _by_house(pages: Sequence[Sequence[Printed]], places: Sequence[int]) -> list[tuple[int, ...]]:
    """Return the places in groups: of each all pages are printed like its first."""
    groups: list[list[int]] = []
    for i in places:
        for group in groups:
            share = _apart(pages[group[0]], pages[i])
            if share is not None and share <= ALIKE:
                group.append(i)
                break
        else:
            groups.append([i])
    return [tuple(group) for group in groups]


def _spread(places: Sequence[int], most: int) -> list[int]:
    """Return at most *most* of the places, evenly spread."""
    if len(places) <= most:
        return list(places)
    return [places[(2 * k + 1) * len(places) // (2 * most)] for k in range(most)]


def _apart(one: Sequence[Printed], other: Sequence[Printed]) -> float | None:
    """Return the share of moved labels between the forms of two pages that are most alike; None where none compare."""
    found = [share for a in one for b in other if (share := moved(a, b)) is not None]
    return min(found, default=None)


def moved(one: Printed, other: Printed) -> float | None:
    """Return the share of labels that stand elsewhere on *other* once *one* is laid upon it; None where both have few.

    Pictures differ by where the page lay, by scale, tilt and a little slant, and the reader errs on single labels:
    these do not count as moved.
    """
    common = sorted(one.keys() & other.keys())
    if len(common) < LEAST_LABELS:
        return None
    here = np.array([(*one[name], 1.0) for name in common])
    there = np.array([other[name] for name in common])
    size = float(np.linalg.norm(np.ptp(there, axis=0)))
    if not size:
        return None
    off = _off(here, there, np.full(len(common), True))
    for _ in range(_ROUNDS):
        off = _off(here, there, off <= max(float(np.quantile(off, _KEPT)), MOVED * size / 4))
    return float(np.mean(off > MOVED * size))


def _off(here: NDArray[np.float64], there: NDArray[np.float64], used: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how far each label is off where the *used* ones are laid upon each other as well as may be."""
    laid, *_ = np.linalg.lstsq(here[used], there[used], rcond=None)
    return np.asarray((np.abs(here @ laid - there) * (SIDEWAYS, 1.0)).max(axis=1), dtype=np.float64)

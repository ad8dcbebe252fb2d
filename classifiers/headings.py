"""Kind of register and role of a page, from its printed headings.

The words of a page, folded and joined, are searched for each known heading with reading errors forgiven.
The best heading of each kind is its score; a score under :data:`SURE`, or two kinds too close, is declined
with a reason rather than guessed.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from rapidfuzz import fuzz

from forms import Edition, editions, letters_of
from records.codes import PageRole, RegisterKind
from records.pages import Classification, PageProblem
from records.ports import Image
from records.readings import PageReading

SURE = 0.82
"""Least likeness of a heading, in [0, 1]."""
MARGIN = 0.04
"""Least distance between the best kind and the next."""
BLANK_INK = 0.0025
"""Share of dark pixels under which a page without sure words is blank."""
SURE_WORD = 0.6
"""Least confidence of a word that is surely print: in the grain of empty paper a reader sees hundreds of words."""
STRAY_WORDS = 3
"""Sure words that empty paper may seem to have."""


@dataclass(frozen=True, slots=True)
class _Headings:
    kinds: tuple[tuple[RegisterKind, tuple[str, ...]], ...]
    roles: tuple[tuple[PageRole, tuple[str, ...], int], ...]


@cache
def _headings(known: tuple[Edition, ...]) -> _Headings:
    raw = tomllib.loads(files("forms").joinpath("headings.toml").read_text(encoding="utf-8"))
    kinds: dict[RegisterKind, dict[str, None]] = {}
    for edition in known:
        kinds.setdefault(edition.kind, {}).update(dict.fromkeys(letters_of(s) for s in edition.heading))
    roles = tuple(
        (PageRole(r["role"]), tuple(letters_of(s) for s in r["says"]), int(r["at_least"])) for r in raw["roles"]
    )
    return _Headings(tuple((k, tuple(v)) for k, v in kinds.items()), roles)


def likeness(heading: str, page: str) -> float:
    """Return how well *heading* is found anywhere in *page* (both letters only, folded), in [0, 1]."""
    if not heading or len(page) < len(heading) // 2:
        return 0.0
    return float(fuzz.partial_ratio(heading, page)) / 100.0


class HeadingClassifier:
    """The page classifier of forms with printed headings."""

    def classify(self, image: Image, reading: PageReading) -> Classification:
        """Say what the page is. *image* is the prepared page in grey, *reading* its printed words."""
        page = "".join(letters_of(w.text) for w in reading.words)
        dark = float(np.mean(image < 128))
        sure_words = sum(w.confidence >= SURE_WORD and len(letters_of(w.text)) >= 3 for w in reading.words)
        if sure_words <= STRAY_WORDS and dark < BLANK_INK:
            return Classification(PageRole.BLANK, RegisterKind.OTHER, 1.0 - dark / BLANK_INK / 2)
        known = _headings(editions())
        scores = sorted(
            ((max(likeness(h, page) for h in says), kind) for kind, says in known.kinds), key=lambda s: -s[0]
        )
        (best, kind), second = scores[0], scores[1][0]
        if best < SURE or best - second < MARGIN:
            kind = RegisterKind.OTHER
        for role, says, at_least in known.roles:
            found = sorted((likeness(s, page) for s in says), reverse=True)[:at_least]
            if found and min(found) >= SURE + 0.04:
                return Classification(role, kind, min(found))
        sure = best if kind is not RegisterKind.OTHER else 1.0 - best
        return Classification(PageRole.OTHER, kind, sure, reason=PageProblem("EDITION_UNKNOWN"))

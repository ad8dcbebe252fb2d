"""Which editions a page may be of: a quick look at its printed words before labels are sought one by one."""

from collections.abc import Sequence
from functools import cache

from rapidfuzz import fuzz

from forms import Edition, Label, editions, letters_of
from records.readings import Word

FAINT = 0.6
"""Likeness under which a wording counts as not on the page at all."""
SHORTLIST = 4
"""Editions that are looked at closely: of all sample pages of 33 editions the right one was among the first two."""
LEAST = 0.35
"""Least score of an edition on the short list: pages of foreign registers stay under it."""


@cache
def _wordings(known: tuple[Edition, ...]) -> tuple[str, ...]:
    return tuple(sorted({letters_of(s) for e in known for label in e.labels for s in label.says}))


def _score(labels: Sequence[Label], seen: dict[str, float]) -> float:
    """Return the share of *labels*' letters that are on the page, in [0, 1]."""
    whole = found = 0.0
    for label in labels:
        if label.says and label.section != "code":
            size = len(letters_of(label.says[0]))
            likeness = max(seen[letters_of(s)] for s in label.says)
            whole += size
            found += size * max(0.0, (likeness - FAINT) / (1 - FAINT))
    return found / whole if whole else 0.0


def shortlist(words: Sequence[Word], known: tuple[Edition, ...] | None = None) -> list[tuple[float, Edition]]:
    """Return (score, edition) of the likeliest of the *known* editions, by default all, best first.

    Of a table across an opened book one leaf alone may be on the page: the better leaf counts, a little less.
    """
    text = "".join(letters_of(w.text) for w in words)
    if not text:
        return []
    known = known if known is not None else editions()
    seen = {w: fuzz.partial_ratio(w, text) / 100 if len(text) >= len(w) // 2 else 0.0 for w in _wordings(known)}
    ranked = []
    for edition in known:
        leaves = {label.leaf for label in edition.labels if label.leaf}
        parts = [[x for x in edition.labels if x.leaf is leaf] for leaf in leaves]
        scores = [_score(edition.labels, seen), *(0.95 * _score(part, seen) for part in parts)]
        ranked.append((max(scores), edition))
    ranked.sort(key=lambda r: -r[0])
    return [row for row in ranked[:SHORTLIST] if row[0] >= LEAST]

"""How well a reader reads: character and word error rates, exactness, and their intervals.

All counts are in user-perceived characters (grapheme clusters of Unicode UAX 29) over NFC text, so a
letter with its marks counts once. A rate is always edits summed over all lines divided by reference
characters summed over all lines (micro average), never a mean of rates.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex
from rapidfuzz.distance import Levenshtein

from records.text import comparable, single_spaced

_CLUSTER = regex.compile(r"\X")
BOOTSTRAP_DRAWS = 1000


def clusters(text: str) -> list[str]:
    """Return the grapheme clusters of *text*."""
    return _CLUSTER.findall(text)


def edits(reference: str, reading: str) -> tuple[int, int]:
    """Return (edits, reference length) in grapheme clusters; insertions, deletions and substitutions cost 1."""
    ref, got = clusters(reference), clusters(reading)
    return Levenshtein.distance(ref, got), len(ref)


def word_edits(reference: str, reading: str) -> tuple[int, int]:
    """Return (edits, reference length) in words."""
    ref, got = reference.split(), reading.split()
    return Levenshtein.distance(ref, got), len(ref)


@dataclass(frozen=True, slots=True)
class Pair:
    """A reference and what was read, both verbatim."""

    reference: str
    reading: str


@dataclass(frozen=True, slots=True)
class Scores:
    """Rates in [0, 1] over *n* pairs; ``ci95`` is the bootstrap interval of *cer_casefold* over lines."""

    n: int
    cer: float
    cer_casefold: float
    wer: float
    exact: float
    ci95: tuple[float, float]


def _rate(counts: Sequence[tuple[int, int]]) -> float:
    total = sum(n for _, n in counts)
    return sum(e for e, _ in counts) / total if total else 0.0


def bootstrap(counts: Sequence[tuple[int, int]], seed: int = 20250701) -> tuple[float, float]:
    """Return the 95 % percentile interval of the micro-averaged rate, resampling lines."""
    if not counts:
        return (0.0, 0.0)
    draw = random.Random(seed)
    rates = sorted(_rate(draw.choices(counts, k=len(counts))) for _ in range(BOOTSTRAP_DRAWS))
    return rates[int(0.025 * BOOTSTRAP_DRAWS)], rates[int(0.975 * BOOTSTRAP_DRAWS) - 1]


def score(pairs: Sequence[Pair]) -> Scores:
    """Score *pairs*. *Exact* compares case-folded NFC text with spaces collapsed."""
    plain = [edits(single_spaced(p.reference), single_spaced(p.reading)) for p in pairs]
    folded = [edits(comparable(p.reference), comparable(p.reading)) for p in pairs]
    words = [word_edits(comparable(p.reference), comparable(p.reading)) for p in pairs]
    same = sum(e == 0 for e, _ in folded)
    return Scores(
        n=len(pairs),
        cer=_rate(plain),
        cer_casefold=_rate(folded),
        wer=_rate(words),
        exact=same / len(pairs) if pairs else 0.0,
        ci95=bootstrap(folded),
    )


def rate_of(pairs: Sequence[Pair], form: Callable[[str], str] = comparable) -> float:
    """Return the character error rate of *pairs* after *form* was applied to both sides."""
    return _rate([edits(form(p.reference), form(p.reading)) for p in pairs])

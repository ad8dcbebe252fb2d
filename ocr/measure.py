"""How well a reader reads: character and word error rates, exactness, and their intervals.

All counts are in user-perceived characters (grapheme clusters of Unicode UAX 29) over NFC text, so a
letter with its marks counts once. A rate is always edits summed over all lines divided by reference
characters summed over all lines (micro average), never a mean of rates.
"""

import itertools
import random
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex
from rapidfuzz.distance import Levenshtein

from forms import folded
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
    cer_folded: float = 0.0
    """Without case, tone marks, other marks and ``đ``: the bare letters."""
    wer_folded: float = 0.0
    exact_folded: float = 0.0
    wer_ci95: tuple[float, float] = (0.0, 0.0)
    exact_ci95: tuple[float, float] = (0.0, 0.0)


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
    small = [edits(comparable(p.reference), comparable(p.reading)) for p in pairs]
    words = [word_edits(comparable(p.reference), comparable(p.reading)) for p in pairs]
    bare = [(folded(p.reference), folded(p.reading)) for p in pairs]
    same = [(int(e == 0), 1) for e, _ in small]
    return Scores(
        n=len(pairs),
        cer=_rate(plain),
        cer_casefold=_rate(small),
        wer=_rate(words),
        exact=_rate(same),
        ci95=bootstrap(small),
        cer_folded=_rate([edits(a, b) for a, b in bare]),
        wer_folded=_rate([word_edits(a, b) for a, b in bare]),
        exact_folded=_rate([(int(a == b), 1) for a, b in bare]),
        wer_ci95=bootstrap(words),
        exact_ci95=bootstrap(same),
    )


def rate_of(pairs: Sequence[Pair], form: Callable[[str], str] = comparable) -> float:
    """Return the character error rate of *pairs* after *form* was applied to both sides."""
    return _rate([edits(form(p.reference), form(p.reading)) for p in pairs])


def calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Return the expected calibration error: how far confidence is from the share that was right, in [0, 1].

    Readings are sorted by confidence and cut into *bins* of equal numbers; the gaps of the bins are weighted by size.
    """
    if not confidences:
        return 0.0
    # among equals, each counts as right as all of them together: no order of theirs may matter
    of_equals: defaultdict[float, list[bool]] = defaultdict(list)
    for sure, hit in zip(confidences, right, strict=True):
        of_equals[sure].append(hit)
    pairs = [(sure, sum(hits) / len(hits)) for sure, hits in sorted(of_equals.items()) for _ in hits]
    cuts = [round(len(pairs) * k / bins) for k in range(bins + 1)]
    gap = 0.0
    for begin, end in itertools.pairwise(cuts):
        part = pairs[begin:end]
        gap += abs(sum(c for c, _ in part) - sum(r for _, r in part))
    return gap / len(pairs)


def calibration_error_if_held(confidences: Sequence[float], draws: int = 300) -> float:
    """Return the mean calibration error of a reader whose confidence holds exactly: few lines scatter, in [0, 1]."""
    chance = random.Random(5)
    found = [calibration_error(confidences, [chance.random() < sure for sure in confidences]) for _ in range(draws)]
    return sum(found) / draws


_TONES = {"\u0300": "huyền", "\u0301": "sắc", "\u0309": "hỏi", "\u0303": "ngã", "\u0323": "nặng"}


def letter_and_tone(cluster: str) -> tuple[str, str]:
    """Return (letter without its tone, name of the tone; ``ngang`` where it has none)."""
    apart = unicodedata.normalize("NFD", cluster)
    tone = next((_TONES[c] for c in apart if c in _TONES), "ngang")
    return unicodedata.normalize("NFC", "".join(c for c in apart if c not in _TONES)), tone


@dataclass(frozen=True, slots=True)
class Confusions:
    """What was taken for what, most frequent first: (written, read, how often). An empty text stands for nothing."""

    letters: tuple[tuple[str, str, int], ...]
    tones: tuple[tuple[str, str, int], ...]


def confusions(pairs: Sequence[Pair]) -> Confusions:
    """Count confusions over *pairs*, case-folded; a tone is confused where its letter was read right."""
    letters: Counter[tuple[str, str]] = Counter()
    tones: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        written, read = clusters(comparable(pair.reference)), clusters(comparable(pair.reading))
        for step in Levenshtein.editops(written, read):
            a = written[step.src_pos] if step.tag != "insert" else ""
            b = read[step.dest_pos] if step.tag != "delete" else ""
            (letter, tone), (other, other_tone) = letter_and_tone(a), letter_and_tone(b)
            if a and b and letter == other:
                tones[tone, other_tone] += 1
            else:
                letters[a, b] += 1
    ranked = (tuple((a, b, n) for (a, b), n in found.most_common()) for found in (letters, tones))
    return Confusions(*ranked)

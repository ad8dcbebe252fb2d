"""From what the network saw of a field to texts with probabilities: the likeliest by picture and language, and others.

The confidence of a text is the probability that the whole field is exactly so: how plain it was in the picture, how
much likelier than what else was found, and how likely as a text of its kind, weighed by what was measured on lines
with known text (:class:`Calibration`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.beam import Spelled, beam_search, ranked_by, shares
from ocr.ctc import best_path
from ocr.languages import BALANCE, Languages
from records.codes import ValueKind
from records.readings import Alternative, Expected
from records.text import single_spaced

GREEDY = "greedy"
"""The stratum of texts that were read without a language."""
MOST_ALTERNATIVES = 4
_LEAST_SHARE = 0.001


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells how far a text can be trusted."""

    share: float
    """Its share among the texts found."""
    picture: float = 0.0
    """log p(text | picture)."""
    language: float = 0.0
    """What the language thought of it, a letter: mean log-probability, with the balance's weight and bonus."""

    def row(self) -> tuple[float, float, float, float]:
        """Return the signs as :class:`Calibration` weighs them, a constant first."""
        return (1.0, log_odds(self.share), max(self.picture, -60.0), self.language)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns signs into a probability that holds: a logistic regression, fitted on lines whose text is known."""

    weights: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 0.0)

    def of(self, signs: Signs) -> float:
        """Return the probability that the whole text is right."""
        at = sum(w * x for w, x in zip(self.weights, signs.row(), strict=True))
        return 1 / (1 + math.exp(-min(max(at, -40.0), 40.0)))


def log_odds(p: float) -> float:
    """Return log(p / (1 - p)), *p* kept off 0 and 1."""
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, its probability, and what else it may be, likeliest first."""

    text: str
    confidence: float
    signs: Signs
    alternatives: tuple[Alternative, ...] = ()

    @property
    def legibility(self) -> float:
        """How well picture and language bear the text out, a letter: about 0 for plain writing, under -2 for none."""
        return self.signs.picture / len(self.text) + self.signs.language if self.text else -math.inf


_NOTHING = Decoded("", 0.0, Signs(0.0))


def by_picture(
    log_probs: NDArray[np.floating], alphabet: Sequence[str], calibrations: Mapping[str, Calibration]
) -> Decoded:
    """Return the text of the best path: no language, no alternatives."""
    text, mean = best_path(log_probs, alphabet)
    if not text.strip():
        return _NOTHING
    signs = Signs(mean ** len(text))
    return Decoded(single_spaced(text), calibrations.get(GREEDY, Calibration()).of(signs), signs)


def by_field(
    log_probs: NDArray[np.floating],
    alphabet: Sequence[str],
    languages: Languages,
    expected: Expected,
    calibrations: Mapping[str, Calibration],
) -> Decoded:
    """Return the likeliest text of a field that holds what is *expected*."""
    kind, years = expected.kind, expected.years
    found = beam_search(log_probs, alphabet, languages.of(kind, years), BALANCE[kind])
    if final := languages.final(kind, years):
        found = ranked_by(found, final, BALANCE[kind])
    parts: dict[str, float] = {}
    best: dict[str, Spelled] = {}
    for spelled, share in zip(found, shares(found), strict=True):
        text = single_spaced(spelled.text)
        parts[text] = parts.get(text, 0.0) + share
        best.setdefault(text, spelled)
    ranked = sorted(parts.items(), key=lambda item: -item[1])
    if not ranked or not ranked[0][0]:
        return _NOTHING
    text, share = ranked[0]
    first = best[text]
    signs = Signs(share, first.picture, (first.total - first.picture) / len(text))
    sure = (calibrations.get(kind.value) or calibrations.get(ValueKind.TEXT.value) or Calibration()).of(signs)
    # what is left is shared among the others in proportion
    rest = (1 - sure) / (1 - share) if share < 1 else 0.0
    others = tuple(
        Alternative(other, min(sure, odds * rest))
        for other, odds in ranked[1 : 1 + MOST_ALTERNATIVES]
        if other and odds >= _LEAST_SHARE
    )
    return Decoded(text, sure, signs, others)

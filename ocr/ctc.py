"""Connectionist temporal classification: from frame-wise log-probabilities to text."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BLANK = 0


def best_path(log_probs: NDArray[np.floating], alphabet: Sequence[str]) -> tuple[str, float]:
    """Return (text, confidence) of the best path.

    *log_probs* has shape (frames, symbols) with the blank first; *alphabet* names each symbol. The
    confidence is the geometric mean of the emitted characters' probabilities, in [0, 1].
    """
    best = log_probs.argmax(axis=1)
    top = log_probs[np.arange(len(best)), best]
    letters: list[str] = []
    scores: list[float] = []
    before = BLANK
    for symbol, logp in zip(best.tolist(), top.tolist(), strict=True):
        if symbol != BLANK:
            if symbol == before:
                scores[-1] = max(scores[-1], logp)
            else:
                letters.append(alphabet[symbol])
                scores.append(logp)
        before = symbol
    if not letters:
        return "", 0.0
    return "".join(letters), min(1.0, max(0.0, math.exp(sum(scores) / len(scores))))

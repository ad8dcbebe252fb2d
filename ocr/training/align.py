"""Where each letter of a known text stands in a line: the likeliest path through the network's frames.

It serves twice: to cut real words out of real lines, and to find lines whose label says what nobody wrote.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NEVER = -1e30


@dataclass(frozen=True, slots=True)
class Aligned:
    """The frames [first, last] of each letter, and the mean log-probability of a letter."""

    spans: tuple[tuple[int, int], ...]
    score: float


def best_alignment(log_probs: NDArray[np.float32], symbols: Sequence[int]) -> Aligned | None:
    """Return the likeliest way to read *symbols* in *log_probs* (frames, symbols; blank 0); None where too short."""
    frames, count = len(log_probs), len(symbols)
    states = np.zeros(2 * count + 1, np.int64)
    states[1::2] = symbols
    repeats = sum(a == b for a, b in itertools.pairwise(symbols))
    if not count or frames < count + repeats:
        return None
    skips = np.zeros(len(states), bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    emit = log_probs[:, states].astype(np.float64)
    score = np.full(len(states), _NEVER)
    score[:2] = emit[0, :2]
    back = np.zeros((frames, len(states)), np.int8)
    for t in range(1, frames):
        step = np.concatenate([[_NEVER], score[:-1]])
        jump = np.where(skips, np.concatenate([[_NEVER, _NEVER], score[:-2]]), _NEVER)
        ways = np.stack([score, step, jump])
        back[t] = ways.argmax(axis=0)
        score = ways.max(axis=0) + emit[t]
    state = len(states) - 1 if score[-1] >= score[-2] else len(states) - 2
    first, last = [frames] * count, [-1] * count
    told = 0.0
    for t in range(frames - 1, -1, -1):
        if state % 2:
            letter = state // 2
            first[letter], last[letter] = t, max(last[letter], t)
        told += emit[t, state]
        state -= int(back[t, state])
    return Aligned(tuple(zip(first, last, strict=True)), told / count)


def suspects(scores: Sequence[float | None], share: float = 0.012, hopeless: float = -2.0) -> list[int]:
    """Return the numbers of lines whose text is hardly what was written: the worst *share*, all beyond *hopeless*."""
    known = sorted(s for s in scores if s is not None)
    limit = known[int(share * len(known))] if known else 0.0
    return [i for i, s in enumerate(scores) if s is None or s < limit or s < hopeless]

"""Prefix beam search over CTC output with a language beside it: the likeliest texts, not the likeliest path.

All paths that spell one text are summed. A language adds what it thinks of each letter after those before it; texts
are compared by ``log p(picture) + weight * log p(language) + bonus * letters``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ocr.ctc import BLANK

_NEVER = -math.inf
_rank = itemgetter(0)


class Language(Protocol):
    """What letters may follow which. A state stands for all that was written so far."""

    def start(self) -> Any:
        """Return the state before the first letter."""
        ...

    def step(self, state: Any, letter: str) -> tuple[Any, float]:
        """Return (state after *letter*, its log-probability there); minus infinity forbids it."""
        ...

    def end(self, state: Any) -> float:
        """Return the log-probability that the text ends here."""
        ...


class AnyText:
    """The language that has no opinion."""

    def start(self) -> None:
        """Return nothing."""

    def step(self, state: None, letter: str) -> tuple[None, float]:
        """Allow every letter alike."""
        return None, 0.0

    def end(self, state: None) -> float:
        """Allow every end alike."""
        return 0.0


@dataclass(frozen=True, slots=True)
class Balance:
    """How much the language counts beside the picture, and how the search is bounded."""

    weight: float = 0.3
    bonus: float = 0.5
    """For each letter: a language prefers short texts."""
    width: int = 12
    """Texts kept at each frame."""
    margin: float = 12.0
    """How far a text kept there may lie behind the best one. (893 lines: half the time of a search without it, each
    text the same, confidence off by more than 0.001 on 30 and by 0.04 at most.)"""
    least: float = -6.0
    """Log-probability under which a letter is not considered at a frame."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text with its scores, natural logarithms."""

    text: str
    picture: float
    """log p(text | picture), all paths summed as far as the search kept them."""
    total: float


@dataclass(slots=True, eq=False)
class _Prefix:
    """A text begun: one node for each, so that two ways to it meet."""

    parent: "_Prefix | None"
    symbol: int
    length: int
    state: Any
    language: float
    bias: float
    """What language and length count beside the picture."""
    after: dict[int, "_Prefix | None"] = field(default_factory=dict)

    def text(self, alphabet: Sequence[str]) -> str:
        letters: list[str] = []
        at: _Prefix | None = self
        while at is not None and at.parent is not None:
            letters.append(alphabet[at.symbol])
            at = at.parent
        return "".join(reversed(letters))


def _add(a: float, b: float) -> float:
    if a < b:
        a, b = b, a
    return a if b == _NEVER else a + math.log1p(math.exp(b - a))


def beam_search(
    log_probs: NDArray[np.floating], alphabet: Sequence[str], language: Language, balance: Balance
) -> list[Spelled]:
    """Return the likeliest texts of *log_probs* (frames, symbols; blank first), best first.

    *alphabet* names each symbol, the blank's name is never used. Texts whose end the language forbids are left out:
    where that is so of all texts kept, nothing is returned.
    """
    root = _Prefix(None, BLANK, 0, language.start(), 0.0, 0.0)
    # for each text begun: log-probability of the paths that end in a blank, that end in its last letter, of all
    beams: dict[_Prefix, tuple[float, float, float]] = {root: (0.0, _NEVER, 0.0)}
    likely = _likely(log_probs, balance.least)
    used = sorted({BLANK, *(symbol for symbols in likely for symbol in symbols)})
    for row, symbols in zip(log_probs[:, used].tolist(), likely, strict=True):
        odds = dict(zip(used, row, strict=True))
        waits = odds[BLANK]
        if not symbols:  # a frame between letters: every text only waits
            for prefix, (_, letter, whole) in beams.items():
                blank, stays = whole + waits, letter + odds[prefix.symbol] if prefix.length else _NEVER
                beams[prefix] = (blank, stays, _add(blank, stays))
            continue
        grown: dict[_Prefix, tuple[float, float]] = {}
        for prefix, (blank, letter, whole) in beams.items():
            known = grown.get(prefix)
            stays = letter + odds[prefix.symbol] if prefix.length else _NEVER
            grown[prefix] = (whole + waits, stays if known is None else _add(known[1], stays))
            for symbol in symbols:
                longer = _longer(prefix, symbol, alphabet, language, balance)
                before = blank if prefix.length and symbol == prefix.symbol else whole
                if longer is None or before == _NEVER:
                    continue
                known = grown.get(longer)
                goes_on = before + odds[symbol]
                grown[longer] = (_NEVER, goes_on) if known is None else (known[0], _add(known[1], goes_on))
        summed = [(prefix, (blank, letter, _add(blank, letter))) for prefix, (blank, letter) in grown.items()]
        ranked = sorted(((ends[2] + prefix.bias, prefix, ends) for prefix, ends in summed), key=_rank, reverse=True)
        least = ranked[0][0] - balance.margin
        beams = {prefix: ends for rank, prefix, ends in ranked[: balance.width] if rank >= least}
    out = []
    for prefix, (_, _, picture) in beams.items():
        end = language.end(prefix.state)
        if _NEVER in (picture, end):
            continue
        total = picture + prefix.bias + balance.weight * end
        out.append(Spelled(prefix.text(alphabet), picture, total))
    return sorted(out, key=lambda spelled: -spelled.total)


def _likely(log_probs: NDArray[np.floating], least: float) -> list[list[int]]:
    """Return for each frame the symbols, but the blank, that are as likely as *least* there."""
    out: list[list[int]] = [[] for _ in log_probs]
    frames, symbols = np.nonzero(log_probs >= least)
    for frame, symbol in zip(frames.tolist(), symbols.tolist(), strict=True):
        if symbol != BLANK:
            out[frame].append(symbol)
    return out


def _longer(
    prefix: _Prefix, symbol: int, alphabet: Sequence[str], language: Language, balance: Balance
) -> _Prefix | None:
    if symbol not in prefix.after:
        state, odds = language.step(prefix.state, alphabet[symbol])
        longer = None
        if odds != _NEVER:
            thought, length = prefix.language + odds, prefix.length + 1
            bias = balance.weight * thought + balance.bonus * length
            longer = _Prefix(prefix, symbol, length, state, thought, bias)
        prefix.after[symbol] = longer
    return prefix.after[symbol]


def log_probability(language: Language, text: str) -> float:
    """Return what *language* thinks of the whole of *text*."""
    state, whole = language.start(), 0.0
    for letter in text:
        state, odds = language.step(state, letter)
        if odds == _NEVER:
            return _NEVER
        whole += odds
    return whole + language.end(state)


def ranked_by(found: Sequence[Spelled], language: Language, balance: Balance) -> list[Spelled]:
    """Return the texts *found*, scored anew with another *language*: for one too slow to search with."""
    out = []
    for spelled in found:
        thought = log_probability(language, spelled.text)
        if thought != _NEVER:
            total = spelled.picture + balance.weight * thought + balance.bonus * len(spelled.text)
            out.append(Spelled(spelled.text, spelled.picture, total))
    return sorted(out, key=lambda spelled: -spelled.total)


def shares(found: Sequence[Spelled]) -> list[float]:
    """Return how the probability is shared among the texts *found*, by their totals; they sum to 1."""
    if not found:
        return []
    top = max(spelled.total for spelled in found)
    weights = [math.exp(spelled.total - top) for spelled in found]
    return [w / sum(weights) for w in weights]

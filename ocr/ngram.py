"""A language of letters: how likely each is after the few before it (Witten-Bell smoothing).

Learnt from texts; the orders back off to one another, so that nothing is impossible that the alphabet holds.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_EDGE = "\x02"
"""Stands before the first letter and after the last."""

_MOST_KNOWN = 300_000
"""Probabilities remembered; some 50 MB."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What followed a context: how often each letter, how often any."""

    after: dict[str, int]
    whole: int


class LetterNgram:
    """Letters given at most ``order - 1`` letters before them."""

    def __init__(self, order: int, counts: dict[str, _Context], letters: int) -> None:
        self.order = order
        self._counts = counts
        self._letters = letters
        """Size of the alphabet, for what was never seen."""
        self._known: dict[str, float] = {}
        """Log-probability of the last letter of a text after those before it."""

    @classmethod
    def learn(cls, texts: Iterable[str], order: int = 6, letters: int = 230) -> "LetterNgram":
        """Learn from *texts*. Contexts seen once are left out beyond the fourth order: they tell hardly anything."""
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            padded = _EDGE * (order - 1) + text + _EDGE
            for at in range(order - 1, len(padded)):
                for length in range(order):
                    counts[padded[at - length : at]][padded[at]] += 1
        kept = {
            context: _Context(dict(after), after.total())
            for context, after in counts.items()
            if len(context) < 4 or after.total() > 1
        }
        return cls(order, kept, letters)

    def save(self, path: Path) -> None:
        """Write what was learnt into one file, completely or not at all."""
        contexts = sorted(self._counts)
        after = [sorted(self._counts[c].after.items()) for c in contexts]
        part = path.with_suffix(".part.npz")
        np.savez_compressed(
            part,
            order=self.order,
            letters=self._letters,
            contexts=np.array("\n".join(contexts)),
            after=np.array("\n".join("".join(letter for letter, _ in row) for row in after)),
            counts=np.array([n for row in after for _, n in row], np.uint32),
        )
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> "LetterNgram":
        """Read what :meth:`save` wrote."""
        with np.load(path) as kept:
            contexts, after = str(kept["contexts"]).split("\n"), str(kept["after"]).split("\n")
            counts, order, letters = kept["counts"].tolist(), int(kept["order"]), int(kept["letters"])
        found, at = {}, 0
        for context, row in zip(contexts, after, strict=True):
            here = dict(zip(row, counts[at : at + len(row)], strict=True))
            found[context] = _Context(here, sum(here.values()))
            at += len(row)
        return cls(order, found, letters)

    def probability(self, context: str, letter: str) -> float:
        """Return p(letter | context); the longest known end of *context* counts most."""
        return self._smoothed(context[-(self.order - 1) :], letter)

    def _log(self, text: str) -> float:
        """Return log p(last letter of *text* | those before it)."""
        if (found := self._known.get(text)) is None:
            if len(self._known) >= _MOST_KNOWN:  # a service reads for weeks
                self._known.clear()
            found = self._known[text] = math.log(self.probability(text[:-1], text[-1]))
        return found

    def _smoothed(self, context: str, letter: str) -> float:
        found = 1 / self._letters
        for begin in range(len(context), -1, -1):
            if (seen := self._counts.get(context[begin:])) is not None:
                kinds = len(seen.after)
                found = (seen.after.get(letter, 0) + kinds * found) / (seen.whole + kinds)
        return found

    def start(self) -> str:
        """Return the state before the first letter."""
        return _EDGE * (self.order - 1)

    def step(self, state: str, letter: str) -> tuple[str, float]:
        """Return (state after *letter*, its log-probability)."""
        text = state + letter
        return text[-(self.order - 1) :], self._log(text)

    def end(self, state: str) -> float:
        """Return the log-probability that the text ends here."""
        return self._log(state + _EDGE)

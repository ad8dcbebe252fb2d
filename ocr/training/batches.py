"""What the network is shown: groups of batches, each from a seed of its own, so that a run goes on where it stopped."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ocr.alphabet import numbered
from ocr.normalise import HEIGHT, Ink, normalise
from ocr.training.augment import ROWS, Coverage, Strength, disturbed
from ocr.training.pool import InkLine

GROUP = 128
"""Lines drawn together and sorted by width, so that a batch holds like widths."""
COLUMNS = 9000
"""Columns to a batch: few long lines or many short ones."""
MOST = 40
"""Lines to a batch at most."""
EMPTY = 0.025
"""Share of crops without any writing: rules, dots, dirt. Their text is empty."""


@dataclass(frozen=True, slots=True)
class Source:
    """Lines and how often they are drawn."""

    lines: Sequence[InkLine]
    share: float
    strength: Strength = field(default_factory=Strength)


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures (n, 1, HEIGHT, w), the symbols of all texts in a row, and their numbers."""

    images: NDArray[np.float32]
    symbols: NDArray[np.int64]
    lengths: NDArray[np.int64]


class Feed:
    """Makes group *number* of the course with *seed*: the same whenever it is asked."""

    def __init__(self, sources: Sequence[Source], alphabet: Sequence[str], seed: int) -> None:
        self._sources = sources
        self._shares = np.cumsum([s.share for s in sources]) / sum(s.share for s in sources)
        self._symbol = numbered(alphabet)
        self._seed = seed

    def _line(self, rng: np.random.Generator) -> tuple[InkLine, Source]:
        at = min(int(np.searchsorted(self._shares, rng.random(), side="right")), len(self._sources) - 1)
        source = self._sources[at]
        return source.lines[int(rng.integers(len(source.lines)))], source

    def _example(self, rng: np.random.Generator) -> tuple[Ink, str]:
        line, source = self._line(rng)
        other: Coverage | None = self._line(rng)[0].coverage() if rng.random() < 0.5 else None
        if rng.random() < EMPTY:
            bare = np.zeros((ROWS, int(rng.integers(40, 500))), np.float32)
            return normalise(disturbed(rng, bare, other, Strength(1.0, 2.0))), ""
        return normalise(disturbed(rng, line.coverage(), other, source.strength)), line.text

    def group(self, number: int) -> list[Batch]:
        """Return the batches of one group, in an order of their own."""
        rng = np.random.default_rng([self._seed, number])
        examples = [e for e in (self._example(rng) for _ in range(GROUP)) if e[0].shape[1]]
        examples.sort(key=lambda e: e[0].shape[1])
        out, begin = [], 0
        while begin < len(examples):
            end = begin + 1
            while (
                end < len(examples) and end - begin < MOST and (end - begin + 1) * examples[end][0].shape[1] <= COLUMNS
            ):
                end += 1
            out.append(self._batch(examples[begin:end]))
            begin = end
        return [out[i] for i in rng.permutation(len(out))]

    def _batch(self, examples: Sequence[tuple[Ink, str]]) -> Batch:
        wide = max(ink.shape[1] for ink, _ in examples)
        wide += -wide % 32  # few shapes: the machine keeps a plan for each
        images = np.zeros((len(examples), 1, HEIGHT, wide), np.float32)
        symbols: list[int] = []
        for row, (ink, text) in zip(images, examples, strict=True):
            row[0, :, : ink.shape[1]] = ink
            symbols += [self._symbol[c] for c in text]
        lengths = np.array([len(text) for _, text in examples], np.int64)
        return Batch(images, np.array(symbols, np.int64), lengths)

"""New lines from real ink: words and figures cut out of real lines, set anew on one baseline.

So register words that no address contains get real strokes. The pieces of a line are chosen from hands alike in
stroke and height, as one person would have written it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.normalise import FRAME, HEIGHT
from ocr.training.align import Aligned
from ocr.training.augment import ROWS
from ocr.training.pool import InkLine, Pool, at_rows, cut_to_ink
from records.ports import Image

_LOOSE = "0123456789/-.,"
"""Signs that stand apart in most hands, so that they may be cut out one by one."""
_LOOKS = 40
"""Candidates looked at for each word."""
_INKED = 90
"""Coverage from which a pixel is ink."""
_WHOLE = 0.85
"""Share of a mark's pixels that must lie on one side of a cut: a mark that is torn belongs to no piece."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of ink cut from a line, of all its rows, with what the line tells of its hand."""

    ink: Image
    line: int
    """The line it was cut from: one line, one writer."""
    stroke: float
    """Width of the pen, in rows of the line."""
    top: float
    """Row where small letters begin."""
    base: float
    """Row they stand on."""


def _hand(ink: Image) -> tuple[float, float, float]:
    """Return (stroke, top, base) of a line: small letters lie where most ink is."""
    mask = (ink > 110).astype(np.uint8)
    if not mask.any():
        return 2.0, 0.25 * len(mask), 0.75 * len(mask)
    stroke = 2.0 * float(np.percentile(cv2.distanceTransform(mask, cv2.DIST_L2, 3)[mask > 0], 70))
    rows = np.flatnonzero(mask.any(axis=1))
    weight = mask.sum(axis=1)[rows]
    middle = float(np.average(rows, weights=weight))
    spread = float(np.sqrt(np.average((rows - middle) ** 2, weights=weight)))
    return stroke, middle - spread, middle + spread


def _cut(ink: Image, left: float, right: float) -> int:
    """Return the column between *left* and *right* to cut at: the middle of the longest stretch without ink."""
    a, b = max(0, round(left)), min(ink.shape[1], round(right))
    if b - a < 2:
        return round((left + right) / 2)
    weight = (ink[:, a:b] > _INKED).sum(axis=0)
    best, run, at = 0, 0, (a + b) // 2
    for i, w in enumerate([*weight.tolist(), 99]):
        if w == 0:
            run += 1
            continue
        if run > best:
            best, at = run, a + i - run // 2 - 1
        run = 0
    return at if best else a + int(weight.argmin())


class _Marks:
    """The connected marks of a line's ink: a piece is made of whole ones, so no overhanging stroke or tone is torn."""

    def __init__(self, ink: Image) -> None:
        self._ink = ink
        count, self._labels = cv2.connectedComponents((ink > _INKED).astype(np.uint8))
        columns = np.arange(ink.shape[1])
        at = np.stack([np.bincount(self._labels[:, c], minlength=count) for c in columns], axis=1)[1:]
        self._sums = np.concatenate([np.zeros((len(at), 1)), at.cumsum(axis=1)], axis=1)

    def between(self, left: int, right: int) -> Image | None:
        """Return the ink of the marks that stand between two columns, or None where one of them is torn there."""
        if not len(self._sums):
            return None
        share = (self._sums[:, right] - self._sums[:, left]) / self._sums[:, -1]
        if ((share > 1 - _WHOLE) & (share < _WHOLE)).any():
            return None
        mine = np.concatenate([[False], share >= _WHOLE])[self._labels]
        if not mine.any():
            return None
        soft = cv2.dilate(mine.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        others = (self._labels > 0) & ~mine
        ink = np.where(soft & ~others, self._ink, 0).astype(np.uint8)
        inked = np.flatnonzero(mine.any(axis=0))
        return np.ascontiguousarray(ink[:, inked[0] : inked[-1] + 1])


class Scissors:
    """All pieces of a pool of lines, by what they say."""

    def __init__(self, lines: Sequence[InkLine], aligned: Sequence[Aligned | None]) -> None:
        self.words: defaultdict[str, list[Piece]] = defaultdict(list)
        self.signs: defaultdict[str, list[Piece]] = defaultdict(list)
        self.lines: defaultdict[int, list[str]] = defaultdict(list)
        """The words of each line."""
        for number, (line, where) in enumerate(zip(lines, aligned, strict=True)):
            if where is not None:
                self._take(number, line, where)

    def _take(self, number: int, line: InkLine, where: Aligned) -> None:
        stroke, top, base = _hand(line.ink)
        marks = _Marks(line.ink)
        scale = line.width / max(1, round(line.width * HEIGHT / ROWS / FRAME))

        def piece(first: int, last: int) -> Piece | None:
            before = where.spans[first - 1][1] * scale if first else 0.0
            after = where.spans[last + 1][0] * scale if last + 1 < len(line.text) else float(line.width)
            left = _cut(line.ink, before, where.spans[first][0] * scale + scale) if first else 0
            right = (
                _cut(line.ink, where.spans[last][1] * scale, after + scale) if last + 1 < len(line.text) else line.width
            )
            ink = marks.between(left, right) if right - left >= 3 else None
            return None if ink is None else Piece(ink, number, stroke, top, base)

        begin = 0
        for word in line.text.split(" "):
            end = begin + len(word) - 1
            if word and (found := piece(begin, end)):
                self.words[word].append(found)
                self.lines[number].append(word)
                if all(c in _LOOSE for c in word):
                    for i in range(begin, end + 1):
                        if sign := piece(i, i):
                            self.signs[line.text[i]].append(sign)
            begin = end + 2

    def _parts(self, word: str) -> list[tuple[str, list[Piece]]] | None:
        """Return the pieces a word may be made of: itself, or its signs one by one."""
        if found := self.words.get(word):
            return [("word", found)]
        if all(c in self.signs for c in word):
            return [("sign", self.signs[c]) for c in word]
        return None

    def compose(self, rng: np.random.Generator, text: str) -> InkLine | None:
        """Return *text* in real ink, or None where a word of it was never written."""
        parts = [self._parts(word) for word in text.split()]
        if not parts or any(p is None for p in parts):
            return None
        model = self._model(rng, [piece for part in parts if part for piece in part])
        high = model.base - model.top
        gap = float(rng.uniform(0.55, 1.5)) * high
        placed: list[tuple[Image, float, float]] = []
        x = 0.0
        for number, word in enumerate(parts):
            assert word is not None
            x += gap * float(rng.uniform(0.8, 1.2)) if number else 0.0
            for kind, candidates in word:
                one = self._like(rng, candidates, model)
                scale = float(np.clip(high / max(4.0, one.base - one.top), 0.6, 1.6))
                size = (max(2, round(one.ink.shape[1] * scale)), max(4, round(one.ink.shape[0] * scale)))
                ink = np.asarray(cv2.resize(one.ink, size, interpolation=cv2.INTER_LINEAR), np.uint8)
                columns = np.flatnonzero((ink > 90).any(axis=0))
                if not len(columns):
                    return None
                ink = ink[:, columns[0] : columns[-1] + 1]
                placed.append((ink, x, model.base - one.base * scale + float(rng.normal(0, 0.03 * high))))
                x += ink.shape[1] + (float(rng.uniform(0.08, 0.3)) * high if kind == "sign" else 0.0)
        return InkLine(at_rows(cut_to_ink(_sheet(placed))), " ".join(text.split()))

    @staticmethod
    def _model(rng: np.random.Generator, parts: Sequence[tuple[str, list[Piece]]]) -> Piece:
        """Return a piece of the line that has most of *parts*: the less others lend, the more it is one hand."""
        had = Counter(line for _, candidates in parts for line in {p.line for p in candidates})
        most = max(had.values())
        lines = sorted(line for line, count in had.items() if count == most)
        line = lines[int(rng.integers(len(lines)))]
        return next(p for _, candidates in parts for p in candidates if p.line == line)

    @staticmethod
    def _like(rng: np.random.Generator, candidates: Sequence[Piece], model: Piece) -> Piece:
        looked = [candidates[int(i)] for i in rng.integers(len(candidates), size=min(_LOOKS, len(candidates)))]
        if own := [p for p in candidates if p.line == model.line]:
            return own[int(rng.integers(len(own)))]
        high = model.base - model.top

        def strangeness(p: Piece) -> float:
            scale = high / max(4.0, p.base - p.top)
            return abs(p.stroke * scale - model.stroke) + 6.0 * abs(float(np.log(scale)))

        return min(looked, key=strangeness)


def _sheet(placed: Sequence[tuple[Image, float, float]]) -> Image:
    """Lay pieces of ink on one sheet; where they meet, the darker holds."""
    top = min(y for _, _, y in placed)
    high = round(max(y - top + ink.shape[0] for ink, _, y in placed)) + 1
    wide = round(max(x + ink.shape[1] for ink, x, _ in placed)) + 1
    sheet: NDArray[np.uint8] = np.zeros((high, wide), np.uint8)
    for ink, x, y in placed:
        a, b = round(y - top), round(x)
        window = sheet[a : a + ink.shape[0], b : b + ink.shape[1]]
        np.maximum(window, ink[: window.shape[0], : window.shape[1]], out=window)
    return sheet


def collages(
    scissors: Scissors, texts: Callable[[np.random.Generator], str], count: int, seed: int, shuffled: float = 0.25
) -> Pool:
    """Return *count* lines: what *texts* draws as far as its words were ever written, and words of one hand.

    *shuffled* is the share of the latter: words of one line in any order.
    """
    lines = sorted(scissors.lines)
    made: list[InkLine] = []
    number = 0
    while len(made) < count and number < 40 * count:
        rng = np.random.default_rng([seed, number])
        number += 1
        text = texts(rng)
        if rng.random() < shuffled and lines:
            words = scissors.lines[lines[int(rng.integers(len(lines)))]]
            text = " ".join(words[int(i)] for i in rng.permutation(len(words))[: int(rng.integers(1, 6))])
        if line := scissors.compose(rng, text):
            made.append(line)
    return Pool(made)

"""New lines from real ink: words and figures cut out of real lines, set anew on one baseline.

So register words that no address contains get real strokes. The pieces of a line are chosen from hands alike in
stroke and height, as one person would have written it.
"""

from collections import defaultdict
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
_LOOKS = 14
"""Candidates looked at for each word."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of ink cut from a line, of all its rows, with what the line tells of its hand."""

    ink: Image
    stroke: float
    """Width of the pen, in rows of the line."""
    top: float
    """Row where small letters begin."""
    base: float
    """Row they stand on."""


def _hand(ink: Image) -> tuple[float, float, float]:
    """Return (stroke, top, base) of a line: small letters lie where most ink is."""
    mask = (ink > 110).astype(np.uint8)
    thick = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    inked = thick[mask > 0]
    stroke = 2.0 * float(np.percentile(inked, 70)) if len(inked) else 2.0
    profile = cv2.GaussianBlur(mask.sum(axis=1).astype(np.float32)[:, None], (1, 7), 0)[:, 0]
    slope = np.diff(profile)
    rows = len(profile)
    low = range(int(0.45 * rows), rows - 1)
    base = min(low, key=lambda r: slope[r]) + 1
    high = range(int(0.12 * rows), max(int(0.12 * rows) + 1, int(base - 0.15 * rows)))
    top = max(high, key=lambda r: slope[r])
    return stroke, float(top), float(max(base, top + 0.15 * rows))


def _cut(ink: Image, left: float, right: float) -> int:
    """Return the column between *left* and *right* to cut at: the middle of the longest stretch without ink."""
    a, b = max(0, round(left)), min(ink.shape[1], round(right))
    if b - a < 2:
        return round((left + right) / 2)
    weight = (ink[:, a:b] > 90).sum(axis=0)
    best, run, at = 0, 0, (a + b) // 2
    for i, w in enumerate([*weight.tolist(), 99]):
        if w == 0:
            run += 1
            continue
        if run > best:
            best, at = run, a + i - run // 2 - 1
        run = 0
    return at if best else a + int(weight.argmin())


class Scissors:
    """All pieces of a pool of lines, by what they say."""

    def __init__(self, lines: Sequence[InkLine], aligned: Sequence[Aligned | None]) -> None:
        self.words: defaultdict[str, list[Piece]] = defaultdict(list)
        self.signs: defaultdict[str, list[Piece]] = defaultdict(list)
        self.starts: list[str] = []
        for line, where in zip(lines, aligned, strict=True):
            if where is not None:
                self._take(line, where)

    def _take(self, line: InkLine, where: Aligned) -> None:
        stroke, top, base = _hand(line.ink)
        scale = line.width / max(1, round(line.width * HEIGHT / ROWS / FRAME))

        def piece(first: int, last: int) -> Piece | None:
            before = where.spans[first - 1][1] * scale if first else 0.0
            after = where.spans[last + 1][0] * scale if last + 1 < len(line.text) else float(line.width)
            left = _cut(line.ink, before, where.spans[first][0] * scale + scale) if first else 0
            right = (
                _cut(line.ink, where.spans[last][1] * scale, after + scale) if last + 1 < len(line.text) else line.width
            )
            return Piece(line.ink[:, left:right], stroke, top, base) if right - left >= 3 else None

        begin = 0
        for word in line.text.split(" "):
            end = begin + len(word) - 1
            if word and (found := piece(begin, end)):
                self.words[word].append(found)
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
        first = next(iter(parts))
        assert first is not None
        model = first[0][1][int(rng.integers(len(first[0][1])))]
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
    def _like(rng: np.random.Generator, candidates: Sequence[Piece], model: Piece) -> Piece:
        looked = [candidates[int(i)] for i in rng.integers(len(candidates), size=min(_LOOKS, len(candidates)))]
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


def collages(scissors: Scissors, texts: Callable[[np.random.Generator], str], count: int, seed: int) -> Pool:
    """Return *count* lines: texts as *texts* draws them as far as their words were ever written, else runs of words."""
    words = sorted(scissors.words)
    made: list[InkLine] = []
    number = 0
    while len(made) < count and number < 40 * count:
        rng = np.random.default_rng([seed, number])
        number += 1
        text = texts(rng)
        if rng.random() < 0.25 and words:
            text = " ".join(words[int(i)] for i in rng.integers(len(words), size=int(rng.integers(1, 6))))
        if line := scissors.compose(rng, text):
            made.append(line)
    return Pool(made)

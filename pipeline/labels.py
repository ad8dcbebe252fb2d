"""Find the printed labels of a form edition among the words read on a page.

Each wording of each label is compared with every run of words that could be it (on one line, or wrapped
to the line below), forgiving reading errors; then the chain of labels is chosen that keeps the edition's
order and explains most. Nothing is assumed about where on the page a label stands.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from forms import Edition, Label, folded
from records.geometry import Box
from records.readings import Word

MIN_LIKENESS = 0.68
"""Least likeness (1 - edits / length, marks and case ignored) at which words can be a label."""
MIN_LIKENESS_SHORT = 0.99
"""The same for wordings of up to four letters: these must be read rightly."""
CLOSER = 1_000_000
"""Line numbers from here on belong to words that were read a second time, more closely."""
WRAP_GAP = 1.6
"""Largest distance between the lines of a wrapped label, in line heights."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its folded letters and upright box (prepared pixels)."""

    letters: str
    text: str
    box: Box
    index: int
    group: int
    """0 for the page's first reading; words read again more closely stand in groups of their own."""


@dataclass(frozen=True, slots=True)
class Match:
    """A label found: its words' boxes, line by line, and how alike it was."""

    label: int
    """Index in the edition's labels."""
    lines: tuple[Box, ...]
    words: frozenset[int]
    likeness: float
    weight: float

    @property
    def first(self) -> Box:
        """Box of the first line."""
        return self.lines[0]

    @property
    def last(self) -> Box:
        """Box of the last line."""
        return self.lines[-1]

    @property
    def box(self) -> Box:
        """Box around all lines."""
        left, top = min(b.x for b in self.lines), min(b.y for b in self.lines)
        right, bottom = max(b.right for b in self.lines), max(b.bottom for b in self.lines)
        return Box(left, top, right - left, bottom - top)


def letters_of(text: str) -> str:
    """Return the letters and digits of *text*, folded, nothing else."""
    return "".join(c for c in folded(text) if c.isalnum())


def tokens(words: Sequence[Word]) -> list[Token]:
    """Return the words that have letters, as tokens."""
    out = []
    for i, word in enumerate(words):
        if letters := letters_of(word.text):
            group = word.line if word.line >= CLOSER else 0
            out.append(Token(letters, word.text, word.polygon.box(), i, group))
    return out


def _joined(boxes: Sequence[Box]) -> Box:
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.right for b in boxes), max(b.bottom for b in boxes)
    return Box(left, top, right - left, bottom - top)


class _Chains:
    """For each token, which token can follow it within a label: to the right, else wrapped below."""

    def __init__(self, found: Sequence[Token]) -> None:
        self.tokens = found
        heights = sorted(t.box.h for t in found) or [30.0]
        self.height = heights[len(heights) // 2]
        self.right = [self._right(i) for i in range(len(found))]

    def _right(self, i: int) -> int | None:
        here = self.tokens[i].box
        middle = here.y + here.h / 2
        best, best_gap = None, 1.6 * self.height
        for j, other in enumerate(self.tokens):
            gap = other.box.x - here.right
            if (
                j == i
                or other.group != self.tokens[i].group
                or gap < -0.3 * self.height
                or gap > best_gap
                or other.box.x <= here.x
            ):
                continue
            if abs(other.box.y + other.box.h / 2 - middle) < 0.55 * self.height:
                best, best_gap = j, gap
        return best

    def below(self, start: int, last: int) -> list[int]:
        """Return tokens that may open the next line of a label begun at *start* and now at *last*."""
        head, here = self.tokens[start].box, self.tokens[last].box
        found = []
        for j, other in enumerate(self.tokens):
            drop = other.box.y - here.y
            if (
                0.5 * self.height < drop < WRAP_GAP * self.height + here.h
                and abs(other.box.x - head.x) < 2.5 * self.height
            ):
                found.append(j)
        return sorted(found, key=lambda j: abs(self.tokens[j].box.x - head.x))[:1]

    def runs(self, start: int, most: int) -> Iterator[list[list[int]]]:
        """Yield growing runs of words from *start*, each as lines of token indices, up to *most* letters."""
        stack: list[list[list[int]]] = [[[start]]]
        while stack:
            lines = stack.pop()
            yield lines
            size = sum(len(self.tokens[t].letters) for line in lines for t in line)
            if size > most:
                continue
            last = lines[-1][-1]
            after = self.right[last]
            if after is not None:
                stack.append([*lines[:-1], [*lines[-1], after]])
            if len(lines) < 3:
                stack.extend([*lines, [j]] for j in self.below(start, last) if size >= 4)


def _likeness(read: str, wording: str) -> float:
    longest = max(len(read), len(wording))
    return 1.0 - Levenshtein.distance(read, wording) / longest if longest else 0.0


def candidates(edition: Edition, found: Sequence[Token]) -> list[Match]:
    """Return every place where some label could stand, with its weight (> 0)."""
    chains = _Chains(found)
    wordings = [(index, letters_of(text)) for index, label in enumerate(edition.labels) for text in label.says]
    longest = max((len(w) for _, w in wordings), default=0)
    out: list[Match] = []
    for start, token in enumerate(found):
        best: dict[int, Match] = {}
        near = [
            (index, w)
            for index, w in wordings
            if _likeness(token.letters[: len(w)], w[: len(token.letters)]) >= 0.5 or token.letters[:1].isdigit()
        ]
        if not near:
            continue
        for lines in chains.runs(start, longest + 4):
            read = "".join(found[t].letters for line in lines for t in line)
            stripped = read.lstrip("0123456789") or read
            for index, wording in near:
                if abs(len(stripped) - len(wording)) > 0.4 * len(wording) + 1:
                    continue
                likeness = max(_likeness(read, wording), _likeness(stripped, wording))
                if likeness < (MIN_LIKENESS_SHORT if len(wording) <= 4 else MIN_LIKENESS):
                    continue
                used = frozenset(t for line in lines for t in line)
                weight = (likeness - 0.5) * math.sqrt(len(wording)) * (0.9 ** (len(lines) - 1))
                if found[lines[-1][-1]].text.rstrip(" .…").endswith(":"):
                    weight *= 1.15
                if index not in best or weight > best[index].weight:
                    boxes = tuple(_joined([found[t].box for t in line]) for line in lines)
                    best[index] = Match(index, boxes, used, likeness, weight)
        out.extend(best.values())
    return out


def _ordered(matches: Sequence[Match], height: float) -> list[tuple[float, float, Match]]:
    """Return (row, x, match) in reading order; a wrapped label stands in the row of its first and of its last line."""
    spots = []
    for match in matches:
        for line in {match.first, match.last}:
            spots.append((line.y + line.h / 2, line.x, match))
    spots.sort(key=lambda s: s[0])
    rows: list[tuple[float, float, Match]] = []
    row, top = -1, -math.inf
    for y, x, match in spots:
        if y - top > 0.6 * height:
            row, top = row + 1, y
        rows.append((float(row), x, match))
    rows.sort(key=lambda r: (r[0], r[1]))
    return rows


def find_labels(edition: Edition, words: Sequence[Word]) -> dict[int, Match]:
    """Return the labels found, by index in ``edition.labels``: the heaviest chain in the edition's order."""
    found = tokens(words)
    if not found:
        return {}
    heights = sorted(t.box.h for t in found)
    everywhere = candidates(edition, found)
    spots = _ordered([m for m in everywhere if not edition.labels[m.label].floating], heights[len(heights) // 2])
    n = len(spots)
    score = [0.0] * n
    back = [-1] * n
    for i in range(n):
        _, _, match = spots[i]
        best, at = 0.0, -1
        for j in range(i):
            _, _, earlier = spots[j]
            if earlier.label < match.label and score[j] > best and not (earlier.words & match.words):
                best, at = score[j], j
        score[i], back[i] = best + match.weight, at
    chain: dict[int, Match] = {}
    i = max(range(n), key=lambda k: score[k]) if n else -1
    while i >= 0:
        match = spots[i][2]
        chain[match.label] = match
        i = back[i]
    taken = frozenset(w for m in chain.values() for w in m.words)
    for match in sorted(everywhere, key=lambda m: m.weight):
        if edition.labels[match.label].floating and not (match.words & taken):
            chain[match.label] = match
    return chain


def coverage(edition: Edition, found: dict[int, Match]) -> float:
    """Return the share of the edition's printed letters that were found, in [0, 1]."""

    def size(label: Label) -> int:
        return min((len(letters_of(s)) for s in label.says), default=0)

    whole = sum(size(label) for label in edition.labels)
    seen = sum(size(edition.labels[i]) * m.likeness for i, m in found.items())
    return min(1.0, seen / whole) if whole else 0.0

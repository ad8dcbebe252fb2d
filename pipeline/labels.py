"""Find the printed labels of a form edition among the words read on a page.

Each wording of each label is compared with every run of words that could be it (on one line, or wrapped
to the line below), forgiving reading errors; then the chain of labels is chosen that keeps the edition's
order and explains most. Nothing is assumed about where on the page a label stands.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from forms import Edition, Label, letters_of
from records.geometry import Box
from records.readings import Word

_TRAIL = re.compile(r"[.…_]{2,}$")
FEW = 3
"""Letters of a word that tells how wide letters are."""
MIN_LIKENESS = 0.68
"""Least likeness (1 - edits / length, marks and case ignored) at which words can be a label."""
MIN_LIKENESS_SHORT = 0.99
"""The same for wordings of up to four letters: these must be read rightly."""
MIN_LIKENESS_FLOATING = 0.85
"""Likeness from which words of a floating label ("Trang số") are no part of another ("Số")."""
_LEADER = re.compile(r"(?<=:)(?=[^\s:])|(?<=[.…]{3})(?=[^\s.…])")
LAST_LOOKED_AT = 8
"""Pages and editions of which it is remembered where labels could stand: the same words are looked at twice or more."""
REMEMBERED = 1 << 16
"""Pairs of words whose likeness is kept: the same words stand on page after page, and in edition after edition."""
CLOSER = 1_000_000
"""Line numbers from here on belong to words that were read a second time, more closely."""
INFERRED = 2 * CLOSER
"""Line numbers from here on belong to words that were not read, but placed where a label must stand."""
_LONGEST_ROW = 40
"""Tokens of a row that are followed."""
_SIDE_BY_SIDE = 1.02
"""By how much an order in columns must explain more than the order in rows."""
_ONE_ROW = 1.6
"""Letters' heights up to which labels of one row of cells stand higher or lower."""
_DEEPEST = 12
"""Rows that two persons side by side may take."""
OVER = 0.6
"""How far marks and descenders of other words of a line reach beyond its lowest word, in its height."""
LEAST_TAIL, TAIL_ALIKE, TAIL_GAP = 8, 80.0, 4.5
"""Letters of a longer wording looked for behind a label; how like its words must be, of 100; and the widest gap
before them, in line heights: a word between may be misread."""
MOST_LINES = 4
"""Lines that a label in a narrow column is wrapped to."""
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
    """Places among the :func:`tokens` of the page's words."""
    likeness: float
    weight: float
    last_text: str = ""
    """The last line as read."""

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
        return Box.holding(self.lines)


def tokens(words: Sequence[Word]) -> list[Token]:
    """Return the words that have letters, as tokens."""
    pitches: dict[int, list[float]] = {}
    for word in words:
        if len(word.text) >= FEW and word.text.isalpha():
            pitches.setdefault(word.line, []).append(word.polygon.box().w / len(word.text))
    out = []
    for i, word in enumerate(words):
        group = word.line if word.line >= CLOSER else 0
        for text, box in _pieces(word, pitches.get(word.line, ())):
            if letters := letters_of(text):
                out.append(Token(letters, text, box, i, group))
    return out


def _pieces(word: Word, pitches: Sequence[float]) -> list[tuple[str, Box]]:
    """Return *word* cut behind a colon or a row of leader dots: a value often stands glued to its label.

    Dots at its end may be what was made of a value: without them it is as long as its letters are on this line
    (*pitches*: widths of letters there).
    """
    box = word.polygon.box()
    if (ends := _TRAIL.search(word.text)) and ends.start() and pitches:
        most = 1.2 * float(np.median(pitches)) * (ends.start() + 0.5)
        box = Box(box.x, box.y, min(box.w, most), box.h)
    parts = [p for p in _LEADER.split(word.text) if p]
    if len(parts) < 2:
        return [(word.text, box)]
    pitch = box.w / max(1, len(word.text))
    out, at = [], 0
    for part in parts:
        out.append((part, Box(box.x + pitch * at, box.y, max(1.0, pitch * len(part)), box.h)))
        at += len(part)
    return out


def _joined(boxes: Sequence[Box]) -> Box:
    """Return the box around words of one line, as high as its lowest word allows.

    A reader gives a word the height of what touches it, above or below: a value, a rule. The lowest word has none.
    """
    lowest = min(boxes, key=lambda b: b.h)
    left, right = min(b.x for b in boxes), max(b.right for b in boxes)
    top = max(min(b.y for b in boxes), lowest.y - OVER * lowest.h)
    bottom = min(max(b.bottom for b in boxes), lowest.bottom + OVER * lowest.h)
    return Box(left, top, right - left, bottom - top)


class _Chains:
    """For each token, which token can follow it within a label: to the right, else wrapped below."""

    def __init__(self, found: Sequence[Token]) -> None:
        self.tokens = found
        heights = sorted(t.box.h for t in found) or [30.0]
        self.height = heights[len(heights) // 2]
        boxes = np.array([(t.box.x, t.box.y, t.box.right, t.box.bottom) for t in found]).reshape(-1, 4)
        self.x, self.y, self.end, self.foot = (boxes[:, k] for k in range(4))
        self.middle = (self.y + self.foot) / 2
        # words read again stand in a run each, often one word long: they may follow one another along their line
        self.group = np.array([CLOSER if CLOSER <= t.group < 2 * CLOSER else t.group for t in found])
        self.right = [self._right(i) for i in range(len(found))]
        self.opens = np.ones(len(found), dtype=bool)
        """Whether a token opens its row: no other leads to it."""
        self.opens[[after for after in self.right if after is not None]] = False
        self.row_end = np.array([self._row_end(i) for i in range(len(found))])
        self._below: dict[tuple[int, int], int | None] = {}

    def _right(self, i: int) -> int | None:
        gap = self.x - self.end[i]
        fits = (self.group == self.group[i]) & (gap >= -0.3 * self.height) & (gap <= 1.6 * self.height)
        fits &= (self.x > self.x[i]) & (np.abs(self.middle - self.middle[i]) < 0.55 * self.height)
        fits[i] = False
        found = np.flatnonzero(fits)
        return int(found[np.argmin(gap[found])]) if len(found) else None

    def _row_end(self, i: int) -> float:
        """Return where the run of tokens that begins at *i* ends."""
        for _ in range(_LONGEST_ROW - 1):
            if (after := self.right[i]) is None:
                break
            i = after
        return float(self.end[i])

    def below(self, start: int, last: int) -> int | None:
        """Return the token that may open the next line of a label begun at *start* and now at *last*."""
        if (start, last) not in self._below:
            self._below[start, last] = self._look_below(start, last)
        return self._below[start, last]

    def _look_below(self, start: int, last: int) -> int | None:
        drop = self.y - self.y[last]
        tall = self.foot[last] - self.y[last]
        fits = self.opens & (drop > 0.5 * self.height) & (drop < WRAP_GAP * self.height + tall)
        aside = np.abs(self.x - self.x[start])
        # centred and right-aligned lines begin elsewhere, but stay within the span of the line before
        inside = (self.x > self.x[start] - 2.5 * self.height) & (self.row_end < self.end[last] + 2.5 * self.height)
        found = np.flatnonzero(fits & ((aside < 4.0 * self.height) | inside))
        return int(found[np.argmin(2 * drop[found] + aside[found])]) if len(found) else None

    def runs(self, start: int, wordings: Sequence[str]) -> Iterator[tuple[list[list[int]], str]]:
        """Yield growing runs of words from *start* (lines of tokens, their letters) while some wording begins so."""
        stack: list[list[list[int]]] = [[[start]]]
        while stack:
            lines = stack.pop()
            read = "".join([self.tokens[t].letters for line in lines for t in line])
            yield lines, read
            bare = read.lstrip("0123456789")
            if not (_any_begins(read, wordings) or (bare and bare != read and _any_begins(bare, wordings))):
                continue
            last = lines[-1][-1]
            after = self.right[last]
            if after is not None:
                stack.append([*lines[:-1], [*lines[-1], after]])
            if len(lines) < MOST_LINES and len(read) >= 4 and (under := self.below(start, last)) is not None:
                stack.append([*lines, [under]])


def _any_begins(read: str, wordings: Sequence[str]) -> bool:
    return any(_may_begin(read, wording) for wording in wordings)


@lru_cache(REMEMBERED)
def _may_begin(read: str, wording: str) -> bool:
    """Whether *wording*, misread in places, may begin with *read* and go on."""
    if len(read) >= len(wording) + 3:
        return False
    return Levenshtein.distance(read, wording[: len(read)]) <= 0.4 * len(read) + 1


def _of_heading(label: Label, token: Token) -> bool:
    """Whether a word in capitals is that of a heading ("SỔ ĐĂNG KÝ …"), and not a short label ("Số")."""
    return token.text.isupper() and not any(text.isupper() for text in label.says)


@lru_cache(REMEMBERED)
def _begin_alike(read: str, wording: str) -> bool:
    """Whether the shorter of two is like the beginning of the longer."""
    return _likeness(read[: len(wording)], wording[: len(read)]) >= 0.5


def _likeness(read: str, wording: str) -> float:
    return Levenshtein.normalized_similarity(read, wording) if read or wording else 0.0


def candidates(edition: Edition, found: Sequence[Token]) -> Sequence[Match]:
    """Return every place where some label could stand, with its weight (> 0)."""
    return _candidates(edition, tuple(found))


@lru_cache(LAST_LOOKED_AT)
def _chains(found: tuple[Token, ...]) -> _Chains:
    return _Chains(found)


@lru_cache(LAST_LOOKED_AT)
def _candidates(edition: Edition, found: tuple[Token, ...]) -> tuple[Match, ...]:
    chains = _chains(found)
    wordings = [(index, letters_of(text)) for index, label in enumerate(edition.labels) for text in label.says]
    out: list[Match] = []
    for start, token in enumerate(found):
        best: dict[int, Match] = {}
        letters, numeral = token.letters, token.letters[:1].isdigit()
        near = [(index, w) for index, w in wordings if numeral or _begin_alike(letters, w)]
        if not near:
            continue
        for lines, read in chains.runs(start, [w for _, w in near]):
            stripped = (read.lstrip("0123456789") or read) if numeral else read
            for index, wording in near:
                if abs(len(stripped) - len(wording)) > 0.4 * len(wording) + 1:
                    continue
                likeness = _likeness(stripped, wording)
                if stripped is not read:
                    likeness = max(likeness, _likeness(read, wording))
                if likeness < (MIN_LIKENESS_SHORT if len(wording) <= 4 else MIN_LIKENESS):
                    continue
                if len(wording) <= 4 and _of_heading(edition.labels[index], token):
                    continue
                used = frozenset(t for line in lines for t in line)
                weight = (likeness - 0.5) * math.sqrt(len(wording)) * (0.9 ** (len(lines) - 1))
                if found[lines[-1][-1]].text.rstrip(" .…").endswith(":"):
                    weight *= 1.15
                if index not in best or weight > best[index].weight:
                    boxes = tuple(_joined([found[t].box for t in line]) for line in lines)
                    last_text = " ".join(found[t].text for t in lines[-1])
                    best[index] = Match(index, boxes, used, likeness, weight, last_text)
        out.extend(best.values())
    return tuple(out)


def _ordered(matches: Sequence[Match], height: float) -> list["_Spot"]:
    """Return (row, x, match) in reading order; a wrapped label stands in the row of its first and of its last line."""
    spots = []
    for match in matches:
        for line in {match.first, match.last}:
            spots.append((line.y + line.h / 2, line.x, match))
    spots.sort(key=lambda s: s[0])
    rows: list[_Spot] = []
    top = -math.inf
    for y, x, match in spots:
        if y - top > 0.6 * height:
            top = y
        rows.append((top, x, match))
    rows.sort(key=lambda r: (r[0], r[1]))
    return rows


_Spot = tuple[float, float, Match]
"""(height of its row, x, match)."""


_Against = dict[int, set[int]]
"""For each match, by its ``id``, the others of the same words or of words that were read twice."""


def _against(spots: Sequence[_Spot]) -> _Against:
    """Look once at each two matches, however many orders of reading are tried with them."""
    matches = list({id(match): match for _, _, match in spots}.values())
    boxes = [match.box for match in matches]
    out: _Against = {id(match): set() for match in matches}
    for (one, a), (other, b) in combinations(zip(matches, boxes, strict=True), 2):
        if _same_place(one, a, other, b):
            out[id(one)].add(id(other))
            out[id(other)].add(id(one))
    return out


def _same_place(one: Match, a: Box, other: Match, b: Box) -> bool:
    """Whether two matches, with the boxes *a* and *b* around them, are of the same place."""
    if not one.words.isdisjoint(other.words):
        return True
    if a.y >= b.y + b.h or b.y >= a.y + a.h or a.x >= b.x + b.w or b.x >= a.x + a.w:
        return False
    return any(x.overlap(y) > 0.5 * min(x.area, y.area) for x in one.lines for y in other.lines)


def _heaviest(spots: Sequence[_Spot], against: _Against) -> tuple[float, dict[int, Match]]:
    """Return (weight, matches by label) of the heaviest chain that keeps the edition's order along *spots*."""
    n = len(spots)
    score = [0.0] * n
    back = [-1] * n
    labels, ids = [match.label for _, _, match in spots], [id(match) for _, _, match in spots]
    for i, (_, _, match) in enumerate(spots):
        best, at, label, own = 0.0, -1, match.label, against[id(match)]
        for j in range(i):
            if score[j] > best and labels[j] < label and ids[j] not in own:
                best, at = score[j], j
        score[i], back[i] = best + match.weight, at
    chain: dict[int, Match] = {}
    i = max(range(n), key=score.__getitem__) if n else -1
    whole = score[i] if n else 0.0
    while i >= 0:
        match = spots[i][2]
        if not against[id(match)].isdisjoint(map(id, chain.values())):  # of neighbours alone the chain is sure
            whole -= match.weight
        else:
            chain[match.label] = match
        i = back[i]
    return whole, chain


def _is_strong(match: Match) -> bool:
    return match.likeness >= 0.85 and match.weight > 1.2 and len(match.words) >= 3


def _levelled(
    spots: Sequence[_Spot], height: float, against: _Against
) -> tuple[Sequence[_Spot], float, dict[int, Match]]:
    """Return the spots, with rows made one that are one row of cells, and the heaviest chain along them.

    In cells side by side one label may stand higher than the other, which its value stands below. Two rows are one
    where a long label that the chain has no place for gets one by it.
    """
    whole, chain = _heaviest(spots, against)
    for row, _, match in tuple(spots):
        if match.label in chain or not _is_strong(match) or not any(s[0] == row for s in spots):
            continue
        for other in sorted({s[0] for s in spots if 0 < abs(s[0] - row) < _ONE_ROW * height}):
            merged = sorted(((row, *s[1:]) if s[0] == other else s for s in spots), key=lambda s: (s[0], s[1]))
            weight, longer = _heaviest(merged, against)
            if match.label in longer and len(longer) > len(chain) and weight > whole:
                spots, whole, chain = merged, weight, longer
                break
    return spots, whole, chain


def _side_by_side(spots: Sequence[_Spot], height: float) -> dict[int, Match]:
    """Return the heaviest chain along the rows, or along two columns in a band of rows where that explains more.

    Some houses set mother and father side by side. The band begins at a long label that has another to its left, or
    that the order in rows has no place for; left of it lies one column, right of it the other.
    """
    against = _against(spots)
    spots, whole, chain = _levelled(spots, height, against)
    if len(chain) == len({match.label for _, _, match in spots}):
        return chain
    whole *= _SIDE_BY_SIDE
    strong = [s for s in spots if _is_strong(s[2])]
    rows = sorted({row for row, _, _ in spots})
    heads = {
        (row, x)
        for row, x, match in strong
        if match.label not in chain
        or any(r == row and left < x and not (m.words & match.words) for r, left, m in strong)
    }
    for top, gutter in sorted(heads):
        for bottom in [row for row in rows if top < row][:_DEEPEST]:

            def turn(spot: _Spot, a: float = top, b: float = bottom, x: float = gutter) -> Any:
                inside = a <= spot[0] <= b
                return (a, int(spot[1] >= x - 8), spot[0], spot[1]) if inside else (spot[0], 0, 0.0, spot[1])

            weight, other = _heaviest(sorted(spots, key=turn), against)
            if weight > whole:
                whole, chain = weight, other
    return chain


def find_labels(edition: Edition, words: Sequence[Word]) -> dict[int, Match]:
    """Return the labels found, by index in ``edition.labels``: the heaviest chain in the edition's order."""
    found = tokens(words)
    if not found:
        return {}
    heights = sorted(t.box.h for t in found)
    everywhere = candidates(edition, found)
    apart = [m.words for m in everywhere if edition.labels[m.label].floating and m.likeness >= MIN_LIKENESS_FLOATING]
    fixed = [m for m in everywhere if not edition.labels[m.label].floating and not any(m.words < w for w in apart)]
    height = heights[len(heights) // 2]
    chain = _side_by_side(_ordered(fixed, height), height)
    chain = {i: _with_number(_with_tail(m, edition.labels[i], found), found) for i, m in chain.items()}
    taken = frozenset(w for m in chain.values() for w in m.words)
    for match in sorted(everywhere, key=lambda m: m.weight):
        if edition.labels[match.label].floating and not (match.words & taken):
            chain[match.label] = match
    return chain


def _with_tail(match: Match, label: Label, found: Sequence[Token]) -> Match:
    """Return *match* with the printed words behind it that a longer wording of its *label* goes on with.

    Where one word of a long label was misread, a shorter wording fits better; the rest is no value.
    """
    line, longest = match.last, max(map(letters_of, label.says), key=len)
    rest = longest[max(0, sum(len(found[t].letters) for t in match.words) - 2) :]
    if len(rest) < LEAST_TAIL:
        return match
    end, own = line.right, []
    behind = sorted((t for t, token in enumerate(found) if t not in match.words), key=lambda t: found[t].box.x)
    for t in behind:
        box, letters = found[t].box, found[t].letters
        level = abs(box.y + box.h / 2 - line.y - line.h / 2) < 0.6 * line.h
        if level and -0.3 * line.h <= box.x - end <= TAIL_GAP * line.h and len(letters) > 1 and _within(letters, rest):
            own.append(t)
            end = box.right
            if found[t].text.endswith(":"):
                break
    if sum(len(found[t].letters) for t in own) < LEAST_TAIL:
        return match
    wider = Box(line.x, line.y, end - line.x, line.h)
    last = " ".join([match.last_text, *(found[t].text for t in own)])
    return replace(match, lines=(*match.lines[:-1], wider), words=match.words | set(own), last_text=last)


def _within(letters: str, rest: str) -> bool:
    return len(letters) <= len(rest) and fuzz.partial_ratio(letters, rest) >= TAIL_ALIKE


def _with_number(match: Match, found: Sequence[Token]) -> Match:
    """Return *match* with the number printed before it ("12."), where there is one."""
    line = match.first
    for t, token in enumerate(found):
        numeral = token.letters.isdigit() and len(token.letters) <= 2 and token.text[-1:] in ".)"
        if t in match.words or not numeral:
            continue
        gap = line.x - token.box.right
        level = abs(token.box.y + token.box.h / 2 - line.y - line.h / 2)
        if -4 <= gap < 1.2 * line.h and level < 0.6 * line.h:
            wider = Box(token.box.x, line.y, line.right - token.box.x, line.h)
            last = f"{token.text} {match.last_text}" if len(match.lines) == 1 else match.last_text
            return replace(match, lines=(wider, *match.lines[1:]), words=match.words | {t}, last_text=last)
    return match


def coverage(edition: Edition, found: dict[int, Match]) -> float:
    """Return the share of the edition's printed letters that were found, in [0, 1]."""
    whole = printed_letters(edition)
    seen = sum(_size(edition.labels[i]) * m.likeness for i, m in found.items())
    return min(1.0, seen / whole) if whole else 0.0


def printed_letters(edition: Edition) -> int:
    """Return how many letters its labels have."""
    return sum(map(_size, edition.labels))


def _size(label: Label) -> int:
    return min((len(letters_of(s)) for s in label.says), default=0)

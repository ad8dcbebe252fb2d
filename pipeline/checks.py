"""Printed check boxes: which of the choices has its box ticked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from forms import Edition, Label
from pipeline.labels import Match, candidates, tokens
from pipeline.locate import CleanPage
from records.geometry import Box
from records.ports import Image
from records.readings import Word

TICKED = 0.12
"""How much more of its inside a ticked box has inked than the middle one of the boxes."""
EMPTY = 0.06
"""Most ink that an empty box has, of its own frame (102 of medium books): so a second tick shows among two or three."""
NEVER_SURE = 0.98
"""Highest confidence where not all choices were found, or the box itself was not, but only its place."""
BOX_READ_AS = 3
"""Letters that a reader makes of a box at most."""
ONE_SIZE = 0.25
"""Share of the boxes' side by which one may differ: a letter (ổ) may look like a box, but is two thirds as large."""
FILLED = 0.85
"""No tick fills a box so far: what does is no box."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A printed choice that was found: its words' place and its box with the ink in it."""

    text: str
    words: Match
    box: Box | None
    ink: float
    """Share of dark pixels inside the box."""
    seen: bool
    """Whether the box itself was found, and not only its place."""


def find_choices(
    edition: Edition,
    label: Label,
    page: CleanPage,
    words: Sequence[Word],
    letter: float,
    taken: Sequence[Box] = (),
) -> list[Choice]:
    """Find the printed choices of *label* and measure the box that stands before (or after) each.

    Printing houses set the boxes on one side of the words; the side is taken on which more boxes are found. A box
    that was not seen, because a tick runs over its edge, is looked for where its siblings' boxes stand.
    """
    only = replace(edition, labels=tuple(Label(None, (text,), None) for text in label.choices))
    printed = [
        m
        for m in sorted(candidates(only, tokens(_parted(words, label.choices))), key=lambda m: -m.weight)
        if not any(box.overlap(m.first) > 0.3 * m.first.area for box in taken)
    ]
    before, after = (_boxed(printed, page, look, letter) for look in (_before, _after))
    boxed = before if len(before) >= len(after) else after
    best = {i: m for i, (m, _) in boxed.items()}
    for match in printed:
        if match.label not in best and not any(match.words & other.words for other in best.values()):
            best[match.label] = match
    found = {i: box for i, (_, box) in boxed.items()}
    boxes = _with_siblings(best, found, before=boxed is before)
    return [
        Choice(label.choices[i], m, boxes.get(i), _ink_in(page, boxes.get(i)), i in found)
        for i, m in sorted(best.items())
    ]


def _parted(words: Sequence[Word], choices: Sequence[str]) -> list[Word]:
    """Return *words* with a sign for a box where a reader took one for letters of the word beside it ("LIMẹ")."""
    first, last = ({c.split()[at].casefold() for c in choices} for at in (0, -1))

    def parted(text: str) -> str:
        for most in range(1, 1 + BOX_READ_AS):
            if text[most:].casefold() in first and any(c.isalnum() for c in text[:most]):
                return "□" + text[most:]
            if text[:-most].casefold() in last and any(c.isalnum() for c in text[-most:]):
                return text[:-most] + "□"
        return text

    known = first | last
    return [w if w.text.casefold() in known else replace(w, text=parted(w.text)) for w in words]


def _boxed(
    printed: Sequence[Match], page: CleanPage, look: Callable[[CleanPage, Match, float], Box | None], letter: float
) -> dict[int, tuple[Match, Box]]:
    """Return of each choice its likeliest words that have a box of their own, with that.

    The same words may stand in a label; what is read of one choice may be like another (*Cha nhận con*, *Con nhận
    cha*); and all boxes are of one size.
    """
    out: dict[int, tuple[Match, Box]] = {}
    for match in printed:
        taken = match.label in out or any(match.words & other.words for other, _ in out.values())
        box = None if taken else look(page, match, letter)
        if box and all(box.overlap(other) == 0 for _, other in out.values()):
            out[match.label] = (match, box)
    side = float(np.median([box.w for _, box in out.values()])) if out else 0.0
    return {i: (match, box) for i, (match, box) in out.items() if abs(box.w - side) < ONE_SIZE * side}


def _ink_in(page: CleanPage, box: Box | None) -> float:
    if box is None:
        return 0.0
    edge = max(3, round(0.14 * box.w))
    inner = page.ink[int(box.y) + edge : int(box.bottom) - edge, int(box.x) + edge : int(box.right) - edge]
    return float(np.mean(inner > 0)) if inner.size else 0.0


def _with_siblings(matches: dict[int, Match], found: dict[int, Box], *, before: bool) -> dict[int, Box]:
    """Return *found* with boxes put where they must be for the choices that have none.

    Boxes stand in rows and columns: words beside which none would stand so are no choice's.
    """
    if not found:
        return found
    side = float(np.median([max(b.w, b.h) for b in found.values()]))
    away = float(np.median([_distance(matches[i], b, before=before) for i, b in found.items()]))
    drop = float(np.median([b.y - _line_of(matches[i], before=before).y for i, b in found.items()]))
    out = dict(found)
    for i, match in matches.items():
        if i not in out:
            line = _line_of(match, before=before)
            x = line.x - away - side if before else line.right + away
            if before:  # a reader may take a ticked box for a part of its words: then they begin where boxes stand
                x = next((b.x for b in found.values() if abs(b.x - line.x) < 0.5 * side), x)
            y = line.y + drop
            if any(abs(b.x - x) < 0.5 * side or abs(b.y - y) < 0.5 * side for b in found.values()):
                out[i] = Box(max(0.0, x), max(0.0, y), side, side)
    return out


def _line_of(match: Match, *, before: bool) -> Box:
    return match.first if before else match.last


def _distance(match: Match, box: Box, *, before: bool) -> float:
    line = _line_of(match, before=before)
    return line.x - box.right if before else box.x - line.right


def _before(page: CleanPage, match: Match, letter: float) -> Box | None:
    """Return the square that stands before, or at the very start of, printed words."""
    words = match.first
    # a reader may take the box for a letter or bracket of the first word
    reach = 1.6 if match.last_text[:1] and not match.last_text[0].isalnum() else 0.25
    return _square(page, words.x - 3.2 * letter, words.x + reach * letter, words, words.x, letter)


def _after(page: CleanPage, match: Match, letter: float) -> Box | None:
    """Return the square that stands after, or at the very end of, printed words."""
    words = match.last
    reach = 1.6 if match.last_text[-1:] and not match.last_text[-1].isalnum() else 0.25
    return _square(page, words.right - reach * letter, words.right + 3.2 * letter, words, words.right, letter)


def _square(page: CleanPage, left: float, right: float, words: Box, edge: float, letter: float) -> Box | None:
    """Return the drawn square nearest to *edge* between *left* and *right* at the height of *words*.

    An edge that lies in line with a rule was taken out with it: then the square is looked for in all that is drawn.
    """
    for ink in (page.ink, page.drawn):
        if found := _square_in(ink, left, right, words, edge, letter):
            return found
    return None


def _square_in(ink: Image, left: float, right: float, words: Box, edge: float, letter: float) -> Box | None:
    x0, x1 = int(max(0, left)), int(max(1, right))
    y0, y1 = int(max(0, words.y - 0.9 * letter)), int(words.bottom + 0.9 * letter)
    part = np.ascontiguousarray(ink[y0:y1, x0:x1])
    if part.size == 0:
        return None
    count, _, stats, _ = cv2.connectedComponentsWithStats(part)
    best = None
    for i in range(1, count):
        x, y, w, h, _ = (int(v) for v in stats[i])
        side = max(w, h)
        if not 0.65 * letter <= side <= 2.4 * letter or abs(w - h) > 0.4 * side:
            continue
        cut = part[y : y + h, x : x + w]
        frame = np.concatenate(
            [cut[:3].max(axis=0), cut[-3:].max(axis=0), cut[:, :3].max(axis=1), cut[:, -3:].max(axis=1)]
        )
        if float(np.mean(frame > 0)) < 0.8 or not _has_corners(cut):
            continue
        found = Box(x0 + x, y0 + y, w, h)
        if best is None or abs(found.x + w / 2 - edge) < abs(best.x + best.w / 2 - edge):
            best = found
    return best


def _has_corners(cut: Image) -> bool:
    """Whether all four corners are inked: a box has them, a round letter (D, O) has not."""
    k = max(3, min(cut.shape) // 6)
    return all(bool(c.any()) for c in (cut[:k, :k], cut[:k, -k:], cut[-k:, :k], cut[-k:, -k:]))


def ticked(choices: Sequence[Choice], expected: int) -> tuple[Choice | None, float]:
    """Return the ticked choice and the confidence in [0, 1].

    None with a confidence above 0 means that no box is ticked: said only where all *expected* boxes were measured.
    """
    measured = [c for c in choices if c.box is not None and c.ink < FILLED]
    if len(measured) < 2:
        return None, 0.0
    inks = sorted(c.ink for c in measured)
    middle = inks[(len(inks) - 1) // 2]
    top = max(measured, key=lambda c: c.ink)
    more = top.ink - middle
    if more < TICKED:
        all_seen = sum(c.seen for c in measured) == expected
        return None, (1.0 - more / TICKED if all_seen else 0.0)
    if top.ink - inks[-2] < 0.8 * TICKED or inks[-2] - min(middle, EMPTY) >= TICKED:
        return None, 0.0  # two boxes look ticked: a person has to look
    if len(measured) == expected:
        return top, min(1.0 if top.seen else NEVER_SURE, 0.5 + more)
    # a choice was not found: it may be the one that is ticked, and a stroke that lost its words runs through this box
    return (top, min(NEVER_SURE, 0.5 + more)) if top.seen else (None, 0.0)

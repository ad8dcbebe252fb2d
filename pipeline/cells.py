"""Ruled cells: the rectangles that printed rules enclose."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from pipeline.components import components
from pipeline.rules import Rules
from records.geometry import Box
from records.ports import Image

MIN_SIDE = 24
BREAK = 25
"""Largest break of a rule that is still closed, in pixels."""


SAME_END = 20
"""Pixels by which the ends of rules of one table lie apart."""
TOGETHER = 4
"""Rules beside one that end where it does, from which a table ends there though no upright rule is seen: a fold's
shadow hides it, and an upright rule beyond is the other leaf's."""
COLUMNS = 2
"""Upright rules across those level ones, from which they are a table's."""
TALL = 100
"""Pixels from which an upright rule is one, whatever it meets."""
LEANS, CROSSING = 14, 0.6
"""Pixels of width from which an upright rule may lean; share of that width that only a level one inks."""
MEETS = 12
"""Pixels by which a short upright rule may miss the level one it reaches to."""


def _of_tables(rules: Rules) -> list[Box]:
    """Return the level rules that end at upright ones, at breaks or where others do: a pen's stroke ends anywhere.

    Where an upright rule stands beyond its end, a level one of the same table reaches it.
    """
    level = rules.horizontal
    upright = [(r.x + r.w / 2, r.y - BREAK, r.bottom + BREAK) for r in rules.vertical]
    walls = [(r.x + r.w / 2, r.y, r.bottom) for r in rules.vertical if r.h > TALL]

    def held(one: Box, at: float, side: int) -> bool:
        if any(abs(at - x) <= 2 * BREAK and top <= one.y <= bottom for x, top, bottom in upright):
            return True
        enclosed = any(side * (x - at) > 0 and top < one.y < bottom for x, top, bottom in walls)
        for other in level:
            if other is one:
                continue
            goes_on = abs(at - (other.x if side > 0 else other.right)) <= 2 * BREAK
            if goes_on and abs(other.y - one.y) < SAME_END:
                return True
            if not enclosed and min(abs(at - other.x), abs(at - other.right)) < SAME_END:
                return True
        return False

    return [r for r in level if held(r, r.x, -1) and held(r, r.right, 1)]


def _of_cells(rules: Rules, level: Sequence[Box]) -> list[Box]:
    """Return the upright rules but for the strokes of letters that reach from a level one into a row."""

    def spans(one: Box) -> bool:
        met = [
            other.y
            for other in level
            if other.x - BREAK < one.x < other.right + BREAK
            and other.bottom > one.y - MEETS
            and other.y < one.bottom + MEETS
        ]
        return bool(met) and max(met) - min(met) > MIN_SIDE  # two pieces of one rule are one

    return [r for r in rules.vertical if r.h > TALL or spans(r)]


def enclosed(rules: Rules) -> Rules:
    """Return the rules with upright ones where a table of columns ends without: many of its level rules end there."""
    out: list[Box] = []
    walls = [r for r in rules.vertical if r.h > TALL]
    for side in (-1, 1):
        ends = [r.right if side > 0 else r.x for r in rules.horizontal]
        for at in ends:
            own = [r for r, end in zip(rules.horizontal, ends, strict=True) if abs(at - end) < SAME_END]
            if len(own) <= TOGETHER or any(abs(at - (w.x + w.w / 2)) <= 2 * BREAK for w in (*walls, *out)):
                continue
            top, bottom = min(r.y for r in own), max(r.bottom for r in own)
            across = [w for w in walls if w.y < top + TALL and w.bottom > bottom - TALL]
            if sum(any(r.x < w.x < r.right for r in own) for w in across) >= COLUMNS:
                out.append(Box(at - 1, top, 3, bottom - top))
    return replace(rules, vertical=(*rules.vertical, *out))


def _leaning(rule: Box, mask: Image) -> tuple[float, float, int] | None:
    """Return x of an upright rule that leans at its top and at its foot, each :data:`BREAK` beyond, and its thickness.

    A tall one that leans by a degree is as wide as a letter or two from end to end, and leaves no cell its edge.
    """
    part = mask[int(rule.y) : int(rule.bottom), int(rule.x) : int(rule.right)] > 0
    inked = part.sum(axis=1)
    rows = np.flatnonzero((inked > 0) & (inked < CROSSING * part.shape[1]))  # not where a level one crosses it
    if rule.w < LEANS or len(rows) < TALL:
        return None
    x = (part[rows] * np.arange(part.shape[1])).sum(axis=1) / inked[rows]
    slope, start = np.polyfit(rows, x, 1)
    top = rule.x + start - slope * BREAK
    return float(top), float(top + slope * (rule.h + 2 * BREAK)), int(np.percentile(inked[rows], 90)) + 2


def find_cells(rules: Rules) -> tuple[Box, ...]:
    """Return the cells, top to bottom and left to right. A page without closed frames has none."""
    shape = rules.mask.shape
    if len(rules.horizontal) < 2 or len(rules.vertical) < 2:
        return ()
    walls: Image = np.zeros(shape, np.uint8)
    level = _of_tables(rules)
    for rule in level:
        x0, x1 = int(rule.x) - BREAK, int(rule.right) + BREAK
        cv2.rectangle(walls, (x0, int(rule.y)), (x1, int(rule.bottom)), 255, -1)
    upright: Image = np.zeros(shape, np.uint8)
    for rule in _of_cells(rules, level):
        y0, y1 = int(rule.y) - BREAK, int(rule.bottom) + BREAK
        if leaning := _leaning(rule, rules.mask):
            top, bottom, thick = leaning
            cv2.line(upright, (round(top), y0), (round(bottom), y1), 255, thick)
        else:
            cv2.rectangle(upright, (int(rule.x), y0), (int(rule.right), y1), 255, -1)
    walls = np.asarray(cv2.bitwise_or(walls, upright), np.uint8)
    free = np.asarray(cv2.bitwise_not(walls), np.uint8)
    count, _, stats = components(free)
    cells = []
    for i in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[i])
        if w < MIN_SIDE or h < MIN_SIDE or area < 0.85 * w * h:
            continue
        if x <= 1 or y <= 1 or x + w >= shape[1] - 1 or y + h >= shape[0] - 1:
            continue
        cells.append(Box(x, y, w, h))
    return tuple(sorted(cells, key=lambda c: (c.y, c.x)))

"""Ruled cells: the rectangles that printed rules enclose."""

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


def _of_tables(rules: Rules) -> list[Box]:
    """Return the level rules that end where others do, at upright ones or breaks: a pen's stroke ends anywhere."""
    level = rules.horizontal
    upright = [(r.x + r.w / 2, r.y - BREAK, r.bottom + BREAK) for r in rules.vertical]

    def held(one: Box, at: float) -> bool:
        if any(abs(at - x) <= 2 * BREAK and top <= one.y <= bottom for x, top, bottom in upright):
            return True
        for other in level:
            if other is one:
                continue
            ends = min(abs(at - other.x), abs(at - other.right))
            if ends < SAME_END or (ends <= 2 * BREAK and abs(other.y - one.y) < SAME_END):
                return True
        return False

    return [r for r in level if held(r, r.x) and held(r, r.right)]


def find_cells(rules: Rules) -> tuple[Box, ...]:
    """Return the cells, top to bottom and left to right. A page without closed frames has none."""
    shape = rules.mask.shape
    if len(rules.horizontal) < 2 or len(rules.vertical) < 2:
        return ()
    walls: Image = np.zeros(shape, np.uint8)
    for rule in _of_tables(rules):
        x0, x1 = int(rule.x) - BREAK, int(rule.right) + BREAK
        cv2.rectangle(walls, (x0, int(rule.y)), (x1, int(rule.bottom)), 255, -1)
    upright: Image = np.zeros(shape, np.uint8)
    for rule in rules.vertical:
        y0, y1 = int(rule.y) - BREAK, int(rule.bottom) + BREAK
        cv2.rectangle(upright, (int(rule.x), y0), (int(rule.right), y1), 255, -1)
    walls = np.asarray(cv2.bitwise_or(walls, upright), np.uint8)
    free = np.asarray(cv2.bitwise_not(walls), np.uint8)
    count, _, stats, _ = components(free, connectivity=4)
    cells = []
    for i in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[i])
        if w < MIN_SIDE or h < MIN_SIDE or area < 0.85 * w * h:
            continue
        if x <= 1 or y <= 1 or x + w >= shape[1] - 1 or y + h >= shape[0] - 1:
            continue
        cells.append(Box(x, y, w, h))
    return tuple(sorted(cells, key=lambda c: (c.y, c.x)))

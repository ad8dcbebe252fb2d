"""From a field's area to its line pictures: the ink that belongs there, alone on white paper.

Ink is taken mark by mark (connected strokes), so that a neighbour's descender or a seal's edge that only
reaches into the area is left out, and a stroke of the value that reaches out of it is kept whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.areas import FieldArea
from pipeline.components import components, painted
from pipeline.locate import CleanPage
from pipeline.masks import pixels
from records.geometry import Box
from records.ports import Image

PAPER = 245
FAINT = 0.42
"""Marks with less than this share of the page's usual contrast are show-through, stains or shadows."""
STRAY = 0.15
"""Share of the ink of a field's main line under which a lone mark on another level is no line of its own."""
TALLEST, WIDEST = 4.0, 80.0
"""Letters' heights that a line of writing takes whose letters a strike joins to one mark."""
PALE = 0.6
"""Least share of the usual contrast of one field's ink: beside strong ink, paler marks do not belong."""
LEFT = 1.5
"""Square letters of ink in a field's room that no field has, from which the field is not called blank."""


@dataclass(frozen=True, slots=True)
class Line:
    """One written line of a value: its box (prepared pixels) and its picture, grey on white."""

    box: Box
    picture: Image


@dataclass(frozen=True, slots=True)
class Marks:
    """All marks of a page: labels per pixel and their boxes; printed words already taken out."""

    labels: NDArray[np.integer[Any]]
    boxes: np.ndarray[tuple[int, int], np.dtype[np.int32]]
    """Columns x, y, w, h, area; row 0 is the background."""
    contrast: np.ndarray[tuple[int], np.dtype[np.float64]]
    """How much darker than paper each mark is, in grey levels."""
    strong: float
    """Contrast of the page's ink: show-through and stains are well under it."""


def page_marks(page: CleanPage, printed: Sequence[Box], letter: float) -> Marks:
    """Return the marks of *page* without the *printed* words (their boxes, tight)."""
    ink = page.ink.copy()
    for box in printed:
        x0, y0 = int(box.x) - 2, int(box.y)
        tall = min(box.h, 2.3 * letter)
        x1, y1 = int(box.right) + 2, int(box.y + (box.h + tall) / 2) + 1
        y0 = max(y0, y1 - int(tall) - 2)
        ink[max(0, y0) : y1, max(0, x0) : x1] = 0
    count, labels, stats = components(ink)
    inked = pixels(ink)
    light = page.grey.ravel()[inked].astype(np.float64)
    sums = np.bincount(labels.ravel()[inked], weights=light, minlength=count)
    contrast = PAPER - sums / np.maximum(1, stats[:, cv2.CC_STAT_AREA])
    contrast[_of_print(stats, printed, letter)] = 0.0
    body = (stats[:, cv2.CC_STAT_AREA] > 0.3 * letter * letter) & (stats[:, cv2.CC_STAT_HEIGHT] < 6 * letter)
    body[0] = False
    strong = float(np.percentile(contrast[body], 60)) if body.any() else 100.0
    return Marks(labels, stats, contrast, strong)


def _of_print(
    stats: np.ndarray[tuple[int, int], np.dtype[np.int32]], printed: Sequence[Box], letter: float
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which marks are tones, dots and colons of *printed* words: small, on, just above or just behind them."""
    x, y, w, h = (stats[:, k].astype(float) for k in range(4))
    cx, cy, small = x + w / 2, y + h / 2, (h < 0.55 * letter) & (w < 1.2 * letter)
    out = np.zeros(len(stats), np.bool_)
    for box in printed:
        beside = (cx > box.x - 1.2 * letter) & (cx < box.right + 0.3 * letter)
        out |= small & beside & (cy > box.y - 0.55 * letter) & (cy < box.bottom + 0.15 * letter)
    out[0] = False
    return out


def _likeliest(
    areas: Sequence[FieldArea], x: NDArray[np.float64], y: NDArray[np.float64], letter: float
) -> list[str | None]:
    """Return for each mark, by its middle, the column of the field whose it is likeliest; None where no field may be.

    It is of the field on whose line it stands, less likely of one by its further lines; of equals the first by name.
    """
    if not areas:
        return [None] * len(x)
    named = sorted(areas, key=lambda area: area.column)
    costs = np.full((len(named), len(x)), np.inf)
    for cost, area in zip(costs, named, strict=True):
        for number, box in reversed(list(enumerate(area.boxes))):
            inside = (box.x <= x) & (x <= box.right) & (box.y <= y) & (y <= box.bottom)
            if area.level is None:
                cost[inside] = 0.0
            elif number == 0 and box.y < area.level < box.bottom:
                cost[inside] = np.abs(y[inside] - area.level) / letter
            else:
                cost[inside] = 1.25
    best = costs.argmin(axis=0)
    told = np.isfinite(costs[best, np.arange(len(x))])
    return [named[k].column if sure else None for k, sure in zip(best.tolist(), told.tolist(), strict=True)]


def _hats(marks: Marks, usable: np.ndarray[tuple[int], np.dtype[np.bool_]], letter: float) -> frozenset[int]:
    """Return the marks that sit like a hat on a larger one: a circumflex under its tone mark is as high as a letter."""
    x, y, w, h = (marks.boxes[:, k].astype(float) for k in range(4))
    maybe = np.flatnonzero(usable & (h >= 0.55 * letter) & (h < 0.9 * letter) & (w < 1.3 * letter))
    under = np.flatnonzero(usable & (h >= 0.5 * letter))
    found = []
    for i in maybe.tolist():
        gap = y[under] - (y[i] + h[i])
        shared = np.minimum(x[under] + w[under], x[i] + w[i]) - np.maximum(x[under], x[i])
        sits = (gap > -0.3 * letter) & (gap < 0.4 * letter) & (y[under] > y[i]) & (shared > 0.5 * w[i])
        if bool(np.any(sits & (under != i))):
            found.append(i)
    return frozenset(found)


def assign(marks: Marks, areas: Sequence[FieldArea], letter: float) -> dict[str, list[int]]:
    """Give each mark to one field: bodies of letters by level, then dots and tone marks to the nearest body."""
    x, y, w, h, size = (marks.boxes[:, k].astype(float) for k in range(5))
    cx, cy = x + w / 2, y + h / 2
    struck = (h > letter) & (h <= TALLEST * letter) & (w <= WIDEST * letter)  # a stroke joins all letters of a line
    usable = ((w <= 25 * letter) | struck) & (h <= 6 * letter) & (size >= 5) & (marks.contrast >= FAINT * marks.strong)
    usable[0] = False
    hats = _hats(marks, usable, letter)
    chosen = np.flatnonzero(usable)
    likeliest = dict(zip(chosen.tolist(), _likeliest(areas, cx[chosen], cy[chosen], letter), strict=True))
    is_small = (h < 0.55 * letter) & (w < 1.2 * letter)
    is_small[list(hats)] = True
    at = np.flatnonzero(usable & ~is_small)
    owner = {i: column for i in at.tolist() if (column := likeliest[i]) is not None}
    for i in np.flatnonzero(usable & is_small).tolist():
        if len(at):
            dx = np.maximum(0, np.maximum(x[at] - (x[i] + w[i]), x[i] - (x[at] + w[at])))
            dy = np.maximum(0, np.maximum(y[at] - (y[i] + h[i]), y[i] - (y[at] + h[at])))
            away = np.hypot(dx * 1.5, dy)
            near = int(np.argmin(away))
            if away[near] < 1.3 * letter:
                if (column := owner.get(int(at[near]))) is not None:
                    owner[i] = column
                continue
        if (column := likeliest[i]) is not None:
            owner[i] = column
    out: dict[str, list[int]] = {a.column: [] for a in areas}
    for i, column in sorted(owner.items()):
        out[column].append(i)
    return {column: _without_pale(marks, own) for column, own in out.items()}


def _without_pale(marks: Marks, own: list[int]) -> list[int]:
    """Drop marks much paler than the field's own ink."""
    if len(own) < 2:
        return own
    weights = np.array([marks.boxes[i][4] for i in own], dtype=float)
    contrasts = np.array([marks.contrast[i] for i in own])
    usual = float(np.average(contrasts, weights=weights))
    return [i for i, c in zip(own, contrasts.tolist(), strict=True) if c >= PALE * usual]


def _split_lines(marks: Marks, chosen: list[int], letter: float) -> list[list[int]]:
    """Group marks into written lines, top to bottom, by the level of their bodies."""
    own = np.zeros(len(marks.boxes), dtype=bool)
    own[chosen] = True
    hats = _hats(marks, own, letter)
    bodies = [
        i for i in chosen if i not in hats and (marks.boxes[i][3] >= 0.55 * letter or marks.boxes[i][2] >= 1.2 * letter)
    ]
    if not bodies:
        return []
    bodies.sort(key=lambda i: marks.boxes[i][1] + marks.boxes[i][3] / 2)
    centres = np.array([marks.boxes[i][1] + marks.boxes[i][3] / 2 for i in bodies], dtype=float)
    heights = sorted(int(marks.boxes[i][3]) for i in bodies)
    tall = float(heights[int(0.7 * (len(heights) - 1))])
    gap = max(0.85 * letter, 0.62 * tall)
    groups: list[list[int]] = [[bodies[0]]]
    for i, before, here in zip(bodies[1:], centres, centres[1:], strict=False):
        if here - before > gap:
            groups.append([])
        groups[-1].append(i)
    levels = [float(np.mean([marks.boxes[i][1] + marks.boxes[i][3] / 2 for i in g])) for g in groups]
    for i in chosen:
        if i in bodies:
            continue
        y = marks.boxes[i][1] + marks.boxes[i][3] / 2
        groups[int(np.argmin([abs(y - level) for level in levels]))].append(i)
    return groups


def _weight(marks: Marks, group: list[int]) -> int:
    return int(sum(int(marks.boxes[i][4]) for i in group))


def field_marks(marks: Marks, areas: Sequence[FieldArea], letter: float) -> dict[str, list[int]]:
    """Return the marks of each area's column, without the colon of its label."""
    owned = assign(marks, areas, letter)
    return {a.column: _without_colon(marks, owned[a.column], a, letter) for a in areas}


def lines_of(page: CleanPage, marks: Marks, chosen: list[int], letter: float) -> list[Line]:
    """Return the lines that the *chosen* marks are written on, top to bottom."""
    lines = []
    groups = _split_lines(marks, chosen, letter)
    heaviest = max((_weight(marks, group) for group in groups), default=0)
    for group in groups:
        x0 = min(int(marks.boxes[i][0]) for i in group)
        y0 = min(int(marks.boxes[i][1]) for i in group)
        x1 = max(int(marks.boxes[i][0] + marks.boxes[i][2]) for i in group)
        y1 = max(int(marks.boxes[i][1] + marks.boxes[i][3]) for i in group)
        if _weight(marks, group) < 0.2 * letter * letter or y1 - y0 < 0.5 * letter:
            continue
        stray = max(x1 - x0, y1 - y0) < 1.5 * letter and _weight(marks, group) < STRAY * heaviest
        if stray:  # a piece of a neighbour's letter, beside a whole line of writing
            continue
        pad = 4
        a, b = max(0, x0 - pad), min(page.grey.shape[1], x1 + pad)
        c, d = max(0, y0 - pad), min(page.grey.shape[0], y1 + pad)
        keep = np.zeros(len(marks.boxes), dtype=bool)
        keep[group] = True
        mask = cv2.dilate(painted(marks.labels[c:d, a:b], keep), np.ones((3, 3), np.uint8))
        picture = np.full((d - c, b - a), PAPER, np.uint8)
        picture[mask > 0] = page.grey[c:d, a:b][mask > 0]
        lines.append(Line(Box(x0, y0, x1 - x0, y1 - y0), picture))
    return lines


def is_left(marks: Marks, owned: Mapping[str, list[int]], room: Sequence[Box], letter: float) -> bool:
    """Whether ink as dark as the page's stands in the *room* of a field that no field owns: it was not read."""
    x, y, w, h, size = (marks.boxes[:, k].astype(float) for k in range(5))
    free = (marks.contrast >= PALE * marks.strong) & (h >= 0.5 * letter) & (h <= 6 * letter)
    free[[0, *(i for own in owned.values() for i in own)]] = False
    inside = np.zeros(len(free), np.bool_)
    for box in room:
        inside |= (x + w / 2 > box.x) & (x + w / 2 < box.right) & (y + h / 2 > box.y) & (y + h / 2 < box.bottom)
    return float(size[free & inside].sum()) >= LEFT * letter * letter


def _without_colon(marks: Marks, chosen: list[int], area: FieldArea, letter: float) -> list[int]:
    """Drop the colon after the label and specks alone at the beginning."""
    start = area.boxes[0].x
    return [
        i
        for i in chosen
        if not (
            -0.3 * letter < marks.boxes[i][0] - start < 0.7 * letter
            and marks.boxes[i][1] < area.boxes[0].bottom
            and marks.boxes[i][2] < 0.4 * letter
            and marks.boxes[i][3] < 0.4 * letter
        )
    ]

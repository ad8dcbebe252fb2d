"""Whether the whole page is in the picture, the right way up: edges, corners, tilt, resolution, anything at all."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.components import components
from pipeline.prepare import measure_tilt
from pipeline.sheet import DARK, LETTER, Sheet, letter_like
from records.geometry import Box, Polygon

MOST_TILT = 20.0
"""Degrees within which a tilt is measured."""
_MOST_MARKS = 5000
"""Small marks beyond which a page is grain, not writing."""
_NEAR = 20
"""Sheet pixels, 2.5 mm at 200 dpi: no form is printed so close to the paper's edge."""
_BAND = 64
"""Sheet pixels, 8 mm, along a side in which rules are followed to it."""
_THICK = 12
"""Sheet pixels that a rule is thick at most, its lean within the band included."""
_GUTTER = 0.14
"""Of the picture's width: how far from its side the fold of a book may be seen."""


def letters(sheet: Sheet) -> NDArray[np.int32]:
    """Return the marks that have the size and darkness of letters (rows as in ``Sheet.marks``)."""
    return letter_like(sheet.marks)


# --- sides -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """What runs out of the picture on one side."""

    name: str
    """``left``, ``right``, ``top`` or ``bottom``."""
    touching: int
    """Letters and rules that touch the side."""
    near: int
    """Letters within :data:`_NEAR` of the side, those that touch it included."""
    rules: int
    """Rules that run into the side, those of a table included, whose rules hang together."""
    lined: bool
    """Whether a dark line runs all along the side: the edge of a table's print, the bed's edge or a fold."""
    region: Polygon
    """The strip along the side, master pixels."""


def cut_sides(sheet: Sheet) -> list[Side]:
    """Return the sides out of which writing or printed rules run. Beyond the fold of a book nothing counts.

    Where a dark line runs all along a side, only rules are counted: marks may be the line's.
    """
    h, w = sheet.ink.shape
    marks = sheet.marks[sheet.marks[:, 5] >= DARK]
    x, y, mw, mh, area, _ = marks.T
    found = []
    for name in ("left", "right", "top", "bottom"):
        lined = False
        if name in ("left", "right"):
            if _fold(sheet, name):
                continue
            lined = _lined(sheet, name)
            away = x if name == "left" else w - x - mw
            along, across = mh, mw
        else:
            away = y if name == "top" else h - y - mh
            along, across = mw, mh
        letter = (along >= 6) & (along <= LETTER[1]) & (across >= 8) & (area >= 14) & (not lined)
        rule = (along < 12) & (across > 60) & (not lined)
        touching, near = (away <= 1) & (letter | rule), (away <= _NEAR) & letter
        rules = _rules_out(sheet, name)
        found.append(Side(name, int(touching.sum()), int(near.sum()), rules, lined, _strip(sheet, name)))
    return found


def _rules_out(sheet: Sheet, name: str) -> int:
    """Return how many straight rules run out of the picture on the side *name*."""
    ink = {"left": sheet.ink, "right": sheet.ink[:, ::-1], "top": sheet.ink.T, "bottom": sheet.ink[::-1].T}[name]
    band = cv2.morphologyEx(np.ascontiguousarray(ink[:, :_BAND]), cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
    runs = np.asarray(cv2.morphologyEx(band, cv2.MORPH_OPEN, np.ones((1, _BAND // 2), np.uint8)))
    _, _, stats = components(runs)
    x, _, w, h, _ = stats[1:].T
    return int(((x <= 2) & (w >= 0.7 * _BAND) & (h <= _THICK)).sum())


def _fold(sheet: Sheet, name: str) -> bool:
    """Whether a fold is seen near the side *name*: darker than the paper on both of its sides."""
    columns = np.median(sheet.light, axis=0) / sheet.paper
    reach = round(_GUTTER * len(columns))
    near = columns[:reach] if name == "left" else columns[::-1][:reach]
    at = int(np.argmin(near))
    if at < 2 or at > reach - 3:
        return False
    return bool(near[at] < 0.93 * min(near[:at].max(), near[at:].max()))


def _lined(sheet: Sheet, name: str) -> bool:
    """Whether a dark line runs all along the side: a fold or the bed's edge; writing never fills half of a side."""
    band = sheet.ink[:, :8] if name == "left" else sheet.ink[:, -8:]
    return float((band > 0).any(axis=1).mean()) > 0.45


def _strip(sheet: Sheet, name: str) -> Polygon:
    w, h = sheet.width, sheet.height
    deep = 0.05 * max(w, h)
    return {
        "left": Box(0, 0, deep, h),
        "right": Box(w - deep, 0, deep, h),
        "top": Box(0, 0, w, deep),
        "bottom": Box(0, h - deep, w, deep),
    }[name].polygon()


# --- corners -----------------------------------------------------------------------------------------


def missing_corner(sheet: Sheet) -> tuple[float, Polygon]:
    """Return how much of a corner is gone, as a share of the page's shorter side, and where: the worst corner."""
    outlines, _ = cv2.findContours(sheet.page, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea)[:, 0, :].astype(np.float64)
    around = cv2.minAreaRect(outline.astype(np.float32))
    short = min(around[1])
    worst, where = 0.0, sheet.whole
    for corner in cv2.boxPoints(around).astype(np.float64):
        gone = float(np.hypot(*(outline - corner).T).min()) / max(short, 1.0)
        if gone > worst:
            reach = gone * short * 1.6
            x0, y0 = max(0.0, corner[0] - reach), max(0.0, corner[1] - reach)
            x1 = min(float(sheet.page.shape[1]), corner[0] + reach)
            y1 = min(float(sheet.page.shape[0]), corner[1] + reach)
            box = Box(x0, y0, max(1.0, x1 - x0), max(1.0, y1 - y0))
            worst, where = gone, sheet.small_to_master.polygon(box.polygon())
    return worst, where


# --- the way it lies ---------------------------------------------------------------------------------


def tilt(sheet: Sheet) -> float:
    """Return the tilt of lines and rules in degrees, counter-clockwise positive, within ±:data:`MOST_TILT`."""
    return measure_tilt(sheet.level, MOST_TILT)


def marks_above(sheet: Sheet, degrees: float) -> tuple[float, int]:
    """Return which share of the small marks beside letters stands above them, and of how many.

    *degrees* is the tilt of the lines. Vietnamese print has its tone marks and dots above the letters, but for one;
    on its head it has them below.
    """
    _, _, w, h, area, dark = sheet.marks.T
    big = (h >= 14) & (h <= 48) & (w >= 8) & (w <= 60) & (dark >= 60)
    tiny = (h >= 3) & (h <= 12) & (w >= 4) & (w <= 22) & (area >= 12) & (dark >= 60)
    tiny &= ~_in_a_row(sheet, tiny, degrees)
    where = np.zeros(sheet.ink.shape, np.uint8)
    for bx, by, bw, bh in sheet.marks[big][:, :4].tolist():
        where[by + bh // 4 : by + bh - bh // 4, bx : bx + bw] = 1
    above = below = 0
    height, reach = sheet.ink.shape[0], 16
    for tx, ty, tw, th in sheet.marks[tiny][:, :4].tolist():
        middle = slice(tx + tw // 3, tx + tw - tw // 3)
        under = bool(where[min(ty + th, height) : ty + th + reach, middle].any())
        over = bool(where[max(0, ty - reach) : ty, middle].any())
        above += under and not over
        below += over and not under
    return above / max(1, above + below), above + below


def _in_a_row(sheet: Sheet, tiny: NDArray[np.bool_], degrees: float) -> NDArray[np.bool_]:
    """Return which of the small marks belong to a row of dots or dashes: two others lie close by on their line."""
    marks = sheet.marks[tiny]
    found = np.zeros(len(sheet.marks), np.bool_)
    if len(marks) > _MOST_MARKS:
        return ~found
    x = marks[:, 0] + marks[:, 2] / 2
    line = marks[:, 1] + marks[:, 3] / 2 + x * np.tan(np.radians(degrees))
    order = np.argsort(line, kind="stable")
    x, line = x[order], line[order]
    beside = np.zeros(len(x), np.int64)
    for step in range(1, len(x)):  # each with the one so many lines further down, as long as any is on its line
        level = line[step:] - line[:-step] <= 2
        if not level.any():
            break
        near = level & (np.abs(x[step:] - x[:-step]) <= 40)
        beside[step:] += near
        beside[:-step] += near
    found[np.flatnonzero(tiny)[order[beside > 1]]] = True
    return found

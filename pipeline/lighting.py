"""Light on the page and what lies over it: shadow, glare, exposure, the other side's ink, fingers."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.components import components
from pipeline.sheet import Sheet

_SHADED = 0.55
"""Of the paper's brightness: below it a shadow is more than preparation evens out without noise."""
_GUTTER = 0.16
"""Of the page's width: a dark band along a whole side is a book's fold, not a shadow."""
_BURNT = 252
"""Level of all three colours from which nothing is left of the ink."""
_FINGER = 15
"""Small pixels, 7 mm: what is narrower is no finger."""


def _pieces(mask: NDArray[np.bool_]) -> list[tuple[int, NDArray[np.bool_]]]:
    count, labels, stats = components(np.asarray(mask, np.uint8))
    return [(int(stats[k, cv2.CC_STAT_AREA]), labels == k) for k in range(1, count)]


def shaded(sheet: Sheet) -> tuple[float, NDArray[np.bool_]]:
    """Return the share of the page that lies in shadow and where (small frame)."""
    page = cv2.erode(sheet.page, np.ones((9, 9), np.uint8)) > 0
    dim = page & (sheet.light < _SHADED * sheet.paper)
    dim = cv2.morphologyEx(dim.astype(np.uint8), cv2.MORPH_OPEN, np.ones((13, 13), np.uint8)) > 0
    h, w = dim.shape
    kept = np.zeros_like(dim)
    for _, piece in _pieces(dim):
        ys, xs = np.nonzero(piece)
        along_side = np.ptp(ys) > 0.6 * h and (xs.max() < _GUTTER * w or xs.min() > (1 - _GUTTER) * w)
        kept |= piece & (not along_side)
    return float(kept.sum()) / max(1, int(page.sum())), kept


def burnt_out(sheet: Sheet) -> tuple[float, NDArray[np.bool_]]:
    """Return the share of the page that is burnt out and where (small frame); nothing on paper that is white itself."""
    least = sheet.colour.min(axis=2)
    page = sheet.page > 0
    if float(np.median(least[page])) >= _BURNT - 6:
        return 0.0, np.zeros_like(page)
    spot = page & (least >= _BURNT)
    spot = cv2.morphologyEx(spot.astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)) > 0
    return float(spot.sum()) / max(1, int(page.sum())), spot


def ink_darkness(sheet: Sheet) -> float:
    """Return how much darker than the paper the ink is: the darkest tenth of all ink, grey levels; 0 without ink."""
    inked = sheet.level[sheet.ink > 0]
    return 245.0 - float(np.percentile(inked, 10)) if len(inked) else 0.0


def faint_share(sheet: Sheet) -> tuple[float, NDArray[np.int32]]:
    """Return which share of the letter-sized marks is faint beside the rest, and those marks."""
    _, _, w, h, area, dark = sheet.marks.T
    letter = (h >= 9) & (h <= 70) & (w >= 5) & (w <= 300) & (area >= 25)
    if letter.sum() < 20:
        return 0.0, sheet.marks[:0]
    strong = float(np.percentile(dark[letter], 80))
    faint = letter & (dark < 0.45 * strong)
    return float(faint.sum()) / float(letter.sum()), sheet.marks[faint]


def covered(sheet: Sheet) -> tuple[float, NDArray[np.bool_]]:
    """Return the share of the page under fingers or a hand, and where (small frame).

    Skin is redder than the page's own paper, thick, and comes in over an edge; a seal is thin, a stain lies within.
    """
    luma, red, _ = cv2.split(cv2.cvtColor(sheet.colour, cv2.COLOR_BGR2YCrCb))
    page = sheet.page > 0
    redder = red.astype(np.float32) - float(np.median(red[page]))
    skin = page & (redder > 9) & (luma < 0.97 * sheet.paper)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_FINGER, _FINGER))
    skin = cv2.morphologyEx(skin.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0
    rim = cv2.erode(sheet.page, np.ones((15, 15), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0) == 0
    kept = np.zeros_like(page)
    for _, piece in _pieces(skin):
        if (piece & rim).any():
            kept |= piece
    return float(kept.sum()) / max(1, int(page.sum())), kept

"""Printed rules and dotted leaders: found as lines, and taken out of the picture for reading.

All measures are in prepared pixels (about 200 dpi), where print is 25-45 px high and rules 1-5 px thick.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.components import components, middles, painted
from pipeline.masks import painted_over, pixels, stretches, without
from records.geometry import Box
from records.ports import Image

MIN_RULE = 90
"""Shortest solid rule in pixels; longer than any stroke of a letter."""
SHORT_RULE = 32
"""Shortest upright rule between two horizontal ones."""
TOUCH = 4
"""Pixels between the end of a short rule and the rule it stands on."""
MAX_THICK = 9
OF_LETTERS = 160
"""Rules up to this length may be the level parts of a word's letters, which lie close enough to look like one."""
DOT = 7
"""Largest side of a leader's dot."""
FUSED, FLAT = 20, 5
"""Length and height up to which a mark may be leader dots that run into one another, one every :data:`FLAT` pixels."""
FEWEST = 4
"""Marks of a leader at least: fewer may be dashes that a hand drew."""
MIN_DOTS = 8
TINTED = 9.0
"""Distance of a colour from the paper's, in CIE a*b*, from which ink is no print."""
PENS = 0.12
"""Share of coloured ink from which a page is taken to be written in coloured ink."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is printed beside the text. *horizontal* and *vertical* hold thin upright boxes."""

    horizontal: tuple[Box, ...]
    vertical: tuple[Box, ...]
    leaders: tuple[Box, ...]
    mask: Image
    """255 where a rule or leader is."""


def _lines(ink: Image, length: int, upright: bool) -> tuple[Image, list[Box]]:
    """Return the mask and the boxes of solid rules of at least *length* pixels."""
    level = np.asarray(cv2.transpose(ink), np.uint8) if upright else ink
    # a rule may step by a pixel where it leans, and have breaks of a pixel or two
    closed = np.asarray(cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((3, 5), np.uint8)), np.uint8)
    rows, opened = stretches(closed, length)
    if not len(rows):
        return np.zeros_like(ink), []
    joined = np.asarray(cv2.dilate(opened, np.ones((3, 1), np.uint8)), np.uint8)
    count, labels, stats = components(joined)
    mask = np.zeros_like(ink)
    drawn = mask.T if upright else mask
    boxes = []
    for i in range(1, count):
        x, first, w, h, area = (int(v) for v in stats[i])
        y = int(rows[first])
        if area / max(1, w) > MAX_THICK + 2 or h > max(4 * MAX_THICK, w // 20):
            continue
        mine = labels[first : first + h, x : x + w] == i
        if not upright and w < OF_LETTERS and _of_letters(ink, mine, Box(x, y, w, h)):
            continue
        drawn[y : y + h, x : x + w][mine] = 255
        boxes.append(Box(y, x, h, w) if upright else Box(x, y, w, h))
    return mask, sorted(boxes, key=lambda box: (box.y, box.x))


def _of_letters(ink: Image, mine: NDArray[np.bool_], box: Box) -> bool:
    """Whether a short rule (*mine*: its pixels in *box*) is tops or feet of letters: with gaps, and strokes from it.

    Writing on a row of dots has strokes above it alone, and more gaps; a rule has none.
    """
    x, y, high = int(box.x), int(box.y), int(box.h)
    columns = np.arange(mine.shape[1])
    raw = (ink[y : y + high, x : x + len(columns)] > 0) & mine
    gaps = 100 * np.count_nonzero(np.diff(raw.any(axis=0).astype(np.int8)) == -1) / len(columns)
    around = cv2.copyMakeBorder(
        ink[max(0, y - 6) : y + high + 6, x : x + len(columns)], 6 - min(6, y), 6, 0, 0, cv2.BORDER_CONSTANT
    )
    first, last = mine.argmax(axis=0) + 6, high + 5 - mine[::-1].argmax(axis=0)
    above = np.mean(np.any([around[first - k, columns] for k in range(3, 7)], axis=0))
    below = np.mean(np.any([around[last + k, columns] for k in range(3, 7)], axis=0))
    return bool(gaps >= 3 and above + below >= 0.5 and (below >= 0.08 or gaps < 5.5))


def _leaders(ink: Image, rules: Image) -> tuple[Image, list[Box]]:
    """Find rows of dots or short dashes: small marks of one size at one height, close together.

    Dots that run into one another are a flat mark, which counts as many.
    """
    rest = without(ink, rules)
    count, labels, stats = components(rest)
    w, h = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    dots = np.flatnonzero(((w <= DOT + 3) & (h <= DOT)) | ((w <= FUSED) & (h <= FLAT)))
    dots = dots[dots > 0]
    weights = np.where(w[dots] > DOT + 3, w[dots] // FLAT, 1)
    if weights.sum() < MIN_DOTS:
        return np.zeros_like(ink), []
    at = np.rint(middles(rest, labels, count)[dots]).astype(np.int64)
    carpet = np.zeros_like(ink)
    carpet[at[:, 1], at[:, 0]] = 255
    carpet = np.asarray(cv2.dilate(carpet, np.ones((3, 21), np.uint8)), np.uint8)
    n, groups, gstats = components(carpet)
    owner = groups[at[:, 1], at[:, 0]]
    rows = (np.bincount(owner, weights, n) >= MIN_DOTS) & (np.bincount(owner, minlength=n) >= FEWEST)
    rows &= gstats[:, cv2.CC_STAT_WIDTH] > 12 * gstats[:, cv2.CC_STAT_HEIGHT]
    rows[0] = False
    chosen = np.zeros(len(stats), dtype=bool)
    chosen[dots[rows[owner]]] = True
    return painted(labels, chosen), [Box(*(int(v) for v in gstats[own][:4])) for own in np.flatnonzero(rows)]


def _between(ink: Image, horizontal: Image) -> tuple[Image, list[Box]]:
    """Find short upright rules: those that stand between two rules of the mask *horizontal* and touch both."""
    mask, boxes = _lines(ink, SHORT_RULE, upright=True)
    kept = []
    for box in boxes:
        x, top, bottom = int(box.x), int(box.y), int(box.bottom)
        columns = slice(max(0, x - 3), int(box.right) + 3)
        if all(horizontal[max(0, y - TOUCH) : y + TOUCH, columns].any() for y in (top, bottom)):
            kept.append(box)
        else:
            mask[top:bottom, x : int(box.right)] = 0
    return mask, kept


def find_rules(ink: Image) -> Rules:
    """Find rules and leaders in an ink mask (255 = ink)."""
    h_mask, horizontal = _lines(ink, MIN_RULE, upright=False)
    v_mask, vertical = _lines(ink, MIN_RULE, upright=True)
    s_mask, short = _between(without(ink, v_mask), h_mask)
    v_mask = np.asarray(cv2.bitwise_or(v_mask, s_mask), np.uint8)
    vertical += short
    solid = cv2.bitwise_or(h_mask, v_mask)
    dot_mask, leaders = _leaders(ink, np.asarray(solid, np.uint8))
    mask = np.asarray(cv2.bitwise_or(solid, dot_mask), np.uint8)
    return Rules(tuple(horizontal), tuple(vertical), tuple(leaders), mask)


def without_rules(grey: Image, ink: Image, rules: Rules, paper: int = 245) -> Image:
    """Return *grey* with rules and leaders painted over, strokes that cross them or stand on dots kept.

    A column of a horizontal rule stays where ink goes on both above and below it. Letters that stand on a row of dots
    would lose their feet: there the ink stays that is no dot.
    """
    grown = np.asarray(cv2.dilate(rules.mask, np.ones((3, 3), np.uint8)), np.uint8)
    others = without(ink, grown)
    # ink directly above and below a thin rule: a stroke crosses there
    reach = np.ones((2 * MAX_THICK + 1, 1), np.uint8)
    above = cv2.dilate(others, reach, anchor=(0, 0))
    below = cv2.dilate(others, reach, anchor=(0, 2 * MAX_THICK))
    crossing = np.asarray(cv2.bitwise_and(above, below), np.uint8)
    for box in rules.horizontal:
        _keep_feet(box, ink, grown, others, crossing)
    kept = np.asarray(cv2.bitwise_and(cv2.bitwise_and(ink, grown), crossing), np.uint8)
    gone = cv2.bitwise_or(without(grown, crossing), _left_over(kept, others))
    return painted_over(grey, np.asarray(gone, np.uint8), paper)


def _left_over(kept: Image, others: Image) -> Image:
    """Return what was *kept* of rules but touches no other ink: pieces of the rule itself."""
    count, labels = cv2.connectedComponents(np.asarray(cv2.bitwise_or(kept, others), np.uint8))
    numbers, places = np.asarray(labels).ravel(), pixels(kept)
    strokes = np.zeros(count, np.bool_)
    strokes[numbers[pixels(others)]] = True
    out = np.zeros_like(kept)
    out.ravel()[places[~strokes[numbers[places]]]] = 255
    return out


def _keep_feet(box: Box, ink: Image, grown: Image, others: Image, kept: Image) -> None:
    """Mark in *kept* the ink of strokes that stand on a row of dots: it does not stop where dots do, or is thicker."""
    rows = slice(max(0, int(box.y) - 3), int(box.bottom) + 3)
    columns = slice(int(box.x), int(box.right))
    inside = (ink[rows, columns] > 0) & (grown[rows, columns] > 0)
    beside = np.asarray(others[rows, columns].max(axis=0) > 0)
    thick = np.asarray(inside.sum(axis=0), np.int64)
    runs = np.flatnonzero(np.diff(np.concatenate([[0], (thick > 0).view(np.int8), [0]]))).reshape(-1, 2).tolist()
    dots = [(begin, end) for begin, end in runs if not beside[begin:end].any()]
    if len(dots) < MIN_DOTS:
        return
    wide = float(np.median([end - begin for begin, end in dots]))
    if wide > DOT + 3:  # a rule with breaks, not dots
        return
    high = int(np.percentile([thick[begin:end].max() for begin, end in dots], 75))
    stay = beside & (thick > high)
    for begin, end in runs:
        touched = np.flatnonzero(beside[begin:end])
        if end - begin > 2 * wide + 2 and len(touched):
            stay[max(begin, begin + int(touched[0]) - DOT) : min(end, begin + int(touched[-1]) + DOT)] = True
    kept[rows, columns][:, stay] |= (inside[:, stay] * 255).astype(np.uint8)


def without_pens(grey: Image, colour: Image, ink: Image, paper: int = 245) -> Image:
    """Return *grey* with coloured ink (pens, seals) painted over: print is black, most pens are not.

    *ink* is the ink mask of *grey*. A page on which hardly any ink is coloured comes back as it is.
    """
    smooth = np.asarray(cv2.GaussianBlur(colour, (0, 0), 1.0), np.uint8)
    about = _tints(np.ascontiguousarray(smooth[::7, ::7]).reshape(-1, 3))
    squares = [((np.arange(256) - np.median(one)) ** 2).astype(np.float32) for one in about]
    dark = pixels(np.asarray(grey < 225, np.uint8))  # nothing lighter is asked for its colour
    level = grey.ravel()[dark]
    a, b = _tints(smooth.reshape(-1, 3)[dark])
    chroma = squares[0][a] + squares[1][b]  # squared
    tinted = chroma > TINTED**2
    strong = (ink.ravel()[dark] > 0) & (level < 170)
    if int(np.sum(tinted & strong)) < PENS * max(1, int(np.sum(strong))):
        return grey
    near = np.zeros(grey.size, np.uint8)
    near[dark[tinted]] = 255
    near = np.asarray(cv2.dilate(near.reshape(grey.shape), np.ones((5, 5), np.uint8)), np.uint8)
    near.ravel()[dark[(chroma < (0.65 * TINTED) ** 2) & (level < 120)]] = 0
    return painted_over(grey, near, paper)


def _tints(colours: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return a* and b* (8 bit) of single colours (n, BGR)."""
    lab = np.asarray(cv2.cvtColor(colours[None], cv2.COLOR_BGR2LAB), np.uint8)[0] if len(colours) else colours
    return lab[:, 1], lab[:, 2]

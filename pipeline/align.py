"""Align a page with a form whose layout is known: by homography on the labels found and the crossings of its rules.

A form that the office learnt was set by one printing house: where its labels stand, and where its rules cross, is known
from the pages that were marked. What of them is found on a page tells how it lies; then each label that was not read
(a seal on it, a blot, a torn corner) must stand where the form has it, and one that was found far from there is another
word like it. Editions of the product know no layout (they are set by many houses) and are found by their labels alone.
"""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from forms import Edition
from pipeline.labels import INFERRED, Match
from pipeline.rules import Rules
from records.geometry import Box
from records.readings import Word

UNIT = 1000.0
"""A form's layout is told in thousandths of the width of the first page that it was learnt from."""
FEWEST, VERY_FEW = 6, 4
"""Points that tell how a page lies, perspective and all; and labels that tell it without."""
MOST = 0.6
"""Share of the labels found, that are of the form's layout, that must do so."""
NEAR, FAR = 0.8, 2.0
"""Sizes of a letter within which a label or a crossing is where the form has it, and beyond which it is another's."""
ASKEW = 1.3
"""By how much one of two opposite sides of the form may be longer: pages are straightened before."""
PERSPECTIVE = 2.0
"""By how much farther a label may lie off, as long as perspective is left out of account."""
CLEAR, ASTRAY = 0.85, 2
"""Likeness from which a label was read well, and how many such ones may stand elsewhere: words like it."""
SURE = 0.8
"""Confidence of a label that was not read, but placed."""
MEET = 6
"""Pixels within which two rules cross or meet."""

Points = NDArray[np.float64]
"""Shape (n, 2)."""


def crossings(rules: Rules) -> Points:
    """Return where level and upright rules cross or meet, in prepared pixels."""
    found = [
        (v.x + v.w / 2, h.y + h.h / 2)
        for h in rules.horizontal
        for v in rules.vertical
        if h.x - MEET <= v.x + v.w / 2 <= h.right + MEET and v.y - MEET <= h.y + h.h / 2 <= v.bottom + MEET
    ]
    return np.array(found, np.float64).reshape(-1, 2)


def anchor(box: Box) -> tuple[float, float]:
    """Return the point by which a label is known: where it begins, at half its height; its end is read loosely."""
    return box.x, box.y + box.h / 2


def through(matrix: Points, points: Points) -> Points:
    """Take points through a homography."""
    return np.asarray(cv2.perspectiveTransform(points.reshape(-1, 1, 2), matrix).reshape(-1, 2), np.float64)


def homography(here: Points, there: Points, within: float) -> tuple[Points, NDArray[np.bool_]] | None:
    """Return the homography *here* → *there* that most points agree with within that many pixels, and which do."""
    if len(here) < FEWEST:
        return None
    found: tuple[Points | None, Points] = cv2.findHomography(  # type: ignore[assignment]
        here, there, cv2.RANSAC, within, maxIters=4000, confidence=0.999
    )
    matrix, mask = found
    if matrix is None:
        return None
    return np.asarray(matrix, np.float64), np.asarray(mask.ravel() > 0)


def lie_of(edition: Edition, found: Mapping[int, Match], rules: Rules, letter: float) -> Points | None:
    """Return the homography from the layout of *edition* to a page; None where its layout is not known, or not this.

    Labels tell first how the page is turned, moved and sized; where they are many enough, its perspective as well (they
    stand in columns, so that other words like them would bend it to their liking if that came first). Then crossings of
    rules that lie where they should make it exact.
    """
    known = [i for i in found if edition.labels[i].at and len(found[i].lines) == 1]
    form = np.array([anchor(Box(*edition.labels[i].at or ())) for i in known], np.float64).reshape(-1, 2)
    page = np.array([anchor(found[i].first) for i in known], np.float64).reshape(-1, 2)
    near = NEAR * letter
    moved = _moved(form, page, PERSPECTIVE * near)
    if moved is None or moved[1].sum() < MOST * len(known):
        return None
    form, page = form[moved[1]], page[moved[1]]
    bent = homography(form, page, near)
    if bent is not None and _sound(bent[0], form):
        matrix, fits = bent
    elif (moved := _moved(form, page, near)) is not None and _sound(moved[0], form):
        matrix, fits = moved
    else:
        return None
    drawn, seen = np.array(edition.crossings, np.float64).reshape(-1, 2), crossings(rules)
    if not len(drawn) or not len(seen):
        return matrix
    apart = np.linalg.norm(through(matrix, drawn)[:, None] - seen[None], axis=2)
    met = apart.min(axis=1) <= near
    both = np.concatenate([form[fits], drawn[met]]), np.concatenate([page[fits], seen[apart.argmin(axis=1)][met]])
    again = homography(*both, near)
    return again[0] if again is not None and _sound(again[0], form) else matrix


def _moved(here: Points, there: Points, within: float) -> tuple[Points, NDArray[np.bool_]] | None:
    """Return how few points (*here* → *there*) are turned, moved and sized, as a homography, and which agree."""
    if len(here) < VERY_FEW:
        return None
    found, mask = cv2.estimateAffinePartial2D(here, there, method=cv2.RANSAC, ransacReprojThreshold=within)
    if found is None or int(mask.sum()) < VERY_FEW:
        return None
    return np.vstack([found, [0.0, 0.0, 1.0]]), np.asarray(mask.ravel() > 0)


def _sound(matrix: Points, form: Points) -> bool:
    """Whether a homography does to the *form* what a scanner or a camera does: nothing is turned over or bent much."""
    (left, top), (right, foot) = form.min(axis=0), form.max(axis=0)
    corners = through(matrix, np.array([[left, top], [right, top], [right, foot], [left, foot]], np.float64))
    sides = np.roll(corners, -1, axis=0) - corners
    after = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * after[:, 1] - sides[:, 1] * after[:, 0]
    lengths = np.maximum(np.linalg.norm(sides, axis=1), 1.0)
    alike = np.abs(np.log(lengths[:2] / lengths[2:])) < np.log(ASKEW)
    return bool((turns > 0).all() and alike.all())


def placed(edition: Edition, found: Mapping[int, Match], rules: Rules, letter: float) -> list[Word]:
    """Return the labels that were not found, or in a wrong place, as words where the form has them."""
    matrix = lie_of(edition, found, rules, letter)
    if matrix is None:
        return []
    out, clear = [], 0
    for index, label in enumerate(edition.labels):
        if not label.at or not label.says:
            continue
        box = _taken(matrix, Box(*label.at))
        own = found.get(index)
        if own is not None and np.hypot(*np.subtract(anchor(own.first), anchor(box))) <= FAR * letter:
            continue
        clear += own is not None and own.likeness >= CLEAR
        out.append(Word(label.says[0], box.polygon(), SURE, INFERRED + index))
    return out if clear <= ASTRAY else []  # so many that were read well elsewhere: it is set otherwise there


def _taken(matrix: Points, box: Box) -> Box:
    corners = [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]
    out = through(matrix, np.array(corners, np.float64))
    (x0, y0), (x1, y1) = out.min(axis=0).tolist(), out.max(axis=0).tolist()
    return Box(x0, y0, x1 - x0, y1 - y0)


def learnt_layout(
    pages: Sequence[tuple[Mapping[int, Match], Rules, float, float]],
) -> tuple[dict[int, tuple[float, float, float, float]], tuple[tuple[float, float], ...]]:
    """Return where the labels stand and the rules cross on a form, from several *pages* of it.

    Of each page: labels found, rules, the size of a letter and the width of the page in prepared pixels. Labels, by
    index, as (x, y, width, height), and crossings as (x, y), both in :data:`UNIT` of the first page's width: what most
    pages have at one place. Nothing where the pages do not lie on one another: then they are of several houses.
    """
    first, rules, _, width = pages[0]
    scale = UNIT / width
    boxes: dict[int, list[Box]] = {i: [m.first] for i, m in first.items() if len(m.lines) == 1}
    points = [crossings(rules)]
    for found, ruled, letter, _ in pages[1:]:
        both = [i for i in found if len(found[i].lines) == 1 and i in first and len(first[i].lines) == 1]
        here = np.array([anchor(found[i].first) for i in both], np.float64).reshape(-1, 2)
        there = np.array([anchor(first[i].first) for i in both], np.float64).reshape(-1, 2)
        told = homography(here, there, NEAR * letter)
        if told is None or int(told[1].sum()) < max(FEWEST, MOST * len(both)):
            return {}, ()
        for i, match in found.items():
            if len(match.lines) == 1:
                boxes.setdefault(i, []).append(_taken(told[0], match.first))
        seen = crossings(ruled)
        points.append(through(told[0], seen) if len(seen) else seen)
    labels = {i: _middle(some, scale) for i, some in sorted(boxes.items()) if 2 * len(some) > len(pages)}
    near = NEAR * pages[0][2]
    kept = []
    for point in points[0]:
        like = [others[np.linalg.norm(others - point, axis=1).argmin()] for others in points[1:] if len(others)]
        like = [other for other in like if np.linalg.norm(other - point) <= near]
        if 2 * (1 + len(like)) > len(pages):
            x, y = np.median([point, *like], axis=0) * scale
            kept.append((round(float(x), 1), round(float(y), 1)))
    return {i: box for i, box in labels.items() if box is not None}, tuple(kept)


def _middle(boxes: Sequence[Box], scale: float) -> tuple[float, float, float, float] | None:
    """Return the median of *boxes*; None where they stand apart: it is no print of one place."""
    told = np.array([(b.x, b.y, b.w, b.h) for b in boxes])
    x, y, w, h = np.median(told, axis=0)
    if np.abs(told[:, :2] - (x, y)).max() > FAR * h:
        return None
    return (round(x * scale, 1), round(y * scale, 1), round(w * scale, 1), round(h * scale, 1))

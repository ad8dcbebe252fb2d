"""The fingerprint of a sheet: where its ink lies, coarse enough to survive another pass of the scanner.

Pages of one form share their print, so likeness of the whole page says little. It is asked place by place: the same
sheet is alike everywhere, another case of the same form is not where somebody wrote.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.sheet import Sheet
from pipeline.sizes import halved
from records.ports import Image

LONG_SIDE = 384
"""Pixels of a fingerprint's longer side: some 0.8 mm each on A4."""
HIDDEN = 255
"""Value of places that a finger or a burnt spot hides: nothing is compared there."""
NOTHING: Image = np.zeros((1, 1), np.uint8)
"""The fingerprint of a picture without a page: like no other."""
_TILE = 24
_SLACK = 6
"""Pixels that a tile may have moved against its neighbours: curl, and tilt that is measured a little wrong."""
_INKED = 6.0
"""Standard deviation of a tile from which there is ink on it, grey levels."""
_LEAST_TILES = 8
_WORST = 0.1
"""The share of places that may differ: a folded corner, a shifted fold."""
_AS_WIDE = 0.08
"""Logarithm of how much wider, for its height, one sheet may be than the other for both to be whole."""
_LEAST_CUT, _MOST_CUT = 0.03, 0.3
"""The same for one of them to be cut off: 3 to 26 % of it."""
_EDGE = 16
"""Pixels by which the edges of two pictures of one sheet may lie apart."""
SAME_SHEET = 0.84
"""Measured on forms filled by one hand: the same sheet again 0.89 and more, cut or not, another case at most 0.80."""


def fingerprint(sheet: Sheet, tilt: float, hidden: NDArray[np.bool_]) -> Image:
    """Return how dark the ink is on each piece of the page, levelled by *tilt* degrees, 0 to 254.

    *hidden* (small frame) is what cannot be seen; it becomes :data:`HIDDEN`.
    """
    h, w = sheet.grey.shape
    dark = 245 - np.minimum(sheet.level, 245)
    inside = cv2.resize(cv2.erode(sheet.page, np.ones((9, 9), np.uint8)), (w, h)) > 127
    dark[~inside] = 0
    half = (w // 2, h // 2)
    turn = cv2.getRotationMatrix2D((half[0] / 2, half[1] / 2), -tilt, 1.0)

    def level(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(cv2.warpAffine(halved(mask), turn, half), np.uint8)

    x, y, pw, ph = cv2.boundingRect(level(inside.astype(np.uint8)))
    if min(pw, ph) == 0:
        return NOTHING
    part = np.s_[y : y + ph, x : x + pw]
    factor = LONG_SIDE / max(pw, ph)
    size = (max(1, round(pw * factor)), max(1, round(ph * factor)))
    veil = cv2.dilate(hidden.astype(np.uint8), np.ones((9, 9), np.uint8))
    seen = cv2.resize(np.minimum(level(dark), HIDDEN - 1)[part], size, interpolation=cv2.INTER_AREA)
    seen[cv2.resize(level(np.asarray(veil))[part], size, interpolation=cv2.INTER_NEAREST) > 0] = HIDDEN
    return np.asarray(seen, np.uint8)


def packed(one: Image) -> bytes:
    """Return a fingerprint as the bytes that it is kept as: PNG, some 50 kB."""
    return cv2.imencode(".png", one)[1].tobytes()


def unpacked(data: bytes) -> Image | None:
    """Return a fingerprint from its bytes; None where they are damaged."""
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    return np.asarray(found, np.uint8) if found is not None else None


def likeness(one: Image, other: Image, least: float = -1.0) -> float:
    """Return how alike two sheets are where they are least alike, in [-1, 1]; 0 for sheets of other proportions.

    Ink that lies on one of them alone counts as unlike. Nothing exact is asked of what stays below *least*: -1. Where
    one may be cut off on one side of a picture, the part that both show is compared.
    """
    h, w = one.shape
    if min(h, w, *other.shape) < 2 * _TILE:
        return 0.0
    narrower = float(np.log(w / h * other.shape[0] / other.shape[1]))
    found = _whole(one, other, least) if abs(narrower) <= _AS_WIDE else 0.0
    if found >= max(least, SAME_SHEET) or not _LEAST_CUT <= abs(narrower) <= _MOST_CUT:
        return found
    # either the wider one is cut above or below, and both are equally wide, or the other at a side: equally high
    return max(found, *(_part(one, other, factor, least) for factor in (w / other.shape[1], h / other.shape[0])))


def _whole(one: Image, other: Image, least: float) -> float:
    """Return how alike two sheets are that are both whole."""
    h, w = one.shape
    first, first_veil = _seen(one, (w, h))
    second, second_veil = _seen(other, (w, h))
    (dx, dy), _ = cv2.phaseCorrelate(first, second, np.asarray(cv2.createHanningWindow((w, h), cv2.CV_32F)))
    back = np.array([[1, 0, -dx], [0, 1, -dy]], np.float64)
    second = np.asarray(cv2.warpAffine(second, back, (w, h)), np.float32)
    second_veil = np.asarray(cv2.warpAffine(second_veil, back, (w, h)), np.float32)
    return _worst(_tiles(first, second, np.maximum(first_veil, second_veil), least))


def _part(one: Image, other: Image, factor: float, least: float) -> float:
    """Return how alike two sheets are in the part that both show, *other* scaled by *factor*; both want much of it."""
    h, w = one.shape
    size = (max(1, round(other.shape[1] * factor)), max(1, round(other.shape[0] * factor)))
    first, first_veil = _seen(one, (w, h))
    second, second_veil = _seen(other, size)
    # the middle of the smaller frame is looked for in the other one, which goes on a little beyond its edge
    core_w, core_h = min(w, size[0]) - 2 * _EDGE, min(h, size[1]) - 2 * _EDGE
    if min(core_w, core_h) < 2 * _TILE:
        return 0.0
    inner, outer = (second, first) if size[0] * size[1] < w * h else (first, second)
    y, x = (inner.shape[0] - core_h) // 2, (inner.shape[1] - core_w) // 2
    around = cv2.copyMakeBorder(outer, _EDGE, _EDGE, _EDGE, _EDGE, cv2.BORDER_CONSTANT, value=0)
    core = inner[y : y + core_h, x : x + core_w]
    _, _, _, (at_x, at_y) = cv2.minMaxLoc(cv2.matchTemplate(around, core, cv2.TM_CCOEFF_NORMED))
    dx, dy = at_x - _EDGE - x, at_y - _EDGE - y
    if inner is first:
        dx, dy = -dx, -dy
    move = np.array([[1, 0, dx], [0, 1, dy]], np.float64)
    lost = np.asarray(cv2.warpAffine(second_veil, move, (w, h), borderValue=1), np.float32)
    second = np.asarray(cv2.warpAffine(second, move, (w, h)), np.float32)
    return _worst(_tiles(first, second, np.maximum(first_veil, lost), least))


def _worst(scores: list[float] | None) -> float:
    """Return how alike the places are that are least alike, but for the share that may differ."""
    if scores is None:
        return -1.0
    return float(np.quantile(scores, _WORST)) if len(scores) >= _LEAST_TILES else 0.0


def _seen(one: Image, size: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the ink in a frame of *size*, softened, and 1 where it is hidden."""
    veil = (one == HIDDEN).astype(np.float32)
    ink = np.where(one == HIDDEN, 0, one).astype(np.float32)
    ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    veil = np.asarray(cv2.resize(veil, size, interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.8), np.float32), veil


def _tiles(
    first: NDArray[np.float32], second: NDArray[np.float32], veil: NDArray[np.float32], least: float
) -> list[float] | None:
    """Return how alike the inked places are; None once too many lie below *least* for the worst share to reach it."""
    h, w = first.shape
    inked = []
    for y in range(_SLACK, h - _TILE - _SLACK + 1, _TILE):
        for x in range(_SLACK, w - _TILE - _SLACK + 1, _TILE):
            wide = np.s_[y - _SLACK : y + _TILE + _SLACK, x - _SLACK : x + _TILE + _SLACK]
            piece = first[y : y + _TILE, x : x + _TILE]
            if piece.std() > _INKED and not veil[wide].any():
                inked.append((piece, second[wide]))
    scores: list[float] = []
    bearable = int(_WORST * len(inked)) + 2
    for piece, around in inked:
        alike = around.std() > _INKED
        scores.append(float(cv2.matchTemplate(around, piece, cv2.TM_CCOEFF_NORMED).max()) if alike else 0.0)
        bearable -= scores[-1] < least
        if bearable < 0:
            return None
    return scores

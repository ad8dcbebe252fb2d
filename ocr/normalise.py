"""What the line reader sees of a crop: the ink alone, of one height, on even paper.

The same steps before training and before reading. In: grey or BGR, dark ink on lighter paper, any size. Out:
32-bit floats of shape (:data:`HEIGHT`, w), paper 0 and full ink 1, in the crop's own proportions.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.images import grey
from records.ports import Image

HEIGHT = 48
"""Rows of the network's input."""
FRAME = 4
"""Columns to a frame of the network's output; widths are multiples of it."""
LEAST_WIDTH, MOST_WIDTH = 32, 3200
"""Narrower crops are set on more paper, wider ones squeezed."""
_WORK = 72
"""Rows at which light and paper are judged: enough for strokes, cheap."""

Ink = NDArray[np.float32]
"""Shape (rows, columns), paper 0, ink 1."""


def even_light(image: Image) -> Image:
    """Return *image* (grey, uint8) with its paper at 255 everywhere: divided by its own background.

    The background is what remains when everything thinner than a third of the height is closed.
    """
    h, w = image.shape
    step = max(1, round(h / 24))
    small = cv2.resize(image, (max(1, w // step), max(1, h // step)), interpolation=cv2.INTER_AREA)
    reach = max(3, small.shape[0] // 3 | 1)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), reach / 3)
    wide = cv2.resize(paper, (w, h), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(image, np.maximum(wide, 1), scale=255), np.uint8)


def _ink(image: Image) -> Ink:
    """Return how much ink lies on each pixel, by the paper's and the ink's own levels."""
    level, mask = cv2.threshold(image, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    inked = mask.astype(bool)
    if not inked.any() or inked.all():
        return np.zeros(image.shape, np.float32)
    paper = max(float(np.percentile(image[~inked], 40)), level + 1.0)
    dark = float(np.percentile(image[inked], 25))
    if paper - dark < 12:
        return np.zeros(image.shape, np.float32)
    return np.asarray(np.clip((paper - image.astype(np.float32)) / (paper - dark), 0, 1), np.float32)


def coverage(image: Image) -> Image:
    """Return how much ink lies on each pixel of a crop, 0 to 255, its paper even."""
    return np.asarray(np.round(255 * _ink(even_light(grey(image)))), np.uint8)


def at_height(ink: Ink) -> Ink:
    """Return clean *ink*, cut to its ink, scaled to the reader's height, whole frames wide."""
    wide = max(FRAME * 4, round(ink.shape[1] * HEIGHT / ink.shape[0] / FRAME) * FRAME)
    return np.asarray(cv2.resize(ink, (wide, HEIGHT), interpolation=cv2.INTER_AREA), np.float32)


def _span(profile: NDArray[np.floating], least: float) -> tuple[int, int]:
    """Return [first, end) of what has at least *least* ink, or (0, 0)."""
    there = np.flatnonzero(profile >= least)
    return (int(there[0]), int(there[-1]) + 1) if len(there) else (0, 0)


def normalise(image: Image) -> Ink:
    """Return the reader's view of a crop; shape (HEIGHT, 0) where there is no ink at all."""
    plain = grey(image)
    h, w = plain.shape
    if h > _WORK:
        scale = _WORK / h
        plain = cv2.resize(plain, (max(1, round(w * scale)), _WORK), interpolation=cv2.INTER_AREA).astype(np.uint8)
    ink = _ink(even_light(plain))
    dense = ink > 0.4
    top, bottom = _span(dense.sum(axis=1), 2)
    left, right = _span(dense.sum(axis=0), 1)
    if bottom - top < 4 or right - left < 2:
        return np.zeros((HEIGHT, 0), np.float32)
    pad = max(1, round((bottom - top) * 0.06))
    top, bottom = max(0, top - pad), min(ink.shape[0], bottom + pad)
    left, right = max(0, left - 2 * pad), min(ink.shape[1], right + 2 * pad)
    cut = ink[top:bottom, left:right]
    wide = round(cut.shape[1] * HEIGHT / cut.shape[0])
    wide = min(max(wide, FRAME), MOST_WIDTH)
    shrinks = cut.shape[0] >= HEIGHT
    small = cv2.resize(cut, (wide, HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    room = max(LEAST_WIDTH, wide + -wide % FRAME)
    out = np.zeros((HEIGHT, room), np.float32)
    out[:, :wide] = np.clip(small, 0, 1)  # scaling rounds a little beyond
    return out

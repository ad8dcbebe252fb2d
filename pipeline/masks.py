"""Masks of a page, 255 where something is, and what is done by them: by OpenCV, where numpy takes ten times as long."""

import cv2
import numpy as np
from numpy.typing import NDArray

from records.ports import Image


def pixels(mask: Image) -> NDArray[np.int64]:
    """Return the places of all pixels of a *mask* that are not 0, in its flat (row by row) order."""
    return np.flatnonzero(np.not_equal(mask, 0))


def without(image: Image, mask: Image) -> Image:
    """Return *image* (a mask or grey levels) with 0 where *mask*, of 0 and 255 alone, is 255."""
    return np.asarray(cv2.subtract(image, mask), np.uint8)


def painted_over(image: Image, mask: Image, level: int) -> Image:
    """Return a grey *image* painted over with *level* where the *mask* is 255."""
    return np.asarray(cv2.bitwise_or(without(image, mask), mask & np.uint8(level)), np.uint8)


_BESIDE = 3
"""Rows beside a stretch that are handed back with it, so that stretches of other rows do not come to lie beside it."""


def stretches(mask: Image, length: int) -> tuple[NDArray[np.int64], Image]:
    """Return the *mask* opened by a level line of *length* pixels: (rows, their pixels); all other rows have none.

    Of most pages a tenth of the rows has any, which saves most of the time. At its ends a row goes on as it begins.
    """
    width = mask.shape[1]
    few = (length // 2 - 14) // 8  # so many words of eight pixels it fills wherever it begins, or half of it at an end
    rows = np.arange(len(mask))
    if few > 0 and width >= length:
        full = np.ascontiguousarray(mask[:, : width - width % 8]).view(np.uint64) == np.iinfo(np.uint64).max
        for _ in range(few - 1):
            full = full[:, 1:] & full[:, :-1]
        held = np.asarray(full.any(axis=1, keepdims=True), np.uint8)
        rows = np.flatnonzero(cv2.dilate(held, np.ones((2 * _BESIDE + 1, 1), np.uint8)))
    if not rows.size or not width:
        return rows[:0], np.zeros((0, width), np.uint8)
    part = mask if len(rows) == len(mask) else mask[rows]
    return rows, np.asarray(cv2.morphologyEx(part, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)), np.uint8)

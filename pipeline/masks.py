"""Masks of a page, 255 where something is, and what is done by them: by OpenCV, where numpy takes ten times as long."""

import cv2
import numpy as np
from numpy.typing import NDArray

from records.ports import Image


def pixels(mask: Image) -> NDArray[np.int64]:
    """Return the places of all pixels of a *mask* that are not 0, in its flat (row by row) order."""
    return np.flatnonzero(np.not_equal(mask, 0))


def without(mask: Image, other: Image) -> Image:
    """Return what is in *mask* and not in *other*."""
    return np.asarray(cv2.bitwise_and(mask, cv2.bitwise_not(other)), np.uint8)


def covered(image: Image, mask: Image, level: int) -> Image:
    """Return a grey *image* painted over with *level* where the *mask* is 255."""
    return np.asarray(cv2.bitwise_or(without(image, mask), mask & np.uint8(level)), np.uint8)

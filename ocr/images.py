"""What every line reader does to a crop first: grey, upright polarity, natural paper, no empty crops."""

from pathlib import Path

import cv2
import numpy as np

from records.ports import Image

MIN_INK = 0.0015
"""Share of dark pixels under which a crop counts as empty."""
_ENOUGH = 40
"""Rows that tell whether there is ink at all; of higher crops every other row and column is looked at, or fewer."""
MAX_WIDTH = 20_000
"""Widest crop that is read, in pixels; anything wider is no line."""


def grey(image: Image) -> Image:
    """Return *image* as grey (h, w)."""
    if image.ndim == 2:
        return image
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def opened(path: Path) -> Image | None:
    """Return the picture in the file *path* as grey, or None where it cannot be opened."""
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return None if image is None else np.asarray(image, np.uint8)


def unreadable(image: Image) -> str | None:
    """Return the reason (a catalogue code) why a crop holds no line at all, or None."""
    if image.ndim not in (2, 3) or image.shape[0] < 8 or image.shape[1] < 8:
        return "CROP_TOO_SMALL"
    if image.shape[1] > MAX_WIDTH:
        return "CROP_TOO_WIDE"
    step = max(1, min(image.shape[:2]) // _ENOUGH)
    g = grey(np.ascontiguousarray(image[::step, ::step]))
    if int(g.max()) - int(g.min()) < 24:
        return "CROP_EMPTY"
    threshold, ink = cv2.threshold(g, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if float(ink.mean()) < MIN_INK:
        return "CROP_EMPTY"
    paper, dark = float(np.median(g[g > threshold])), float(np.median(g[g <= threshold]))
    if paper - dark < 16:
        return "CROP_EMPTY"
    return None

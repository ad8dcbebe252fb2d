"""The words on the rim of a seal of office, laid straight: who pressed it stands there.

A seal is red, and black or blue is written across it; the picture shows its red alone, dark on white.
"""

import cv2
import numpy as np

from pipeline.seals import Seal
from records.ports import Image

BAND = (0.625, 0.89)
"""Where the words stand between the rings, in radii."""
AROUND = 120
"""Degrees to either side of the top over which they go."""
HIGH, WIDE = 40, 478
"""Pixels of the strip that is made of them, in their own proportions."""
OFF = 10
"""Pixels of the page beyond which a seal is not whole."""
FAINT, PALE = 6.0, 14.0
"""Redness up to which paper goes, and under which nothing is made as dark as fresh ink."""
_NEAR = np.arange(-8, 9, 2)
_TURNS = np.arange(120) * 2 * np.pi / 120


def rim(red: Image, seal: Seal) -> Image | None:
    """Return the words of a *seal* as a strip, grey; None where it is not wholly on the page.

    *red* as :func:`pipeline.prepare.redness` returns it, of the whole page.
    """
    height, width = red.shape
    box = seal.box
    if box.x < -OFF or box.y < -OFF or box.right > width + OFF or box.bottom > height + OFF:
        return None
    x, y, radius = _fitted(red, seal)
    angle = np.radians(np.linspace(-AROUND, AROUND, WIDE))
    away = np.linspace(BAND[1], BAND[0], HIGH)[:, None] * radius
    places = ((x + away * np.sin(angle)).astype(np.float32), (y - away * np.cos(angle)).astype(np.float32))
    words = cv2.remap(red, *places, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=0).astype(np.float32)
    around = cv2.GaussianBlur(cv2.dilate(words, np.ones((HIGH // 3, HIGH // 3), np.uint8)), (0, 0), HIGH / 3)
    level = 60 * words / np.maximum(around, PALE)  # it is pressed unevenly
    return np.asarray(255 - np.clip(4 * (level - FAINT), 0, 255), np.uint8)


def _fitted(red: Image, seal: Seal) -> tuple[float, float, float]:
    """Return middle and radius of the circle near the *seal*'s on which most red lies."""
    height, width = red.shape
    best = (-1.0, seal.x, seal.y, seal.radius)
    for dx in _NEAR:
        for dy in _NEAR:
            radii = seal.radius + _NEAR[:, None]
            px = np.rint(seal.x + dx + radii * np.sin(_TURNS)).astype(np.int64)
            py = np.rint(seal.y + dy - radii * np.cos(_TURNS)).astype(np.int64)
            inside = (px >= 0) & (py >= 0) & (px < width) & (py < height)
            ink = np.where(inside, red[np.clip(py, 0, height - 1), np.clip(px, 0, width - 1)], 0)
            sums = np.minimum(ink, 40).mean(axis=1)
            k = int(sums.argmax())
            best = max(best, (float(sums[k]), float(seal.x + dx), float(seal.y + dy), float(radii[k, 0])))
    return best[1:]

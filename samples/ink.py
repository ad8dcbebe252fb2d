"""Ink and where it lies: small patches of coverage that are multiplied onto a sheet."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from records.geometry import Box

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Ink:
    """A colour of ink: red, green and blue as paper under full coverage would show them."""

    name: str
    rgb: tuple[int, int, int]
    grain: float = 0.5
    """Unevenness: ballpoint 1, gel 0.4, printing ink 0.2."""


BLUE_BLACK = Ink("blue-black", (34, 40, 82), 0.5)
BLUE = Ink("blue", (32, 58, 156), 0.9)
DARK_BLUE = Ink("dark blue", (26, 38, 116), 0.8)
VIOLET = Ink("violet", (84, 44, 132), 0.5)
BLACK = Ink("black", (36, 34, 38), 0.7)
PENS = (BLUE_BLACK, BLUE, DARK_BLUE, BLUE, VIOLET, BLACK)
SEAL_RED = Ink("seal red", (206, 38, 48), 0.6)
RED_PENS = (Ink("red", (196, 30, 52), 0.9), Ink("dark red", (168, 26, 44), 0.6), Ink("light red", (222, 62, 70), 0.8))
PRINTER = Ink("printer", (30, 30, 32), 0.2)


@dataclass(frozen=True, slots=True)
class Patch:
    """Coverage 0..255 of one ink, with the page pixel of its top left corner."""

    alpha: Pixels
    x: int
    y: int
    ink: Ink

    @classmethod
    def empty(cls, x: float, y: float, ink: Ink) -> Self:
        """Return a patch without ink at (*x*, *y*)."""
        return cls(np.zeros((1, 1), np.uint8), round(x), round(y), ink)

    def box(self, threshold: int = 60) -> Box | None:
        """Return the upright box around the ink in page pixels, or None where there is none."""
        there = self.alpha > threshold
        rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
        if not len(rows):
            return None
        x0, x1, y0, y1 = int(columns[0]), int(columns[-1]) + 1, int(rows[0]), int(rows[-1]) + 1
        return Box(self.x + x0, self.y + y0, x1 - x0, y1 - y0)

    def outline(self, threshold: int = 60) -> NDArray[np.float32]:
        """Return points around the ink, page pixels, shape (n, 2): what is carried through a bent page."""
        there = self.alpha > threshold
        step = max(1, there.shape[1] // 40)
        points = []
        for begin in range(0, there.shape[1], step):
            strip = there[:, begin : begin + step]
            rows, columns = np.flatnonzero(strip.any(axis=1)), np.flatnonzero(strip.any(axis=0))
            if len(rows):
                for column in (columns[0], columns[-1] + 1):
                    points += [(begin + column, rows[0]), (begin + column, rows[-1] + 1)]
        if not points:
            return np.empty((0, 2), np.float32)
        return np.asarray(points, np.float32) + np.asarray([self.x, self.y], np.float32)


class Sheet:
    """What the paper lets through: 255 white, per channel; ink only ever takes light away. Shape (h, w, 3), RGB."""

    def __init__(self, width: int, height: int) -> None:
        self.pixels: Pixels = np.full((height, width, 3), 255, np.uint8)

    def lay(self, patch: Patch, strength: float = 1.0) -> None:
        """Multiply *patch* onto the sheet; what lies outside is cut off."""
        h, w = patch.alpha.shape
        x0, y0 = max(patch.x, 0), max(patch.y, 0)
        x1, y1 = min(patch.x + w, self.pixels.shape[1]), min(patch.y + h, self.pixels.shape[0])
        if x0 >= x1 or y0 >= y1:
            return
        cover = patch.alpha[y0 - patch.y : y1 - patch.y, x0 - patch.x : x1 - patch.x].astype(np.float32)
        window = self.pixels[y0:y1, x0:x1]
        for channel, tone in enumerate(patch.ink.rgb):
            let = 1 - cover * np.float32(strength * (1 - tone / 255) / 255)
            window[:, :, channel] = (window[:, :, channel] * let + 0.5).astype(np.uint8)

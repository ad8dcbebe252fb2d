"""The printing house: type, dots and rules on a form. Frame: millimetres from the top left of the sheet."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from records.geometry import Box
from samples import fonts
from samples.ink import Pixels

PT = 25.4 / 72
"""Millimetres in a typographic point."""


@dataclass(frozen=True, slots=True)
class Type:
    """A size and a cut of the form's typeface."""

    size: float
    """Points."""
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Where a line of a value may be written: from *x*, on *baseline*, for *width* (millimetres)."""

    x: float
    baseline: float
    width: float


@dataclass(frozen=True, slots=True)
class Slot:
    """The room for one value: its lines, and the area that is its own when nothing is written."""

    column: str
    lines: tuple[Line, ...]
    area: Box


@cache
def _face(name: str, pixels: float) -> ImageFont.FreeTypeFont:
    # The basic layout needs no library that a machine may lack: the same form everywhere.
    return ImageFont.truetype(str(fonts.path(name)), pixels, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _length(name: str, pixels: float, text: str) -> float:
    return _face(name, pixels).getlength(text)


class Press:
    """Prints on one sheet. *dry* measures only, to find the spacing that fills a page."""

    def __init__(self, width: float, height: float, dpi: float, face: str, *, dry: bool = False) -> None:
        self.width, self.height, self.dpi, self.face, self.dry = width, height, dpi, face, dry
        size = (1, 1) if dry else (round(width * dpi / 25.4), round(height * dpi / 25.4))
        self._image = Image.new("L", size, 0)
        self._draw = ImageDraw.Draw(self._image)

    def coverage(self) -> Pixels:
        """Return what has been printed, 0 (paper) to 255 (ink)."""
        return np.asarray(self._image).copy()

    def px(self, mm: float) -> float:
        """Millimetres to pixels."""
        return mm * self.dpi / 25.4

    def _type(self, cut: Type) -> ImageFont.FreeTypeFont:
        name = self.face + ("-bold" if cut.bold else "") + ("-italic" if cut.italic else "")
        return _face(name, round(self.px(cut.size * PT), 2))

    def measure(self, text: str, cut: Type) -> float:
        """Return the width of *text*."""
        name = self.face + ("-bold" if cut.bold else "") + ("-italic" if cut.italic else "")
        return _length(name, round(self.px(cut.size * PT), 2), text) * 25.4 / self.dpi

    def text(self, x: float, baseline: float, text: str, cut: Type, *, align: str = "l", tone: int = 255) -> float:
        """Set *text* at *x* (``l`` left, ``m`` middle, ``r`` right); return the right end."""
        width = self.measure(text, cut)
        left = x - {"l": 0.0, "m": width / 2, "r": width}[align]
        if not self.dry:
            self._draw.text((self.px(left), self.px(baseline)), text, fill=tone, font=self._type(cut), anchor="ls")
        return left + width

    def wrapped(self, text: str, cut: Type, width: float) -> list[str]:
        """Break *text* into lines no wider than *width*."""
        lines = [""]
        for word in text.split(" "):
            grown = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.measure(grown, cut) > width:
                lines.append(word)
            else:
                lines[-1] = grown
        return lines

    def rule(self, x0: float, y0: float, x1: float, y1: float, thick: float = 0.25) -> None:
        """Draw a straight rule."""
        if self.dry:
            return
        width = max(1, round(self.px(thick)))
        left, top = round(self.px(min(x0, x1)) - width / 2), round(self.px(min(y0, y1)) - width / 2)
        right, low = round(self.px(abs(x1 - x0))) + width - 1, round(self.px(abs(y1 - y0))) + width - 1
        self._draw.rectangle([left, top, left + right, top + low], fill=235)

    def frame(self, box: Box, thick: float = 0.25) -> None:
        """Draw the four sides of *box*."""
        for x0, y0, x1, y1 in (
            (box.x, box.y, box.right, box.y),
            (box.x, box.bottom, box.right, box.bottom),
            (box.x, box.y, box.x, box.bottom),
            (box.right, box.y, box.right, box.bottom),
        ):
            self.rule(x0, y0, x1, y1, thick)

    def leader(self, x0: float, x1: float, baseline: float, kind: str, size: float) -> None:
        """Fill from *x0* to *x1* with ``dots``, ``fine dots``, ``dashes`` or a ``line``; ``none`` leaves it empty."""
        if self.dry or x1 <= x0 or kind == "none":
            return
        if kind == "line":
            self.rule(x0, baseline + 0.35, x1, baseline + 0.35, 0.18)
            return
        if kind == "dashes":
            at = x0
            while at + 1.2 <= x1:
                self.rule(at, baseline + 0.3, at + 1.2, baseline + 0.3, 0.2)
                at += 2.0
            return
        cut = Type(size if kind == "dots" else size * 0.72)
        count = int((x1 - x0) / self.measure(".", cut))
        self.text(x0, baseline, "." * count, cut, tone=205)

"""Rectangular stamps with words that an office presses into a margin, in the red of its seal."""

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from records.text import nfc
from samples import fonts
from samples.ink import SEAL_RED, Patch, Pixels
from samples.marks import stamped
from samples.people import chance

_WORDS = (
    ("ĐÃ ĐĂNG KÝ", "KHAI TỬ"),
    ("ĐÃ CẤP TRÍCH LỤC",),
    ("ĐÃ CẤP", "BẢN SAO"),
    ("HỦY",),
    ("ĐÃ GHI CHÚ", "LY HÔN"),
    ("ĐÃ CẢI CHÍNH",),
)
"""What stamps say, line by line."""


def boxed_words(rng: np.random.Generator, dpi: float) -> tuple[str, Patch]:
    """Return what a stamp says and its impression, unevenly inked, its top left at (0, 0)."""
    lines = _WORDS[int(rng.integers(len(_WORDS)))]
    face = _face(lines, float(rng.uniform(3.0, 5.0)), dpi, framed=chance(rng, 0.85), double=chance(rng, 0.3))
    return nfc(" ".join(lines)), Patch(stamped(rng, face, float(rng.uniform(0, 0.8))), 0, 0, SEAL_RED)


def _face(lines: tuple[str, ...], size: float, dpi: float, *, framed: bool, double: bool) -> Pixels:
    """Return the clean face of a stamp with capitals *size* millimetres high, as coverage 0..255."""
    mm = dpi / 25.4
    font = ImageFont.truetype(str(fonts.path("arimo-bold")), size * mm / 0.72, layout_engine=ImageFont.Layout.BASIC)
    pitch, pad = 1.75 * size * mm, 2.2 * mm
    wide = round(max(font.getlength(line) for line in lines) + 2 * pad)
    high = round(pitch * len(lines) + pad)
    image = Image.new("L", (wide, high), 0)
    draw = ImageDraw.Draw(image)
    for k, line in enumerate(lines):
        draw.text((wide / 2, pitch * (k + 0.92)), line, fill=255, font=font, anchor="ms")
    plate = np.asarray(image, np.uint8).copy()
    for inset in (0.3, 1.1)[: int(framed) + int(framed and double)]:
        a = round(inset * mm)
        cv2.rectangle(plate, (a, a), (wide - 1 - a, high - 1 - a), 255, max(1, round(0.45 * mm)))
    return plate

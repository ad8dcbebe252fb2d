"""What is not text but lies on a page: seals, signatures, ticks, strokes through a wrong word.

The seals name an office that does not act and say *BẢN MẪU* (specimen), so that nobody mistakes one for an
impression of a real seal.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from records.geometry import Box
from samples import fonts
from samples.ink import SEAL_RED, Ink, Patch, Pixels
from samples.shaping import f32, shape

_FINE = 2


def seal(ward: str, dpi: float) -> Pixels:
    """Return a clean round seal of 36 mm with rings, words on the circle and a star, as coverage 0..255."""
    mm = dpi / 25.4 * _FINE
    side = round(38 * mm)
    plate = np.zeros((side, side), np.uint8)
    middle = (side / 2, side / 2)
    centre = (round(middle[0] * 16), round(middle[1] * 16))
    for radius, thick in ((17.8, 0.7), (16.6, 0.25), (10.6, 0.3)):
        cv2.circle(plate, centre, round(radius * mm * 16), 255, max(1, round(thick * mm)), cv2.LINE_AA, 4)
    _on_circle(plate, f"U.B.N.D PHƯỜNG {ward.upper()}", middle, 12.0 * mm, 2.75 * mm, top=True)
    _on_circle(plate, "BẢN MẪU", middle, 14.6 * mm, 2.6 * mm, top=False)
    for k, text in enumerate(("SỔ", "HỘ TỊCH")):
        _straight(plate, text, (middle[0], middle[1] + (3.4 + 3.2 * k) * mm), 2.5 * mm)
    turns = np.arange(10) * np.pi / 5 - np.pi / 2
    radii = np.where(np.arange(10) % 2 == 0, 4.0, 1.6) * mm
    star = np.stack([middle[0] + radii * np.cos(turns), middle[1] - 3.6 * mm + radii * np.sin(turns)], axis=1)
    cv2.fillPoly(plate, [np.round(star * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(cv2.resize(plate, (side // _FINE, side // _FINE), interpolation=cv2.INTER_AREA), np.uint8)


def _stamp_glyphs(plate: Pixels, text: str, place: NDArray[np.float32], size: float, turn: float) -> None:
    for glyph in shape(fonts.path("arimo-bold"), text):
        frame = f32([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        for outline, filled in glyph.outlines:
            points = (outline * np.float32(size) - f32([glyph.advance * size / 2, 0])) @ frame + place
            cv2.fillPoly(plate, [np.round(points * 16).astype(np.int32)], 255 if filled else 0, cv2.LINE_AA, 4)


def _on_circle(plate: Pixels, text: str, middle: tuple[float, float], radius: float, size: float, *, top: bool) -> None:
    """Set *text* along a circle, its feet inward (*top*) or outward."""
    font = fonts.path("arimo-bold")
    widths = [sum(g.advance for g in shape(font, c)) * size * 1.05 for c in text]
    angle = -sum(widths) / 2 / radius
    for character, width in zip(text, widths, strict=True):
        here = angle + width / 2 / radius
        turn = here if top else -here
        reach = radius if top else -radius
        place = f32([middle[0] + reach * np.sin(turn), middle[1] - reach * np.cos(turn)])
        if not top:
            place = f32([middle[0] + radius * np.sin(here), middle[1] + radius * np.cos(here)])
        _stamp_glyphs(plate, character, place, size, turn)
        angle += width / radius


def _straight(plate: Pixels, text: str, foot: tuple[float, float], size: float) -> None:
    font = fonts.path("arimo-bold")
    widths = [sum(g.advance for g in shape(font, c)) * size for c in text]
    x = foot[0] - sum(widths) / 2
    for character, width in zip(text, widths, strict=True):
        _stamp_glyphs(plate, character, f32([x + width / 2, foot[1]]), size, 0.0)
        x += width


def pressed(rng: np.random.Generator, clean: Pixels, x: float, y: float, *, wear: float, turn: float) -> Patch:
    """Press a seal with its middle at (*x*, *y*) pixels: turned, unevenly inked; *wear* 0 (fresh) to 1 (dry)."""
    side = clean.shape[0]
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), np.degrees(turn), 1.0)
    face = np.asarray(cv2.warpAffine(clean, matrix, (side, side), flags=cv2.INTER_LINEAR), np.uint8)
    return Patch(stamped(rng, face, wear), round(x - side / 2), round(y - side / 2), SEAL_RED)


def stamped(rng: np.random.Generator, face: Pixels, wear: float) -> Pixels:
    """Return the coverage that the *face* of a stamp leaves: unevenly inked; *wear* 0 (fresh) to 1 (dry)."""
    height, width = face.shape
    cloud = cv2.resize(rng.normal(size=(6, 6)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    grain = cv2.GaussianBlur(rng.random((height, width), dtype=np.float32), (0, 0), 0.8)
    grain = (grain - 0.5) * 3.4
    cover = np.clip(0.72 + 0.16 * cloud - 0.25 * wear + (0.3 + 0.5 * wear) * grain, 0.03, 0.95)
    return np.asarray(np.clip(cv2.GaussianBlur(face.astype(np.float32), (0, 0), 0.7) * cover, 0, 255), np.uint8)


def stroke(points: NDArray[np.float32], width: float, ink: Ink, strength: float = 0.9) -> Patch:
    """Draw a pen line through *points* (pixels), *width* pixels wide, thinner where the pen is fast."""
    pad = int(width * 2 + 3)
    left, top = np.floor(points.min(axis=0)).astype(int) - pad
    right, bottom = np.ceil(points.max(axis=0)).astype(int) + pad
    plate = np.zeros((max(1, (bottom - top)) * _FINE, max(1, (right - left)) * _FINE), np.uint8)
    fine = (points - f32([left, top])) * _FINE
    speed = np.linalg.norm(np.diff(fine, axis=0), axis=1)
    slow = np.clip(1.25 - 0.35 * speed / (speed.mean() + 1e-6), 0.55, 1.3)
    for a, b, share in zip(fine[:-1], fine[1:], slow, strict=True):
        thick = max(1, round(float(width * _FINE * share)))
        start, end = np.round(a * 16).astype(int), np.round(b * 16).astype(int)
        cv2.line(plate, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), 255, thick, cv2.LINE_AA, 4)
    small = cv2.resize(plate, (plate.shape[1] // _FINE, plate.shape[0] // _FINE), interpolation=cv2.INTER_AREA)
    return Patch((small * strength).astype(np.uint8), int(left), int(top), ink)


def _smooth(knots: NDArray[np.float32], steps: int = 9) -> NDArray[np.float32]:
    """Return a Catmull-Rom curve through *knots*."""
    padded = np.concatenate([knots[:1], knots, knots[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[:, None]
    out = []
    for p0, p1, p2, p3 in zip(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], strict=True):
        out.append(
            0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
        )
    return np.concatenate(out).astype(np.float32)


def signature(rng: np.random.Generator, room: Box, pen: float, ink: Ink) -> list[Patch]:
    """Scribble a signature into *room* (pixels): loops that run to the right, and a flourish under them."""
    wide, high = room.w * rng.uniform(0.4, 0.75), room.h * rng.uniform(0.55, 0.95)
    x0, y0 = room.x + (room.w - wide) * rng.uniform(0.2, 0.8), room.y + room.h * rng.uniform(0.4, 0.6)
    if rng.random() < 0.5:
        knots = _loops(rng, x0, y0, wide, high)
    else:
        count = int(rng.integers(9, 19))
        along = np.linspace(0, 1, count) ** rng.uniform(0.8, 1.4)
        swing = np.where(np.arange(count) % 2 == 0, -1.0, 1.0) * rng.uniform(0.12, 0.5, count) * (1.2 - 0.9 * along)
        swing[int(rng.integers(0, 3))] -= rng.uniform(0.2, 0.5)  # one tall letter at the beginning
        back = rng.uniform(-0.12, 0.06, count) * rng.choice([0.4, 1.0, 1.6])
        knots = f32(np.stack([x0 + wide * (along + back), y0 + high * swing], axis=1))
    out = [stroke(_smooth(knots), pen, ink, 0.88)]
    if rng.random() < 0.6:
        lift = y0 + high * rng.uniform(0.3, 0.6)
        tail = f32([[x0 + wide * 1.05, y0], [x0 + wide * 0.6, lift], [x0 - wide * 0.05, lift + high * 0.05]])
        tail = np.concatenate([tail, f32([[x0 + wide * 1.2, lift - high * rng.uniform(0.1, 0.45)]])])
        out.append(stroke(_smooth(tail, 14), pen * 0.9, ink, 0.85))
    return out


def _loops(rng: np.random.Generator, x0: float, y0: float, wide: float, high: float) -> NDArray[np.float32]:
    """Return the knots of a run of loops that flattens out to the right."""
    count = int(rng.integers(3, 7))
    t = np.linspace(0, count, count * 8)
    along = t / count
    heights = np.interp(t, np.arange(count + 1), rng.uniform(0.15, 0.5, count + 1)) * (1.15 - 0.8 * along)
    heights[:6] *= rng.uniform(1.2, 2.0)
    reach = wide / count * rng.uniform(0.35, 0.75)
    slant = rng.uniform(0.0, 0.6)
    up = heights * high * np.sin(2 * np.pi * t)
    across = x0 + wide * along + reach * np.cos(2 * np.pi * t) * (1 - 0.6 * along) + slant * up
    return f32(np.stack([across, y0 - up], axis=1))


def struck(rng: np.random.Generator, box: Box, pen: float, ink: Ink) -> list[Patch]:
    """Strike out what stands in *box* with one or two strokes."""
    out = []
    for k in range(int(rng.integers(1, 3))):
        y = box.y + box.h * (0.52 + 0.16 * k) + rng.normal(0, box.h * 0.04)
        x = np.linspace(box.x - pen * rng.uniform(0.5, 3), box.right + pen * rng.uniform(0.5, 3), 8)
        wave = np.cumsum(rng.normal(0, box.h * 0.02, 8)) + (x - x[0]) * rng.normal(0, 0.008)
        out.append(stroke(_smooth(np.stack([x, y + wave], axis=1).astype(np.float32)), pen, ink))
    return out


def tick(rng: np.random.Generator, square: Box, pen: float, ink: Ink) -> list[Patch]:
    """Tick a check box (pixels): a cross or a hook, not always inside."""

    def spot(x: float, y: float) -> NDArray[np.float64]:
        return np.array([square.x + x * square.w, square.y + y * square.h]) + rng.normal(0, square.w * 0.09, 2)

    if rng.random() < 0.5:
        lines = [[spot(0.0, 0.02), spot(0.5, 0.55), spot(1.0, 1.0)], [spot(1.05, 0), spot(0.5, 0.5), spot(0, 1.0)]]
    else:
        lines = [[spot(0.0, 0.45), spot(0.38, 0.98), spot(0.7, 0.4), spot(1.3, -0.45)]]
    return [stroke(_smooth(f32(line)), pen, ink) for line in lines]

"""A writer's hand, and text written in it: letters as outlines, bent, spaced and inked as one person would.

Frame: page pixels. Everything that varies is drawn from the generator given, so the same generator state gives
the same ink.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from samples import fonts
from samples.ink import Ink, Patch
from samples.shaping import Placed, f32, shape, x_height

_FINE = 3
"""Supersampling: ink is drawn at this multiple of the page's resolution."""


@dataclass(frozen=True, slots=True)
class Hand:
    """How one person writes, on one sort of day. Lengths in millimetres unless said otherwise."""

    font: str
    ink: Ink
    x_height: float
    slant: float
    """Shear added to the font's own slant; 0.1 leans right by a tenth of the height."""
    tracking: float
    """Added to each advance, in ems; 0 for joined hands."""
    word_gap: float
    """Multiplies the space between words."""
    pen: float
    """Width of the stroke."""
    wander: float
    """How far the baseline drifts up and down along a line."""
    tremor: float
    """Irregularity of single letters, 0 (print) to about 1 (shaky)."""
    rise: float
    """Baseline above the printed dots (negative: below)."""
    tilt: float
    """Slope of a line, in radians; positive climbs."""
    pressure: float
    """How much the stroke's width and darkness vary, 0 to 1."""

    @property
    def capitals(self) -> bool:
        """Whether this person may write a name in capitals."""
        return self.font in _TYPED or fonts.hand_font(self.font).capitals

    @property
    def joined(self) -> bool:
        """Whether letters join."""
        return self.font not in _TYPED and fonts.hand_font(self.font).joined


_TYPED = frozenset((*fonts.MORE_PRINTED, *fonts.MEASURED_TYPES))


def draw_hand(rng: np.random.Generator, font: str, ink: Ink, *, leading: float, wildness: float) -> Hand:
    """Return a person who writes in *font* between lines *leading* mm apart; *wildness* 0 (copybook) to 1."""
    kind = fonts.hand_font(font)
    return Hand(
        font=font,
        ink=ink,
        x_height=min(leading * rng.uniform(0.235, 0.29), 2.5) * kind.size,
        slant=float(rng.normal(0.02, 0.06 + 0.06 * wildness)),
        tracking=0.0 if kind.joined else float(rng.normal(0.0, 0.012)),
        word_gap=float(rng.uniform(0.95, 1.45)),
        pen=float(rng.uniform(0.27, 0.42)),
        wander=float(rng.uniform(0.12, 0.3 + 0.4 * wildness)),
        tremor=float(rng.uniform(0.25, 0.5 + 0.5 * wildness)),
        rise=float(np.clip(rng.normal(0.6, 0.35), -0.1 - 0.5 * wildness, 1.3)),
        tilt=float(rng.normal(0.002, 0.003 + 0.003 * wildness)),
        pressure=float(rng.uniform(0.25, 0.6 + 0.4 * wildness)),
    )


def typed(ink: Ink, leading: float) -> Hand:
    """Return a printer in place of a person: values filled in by an office programme."""
    return Hand("tinos", ink, min(leading * 0.24, 1.75), 0, 0, 1, 0.26, 0, 0, 0.5, 0, 0)


@cache
def _stem(font: str) -> float:
    """Return the usual width of a stroke of *font*, in ems: area over half the outline's length."""
    area = length = 0.0
    for glyph in shape(fonts.path(font), "nhluo"):
        for outline, filled in glyph.outlines:
            area += (1 if filled else -1) * abs(float(cv2.contourArea(outline)))
            length += float(cv2.arcLength(outline, closed=True))
    return 2 * area / length


def measure(text: str, hand: Hand, dpi: float) -> float:
    """Return the width in pixels that *text* would take."""
    return _laid(text, hand)[1] * _em(hand, dpi)


def _em(hand: Hand, dpi: float) -> float:
    return hand.x_height * dpi / 25.4 / x_height(fonts.path(hand.font))


def _laid(text: str, hand: Hand) -> tuple[list[tuple[Placed, float]], float]:
    """Return the glyphs with their places along the line, and the line's length; unit em."""
    out, pen = [], 0.0
    for glyph in shape(fonts.path(hand.font), text):
        out.append((glyph, pen))
        gap = hand.word_gap if text[glyph.cluster] == " " else 1.0
        pen += glyph.advance * gap + hand.tracking
        if text[glyph.cluster : glyph.cluster + 2].strip(".-/0123456789") == "" and hand.font not in _TYPED:
            marks = sum(c in ".-/" for c in text[glyph.cluster : glyph.cluster + 2])
            pen += (0.0, 0.07, 0.0)[marks]  # kerned type hides a stop between figures; a writer gives it room
    return out, pen


def break_lines(text: str, hand: Hand, widths: tuple[float, ...], dpi: float) -> tuple[str, ...]:
    """Break *text* at spaces into at most ``len(widths)`` lines (pixels); what is too much stays on the last."""
    lines: list[str] = []
    for word in text.split(" "):
        grown = f"{lines[-1]} {word}" if lines else word
        room = widths[len(lines) - 1] if lines else widths[0]
        if not lines:
            lines.append(word)
        elif measure(grown, hand, dpi) <= room or len(lines) == len(widths):
            lines[-1] = grown
        else:
            lines.append(word)
    return tuple(lines)


def write(
    rng: np.random.Generator, text: str, hand: Hand, x: float, baseline: float, dpi: float, room: float | None = None
) -> Patch:
    """Write *text* from *x* on *baseline*; where *room* (pixels) is too narrow, squeeze and write smaller."""
    laid, length = _laid(text, hand)
    em, mm = _em(hand, dpi), dpi / 25.4
    squeeze = 1.0 if room is None or length * em <= room else room / (length * em)
    narrow, em = max(squeeze, squeeze**0.55), em * min(1.0, squeeze**0.45)
    contours, owners, solid = _bent(rng, laid, hand, em, narrow, mm)
    if not contours:
        return Patch.empty(x, baseline, hand.ink)
    points = np.concatenate(contours)
    pad = round(2 * mm)
    left, top = (int(v) - pad for v in np.floor(points.min(axis=0)))
    right, bottom = (int(v) + pad for v in np.ceil(points.max(axis=0)))
    mask = _filled(contours, owners, solid, (left, top), (right - left, bottom - top))
    alpha = _inked(rng, mask, hand, em, mm)
    return Patch(alpha, round(x) + left, round(baseline - hand.rise * mm) + top, hand.ink)


def _bent(
    rng: np.random.Generator, laid: list[tuple[Placed, float]], hand: Hand, em: float, narrow: float, mm: float
) -> tuple[list[NDArray[np.float32]], list[int], list[bool]]:
    """Return all contours in pixels about the pen's start, the glyph each belongs to, and whether it is solid."""
    contours: list[NDArray[np.float32]] = []
    owners: list[int] = []
    solid: list[bool] = []
    shaky = hand.tremor * (0.45 if hand.joined else 1.0)
    noise = rng.normal(size=(len(laid), 4)).astype(np.float32)
    drift = 0.0
    for i, (glyph, pen) in enumerate(laid):
        size = 1 + 0.035 * shaky * float(noise[i, 0])
        turn = 0.028 * shaky * float(noise[i, 1])
        lift = 0.016 * shaky * float(noise[i, 2]) * em
        drift += 0.008 * shaky * float(noise[i, 3]) if not hand.joined else 0.0
        origin = f32([(pen + glyph.x + drift) * em * narrow, glyph.y * em + lift])
        frame = f32([[size * em * narrow, -turn * em], [turn * em, size * em]])
        for outline, filled in glyph.outlines:
            contours.append((outline @ frame.T + origin).astype(np.float32))
            owners.append(i)
            solid.append(filled)
    if not contours:
        return contours, owners, solid
    joined = np.concatenate(contours)
    bent = _elastic(rng, joined, hand, mm)
    cuts = np.cumsum([len(c) for c in contours])[:-1]
    return list(np.split(bent, cuts)), owners, solid


def _elastic(rng: np.random.Generator, points: NDArray[np.float32], hand: Hand, mm: float) -> NDArray[np.float32]:
    """Shear to the hand's slant, tilt and wander the baseline, and bend letters by smooth waves."""
    x, y = points[:, 0], points[:, 1]
    out = np.empty_like(points)
    dx, dy = -hand.slant * y, -hand.tilt * x
    for length, share in ((55.0, 0.6), (21.0, 0.3), (9.0, 0.12)):
        phase = rng.uniform(0, 2 * np.pi)
        dy = dy + hand.wander * share * mm * np.sin(2 * np.pi * x / (length * rng.uniform(0.8, 1.25) * mm) + phase)
    for length, share in ((7.0, 0.10), (3.2, 0.055)):
        p, q, r = rng.uniform(0, 2 * np.pi, size=3)
        turn = 2 * np.pi / (length * mm)
        dx = dx + hand.tremor * share * mm * np.sin(turn * x * 0.7 + turn * y + p)
        dy = dy + hand.tremor * share * 0.8 * mm * np.sin(turn * x + q) * np.cos(turn * y * 0.6 + r)
    out[:, 0], out[:, 1] = x + dx, y + dy
    return out


def _filled(
    contours: list[NDArray[np.float32]],
    owners: list[int],
    solid: list[bool],
    corner: tuple[int, int],
    size: tuple[int, int],
) -> NDArray[np.uint8]:
    """Return the letters as a mask at the fine scale. Holes cut only their own glyph, never a neighbour."""
    mask = np.zeros((size[1] * _FINE, size[0] * _FINE), np.uint8)
    groups: dict[int, list[int]] = {}
    for k, owner in enumerate(owners):
        groups.setdefault(owner, []).append(k)
    for members in groups.values():
        shapes = [(contours[k] - f32(corner)) * _FINE for k in members]
        everything = np.concatenate(shapes)
        x0, y0 = (int(v) - 1 for v in np.floor(everything.min(axis=0)))
        x1, y1 = (int(v) + 2 for v in np.ceil(everything.max(axis=0)))
        part = np.zeros((y1 - y0, x1 - x0), np.uint8)
        for k, outline in zip(members, shapes, strict=True):
            fixed = np.round((outline - f32([x0, y0])) * 16).astype(np.int32)
            cv2.fillPoly(part, [fixed], 255 if solid[k] else 0, cv2.LINE_8, 4)
        window = mask[y0:y1, x0:x1]
        np.maximum(window, part[: window.shape[0], : window.shape[1]], out=window)
    return mask


def _inked(rng: np.random.Generator, mask: NDArray[np.uint8], hand: Hand, em: float, mm: float) -> NDArray[np.uint8]:
    """Give the letters the pen's width, uneven pressure and the grain of ink; return coverage 0..255 at page scale."""
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    outside = cv2.distanceTransform(255 - mask, cv2.DIST_L2, 3)
    stem = _stem(hand.font) * em
    grow = float(np.clip((hand.pen * mm - stem) / 2, -0.22 * stem, 0.6 * hand.pen * mm)) * _FINE
    h, w = mask.shape
    coarse = rng.normal(size=(4, max(4, round(w / _FINE / mm / 2.2)))).astype(np.float32)
    field = cv2.resize(coarse, (w, h), interpolation=cv2.INTER_CUBIC)
    width = grow + field * (0.075 * hand.pressure * hand.pen * mm * _FINE)
    coverage = np.clip(inside - outside + width + 0.5, 0, 1)
    small = cv2.resize(coverage, (w // _FINE, h // _FINE), interpolation=cv2.INTER_AREA)
    shade = cv2.resize(field, (w // _FINE, h // _FINE), interpolation=cv2.INTER_AREA)
    grain = rng.integers(0, 256, size=small.shape, dtype=np.uint8).astype(np.float32) / 255 - 0.5
    dark = np.clip(0.90 + 0.10 * hand.pressure * shade + 0.22 * hand.ink.grain * grain, 0.35, 1.0)
    return np.asarray(small * dark * 255 + 0.5, np.float32).astype(np.uint8)

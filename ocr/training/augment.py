"""From clean ink to a line as a scanner delivers it: bent, rubbed, ruled, stamped, faded, blurred, grained.

In: coverage of ink, floats of shape (rows, columns) in [0, 1], cut to its ink, about :data:`ROWS` high. Out: grey,
8 bit.
Everything that varies is drawn from the generator given.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from records.ports import Image

ROWS = 56
"""Height at which lines are kept and disturbed: a little over the network's own."""

Coverage = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Strength:
    """How much is done to a line; 1 is the usual."""

    bend: float = 1.0
    dirt: float = 1.0
    loss: float = 1.0
    """Ink that is gone where a rule was wiped out."""


def _chance(rng: np.random.Generator, share: float) -> bool:
    return bool(rng.random() < share)


def _smooth(rng: np.random.Generator, knots: int, length: int) -> NDArray[np.float32]:
    """Return a smooth random curve, about unit variance, shape (length,)."""
    points = rng.standard_normal((1, max(2, knots))).astype(np.float32)
    return np.asarray(cv2.resize(points, (length, 1), interpolation=cv2.INTER_CUBIC)[0], np.float32)


def _cloud(rng: np.random.Generator, rows: int, columns: int, shape: tuple[int, int]) -> NDArray[np.float32]:
    points = rng.standard_normal((rows, max(2, columns))).astype(np.float32)
    return np.asarray(cv2.resize(points, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def bend(rng: np.random.Generator, ink: Coverage, strength: float) -> Coverage:
    """Slant, turn, stretch and ripple a line; the sheet grows by what it needs."""
    h, w = ink.shape
    stretch = float(np.exp(np.clip(rng.normal(0, 0.13 * strength), -0.35, 0.35)))
    squash = float(np.exp(np.clip(rng.normal(0, 0.07 * strength), -0.2, 0.2)))
    side, over = round(0.3 * h), round(0.3 * h)
    wide, high = round(w * stretch) + 2 * side, round(h * squash) + 2 * over
    x = np.arange(wide, dtype=np.float32)[None, :]
    y = np.arange(high, dtype=np.float32)[:, None]
    slant = float(np.clip(rng.normal(0, 0.2 * strength), -0.5, 0.5))
    turn = float(np.clip(rng.normal(0, 0.008 * strength), -0.02, 0.02))
    turn = float(np.clip(turn, -0.2 * h / max(w, 1), 0.2 * h / max(w, 1)))
    speed = np.cumsum(_smooth(rng, wide // 90 + 2, wide)) * np.float32(0.05 * strength)
    speed = speed - np.linspace(0, float(speed[-1]), wide, dtype=np.float32)
    rise = _smooth(rng, wide // 130 + 2, wide) * np.float32(0.035 * h * strength)
    middle = np.float32(high / 2)
    from_x = (x - side + speed[None, :]) / np.float32(stretch) + slant * (y - middle)
    from_y = (y - over + rise[None, :]) / np.float32(squash) + turn * (x - wide / 2)
    if _chance(rng, 0.7):
        size = (high, wide)
        reach = np.float32(rng.uniform(0.2, 1.1) * strength)
        from_x = from_x + reach * _cloud(rng, 4, wide // 18, size)
        from_y = from_y + reach * _cloud(rng, 4, wide // 18, size)
    return np.asarray(
        cv2.remap(ink, from_x.astype(np.float32), from_y.astype(np.float32), cv2.INTER_LINEAR, borderValue=0),
        np.float32,
    )


def pen(rng: np.random.Generator, ink: Coverage, strength: float) -> Coverage:
    """Write with a broader or a finer pen, unevenly, with gaps."""
    change = rng.normal(0, 0.55 * strength)
    size = 2 if abs(change) < 0.9 else 3
    if change > 0.35:
        ink = np.asarray(cv2.dilate(ink, np.ones((size, size), np.uint8)), np.float32)
    elif change < -0.5:
        thin = cv2.erode(ink, np.ones((2, 2), np.uint8))
        ink = np.maximum(thin, ink * np.float32(rng.uniform(0.3, 0.7)))
    if _chance(rng, 0.35 * strength):
        field = 1 + np.float32(rng.uniform(0.1, 0.35)) * _cloud(rng, 2, ink.shape[1] // 60 + 2, ink.shape)
        ink = ink * np.clip(field, 0.3, 1.0)
    for _ in range(int(rng.integers(0, 4)) if _chance(rng, 0.5 * strength) else 0):
        bh, bw = int(rng.integers(3, 14)), int(rng.integers(2, 9))
        r, c = int(rng.integers(0, max(1, ink.shape[0] - bh))), int(rng.integers(0, max(1, ink.shape[1] - bw)))
        ink = ink.copy()
        ink[r : r + bh, c : c + bw] *= np.float32(rng.uniform(0, 0.5))
    return np.asarray(ink, np.float32)


def _leader(rng: np.random.Generator, shape: tuple[int, int], level: int) -> Coverage:
    """Return dots, dashes or a rule along a line at row *level*."""
    out = np.zeros(shape, np.float32)
    w = shape[1]
    dark = float(rng.uniform(0.25, 0.95))
    start, end = (0, w) if _chance(rng, 0.7) else sorted(int(v) for v in rng.integers(0, w, 2))
    slope = float(rng.normal(0, 0.004))
    kind = rng.random()
    if kind < 0.4:
        thick = int(rng.integers(1, 3))
        cv2.line(out, (start, level), (end, round(level + slope * w)), dark, thick, cv2.LINE_AA)
    else:
        gap = float(rng.uniform(3.5, 9.0)) if kind < 0.8 else float(rng.uniform(8, 16))
        long = 0.0 if kind < 0.8 else gap * 0.6
        radius = float(rng.uniform(0.5, 1.3))
        for at in np.arange(start, end, gap):
            y = level + slope * at
            if long:
                cv2.line(out, (round(at), round(y)), (round(at + long), round(y)), dark, 1, cv2.LINE_AA)
            else:
                cv2.circle(out, (round(at * 16), round(y * 16)), round(radius * 16), dark, -1, cv2.LINE_AA, 4)
    return out


def _seal(rng: np.random.Generator, shape: tuple[int, int]) -> Coverage:
    """Return the arcs and words of a round stamp that reaches across the line."""
    out = np.zeros(shape, np.float32)
    h, w = shape
    radius = rng.uniform(1.6, 3.2) * h
    x, y = rng.uniform(-0.1 * w, 1.1 * w), h / 2 + rng.uniform(-1.0, 1.0) * radius
    for share, thick in ((1.0, 3), (0.94, 1), (0.6, 1)):
        cv2.circle(out, (round(x), round(y)), round(radius * share), 1.0, thick, cv2.LINE_AA)
    for angle in np.arange(0, 2 * np.pi, 0.09):
        if rng.random() < 0.7:
            r0, r1 = radius * rng.uniform(0.66, 0.74), radius * rng.uniform(0.78, 0.88)
            a = (round(x + r0 * np.cos(angle)), round(y + r0 * np.sin(angle)))
            b = (round(x + r1 * np.cos(angle + 0.02)), round(y + r1 * np.sin(angle + 0.02)))
            cv2.line(out, a, b, 1.0, 2, cv2.LINE_AA)
    grain = np.clip(0.55 + 0.4 * _cloud(rng, h // 3, w // 3, shape), 0, 1)
    return out * grain * np.float32(rng.uniform(0.15, 0.5))


def _placed(ink: Coverage, shape: tuple[int, int], x: int, y: int) -> Coverage:
    """Return *ink* with its corner at (x, y) of an empty sheet; what lies outside is cut off."""
    out = np.zeros(shape, np.float32)
    h, w = ink.shape
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, shape[1]), min(y + h, shape[0])
    if x0 < x1 and y0 < y1:
        out[y0:y1, x0:x1] = ink[y0 - y : y1 - y, x0 - x : x1 - x]
    return out


def dirt(rng: np.random.Generator, ink: Coverage, other: Coverage | None, strength: float) -> Coverage:
    """Add what else lies on the paper: rules, dots, a neighbour's strokes, a seal, the other side of the leaf."""
    h, w = ink.shape
    if _chance(rng, 0.45 * strength):
        ink = np.maximum(ink, _leader(rng, (h, w), int(rng.uniform(0.58, 0.9) * h)))
    if _chance(rng, 0.12 * strength):
        ink = np.maximum(ink, _leader(rng, (h, w), int(rng.uniform(0.0, 0.12) * h)))
    for at in (rng.uniform(0, 0.25 * h), w - rng.uniform(1, 0.25 * h)):
        if _chance(rng, 0.07 * strength):
            cut = np.zeros((h, w), np.float32)
            cv2.line(
                cut, (round(at), 0), (round(at + rng.normal(0, 1)), h), float(rng.uniform(0.4, 0.95)), 1, cv2.LINE_AA
            )
            ink = np.maximum(ink, cut)
    if other is not None and _chance(rng, 0.3 * strength):
        x = int(rng.integers(-other.shape[1] // 2, max(1, w - other.shape[1] // 2)))
        far = rng.uniform(0.8, 0.95)
        y = -round(other.shape[0] * far) if _chance(rng, 0.5) else h - round(other.shape[0] * (1 - far))
        ink = np.maximum(ink, _placed(other, (h, w), x, y) * np.float32(rng.uniform(0.5, 1)))
    if other is not None and _chance(rng, 0.15 * strength):
        faint = np.float32(rng.uniform(0.05, 0.22))
        back = np.asarray(cv2.GaussianBlur(np.ascontiguousarray(other[:, ::-1]), (0, 0), 0.9), np.float32)
        ink = np.maximum(
            ink, _placed(back, (h, w), int(rng.integers(-w // 2, w // 2)), int(rng.integers(-h // 2, h // 2))) * faint
        )
    if _chance(rng, 0.08 * strength):
        ink = np.maximum(ink, _seal(rng, (h, w)))
    if _chance(rng, 0.06 * strength):
        specks = rng.random((h, w)) < 0.0015
        ink = np.maximum(ink, cv2.dilate(specks.astype(np.float32), np.ones((2, 2), np.uint8)) * np.float32(0.8))
    return np.asarray(ink, np.float32)


def cut(rng: np.random.Generator, ink: Coverage, strength: float) -> Coverage:
    """Take ink away where a printed rule ran through the line and was wiped out with all that lay on or beyond it."""
    h, w = ink.shape
    if not _chance(rng, 0.2 * strength):
        return ink
    ink = ink.copy()
    first, end = (0, w) if _chance(rng, 0.6) else sorted(int(v) for v in rng.integers(0, w, 2))
    draw = rng.random()
    if draw < 0.4:
        ink[round(h * (1 - rng.uniform(0.04, 0.3))) :, first:end] = 0
    elif draw < 0.75:
        ink[: round(h * rng.uniform(0.04, 0.22)), first:end] = 0
    else:
        level, thick = int(rng.uniform(0.55, 0.95) * h), int(rng.integers(1, 4))
        ink[level : level + thick, first:end] = 0
    return ink


def exposed(rng: np.random.Generator, ink: Coverage, strength: float) -> Image:
    """Return the line on paper, under light, through a lens, on a sensor."""
    h, w = ink.shape
    style = rng.random()
    paper = float(rng.uniform(165, 255)) if style < 0.7 else 250.0
    dark = float(rng.uniform(0, 0.62)) * paper if style < 0.7 else float(rng.uniform(0, 60))
    sheet = np.full((h, w), paper, np.float32)
    if style < 0.7:
        sheet *= 1 + np.float32(rng.uniform(0, 0.09) * strength) * _cloud(rng, 2, w // 120 + 2, (h, w))
        if _chance(rng, 0.3):
            sheet *= 1 + np.float32(rng.uniform(0.01, 0.05) * strength) * _cloud(rng, h // 3, w // 3, (h, w))
    out = sheet + (dark - sheet) * np.clip(ink, 0, 1)
    if _chance(rng, 0.5 * strength):
        out = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.3, 1.15)))
    if _chance(rng, 0.25 * strength):
        share = float(rng.uniform(0.45, 0.9))
        small = cv2.resize(out, (max(4, round(w * share)), max(4, round(h * share))), interpolation=cv2.INTER_AREA)
        out = cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)
    if style < 0.7:
        out = out + rng.standard_normal((h, w)).astype(np.float32) * np.float32(rng.uniform(0, 9) * strength)
    grey = np.clip(out, 0, 255).astype(np.uint8)
    if style > 0.85:
        return np.asarray(cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1], np.uint8)
    if _chance(rng, 0.25 * strength):
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 85))]
        return np.asarray(cv2.imdecode(cv2.imencode(".jpg", grey, quality)[1], cv2.IMREAD_GRAYSCALE), np.uint8)
    return grey


def disturbed(rng: np.random.Generator, ink: Coverage, other: Coverage | None, strength: Strength) -> Image:
    """Return *ink* as it might be delivered; *other* is a line that may stand above, below or behind it."""
    bent = pen(rng, bend(rng, ink, strength.bend), strength.bend)
    return exposed(rng, dirt(rng, cut(rng, bent, strength.loss), other, strength.dirt), strength.dirt)

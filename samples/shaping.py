"""Text as outlines: HarfBuzz shapes it, so that joined hands join on every machine alike.

Unit: the em of the font; origin on the baseline at the pen's start, x to the right, y **down** (as on a page).
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import uharfbuzz as hb
from numpy.typing import ArrayLike, NDArray

Outline = NDArray[np.float32]
"""Points of one closed contour, shape (n, 2)."""


def f32(values: ArrayLike) -> Outline:
    """Return *values* as single-precision numbers, the format of outlines."""
    return np.asarray(values, np.float32)


_STEPS = 5
"""Straight pieces a curve is cut into; at register sizes a piece is shorter than a pixel."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One glyph where the shaper put it."""

    outlines: tuple[tuple[Outline, bool], ...]
    """Contours with whether they are filled or cut out, in the order of drawing."""
    x: float
    """Shift from the pen's place, as y."""
    y: float
    advance: float
    cluster: int
    """Index of the character it stands for."""


class _Tracer:
    """Collects the outline of a glyph from HarfBuzz's drawing calls."""

    def __init__(self) -> None:
        self.contours: list[list[tuple[float, float]]] = []
        draw = hb.DrawFuncs()
        draw.set_move_to_func(lambda x, y, _: self.contours.append([(x, y)]))
        draw.set_line_to_func(lambda x, y, _: self.contours[-1].append((x, y)))
        draw.set_quadratic_to_func(lambda a, b, x, y, _: self._curve((a, b), (a, b), (x, y), quadratic=True))
        draw.set_cubic_to_func(lambda a, b, c, d, x, y, _: self._curve((a, b), (c, d), (x, y), quadratic=False))
        draw.set_close_path_func(lambda _: None)
        self.functions = draw

    def _curve(
        self, a: tuple[float, float], b: tuple[float, float], end: tuple[float, float], *, quadratic: bool
    ) -> None:
        x0, y0 = self.contours[-1][-1]
        for i in range(1, _STEPS + 1):
            t, u = i / _STEPS, 1 - i / _STEPS
            if quadratic:
                x = u * u * x0 + 2 * u * t * a[0] + t * t * end[0]
                y = u * u * y0 + 2 * u * t * a[1] + t * t * end[1]
            else:
                x = u**3 * x0 + 3 * u * u * t * a[0] + 3 * u * t * t * b[0] + t**3 * end[0]
                y = u**3 * y0 + 3 * u * u * t * a[1] + 3 * u * t * t * b[1] + t**3 * end[1]
            self.contours[-1].append((x, y))


@cache
def _font(path: Path) -> tuple[hb.Font, int]:
    face = hb.Face(hb.Blob.from_file_path(str(path)))
    return hb.Font(face), face.upem


@lru_cache(maxsize=8192)
def _glyph(path: Path, glyph: int) -> tuple[tuple[Outline, bool], ...]:
    """Return the contours of a glyph, the largest first, each with whether it is filled.

    The winding rule decides: a contour is cut out where its own turn takes back the turns of those around it. (Fonts
    put accents on letters in either sense, and bars across counters, so the sense alone says nothing.)
    """
    font, upem = _font(path)
    tracer = _Tracer()
    font.draw_glyph(glyph, tracer.functions, None)
    outlines = [np.asarray(c, np.float32) * f32([1 / upem, -1 / upem]) for c in tracer.contours if len(c) > 2]
    outlines.sort(key=lambda o: -abs(_area(o)))
    turns = [1 if _area(o) > 0 else -1 for o in outlines]
    return tuple(
        (outline, turns[i] + sum(turns[k] for k in range(i) if _inside(outlines[k], outline)) != 0)
        for i, outline in enumerate(outlines)
    )


def _inside(outer: Outline, inner: Outline) -> bool:
    """Tell whether most points of *inner* lie in *outer*."""
    x, y = inner[:, :1].astype(np.float64), inner[:, 1:].astype(np.float64)
    x0, y0 = outer[:, 0].astype(np.float64), outer[:, 1].astype(np.float64)
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    crosses = (y0 > y) != (y1 > y)
    at = x0 + (y - y0) * (x1 - x0) / np.where(y1 == y0, 1.0, y1 - y0)
    return bool(np.mean((crosses & (x < at)).sum(axis=1) % 2) > 0.5)


def _area(outline: Outline) -> float:
    x, y = outline[:, 0].astype(np.float64), outline[:, 1].astype(np.float64)
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2


@lru_cache(maxsize=4096)
def shape(path: Path, text: str) -> tuple[Placed, ...]:
    """Return the glyphs of *text* in the font at *path*, left to right."""
    font, upem = _font(path)
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(font, buffer)
    placed = []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        outlines = _glyph(path, info.codepoint)
        advance = position.x_advance / upem
        x, y = position.x_offset / upem, -position.y_offset / upem
        placed.append(Placed(outlines, x, y, advance, info.cluster))
    return tuple(placed)


@cache
def x_height(path: Path) -> float:
    """Return the height of a small x in ems: what makes two hands look equally large."""
    return float(-min(float(o[:, 1].min()) for o, _ in shape(path, "x")[0].outlines))

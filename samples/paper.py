"""Paper: colour, fibres, yellow edges, stains, foxing, and the other side showing through."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.difficulty import Dials
from samples.ink import Pixels
from samples.shaping import f32

WHITE, CREAM, GREY, TAN = (250, 249, 245), (246, 239, 220), (238, 236, 229), (232, 214, 178)


@dataclass(frozen=True, slots=True)
class Stock:
    """The paper of one book: a tile of fibres (0..255 round 248) and its colour."""

    fibres: Pixels
    tint: tuple[float, float, float]


def draw_stock(rng: np.random.Generator, dials: Dials, width: int, height: int) -> Stock:
    """Return the paper of a book, *width* x *height* pixels."""
    fine = cv2.GaussianBlur(rng.standard_normal((height, width), dtype=np.float32), (0, 0), 1.1)
    fibre = cv2.GaussianBlur(rng.standard_normal((height // 2, width // 2), dtype=np.float32), (0, 0), 4.5, sigmaY=1.2)
    sheet = 247 + 4.5 * fine
    sheet += cv2.resize(fibre, (width, height), interpolation=cv2.INTER_LINEAR) * 9
    base = np.array((WHITE, CREAM, GREY)[int(rng.choice(3, p=[0.45, 0.4, 0.15]))], np.float32)
    old = float(np.clip(rng.uniform(0.2, 1.0) * dials.ageing, 0, 1))
    tint = base * (1 - old) + f32(TAN) * old
    return Stock(np.clip(sheet, 0, 255).astype(np.uint8), (float(tint[0]), float(tint[1]), float(tint[2])))


def leaf(rng: np.random.Generator, stock: Stock, dials: Dials) -> Pixels:
    """Return one clean page of the book, RGB: no two alike."""
    h, w = stock.fibres.shape
    turned = stock.fibres[:: int(rng.choice([-1, 1])), :: int(rng.choice([-1, 1]))]
    fibres = np.roll(turned, (int(rng.integers(h)), int(rng.integers(w))), axis=(0, 1))
    cloud = rng.standard_normal((14, 10), dtype=np.float32)
    clouds = cv2.resize(cloud, (w // _COARSE, h // _COARSE), interpolation=cv2.INTER_CUBIC)
    light = 1 - _edges(rng, w, h) * 0.10 * dials.ageing + clouds * 0.005
    tone = np.repeat(light[:, :, None], 3, axis=2)
    tone[:, :, 1] *= 1 - (1 - light) * 0.25
    tone[:, :, 2] *= 1 - (1 - light) * 0.8
    _stain(rng, tone, int(rng.poisson(dials.stains)))
    _fox(rng, tone, int(rng.poisson(dials.foxing)))
    tone *= f32(stock.tint)
    soft = cv2.resize(np.clip(tone, 0, 255).astype(np.uint8), (w, h), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(soft, cv2.merge([fibres, fibres, fibres]), scale=1 / 255), np.uint8)


_COARSE = 4
"""Stains and ageing are soft: they are drawn at a quarter of the resolution."""


def _edges(rng: np.random.Generator, width: int, height: int) -> NDArray[np.float32]:
    """Return how near each point is to the paper's edge, 1 at the edge, falling off unevenly; coarse."""
    h, w = height // _COARSE, width // _COARSE
    x, y = np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32)[:, None]
    reach = float(rng.uniform(0.02, 0.06)) * w
    near = np.exp(-np.minimum(x, w - 1 - x) / reach) + np.exp(-np.minimum(y, h - 1 - y) / reach)
    cloud = cv2.resize(rng.random((9, 7), dtype=np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    return f32(np.clip(near * (0.5 + cloud), 0, 1.4))


def _stain(rng: np.random.Generator, tone: NDArray[np.float32], count: int) -> None:
    """Let *count* drops dry on the page: pale inside, a darker rim where the water stopped."""
    h, w = tone.shape[:2]
    for _ in range(count):
        radius = float(rng.uniform(0.015, 0.12)) * w
        size = int(radius * 3.2) | 1
        grid = (np.arange(size, dtype=np.float32) - size // 2) / radius
        wobble = cv2.resize(rng.standard_normal((5, 5), dtype=np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
        distance = np.hypot(grid[None, :] * rng.uniform(0.8, 1.2), grid[:, None]) + 0.09 * wobble
        body = 1 / (1 + np.exp((distance - 1) * 22))
        rim = np.exp(-(((distance - 0.97) / 0.05) ** 2))
        dark = float(rng.uniform(0.03, 0.12))
        _darken(rng, tone, body * dark * 0.5 + rim * dark, w, h, (0.55, 0.8, 1.25))


def _fox(rng: np.random.Generator, tone: NDArray[np.float32], count: int) -> None:
    """Sprinkle *count* rust-coloured spots."""
    h, w = tone.shape[:2]
    for _ in range(count):
        radius = float(rng.gamma(2.0, 0.0011)) * w + 0.8
        size = int(radius * 6) | 1
        grid = (np.arange(size, dtype=np.float32) - size // 2) / radius
        spot = np.exp(-(grid[None, :] ** 2 + grid[:, None] ** 2))
        _darken(rng, tone, spot * float(rng.uniform(0.05, 0.25)), w, h, (0.5, 0.9, 1.2))


def _darken(
    rng: np.random.Generator,
    tone: NDArray[np.float32],
    spot: NDArray[np.floating],
    width: int,
    height: int,
    shares: tuple[float, float, float],
) -> None:
    size = spot.shape[0]
    x, y = int(rng.integers(width)) - size // 2, int(rng.integers(height)) - size // 2
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + size, width), min(y + size, height)
    if x0 < x1 and y0 < y1:
        part = spot[y0 - y : y1 - y, x0 - x : x1 - x]
        tone[y0:y1, x0:x1] *= np.clip(1 - part[:, :, None] * f32(shares), 0.2, 1).astype(np.float32)


def shown_through(other: Pixels, strength: float) -> Pixels:
    """Return what the other side (its sheet of ink, RGB) takes from this one: mirrored, soft, faint; 255 is nothing."""
    small = cv2.resize(cv2.cvtColor(other, cv2.COLOR_RGB2GRAY), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(cv2.flip(small, 1), (0, 0), 1.6)
    faint = cv2.convertScaleAbs(soft, alpha=strength, beta=255 * (1 - strength))
    return np.asarray(cv2.resize(faint, (other.shape[1], other.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)

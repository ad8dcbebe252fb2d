"""Entries that were struck out as a whole: long strokes of a pen through everything that is written of one case."""

import itertools

import numpy as np
from numpy.typing import NDArray

from records.geometry import Box, Point
from samples.filling import Page, Trace, corners
from samples.hand import Hand
from samples.layout import FormPage, Room
from samples.marks import stroke
from samples.people import pick

WAYS = {"level": 4, "cross": 3, "diagonal": 2, "zigzag": 2}
"""How whole entries are struck out, and how often; a level line is drawn through rows of tables alone."""
_FLAT = 4.0
"""Width by height from which the room of a case is a row."""


def cancel(rng: np.random.Generator, page: Page, form: FormPage, number: int, room: Room, hand: Hand) -> None:
    """Strike out the case *number* (from 0) in *room* of *form*, and write its truth into *page*."""
    inside = Box.around(
        Point(x, y) for slot in room.slots.values() for x, y in corners(slot.area).astype(np.float64).tolist()
    )
    flat = inside.w > _FLAT * inside.h
    ways = {way: share for way, share in WAYS.items() if flat or way != "level"}
    how = str(pick(rng, list(ways), list(ways.values())))
    points: list[NDArray[np.float32]] = []
    for path in _paths(rng, how, inside):
        ink = stroke(_drawn(rng, path) * np.float32(page.px(1)), page.px(hand.pen * 1.1), hand.ink)
        page.sheet.lay(ink)
        points.append(ink.outline())
    page.cancelled.append(Trace(str(number), np.concatenate(points), how))


def _paths(rng: np.random.Generator, how: str, room: Box) -> list[list[tuple[float, float]]]:
    """Return the corners of each stroke, millimetres."""
    left, right = room.x + float(rng.uniform(-3, 5)), room.right - float(rng.uniform(-2, 6))
    top, low = room.y + room.h * float(rng.uniform(0.05, 0.15)), room.bottom - room.h * float(rng.uniform(0.05, 0.15))
    if how == "level":
        heights = room.y + room.h * np.sort(rng.uniform(0.2, 0.65, int(rng.integers(1, 3))))
        return [[(left, float(y)), (right, float(y + rng.normal(0, 0.8)))] for y in heights]
    if how == "zigzag":
        count = max(3, round(room.w / room.h * float(rng.uniform(0.7, 1.3))))
        xs = np.linspace(left, right, count + 1)
        return [[(float(x), (top, low)[k % 2]) for k, x in enumerate(xs)]]
    falling, rising = [(left, top), (right, low)], [(left, low), (right, top)]
    return [falling, rising] if how == "cross" else [rising]


def _drawn(rng: np.random.Generator, path: list[tuple[float, float]]) -> NDArray[np.float32]:
    """Return *path* as a hand draws it without a ruler: points a few millimetres apart that wander slowly."""
    out = []
    for (x0, y0), (x1, y1) in itertools.pairwise(path):
        count = max(3, int(np.hypot(x1 - x0, y1 - y0) / 3))
        t = np.linspace(0, 1, count)
        bow = float(rng.normal(0, 0.004)) * np.hypot(x1 - x0, y1 - y0) * np.sin(np.pi * t)
        sway = np.convolve(rng.normal(0, 0.16, count + 6), np.ones(7) / 7, "valid") + bow
        out.append(np.stack([x0 + (x1 - x0) * t, y0 + (y1 - y0) * t + sway], axis=1))
    return np.concatenate(out).astype(np.float32)

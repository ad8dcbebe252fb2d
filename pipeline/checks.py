"""Printed check boxes: which of the choices has its box ticked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from forms import Edition, Label
from pipeline.labels import Match, candidates, tokens
from pipeline.locate import CleanPage
from records.geometry import Box
from records.readings import Word

TICKED = 1.3
"""How many times more ink than the middle of the boxes a ticked box has."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A printed choice that was found: its words' place and its box with the ink in it."""

    text: str
    words: Match
    box: Box | None
    ink: float
    """Share of dark pixels inside the box."""


def find_choices(edition: Edition, label: Label, page: CleanPage, words: Sequence[Word], letter: float) -> list[Choice]:
    """Find the printed choices of *label* and measure the box before each."""
    only = replace(edition, labels=tuple(Label(None, (text,), None) for text in label.choices))
    best: dict[int, Match] = {}
    for match in candidates(only, tokens(words)):
        if match.label not in best or match.weight > best[match.label].weight:
            best[match.label] = match
    out = []
    for index, match in sorted(best.items()):
        box = _box_before(page, match.first, letter)
        ink = 0.0
        if box is not None:
            inner = page.ink[int(box.y) + 3 : int(box.bottom) - 3, int(box.x) + 3 : int(box.right) - 3]
            ink = float(np.mean(inner > 0)) if inner.size else 0.0
        out.append(Choice(label.choices[index], match, box, ink))
    return out


def _box_before(page: CleanPage, words: Box, letter: float) -> Box | None:
    """Return the square that stands before (or at the very start of) printed words."""
    x0, x1 = int(max(0, words.x - 3.2 * letter)), int(words.x + 1.6 * letter)
    y0, y1 = int(max(0, words.y - 0.9 * letter)), int(words.bottom + 0.9 * letter)
    part = np.ascontiguousarray(page.ink[y0:y1, x0:x1])
    if part.size == 0:
        return None
    count, _, stats, _ = cv2.connectedComponentsWithStats(part)
    best = None
    for i in range(1, count):
        x, y, w, h, _ = (int(v) for v in stats[i])
        side = max(w, h)
        if not 0.65 * letter <= side <= 2.4 * letter or abs(w - h) > 0.4 * side:
            continue
        edge = part[y : y + h, x : x + w]
        frame = np.concatenate(
            [edge[:3].max(axis=0), edge[-3:].max(axis=0), edge[:, :3].max(axis=1), edge[:, -3:].max(axis=1)]
        )
        if float(np.mean(frame > 0)) < 0.8:
            continue
        found = Box(x0 + x, y0 + y, w, h)
        if best is None or abs(found.right - words.x) < abs(best.right - words.x):
            best = found
    return best


def ticked(choices: Sequence[Choice]) -> tuple[Choice | None, float]:
    """Return the ticked choice (None where no box is ticked) and the confidence of that, in [0, 1]."""
    measured = [c for c in choices if c.box is not None]
    if len(measured) < 2:
        return None, 0.0
    inks = sorted(c.ink for c in measured)
    middle = inks[(len(inks) - 1) // 2]
    top = max(measured, key=lambda c: c.ink)
    ratio = (top.ink + 0.02) / (middle + 0.02)
    if ratio < TICKED:
        return None, min(1.0, max(0.0, (TICKED - ratio) / (TICKED - 1.0)))
    return top, min(1.0, 0.5 + (ratio - TICKED))

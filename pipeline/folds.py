"""The fold of an opened book in a level picture of its paper: the line where the two pages meet.

No single sign is sure: a pressed book has no shadow, a table has rules that look like a fold, and an unruled page has
gaps of its own. So each place and lean is scored by what all signs say together, and only where nothing is written.
"""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.masks import without
from pipeline.prepare import ink_mask
from records.ports import Image

BINS = 48
"""Strips, top to bottom, that each vote whether the fold runs through them."""
BAND = (0.2, 0.8)
"""Part of the paper's width in which a fold may lie."""
FAINT = 10
"""Grey levels under the paper from which a rule that ends at a frame is seen."""
FRAME = 17
"""Pixels: no printed rule, not even a double one, is as wide; a shadow is."""
MAX_LEAN = 2.0
"""Degrees between the fold and the upright of the lines."""
CLEAR = 0.015
"""Share of the width that is free of writing on both sides of a fold."""
DARKER = 5.0
"""Grey levels by which a strip of the fold is clearly darker than the paper beside it."""
LEANING = 0.3
"""What a degree of lean costs: where the signs are wide, they allow many leans."""
UNDECIDED = 1.5
"""Score at which a fold is as likely as none."""

Profiles: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LevelFold:
    """A fold that runs from (*top*, 0) to (*bottom*, height) in the level picture; *score* beside :data:`UNDECIDED`."""

    top: float
    bottom: float
    score: float


@dataclass(frozen=True, slots=True)
class _Layers:
    grey: Image
    bare: Image
    """Without writing and thin rules: paper and shadows alone."""
    text: Image
    """Ink that is no long upright rule."""


def find_fold(grey: Image) -> LevelFold:
    """Return the likeliest fold of a level *grey* picture that holds the paper alone (longer side some 1200 px)."""
    h, w = grey.shape
    ink = ink_mask(np.ascontiguousarray(grey), 25, FAINT)
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((max(20, h // 20), 1), np.uint8))
    text = without(ink, np.asarray(cv2.dilate(upright, np.ones((3, 5), np.uint8)), np.uint8))
    layers = _Layers(
        grey,
        np.asarray(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((FRAME, FRAME), np.uint8)), np.uint8),
        np.asarray(cv2.morphologyEx(text, cv2.MORPH_OPEN, np.ones((1, 2), np.uint8)), np.uint8),
    )
    best = (0.0, 0.0, w / 2)
    for span, step in ((MAX_LEAN, 0.5), (0.25, 0.25)):
        for lean in np.arange(best[1] - span, best[1] + span + step / 2, step).tolist():
            score, x = _best(layers, lean)
            best = max(best, (score, lean, x))
    score, lean, x = best
    shift = float(np.tan(np.radians(lean))) * h / 2
    return LevelFold(x - shift, x + shift, score)


def _best(layers: _Layers, lean: float) -> tuple[float, float]:
    """Return (score, x at half height) of the likeliest fold with this *lean* (degrees, foot to the right)."""
    w = layers.grey.shape[1]
    clear = _clear(_strips(layers.text, lean, cv2.INTER_NEAREST))
    line = _line(_strips(layers.grey, lean))
    depth = _depth(_strips(layers.bare, lean))
    ends = line[[0, 1, -2, -1]].mean(axis=0)  # a frame's rule stops before the edge of the paper, a fold does not
    usual = np.median(depth, axis=0)
    shadow = 1.5 * (depth > 2).mean(axis=0) + np.clip(usual / 15, 0, 1.5)
    shadow += np.clip(usual - 22.5, 0, None) / max(45.0, float(usual.max()))  # in a deep and wide one, its bottom
    score = clear * (1 + 1.5 * line.mean(axis=0) + 0.5 * ends + shadow)
    score -= 2 * np.abs(np.arange(w) / w - 0.5) + LEANING * abs(lean)
    first, last = (int(share * w) for share in BAND)
    x = first + int(np.argmax(score[first:last]))
    return float(score[x]), float(x)


def _strips(layer: Image, lean: float, kind: int = cv2.INTER_LINEAR) -> Profiles:
    """Return mean grey levels, :data:`BINS` rows, of *layer* sheared so that a line with this lean stands upright."""
    h, w = layer.shape
    slope = np.tan(np.radians(lean))
    shear = np.array([[1, -slope, slope * h / 2], [0, 1, 0]], np.float32)
    straight = cv2.warpAffine(layer, shear, (w, h), flags=kind, borderMode=cv2.BORDER_REPLICATE)
    return cv2.resize(straight, (w, BINS), interpolation=cv2.INTER_AREA).astype(np.float32)


def _beside(strips: Profiles, away: int) -> Profiles:
    return np.roll(strips, away, axis=1)


def _clear(text: Profiles) -> Profiles:
    """Return in [0, 1] how far each column is from writing and rules on both sides, 1 from :data:`CLEAR` on."""
    w = text.shape[1]
    inked = cv2.blur((text[2:-2] > 8).mean(axis=0).astype(np.float32)[None], (3, 1))[0] > 0.12
    free = np.asarray(~inked * 255, np.uint8)[None]
    padded = cv2.copyMakeBorder(free, 1, 1, w, w, cv2.BORDER_CONSTANT, value=255)
    padded[[0, -1]] = padded[1]
    away = cv2.distanceTransform(np.vstack([padded] * 3), cv2.DIST_L1, 3)[4, w:-w]
    return np.asarray(np.minimum(away / (CLEAR * w), 1), np.float32)


def _line(grey: Profiles) -> Profiles:
    """Return in [0, 1] how much darker a strip is than what lies close by on both sides."""
    fine: Profiles = np.asarray(cv2.blur(grey, (3, 1)), np.float32)
    reach = 0.012 * grey.shape[1]
    sides = [np.max([_beside(fine, side * int(k * reach)) for k in (0.5, 1, 1.5)], axis=0) for side in (1, -1)]
    return np.asarray(np.clip((np.minimum(*sides) - fine) / DARKER, 0, 1), np.float32)


def _depth(bare: Profiles) -> Profiles:
    """Return by how many grey levels a wide shadow lies under the paper on both sides of it."""
    w = bare.shape[1]
    soft: Profiles = np.asarray(cv2.blur(bare, (round(0.006 * w) | 1, 1)), np.float32)
    reach = round(0.045 * w)
    sides = [np.maximum(_beside(soft, side * reach), _beside(soft, side * (reach // 2))) for side in (1, -1)]
    return np.asarray(np.minimum(*sides) - soft, np.float32)

"""What goes wrong at the scanner, put on a clean page picture: one fault at a time, with a dial for its strength.

Every fault is decided by (picture, strength, seed). Pictures are BGR, 8 bit. *strength* is in [0, 1]: 0 hardly shows,
0.5 is what an operator sees at once, 1 is hopeless.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.ink import Pixels

_LONG_SIDE = 2339
"""A4 at 200 dpi: lengths below are told for it and scaled to the picture."""
_SKIN = ((120, 150, 205), (95, 125, 180), (70, 95, 140))
_TABLES = ((62, 92, 132), (78, 84, 92), (48, 60, 74))

Field = NDArray[np.float32]
Fault = Callable[[np.random.Generator, Pixels, float], Pixels]


def spoil(image: Pixels, fault: str, strength: float = 0.5, seed: int = 0) -> Pixels:
    """Return *image* with *fault* (one of :data:`FAULTS`). Raises KeyError for an unknown one."""
    rng = np.random.default_rng([seed, *fault.encode()])
    return FAULTS[fault](rng, image, strength)


def _unit(image: Pixels) -> float:
    return float(max(image.shape[:2])) / _LONG_SIDE


def _u8(image: object) -> Pixels:
    return np.asarray(np.clip(np.asarray(image), 0, 255), np.uint8)


def _grid(image: Pixels) -> tuple[Field, Field]:
    h, w = image.shape[:2]
    return np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))


def _soft(mask: Pixels, sigma: float) -> Field:
    """Return *mask* (0 or 255) as shares with an edge of *sigma* pixels, shape (h, w, 1)."""
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), sigma), np.float32)[:, :, None]


def out_of_focus(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Blur the whole page, or the part that does not lie flat."""
    sigma = (1.2 + 4.5 * strength) * _unit(image)
    soft = cv2.GaussianBlur(image, (0, 0), sigma)
    if rng.random() < 0.5:
        return _u8(soft)
    x, y = _grid(image)
    h, w = image.shape[:2]
    along = (x / w, 1 - x / w, y / h, 1 - y / h)[int(rng.integers(4))]
    share = np.clip((0.62 - along) / 0.12, 0, 1)[:, :, None]
    return _u8(image * (1 - share) + soft * share)


def moved(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Smear the page along one direction, as when the hand or the sheet moves."""
    length = max(3, round((5 + 18 * strength) * _unit(image)))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), float(rng.uniform(0, 180)), 1)
    kernel = np.asarray(cv2.warpAffine(kernel, turn, (length, length)), np.float32)
    return _u8(cv2.filter2D(image, -1, kernel / kernel.sum()))


def cut_edge(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Leave a part of the page out of the picture, on one side."""
    share = 0.14 + 0.14 * strength
    h, w = image.shape[:2]
    side = int(rng.integers(4))
    if side < 2:
        cut = round(w * share)
        return image[:, cut:].copy() if side == 0 else image[:, : w - cut].copy()
    cut = round(h * share)
    return image[cut:].copy() if side == 2 else image[: h - cut].copy()


def corner_folded(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Fold one corner of the sheet away: the dark bed shows."""
    h, w = image.shape[:2]
    size = (0.16 + 0.22 * strength) * w
    x, y = _grid(image)
    right, low = rng.random() < 0.5, rng.random() < 0.5
    away = (w - x if right else x) + (h - y if low else y)
    dark = _u8(rng.normal(26, 2, (h, w, 1)).repeat(3, axis=2))
    return _u8(np.where((away < size)[:, :, None], dark, image))


def glare(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Burn a spot out, as a lamp or a flash on glossy paper does."""
    h, w = image.shape[:2]
    x, y = _grid(image)
    cx, cy = float(rng.uniform(0.25, 0.75)) * w, float(rng.uniform(0.2, 0.8)) * h
    r = (0.07 + 0.16 * strength) * w
    away = np.hypot((x - cx) / float(rng.uniform(0.8, 1.5)), y - cy) / r
    light = np.clip(1.35 - away, 0, 1.0)[:, :, None] ** 0.6
    return _u8(image + light * 330)


def finger(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Lay one to three fingers over an edge of the page."""
    h, w = image.shape[:2]
    unit = _unit(image)
    wide, reach = (95 + 45 * strength) * unit, (150 + 420 * strength) * unit
    mask = np.zeros((h, w), np.uint8)
    side = int(rng.integers(3))  # left, right, below
    tilt = float(rng.uniform(-0.35, 0.35))
    start = float(rng.uniform(0.3, 0.7))
    for k in range(1 + round(2 * strength)):
        if side == 2:
            a = (start * w + k * wide * 1.15, h + wide)
            b = (a[0] + tilt * reach, h - reach)
        else:
            at = start * h + k * wide * 1.15
            a = (-wide if side == 0 else w + wide, at)
            b = (reach if side == 0 else w - reach, at + tilt * reach)
        cv2.line(mask, (round(a[0]), round(a[1])), (round(b[0]), round(b[1])), 255, max(3, round(wide)))
    tone = np.array(_SKIN[int(rng.integers(3))], np.float32)
    away = np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 3))
    round_off = (0.62 + 0.38 * np.clip(away / (wide / 2), 0, 1))[:, :, None]
    skin = tone * round_off + rng.normal(0, 3, (h, w, 1))
    dim = 1 - 0.35 * _soft(mask, 18 * unit)
    share = _soft(mask, 1.5 * unit)
    return _u8(image * dim * (1 - share) + skin * share)


def skewed(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Turn the page by more than preparation puts right; the bed shows around it."""
    angle = (6.5 + 9 * strength) * (1 if rng.random() < 0.5 else -1)
    h, w = image.shape[:2]
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 0.86)
    return _u8(cv2.warpAffine(image, turn, (w, h), flags=cv2.INTER_AREA, borderValue=(26, 26, 28)))


def show_through(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Let the ink of the other side come through: mirrored, softer, about as dark as *strength* says."""
    unit = _unit(image)
    h = image.shape[0]
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    paper = cv2.GaussianBlur(cv2.dilate(grey, np.ones((25, 25), np.uint8)), (0, 0), 20 * unit)
    ink = 1 - np.minimum(grey.astype(np.float32) / np.maximum(paper, 1), 1)
    behind = np.roll(ink[:, ::-1], (round(0.021 * h), round(0.013 * h)), axis=(0, 1))
    behind = np.asarray(cv2.GaussianBlur(behind, (0, 0), 1.3 * unit))
    return _u8(image * (1 - (0.15 + 0.55 * strength) * behind)[:, :, None])


def too_dark(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Expose far too little, with the noise that goes with it."""
    return _u8(image * (0.48 - 0.36 * strength) + rng.normal(0, 2.5, (*image.shape[:2], 1)))


def too_light(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Wash the ink out."""
    return _u8(255 - (255 - image.astype(np.float32)) * (0.34 - 0.28 * strength) + rng.normal(0, 1, image.shape))


def low_resolution(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Scan at a resolution for pictures to be shown, not read."""
    side = 950 - 550 * strength
    k = side / max(image.shape[:2])
    return _u8(cv2.resize(image, None, fx=k, fy=k, interpolation=cv2.INTER_AREA))


def shadow(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Let something stand in the light of a part of the page."""
    h, w = image.shape[:2]
    x, y = _grid(image)
    turn = float(rng.uniform(0, 2 * np.pi))
    along = (x / w - 0.5) * np.cos(turn) + (y / h - 0.5) * np.sin(turn)
    share = np.clip((along - float(rng.uniform(0.02, 0.15))) / 0.05, 0, 1)[:, :, None]
    return _u8(image * (1 - share * (0.3 + 0.6 * strength)))


def upside_down(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Lay the page on its head."""
    return np.ascontiguousarray(image[::-1, ::-1])


def no_page(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Photograph the table instead."""
    h, w = image.shape[:2]
    grain = cv2.resize(rng.standard_normal((h // 4, 24), dtype=np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    fine = rng.normal(0, 4, (h, w)).astype(np.float32)
    tone = np.array(_TABLES[int(rng.integers(len(_TABLES)))], np.float32)
    return _u8(tone * (1 + 0.06 * grain[:, :, None]) + fine[:, :, None])


def blank(rng: np.random.Generator, image: Pixels, strength: float) -> Pixels:
    """Scan the empty side: the same paper and light, no ink."""
    size = round(61 * _unit(image)) | 1
    paper = cv2.GaussianBlur(cv2.dilate(image, np.ones((size, size), np.uint8)), (0, 0), size / 2)
    return _u8(paper + rng.normal(0, 2, (*image.shape[:2], 1)))


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "out_of_focus": out_of_focus,
        "moved": moved,
        "cut_edge": cut_edge,
        "corner_folded": corner_folded,
        "glare": glare,
        "finger": finger,
        "skewed": skewed,
        "show_through": show_through,
        "too_dark": too_dark,
        "too_light": too_light,
        "low_resolution": low_resolution,
        "shadow": shadow,
        "upside_down": upside_down,
        "no_page": no_page,
        "blank": blank,
    }
)
"""Every fault by its name."""


def scanned_again(image: Pixels, seed: int = 0) -> Pixels:
    """Return the same sheet as another pass of the scanner gives it: moved, turned a little, other light and noise."""
    rng = np.random.default_rng([seed, 77])
    h, w = image.shape[:2]
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), float(rng.uniform(-1.2, 1.2)), float(rng.uniform(0.98, 1.0)))
    turn[:, 2] += rng.uniform(-0.012, 0.012, 2) * w
    again = cv2.warpAffine(image, turn, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    lit = again * float(rng.uniform(0.9, 1.03)) + rng.normal(0, 2, (h, w, 1))
    return _u8(lit)

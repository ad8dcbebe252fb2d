"""From master pixels to a prepared page: size, tilt, bend, borders, light, specks. Each step reports its transform.

Pure functions on pixels (BGR, 8 bit). The prepared frame of a page has :data:`LONG_SIDE` pixels on its longer side
before cropping, about 200 dpi for A4, so that every later measure in pixels means the same on every page.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.components import components
from pipeline.flatten import flatten
from pipeline.masks import painted_over
from pipeline.sizes import reduced
from records.geometry import Box, Transform
from records.pages import Preparation, Step
from records.ports import Image

LONG_SIDE = 2339
"""Pixels: A4 at 200 dpi."""
WIDE = 1.15
"""Width by height from which a page is an opened book or a sheet of that size."""
OPENED = 2**0.5
"""How much longer the longer side of an opened book is than that of its pages."""
MAX_TILT = 6.0
"""Degrees that are corrected; a page that leans more is not a tilted page but something else."""


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A page ready to be read.

    *colour* is BGR with even light and white paper; *grey* the same without red ink and specks.
    """

    colour: Image
    grey: Image
    preparation: Preparation


def _as_u8(image: NDArray[np.generic] | cv2.Mat) -> Image:
    return np.asarray(image, dtype=np.uint8)


def warp(image: Image, transform: Transform, width: int, height: int) -> Image:
    """Return *image* taken through *transform* into a frame of *width* x *height*; outside its edge is repeated."""
    matrix = np.array(transform.m, dtype=np.float64).reshape(3, 3)
    flags = cv2.INTER_AREA if matrix[0, 0] < 0.7 else cv2.INTER_LINEAR
    if np.allclose(matrix[2], (0, 0, 1)):
        out = cv2.warpAffine(image, matrix[:2], (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    else:
        out = cv2.warpPerspective(image, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return _as_u8(out)


def rescale(image: Image) -> tuple[Image, Step]:
    """Bring the longer side to :data:`LONG_SIDE` pixels, that of an opened book to :data:`OPENED` times as many."""
    h, w = image.shape[:2]
    factor = (LONG_SIDE * OPENED if w > WIDE * h else LONG_SIDE) / max(h, w)
    nw, nh = max(1, round(w * factor)), max(1, round(h * factor))
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = _as_u8(cv2.resize(image, (nw, nh), interpolation=kind))
    return small, Step("rescale", Transform.scale(nw / w, nh / h), {"factor": factor})


def turn(image: Image, quarter_turns: int) -> tuple[Image, Step]:
    """Turn clockwise by quarter turns."""
    h, w = image.shape[:2]
    turned = _as_u8(np.ascontiguousarray(np.rot90(image, -quarter_turns % 4)))
    return turned, Step("turn", Transform.quarter_turns(quarter_turns, w, h), {"quarter_turns": quarter_turns})


def ink_mask(grey: Image, window: int = 41, offset: int = 14) -> Image:
    """Return 255 where there is ink, by a local threshold (*window* px, *offset* grey levels under the mean)."""
    # just as cv2.adaptiveThreshold finds it, in three quarters of the time
    mean = cv2.boxFilter(grey, -1, (window | 1, window | 1), borderType=cv2.BORDER_REPLICATE | cv2.BORDER_ISOLATED)
    return _as_u8(cv2.threshold(cv2.subtract(mean, grey), offset - 1, 255, cv2.THRESH_BINARY)[1])


def measure_tilt(image: Image, most: float = MAX_TILT) -> float:
    """Return the tilt of text lines and rules in degrees, counter-clockwise positive, within ±*most*.

    The angle whose row profile is sharpest: ink rows and gaps alternate most strongly when lines lie level.
    """
    grey = image if image.ndim == 2 else _as_u8(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    ink = ink_mask(reduced(grey, 900, by_area=True), 25, 10)
    h, w = ink.shape
    margin_y, margin_x = int(h * 0.06), int(w * 0.06)
    ink = ink[margin_y : h - margin_y, margin_x : w - margin_x]
    ys, xs = np.nonzero(ink)
    if len(xs) < 200:
        return 0.0
    if len(xs) > 30_000:
        keep = np.linspace(0, len(xs) - 1, 30_000).astype(int)
        ys, xs = ys[keep], xs[keep]

    def sharpness(angle: float) -> float:
        rows = ys + xs * np.tan(np.radians(angle))
        counts = np.bincount((rows - rows.min()).astype(np.int64))
        return float(np.square(np.diff(counts.astype(np.float64))).sum())

    best = 0.0
    for span, step in ((most, 0.5), (0.5, 0.1), (0.1, 0.025)):
        tries = np.arange(best - span, best + span + step / 2, step)
        best = float(max(tries, key=sharpness))
    return best if abs(best) <= most else 0.0


def deskew(image: Image) -> tuple[Image, Step]:
    """Level the lines. The frame grows so that no corner is lost."""
    angle = measure_tilt(image)
    h, w = image.shape[:2]
    if abs(angle) < 0.05:
        return image, Step("deskew", Transform.identity(), {"degrees": 0.0})
    turn_by = cv2.getRotationMatrix2D((w / 2, h / 2), -angle, 1.0)
    cos, sin = abs(turn_by[0, 0]), abs(turn_by[0, 1])
    nw, nh = int(np.ceil(w * cos + h * sin)), int(np.ceil(w * sin + h * cos))
    turn_by[0, 2] += (nw - w) / 2
    turn_by[1, 2] += (nh - h) / 2
    (a, b, c), (d, e, f) = ((float(v) for v in row) for row in turn_by)
    there = Transform((a, b, c, d, e, f, 0, 0, 1))
    return warp(image, there, nw, nh), Step("deskew", there, {"degrees": angle})


def crop_borders(image: Image) -> tuple[Image, Step]:
    """Cut away dark scanner surround: the page is the largest light region, if it leaves a dark frame."""
    h, w = image.shape[:2]
    identity = Step("crop", Transform.identity(), {"left": 0, "top": 0, "right": 0, "bottom": 0})
    factor = 600 / max(h, w)
    small = cv2.cvtColor(reduced(image, 600), cv2.COLOR_BGR2GRAY)
    small = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    paper = float(np.percentile(small, 75))
    light = _as_u8((small > paper * 0.55) * 255)
    light = _as_u8(cv2.morphologyEx(light, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8)))
    count, _, stats = components(light)
    if count < 2:
        return image, identity
    x, y, bw, bh, area = (int(v) for v in max(stats[1:].tolist(), key=lambda s: s[4]))
    if area < 0.35 * small.size or area > 0.995 * small.size:
        return image, identity
    left, top = int(x / factor), int(y / factor)
    right, bottom = min(w, int((x + bw) / factor)), min(h, int((y + bh) / factor))
    cut = image[top:bottom, left:right]
    facts = {"left": float(left), "top": float(top), "right": float(w - right), "bottom": float(h - bottom)}
    return _as_u8(cut), Step("crop", Transform.shift(-left, -top), facts)


SURROUND, PAPER_BESIDE = 0.42, 0.75
"""Share of the paper's lightness up to which something is no paper, and that its edge has beside it: no shadow is so
dark and ends so sharply."""
RIM = 15.0
"""Pixels over which the outermost ones are smoothed, along the edge."""


def fill_surround(image: Image) -> tuple[Image, Step]:
    """Paint what is left of a dark scanner bed or table around the paper as the paper beside it.

    Grain there would be taken for ink; as would that of the outermost pixels, which later steps repeat outwards, so
    they are smoothed. A shadow on the paper, which fades or is lighter, is left: there may be writing.
    """
    h, w = image.shape[:2]
    small = reduced(image, 600)
    off = _surround(_as_u8(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)))
    share = cv2.countNonZero(off) / off.size
    out = image.copy()
    if 0 < share < 1:
        tiny = (max(1, w // 16), max(1, h // 16))
        near = cv2.resize(small, tiny, interpolation=cv2.INTER_AREA).astype(np.float32)
        kept = cv2.resize(np.asarray(off == 0, np.float32), tiny, interpolation=cv2.INTER_AREA)
        weight = cv2.GaussianBlur(kept, (0, 0), 4)[:, :, None]
        mean = cv2.GaussianBlur(near * kept[:, :, None], (0, 0), 4) / np.maximum(weight, 1e-6)
        mean[weight[:, :, 0] < 1e-3] = cv2.mean(small, cv2.bitwise_not(off))[:3]
        cv2.copyTo(cv2.resize(_as_u8(mean), (w, h)), cv2.resize(off, (w, h), interpolation=cv2.INTER_NEAREST), out)
    for rim in (out[:1], out[-1:]):
        rim[:] = cv2.GaussianBlur(rim, (0, 0), RIM, sigmaY=0.1)
    for rim in (out[:, :1], out[:, -1:]):
        rim[:] = cv2.GaussianBlur(rim, (0, 0), 0.1, sigmaY=RIM)
    return out, Step("surround", Transform.identity(), {"share": share})


def _surround(light: Image) -> Image:
    """Return 255 where a small grey picture shows no paper: dark pieces at its edges, with light paper beside them."""
    paper = float(np.percentile(light[::2, ::2], 75))
    dark = cv2.copyMakeBorder(_as_u8((light < SURROUND * paper) * 255), 9, 9, 9, 9, cv2.BORDER_CONSTANT, value=255)
    dark = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))[9:-9, 9:-9]  # letters go, slivers stay
    _, pieces, stats = components(_as_u8(dark))
    x, y, w, h, _ = stats.T
    at_edge = (x == 0) | (y == 0) | (x + w == light.shape[1]) | (y + h == light.shape[0])
    off = np.zeros_like(light)
    for index in np.flatnonzero(at_edge[1:]) + 1:
        own = _as_u8((pieces == index) * 255)
        grown = cv2.dilate(own, np.ones((5, 5), np.uint8))
        beside = cv2.subtract(cv2.dilate(own, np.ones((9, 9), np.uint8)), grown)
        if np.median(light[beside > 0]) >= PAPER_BESIDE * paper:
            off = _as_u8(cv2.bitwise_or(off, grown))
    return off


def even_light(image: Image) -> tuple[Image, Step]:
    """Divide by the paper's own brightness, colour by colour, so that paper is white everywhere."""
    h, w = image.shape[:2]
    small = reduced(image, 300, by_area=True)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15)))
    paper = np.maximum(cv2.GaussianBlur(paper, (0, 0), 7), 40)
    paper = _as_u8(cv2.resize(paper, (w, h), interpolation=cv2.INTER_LINEAR))
    mean = float(np.mean(cv2.mean(paper)[:3]))
    out = cv2.divide(image, paper, scale=245)
    return _as_u8(out), Step("light", Transform.identity(), {"paper": mean})


RED = 34
"""How far red must exceed green and blue (8 bit) for ink to count as a red seal's."""


def redness(colour: Image) -> Image:
    """Return how far red exceeds both green and blue, pixel by pixel, in grey levels."""
    return _beyond(*map(_as_u8, cv2.split(colour)))


def _beyond(blue: Image, green: Image, red: Image) -> Image:
    return _as_u8(cv2.subtract(red, cv2.max(blue, green)))


def red_ink(colour: Image) -> Image:
    """Return 255 where there is red ink (seals, red pens)."""
    blue, green, red = map(_as_u8, cv2.split(colour))
    strong = cv2.threshold(_beyond(blue, green, red), RED, 255, cv2.THRESH_BINARY)[1]
    dark = cv2.threshold(cv2.min(blue, green), 199, 255, cv2.THRESH_BINARY_INV)[1]
    return _as_u8(cv2.dilate(cv2.bitwise_and(strong, dark), np.ones((3, 3), np.uint8)))


def without_red(colour: Image) -> tuple[Image, Step]:
    """Return the page in grey in which red ink is as light as it is in red light; black and blue ink stay."""
    grey = _as_u8(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY))
    red = red_ink(colour)
    cv2.copyTo(cv2.max(grey, cv2.extractChannel(colour, 2)), red, grey)
    return grey, Step("red", Transform.identity(), {"share": cv2.countNonZero(red) / red.size})


SPECK, ALONE = 4, 21
"""Pixels of ink that are specks where a square with that side around each of them holds no more."""


def remove_specks(grey: Image) -> tuple[Image, Step]:
    """Paint over isolated specks, at most :data:`SPECK` px together, that no letter, mark or dotted rule is made of."""
    ink = ink_mask(grey)
    around = cv2.boxFilter(ink & 1, -1, (ALONE, ALONE), normalize=False, borderType=cv2.BORDER_CONSTANT)  # 255 at most
    specks = _as_u8(cv2.bitwise_and(ink, cv2.threshold(around, SPECK, 255, cv2.THRESH_BINARY_INV)[1]))
    removed = cv2.countNonZero(specks)
    if removed:
        grey = painted_over(grey, _as_u8(cv2.dilate(specks, np.ones((3, 3), np.uint8))), 245)
    return grey, Step("despeckle", Transform.identity(), {"pixels": float(removed)})


def again(colour: Image, preparation: Preparation) -> PreparedPage:
    """Return a prepared page from its kept colour picture."""
    grey, _ = remove_specks(without_red(colour)[0])
    return PreparedPage(colour, grey, preparation)


def cut(page: PreparedPage, box: Box) -> PreparedPage:
    """Return the part of a prepared page that lies in *box*."""
    left, top = max(0, int(box.x)), max(0, int(box.y))
    right, bottom = min(page.grey.shape[1], int(box.right)), min(page.grey.shape[0], int(box.bottom))
    if (left, top) == (0, 0) and (bottom, right) == page.grey.shape:
        return page
    step = Step("part", Transform.shift(-left, -top), {"left": float(left), "top": float(top)})
    steps = (*page.preparation.steps, step)
    part = np.s_[top:bottom, left:right]
    whole = Preparation(steps, right - left, bottom - top)
    return PreparedPage(np.ascontiguousarray(page.colour[part]), np.ascontiguousarray(page.grey[part]), whole)


def straightened(image: Image, quarter_turns: int = 0, before: tuple[Step, ...] = ()) -> tuple[Image, tuple[Step, ...]]:
    """Return a decoded page (grey or BGR) upright, level and evenly lit, in colour, with the steps that led to it.

    *before* are steps already taken.
    """
    colour = image if image.ndim == 3 else _as_u8(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))
    steps = list(before)
    if quarter_turns % 4:
        colour, step = turn(colour, quarter_turns)
        steps.append(step)
    for act in (rescale, crop_borders, fill_surround, deskew, flatten, even_light):
        colour, step = act(colour)
        steps.append(step)
    return colour, tuple(steps)


def cleaned(colour: Image, steps: tuple[Step, ...]) -> PreparedPage:
    """Return a straightened page with its grey picture, red ink and specks taken out."""
    grey, red = without_red(colour)
    grey, specks = remove_specks(grey)
    h, w = grey.shape
    return PreparedPage(colour, grey, Preparation((*steps, red, specks), w, h))


def prepare(image: Image, quarter_turns: int = 0, before: tuple[Step, ...] = ()) -> PreparedPage:
    """Do all steps on a decoded page (grey or BGR); *before* are the steps that led to it."""
    return cleaned(*straightened(image, quarter_turns, before))

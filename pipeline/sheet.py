"""A page picture as the checks at the scanner see it: two scales, the paper, its light, and the ink on it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.components import components
from pipeline.prepare import LONG_SIDE, ink_mask, red_ink
from pipeline.sizes import at_most, halved
from pipeline.tabletop import off_table
from records.geometry import Box, Polygon, Transform
from records.ports import Image

SMALL_SIDE = 600
"""Pixels on the longer side of the small frame: some 2 a millimetre on A4."""
BED = 0.3
"""Of the paper's brightness: what is darker is no paper. Beds measured up to 0.22, the darkest fold 0.36."""

LETTER = (7, 80)
"""Height of letters and their pieces in sheet pixels (200 dpi on A4)."""
DARK = 60
"""Grey levels under the paper from which a mark is writing for sure; paper grain in a dark fold measured up to 45."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page picture, taken apart once for all checks.

    The *sheet* frame has at most :data:`pipeline.prepare.LONG_SIDE` pixels on its longer side and never more than the
    master; the *small* frame has :data:`SMALL_SIDE`.
    """

    grey: Image
    """Sheet frame."""
    level: Image
    """Sheet frame: grey as if the light were even, paper about 245."""
    ink: Image
    """Sheet frame: 255 where there is ink on the page, red ink and seals left out."""
    marks: NDArray[np.int32]
    """Sheet frame: connected pieces of ink as rows of left, top, width, height, area, darkness (grey levels, mean)."""
    colour: Image
    """Small frame, BGR, ink closed over."""
    light: NDArray[np.float32]
    """Small frame: brightness of the paper itself, ink closed over, 0 to 255."""
    page: Image
    """Small frame: 255 where the page lies."""
    paper: float
    """Brightness of the paper in good light (three quarters of the page are darker), 0 to 255."""
    width: int
    height: int
    """Of the master, in pixels."""

    @property
    def small_to_master(self) -> Transform:
        """Small pixels → master pixels."""
        h, w = self.page.shape
        return Transform.scale(self.width / w, self.height / h)

    @property
    def sheet_to_master(self) -> Transform:
        """Sheet pixels → master pixels."""
        h, w = self.grey.shape
        return Transform.scale(self.width / w, self.height / h)

    @property
    def whole(self) -> Polygon:
        """The whole picture, master pixels."""
        return Box(0, 0, self.width, self.height).polygon()

    def around(self, mask: NDArray[np.bool_]) -> Polygon:
        """Return the box around what is marked in *mask*, any frame, in master pixels; of nothing, the whole."""
        ys, xs = np.nonzero(mask)
        if not len(xs):
            return self.whole
        h, w = mask.shape
        x, y = float(xs.min()), float(ys.min())
        box = Box(x, y, float(xs.max()) + 1 - x, float(ys.max()) + 1 - y)
        return Transform.scale(self.width / w, self.height / h).polygon(box.polygon())


def take_apart(image: Image) -> Sheet:
    """Return what the checks need of a decoded page (BGR or grey)."""
    colour = image if image.ndim == 3 else np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)
    height, width = colour.shape[:2]
    sheet = at_most(colour, LONG_SIDE)
    small = at_most(sheet, SMALL_SIDE)
    grey = np.asarray(cv2.cvtColor(sheet, cv2.COLOR_BGR2GRAY), np.uint8)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13)))
    light = np.asarray(cv2.GaussianBlur(cv2.cvtColor(closed, cv2.COLOR_BGR2GRAY), (0, 0), 2), np.float32)
    page, paper = _page(light)
    under = cv2.resize(np.maximum(light, 8).astype(np.uint8), (grey.shape[1], grey.shape[0]))
    level = np.asarray(cv2.divide(grey, under, scale=245), np.uint8)
    ink = ink_mask(level)
    ink[(_inside(page, level) <= 127) | (_red(sheet, level.shape) > 0)] = 0
    marks = _marks(ink, level)
    lying = off_table(sheet, page, letter_like(marks, DARK))
    if lying is not None:
        page, paper = lying, float(np.percentile(light[lying > 0], 75))
        ink[_inside(page, level) <= 127] = 0
        marks = _marks(ink, level)
    return Sheet(grey, level, ink, marks, np.asarray(closed, np.uint8), light, page, paper, width, height)


def letter_like(marks: NDArray[np.int32], darkness: int = 30) -> NDArray[np.int32]:
    """Return the *marks* that have the size of letters and at least the *darkness* (rows as in ``Sheet.marks``)."""
    _, _, w, h, area, dark = marks.T
    least, most = LETTER
    like = (h >= least) & (h <= most) & (w >= 3) & (w <= 6 * most) & (area >= 14) & (dark >= darkness)
    return np.asarray(marks[like])


def _inside(page: Image, level: Image) -> Image:
    """Return 255 in the sheet frame where *page* (small frame) lies, its rim left out."""
    size = (level.shape[1], level.shape[0])
    return np.asarray(cv2.resize(cv2.erode(page, np.ones((5, 5), np.uint8)), size), np.uint8)


def _marks(ink: Image, level: Image) -> NDArray[np.int32]:
    count, labels, stats = components(ink)
    inked = ink > 0
    dark = np.bincount(labels[inked], weights=245.0 - level[inked], minlength=count)
    mean = dark / np.maximum(stats[:, cv2.CC_STAT_AREA], 1)
    return np.column_stack([stats, mean.round()])[1:].astype(np.int32)


def _page(light: NDArray[np.float32]) -> tuple[Image, float]:
    """Return the largest region as bright as paper (small frame), filled, and how bright that paper is."""
    paper = float(np.percentile(light, 75))
    bright = np.asarray(light > paper * BED, np.uint8)
    bright = np.asarray(cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)))
    count, labels, stats = components(bright)
    if count < 2:
        return np.full(light.shape, 255, np.uint8), paper
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    page = np.asarray(labels == largest, np.uint8) * 255
    outlines, _ = cv2.findContours(page, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    page = np.asarray(cv2.drawContours(page, outlines, -1, 255, -1), np.uint8)
    return page, float(np.percentile(light[page > 0], 75))


def _red(sheet: Image, shape: tuple[int, ...]) -> Image:
    red = cv2.dilate(red_ink(halved(sheet)), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.resize(red, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST), np.uint8)

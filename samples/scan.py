"""The scanner: how a page comes to lie on the glass, and what light, lens and sensor do to it.

Geometry is told as a map that is exact both ways, so that outlines of the truth land where the ink lands.
Frames: *page* pixels (the paper) and *scan* pixels (the file), both from the top left.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.difficulty import Dials
from samples.ink import Pixels

Points = NDArray[np.float32]
Gutter = Literal["left", "right", "middle"]
"""Where a page's gutter is; that of an opened book lies in its middle."""


@dataclass(frozen=True, slots=True)
class Lie:
    """How a page lies in the frame: bent near the gutter (a function of x alone), then turned, scaled and moved.

    page = A · (x + bend_x(x), y + bend_y(x)) for the scan pixel (x, y). A camera held askew adds perspective.
    """

    width: int
    height: int
    matrix: NDArray[np.float64]
    """A, 3 x 3: straightened scan pixels → page pixels."""
    bend_x: NDArray[np.float32]
    """For each column of the scan, shape (width,)."""
    bend_y: NDArray[np.float32]
    side: Gutter
    gutter: float
    """Column of the scan where the gutter is."""
    bed: int
    """Grey of the scanner's bed around the paper."""

    def to_scan(self, points: Points) -> Points:
        """Take page points, shape (n, 2), to scan pixels."""
        straight = _through(np.linalg.inv(self.matrix).astype(np.float64), points.astype(np.float64))
        columns = np.arange(self.width, dtype=np.float64)
        x = np.interp(straight[:, 0], columns + self.bend_x, columns, left=np.nan, right=np.nan)
        beyond = np.isnan(x)
        edge = np.where(straight[:, 0] < self.width / 2, self.bend_x[0], self.bend_x[-1])
        x = np.where(beyond, straight[:, 0] - edge, x)
        y = straight[:, 1] - np.interp(x, columns, self.bend_y)
        return np.stack([x, y], axis=1).astype(np.float32)

    def _maps(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return for each scan pixel where on the page its colour comes from."""
        m = self.matrix.astype(np.float32)
        x = np.arange(self.width, dtype=np.float32) + self.bend_x
        y = np.arange(self.height, dtype=np.float32)[:, None]
        across, down, deep = ((r[0] * x + r[1] * self.bend_y + r[2])[None, :] + r[1] * y for r in m)
        return (across, down) if not m[2, :2].any() else (across / deep, down / deep)

    def apply(self, page: Pixels, strip: int) -> Pixels:
        """Return the page as it lies; *strip* pixels of the neighbouring page are seen beyond the gutter."""
        left, right = (strip if self.side == "left" else 0), (strip if self.side == "right" else 0)
        wide = cv2.copyMakeBorder(page, 0, 0, left, right, cv2.BORDER_REFLECT_101)
        across, down = self._maps()
        if self.bed < 0:
            mode, value = cv2.BORDER_REPLICATE, (0, 0, 0)
        else:
            mode, value = cv2.BORDER_CONSTANT, (self.bed, self.bed, self.bed + 2)
        out = cv2.remap(wide, across + np.float32(left), down, cv2.INTER_LINEAR, borderMode=mode, borderValue=value)
        return np.asarray(out, np.uint8)


def _through(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take points, shape (n, 2), through a homography."""
    out = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(out[:, :2] / out[:, 2:], np.float64)


def _askew(rng: np.random.Generator, width: int, height: int) -> NDArray[np.float64]:
    """Return what a camera held askew does to the frame, 3 x 3: each corner moves in by up to some per cent."""
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inward = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32) * [width, height]
    moved = (corners + inward * rng.uniform(0.01, 0.055, (4, 2))).astype(np.float32)
    return np.asarray(cv2.getPerspectiveTransform(moved, corners), np.float64)


def draw_lie(rng: np.random.Generator, dials: Dials, page: tuple[int, int], dpi: float, *, side: Gutter) -> Lie:
    """Return how a page of *page* = (width, height) pixels lies in a frame of the same size."""
    width, height = page
    turn = np.radians(np.clip(rng.normal(0, dials.skew), -2.2 * dials.skew, 2.2 * dials.skew))
    turn = float(np.clip(turn, np.radians(-2.5), np.radians(2.5)))
    inset = float(rng.uniform(0, dials.inset))
    size = 1 - inset
    sx, sy = size * float(rng.normal(1, 0.0025)), size * float(rng.normal(1, 0.0025))
    c, s = np.cos(turn), np.sin(turn)
    forward = np.array([[c * sx, -s * sy], [s * sx, c * sy]])
    middle = np.array([width / 2, height / 2])
    room = np.array([width, height]) * inset * 0.35
    place = middle + rng.uniform(-1, 1, 2) * room
    back = np.linalg.inv(forward)
    matrix = np.concatenate([back, (middle - back @ place)[:, None]], axis=1)
    matrix = np.concatenate([matrix, [[0.0, 0.0, 1.0]]])
    fold = {"left": 0.0, "middle": width / 2, "right": float(width)}[side]
    edge = forward @ (np.array([fold, height / 2]) - middle) + place
    columns = np.arange(width, dtype=np.float64)
    mm = dpi / 25.4
    away = np.abs(columns - edge[0]) / mm
    bend = float(rng.normal(0, dials.curl)) * mm
    squeeze = abs(float(rng.normal(0, dials.curl))) * mm * 0.8
    bend_y = bend * np.exp(-away / 26) + dials.curl * 0.25 * mm * np.sin(columns / width * 5 + rng.uniform(0, 6))
    inward = {"left": -1.0, "right": 1.0, "middle": np.where(columns < edge[0], -1.0, 1.0)}[side]
    bend_x = squeeze * np.exp(-away / 22) * inward  # of an opened book the innermost millimetres are not seen
    bed = -1 if dials.inset == 0 else int(rng.choice([18, 30, 44, 205], p=[0.4, 0.3, 0.15, 0.15]))
    if dials.phone and rng.random() < dials.phone:
        matrix, bed = matrix @ _askew(rng, width, height), int(rng.integers(40, 130))
    x, y = bend_x.astype(np.float32), bend_y.astype(np.float32)
    return Lie(width, height, matrix, x, y, side, float(edge[0]), bed)


@dataclass(frozen=True, slots=True)
class Sensor:
    """One scanner: its noise (a tile, shifted for each page) and its blur, the same for a whole book."""

    noise: NDArray[np.int16]
    blur: float


def draw_sensor(rng: np.random.Generator, dials: Dials, width: int, height: int, dpi: float) -> Sensor:
    """Return the scanner of a book."""
    noise = rng.standard_normal((height, width), dtype=np.float32) * np.float32(dials.noise)
    streaks = rng.standard_normal(width, dtype=np.float32) * np.float32(dials.noise * 0.12)
    tile = np.rint(noise + streaks[None, :]).astype(np.int16)
    return Sensor(tile, float(dials.blur * rng.uniform(0.8, 1.2) * dpi / 200))


def exposed(rng: np.random.Generator, image: Pixels, lie: Lie, sensor: Sensor, dials: Dials, dpi: float) -> Pixels:
    """Return *image* under the scanner's lamp: uneven light, shadow in the gutter, blur, noise."""
    h, w = image.shape[:2]
    soft = cv2.GaussianBlur(image, (0, 0), sensor.blur) if sensor.blur > 0.2 else image
    lamp = cv2.resize(rng.standard_normal((4, 4), dtype=np.float32), (64, 64), interpolation=cv2.INTER_CUBIC)
    field = 1 + np.float32(dials.uneven * 0.22) * lamp - np.float32(dials.uneven * 0.12)
    light = cv2.resize(field.astype(np.float32), (w, h), interpolation=cv2.INTER_LINEAR)
    away = (np.arange(w) - lie.gutter) / (dpi / 25.4) * (-1 if lie.side == "right" else 1)
    away = np.abs(away) if lie.side == "middle" else away
    reach = float(rng.uniform(5, 14))
    depth = dials.gutter * float(rng.uniform(0.6, 1.0))
    shadow = 1 - depth * np.exp(-np.maximum(away, 0) / reach) - 0.25 * depth * np.exp(-(((away) / 1.2) ** 2))
    shadow = np.where(away < 0, shadow + depth * 0.5 * (1 - np.exp(away / 4)), shadow)
    light *= np.clip(shadow, 0.05, 1.05).astype(np.float32)[None, :]
    lamp8 = np.clip(light * 200, 0, 255).astype(np.uint8)
    lit = cv2.multiply(soft, cv2.merge([lamp8, lamp8, lamp8]), scale=1 / 200)
    noise = np.roll(sensor.noise, int(rng.integers(h)), axis=0)
    return np.asarray(cv2.add(lit, cv2.merge([noise, noise, noise]), dtype=cv2.CV_8U), np.uint8)

"""Opened books for tests: two pages side by side with the shadow of the fold, lying on a table."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from records.geometry import Point, Transform
from records.ports import Image
from samples import make_book


@dataclass(frozen=True)
class Opening:
    """A picture of an opened book, and where its fold and the corners of its paper lie in it."""

    picture: Image
    top: Point
    bottom: Point
    corners: tuple[Point, Point, Point, Point]

    def x_at(self, y: float) -> float:
        share = (y - self.top.y) / (self.bottom.y - self.top.y)
        return self.top.x + share * (self.bottom.x - self.top.x)


def sample_pages(folder: Path) -> list[Image]:
    """Pages of a small synthetic book, set by several printing houses."""
    book = make_book(folder, cases=4, seed=3, formats=("jpeg",), dpi=100, setting="mixed")
    return [np.asarray(cv2.imread(str(path)), np.uint8) for path in book.images]


def opened(
    left: Image,
    right: Image,
    *,
    tilt: float = 0.0,
    shadow: float = 80.0,
    reach: float = 0.02,
    table: int = 40,
    border: tuple[int, int] = (60, 90),
    pull: float = 0.0,
) -> Opening:
    """Lay two pages of one height beside each other, turned by *tilt* degrees.

    *shadow* is how many grey levels the fold is darker, *reach* its width as a share of the whole; *pull* draws the
    upper corners together, as in a picture taken aslant.
    """
    both = np.hstack([left, right]).astype(np.float32)
    h, w = both.shape[:2]
    fold = left.shape[1]
    away = (np.arange(w) - fold) / (reach * w)
    both -= (shadow * np.exp(-away * away))[None, :, None]
    by, bx = border
    lying = np.full((h + 2 * by, w + 2 * bx, 3), table, np.float32)
    lying += np.random.default_rng(1).normal(0, 3, lying.shape)
    lying[by : by + h, bx : bx + w] = both
    flat = np.clip(lying, 0, 255).astype(np.uint8)
    height, width = flat.shape[:2]
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0), (0, 0, 1)])
    corners = np.array([(bx, by), (bx + w, by), (bx + w, by + h), (bx, by + h)], np.float32)
    drawn = corners + np.array([(pull * w, 0), (-pull * w, 0), (0, 0), (0, 0)], np.float32)
    matrix = turn @ cv2.getPerspectiveTransform(corners, drawn)
    there = Transform(tuple(float(v) for v in (matrix / matrix[2, 2]).ravel()))  # type: ignore[arg-type]
    picture = cv2.warpPerspective(flat, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    a, b, c, d = (there.point(Point(float(x), float(y))) for x, y in corners)
    top, bottom = there.point(Point(bx + fold, by)), there.point(Point(bx + fold, by + h))
    return Opening(np.asarray(picture, np.uint8), top, bottom, (a, b, c, d))


def blank(like: Image) -> Image:
    """An empty page of the same paper."""
    return np.full_like(like, np.median(like, axis=(0, 1)).astype(np.uint8))

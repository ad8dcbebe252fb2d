"""A page with what was found on it and what is true of it, drawn for people."""

from collections.abc import Mapping

import cv2
import numpy as np

from pipeline.layout import PictureLayout
from pipeline.page_truth import TruePage
from records.geometry import Box, Polygon
from records.ports import Image

FOUND, EXTRA = (200, 90, 0), (200, 0, 200)
"""BGR: lines found that are true, and those the truth does not tell of."""
TRUE, LOST = (0, 150, 0), (0, 0, 230)
"""BGR: lines of the truth that were found, and those that were not."""
FOLD, PAPER = (0, 140, 255), (160, 160, 0)


def draw_layout(image: Image, truth: TruePage, seen: PictureLayout, pairs: Mapping[int, int]) -> bytes:
    """Return the page as JPEG; *pairs* are (line of the truth → line found), by index."""
    thick = max(1, round(max(image.shape[:2]) / 1000))
    out = image.copy()
    _outline(out, seen.spread.paper, PAPER, thick)
    for number, true in enumerate(truth.lines):
        _outline(out, true.box.polygon(), TRUE if number in pairs else LOST, thick)
    taken = set(pairs.values())
    for number, line in enumerate(seen.lines):
        _outline(out, line.outline, FOUND if number in taken else EXTRA, thick)
    if truth.gutter is not None:
        low, high = truth.gutter
        _outline(out, Box(low, 0, high - low, image.shape[0]).polygon(), TRUE, thick)
    if seen.spread.fold is not None:
        ends = [(round(p.x), round(p.y)) for p in (seen.spread.fold.top, seen.spread.fold.bottom)]
        cv2.line(out, ends[0], ends[1], FOLD, 2 * thick, cv2.LINE_AA)
    return cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def _outline(out: Image, outline: Polygon, colour: tuple[int, int, int], thick: int) -> None:
    points = np.array([[p.x, p.y] for p in outline.points]).round().astype(np.int32)
    cv2.polylines(out, [points], True, colour, thick, cv2.LINE_AA)

"""The table under a page: what is light and is no paper.

Against the bed of a scanner a page stands out by its brightness alone. A table of wood or grey is half as bright as
paper, as is paper in a shadow. They are told apart by what lies on them and how: a table goes round the paper, and
nothing is written on it.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.paper import SIDE, papers_on_table
from pipeline.sizes import at_most
from records.ports import Image

LEAST = 0.01
"""Share of the picture from which there is a table to be told from the page; rims of a page measured up to 0.008."""
AROUND = 0.6
"""Share of the paper's outline with the table behind it; paper on tables 0.72 and more, the edge of a shadow 0.45."""
FEWEST_WRITTEN = 250
"""Dark letters in the picture from which writing tells paper in a shadow from a table; entries have 330 and more."""
MOST_WRITTEN = 8
"""Dark letters beside the paper, beyond which it is paper too; tables have up to 1, half a page in a shadow 42."""
_REACH = 25
"""Small pixels, 12 mm, within which the table begins beyond the outline: the scanner's bed may lie between."""
_RIM = 11
"""Small pixels along the outline where a letter may be one of the page's."""


def off_table(picture: Image, page: Image, letters: NDArray[np.int32]) -> Image | None:
    """Return where the page lies on a table (small frame, 255); None where *page* shows no table.

    *picture* is the sheet frame in colour, *page* (small frame) what is brighter than a scanner's bed, *letters* the
    dark marks on it that look like letters (sheet frame, rows as in ``Sheet.marks``).
    """
    if len(letters) < FEWEST_WRITTEN:
        return None
    h, w = page.shape
    for paper in papers_on_table(at_most(picture, SIDE)):
        mask = np.asarray(cv2.resize(paper.mask, (w, h), interpolation=cv2.INTER_NEAREST), np.uint8)
        beside = np.asarray((page > 0) & (mask == 0), np.uint8)
        table = np.asarray(cv2.morphologyEx(beside, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)), np.uint8)
        if float(table.mean()) < LEAST:
            return None
        if _around(table, mask) >= AROUND and _written(letters, mask, picture) <= MOST_WRITTEN:
            return np.asarray(cv2.bitwise_and(page, mask), np.uint8)
    return None


def _around(table: Image, mask: Image) -> float:
    """Return which share of the outline of *mask* has the *table* behind it."""
    rim = cv2.erode(mask, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    outline = (mask > 0) & (rim == 0)
    outline_in = outline.copy()
    outline_in[[0, 1, -2, -1]] = outline_in[:, [0, 1, -2, -1]] = False  # there the picture ends, not the paper
    near = cv2.dilate(table, np.ones((2 * _REACH + 1, 2 * _REACH + 1), np.uint8)) > 0
    return float((near & outline_in).sum()) / max(1, int(outline.sum()))


def _written(letters: NDArray[np.int32], mask: Image, picture: Image) -> int:
    """Return how many of the *letters* lie beside *mask*."""
    h, w = picture.shape[:2]
    far = cv2.erode(cv2.bitwise_not(mask), np.ones((_RIM, _RIM), np.uint8))
    far = cv2.resize(far, (w, h), interpolation=cv2.INTER_NEAREST)
    x, y, mw, mh = letters[:, :4].T
    return int((far[np.minimum(y + mh // 2, h - 1), np.minimum(x + mw // 2, w - 1)] > 0).sum())

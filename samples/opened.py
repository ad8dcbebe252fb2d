"""Opened books: two neighbouring pages as one sheet, or a table across both leaves as two."""

from dataclasses import replace

import numpy as np

from samples.filling import Filled, Page, Trace
from samples.ink import Sheet
from samples.scan import Points


def opened(left: Page, right: Page) -> Page:
    """Return the opened book: *left* and *right* side by side, outlines moved along."""
    height, width = left.sheet.pixels.shape[:2]
    whole = Page(Sheet(width + right.sheet.pixels.shape[1], height), left.dpi)
    whole.sheet.pixels[:] = np.concatenate([left.sheet.pixels, right.sheet.pixels], axis=1)
    for page, dx in ((left, 0.0), (right, float(width))):
        before = len(whole.entries)
        whole.cancelled += [replace(_trace(one, dx), text=str(int(one.text) + before)) for one in page.cancelled]
        whole.entries += [[_moved(one, dx) for one in fields] for fields in page.entries]
        whole.notes += [_trace(one, dx) for one in page.notes]
        whole.margin += [_trace(one, dx) for one in page.margin]
        whole.signatures += [_trace(one, dx) for one in page.signatures]
    return whole


def _points(outline: Points, dx: float) -> Points:
    return outline + np.array([dx, 0], np.float32) if len(outline) else outline


def _trace(trace: Trace, dx: float) -> Trace:
    return replace(trace, outline=_points(trace.outline, dx))


def _moved(filled: Filled, dx: float) -> Filled:
    lines = tuple(_trace(line, dx) for line in filled.lines)
    struck = _trace(filled.struck, dx) if filled.struck else None
    return replace(filled, lines=lines, outline=_points(filled.outline, dx), struck=struck)


def apart(whole: Page) -> tuple[Page, Page]:
    """Return the leaves of an opened book, each with the fields that stand on it."""
    height, width = whole.sheet.pixels.shape[:2]
    middle = width // 2
    leaves = []
    for begin, end in ((0, middle), (middle, width)):
        leaf = Page(Sheet(end - begin, height), whole.dpi)
        leaf.sheet.pixels[:] = whole.sheet.pixels[:, begin:end]
        for fields in whole.entries:
            own = [one for one in fields if begin <= float(one.outline[:, 0].mean()) < end]
            leaf.entries.append([_moved(one, -float(begin)) for one in own])
        leaf.margin += [
            _trace(one, -float(begin)) for one in whole.margin if begin <= float(one.outline[:, 0].mean()) < end
        ]
        for one in whole.cancelled:
            inside = (one.outline[:, 0] >= begin) & (one.outline[:, 0] < end)
            if inside.any():
                leaf.cancelled.append(_trace(replace(one, outline=one.outline[inside]), -float(begin)))
        leaves.append(leaf)
    return leaves[0], leaves[1]

"""The truth of a book: ``truth.jsonl``, one JSON object a page, in the order of the pages.

``file``      name of the image beside the truth, or of the PDF where only that was made
``page``      its number in the PDF, from 1
``role``      cover, entry, index, blank, other, slip
``kind``      the ministry's code (KS …) or OTHER
``edition``   of the form, or null
``entries``   [{"fields": {COLUMN: {"text", "box"}}}]: the ministry's import columns; text verbatim, NFC; a field that
              the book leaves blank has text "" and the box of its empty room
``notes``     [{"text", "box"}]: what stands under *Ghi chú*

Boxes are [x, y, width, height] in pixels of that file, after every distortion, upright, around the ink itself; of a
check box, around the square and its printed label.

Of a table whose leaves were scanned one by one each page tells the columns on its ``leaf`` (left, right); the entries
of the right leaf are those of the left leaf before it, in the same order. ``sides`` tells the roles of two pages in one
picture.

A field may say more: ``lines`` [{"text", "box"}] where it was written on several; ``struck`` {"text", "box"}, the wrong
text that was struck out; ``ink`` "real" where a real line image stands. A page may say more: ``setting``, ``hand`` and
``ink_colour`` (how it was made), ``signatures`` [{"text", "box"}], ``margin`` [{"text", "polygon"}] (notes outside the
form's fields, with four corners [x, y]; ``red`` says "pen" or "stamp" of one in red), ``cancelled`` [{"entry", "how",
"box"}] (entries struck out as a whole: which of ``entries``, from 0, and by what strokes), ``closing`` {"pages",
"events", "first", "last"} (what a book's closing page states; newer ones state no first and last number),
``slip`` {"number", "year"} (the entry that a loose slip names).
"""

from typing import Any

import numpy as np

from samples.filling import Filled, Page, Trace
from samples.scan import Lie, Points


def box_of(outline: Points, lie: Lie) -> list[int]:
    """Return the upright box of a page outline where it lies in the scan, cut to the frame."""
    if not len(outline):
        return [0, 0, 0, 0]
    points = lie.to_scan(outline)
    x0, y0 = np.floor(points.min(axis=0)).astype(int)
    x1, y1 = np.ceil(points.max(axis=0)).astype(int)
    x0, x1 = (int(np.clip(v, 0, lie.width)) for v in (x0, x1))
    y0, y1 = (int(np.clip(v, 0, lie.height)) for v in (y0, y1))
    return [x0, y0, x1 - x0, y1 - y0]


def _trace(trace: Trace, lie: Lie) -> dict[str, Any]:
    return {"text": trace.text, "box": box_of(trace.outline, lie)}


def _note(note: Trace, lie: Lie) -> dict[str, Any]:
    out: dict[str, Any] = {"text": note.text, "polygon": np.round(lie.to_scan(note.outline), 1).tolist()}
    return out | ({"red": note.how} if note.how else {})


def _field(filled: Filled, lie: Lie) -> dict[str, Any]:
    out: dict[str, Any] = {"text": filled.text, "box": box_of(filled.outline, lie)}
    if len(filled.lines) > 1:
        out["lines"] = [_trace(line, lie) for line in filled.lines]
    if filled.struck is not None:
        out["struck"] = _trace(filled.struck, lie)
    if filled.real:
        out["ink"] = "real"
    return out


def page_truth(filled: Page, lie: Lie, about: dict[str, Any]) -> dict[str, Any]:
    """Return the truth of one page; *about* holds its file, role, kind, edition and what else is known of it."""
    out = dict(about)
    out["entries"] = [{"fields": {one.column: _field(one, lie) for one in fields}} for fields in filled.entries]
    out["notes"] = [_trace(note, lie) for note in filled.notes]
    if filled.signatures:
        out["signatures"] = [_trace(one, lie) for one in filled.signatures]
    if filled.margin:
        out["margin"] = [_note(one, lie) for one in filled.margin]
    if filled.cancelled:
        out["cancelled"] = [
            {"entry": int(one.text), "how": one.how, "box": box_of(one.outline, lie)} for one in filled.cancelled
        ]
    return out

"""Tell where the value on a printed line ends, and what stands behind it that is not of it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.areas import ONE_LINE, FieldArea
from pipeline.crops import Marks
from pipeline.locate import CleanPage, LabelledPage
from records.geometry import Box

APART = 1.5
"""Gap (in letters) between a value that fills its line and a note behind the line's end."""
FAR = 8.0
"""The same within any printed line: a short value has no such gap."""


def within_lines(
    owned: Mapping[str, list[int]],
    marks: Marks,
    areas: Sequence[FieldArea],
    clean: CleanPage,
    labelled: LabelledPage,
) -> tuple[dict[str, list[int]], frozenset[str]]:
    """Return each column's marks without a note's, and the columns in whose printed line something stands far behind.

    A note stands apart behind the end of the printed line; one that runs up along the edge crosses the rows of many
    fields; a value that runs over its line does not leave a gap before. A short value ends where the line beside its
    label does, whatever stands above or below that, and has no wide gap: what stands behind one is not of it, yet a
    person has to see that.
    """
    letter = labelled.letter
    out = dict(owned)
    x, y, w, h = (marks.boxes[:, k].astype(float) for k in range(4))
    ruled = [r for r in (*clean.rules.leaders, *clean.rules.horizontal) if r.w > 4 * letter]
    apart: set[str] = set()
    for area in areas:
        if area.level is None:
            continue
        kept: list[int] = []
        reach = area.boxes[0].x
        own, short = owned[area.column], labelled.edition.value_kind(area.column) in ONE_LINE
        tall = marks.boxes[own][:, :4].astype(float)
        tall = tall[tall[:, 3] > 0.8 * letter]
        lines = [r for r in ruled if r.right > reach + 3 * letter and not _through(r, tall)]
        for i in sorted(own, key=lambda i: float(x[i])):
            middle = area.level if short else y[i] + h[i] / 2
            ends = [r.right for r in lines if abs(r.y - middle) < 1.8 * letter]
            if ends and x[i] > max(ends) - 0.3 * letter and x[i] - reach > APART * letter:
                break
            if short and kept and x[i] - reach > FAR * letter:
                apart.add(area.column)
                break
            kept.append(i)
            reach = max(reach, float(x[i] + w[i]))
        out[area.column] = kept
    return out, frozenset(apart)


def _through(rule: Box, tall: NDArray[np.float64]) -> bool:
    """Whether a level line runs through the middle of writing (boxes of *tall* marks): struck out, and no rule."""
    x, y, w, h = tall.T
    met = (x < rule.right) & (x + w > rule.x) & (y < rule.bottom) & (y + h > rule.y)
    share = (rule.y + rule.h / 2 - y[met]) / h[met]
    return bool(met.any()) and float(np.mean((share > 0.2) & (share < 0.8))) > 0.5


def end_of_line(area: FieldArea, marks: Marks, own: Sequence[int], clean: CleanPage, labelled: LabelledPage) -> float:
    """Return where a short value must have ended: some letters behind it or its line; infinity where it may go on."""
    letter, rules = labelled.letter, clean.rules
    if area.level is None or labelled.edition.value_kind(area.column) not in ONE_LINE:
        return float("inf")
    ends = [
        r.right
        for r in (*rules.leaders, *rules.horizontal)
        if r.w > 4 * letter and abs(r.y - area.level) < 1.5 * letter and r.right > area.boxes[0].x + 3 * letter
    ]
    reached = [float(x + w) for x, _, w, *_ in marks.boxes[list(own)]]
    value = max(reached) + FAR * letter if reached else float("inf")
    return min(value, max(ends) + 2 * letter if ends else float("inf"))

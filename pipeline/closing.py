"""The closing page of a book: the totals and the first and last number that it states, read as a suggestion.

Its wordings are forms as those of entries are (``forms/closing``); fields are found and cut out in the same way.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

import forms
from forms import Edition
from pipeline.cases import cases_of
from pipeline.components import components
from pipeline.crops import PAPER, Line
from pipeline.labels import Match, find_labels
from pipeline.look import Look
from pipeline.parts import Part
from pipeline.prepare import PreparedPage
from pipeline.values import BLANK_VALUE, ReadValue, read_corrected
from records.closing import Figure
from records.codes import Presence
from records.geometry import Box
from records.readings import Word

SURELY_SAID = 0.85
"""Likeness from which a page that is not told by its heading states a figure."""
FEWEST = 2
"""Figures of one wording that such a page must state: one may stand anywhere."""
LOW = 0.35
"""Height, as a part of the tallest mark's, under which a mark beside figures is a dot of the leader."""
INKED = 40
"""Grey levels under the paper from which a pixel is ink."""
PAD = 4
"""Pixels of paper round a line's picture (:func:`pipeline.crops.lines_of`)."""
_DIGITS = re.compile(r"(?:[^0-9]*\s)?0*([1-9][0-9]{0,5})\s*[.,;/]?")
_FIGURES = frozenset(Figure)


@dataclass(frozen=True, slots=True)
class FoundFigure:
    """A figure that the page has room for: what was read there, the number it says, how sure that is, and where."""

    figure: Figure
    value: ReadValue
    number: int | None
    """None where nothing was written, or what was read is no number."""
    confidence: float
    """Probability in [0, 1] that *number* is what stands there; 0 where there is none."""
    boxes: tuple[Box, ...]
    """Around the ink, else the room for it; in pixels of the prepared page part."""


@dataclass(frozen=True, slots=True)
class FoundClosing:
    """The figures found, in the order of :class:`Figure`, and the part of the page in whose pixels they lie."""

    page: PreparedPage
    figures: tuple[FoundFigure, ...]


def states_totals(words: Sequence[Word]) -> bool:
    """Whether the printed *words* of a page say surely that it states a book's totals."""
    return any(len(_said(form, find_labels(form, words), SURELY_SAID)) >= FEWEST for form in forms.closing_forms())


def read_closing(look: Look, fold: float | None = None) -> FoundClosing | None:
    """Read the figures of a closing page; None where no wording of one is found on it.

    *fold*: where the fold of an opened book crosses it, in prepared pixels; the totals stand on one side of it.
    """
    best: tuple[float, Box, Edition] | None = None
    for box in _sides(look.whole, fold):
        for form in forms.closing_forms():
            labels = find_labels(form, look.words_in(box))
            found = len(_said(form, labels, 0.0))
            weight = found + sum(match.weight for match in labels.values()) / 100
            if found and (best is None or weight > best[0]):
                best = (weight, box, form)
    if best is None:
        return None
    _, box, form = best
    _, case = next(cases_of(look, [Part(box, form.id, 1.0)], {form.id: form}))
    figures = []
    for area, lines in case.written:
        label = form.label(area.column)
        if label is None:
            continue
        own = replace(lines, standing=[_without_dots(line) for line in lines.standing])
        value = read_corrected(label, own, look.readers)
        number, confidence = number_of(value)
        boxes = tuple(line.box for line in own.standing) or area.boxes[:1]
        figures.append(FoundFigure(Figure(area.column), value, number, confidence, boxes))
    return FoundClosing(case.page, tuple(sorted(figures, key=lambda one: list(Figure).index(one.figure))))


def number_of(value: ReadValue) -> tuple[int | None, float]:
    """Return the number that is read, with its probability: the likeliest of all readings that are nothing but figures.

    ``15b`` and ``15/2018`` are entry numbers and no totals. Words before the figures are the end of their label.
    """
    if value.presence is not Presence.WRITTEN or value.reading is None or value == BLANK_VALUE:
        return None, 0.0
    sure: dict[int, float] = {}
    told = (
        (value.reading.text, value.reading.confidence),
        *((a.text, a.confidence) for a in value.reading.alternatives),
    )
    for text, confidence in told:
        if (said := _DIGITS.fullmatch(text.strip(" .…_-–—,;:|"))) is not None:
            sure[int(said[1])] = sure.get(int(said[1]), 0.0) + confidence
    best = max(sure, key=lambda number: sure[number], default=None)
    return (best, min(1.0, sure[best])) if best is not None else (None, 0.0)


def _without_dots(line: Line) -> Line:
    """Return *line* without what is far lower than its figures: dots of the leader it stands on, read as one more 2.

    A short leader with a number in it is no row of dots any more, so that preparation leaves it.
    """
    ink = np.asarray(line.picture < PAPER - INKED, np.uint8)
    count, labels, stats = components(ink)
    tall = stats[:, cv2.CC_STAT_HEIGHT] >= LOW * stats[1:, cv2.CC_STAT_HEIGHT].max(initial=0)
    tall[0] = False
    figures = np.flatnonzero(tall)
    if len(figures) == count - 1:
        return line
    left, top = (int(stats[figures, k].min()) for k in (cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP))
    right = int((stats[figures, cv2.CC_STAT_LEFT] + stats[figures, cv2.CC_STAT_WIDTH]).max())
    bottom = int((stats[figures, cv2.CC_STAT_TOP] + stats[figures, cv2.CC_STAT_HEIGHT]).max())
    picture = line.picture.copy()
    low = ~tall & (np.arange(count) > 0)
    picture[cv2.dilate(np.asarray(low[labels], np.uint8), np.ones((3, 3), np.uint8)) > 0] = PAPER
    height, width = picture.shape
    x0, y0 = max(0, left - PAD), max(0, top - PAD)
    x1, y1 = min(width, right + PAD), min(height, bottom + PAD)
    box = Box(line.box.x - PAD + left, line.box.y - PAD + top, right - left, bottom - top)
    return Line(box, picture[y0:y1, x0:x1])


def _said(form: Edition, found: Mapping[int, Match], least: float) -> set[str]:
    """Return the figures whose labels were *found*, with at least that likeness."""
    columns = {form.labels[i].column for i, match in found.items() if match.likeness >= least}
    return {column for column in columns if column in _FIGURES}


def _sides(whole: Box, fold: float | None) -> list[Box]:
    if fold is None:
        return [whole]
    return [Box(0, 0, fold, whole.h), Box(fold, 0, whole.w - fold, whole.h)]

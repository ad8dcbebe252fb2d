"""Find the labels of a form on a prepared page: read (tolerantly) from its words, and looked for where some lack.

The page's own print tells everything: where a label was not read, its neighbours say where it must stand.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from rapidfuzz import fuzz

from forms import Edition, Label, letters_of
from pipeline.align import placed
from pipeline.cells import enclosed, find_cells
from pipeline.labels import CLOSER, INFERRED, Match, coverage, find_labels, tokens
from pipeline.prepare import PreparedPage, ink_mask
from pipeline.rules import Rules, find_rules, without_pens, without_rules
from pipeline.runs import Run, find_runs, read_runs
from records.geometry import Box
from records.ports import Image, LineRecogniser
from records.readings import Word

UNSEEN = 2
"""Letters of a label that the reader has to lack before it is taken to go on."""
BEGUN, PLAIN = 4, 0.8
"""Letters of a label's first word, and its confidence, from which that alone tells where the label begins."""
TWIN = 0.62
"""Least correlation at which a place looks like a label of the same wording."""


@dataclass(frozen=True, slots=True)
class CleanPage:
    """A prepared page with its rules known and taken out.

    *print* is the same without coloured ink, for reading what is printed; *drawn* is all ink, rules and all.
    """

    grey: Image
    ink: Image
    print: Image
    print_ink: Image
    rules: Rules
    cells: tuple[Box, ...]
    drawn: Image


def clean_page(page: PreparedPage) -> CleanPage:
    """Find rules and cells, and paint the rules over."""
    ink = ink_mask(page.grey)
    rules = enclosed(find_rules(ink))
    grey = without_rules(page.grey, ink, rules)
    clean = ink_mask(grey)
    printed = without_pens(grey, page.colour, clean)
    same = printed is grey
    return CleanPage(grey, clean, printed, clean if same else ink_mask(printed), rules, find_cells(rules), ink)


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """The labels found for an edition: by index in ``edition.labels``; *letter* is the print's size in pixels."""

    edition: Edition
    labels: dict[int, Match]
    words: tuple[Word, ...]
    letter: float
    placed: frozenset[int] = frozenset()
    """Labels that were not seen: they stand where the form has them, which proves nothing about the page."""

    @property
    def seen(self) -> dict[int, Match]:
        """The labels that were seen on the page."""
        return {i: match for i, match in self.labels.items() if i not in self.placed}

    @property
    def coverage(self) -> float:
        """Share of the edition's printed letters that were seen."""
        return coverage(self.edition, self.seen)


def trimmed(match: Match, words: Sequence[Box], letter: float) -> Match:
    """Return *match* without the part that reaches into the next word: the reader's boxes are loose at their ends."""
    line = match.last
    middle = line.y + line.h / 2
    inner = [
        b.x
        for b in words
        if line.x + 0.5 * line.w < b.x < line.right
        and b.right - line.right > 0.35 * b.w  # the label's own last word, read twice, ends about where it does
        and abs(b.y + b.h / 2 - middle) < letter
    ]
    if not inner:
        return match
    last = Box(line.x, line.y, max(4.0, min(inner) - 3 - line.x), line.h)
    return replace(match, lines=(*match.lines[:-1], last))


def _pitch(found: dict[int, Match]) -> float:
    """Return the usual width of a printed character of the labels, in pixels."""
    widths = sorted(m.last.w / len(m.last_text) for m in found.values() if len(m.last_text) >= 5)
    return widths[len(widths) // 2] if widths else 0.0


def completed(match: Match, label: Label, pitch: float) -> Match:
    """Return *match* as wide as its wording, where the reader saw its beginning alone; *pitch*: px a character."""
    if len(match.lines) != 1 or not pitch or not label.says:
        return match
    read = letters_of(match.last_text).lstrip("0123456789")
    wording = max(label.says, key=lambda text: fuzz.ratio(read, letters_of(text)))
    line, right = match.last, match.last.x + pitch * (len(wording) + 0.5)
    if len(letters_of(wording)) - len(read) < UNSEEN or right <= line.right:
        return match
    return replace(match, lines=(Box(line.x, line.y, right - line.x, line.h),), last_text=wording)


def snapped(match: Match, page: CleanPage, letter: float, pitch: float) -> Match:
    """Return *match* with its last line ending in a gap of the ink: the widest near where its end should be.

    That is where the reader saw it, unless the line is far wider than print of *pitch* px a character would be.
    """
    line = match.last
    expected = line.x + pitch * (len(match.last_text) + 0.5)
    if match.last_text and pitch and line.w > 1.3 * (expected - line.x) and line.right > expected + 0.7 * letter:
        line = Box(line.x, line.y, expected - line.x, line.h)
    y0, y1 = int(line.y + 0.25 * line.h), int(line.y + 0.8 * line.h)
    x0 = int(max(line.x + 2, line.right - 0.9 * letter))
    stop = line.right + 0.9 * letter
    x1 = int(min(page.ink.shape[1], stop + letter))
    inked = page.ink[max(0, y0) : max(1, y1), x0:x1].max(axis=0) > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[True], inked, [True]]).astype(np.int8)))
    gaps = [(x0 + int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    fitting = [(min(w, letter) - 0.35 * abs(x - line.right), x) for x, w in gaps if w >= 3 and x <= stop]
    if not fitting:
        return match
    right = float(max(fitting)[1]) + 1
    return replace(match, lines=(*match.lines[:-1], Box(line.x, line.y, max(4.0, right - line.x), line.h)))


def letter_of(labels: dict[int, Match]) -> float:
    """Return the size of the labels' print, in pixels."""
    heights = sorted(b.h for m in labels.values() for b in m.lines)
    return float(heights[len(heights) // 2]) * 0.62 if heights else 18.0


def _numbered(found: dict[int, Match], letter: float) -> dict[int, Match]:
    """Where the labels are numbered, widen those whose number was not read to where the numbers begin."""
    edges = [m.first.x for m in found.values() if m.last_text[:1].isdigit() and len(m.lines) == 1]
    if len(edges) < 0.3 * len(found):
        return found
    edge = float(np.median(edges))
    edge = float(np.median([x for x in edges if abs(x - edge) < 2.5 * letter] or [edge]))
    out = {}
    for i, match in found.items():
        line = match.first
        if 0.6 * letter < line.x - edge < 4.5 * letter:
            line = Box(edge - 3, line.y, line.right - edge + 3, line.h)
        out[i] = replace(match, lines=(line, *match.lines[1:]))
    return out


def _gaps(edition: Edition, found: dict[int, Match], page: CleanPage) -> list[Box]:
    """Return the bands of the page where labels of the edition are missing between found ones."""
    height, width = page.grey.shape
    ordered = [i for i in sorted(found) if not edition.labels[i].floating]
    points = [-1, *ordered, len(edition.labels)]
    bands = []
    for a, b in itertools.pairwise(points):
        if not any(edition.labels[k].says and not edition.labels[k].floating for k in range(a + 1, b)):
            continue
        top = found[a].first.y - 30 if a >= 0 else 0.0
        bottom = found[b].last.bottom + 30 if b < len(edition.labels) else float(height)
        bands.append(Box(0, max(0.0, top), width, max(1.0, bottom - max(0.0, top))))
    return bands


def _bands(page: CleanPage, found: dict[int, Match], letter: float) -> list[Run]:
    """Return the first text line of each cell that has no label yet, cut at two heights."""
    runs = []
    for cell in page.cells:
        if any(m.first.overlap(cell) > 0.5 * m.first.area for m in found.values()):
            continue
        x0, x1 = int(cell.x) + 3, int(cell.right) - 3
        y0, y1 = int(cell.y) + 3, int(cell.bottom) - 3
        inside = page.print_ink[y0:y1, x0:x1]
        rows = np.flatnonzero((inside > 0).sum(axis=1) > 3)
        if not len(rows):
            continue
        top = y0 + int(rows[0])
        for tall in (1.4, 1.75, 2.3):
            bottom = min(y1, top + int(tall * letter))
            columns = np.flatnonzero(page.print_ink[top:bottom, x0:x1].any(axis=0))
            if not len(columns) or bottom - top < letter:
                continue
            end = min(x1, x0 + int(columns[-1]) + 6)
            box = Box(x0, top - 3, end - x0, bottom - top + 3)
            runs.append(Run(box, page.print[max(0, top - 3) : bottom, x0:end]))
    return runs


def _twins(edition: Edition, page: CleanPage, found: dict[int, Match]) -> list[Word]:
    """Find labels that were missed by the picture of a label with the same wording that was read.

    A form prints "Dân tộc" three times in one type: where one was read, the others look the same.
    """
    words: list[Word] = []
    for index, label in enumerate(edition.labels):
        if index in found or not label.says:
            continue
        alike = [m for i, m in found.items() if edition.labels[i].says[:1] == label.says[:1] and len(m.lines) == 1]
        like = alike[0] if alike else None
        if like is None:
            continue
        above = max((m.first.y for i, m in found.items() if i < index), default=0.0)
        below = min((m.last.bottom for i, m in found.items() if i > index), default=float(page.grey.shape[0]))
        box = like.first
        x0, y0, x1, y1 = int(box.x), int(box.y), int(box.right), int(box.bottom)
        pattern = page.print[y0:y1, x0:x1]
        band = page.print[max(0, int(above) - 12) : int(below) + 12]
        if band.shape[0] <= pattern.shape[0] or min(pattern.shape) < 8:
            continue
        fit = cv2.matchTemplate(band, pattern, cv2.TM_CCOEFF_NORMED)
        for m in found.values():  # not the ones already known
            ya, xa = int(m.first.y - max(0, int(above) - 12)), int(m.first.x)
            fit[max(0, ya - 14) : max(0, ya + 14), max(0, xa - 30) : xa + 30] = 0
        _, best, _, (x, y) = cv2.minMaxLoc(fit)
        if best < TWIN:
            continue
        place = Box(float(x), float(y + max(0, int(above) - 12)), box.w, box.h)
        words.append(Word(label.says[0], place.polygon(), float(best), INFERRED + index))
    return words


def _begun(edition: Edition, words: Sequence[Word], found: dict[int, Match]) -> list[Word]:
    """Find labels of which too little was read, where only one word stands between their neighbours that may be theirs.

    Of a long label that is its first word, read rightly; of a short one ("Số") a word as short that begins like it.
    """
    pitch, letter = _pitch(found), letter_of(found)
    taken = [m.box for m in found.values()]
    row = sorted(i for i in found if not edition.labels[i].floating)
    out: list[Word] = []
    for index, label in enumerate(edition.labels):
        if index in found or label.floating or not label.says:
            continue
        above = next((found[i].first.y for i in reversed(row) if i < index), 0.0)
        below = next((found[i].last.bottom for i in row if i > index), float("inf"))
        boxes = [
            box
            for w in words
            if _may_be(w, label.says[0])
            for box in [w.polygon.box()]
            if above <= box.y <= below and box.h < 3 * letter
            if not any(box.overlap(b) > 0.5 * box.area for b in taken)
        ]
        if len(boxes) == 1 and pitch:
            place = Box(boxes[0].x, boxes[0].y, pitch * (len(label.says[0]) + 0.5), boxes[0].h)
            out.append(Word(label.says[0], place.polygon(), PLAIN, INFERRED + index))
    return out


def _may_be(word: Word, wording: str) -> bool:
    """Whether *word* may be where a label of that *wording* begins."""
    first, read = letters_of(wording.split(maxsplit=1)[0]), letters_of(word.text)
    if letters_of(wording) != first:
        return len(first) >= BEGUN and word.confidence >= PLAIN and read == first
    return len(first) < BEGUN and read[:1] == first[:1] and len(read) <= len(first) + 1


def find_page_labels(edition: Edition, page: CleanPage, words: Sequence[Word], reader: LineRecogniser) -> LabelledPage:
    """Find the edition's labels among *words*; read again, more closely, where some are missing."""
    found = find_labels(edition, words)
    letter = letter_of(found)
    anchors = sum(1 for label in edition.labels if label.says)
    all_words = list(words)
    if anchors // 3 <= len(found) < anchors:
        runs = _bands(page, found, letter)
        for band in _gaps(edition, found, page):
            runs += find_runs(page.print, page.print_ink, band, letter)
        seen = [m.box for m in found.values()]
        fresh = {
            (round(r.box.x), round(r.box.y), round(r.box.h)): r
            for r in runs
            if not any(r.box.overlap(box) > 0.5 * r.box.area for box in seen)
        }
        all_words += read_runs(list(fresh.values()), reader, CLOSER)
        found = find_labels(edition, all_words)
    if anchors // 3 <= len(found) < anchors and (twins := _twins(edition, page, found)):
        all_words += twins
        found = find_labels(edition, all_words)
    if anchors // 3 <= len(found) < anchors and (begun := _begun(edition, words, found)):
        all_words += begun
        found = find_labels(edition, all_words)
    unseen: frozenset[int] = frozenset()
    if known := placed(edition, found, page.rules, letter_of(found)):
        all_words += known
        found = find_labels(edition, all_words)
        unseen = frozenset(word.line - INFERRED for word in known)
    letter = letter_of(found)
    boxes = [t.box for t in tokens(words)]  # cut at leaders: "tên:......" is no word that reaches into the value
    pitch = _pitch(found)
    exact = {
        i: snapped(
            trimmed(completed(m, edition.labels[i], pitch), boxes, letter),
            page,
            letter,
            pitch if edition.labels[i].column else 0.0,
        )
        for i, m in found.items()
    }
    return LabelledPage(edition, _numbered(exact, letter), tuple(all_words), letter, unseen)

"""Find what somebody wrote outside the form's fields: ink that no field, label, check box, signature or seal explains.

A note may stand anywhere, in any pen and at any angle, so nothing is known of it but that it is handwriting. Everything
that is known is taken away; what remains is grouped, and a group with enough strokes is a note. Red ink is looked at by
itself: it is a note, or a stamp with words, unless it lies in a round seal or where those who sign have their room.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from forms import PageShape, letters_of
from pipeline.areas import BESIDE, ONE_LINE, FieldArea, form_box, room_behind
from pipeline.components import components, painted, pixels
from pipeline.crops import FAINT, PALE, PAPER, Marks
from pipeline.locate import CleanPage, LabelledPage
from pipeline.prepare import PreparedPage, red_ink, redness
from pipeline.rules import MAX_THICK
from pipeline.seals import red_writing
from records.geometry import Box
from records.ports import Image

Stats = NDArray[np.int32]
"""Of connected components: columns x, y, w, h, area."""
MARGIN = "margin"
"""Names the place of a note that stands outside of the form's own room for notes."""
REACH = 1.1
"""Marks nearer than this (in letters) are of one note."""
APART = 1.5
"""Gap (in letters) between a value that fills its line and a note behind the line's end."""
FAR = 8.0
"""The same within any printed line: a short value has no such gap."""
PENNED, STAMPED = (2.6, 0.7), (8.0, 2.0)
"""Length and thickness (in letters) up to which something is a pen's stroke, or a stroke of a stamp's large letters."""
ACROSS_SEAL = (4.0, 3, 1.0)
"""Ink, strokes and contrast that what is written across a seal counts for: it is seen to be there, but not what."""
WITHIN = 0.5
"""Share of a seal in the room for signatures from which it is the seal of who signs."""
COARSE = 4
"""Pixels of the grid on which it is seen what lies near one another."""
REDDISH = 20
"""How far red exceeds green and blue, on the whole, in what is left of red ink."""
WALL, UPRIGHT = 15.0, 5.0
"""Least length (in letters) of a form's outer rule, and of what is written upright along it."""
OVER_RULE = (0.9, 0.45)
"""How far (in letters) such writing is looked for outside of the rule, and inside: values begin farther off."""
OVER_ENDS, FEW_LINES = (1.6, 0.9), 5
"""The same for the edge at which lines end, and how many must end there."""
OUTSIDE = 0.12
"""Share of its ink that stands outside of the rule."""
LEAST = 0.15
"""Confidence from which a group is a note: better one too many than one missed."""
FOLD = 4.0
"""Letters' widths up to which a piece of the shadow in the fold is short; what is written there is wider."""
EDGE = 6
"""Pixels along the picture's edge in which nothing is looked at: shadow, scanner bed."""


@dataclass(frozen=True, slots=True)
class FoundNote:
    """Ink that belongs to nothing known: its box (prepared pixels) and how surely it is writing, in [0, 1]."""

    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Group:
    """Marks that lie together, measured in letters (the size of the page's print)."""

    box: Box
    ink: float
    """Inked area, in square letters."""
    strokes: int
    """Marks that are as large as a letter's body or more."""
    contrast: float
    """How dark it is beside the page's usual ink, 1 being as dark."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page's ink before notes are sought in the rest of it."""

    page: PreparedPage
    clean: CleanPage
    labelled: LabelledPage
    areas: Sequence[FieldArea]
    choices: Sequence[Box]
    """Boxes of the check boxes and their words."""
    marks: Marks
    """Of the page without labels and choices."""
    owned: Mapping[str, list[int]]
    """Which of them are of each column's value."""


def find_notes(known: Known) -> list[FoundNote]:
    """Return the notes outside the fields, top to bottom."""
    letter = known.labelled.letter
    found = [
        FoundNote(group.box, round(sure, 3))
        for group in find_groups(known)
        if (sure := _sure(group, known.clean, letter)) >= LEAST
    ]
    return sorted(_joined(found, 2 * letter), key=lambda note: (note.box.y, note.box.x))


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
        lines = [r for r in ruled if r.right > reach + 3 * letter and not _through(r, marks, own, letter)]
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


def _through(rule: Box, marks: Marks, own: Sequence[int], letter: float) -> bool:
    """Whether a level line runs through the middle of writing (the marks *own*): what was struck out, and no rule."""
    x, y, w, h = (marks.boxes[list(own), k].astype(float) for k in range(4))
    met = (x < rule.right) & (x + w > rule.x) & (h > 0.8 * letter) & (y < rule.bottom) & (y + h > rule.y)
    share = (rule.y + rule.h / 2 - y[met]) / h[met]
    return bool(met.any()) and float(np.mean((share > 0.2) & (share < 0.8))) > 0.5


def _joined(notes: Sequence[FoundNote], gap: float) -> list[FoundNote]:
    """Return the notes with those as one whose boxes lie nearer than *gap* pixels."""
    out: list[FoundNote] = []
    waiting = list(notes)
    while waiting:
        note = waiting.pop()
        near = [other for other in out if _grown(other.box, gap).overlap(note.box) > 0]
        if not near:
            out.append(note)
            continue
        out = [other for other in out if other not in near]
        one = (*near, note)
        waiting.append(FoundNote(Box.holding(each.box for each in one), max(each.confidence for each in one)))
    return out


def _sure(group: Group, clean: CleanPage, letter: float) -> float:
    """Return how surely a group is writing: much ink in several strokes, as dark as the page's, off its edge."""
    box, (height, width) = group.box, clean.grey.shape
    narrow = min(box.w, box.h) / letter
    from_edge = min(box.x, box.y, width - box.right, height - box.bottom) / letter
    if narrow < 0.8 or (from_edge < 3 and narrow < 1.4) or _is_fold(box, width, height, letter):
        return 0.0
    return min(1.0, group.ink / 8) * min(1.0, (group.strokes + 1) / 4) * min(1.0, group.contrast / 0.75)


def _is_fold(box: Box, width: int, height: int, letter: float) -> bool:
    """Whether a group is the shadow in the fold of an opened book: narrow, long, in the picture's middle."""
    middle = abs(box.x + box.w / 2 - width / 2) < 0.025 * width
    return width > height and middle and (box.h > 8 * box.w or (box.h > 2 * box.w and box.w < FOLD * letter))


def find_groups(known: Known) -> list[Group]:
    """Return the groups of marks that nothing known explains, measured: of dark ink, and of red."""
    clean, labelled, marks = known.clean, known.labelled, known.marks
    body = form_box(labelled, clean)
    left, held = _unexplained(known, body)
    shown = _pen_strokes(painted(marks.labels, left), labelled.letter)
    values = painted(marks.labels, held)
    dark = [
        g
        for g in _grouped(shown, clean.grey, marks.strong, labelled.letter)
        if not (
            _of_value(g, values, body, labelled.letter)
            or _in_cell(g, labelled, clean)
            or _in_row(g, known, body)
            or _is_code(g, labelled)
            or of_seal(g.box, known.page, shown)
        )
    ]
    return [*dark, *_along_rules(known, body), *_red_groups(known, body)]


def _along_rules(known: Known, body: Box) -> list[Group]:
    """Return what is written upright along the outer rules of a form: over the rule, and half in its cells.

    There is little of it outside of the form, and in each cell it passes for a value; but values begin and end a little
    off a rule, and stand in lines with gaps between them.
    """
    letter, marks = known.labelled.letter, known.marks
    dark = (marks.contrast >= FAINT * marks.strong) & (marks.boxes[:, 4] >= 8)
    dark[0] = False
    ink = _pen_strokes(painted(marks.labels, dark), letter)
    out = []
    for rule, side, (outer, inner), least in _edges(known, body):
        x0 = max(0, round(rule.x - (outer if side < 0 else inner) * letter))
        x1 = min(ink.shape[1], round(rule.right + (inner if side < 0 else outer) * letter))
        y0, y1 = max(0, int(rule.y)), int(rule.bottom)
        inked = np.asarray(ink[y0:y1, x0:x1].max(axis=1, keepdims=True), np.uint8)
        joined = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, np.ones((int(1.2 * letter), 1), np.uint8))
        edges = np.flatnonzero(np.diff((np.ravel(joined) > 0).astype(np.int8), prepend=0, append=0))
        for top, foot in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if foot - top < least * letter:
                continue
            part = (slice(y0 + top, y0 + foot), slice(x0, x1))
            box = Box(float(x0), float(y0 + top), float(x1 - x0), float(foot - top))
            if of_seal(box, known.page, ink):
                continue
            outside = ink[part][:, : round(outer * letter)] if side < 0 else ink[part][:, -round(outer * letter) :]
            if cv2.countNonZero(outside) < OUTSIDE * cv2.countNonZero(ink[part]):
                continue  # labels or values that begin close to the rule
            _, _, stats, _ = components(np.ascontiguousarray(ink[part]))
            weight = float((PAPER - known.clean.grey[part][ink[part] > 0].astype(np.float64)).sum())
            one = _group(stats[1:], weight, letter, marks.strong)
            out.append(replace(one, box=box))
    return out


def _edges(known: Known, body: Box) -> Iterator[tuple[Box, int, tuple[float, float], float]]:
    """Yield the form's outer rules, and the edge at which its lines end together.

    Of each: its box, -1 for a left and 1 for a right one, how far (in letters) writing upright along it is looked for
    outside and inside, and its least length. Values reach the end of a line, so that more is asked for there.
    """
    letter, rules = known.labelled.letter, known.clean.rules
    for rule in rules.vertical:
        at = rule.x + rule.w / 2
        side = -1 if abs(at - body.x) < 3 * letter else 1 if abs(at - body.right) < 3 * letter else 0
        if side and rule.h >= WALL * letter:
            yield rule, side, OVER_RULE, UPRIGHT
    ends = [line.right for line in (*rules.leaders, *rules.horizontal) if line.w > 8 * letter]
    at = float(np.median([end for end in ends if end > body.x + 0.8 * body.w] or [0.0]))
    if known.labelled.edition.shape is not PageShape.ROWS and sum(abs(end - at) < letter for end in ends) >= FEW_LINES:
        yield Box(at, 0.0, 1.0, float(known.clean.grey.shape[0])), 1, OVER_ENDS, 2 * UPRIGHT


def _red_groups(known: Known, body: Box) -> list[Group]:
    """Return the groups of red marks that are no seal's: no clerk writes a value in red, so no field explains them."""
    letter = known.labelled.letter
    shown, across = red_writing(redness(known.page.colour))
    signing = _signing(known.labelled, body)
    labels = (b for m in known.labelled.labels.values() for b in m.lines)
    for box in (*labels, *known.choices, *signing):
        shown[max(0, int(box.y)) : max(0, int(box.bottom)), max(0, int(box.x)) : max(0, int(box.right))] = 0
    # an officer's seal lies where he signs, under his signature; the one that joins pages only reaches in there
    out = [Group(box, *ACROSS_SEAL) for box in across if all(s.overlap(box) < WITHIN * box.area for s in signing)]
    if cv2.countNonZero(shown) >= letter * letter:
        written = _pen_strokes(shown, letter, STAMPED)
        out += _grouped(written, known.page.colour[:, :, 1], known.marks.strong, letter)
    return out


def _grouped(shown: Image, light: Image, strong: float, letter: float) -> list[Group]:
    """Return the marks of the mask *shown* in groups; *light*: how light ink is, *strong*: contrast of the page's."""
    count, pieces, stats, _ = components(shown)
    inked = pixels(shown)
    owners = pieces.ravel()[inked]
    ys, xs = np.divmod(inked, shown.shape[1])
    darkness = np.bincount(owners, weights=PAPER - light[ys, xs].astype(np.float64), minlength=count)
    place = np.zeros(count, np.int64)
    place[owners] = _places(shown, letter)[ys // COARSE, xs // COARSE]
    grain = _shadow(shown.shape[1], stats, np.asarray(darkness, np.float64), strong, letter)
    members: dict[int, list[int]] = {}
    for i in (np.flatnonzero(~grain[1:]) + 1).tolist():
        members.setdefault(int(place[i]), []).append(i)
    return [_group(stats[own], float(darkness[own].sum()), letter, strong) for own in members.values()]


def _places(shown: Image, letter: float) -> NDArray[np.int32]:
    """Return which marks lie within reach of one another, on a grid of :data:`COARSE` pixels."""
    height, width = shown.shape
    padded = cv2.copyMakeBorder(shown, 0, -height % COARSE, 0, -width % COARSE, cv2.BORDER_CONSTANT, value=0)
    grid = padded.reshape(len(padded) // COARSE, COARSE, -1, COARSE).max(axis=(1, 3))
    side = int(2 * REACH * letter / COARSE) | 1
    joined = cv2.morphologyEx(grid, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return np.asarray(cv2.connectedComponents(np.asarray(joined, np.uint8))[1], np.int32)


def of_seal(box: Box, page: PreparedPage, ink: Image) -> bool:
    """Whether the *ink* (mask of the page) in a box is red on the whole: a seal's, pale or worn, or a red note's."""
    part = (slice(max(0, int(box.y)), int(box.bottom)), slice(max(0, int(box.x)), int(box.right)))
    b, g, r = (page.colour[part][ink[part] > 0][:, k].astype(np.int16) for k in range(3))
    return bool(r.size) and float(np.mean(r - np.maximum(b, g))) > REDDISH


def _is_code(group: Group, labelled: LabelledPage) -> bool:
    """Whether a group is the form's printed code ("Mẫu TP/HT-…"), not read as such: one line above all else."""
    edition, letter = labelled.edition, labelled.letter
    codes = {i for i, label in enumerate(edition.labels) if label.section == "code"}
    if not codes or codes & set(labelled.labels) or not labelled.labels:
        return False
    top = min(m.first.y for m in labelled.labels.values())
    return group.box.bottom < top + letter and group.box.h < 1.8 * letter and group.box.w < 20 * letter


def _in_row(group: Group, known: Known, body: Box) -> bool:
    """Whether a group is one written line inside the form, beside or just below a column's label."""
    labelled = known.labelled
    box, letter = group.box, labelled.letter
    if box.h > 3.4 * letter or box.overlap(body) < 0.98 * box.area:
        return False
    middle = box.y + box.h / 2
    return any(
        match.first.y - letter < middle < match.last.bottom + 2.2 * letter
        and match.first.x - letter < box.x < _end_of_line(area, known)
        for area in known.areas
        for i, match in labelled.labels.items()
        if labelled.edition.labels[i].column == area.column
    )


def _in_cell(group: Group, labelled: LabelledPage, clean: CleanPage) -> bool:
    """Whether a group lies in a ruled cell made for a value: one with a label of a column in it or to its left."""
    box = group.box
    x, y = box.x + box.w / 2, box.y + box.h / 2
    around = [c for c in clean.cells if c.x < x < c.right and c.y < y < c.bottom]
    if not around:
        return False
    cell = min(around, key=lambda c: c.area)
    if box.h > 1.15 * cell.h or cell.h > 12 * labelled.letter:
        return False
    names = [m.first for i, m in labelled.labels.items() if labelled.edition.labels[i].column]
    left = [c for c in clean.cells if BESIDE[0] <= cell.x - c.right < BESIDE[1] and c.y < y < c.bottom]
    return any(c.overlap(name) > 0.5 * name.area for c in (cell, *left) for name in names)


def _of_value(group: Group, values: Image, body: Box, letter: float) -> bool:
    """Whether a small group inside the form lies beside a value's ink: a stroke of it that was left over."""
    box = group.box
    if group.ink > 8 or box.overlap(body) < 0.9 * box.area:
        return False
    around = Box(box.x - 1.5 * letter, box.y, box.w + 3 * letter, box.h)
    part = values[max(0, int(around.y)) : int(around.bottom), max(0, int(around.x)) : int(around.right)]
    return cv2.countNonZero(part) > 0.3 * letter * letter


def _group(stats: Stats, darkness: float, letter: float, strong: float) -> Group:
    x, y, w, h, size = (stats[:, k].astype(float) for k in range(5))
    box = Box(float(x.min()), float(y.min()), float((x + w).max() - x.min()), float((y + h).max() - y.min()))
    strokes = int((np.maximum(w, h) >= 0.5 * letter).sum())
    return Group(box, float(size.sum()) / letter**2, strokes, darkness / float(size.sum()) / strong)


def _pen_strokes(shown: Image, letter: float, most: tuple[float, float] = PENNED) -> Image:
    """Return the mask without what no pen writes: remains of rules and frames, solid shadows, the edge of the paper.

    *most*: length and thickness of a stroke, in letters.
    """
    long = int(most[0] * letter)
    lines = cv2.bitwise_or(
        cv2.morphologyEx(shown, cv2.MORPH_OPEN, np.ones((1, long), np.uint8)),
        cv2.morphologyEx(shown, cv2.MORPH_OPEN, np.ones((long, 1), np.uint8)),
    )
    wide = int(most[1] * letter) | 1
    solid = cv2.morphologyEx(shown, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide)))
    out = shown.copy()
    out[cv2.dilate(cv2.bitwise_or(lines, solid), np.ones((3, 3), np.uint8)) > 0] = 0
    _, pieces, stats, _ = components(out)
    height, width = out.shape
    x, y, w, h, size = (stats[:, k] for k in range(5))
    thin, length = np.minimum(w, h), np.maximum(w, h)
    gone = (size < 8) | ((length > 4 * letter) & (thin <= MAX_THICK + 0.02 * length))
    gone |= (x <= EDGE) | (y <= EDGE) | (x + w >= width - EDGE) | (y + h >= height - EDGE)
    out[painted(pieces, np.asarray(gone, np.bool_)) > 0] = 0
    return out


def _shadow(width: int, pieces: Stats, dark: NDArray[np.float64], strong: float, letter: float) -> NDArray[np.bool_]:
    """Return which *pieces* near the left or right edge are grain of the shadow there: small or pale."""
    x, _, w, _, size = (pieces[:, k].astype(float) for k in range(5))
    near = np.minimum(x, width - x - w) < 4 * letter
    return np.asarray(near & ((size < 0.15 * letter**2) | (dark < PALE * strong * size)), np.bool_)


def _unexplained(known: Known, body: Box) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each mark whether nothing known explains it, and whether it is of a value; *body*: the form's."""
    labelled, marks, choices = known.labelled, known.marks, known.choices
    letter = labelled.letter
    x, y, w, h, size = (marks.boxes[:, k].astype(float) for k in range(5))
    left = (size >= 8) & (marks.contrast >= FAINT * marks.strong)
    left[0] = False
    values = np.zeros(len(left), np.bool_)
    for area in known.areas:
        end = _end_of_line(area, known)
        own = np.array(known.owned[area.column], np.int64)
        values[own[x[own] < end]] = True
    left &= ~values
    reds = np.bincount(marks.labels.ravel()[pixels(red_ink(known.page.colour))], minlength=len(marks.boxes))
    reds[0] = 0
    left &= reds < 0.5 * size
    cx, cy = x + w / 2, y + h / 2
    labels = [b for m in labelled.labels.values() for b in m.lines]
    explained = [*(_grown(b, 0.5 * letter) for b in (*labels, *choices)), *_printed(labelled, body, choices)]
    explained += _signing(labelled, body)
    explained += _lost_values(labelled, body, [column for column, own in known.owned.items() if not own])
    explained += _numbering(known)
    for box in explained:
        left &= ~((cx >= box.x) & (cx <= box.right) & (cy >= box.y) & (cy <= box.bottom))
    return np.asarray(left, np.bool_), values


def _end_of_line(area: FieldArea, known: Known) -> float:
    """Return where a short value must have ended: some letters behind it or its line; infinity where it may go on."""
    letter, rules = known.labelled.letter, known.clean.rules
    if area.level is None or known.labelled.edition.value_kind(area.column) not in ONE_LINE:
        return float("inf")
    ends = [
        r.right
        for r in (*rules.leaders, *rules.horizontal)
        if r.w > 4 * letter and abs(r.y - area.level) < 1.5 * letter and r.right > area.boxes[0].x + 3 * letter
    ]
    own = [float(x + w) for x, _, w, *_ in known.marks.boxes[known.owned.get(area.column, [])]]
    value = max(own) + FAR * letter if own else float("inf")
    return min(value, max(ends) + 2 * letter if ends else float("inf"))


def _lost_values(labelled: LabelledPage, body: Box, empty: Sequence[str]) -> list[Box]:
    """Return where values may stand that no field got: behind labels of *empty* columns, and where labels are missing.

    Ink there is a value that was not read, which a person sees in its field; it is no note.
    """
    edition, letter = labelled.edition, labelled.letter
    out = list(room_behind(labelled, body.right, empty).values())
    found = sorted(i for i in labelled.labels if not edition.labels[i].floating)
    for a, b in itertools.pairwise(found):
        if any(edition.labels[k].column and not edition.labels[k].floating for k in range(a + 1, b)):
            top, low = labelled.labels[a].last.bottom, labelled.labels[b].first.y
            top, low = min(top, low) - letter, max(top, low) + letter
            out.append(Box(body.x, top, body.w, low - top))
    return out


def _numbering(known: Known) -> list[Box]:
    """Return the room between the heads of a table and its first row, where its columns are numbered."""
    if known.labelled.edition.shape is not PageShape.ROWS:
        return []
    heads = Box.holding(m.box for m in known.labelled.labels.values())
    first = min((area.boxes[0].y for area in known.areas), default=heads.bottom)
    return [Box(heads.x, heads.bottom, heads.w, first - heads.bottom)] if first > heads.bottom else []


def _grown(box: Box, by: float) -> Box:
    return Box(box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by)


def _printed(labelled: LabelledPage, body: Box, choices: Sequence[Box]) -> list[Box]:
    """Return where print stands that is no label: words read as print inside the form, its heading, its choices."""
    letter = labelled.letter
    within = _grown(body, letter)
    out = [w.polygon.box() for w in labelled.words if w.confidence > 0.8 and within.overlap(w.polygon.box()) > 0]
    for index, match in labelled.labels.items():
        if labelled.edition.labels[index].section == "heading":
            out += [
                Box(b.x - 8 * letter, b.y - 0.3 * letter, b.w + 16 * letter, b.h + 0.6 * letter) for b in match.lines
            ]
    out += _titles(labelled, body.y)
    if choices:
        around = Box.holding(choices)
        out.append(_grown(Box(around.x, around.y, around.w + 2 * letter, around.h), 1.2 * letter))
    return out


def _titles(labelled: LabelledPage, top: float) -> list[Box]:
    """Return where the book's title is printed above all labels, once on each leaf: most of its words, side by side."""
    letter = labelled.letter
    title = {letters_of(word) for text in labelled.edition.heading for word in text.split()}
    least = max(3, len(labelled.edition.heading[0].split()) // 2) if title else 0
    left = [w.polygon.box() for w in labelled.words if letters_of(w.text) in title]
    left = sorted((b for b in left if b.bottom < top), key=lambda b: b.x)
    rows: list[list[Box]] = []
    for box in left:
        for row in rows:
            last = row[-1]
            if box.x - last.right < 6 * letter and abs(box.y + box.h / 2 - last.y - last.h / 2) < letter:
                row.append(box)
                break
        else:
            rows.append([box])
    return [_grown(Box.holding(row), letter) for row in rows if len(row) >= least]


def _signing(labelled: LabelledPage, body: Box) -> list[Box]:
    """Return the room for signatures: below the labels of those who sign, down to the next label, the form's width."""
    edition, letter = labelled.edition, labelled.letter
    signers = [m for i, m in labelled.labels.items() if edition.labels[i].section == "signatures"]
    if not signers:
        return []
    top, low = min(m.first.y for m in signers), max(m.last.bottom for m in signers)
    below = [
        m.first.y for i, m in labelled.labels.items() if m.first.y > low + 2 * letter and not edition.labels[i].floating
    ]
    bottom = min(below) if below else low + 12 * letter
    return [Box(body.x - letter, top - letter, body.w + 2 * letter, bottom - top + letter)]

"""Filling in a page: what the clerk writes into each slot, with slips, ticks and signatures, and where the ink lies."""

from dataclasses import dataclass, field, replace

import numpy as np

from records.codes import ValueKind
from records.geometry import Box
from samples.blueprint import Blueprint
from samples.cases import Case
from samples.hand import Hand, break_lines, measure, write
from samples.ink import Patch, Sheet
from samples.layout import FormPage, Room
from samples.marks import signature, struck, tick
from samples.press import Line, Slot
from samples.realink import RealInk, RealLine
from samples.scan import Points


@dataclass(frozen=True, slots=True)
class Trace:
    """A text and the outline of its ink, page pixels."""

    text: str
    outline: Points
    how: str = ""
    """Of what is no plain writing: in what ink or in what way it was done."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in one field: the text as written, line by line; for a blank field the room that stayed empty."""

    column: str
    text: str
    lines: tuple[Trace, ...]
    outline: Points
    struck: Trace | None = None
    real: bool = False


@dataclass
class Page:
    """A page being filled: its ink and its truth."""

    sheet: Sheet
    dpi: float
    entries: list[list[Filled]] = field(default_factory=list)
    """For each case on the page, its fields."""
    notes: list[Trace] = field(default_factory=list)
    signatures: list[Trace] = field(default_factory=list)
    margin: list[Trace] = field(default_factory=list)
    cancelled: list[Trace] = field(default_factory=list)
    """Strokes through whole cases, each with the number of its case on the page, from 0, as its text."""

    def px(self, mm: float) -> float:
        """Millimetres to pixels."""
        return mm * self.dpi / 25.4

    def lay(self, patches: list[Patch]) -> None:
        """Lay strokes on the sheet."""
        for patch in patches:
            self.sheet.lay(patch)


def corners(box: Box) -> Points:
    """Return points along the sides of *box*."""
    t = np.linspace(0, 1, 9, dtype=np.float32)
    xs, ys = box.x + box.w * t, box.y + box.h * t
    top, low = np.full(9, box.y, np.float32), np.full(9, box.bottom, np.float32)
    left, right = np.full(9, box.x, np.float32), np.full(9, box.right, np.float32)
    sides = [(xs, top), (right, ys), (xs[::-1], low), (left, ys[::-1])]
    return np.concatenate([np.stack(side, axis=1) for side in sides]).astype(np.float32)


def _pixels(page: Page, box: Box) -> Box:
    return Box(page.px(box.x), page.px(box.y), page.px(box.w), page.px(box.h))


def fill_case(
    rng: np.random.Generator,
    page: Page,
    form: FormPage,
    room: Room,
    case: Case,
    hand: Hand,
    other: Hand,
    ink: RealInk | None,
) -> None:
    """Write *case* into its *room* of *form* with the clerk's *hand*; *other* is the parties' own.

    Lines of real *ink* may stand for places.
    """
    slips = {slip.column: slip.wrong for slip in case.slips}
    dotted = form.style.setting == "dotted"
    fields: list[Filled] = []
    page.entries.append(fields)
    for column, slot in room.slots.items():
        if column not in case.fields:
            continue
        text = case.fields[column]
        place = form.form.kind(column) is ValueKind.PLACE
        if ink is not None and place and text and column not in slips:
            fields.append(_real(page, slot, ink.next(), hand))
        elif not text:
            area = _pixels(page, slot.area)
            fields.append(Filled(column, "", (), corners(area)))
        elif column in slips:
            fields.append(_with_slip(rng, page, slot, slips[column], text, hand, form.leading))
        else:
            lines = write_lines(rng, page, slot.lines, text, hand, dotted=dotted or column == "ghiChu")
            fields.append(Filled(column, text, lines, _joined(lines)))
            if column == "ghiChu" and case.notes:
                page.notes.append(Trace(text, _joined(lines)))
    if room.checks:
        fields.append(_tick(rng, page, form.form, room, case.fields[form.form.check_column], hand))
    for number, where in enumerate(room.signatures, start=1):
        clerk = number == len(room.signatures)
        name = case.clerk if clerk else case.signs[min(number, len(case.signs)) - 1]
        _sign(rng, page, where, name, hand if clerk else other)


def write_lines(
    rng: np.random.Generator, page: Page, lines: tuple[Line, ...], text: str, hand: Hand, *, dotted: bool = True
) -> tuple[Trace, ...]:
    """Write *text* over the printed *lines*; return each written line with its outline."""
    starts = [line.x + _indent(rng, line.width) for line in lines]
    rooms = tuple(page.px(line.x + line.width - start) for line, start in zip(lines, starts, strict=True))
    parts = break_lines(text, hand, rooms, page.dpi)
    if len(parts) > 1 and measure(text, hand, page.dpi) < rooms[0] * 1.12:
        parts = (text,)  # a little squeezing spares the second line
    if len(parts) == 1 and len(lines) > 1 and not dotted:  # alone in a tall cell: in the middle of it
        middle = sum(line.baseline for line in lines) / len(lines)
        if lines[0].x == lines[-1].x:
            lines = (replace(lines[0], baseline=middle),)
    out = []
    for part, line, start, room in zip(parts, lines, starts, rooms, strict=False):
        patch = write(rng, part, hand, page.px(start), page.px(line.baseline), page.dpi, room)
        page.sheet.lay(patch)
        out.append(Trace(part, patch.outline()))
    return tuple(out)


def _indent(rng: np.random.Generator, width: float) -> float:
    return float(min(rng.gamma(1.6, 1.1), width * 0.12))


def _joined(lines: tuple[Trace, ...]) -> Points:
    return np.concatenate([line.outline for line in lines]) if lines else np.empty((0, 2), np.float32)


def _with_slip(
    rng: np.random.Generator, page: Page, slot: Slot, wrong: str, right: str, hand: Hand, leading: float
) -> Filled:
    """Write *wrong*, strike it out, and write *right* beside it where there is room, else above it."""
    line = slot.lines[0]
    start = page.px(line.x + _indent(rng, line.width))
    room = page.px(line.x + line.width) - start
    wide_wrong, wide_right = measure(wrong, hand, page.dpi), measure(right, hand, page.dpi)
    first = write(rng, wrong, hand, start, page.px(line.baseline), page.dpi, room)
    page.sheet.lay(first)
    box = first.box() or Box(start, page.px(line.baseline) - 10, 10, 10)
    page.lay(struck(rng, box, page.px(hand.pen), hand.ink))
    if wide_wrong + wide_right + page.px(5) < room:
        second = write(rng, right, hand, box.right + page.px(3), page.px(line.baseline), page.dpi)
    else:
        small = replace(hand, x_height=hand.x_height * 0.8)
        above = page.px(line.baseline - leading * 0.46)
        second = write(rng, right, small, start + page.px(float(rng.uniform(0, 4))), above, page.dpi, room)
    page.sheet.lay(second)
    trace = Trace(right, second.outline())
    return Filled(slot.column, right, (trace,), trace.outline, struck=Trace(wrong, first.outline()))


def _real(page: Page, slot: Slot, line: RealLine, hand: Hand) -> Filled:
    """Put a real line image on the first printed line of *slot* that is about as wide as any."""
    widest = max(line.width for line in slot.lines)
    place = next(line for line in slot.lines if line.width >= 0.75 * widest)
    patch = line.fitted(page.px(place.x + 1), page.px(place.baseline), page.px(place.width - 2), page.px(7.6), hand.ink)
    page.sheet.lay(patch)
    trace = Trace(line.text, patch.outline())
    return Filled(slot.column, line.text, (trace,), trace.outline, real=True)


def _tick(rng: np.random.Generator, page: Page, form: Blueprint, room: Room, label: str, hand: Hand) -> Filled:
    boxes = [_pixels(page, box) for pair in room.checks.values() for box in pair]
    if label not in room.checks:
        return Filled(form.check_column, "", (), np.concatenate([corners(box) for box in boxes]))
    square, printed = (_pixels(page, box) for box in room.checks[label])
    page.lay(tick(rng, square, page.px(hand.pen), hand.ink))
    outline = np.concatenate([corners(square), corners(printed)])
    return Filled(form.check_column, label, (Trace(label, outline),), outline)


def _sign(rng: np.random.Generator, page: Page, room: Box, name: str, hand: Hand) -> None:
    """Sign in the upper part of *room* and write the name below."""
    upper = _pixels(page, Box(room.x, room.y, room.w, room.h * 0.62))
    page.lay(signature(rng, upper, page.px(hand.pen * 1.05), hand.ink))
    width = measure(name, hand, page.dpi)
    start = page.px(room.x + room.w / 2 + float(rng.normal(0, 3))) - width / 2
    patch = write(rng, name, hand, start, page.px(room.bottom - 1.0), page.dpi)
    page.sheet.lay(patch)
    page.signatures.append(Trace(name, patch.outline()))

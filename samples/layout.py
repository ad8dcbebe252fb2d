"""Setting a page: from a form and a style to a printed sheet and the room for each value. Frame: millimetres."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from forms import PageShape
from records.geometry import Box
from samples.blueprint import HEAD, Blueprint, Section
from samples.ink import Pixels
from samples.press import Line, Press, Slot, Type
from samples.style import FormStyle, rows

WIDTH, HEIGHT = 210.0, 297.0
_NARROWEST = 6.0
"""Distance of writing lines under which nobody can write."""
_TIGHTEST = 4.5
"""Distance of writing lines that no house goes below."""
_SMALLEST = 6.0
"""Points of the smallest type."""
_CORNER = 40.0
"""Room for the form's code and for the page number in the corners, in millimetres."""
_GAP = 1.3
"""Between a label and its value."""


SIGNATURE_HINT = "(Ký, ghi rõ họ, chữ đệm, tên)"


@dataclass(frozen=True, slots=True)
class Room:
    """The room of one case on a page."""

    slots: dict[str, Slot]
    checks: dict[str, tuple[Box, Box]]
    """Label → (the square, the printed label)."""
    signatures: tuple[Box, ...]
    """Room for each signature; the last is the clerk's."""


@dataclass(frozen=True, slots=True)
class FormPage:
    """A printed, still empty page of a book."""

    form: Blueprint
    style: FormStyle
    dpi: float
    coverage: Pixels
    rooms: tuple[Room, ...]
    """One for each case."""
    leading: float
    """Distance of the writing lines."""


@dataclass
class Setter:
    """One run of setting a page: the pen's height and what has been placed so far."""

    press: Press
    form: Blueprint
    style: FormStyle
    leading: float
    y: float
    room: Box
    """The part of the sheet that is set."""
    number: int = 0
    slots: dict[str, Slot] = field(default_factory=dict)
    checks: dict[str, tuple[Box, Box]] = field(default_factory=dict)
    signatures: list[Box] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Left edge of the type area."""
        return self.style.left + (3 if self.style.frame != "none" else 0)

    @property
    def right(self) -> float:
        """Right edge of the type area."""
        return WIDTH - self.style.right - (3 if self.style.frame != "none" else 0)

    @property
    def label_type(self) -> Type:
        """The cut of labels."""
        return Type(self.style.label_size, self.style.bold_labels, self.style.italic_labels)

    def label(self, column: str) -> str:
        """Return the label as printed, with number and colon where the house sets them."""
        text = self.style.label(column)
        if self.style.numbered and column not in HEAD and text[0].isupper():
            self.number += 1
            text = f"{self.number}. {text}"
        return text + (":" if self.style.colon else "")


def set_page(form: Blueprint, style: FormStyle, dpi: float) -> FormPage:
    """Print the empty page of *form* in *style*: the widest spacing of lines that still fits the sheet.

    Where not even the narrowest fits, places get one line each, then values stand beside their labels, then on dots
    instead of in a table, then the type is smaller, as a printing house would do.
    """
    leading = 9.4 if style.setting != "columns" else 8.6
    parts = _parts(form)
    while not _fits(form, style, dpi, leading, parts[0]):
        leading -= 0.15
        if leading < _NARROWEST and style.place_lines > 1:
            leading, style = 9.4, replace(style, place_lines=1)
        elif leading < _TIGHTEST:
            leading, style = 9.4, _tighter(style)
    press = Press(WIDTH, HEIGHT, dpi, style.face)
    rooms = []
    for number, part in enumerate(parts):
        setter = Setter(press, form, style, leading, part.y + style.top, part)
        _all(setter, last=number == len(parts) - 1)
        _frame(setter)
        rooms.append(Room(setter.slots, setter.checks, tuple(setter.signatures)))
    return FormPage(form, style, dpi, press.coverage(), tuple(rooms), leading)


def _tighter(style: FormStyle) -> FormStyle:
    """Return a style that needs less height."""
    if style.setting == "cells" and style.label_above:
        return replace(style, label_above=False)
    if style.setting != "dotted":
        return replace(style, setting="dotted")
    if style.label_size <= _SMALLEST:
        raise ValueError(f"the form has more than a page can hold, in style {style}")
    return replace(style, label_size=style.label_size * 0.93, title_size=style.title_size * 0.93)


def _parts(form: Blueprint) -> tuple[Box, ...]:
    """Return the parts of the sheet that hold a case each."""
    count = 2 if form.edition.shape is PageShape.HALF else 1
    return tuple(Box(0, HEIGHT / count * k, WIDTH, HEIGHT / count) for k in range(count))


def _fits(form: Blueprint, style: FormStyle, dpi: float, leading: float, part: Box) -> bool:
    setter = Setter(Press(WIDTH, HEIGHT, dpi, style.face, dry=True), form, style, leading, part.y + style.top, part)
    _all(setter, last=True)
    return setter.y <= part.bottom - style.bottom - (2.5 if style.frame != "none" else 0)


def _frame(s: Setter) -> None:
    style = s.style
    if style.frame == "none":
        return
    top, height = s.room.y + style.top, s.room.h - style.top - style.bottom
    box = Box(style.left - 1, top - 4, WIDTH - style.left - style.right + 2, height + 6)
    s.press.frame(box, 0.4)
    if style.frame == "double":
        s.press.frame(Box(box.x + 1, box.y + 1, box.w - 2, box.h - 2), 0.2)


def _all(s: Setter, *, last: bool) -> None:
    _head(s)
    if s.style.checks_on_top:
        _checks(s)
    table: dict[str, Callable[[Setter, Section, bool], None]] = {
        "dotted": _dotted,
        "cells": _cells,
        "columns": _columns,
    }
    for number, section in enumerate(s.form.sections):
        table[s.style.setting](s, section, number == 0)
    if not s.style.checks_on_top:
        _checks(s)
    _signing(s)
    _notes(s)
    if last and s.form.has("trangSo"):
        _page_number(s)
    if s.form.code and s.style.shows_code:
        s.press.text(s.left, s.room.y + s.style.top - 1.5 + _below_frame(s), s.form.code, Type(9, italic=True))


def _head(s: Setter) -> None:
    small = s.form.edition.shape is PageShape.HALF
    cut = Type(s.style.title_size * (0.8 if small else 1.0), bold=True)
    parts = s.press.wrapped(s.form.edition.heading[0], cut, s.right - s.left - 20)
    beside = (s.right - s.left - s.press.measure(parts[0], cut)) / 2
    if beside < _CORNER and (s.form.code or s.style.page_number == "top right"):
        s.y += 4.0 + _below_frame(s)  # a wide title stands below what is printed in the corners
    s.y += cut.size * 0.36
    for number, part in enumerate(parts):
        s.y += cut.size * 0.42 if number else 0
        s.press.text((s.left + s.right) / 2, s.y, part, cut, align="m")
    s.y += s.leading * 0.25
    middle = (s.right - s.left) * 0.22
    if "quyenSo" in s.form.head:
        dots_row(s, ("so", "quyenSo"), s.left + middle, s.right - middle)
        dots_row(s, ("ngayDangKy",), s.left, s.left + (s.right - s.left) * 0.72)
    else:
        dots_row(s, s.form.head, s.left, s.right)
    s.y += s.leading * 0.15


def _below_frame(s: Setter) -> float:
    return 3.0 if s.style.frame != "none" else 0.0


def _heading(s: Setter, section: Section) -> None:
    if not section.headings or s.style.heading == "none":
        return
    said = s.style.spelled(section.headings[int(s.style.numbered) % len(section.headings)])
    text = said.upper() if s.style.heading == "caps" else said
    s.y += s.leading * 0.9
    bold = s.style.heading in ("bold", "caps")
    s.press.text(s.left, s.y, text, Type(s.style.label_size + 0.5, bold=bold, italic=s.style.heading == "plain"))
    if s.style.setting != "dotted":
        s.y += s.leading * 0.3


def _dotted(s: Setter, section: Section, first: bool) -> None:
    _heading(s, section)
    for row in rows(s.style, s.form, section, first=first):
        dots_row(s, row, s.left, s.right)


def dots_row(s: Setter, row: tuple[str, ...], left: float, right: float) -> None:
    """Set the labels of *row* between *left* and *right*, each followed by dots; long values go on below."""
    labels = {c: s.label(c) for c in row}
    cut = s.label_type
    weights = [s.form.weight(c) for c in row]
    s.y += s.leading
    top = s.y
    if len(row) == 1 and s.press.measure(labels[row[0]], cut) > (right - left) * 0.72:
        parts = s.press.wrapped(labels[row[0]], cut, right - left)
        for part in parts[:-1]:
            s.press.text(left, s.y, part, cut)
            s.y += s.leading * 0.72
        labels[row[0]] = parts[-1]
        if (
            s.press.measure(parts[-1], cut) > (right - left) - 60
        ):  # too little left on this line: the value has the next
            s.press.text(left, s.y, parts[-1], cut)
            s.y, labels[row[0]] = s.y + s.leading, ""
        top = s.y
    room = right - left - sum(s.press.measure(labels[c], cut) + _GAP for c in row) - 2.2 * (len(row) - 1)
    x = left
    for column, weight in zip(row, weights, strict=True):
        start = s.press.text(x, s.y, labels[column], cut) + _GAP
        end = start + room * weight / sum(weights)
        s.press.leader(start - _GAP * 0.6, end, s.y, s.style.leader, s.style.label_size)
        lines = [Line(start, s.y, end - start)]
        count = s.form.lines(column)
        extra = count - 1 if column.endswith("BangChu") else min(count, s.style.place_lines) - 1
        if column == row[-1]:
            for _ in range(extra if end - start < 110 or s.style.place_lines == 2 else 0):
                s.y += s.leading
                s.press.leader(left, right, s.y, s.style.leader, s.style.label_size)
                lines.append(Line(left + 1, s.y, right - left - 1))
        area = Box(start, top - 0.72 * s.leading, end - start, 0.86 * s.leading)
        s.slots[column] = Slot(column, tuple(lines), area)
        x = end + 2.2


def _cells(s: Setter, section: Section, first: bool) -> None:
    _heading(s, section)
    for row in rows(s.style, s.form, section, first=first):
        _cell_row(s, row)


def _cell_row(s: Setter, row: tuple[str, ...]) -> None:
    cut, small = s.label_type, Type(s.style.label_size * 0.92, s.style.bold_labels, s.style.italic_labels)
    weights = [s.form.weight(c) for c in row]
    width = s.right - s.left
    long = any(s.form.lines(c) > 1 for c in row) and (s.style.place_lines == 2 or len(row) > 1)
    step = s.leading * 0.88
    x, top, low = s.left, s.y, s.y
    plans = []
    for column, weight in zip(row, weights, strict=True):
        w = width * weight / sum(weights)
        label = s.label(column)
        parts = s.press.wrapped(label, small if s.style.label_above else cut, w - 3)
        beside = not s.style.label_above and len(parts) == 1 and s.press.measure(label, cut) < w * 0.62
        pitch = s.style.label_size * 0.352 * 1.12
        first = top + (0.72 * s.leading if beside else pitch * len(parts) + 0.96 * step)
        count = 2 if long and s.form.lines(column) > 1 else 1
        low = max(low, first + step * (count - 1) + 0.30 * step)
        plans.append((column, x, w, parts, beside, pitch, first, count))
        x += w
    for column, x0, w, parts, beside, pitch, first, count in plans:
        used = cut if beside else small
        for i, part in enumerate(parts):
            end = s.press.text(x0 + 1.2, first if beside else top + 0.3 + pitch * (i + 0.8), part, used)
        start = end + _GAP if beside else x0 + 2.5
        lines = [Line(start, first, x0 + w - 1 - start)]
        lines += [Line(x0 + 2.5, first + step * k, w - 3.5) for k in range(1, count)]
        s.slots[column] = Slot(column, tuple(lines), Box(start, first - 0.7 * step, x0 + w - 0.8 - start, 0.9 * step))
        s.press.frame(Box(x0, top, w, low - top))
    s.y = low


def _columns(s: Setter, section: Section, first: bool) -> None:
    _heading(s, section)
    split = s.left + (s.right - s.left) * s.style.label_share
    cut = s.label_type
    pitch = s.style.label_size * 0.352 * 1.16
    for column in section.columns:
        parts = s.press.wrapped(s.label(column), cut, split - s.left - 2.5)
        count = min(s.form.lines(column), s.style.place_lines)
        height = max(s.leading * (0.3 + 0.8 * count), pitch * (len(parts) + 0.45), s.leading)
        base = s.y + (height - pitch * len(parts)) / 2 + pitch * 0.78
        for i, part in enumerate(parts):
            s.press.text(s.left + 1.3, base + pitch * i, part, cut)
        base = s.y + (height - s.leading * 0.8 * (count - 1)) / 2 + 0.24 * s.leading
        lines = tuple(Line(split + 2, base + s.leading * 0.8 * k, s.right - split - 3) for k in range(count))
        s.slots[column] = Slot(column, lines, Box(split + 1, s.y + 0.5, s.right - split - 2, height - 1))
        s.press.frame(Box(s.left, s.y, split - s.left, height))
        s.press.frame(Box(split, s.y, s.right - split, height))
        s.y += height


def _checks(s: Setter) -> None:
    if not s.form.checks:
        return
    texts = [s.style.spelled(t) for t in s.form.checks]
    cut, side, pitch = Type(min(s.style.label_size, 11.5) - 0.5), 3.0, 5.4
    widest = max(s.press.measure(text, cut) for text in texts) + side + 4
    columns = min(s.style.check_columns, int((s.right - s.left) / widest))
    width = (s.right - s.left) / columns
    s.y += 1.5
    rows = -(-len(texts) // columns)
    for i, text in enumerate(texts):
        x, y = s.left + width * (i % columns), s.y + pitch * (i // columns + 1)
        if s.style.box_first:
            square = Box(x, y - side + 0.3, side, side)
            end = s.press.text(x + side + 1.4, y, text, cut)
            printed = Box(x + side + 1.4, y - 3.2, end - x - side - 1.4, 4.2)
        else:
            end = s.press.text(x, y, text, cut)
            square = Box(end + 1.6, y - side + 0.3, side, side)
            printed = Box(x, y - 3.2, end - x, 4.2)
        s.press.frame(square, 0.22)
        s.checks[s.form.checks[i]] = (square, printed)
    s.y += pitch * rows + 1.2


def _signing(s: Setter) -> None:
    names = s.form.signatures
    small = s.form.edition.shape is PageShape.HALF
    room = 17.0 if small else 21.0 if s.style.setting == "columns" else 24.0
    s.y += 5.5
    width = (s.right - s.left) / len(names)
    for i, name in enumerate(names):
        middle = s.left + width * (i + 0.5)
        s.press.text(middle, s.y, name, Type(s.style.label_size + 0.3, bold=True), align="m")
        if not small:
            cut = Type(max(8.5, s.style.label_size - 2.5), italic=True)
            s.press.text(middle, s.y + 4.3, SIGNATURE_HINT, cut, align="m")
        across = min(60.0, width - 3)
        s.signatures.append(Box(middle - across / 2, s.y + (1.5 if small else 5.0), across, room - (3 if small else 7)))
    s.y += room


def _notes(s: Setter) -> None:
    label, cut = s.label("ghiChu"), s.label_type
    more = 1 if s.form.edition.shape is PageShape.HALF else 2
    if s.style.setting == "dotted":
        s.y += s.leading * 0.8
        start = s.press.text(s.left, s.y, label, Type(cut.size, bold=True)) + _GAP
        lines = [Line(start, s.y, s.right - start)]
        s.press.leader(start, s.right, s.y, s.style.leader, s.style.label_size)
        for _ in range(more):
            s.y += s.leading * 0.85
            s.press.leader(s.left, s.right, s.y, s.style.leader, s.style.label_size)
            lines.append(Line(s.left + 1, s.y, s.right - s.left - 1))
        area = Box(start, lines[0].baseline - 0.6 * s.leading, s.right - start, 0.75 * s.leading)
    else:
        top, step = s.y, s.leading * 0.8
        end = s.press.text(s.left + 1.3, top + 4.6, label, Type(cut.size, bold=s.style.bold_labels))
        height = step * (0.7 + more) + 2
        s.press.frame(Box(s.left, top, s.right - s.left, height))
        lines = [Line(end + _GAP, top + 5.4, s.right - end - 3)]
        lines += [Line(s.left + 2, top + 5.4 + step * k, s.right - s.left - 4) for k in range(1, more + 1)]
        area = Box(end + _GAP, top + 0.8, s.right - end - 3, 5)
        s.y = top + height
    s.slots["ghiChu"] = Slot("ghiChu", tuple(lines), area)
    s.y += 1.0


def _page_number(s: Setter) -> None:
    text, cut = s.form.wordings("trangSo")[0] + ": ", Type(10, italic=s.style.italic_labels)
    wide = s.press.measure(text, cut) + 12
    if s.style.page_number == "top right":
        x, y = s.right - wide, s.style.top - 1.2 + _below_frame(s)
    else:
        s.y += 5.2
        x, y = (s.right - wide if s.style.page_number.endswith("right") else (s.left + s.right - wide) / 2), s.y
    start = s.press.text(x, y, text, cut)
    s.press.leader(start, x + wide, y, "fine dots", 10)
    s.slots["trangSo"] = Slot("trangSo", (Line(start + 1.5, y, 10),), Box(start, y - 4, 12, 5))

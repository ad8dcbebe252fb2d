"""Setting the birth page: from a style to a printed sheet and the room for each value. Frame: millimetres."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from records.geometry import Box
from samples.ink import Pixels
from samples.people import lists
from samples.press import Line, Press, Slot, Type
from samples.style import FormStyle, Section, sections

WIDTH, HEIGHT = 210.0, 297.0
_NARROWEST = 6.0
"""Distance of writing lines under which nobody can write."""
_GAP = 1.3
"""Between a label and its value."""


@dataclass(frozen=True, slots=True)
class FormPage:
    """A printed, still empty page of a book."""

    style: FormStyle
    dpi: float
    coverage: Pixels
    slots: dict[str, Slot]
    checks: dict[str, tuple[Box, Box]]
    """Label → (the square, the printed label)."""
    signatures: tuple[Box, ...]
    """Room for the declarant's and the clerk's signature."""
    leading: float
    """Distance of the writing lines."""


@dataclass
class Setter:
    """One run of setting a page: the pen's height and what has been placed so far."""

    press: Press
    style: FormStyle
    leading: float
    y: float
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
        head = ["so", "quyenSo", "ngayDangKy"]
        if self.style.numbered and column not in head and text[0].isupper():
            self.number += 1
            text = f"{self.number}. {text}"
        return text + (":" if self.style.colon else "")


def set_page(style: FormStyle, dpi: float) -> FormPage:
    """Print the empty page in *style*: the widest spacing of lines that still fits the sheet.

    Where not even the narrowest fits, places get one line each, as a printing house would do.
    """
    leading = 9.4 if style.setting != "columns" else 8.6
    while not _fits(style, dpi, leading):
        leading -= 0.15
        if leading < _NARROWEST and style.place_lines > 1:
            leading, style = 9.4, replace(style, place_lines=1)
    press = Press(WIDTH, HEIGHT, dpi, style.face)
    setter = Setter(press, style, leading, style.top)
    _all(setter)
    _frame(setter)
    coverage = press.coverage()
    return FormPage(style, dpi, coverage, setter.slots, setter.checks, tuple(setter.signatures), leading)


def _fits(style: FormStyle, dpi: float, leading: float) -> bool:
    if leading < 4.5:
        return True
    setter = Setter(Press(WIDTH, HEIGHT, dpi, style.face, dry=True), style, leading, style.top)
    _all(setter)
    return setter.y <= HEIGHT - style.bottom - (2.5 if style.frame != "none" else 0)


def _frame(s: Setter) -> None:
    style = s.style
    if style.frame == "none":
        return
    box = Box(
        style.left - 1, style.top - 4, WIDTH - style.left - style.right + 2, HEIGHT - style.top - style.bottom + 6
    )
    s.press.frame(box, 0.4)
    if style.frame == "double":
        s.press.frame(Box(box.x + 1, box.y + 1, box.w - 2, box.h - 2), 0.2)


def _all(s: Setter) -> None:
    _head(s)
    if s.style.checks_on_top:
        _checks(s)
    table: dict[str, Callable[[Setter, Section], None]] = {"dotted": _dotted, "cells": _cells, "columns": _columns}
    for section in sections(s.style):
        table[s.style.setting](s, section)
    if not s.style.checks_on_top:
        _checks(s)
    _signing(s)
    _notes(s)
    _page_number(s)


def _head(s: Setter) -> None:
    title = lists("birth_2016")["title"]
    s.y += s.style.title_size * 0.36
    s.press.text((s.left + s.right) / 2, s.y, title, Type(s.style.title_size, bold=True), align="m")
    s.y += s.leading * 0.25
    middle = (s.right - s.left) * 0.22
    dots_row(s, ("so", "quyenSo"), s.left + middle, s.right - middle)
    dots_row(s, ("ngayDangKy",), s.left, s.left + (s.right - s.left) * 0.72)
    s.y += s.leading * 0.15


def _heading(s: Setter, section: Section) -> None:
    if not section.heading:
        return
    text = section.heading.upper() if s.style.heading == "caps" else section.heading
    s.y += s.leading * 0.9
    bold = s.style.heading in ("bold", "caps")
    s.press.text(s.left, s.y, text, Type(s.style.label_size + 0.5, bold=bold, italic=s.style.heading == "plain"))
    if s.style.setting != "dotted":
        s.y += s.leading * 0.3


def _dotted(s: Setter, section: Section) -> None:
    _heading(s, section)
    for row in section.rows:
        dots_row(s, row, s.left, s.right)


def dots_row(s: Setter, row: tuple[str, ...], left: float, right: float) -> None:
    """Set the labels of *row* between *left* and *right*, each followed by dots; long values go on below."""
    fields = lists("birth_2016")["fields"]
    labels = {c: s.label(c) for c in row}
    cut = s.label_type
    weights = [fields[c]["weight"] for c in row]
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
        count = fields[column].get("lines", 1)
        extra = count - 1 if column.endswith("BangChu") else min(count, s.style.place_lines) - 1
        if column == row[-1]:
            for _ in range(extra if end - start < 110 or s.style.place_lines == 2 else 0):
                s.y += s.leading
                s.press.leader(left, right, s.y, s.style.leader, s.style.label_size)
                lines.append(Line(left + 1, s.y, right - left - 1))
        area = Box(start, top - 0.72 * s.leading, end - start, 0.86 * s.leading)
        s.slots[column] = Slot(column, tuple(lines), area)
        x = end + 2.2


def _cells(s: Setter, section: Section) -> None:
    _heading(s, section)
    for row in section.rows:
        _cell_row(s, row)


def _cell_row(s: Setter, row: tuple[str, ...]) -> None:
    fields = lists("birth_2016")["fields"]
    cut, small = s.label_type, Type(s.style.label_size * 0.92, s.style.bold_labels, s.style.italic_labels)
    weights = [fields[c]["weight"] for c in row]
    width = s.right - s.left
    long = any(fields[c].get("lines", 1) > 1 for c in row) and (s.style.place_lines == 2 or len(row) > 1)
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
        count = 2 if long and fields[column].get("lines", 1) > 1 else 1
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


def _columns(s: Setter, section: Section) -> None:
    _heading(s, section)
    fields = lists("birth_2016")["fields"]
    split = s.left + (s.right - s.left) * s.style.label_share
    cut = s.label_type
    pitch = s.style.label_size * 0.352 * 1.16
    for column in (c for row in section.rows for c in row):
        parts = s.press.wrapped(s.label(column), cut, split - s.left - 2.5)
        count = min(fields[column].get("lines", 1), s.style.place_lines)
        height = max(s.leading * (0.3 + 0.8 * count), pitch * (len(parts) + 0.45), s.leading)
        base = s.y + (height - pitch * len(parts)) / 2 + pitch * 0.78
        for i, part in enumerate(parts):
            s.press.text(s.left + 1.3, base + pitch * i, part, cut)
        first = s.y + (height - s.leading * 0.8 * (count - 1)) / 2 + 0.24 * s.leading
        lines = tuple(Line(split + 2, first + s.leading * 0.8 * k, s.right - split - 3) for k in range(count))
        s.slots[column] = Slot(column, lines, Box(split + 1, s.y + 0.5, s.right - split - 2, height - 1))
        s.press.frame(Box(s.left, s.y, split - s.left, height))
        s.press.frame(Box(split, s.y, s.right - split, height))
        s.y += height


def _checks(s: Setter) -> None:
    texts = [s.style.spelled(t) for t in lists("birth_2016")["checks"]]
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
        s.checks[lists("birth_2016")["checks"][i]] = (square, printed)
    s.y += pitch * rows + 1.2


def _signing(s: Setter) -> None:
    names = lists("birth_2016")["signatures"]
    room = 21.0 if s.style.setting == "columns" else 24.0
    s.y += 5.5
    width = (s.right - s.left) / 2
    for i, name in enumerate(names):
        middle = s.left + width * (i + 0.5)
        s.press.text(middle, s.y, name, Type(s.style.label_size + 0.3, bold=True), align="m")
        hint = lists("birth_2016")["signature_hint"]
        s.press.text(middle, s.y + 4.3, hint, Type(max(8.5, s.style.label_size - 2.5), italic=True), align="m")
        s.signatures.append(Box(middle - 30, s.y + 5.0, 60, room - 7))
    s.y += room


def _notes(s: Setter) -> None:
    label, cut = lists("birth_2016")["notes"] + (":" if s.style.colon else ""), s.label_type
    if s.style.setting == "dotted":
        s.y += s.leading * 0.8
        start = s.press.text(s.left, s.y, label, Type(cut.size, bold=True)) + _GAP
        lines = [Line(start, s.y, s.right - start)]
        s.press.leader(start, s.right, s.y, s.style.leader, s.style.label_size)
        for _ in range(2):
            s.y += s.leading * 0.85
            s.press.leader(s.left, s.right, s.y, s.style.leader, s.style.label_size)
            lines.append(Line(s.left + 1, s.y, s.right - s.left - 1))
        area = Box(start, lines[0].baseline - 0.6 * s.leading, s.right - start, 0.75 * s.leading)
    else:
        top, step = s.y, s.leading * 0.8
        end = s.press.text(s.left + 1.3, top + 4.6, label, Type(cut.size, bold=s.style.bold_labels))
        height = step * 2.7 + 2
        s.press.frame(Box(s.left, top, s.right - s.left, height))
        lines = [Line(end + _GAP, top + 5.4, s.right - end - 3)]
        lines += [Line(s.left + 2, top + 5.4 + step * k, s.right - s.left - 4) for k in (1, 2)]
        area = Box(end + _GAP, top + 0.8, s.right - end - 3, 5)
        s.y = top + height
    s.slots["ghiChu"] = Slot("ghiChu", tuple(lines), area)
    s.y += 1.0


def _page_number(s: Setter) -> None:
    text, cut = lists("birth_2016")["page"] + ": ", Type(10, italic=s.style.italic_labels)
    wide = s.press.measure(text, cut) + 12
    if s.style.page_number == "top right":
        x, y = s.right - wide, s.style.top - 1.2 + (3 if s.style.frame != "none" else 0)
    else:
        s.y += 5.2
        x, y = (s.right - wide if s.style.page_number.endswith("right") else (s.left + s.right - wide) / 2), s.y
    start = s.press.text(x, y, text, cut)
    s.press.leader(start, x + wide, y, "fine dots", 10)
    s.slots["trangSo"] = Slot("trangSo", (Line(start + 1.5, y, 10),), Box(start, y - 4, 12, 5))

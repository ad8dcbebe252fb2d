"""Setting a table of rows across an opened book: headed columns on both leaves, a case a row. Frame: millimetres."""

from dataclasses import dataclass

import numpy as np

from forms import Leaf
from records.codes import ValueKind
from records.geometry import Box
from samples.blueprint import Blueprint
from samples.layout import HEIGHT, WIDTH, FormPage, Room
from samples.people import chance, pick
from samples.press import Line, Press, Slot, Type
from samples.style import FormStyle

_GUTTER = 13.0
"""Between a table's edge and the fold."""
_PITCH = 6.6
"""Between the writing lines of a cell."""
_WIDTHS = {
    ValueKind.ENTRY_NUMBER: 0.62,
    ValueKind.SEX: 0.62,
    ValueKind.AGE: 0.72,
    ValueKind.DATE: 1.15,
    ValueKind.NAME: 1.75,
    ValueKind.PLACE: 2.1,
    ValueKind.TEXT: 1.5,
}
"""Shares of a leaf's width."""


@dataclass(frozen=True, slots=True)
class TableStyle:
    """What differs between tables of one form beside the printing house's type."""

    rows: int
    """Cases on an opened book."""
    numbered_columns: bool
    """A line of (1), (2) … under the heads."""
    head: float
    """Height of the heads."""
    title_on_both: bool


def draw_table(rng: np.random.Generator) -> TableStyle:
    """Return how one printing house sets its tables."""
    return TableStyle(
        rows=int(pick(rng, [6, 7, 8, 9])),
        numbered_columns=chance(rng, 0.5),
        head=float(rng.uniform(15, 21)),
        title_on_both=chance(rng, 0.4),
    )


def set_table(form: Blueprint, style: FormStyle, table: TableStyle, dpi: float) -> FormPage:
    """Print the empty table of *form* over both leaves of an opened book."""
    press = Press(2 * WIDTH, HEIGHT, dpi, style.face)
    top = style.top + 13.0
    numbers = 5.5 if table.numbered_columns else 0.0
    body = top + table.head + numbers
    height = (HEIGHT - style.bottom - 3 - body) / table.rows
    slots: list[dict[str, Slot]] = [{} for _ in range(table.rows)]
    count = 0
    for leaf in Leaf:
        left = style.left - 6 if leaf is Leaf.LEFT else WIDTH + _GUTTER
        right = WIDTH - _GUTTER if leaf is Leaf.LEFT else 2 * WIDTH - style.right
        if leaf is Leaf.LEFT or table.title_on_both:
            title = Type(style.title_size, bold=True)
            press.text((left + right) / 2, style.top + 7, form.edition.heading[0], title, align="m")
        columns = [x.column for x in form.edition.labels if x.leaf is leaf and x.column]
        shares = np.array([_WIDTHS[form.kind(c)] for c in columns])
        edges = left + (right - left) * np.concatenate([[0.0], np.cumsum(shares) / shares.sum()])
        for column, x0, x1 in zip(columns, edges, edges[1:], strict=False):
            count += 1
            _head(press, style, style.label(column), Box(x0, top, x1 - x0, table.head))
            if table.numbered_columns:
                press.text((x0 + x1) / 2, top + table.head + 4, f"({count})", Type(8.5), align="m")
            for k in range(table.rows):
                cell = Box(x0, body + height * k, x1 - x0, height)
                slots[k][column] = Slot(column, _lines(cell), Box(cell.x + 1, cell.y + 1, cell.w - 2, cell.h - 2))
        for x in edges:
            press.rule(x, top, x, body + height * table.rows, 0.3)
        for y in (top, *({top + table.head, body}), *(body + height * (k + 1) for k in range(table.rows))):
            press.rule(left, y, right, y, 0.3)
    return FormPage(form, style, dpi, press.coverage(), tuple(Room(s, {}, ()) for s in slots), _PITCH * 1.15)


def _head(press: Press, style: FormStyle, text: str, cell: Box) -> None:
    """Set a column's head in the middle of its cell."""
    size = 9.6
    while True:
        cut = Type(size, style.bold_labels)
        parts = press.wrapped(text, cut, cell.w - 1.6)
        pitch = size * 0.352 * 1.12
        fits = max(press.measure(p, cut) for p in parts) <= cell.w - 1.0 and pitch * len(parts) <= cell.h - 1
        if fits or size < 6.5:
            break
        size -= 0.3
    base = cell.y + (cell.h - pitch * len(parts)) / 2 + pitch * 0.78
    for k, part in enumerate(parts):
        press.text(cell.x + cell.w / 2, base + pitch * k, part, cut, align="m")


def _lines(cell: Box) -> tuple[Line, ...]:
    count = max(1, int((cell.h - 2.5) / _PITCH))
    return tuple(Line(cell.x + 1.2, cell.y + _PITCH * (k + 0.95), cell.w - 2.0) for k in range(count))

"""Notes that later clerks wrote where there was room: in a margin, over the form's edge, slanted, in other pens."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from forms import PageShape
from records.geometry import Box
from records.text import nfc
from samples.cases import Case
from samples.facts import Habits, written_date
from samples.filling import Page, Trace
from samples.hand import Hand, break_lines, measure, write
from samples.ink import PENS, RED_PENS, Patch
from samples.layout import HEIGHT, FormPage
from samples.marks import signature
from samples.people import chance, family_name, pick
from samples.scan import Points
from samples.stamps import boxed_words

SHORTEST = 8.0
"""Millimetres that a line of a note has at least, however narrow the margin."""
_LEADING = 5.6
"""Between the lines of a note, in millimetres: margins are narrow."""
_PLACES = {"left": 32, "right": 22, "top": 12, "bottom": 18, "slanted": 10, "beside the head": 6}
"""Where notes are written, and how often."""

RED = {"": 70, "pen": 15, "stamp": 15}
"""In what red a note is, and how often: most are in none."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a note is laid: length of its lines in millimetres, how many at most, degrees counter-clockwise."""

    width: float
    lines: int
    turn: float


def margin_note(
    rng: np.random.Generator,
    page: Page,
    form: FormPage,
    case: Case,
    habits: Habits,
    writer: Callable[[np.random.Generator, float], Hand],
    colour: np.random.Generator,
) -> tuple[float, float]:
    """Write one note somewhere around *form*, and its truth into *page*; return its middle, in millimetres.

    *writer* returns somebody's hand for lines so far apart (millimetres). *colour* decides whether the note is in red,
    and nothing else.
    """
    red = str(pick(colour, list(RED), list(RED.values())))
    hand = replace(writer(rng, 1.25 * _LEADING), ink=pick(rng, PENS), tilt=0.0)
    text = nfc(_said(rng, case, habits))
    head = form.form.edition.shape is not PageShape.ROWS  # a table has no line of its own for the day
    places = {name: share for name, share in _PLACES.items() if head or name != "beside the head"}
    place = str(pick(rng, list(places), list(places.values())))
    over = float(rng.uniform(1, 6)) if chance(rng, 0.3) else 0.0
    shape = _shape(rng, form, place)
    if red == "pen":
        hand = replace(hand, ink=pick(colour, RED_PENS))
    block = _block(rng, text, hand, shape, page)
    if red == "stamp":
        text, block = boxed_words(colour, page.dpi)
    block = _turned(block, shape.turn)
    box = block.box()
    assert box is not None
    wide, high = box.w * 25.4 / page.dpi, box.h * 25.4 / page.dpi
    x, y = _corner(rng, form, place, (wide, high), over)
    put = replace(block, x=block.x + round(page.px(x) - box.x), y=block.y + round(page.px(y) - box.y))
    page.sheet.lay(put)
    page.margin.append(Trace(text, _around(put.outline()), red))
    return x + wide / 2, y + high / 2


def _shape(rng: np.random.Generator, form: FormPage, place: str) -> _Shape:
    style = form.style
    if place == "left" and chance(rng, 0.35):  # short lines, one under the other
        return _Shape(max(SHORTEST, style.left - 4), 9, float(rng.normal(0, 3)))
    if place in ("left", "right"):
        room = style.left if place == "left" else style.right
        turn = float(pick(rng, [90.0, -90.0], [3, 1])) + float(rng.normal(0, 1.5))
        return _Shape(float(rng.uniform(90, 150)), max(1, int((room - 2) / _LEADING)), turn)
    if place == "beside the head":
        return _Shape(max(SHORTEST, wide_of(form) - style.right - _end_of_head(form) - 4), 3, float(rng.normal(4, 4)))
    if place == "slanted":
        return _Shape(float(rng.uniform(40, 60)), 3, float(rng.uniform(25, 65)))
    return _Shape(float(rng.uniform(80, 140)), 2, float(rng.normal(0, 1.2)))


def wide_of(form: FormPage) -> float:
    """Return the width of the sheet in millimetres: that of a table's opened book is two pages."""
    return float(form.coverage.shape[1] * 25.4 / form.dpi)


def _end_of_head(form: FormPage) -> float:
    line = form.rooms[0].slots["ngayDangKy"].lines[-1]
    return line.x + line.width + 3


def _corner(
    rng: np.random.Generator, form: FormPage, place: str, size: tuple[float, float], over: float
) -> tuple[float, float]:
    """Return where the top left of a note of *size* goes; *over*: how far it runs over the form's edge."""
    style, (wide, high) = form.style, size
    down = float(rng.uniform(style.top, max(style.top + 1, HEIGHT - style.bottom - high)))
    across = float(rng.uniform(style.left, max(style.left + 1, wide_of(form) - style.right - wide - 30)))
    match place:
        case "left":
            return max(1.5, style.left - 2.5 - wide) + over, down
        case "right":
            return min(wide_of(form) - style.right + 2, wide_of(form) - 1.5 - wide) - over, down
        case "top":
            return across, max(2.0, style.top - 5 - high) + over / 2
        case "bottom":
            return across, min(HEIGHT - style.bottom + 1.5, HEIGHT - 2 - high) - over / 2
        case "slanted":
            return max(2.0, style.left - 0.75 * wide), down
        case _:
            return _end_of_head(form), form.rooms[0].slots["ngayDangKy"].lines[-1].baseline - 7


def _around(points: Points) -> Points:
    """Return the four corners of the smallest rectangle, however turned, that holds *points*."""
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(points)), np.float32)


def _said(rng: np.random.Generator, case: Case, habits: Habits) -> str:
    later = case.registered + dt.timedelta(days=int(rng.integers(200, 5000)))
    day = written_date(later, habits)
    decision = f"QĐ số {int(rng.integers(3, 400))}/QĐ-UBND ngày {written_date(later - dt.timedelta(days=3), habits)}"
    name = next(text for column, text in case.fields.items() if column.endswith("HoTen") and text).title()
    notes = (
        f"Đã cấp bản sao ngày {day}",
        f"Đã cấp lại bản chính ngày {day}",
        f"Ngày {day} thay đổi họ từ {family_name(rng)} thành {family_name(rng)} theo {decision} của UBND quận",
        f"Thay đổi tên thành {name} Anh theo {decision}",
        f"Cha nhận con theo {decision} của UBND phường",
        f"Được nhận làm con nuôi theo {decision}",
        f"Cải chính năm sinh của mẹ theo {decision}",
        f"Huỷ đăng ký khai sinh theo {decision}",
        f"Bổ sung quê quán theo {decision}",
    )
    return str(pick(rng, notes, [5, 2, 3, 2, 3, 2, 2, 1, 2]))


def _block(rng: np.random.Generator, text: str, hand: Hand, shape: _Shape, page: Page) -> Patch:
    """Return *text* in lines as *shape* says, now and then with a signature at its end."""
    parts = break_lines(text, hand, (page.px(shape.width),) * shape.lines, page.dpi)
    room = page.px(shape.width) * 1.05
    patches = [write(rng, part, hand, 0, page.px(_LEADING) * k, page.dpi, room) for k, part in enumerate(parts)]
    if chance(rng, 0.55):
        end = min(measure(parts[-1], hand, page.dpi), room)
        beside = shape.lines < 4 or end < 0.6 * room
        x, y = (end + page.px(2), len(parts) - 1.6) if beside else (page.px(1), len(parts) - 0.7)
        place = Box(x, page.px(_LEADING * y), page.px(18), page.px(7))
        patches += signature(rng, place, page.px(hand.pen), hand.ink)
    return _together(patches)


def _together(patches: list[Patch]) -> Patch:
    """Return patches of one ink as one."""
    x0, y0 = min(p.x for p in patches), min(p.y for p in patches)
    x1, y1 = max(p.x + p.alpha.shape[1] for p in patches), max(p.y + p.alpha.shape[0] for p in patches)
    alpha = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for p in patches:
        h, w = p.alpha.shape
        window = alpha[p.y - y0 : p.y - y0 + h, p.x - x0 : p.x - x0 + w]
        np.maximum(window, p.alpha, out=window)
    return Patch(alpha, x0, y0, patches[0].ink)


def _turned(patch: Patch, degrees: float) -> Patch:
    """Return *patch* turned counter-clockwise about its middle, in a plate that holds all of it."""
    h, w = patch.alpha.shape
    side = int(np.ceil(np.hypot(h, w))) + 2
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
    matrix[:, 2] += (side - w) / 2, (side - h) / 2
    alpha = cv2.warpAffine(patch.alpha, matrix, (side, side), flags=cv2.INTER_LINEAR)
    return Patch(np.asarray(alpha, np.uint8), patch.x, patch.y, patch.ink)

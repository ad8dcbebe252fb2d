"""The pages of a book that hold no entry: cover, guidance, table of names, closing page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from records.geometry import Box
from records.numbers import read_number
from samples import places
from samples.cases import Case
from samples.facts import BookFacts, written_date
from samples.filling import Page, Trace
from samples.hand import Hand, write
from samples.layout import HEIGHT, WIDTH
from samples.press import Press, Type
from samples.style import FormStyle

REPUBLIC, DEMOCRATIC_REPUBLIC = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "VIỆT NAM DÂN CHỦ CỘNG HÒA"
"""As the country was called, from 2 July 1976 and before."""
SENTENCE_UNTIL, RANGE_UNTIL = 1999, 2016
"""Year before which the closing page is a sentence, and that before which it states the first and last number."""
GUIDANCE = (
    "Sổ được viết liên tiếp theo thứ tự từng trang, không bỏ trống, không tẩy xóa.",
    "Mỗi trường hợp ghi vào một trang; số đăng ký ghi liên tục từ số 01 trong từng năm.",
    "Chữ viết phải rõ ràng, đủ nét, cùng một loại mực tốt; không viết tắt họ, chữ đệm, tên.",
    "Họ, chữ đệm, tên của trẻ ghi bằng chữ in hoa có dấu.",
    "Ngày, tháng, năm sinh ghi bằng số và bằng chữ.",
    "Khi có sai sót phải gạch bỏ phần sai, viết lại cho đúng và ghi rõ vào cột ghi chú.",
    "Sổ phải đóng dấu giáp lai từ trang đầu đến trang cuối trước khi sử dụng.",
    "Hết năm phải thực hiện khóa sổ, thống kê tổng số trang và tổng số trường hợp đã đăng ký.",
)


@dataclass(frozen=True, slots=True)
class Writing:
    """Something to be written by hand: text, place of its start and baseline (millimetres), room."""

    text: str
    x: float
    baseline: float
    room: float


def write_all(rng: np.random.Generator, page: Page, writings: list[Writing], hand: Hand) -> list[Trace]:
    """Write each of *writings* in *hand*; return where the ink lies."""
    out = []
    for one in writings:
        patch = write(rng, one.text, hand, page.px(one.x), page.px(one.baseline), page.dpi, page.px(one.room))
        page.sheet.lay(patch)
        out.append(Trace(one.text, patch.outline()))
    return out


def _dotted(press: Press, x: float, y: float, label: str, end: float, cut: Type, value: str) -> Writing:
    start = press.text(x, y, label, cut) + 1.2
    press.leader(start, end, y, "dots", cut.size)
    return Writing(value, start + 2, y, end - start - 2)


def cover(press: Press, style: FormStyle, book: BookFacts) -> list[Writing]:
    """Print the cover: authority, title, number, opened and closed."""
    middle = WIDTH / 2
    press.frame(Box(18, 18, WIDTH - 36, HEIGHT - 36), 0.7)
    press.frame(Box(20, 20, WIDTH - 40, HEIGHT - 40), 0.25)
    nation = style.spelled(REPUBLIC if book.year >= 1976 else DEMOCRATIC_REPUBLIC)
    press.text(middle, 36, nation, Type(13, bold=True), align="m")
    press.text(middle, 43, "Độc lập - Tự do - Hạnh phúc", Type(13, bold=True), align="m")
    press.rule(middle - 32, 45.5, middle + 32, 45.5, 0.3)
    press.text(middle, 112, "SỔ ĐĂNG KÝ", Type(30, bold=True), align="m")
    said = book.edition.heading[0].removeprefix("SỔ ").removeprefix("ĐĂNG KÝ ")
    for k, part in enumerate(press.wrapped(said, Type(30, bold=True), WIDTH - 56)):
        press.text(middle, 127 + 12 * k, part, Type(30, bold=True), align="m")
    opened, cut = written_date(book.opened, book.habits), Type(14)
    return [
        _dotted(
            press, 40, 165, "Cơ quan đăng ký hộ tịch: ", 172, cut, places.authority(book.ward, book.year, short=True)
        ),
        _dotted(press, 40, 179, "Quyển số: ", 110, cut, book.habits.volume),
        _dotted(press, 40, 193, "Mở ngày: ", 110, cut, opened),
        _dotted(
            press, 40, 207, "Khóa ngày: ", 110, cut, f"31{book.habits.date_mark}12{book.habits.date_mark}{book.year}"
        ),
    ]


def guidance(press: Press, style: FormStyle) -> list[Writing]:
    """Print the page of guidance on how to keep the book."""
    press.text(WIDTH / 2, 34, "HƯỚNG DẪN SỬ DỤNG SỔ", Type(15, bold=True), align="m")
    y, cut = 50.0, Type(12.5)
    for number, text in enumerate(GUIDANCE, start=1):
        for i, line in enumerate(
            press.wrapped(f"{number}. {style.spelled(text)}", cut, WIDTH - style.left - style.right - 4)
        ):
            press.text(style.left + (0 if i else 6), y, line, cut)
            y += 7.2
        y += 2.5
    return []


def index(press: Press, style: FormStyle, cases: list[Case], subject: str, each: int) -> list[Writing]:
    """Print the table of names and return what the clerk writes into it: *each* cases stand on a page.

    *subject* is the column of the name that a case is found by.
    """
    press.text(WIDTH / 2, 30, "BẢNG TRA TÊN", Type(15, bold=True), align="m")
    edges = [style.left, style.left + 14, style.left + 98, style.left + 130, WIDTH - style.right]
    heads = ("STT", "Họ, chữ đệm, tên", "Số", "Trang số")
    top, step = 37.0, 8.6
    rows = min(len(cases), 26)
    for k in range(28):
        press.rule(edges[0], top + step * k, edges[-1], top + step * k)
    for x in edges:
        press.rule(x, top, x, top + step * 27)
    for left, right, head in zip(edges, edges[1:], heads, strict=False):
        press.text((left + right) / 2, top + 5.8, head, Type(11.5, bold=True), align="m")
    out = []
    for k, case in enumerate(cases[:rows]):
        y = top + step * (k + 1) + 6.0
        values = (str(k + 1), case.fields[subject], case.fields["so"], str(k // each + 1))
        for left, right, value in zip(edges, edges[1:], values, strict=False):
            out.append(Writing(value, left + (2.5 if value == values[1] else 4.5), y, right - left - 5))
    return out


def totals(cases: list[Case], each: int) -> dict[str, int]:
    """Return what the closing page states: *each* cases stand on a page."""
    numbers = [said[0].serial for case in cases if (said := read_number(case.fields["so"])) is not None]
    return {
        "pages": -(-len(cases) // each),
        "events": len(cases),
        "first": min(numbers, default=1),
        "last": max(numbers, default=1),
    }


def closing(press: Press, style: FormStyle, book: BookFacts, said: dict[str, int]) -> list[Writing]:
    """Print the closing page with the book's :func:`totals`; which of them, and how, changed with the years."""
    middle, cut = WIDTH / 2, Type(13)
    press.text(middle, 40, style.spelled("PHẦN KHÓA SỔ"), Type(15, bold=True), align="m")
    day = f"31{book.habits.date_mark}12{book.habits.date_mark}{book.year}"
    left, right = style.left, WIDTH - style.right
    out = [_dotted(press, left, 60, style.spelled("Sổ này khóa ngày: "), right - 60, cut, day)]
    pages, events, first, last = (f"{said[name]:02d}" for name in ("pages", "events", "first", "last"))
    if book.year < SENTENCE_UNTIL:
        rows = (
            (("Sổ này có ", pages, 34), ("trang, đã ghi ", events, 34), ("việc,", "", 0)),
            (("từ số ", first, 40), ("đến số ", last, 40), (".", "", 0)),
        )
        for k, row in enumerate(rows):
            out += _sentence(press, left, 72 + 12 * k, row, cut)
    else:
        out += [
            _dotted(press, left, 72, "Tổng số trang đã ghi: ", right - 60, cut, pages),
            _dotted(press, left, 84, "Tổng số trường hợp đã đăng ký: ", right - 40, cut, events),
        ]
    if SENTENCE_UNTIL <= book.year < RANGE_UNTIL:
        out += _sentence(press, left, 96, (("Từ số: ", first, 40), ("đến số: ", last, 40)), cut)
        out.append(_dotted(press, left, 108, "Số trang bỏ trống: ", right - 60, cut, "01"))
    else:
        out.append(_dotted(press, left, 96, "Số trang bỏ trống: ", right - 60, cut, "01"))
    press.text(right - 40, 120, "NGƯỜI KÝ", Type(12.5, bold=True), align="m")
    press.text(
        right - 40,
        125,
        style.spelled("(Ký, ghi rõ họ, chữ đệm, tên, chức vụ, đóng dấu)"),
        Type(10, italic=True),
        align="m",
    )
    out.append(Writing(book.signers[0][0], right - 58, 152, 56))
    return out


def _sentence(press: Press, x: float, y: float, row: Sequence[tuple[str, str, float]], cut: Type) -> list[Writing]:
    """Print words with dotted room between them, from *x* on: (words, what is written behind them, its room in mm)."""
    out = []
    for words, value, room in row:
        end = press.text(x, y, words, cut)
        if room:
            press.leader(end + 1.2, end + room, y, "dots", cut.size)
            out.append(Writing(value, end + 4, y, room - 5))
        x = end + room + 2
    return out

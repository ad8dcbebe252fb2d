"""One invented case after the other, in the order of registration.

Years, sexes and numbers fit together: entry numbers rise with the days of registration, a child is declared
within weeks mostly, parents are 18 to 45 years older, the personal number carries year and sex.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from forms import PageShape
from records.codes import RegisterKind, ValueKind
from records.text import nfc
from samples import places
from samples.births import birth
from samples.events import Event, change, death, guardianship, marital_status, marriage, recognition
from samples.facts import BookFacts, written_date
from samples.people import chance, family_name, lists, pick

_EVENTS = {
    RegisterKind.BIRTH: birth,
    RegisterKind.MARRIAGE: marriage,
    RegisterKind.DEATH: death,
    RegisterKind.RECOGNITION: recognition,
    RegisterKind.MARITAL_STATUS: marital_status,
    RegisterKind.GUARDIANSHIP: guardianship,
    RegisterKind.CHANGE: change,
}


@dataclass(frozen=True, slots=True)
class Slip:
    """A value written wrong, struck out, and written again."""

    column: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Case:
    """One case: the text of each column as written (empty: blank in the book), slips and notes."""

    fields: dict[str, str]
    registered: dt.date
    signs: tuple[str, ...]
    """Those who sign beside the clerk."""
    clerk: str
    slips: tuple[Slip, ...] = ()
    notes: tuple[str, ...] = ()


def draw_cases(rng: np.random.Generator, book: BookFacts, count: int) -> list[Case]:
    """Return *count* cases in the order of registration."""
    span = max(30, min((dt.date(book.year, 12, 20) - book.opened).days, 6 * count))
    days = sorted(int(d) for d in rng.integers(0, span, size=count))
    return [_case(rng, book, book.first_number + i, _office_day(book.opened, d)) for i, d in enumerate(days)]


def _office_day(opened: dt.date, offset: int) -> dt.date:
    day = opened + dt.timedelta(days=offset)
    return day - dt.timedelta(days=max(0, day.weekday() - 4)) if day.weekday() > 4 and offset > 1 else day


def _case(rng: np.random.Generator, book: BookFacts, number: int, registered: dt.date) -> Case:
    event: Event = _EVENTS[book.edition.kind](rng, book, registered)
    habits = book.habits
    name, title = pick(rng, book.signers, [1, 3])
    told = event.fields | {
        "so": f"{number:02d}/{registered.year}" if habits.number_with_year else f"{number:02d}",
        "quyenSo": habits.volume,
        "ngayDangKy": written_date(registered, habits),
        "nguoiKy": pick(rng, [f"{name}, {title}", f"{name} - {title}", f"{name} - {title} UBND"], [3, 3, 1]),
    }
    slips, notes = _slips_and_notes(rng, book, told, registered)
    told["ghiChu"] = " ".join(notes)
    asked = {column: nfc(str(told.get(column, ""))) for column in book.edition.columns if column != "trangSo"}
    return Case(asked, registered, event.signs, str(pick(rng, book.clerks, [4, 1])), slips, notes)


def _slips_and_notes(
    rng: np.random.Generator, book: BookFacts, fields: dict[str, str], registered: dt.date
) -> tuple[tuple[Slip, ...], tuple[str, ...]]:
    """Return what was struck out, with its note, and the notes of other acts (Circular 04/2020, articles 31 and 35)."""
    day = written_date(registered, book.habits)
    if chance(rng, 0.13):
        column = str(pick(rng, _slippery(book)))
        if right := fields.get(column, ""):
            label = _SLIPS.get(book.edition.value_kind(column), "nội dung")
            said = (f"Sửa {label}, ngày {day}", f"Đã sửa {label} do ghi nhầm, ngày {day}", f"{day}: sửa lỗi {label}")
            if _narrow(book):
                said = (f"Sửa {label}",) * 3
            return (Slip(column, nfc(_wrong(rng, book.edition.value_kind(column), right))),), (str(pick(rng, said)),)
    if chance(rng, 0.16):
        later = registered + dt.timedelta(days=int(rng.integers(60, 900)))
        decision = f"{int(rng.integers(3, 400))}/QĐ-UBND"
        notes = (
            "Đăng ký lưu động",
            f"Ngày {written_date(later, book.habits)} thay đổi họ từ {family_name(rng)} sang {family_name(rng)} "
            f"theo QĐ số {decision} của UBND quận Hai Bà Trưng",
            f"Ngày {written_date(later, book.habits)} bổ sung dân tộc theo QĐ số {decision} của UBND phường",
            "Đã cấp 02 bản sao",
            "Cha nhận con theo QĐ số " + decision,
        )
        return (), (str(pick(rng, notes, [3, 0, 0, 3, 0] if _narrow(book) else [3, 2, 2, 3, 1])),)
    return (), ()


def _narrow(book: BookFacts) -> bool:
    """Whether notes stand in a table's cell, which holds a few words."""
    return book.edition.shape is PageShape.ROWS


_SLIPS = {ValueKind.NAME: "tên", ValueKind.DATE: "ngày sinh", ValueKind.AGE: "năm sinh", ValueKind.PLACE: "địa chỉ"}


def _slippery(book: BookFacts) -> tuple[str, ...]:
    """Return the columns in which clerks slip: names, dates and places of persons."""
    return tuple(
        label.column
        for label in book.edition.labels
        if label.column and label.kind in _SLIPS and label.column not in ("ngayDangKy", "nycHoTen")
    )


def _wrong(rng: np.random.Generator, kind: ValueKind, right: str) -> str:
    """Return what a tired clerk might have written in place of *right*."""
    spots = [i for i, c in enumerate(right) if c.isdigit()]
    if kind is ValueKind.NAME:
        head, _, tail = right.rpartition(" ")
        other = str(pick(rng, lists("names")[pick(rng, ["male", "female"])]["given"]))
        return f"{head} {other}" if other != tail else f"{head} Bình"
    if kind is ValueKind.PLACE or not spots:
        other = places.home_place(rng)
        return other if other != right else "Hà Nội"
    at = spots[-1] if chance(rng, 0.5) else spots[min(1, len(spots) - 1)]
    digit = str((int(right[at]) + 1 + int(rng.integers(7))) % 10)
    return right[:at] + digit + right[at + 1 :]

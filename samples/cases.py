"""What stands in an invented birth book: its authority and officers, and one case after the other.

Years, sexes and numbers fit together: entry numbers rise with the days of registration, a child is declared
within weeks mostly, parents are 18 to 45 years older, the personal number carries year and sex.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from records.dates import PartialDate
from records.text import nfc
from samples import places
from samples.people import (
    Person,
    born_between,
    chance,
    child_of,
    family_name,
    grown_up,
    identity_paper,
    lists,
    personal_number,
    pick,
)
from samples.wording import Wording, date_in_words

CHOICES = (
    "Đúng hạn",
    "Quá hạn",
    "Đăng ký lại",
    "Trẻ chưa xác định được cha mẹ",
    "Trẻ bị bỏ rơi",
    "Ghi vào sổ hộ tịch việc khai sinh",
)


@dataclass(frozen=True, slots=True)
class Habits:
    """How the clerks of one office write dates and numbers."""

    date_mark: str
    padded: bool
    number_with_year: bool
    volume: str
    wording: Wording
    child_in_capitals: bool
    shortens_parents: bool
    """Writes *nt* (as above) nowhere, but leaves out the district where everybody knows it."""


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What holds for a whole book."""

    ward: str
    year: int
    volume: int
    opened: dt.date
    first_number: int
    signers: tuple[tuple[str, str], ...]
    """(name, title) of those who sign."""
    clerks: tuple[str, ...]
    habits: Habits


@dataclass(frozen=True, slots=True)
class Slip:
    """A value written wrong, struck out, and written again."""

    column: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Case:
    """One birth: the text of each column as written (empty: blank in the book), slips and notes."""

    fields: dict[str, str]
    registered: dt.date
    declarant: str
    clerk: str
    slips: tuple[Slip, ...] = ()
    notes: tuple[str, ...] = ()


def draw_book(rng: np.random.Generator) -> BookFacts:
    """Return the facts of an invented book of the years 2016 to 2020."""
    year = int(rng.integers(2016, 2021))
    volume = int(pick(rng, [1, 2, 3], [6, 3, 1]))
    chair = grown_up(rng, male=chance(rng, 0.6), born=dt.date(1968, 1, 1)).name
    deputy = grown_up(rng, male=chance(rng, 0.5), born=dt.date(1975, 1, 1)).name
    clerks = tuple(grown_up(rng, male=chance(rng, 0.3), born=dt.date(1982, 1, 1)).name for _ in range(2))
    wording = Wording(
        early_days=str(pick(rng, ["mồng", "mùng", ""], [4, 3, 3])),
        zero_ten=str(pick(rng, ["linh", "lẻ"], [5, 1])),
        thousand=str(pick(rng, ["nghìn", "ngàn"], [12, 1])),
        seven=str(pick(rng, ["bảy", "bẩy"], [3, 1])),
        four_after_tens=str(pick(rng, ["tư", "bốn"], [3, 1])),
        five_after_tens=str(pick(rng, ["lăm", "nhăm"], [5, 1])),
        empty_hundreds=chance(rng, 0.75),
        opening=str(pick(rng, ["Ngày", "ngày", ""], [6, 2, 2])),
    )
    volumes = (f"{volume:02d}/{year}", f"{volume:02d}-{year}", f"{volume:02d}", f"{volume:02d}/{year}-KS")
    habits = Habits(
        date_mark=str(pick(rng, ["/", "-", ".", " / "], [10, 3, 2, 1])),
        padded=chance(rng, 0.75),
        number_with_year=chance(rng, 0.55),
        volume=str(pick(rng, volumes, [5, 2, 2, 1])),
        wording=wording,
        child_in_capitals=chance(rng, 0.5),
        shortens_parents=chance(rng, 0.3),
    )
    opened = dt.date(year, 1, 4) if volume == 1 else born_between(rng, dt.date(year, 3, 1), dt.date(year, 8, 1))
    return BookFacts(
        ward=places.ward(rng),
        year=year,
        volume=volume,
        opened=opened,
        first_number=1 if volume == 1 else int(rng.integers(90, 220)),
        signers=((chair, "Chủ tịch"), (deputy, "Phó Chủ tịch")),
        clerks=clerks,
        habits=habits,
    )


def draw_cases(rng: np.random.Generator, book: BookFacts, count: int) -> list[Case]:
    """Return *count* cases in the order of registration."""
    span = max(30, min((dt.date(book.year, 12, 20) - book.opened).days, 6 * count))
    days = sorted(int(d) for d in rng.integers(0, span, size=count))
    return [_case(rng, book, book.first_number + i, _office_day(book.opened, d)) for i, d in enumerate(days)]


def _office_day(opened: dt.date, offset: int) -> dt.date:
    day = opened + dt.timedelta(days=offset)
    return day - dt.timedelta(days=max(0, day.weekday() - 4)) if day.weekday() > 4 and offset > 1 else day


def written_date(day: dt.date, habits: Habits) -> str:
    """Return *day* in digits as this office writes it."""
    d, m = (f"{day.day:02d}", f"{day.month:02d}") if habits.padded else (str(day.day), str(day.month))
    return habits.date_mark.join((d, m, str(day.year)))


def _case(rng: np.random.Generator, book: BookFacts, number: int, registered: dt.date) -> Case:
    kind = str(pick(rng, CHOICES, [80, 10, 4, 1, 1, 3]))
    born = _birth_day(rng, kind, registered)
    mother, father = _parents(rng, kind, born)
    child = child_of(rng, father, mother, born)
    habits = book.habits
    fields: dict[str, str] = {
        "so": f"{number:02d}/{registered.year}" if habits.number_with_year else f"{number:02d}",
        "quyenSo": habits.volume,
        "ngayDangKy": written_date(registered, habits),
        "nksHoTen": child.name.upper() if habits.child_in_capitals else child.name,
        "nksNgaySinh": written_date(born, habits),
        "nksNgaySinhBangChu": date_in_words(PartialDate(born.year, born.month, born.day), habits.wording),
        "nksGioiTinh": "Nam" if child.male else "Nữ",
        "nksDanToc": child.ethnic,
        "nksQuocTich": child.nationality,
        "nksNoiSinh": places.birthplace(rng),
        "nksQueQuan": places.home_place(rng),
        "nksSoDinhDanh": personal_number(rng, child) if kind == "Đúng hạn" and chance(rng, 0.85) else "",
        "loaiDangKy": kind,
    }
    lives = places.dwelling(rng, book.ward)
    for prefix, parent in (("me", mother), ("cha", father)):
        apart = prefix == "cha" and chance(rng, 0.15)
        fields |= _parent_fields(rng, prefix, parent, places.dwelling(rng, book.ward) if apart else lives, habits)
    declarant = _declarant(rng, mother, father, registered)
    fields["nycHoTen"] = declarant.name
    fields["nycSoGiayToTuyThan"] = identity_paper(rng, declarant, registered)
    name, title = pick(rng, book.signers, [1, 3])
    fields["nguoiKy"] = pick(rng, [f"{name}, {title}", f"{name} - {title}", f"{name} - {title} UBND phường"], [3, 3, 1])
    slips, notes = _slips_and_notes(rng, book, fields, registered)
    fields["ghiChu"] = " ".join(notes)
    clean = {column: nfc(text) for column, text in fields.items()}
    return Case(clean, registered, declarant.name, str(pick(rng, book.clerks, [4, 1])), slips, notes)


def _birth_day(rng: np.random.Generator, kind: str, registered: dt.date) -> dt.date:
    if kind == "Quá hạn":
        return registered - dt.timedelta(days=int(rng.integers(61, 1500)))
    if kind == "Đăng ký lại":
        return born_between(rng, dt.date(1962, 1, 1), dt.date(2002, 12, 31))
    if kind == "Ghi vào sổ hộ tịch việc khai sinh":
        return registered - dt.timedelta(days=int(rng.integers(120, 2500)))
    return registered - dt.timedelta(days=1 + min(59, int(rng.gamma(2.2, 7.0))))


def _parents(rng: np.random.Generator, kind: str, born: dt.date) -> tuple[Person | None, Person | None]:
    if kind in CHOICES[3:5]:
        return None, None
    age = int(np.clip(rng.normal(28.5, 4.8), 18, 44) * 365.25)
    mother = grown_up(rng, male=False, born=born - dt.timedelta(days=age + 180))
    older = int(np.clip(rng.normal(2.6, 3.2), -5, 14) * 365.25)
    father_born = min(mother.born - dt.timedelta(days=older), born - dt.timedelta(days=20 * 366))
    father = grown_up(rng, male=True, born=father_born)
    if kind == "Ghi vào sổ hộ tịch việc khai sinh" and chance(rng, 0.6):
        nation = str(pick(rng, lists("names")["nationality"]["foreign"]))
        mother = Person(mother.family, mother.given, male=False, born=mother.born)
        return mother, Person(father.family, father.given, True, father.born, "", nation)
    return mother, None if chance(rng, 0.05) else father


def _parent_fields(
    rng: np.random.Generator, prefix: str, parent: Person | None, lives: str, habits: Habits
) -> dict[str, str]:
    names = ("HoTen", "NgaySinh", "DanToc", "QuocTich", "NoiCuTru")
    if parent is None:
        return {f"{prefix}{name}": "" for name in names}
    born = written_date(parent.born, habits) if chance(rng, 0.12) else str(parent.born.year)
    if habits.shortens_parents and prefix == "cha":
        lives = lives.replace("thành phố Hà Nội", "Hà Nội")
    values = (parent.name, born, parent.ethnic, parent.nationality, lives)
    return {f"{prefix}{name}": value for name, value in zip(names, values, strict=True)}


def _declarant(rng: np.random.Generator, mother: Person | None, father: Person | None, on: dt.date) -> Person:
    near = [p for p in (father, mother) if p is not None and p.nationality == "Việt Nam"]
    if near and chance(rng, 0.85):
        return near[0] if chance(rng, 0.7) else near[-1]
    born = born_between(rng, dt.date(1948, 1, 1), dt.date(1970, 1, 1))
    return grown_up(rng, male=chance(rng, 0.45), born=min(born, on))


def _slips_and_notes(
    rng: np.random.Generator, book: BookFacts, fields: dict[str, str], registered: dt.date
) -> tuple[tuple[Slip, ...], tuple[str, ...]]:
    """Return what was struck out, with its note, and the notes of other acts (Circular 04/2020, articles 31 and 35)."""
    day = written_date(registered, book.habits)
    if chance(rng, 0.13):
        column = str(pick(rng, ["meNgaySinh", "nksNgaySinh", "chaHoTen", "nksQueQuan", "chaNgaySinh", "meHoTen"]))
        if right := fields[column]:
            label = {
                "meNgaySinh": "năm sinh của mẹ", "nksNgaySinh": "ngày sinh", "chaHoTen": "tên cha",
                "nksQueQuan": "quê quán", "chaNgaySinh": "năm sinh của cha", "meHoTen": "tên mẹ",
            }[column]  # fmt: skip
            said = (f"Sửa {label}, ngày {day}", f"Đã sửa {label} do ghi nhầm, ngày {day}", f"{day}: sửa lỗi {label}")
            return (Slip(column, nfc(_wrong(rng, column, right))),), (str(pick(rng, said)),)
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
        return (), (str(pick(rng, notes, [3, 2, 2, 3, 1])),)
    return (), ()


def _wrong(rng: np.random.Generator, column: str, right: str) -> str:
    """Return what a tired clerk might have written in place of *right*."""
    if column.endswith("HoTen"):
        head, _, tail = right.rpartition(" ")
        other = str(pick(rng, lists("names")["male" if column.startswith("cha") else "female"]["given"]))
        return f"{head} {other}" if other != tail else f"{head} Bình"
    if column == "nksQueQuan":
        other = places.home_place(rng)
        return other if other != right else "Hà Nội"
    spots = [i for i, c in enumerate(right) if c.isdigit()]
    at = spots[-1] if column != "nksNgaySinh" else spots[min(1, len(spots) - 1)]
    digit = str((int(right[at]) + 1 + int(rng.integers(7))) % 10)
    return right[:at] + digit + right[at + 1 :]

"""Invented marriages, deaths and the acts of the other registers: the text of each column, and who signs.

Each returns more columns than any one form asks for; the form takes its own.
"""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from records.codes import ValueKind
from samples import places
from samples.facts import BookFacts, written_date
from samples.people import Person, born_between, chance, grown_up, identity_paper, pick
from samples.register_text import CAUSES, WORK


@dataclass(frozen=True, slots=True)
class Event:
    """What the parties of one case say: text by column, and the names of those who sign beside the clerk."""

    fields: dict[str, str]
    signs: tuple[str, ...]


def _adult(rng: np.random.Generator, on: dt.date, youngest: int, oldest: int, *, male: bool) -> Person:
    first, last = dt.date(on.year - oldest, 1, 1), dt.date(on.year - youngest, 12, 28)
    return replace(grown_up(rng, male=male, born=last), born=born_between(rng, first, last))


def person(
    rng: np.random.Generator, book: BookFacts, prefix: str, who: Person | None, on: dt.date, lives: str
) -> dict[str, str]:
    """Return what stands of *who* in the columns of *prefix*; empty texts where nobody is known."""
    names = ("HoTen", "NgaySinh", "GioiTinh", "DanToc", "QuocTich", "NgheNghiep", "NoiCuTru", "SoGiayToTuyThan")
    if who is None:
        return {f"{prefix}{name}": "" for name in names}
    values = (
        who.name,
        _born(rng, book, f"{prefix}NgaySinh", who, on),
        "Nam" if who.male else "Nữ",
        who.ethnic,
        who.nationality,
        str(pick(rng, WORK)),
        lives,
        identity_paper(rng, who, on),
    )
    return {f"{prefix}{name}": value for name, value in zip(names, values, strict=True)}


def _born(rng: np.random.Generator, book: BookFacts, column: str, who: Person, on: dt.date) -> str:
    """Return a birth as the form asks for it: an age, a year, or the whole date."""
    if book.edition.value_kind(column) is ValueKind.AGE:
        age = str(max(1, on.year - who.born.year))
        return str(pick(rng, [age, f"{age} tuổi", str(who.born.year)], [6, 3, 2]))
    label = book.edition.label(column)
    whole = 0.12 if label and label.says[0].startswith("Năm") else 0.95
    return written_date(who.born, book.habits) if chance(rng, whole) else str(who.born.year)


def witnesses(rng: np.random.Generator, on: dt.date) -> dict[str, str]:
    """Return the two witnesses whom the decree of 1956 asked for."""
    names = (_adult(rng, on, 25, 65, male=chance(rng, 0.8)).name for _ in range(2))
    return {f"nhanChung{k}HoTen": name for k, name in enumerate(names, start=1)}


def marriage(rng: np.random.Generator, book: BookFacts, registered: dt.date) -> Event:
    """Return one marriage."""
    man, woman = _adult(rng, registered, 20, 40, male=True), _adult(rng, registered, 18, 36, male=False)
    fields = {
        **person(rng, book, "chong", man, registered, places.dwelling(rng, book.ward, registered.year)),
        **person(rng, book, "vo", woman, registered, places.dwelling(rng, book.ward, registered.year)),
        "chongNoiSinh": places.home_place(rng),
        "voNoiSinh": places.home_place(rng),
        "ngayXacLapQuanHeHonNhan": written_date(registered, book.habits) if chance(rng, 0.9) else "",
        "loaiDangKy": _choice(rng, book, "loaiDangKy", [8, 1, 1]),
    }
    signs = {"V": woman.name, "C": man.name}
    order = [signs[s[0]] for s in _signed(book) if s[0] in signs]
    return Event(fields | witnesses(rng, registered), tuple(order))


def _signed(book: BookFacts) -> list[str]:
    return [label.says[0] for label in book.edition.labels if label.section == "signatures"]


def _choice(rng: np.random.Generator, book: BookFacts, column: str, weights: list[float]) -> str:
    label = book.edition.label(column)
    if label is None or not label.choices:
        return ""
    return str(pick(rng, label.choices, (weights + [0.3] * len(label.choices))[: len(label.choices)]))


def death(rng: np.random.Generator, book: BookFacts, registered: dt.date) -> Event:
    """Return one death."""
    who = _adult(rng, registered, 35, 95, male=chance(rng, 0.5))
    died = registered - dt.timedelta(days=1 + int(min(14, rng.gamma(1.5, 2.5))))
    lives = places.dwelling(rng, book.ward, registered.year)
    child = _adult(rng, registered, 20, 60, male=chance(rng, 0.6))
    fields = {
        **person(rng, book, "nkt", who, registered, lives),
        "nktGioPhutChet": f"{int(rng.integers(24)):02d} giờ {int(rng.integers(60)):02d} phút",
        "nktNgayChet": written_date(died, book.habits),
        "nktNoiChet": places.birthplace(rng).replace("Phụ sản", "đa khoa") if chance(rng, 0.4) else lives,
        "nktNguyenNhanChet": str(pick(rng, CAUSES)),
        "gbtSo": f"{int(rng.integers(1, 180)):02d}/{registered.year}" if chance(rng, 0.8) else "",
        "gbtCoQuanCap": places.authority(book.ward, registered.year, short=True) if chance(rng, 0.9) else "",
        "gbtNgay": written_date(died + dt.timedelta(days=1), book.habits) if chance(rng, 0.8) else "",
        **person(rng, book, "nyc", child, registered, lives),
        "nycQuanHe": str(pick(rng, ["Con trai", "Con gái", "Con dâu", "Cháu", "Em", "Vợ", "Chồng"])),
        "loaiDangKy": _choice(rng, book, "loaiDangKy", [8, 2, 1]),
    }
    return Event(fields | witnesses(rng, registered), (child.name,))


def recognition(rng: np.random.Generator, book: BookFacts, registered: dt.date) -> Event:
    """Return one recognition of a child."""
    parent = _adult(rng, registered, 22, 48, male=chance(rng, 0.8))
    child = replace(grown_up(rng, male=chance(rng, 0.5), born=registered), family=parent.family)
    child = replace(child, born=born_between(rng, dt.date(registered.year - 12, 1, 1), dt.date(registered.year, 1, 1)))
    lives = places.dwelling(rng, book.ward, registered.year)
    fields = {
        **person(rng, book, "cm", parent, registered, lives),
        **person(rng, book, "nc", child, registered, lives),
        "quyetDinhSo": f"{int(rng.integers(1, 60)):02d}",
        "loaiXacNhan": _choice(rng, book, "loaiXacNhan", [8, 2, 0.5, 0.5] if parent.male else [0.1, 8, 0.1, 1]),
    }
    return Event(fields, (parent.name, child.name))


def marital_status(rng: np.random.Generator, book: BookFacts, registered: dt.date) -> Event:
    """Return one certificate of marital status."""
    who = _adult(rng, registered, 19, 50, male=chance(rng, 0.5))
    status = ["Chưa đăng ký kết hôn với ai", "Đã ly hôn, chưa đăng ký kết hôn với ai", "Đã có vợ", "Đã có chồng"]
    fields = {
        **person(rng, book, "nxn", who, registered, places.dwelling(rng, book.ward, registered.year)),
        "nxnTinhTrangHonNhan": str(pick(rng, status, [8, 3, 1, 1])),
        "nxnMucDichSuDung": str(pick(rng, ["Để đăng ký kết hôn", "Để mua bán nhà đất", "Vay vốn ngân hàng"])),
        "nycHoTen": who.name,
    }
    return Event(fields, (who.name,))


def guardianship(rng: np.random.Generator, book: BookFacts, registered: dt.date) -> Event:
    """Return one guardianship."""
    guardian = _adult(rng, registered, 30, 65, male=chance(rng, 0.5))
    ward = _adult(rng, registered, 3, 15, male=chance(rng, 0.5))
    lives = places.dwelling(rng, book.ward, registered.year)
    fields = {
        **person(rng, book, "ngh", guardian, registered, lives),
        **person(rng, book, "dgh", ward, registered, lives),
        "lyDoGiamHo": str(pick(rng, ["Cha mẹ đã chết", "Mất năng lực hành vi dân sự", "Cha mẹ đi xa", "Trẻ mồ côi"])),
    }
    return Event(fields, (guardian.name,))


def change(rng: np.random.Generator, book: BookFacts, registered: dt.date) -> Event:
    """Return one change or correction of what a register says."""
    who = _adult(rng, registered, 2, 60, male=chance(rng, 0.5))
    lives = places.dwelling(rng, book.ward, registered.year)
    other = grown_up(rng, male=who.male, born=who.born)
    day = born_between(rng, who.born, who.born + dt.timedelta(days=300))
    kind, old, new = pick(
        rng,
        [
            ("Thay đổi họ tên", other.name, who.name),
            ("Cải chính ngày sinh", written_date(day, book.habits), written_date(who.born, book.habits)),
            ("Xác định lại dân tộc", "Tày", who.ethnic),
            ("Bổ sung quê quán", "Để trống", places.home_place(rng)),
        ],
    )
    number = int(rng.integers(1, 300))
    fields = {
        **person(rng, book, "ntd", who, registered, lives),
        "quyetDinhSo": f"{int(rng.integers(1, 60)):02d}",
        "loaiThayDoi": kind,
        "giayToGoc": f"{places.authority(book.ward, registered.year, short=True)}, số {number}/{who.born.year}",
        "noiDungTu": old,
        "noiDungThanh": new,
        "canCu": str(pick(rng, ["Giấy khai sinh bản chính", f"Quyết định số {number}/QĐ-UBND", "Sổ hộ khẩu gia đình"])),
        "nycHoTen": who.name if registered.year - who.born.year >= 18 else grown_up(rng, male=True, born=who.born).name,
    }
    return Event(fields, (fields["nycHoTen"],))

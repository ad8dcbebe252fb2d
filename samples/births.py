"""Invented births."""

import datetime as dt

import numpy as np

from records.dates import PartialDate
from samples import places
from samples.events import Event, person, witnesses
from samples.facts import BookFacts, written_date
from samples.people import Person, born_between, chance, child_of, grown_up, lists, personal_number, pick
from samples.wording import date_in_words

_CHOICES = {
    "Đúng hạn": 80,
    "Quá hạn": 10,
    "Đăng ký lại": 4,
    "Trẻ chưa xác định được cha mẹ": 1,
    "Trẻ bị bỏ rơi": 1,
    "Ghi vào sổ hộ tịch việc khai sinh": 3,
}
_FOREIGN = "Ghi vào sổ hộ tịch việc khai sinh"
_UNKNOWN_PARENTS = ("Trẻ chưa xác định được cha mẹ", "Trẻ bị bỏ rơi")


def birth(rng: np.random.Generator, book: BookFacts, registered: dt.date) -> Event:
    """Return one birth as *book*'s form asks for it."""
    check = book.edition.label("loaiDangKy")
    known = [choice for choice in _CHOICES if check is None or choice in check.choices]
    kind = str(pick(rng, known, [_CHOICES[choice] for choice in known])) if check else "Đúng hạn"
    born = _birth_day(rng, kind, registered)
    mother, father = _parents(rng, kind, born)
    child = child_of(rng, father, mother, born)
    habits, year = book.habits, registered.year
    fields = {
        "nksHoTen": child.name.upper() if habits.child_in_capitals else child.name,
        "nksNgaySinh": written_date(born, habits),
        "nksNgaySinhBangChu": date_in_words(PartialDate(born.year, born.month, born.day), habits.wording),
        "nksGioiTinh": str(pick(rng, ["Trai", "Con trai"] if child.male else ["Gái", "Con gái"]))
        if year < 1962
        else ("Nam" if child.male else "Nữ"),
        "nksDanToc": child.ethnic,
        "nksQuocTich": child.nationality,
        "nksNoiSinh": places.birthplace(rng),
        "nksQueQuan": places.home_place(rng),
        "nksSoDinhDanh": personal_number(rng, child) if kind == "Đúng hạn" and chance(rng, 0.85) else "",
        "loaiDangKy": kind,
    }
    lives = places.dwelling(rng, book.ward, year)
    for prefix, parent in (("me", mother), ("cha", father)):
        apart = prefix == "cha" and chance(rng, 0.15)
        home = places.dwelling(rng, book.ward, year) if apart else lives
        if habits.shortens_parents and prefix == "cha":
            home = home.replace("thành phố Hà Nội", "Hà Nội")
        fields |= person(rng, book, prefix, parent, registered, home)
    declarant = _declarant(rng, mother, father, registered)
    fields |= person(rng, book, "nyc", declarant, registered, lives)
    near = {mother: "Mẹ", father: "Cha"}
    fields["nycQuanHe"] = near.get(declarant) or str(pick(rng, ["Ông nội", "Bà nội", "Bà ngoại", "Cô", "Bác"]))
    return Event(fields | witnesses(rng, registered), (declarant.name,))


def _birth_day(rng: np.random.Generator, kind: str, registered: dt.date) -> dt.date:
    if kind == "Quá hạn":
        return registered - dt.timedelta(days=int(rng.integers(61, 1500)))
    if kind == "Đăng ký lại":
        return registered - dt.timedelta(days=int(rng.integers(14 * 365, 54 * 365)))
    if kind == _FOREIGN:
        return registered - dt.timedelta(days=int(rng.integers(120, 2500)))
    return registered - dt.timedelta(days=1 + min(59, int(rng.gamma(2.2, 7.0))))


def _parents(rng: np.random.Generator, kind: str, born: dt.date) -> tuple[Person | None, Person | None]:
    if kind in _UNKNOWN_PARENTS:
        return None, None
    age = int(np.clip(rng.normal(28.5, 4.8), 18, 44) * 365.25)
    mother = grown_up(rng, male=False, born=born - dt.timedelta(days=age + 180))
    older = int(np.clip(rng.normal(2.6, 3.2), -5, 14) * 365.25)
    father_born = min(mother.born - dt.timedelta(days=older), born - dt.timedelta(days=20 * 366))
    father = grown_up(rng, male=True, born=father_born)
    if kind == _FOREIGN and chance(rng, 0.6):
        nation = str(pick(rng, lists("names")["nationality"]["foreign"]))
        mother = Person(mother.family, mother.given, male=False, born=mother.born)
        return mother, Person(father.family, father.given, True, father.born, "", nation)
    return mother, None if chance(rng, 0.05) else father


def _declarant(rng: np.random.Generator, mother: Person | None, father: Person | None, on: dt.date) -> Person:
    near = [p for p in (father, mother) if p is not None and p.nationality == "Việt Nam"]
    if near and chance(rng, 0.85):
        return near[0] if chance(rng, 0.7) else near[-1]
    born = born_between(rng, dt.date(on.year - 70, 1, 1), dt.date(on.year - 48, 1, 1))
    return grown_up(rng, male=chance(rng, 0.45), born=born)

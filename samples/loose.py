"""Loose slips that lie in a book: half a sheet or less, typed, which names the entry that it concerns."""

import datetime as dt

import cv2
import numpy as np

from records.codes import RegisterKind
from records.numbers import read_number
from records.text import nfc
from samples import places
from samples.cases import Case
from samples.facts import BookFacts, written_date
from samples.filling import Page
from samples.ink import Pixels
from samples.layout import HEIGHT, WIDTH
from samples.people import chance, pick
from samples.press import Press, Type
from samples.scan import Lie
from samples.studio import Studio, open_studio

_BED = 28
"""Grey of the glass beside the slip where the book's own pages show none."""
_REGISTERS = {
    RegisterKind.BIRTH: "khai sinh",
    RegisterKind.MARRIAGE: "kết hôn",
    RegisterKind.DEATH: "khai tử",
    RegisterKind.RECOGNITION: "nhận cha, mẹ, con",
    RegisterKind.MARITAL_STATUS: "tình trạng hôn nhân",
    RegisterKind.GUARDIANSHIP: "giám hộ",
    RegisterKind.CHANGE: "cải chính hộ tịch",
}
_HEADS = ("PHIẾU BÁO THAY ĐỔI", "GIẤY BÁO GHI CHÚ", "TRÍCH SAO QUYẾT ĐỊNH", "THÔNG BÁO")
_SAID = (
    "Đề nghị ghi vào sổ đăng ký {register} số {number}, quyển số {volume}, năm {year}, của {name}: {change}.",
    "Ghi chú vào trường hợp số {number}/{year}, họ và tên {name}: {change}.",
    "Căn cứ Quyết định số {paper}/QĐ-UBND ngày {day}. Số đăng ký: {number}/{year}, {name}. Nội dung: {change}.",
    "Mục số {number} năm {year}, quyển số {volume}: {change}, theo Quyết định số {paper}/QĐ-UBND ngày {day}.",
)
_CHANGES = (
    "cải chính năm sinh thành {born}",
    "bổ sung dân tộc: Kinh",
    "thay đổi nơi cư trú theo hộ khẩu mới",
    "đính chính chữ đệm theo giấy tờ gốc",
)


def loose_slip(
    rng: np.random.Generator, studio: Studio, facts: BookFacts, case: Case, subject: str, face: str
) -> tuple[Pixels, Lie, Page, dict[str, object]]:
    """Return a slip about *case* as the scanner delivers it, how it lies, its page, and what it names.

    Most lie on a glass of the size of the book's pages, dark around them; some come cut to their own size.
    """
    wide, high = float(rng.uniform(140, 205)), float(rng.uniform(80, 135))
    size = (round(wide * studio.dpi / 25.4), round(high * studio.dpi / 25.4))
    own = open_studio(rng, studio.dials, studio.dpi, size, facts.ward)
    press = Press(wide, high, studio.dpi, face)
    read = read_number(case.fields["so"])
    number, year = str(read[0]) if read else "", case.registered.year
    _typed(press, rng, facts, case, {"number": number, "year": str(year), "name": case.fields[subject]})
    page = own.printed(press.coverage(), float(rng.uniform(0.75, 0.95)))
    own.office_seal(rng, page, wide - 45, high - 22)
    pixels, lie = own.scanned(rng, page, None, side="left")
    if chance(rng, 0.75):
        pixels = _on_glass(rng, pixels, studio, lie.bed if lie.bed >= 0 else _BED)
    return pixels, lie, page, {"number": number, "year": year}


def _typed(press: Press, rng: np.random.Generator, facts: BookFacts, case: Case, told: dict[str, str]) -> None:
    later = case.registered + dt.timedelta(days=int(rng.integers(40, 4000)))
    change = str(pick(rng, list(_CHANGES))).format(born=case.registered.year - int(rng.integers(20, 40)))
    told |= {
        "register": _REGISTERS[facts.edition.kind],
        "volume": facts.habits.volume,
        "paper": str(int(rng.integers(3, 400))),
        "day": written_date(later, facts.habits),
        "change": change,
    }
    said, cut = nfc(str(pick(rng, list(_SAID))).format(**told)), Type(12)
    press.text(12, 14, nfc(places.authority(facts.ward, later.year, short=True)).upper(), Type(11, bold=True))
    press.text(press.width / 2, 27, str(pick(rng, list(_HEADS))), Type(13, bold=True), align="m")
    for k, line in enumerate(press.wrapped(said, cut, press.width - 24)):
        press.text(12, 38 + 7.5 * k, line, cut)


def _on_glass(rng: np.random.Generator, slip: Pixels, studio: Studio, bed: int) -> Pixels:
    """Return *slip* on the scanner's glass, which is as large as a page of the book."""
    high, wide = round(HEIGHT * studio.dpi / 25.4), round(WIDTH * studio.dpi / 25.4)
    glass = np.clip(rng.normal(bed, 2, (high, wide, 1)), 0, 255).astype(np.uint8)
    out = np.asarray(cv2.merge([glass[:, :, 0]] * 3), np.uint8)
    h, w = slip.shape[:2]
    y, x = int(rng.integers(0, high - h + 1)), int(rng.integers(0, max(1, wide - w + 1)))
    out[y : y + h, x : x + w] = slip[: high - y, : wide - x]
    return out

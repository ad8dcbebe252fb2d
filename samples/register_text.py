"""Texts as registers hold them, one line each: what a reader of lines is trained and measured with.

Each kind draws on the same people, places and wordings as the sample books. ``syllables`` are invented: every onset
with every rime and tone, so that no letter is rare and no name is impossible.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable

import numpy as np

from records.dates import PartialDate
from samples import places
from samples.people import born_between, chance, family_name, grown_up, identity_paper, lists, personal_number, pick
from samples.wording import Wording, date_in_words

_ONSETS = (
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "ph", "q", "r",
    "s", "t", "th", "tr", "v", "x",
)  # fmt: skip
_RIMES = (
    "a", "ai", "am", "an", "ang", "anh", "ao", "au", "ay", "ac", "ach", "ap", "at", "ăm", "ăn", "ăng", "ăc", "ăt",
    "âm", "ân", "âng", "âu", "ây", "âc", "ât", "âp", "e", "em", "en", "eo", "et", "ê", "êm", "ên", "ênh", "êt", "êu",
    "i", "ia", "iêm", "iên", "iêng", "iêt", "iêu", "im", "in", "inh", "ich", "it", "iu", "o", "oa", "oai", "oan",
    "oang", "oat", "oăn", "oe", "oi", "om", "on", "ong", "oc", "ot", "ô", "ôi", "ôm", "ôn", "ông", "ôc", "ôt", "ơ",
    "ơi", "ơm", "ơn", "ơp", "ơt", "u", "ua", "uân", "uât", "uê", "ui", "um", "un", "ung", "uc", "ut", "uôi", "uôn",
    "uông", "uôc", "uôt", "uy", "uyên", "uyêt", "uynh", "ư", "ưa", "ưi", "ưng", "ưc", "ưt", "ươi", "ươm", "ươn",
    "ương", "ươc", "ươt", "ươu", "y", "yên", "yêu",
)  # fmt: skip
_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
_STOPS = ("c", "ch", "p", "t")
WORK = (
    "Công nhân", "Công nhân nhà máy dệt 8-3", "Cán bộ", "Cán bộ hưu trí", "Giáo viên", "Bộ đội", "Làm ruộng", "Nội trợ",
    "Thợ may", "Thợ mộc", "Thợ điện", "Lái xe", "Kế toán", "Kỹ sư", "Y tá", "Y sĩ", "Bác sĩ", "Dược sĩ", "Học sinh",
    "Sinh viên", "Buôn bán", "Tiểu thương", "Xã viên hợp tác xã", "Thủ công", "Nhân viên bưu điện", "Kinh doanh tự do",
    "Lao động tự do", "Hưu trí", "Công an", "Bộ đội phục viên", "Thủ kho", "Văn thư", "Công chức", "Thợ nề", "Già yếu",
)  # fmt: skip
CAUSES = (
    "Già yếu", "Tuổi già", "Bệnh tim", "Nhồi máu cơ tim", "Tai biến mạch máu não", "Ung thư gan", "Ung thư phổi",
    "Lao phổi", "Tai nạn giao thông", "Suy thận", "Viêm phổi", "Xơ gan cổ trướng", "Cảm đột ngột", "Chết đuối",
    "Bệnh nặng",
)  # fmt: skip
_PHRASES = (
    "Chưa đăng ký kết hôn với ai", "Chưa kết hôn với ai", "Đã ly hôn, chưa đăng ký kết hôn với ai", "Đã có vợ",
    "Đã có chồng", "Vợ đã chết, chưa đăng ký kết hôn với ai", "Chồng đã chết, chưa đăng ký kết hôn với ai",
    "Để đăng ký kết hôn", "Để mua bán nhà đất", "Vay vốn ngân hàng", "Bổ sung hồ sơ xin việc", "Cha mẹ đã chết",
    "Mất năng lực hành vi dân sự", "Cha mẹ đi xa", "Trẻ mồ côi", "Cha mẹ không xác định được", "Thay đổi họ tên",
    "Cải chính ngày sinh", "Xác định lại dân tộc", "Bổ sung quê quán", "Cải chính năm sinh", "Thay đổi chữ đệm",
    "Để trống", "Giấy khai sinh bản chính", "Sổ hộ khẩu gia đình", "Quyết định của Tòa án", "Bệnh viện đa khoa Hà Nội",
    "Đã sửa tên do ghi nhầm", "Đã sửa ngày sinh do ghi nhầm", "Đã sửa địa chỉ do ghi nhầm", "Sửa lỗi tên",
    "Nơi thường trú", "Con trai", "Con gái", "Con dâu", "Con rể", "Cháu nội", "Cháu ngoại", "Em ruột", "Anh trai",
)  # fmt: skip
_SHORT = (
    "Nam", "Nữ", "Kinh", "Việt Nam", "nam", "nữ", "kinh", "Không", "không", "nt", "Bố đẻ", "Mẹ đẻ", "Ông nội",
    "Bà ngoại",
    "Con đẻ", "Chủ tịch", "Phó Chủ tịch", "Đã cấp", "Đăng ký lại", "Đúng hạn", "Quá hạn", "Cha", "Mẹ", "Chồng", "Vợ",
    "Độc thân", "Chưa kết hôn lần nào", "Ly hôn", "Góa", "Thường trú", "Tạm trú", "Hà Nội", "Hoa", "Tày", "Nùng",
    "Mường",
)  # fmt: skip
_FROM, _TO = dt.date(1900, 1, 1), dt.date(2021, 12, 31)


def _day(rng: np.random.Generator) -> dt.date:
    return born_between(rng, dt.date(1950, 1, 1) if chance(rng, 0.8) else _FROM, _TO)


def _wording(rng: np.random.Generator) -> Wording:
    return Wording(
        early_days=str(pick(rng, ["mồng", "mùng", ""])),
        zero_ten=str(pick(rng, ["linh", "lẻ"])),
        thousand=str(pick(rng, ["nghìn", "ngàn"], [3, 1])),
        seven=str(pick(rng, ["bảy", "bẩy"])),
        four_after_tens=str(pick(rng, ["tư", "bốn"])),
        five_after_tens=str(pick(rng, ["lăm", "nhăm"], [3, 1])),
        april=str(pick(rng, ["tư", "bốn"], [3, 1])),
        empty_hundreds=chance(rng, 0.7),
        opening=str(pick(rng, ["Ngày", "ngày", ""], [3, 1, 2])),
    )


def name(rng: np.random.Generator) -> str:
    """Return a full name; now and then in capitals, or with an invented given name."""
    male = chance(rng, 0.5)
    given = grown_up(rng, male=male, born=_FROM).given
    if chance(rng, 0.35):
        given = str(pick(rng, lists("names")["child"]["male" if male else "female"]))
    if chance(rng, 0.25):
        given = f"{given.split()[0]} {_syllable(rng).capitalize()}"
    family = family_name(rng) if chance(rng, 0.85) else _syllable(rng).capitalize()
    text = f"{family} {given}"
    return text.upper() if chance(rng, 0.35) else text


_OFFICES = (
    "Chủ tịch", "Phó Chủ tịch", "Chủ tịch UBND phường", "Phó Chủ tịch UBND phường", "Chủ tịch UBND xã",
    "Phó Chủ tịch UBND xã", "KT. Chủ tịch", "TM. UBND phường", "Cán bộ tư pháp", "Công chức tư pháp - hộ tịch",
    "Ủy viên thư ký", "Trưởng phòng Tư pháp", "Phó Trưởng phòng Tư pháp", "Hộ tịch viên", "Phó phòng Tư pháp",
)  # fmt: skip


def officer(rng: np.random.Generator) -> str:
    """Return who signed, mostly with the office held."""
    who, office = name(rng), str(pick(rng, _OFFICES))
    forms = (f"{who} - {office}", f"{who}, {office}", f"{office} {who}", f"{office}: {who}", office)
    return str(pick(rng, forms, [4, 4, 2, 1, 2]))


def date(rng: np.random.Generator) -> str:
    """Return a date in digits, whole or in part, in one of the ways clerks write it."""
    day = _day(rng)
    mark = str(pick(rng, ["/", "-", ".", " / ", " - "], [8, 4, 3, 1, 1]))
    d, m = (f"{day.day:02d}", f"{day.month:02d}") if chance(rng, 0.65) else (str(day.day), str(day.month))
    year = str(day.year)
    forms = (
        mark.join((d, m, year)),
        year,
        mark.join((m, year)),
        f"ngày {d} tháng {m} năm {year}",
        f"Ngày {d}/{m}/{year}",
        f"{int(rng.integers(17, 75))} tuổi",
        mark.join((d, m, year[2:])),
        f"{int(rng.integers(1, 24))} giờ {int(rng.integers(0, 60)):02d} phút",
    )
    return str(pick(rng, forms, [10, 4, 2, 2, 1, 1, 2, 1]))


def date_words(rng: np.random.Generator) -> str:
    """Return a date in words."""
    day = _day(rng)
    return date_in_words(PartialDate(day.year, day.month, day.day), _wording(rng))


def place(rng: np.random.Generator) -> str:
    """Return a dwelling, a hospital or a home place; a fifth with an invented name in it."""
    draw = rng.random()
    if draw < 0.45:
        return places.dwelling(rng, places.ward(rng))
    if draw < 0.6:
        return places.birthplace(rng)
    if draw < 0.8:
        return places.home_place(rng)
    a, b, c = (_words(rng, 2) for _ in range(3))
    forms = (f"{a}, {b}, {c}", f"xã {a}, huyện {b}, {c}", f"thôn {a}, xã {b}", f"Phường {a}, quận {b}", f"{a} - {b}")
    return str(pick(rng, forms))


def number(rng: np.random.Generator) -> str:
    """Return an entry number, a book number, a year or a decision's number."""
    n, year = int(rng.integers(1, 1000)), int(rng.integers(1956, 2022))
    forms = (
        f"{n:02d}", f"{n}", f"{n}/{year}", f"{n:03d}", f"{n % 9 + 1:02d}/{year}", f"{year}", f"{n % 9 + 1:02d}-{year}",
        f"{n}/QĐ-UBND", f"{n} b", f"Quyển số {n % 9 + 1:02d}", f"{n % 9 + 1}/{year}-KS",
        f"{int(rng.integers(1000)):03d}",
    )  # fmt: skip
    return str(pick(rng, forms, [4, 4, 5, 2, 3, 2, 1, 2, 1, 1, 1, 1]))


def personal(rng: np.random.Generator) -> str:
    """Return a personal number of 12 digits, or the number of an old identity card, of 9."""
    person = grown_up(rng, male=chance(rng, 0.5), born=_day(rng))
    twelve = personal_number(rng, person, f"{int(rng.integers(1, 97)):03d}")
    return twelve if chance(rng, 0.7) else f"{int(rng.integers(10**8, 10**9)):09d}"


def note(rng: np.random.Generator) -> str:
    """Return a note of the margin, short or long."""
    day, n = date_digits(rng), int(rng.integers(1, 400))
    forms = (
        f"Theo QĐ số {n}/QĐ-UBND ngày {day}",
        f"Sửa năm sinh của mẹ, ngày {day}",
        f"Đã cấp {n % 9 + 1:02d} bản sao",
        f"Thay đổi họ từ {family_name(rng)} sang {family_name(rng)}",
        f"Cải chính ngày sinh từ {date_digits(rng)} thành {date_digits(rng)}",
        f"Bổ sung dân tộc theo QĐ số {n}",
        f"Đã ly hôn theo bản án số {n}/{int(rng.integers(1980, 2021))}",
        f"{pick(rng, CAUSES)}",
        "Đăng ký lưu động",
        f"UBND phường {places.ward(rng)}",
        f"Bản chính đã cấp ngày {day}",
        identity_paper(rng, grown_up(rng, male=True, born=_FROM), dt.date(2018, 1, 1)),
    )
    return str(pick(rng, forms, [3, 2, 2, 2, 2, 1, 1, 3, 1, 2, 1, 4]))


def date_digits(rng: np.random.Generator) -> str:
    """Return a whole date in digits."""
    day = _day(rng)
    return (
        f"{day.day:02d}{pick(rng, '/-.')}{day.month:02d}/{day.year}".replace("-", "/")
        if chance(rng, 0.5)
        else (f"{day.day}/{day.month}/{day.year}")
    )


def paper(rng: np.random.Generator) -> str:
    """Return an identity paper as clerks write it down."""
    return identity_paper(rng, grown_up(rng, male=chance(rng, 0.5), born=_day(rng)), dt.date(2019, 1, 1))


def work(rng: np.random.Generator) -> str:
    """Return an occupation."""
    return str(pick(rng, WORK))


def short(rng: np.random.Generator) -> str:
    """Return a value of one or two words."""
    text = str(pick(rng, _PHRASES if chance(rng, 0.5) else _SHORT))
    return text.upper() if chance(rng, 0.05) else text


def _syllable(rng: np.random.Generator) -> str:
    onset, rime = str(pick(rng, _ONSETS)), str(pick(rng, _RIMES))
    tones = (_TONES[2], _TONES[5]) if rime.endswith(_STOPS) else _TONES
    if onset == "q":
        onset = "qu" if not rime.startswith(("u", "ư", "o", "ô")) else "q"
    vowels = [i for i, c in enumerate(rime) if c not in "bcdfghklmnpqrstvx"]
    at = vowels[-1] if len(vowels) == 1 or rime[-1] != rime[vowels[-1]] else vowels[-2]
    marked = [i for i in vowels if rime[i] in "ăâêôơư"]
    at = marked[-1] if marked else at
    return unicodedata.normalize("NFC", onset + rime[: at + 1] + str(pick(rng, tones)) + rime[at + 1 :])


def _words(rng: np.random.Generator, count: int) -> str:
    return " ".join(_syllable(rng).capitalize() for _ in range(count))


def syllables(rng: np.random.Generator) -> str:
    """Return one to six invented syllables, with signs between some."""
    out = []
    style = rng.random()
    for _ in range(int(rng.integers(1, 7))):
        word = _syllable(rng)
        word = word.upper() if style < 0.2 else word.capitalize() if style < 0.6 else word
        out.append(word + str(pick(rng, ["", ",", ".", " -", ";", ":"], [14, 3, 1, 1, 0.4, 0.4])))
    if chance(rng, 0.15):
        out.insert(int(rng.integers(len(out) + 1)), f"({_syllable(rng)})")
    return " ".join(out)


KINDS: dict[str, tuple[Callable[[np.random.Generator], str], float]] = {
    "name": (name, 22),
    "date": (date, 14),
    "date_words": (date_words, 10),
    "place": (place, 20),
    "number": (number, 8),
    "personal": (personal, 5),
    "note": (note, 8),
    "officer": (officer, 5),
    "paper": (paper, 5),
    "work": (work, 4),
    "short": (short, 6),
    "syllables": (syllables, 10),
}
"""Each kind with its share in training."""


def field_text(kind: str, rng: np.random.Generator) -> str:
    """Return a text of one of :data:`KINDS`, NFC, single-spaced."""
    return " ".join(unicodedata.normalize("NFC", KINDS[kind][0](rng)).split())


def register_text(rng: np.random.Generator) -> tuple[str, str]:
    """Return (kind, text), kinds by their shares."""
    kinds = list(KINDS)
    kind = str(pick(rng, kinds, [KINDS[k][1] for k in kinds]))
    return kind, field_text(kind, rng)

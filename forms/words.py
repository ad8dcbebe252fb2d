"""Dates in Vietnamese words: written by clerks, read back with tolerance for reading errors.

``ngày mồng ba tháng tư năm một nghìn chín trăm bảy mươi lăm`` and its usual variants: *mồng, mùng*;
*tư, bốn*; *mốt, một*; *lăm, nhăm, năm*; *linh, lẻ*; *nghìn, ngàn*; *giêng* and *chạp* for the first and last month.
"""

import re
from collections.abc import Sequence

from rapidfuzz.distance import DamerauLevenshtein

from forms.folding import folded
from records.dates import PartialDate

UNITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def below_hundred(n: int) -> str:
    """Return a number from 0 to 99 in words."""
    tens, unit = divmod(n, 10)
    if tens == 0:
        return UNITS[unit]
    head = "mười" if tens == 1 else f"{UNITS[tens]} mươi"
    if unit == 0:
        return head
    tail = {1: "một" if tens == 1 else "mốt", 4: "bốn" if tens == 1 else "tư", 5: "lăm"}.get(unit, UNITS[unit])
    return f"{head} {tail}"


def year_in_words(year: int) -> str:
    """Return a year of four digits in words."""
    thousands, rest = divmod(year, 1000)
    hundreds, tens = divmod(rest, 100)
    words = [UNITS[thousands], "nghìn", UNITS[hundreds], "trăm"]
    if tens:
        words += ["linh"] if tens < 10 else []
        words.append(below_hundred(tens))
    return " ".join(words)


def date_in_words(date: PartialDate) -> str:
    """Return *date* in words, in the precision it has, beginning with a capital."""
    parts = []
    if date.day is not None:
        parts.append(f"ngày {'mồng ' if date.day <= 10 else ''}{below_hundred(date.day)}")
    if date.month is not None:
        parts.append(f"tháng {'tư' if date.month == 4 else below_hundred(date.month)}")
    parts.append(f"năm {year_in_words(date.year)}")
    text = " ".join(parts)
    return text[0].upper() + text[1:]


# What each syllable says, folded (marks and case gone): a digit, a scale or a marker. "nam" is both the
# digit five and the word for year, "tam" eight, "muoi" ten and -ty: the grammar below tells them apart.
_DIGITS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5,
    "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
_OTHER = ("ngay", "thang", "mong", "mung", "nghin", "ngan", "tram", "muoi", "linh", "le", "gieng", "chap")
_VOCABULARY = (*_DIGITS, *_OTHER)


def _syllables(text: str) -> list[str]:
    """Return the words of the date vocabulary in *text*; one wrong letter is forgiven from three letters on."""
    out = []
    for raw in re.findall(r"[^\W\d_]+", text):
        word = folded(raw)
        if word in _VOCABULARY:
            out.append(word)
            continue
        near = [
            (DamerauLevenshtein.distance(word, known), known)
            for known in _VOCABULARY
            if len(word) >= 3 and abs(len(word) - len(known)) <= 1
        ]
        best = min(near, default=(9, ""))
        if best[0] <= 1 and sum(1 for distance, _ in near if distance == best[0]) == 1:
            out.append(best[1])
        else:
            out.append("?")
    return out


def _small(words: Sequence[str]) -> int | None:
    """Return a number below 100 said by *words*, or None."""
    match list(words):
        case [one] if one in _DIGITS:
            return _DIGITS[one]
        case ["muoi"]:
            return 10
        case ["muoi", unit] if unit in _DIGITS:
            return 10 + _DIGITS[unit]
        case [tens, "muoi"] if tens in _DIGITS:
            return 10 * _DIGITS[tens]
        case [tens, "muoi", unit] if tens in _DIGITS and unit in _DIGITS:
            return 10 * _DIGITS[tens] + _DIGITS[unit]
        case [tens, unit] if tens in _DIGITS and unit in _DIGITS and _DIGITS[tens] >= 2:
            return 10 * _DIGITS[tens] + _DIGITS[unit]
        case _:
            return None


def _year(words: Sequence[str]) -> int | None:
    words = ["nghin" if w == "ngan" else w for w in words]
    if "nghin" not in words:
        return None
    at = words.index("nghin")
    thousands = _small(words[:at])
    rest = list(words[at + 1 :])
    if thousands not in (1, 2):
        return None
    hundreds = 0
    if "tram" in rest:
        cut = rest.index("tram")
        found = _small(rest[:cut])
        if found is None or found > 9:
            return None
        hundreds, rest = found, rest[cut + 1 :]
    rest = [w for w in rest if w not in ("linh", "le")]
    tail = 0
    if rest:
        found = _small(rest)
        if found is None:
            return None
        tail = found
    return thousands * 1000 + hundreds * 100 + tail


def parse_date_words(text: str) -> PartialDate | None:
    """Return the date that *text* says in words, or None where it says none beyond doubt."""
    words = _syllables(text)
    month_at = words.index("thang") if "thang" in words else None
    scale = next((i for i, w in enumerate(words) if w in ("nghin", "ngan")), None)
    if scale is None:
        return None
    begin = scale - 1
    year = _year(words[begin:])
    if year is None:
        return None
    before = words[:begin]
    if before and before[-1] == "nam":
        before = before[:-1]
    if month_at is None:
        return PartialDate(year) if not [w for w in before if w != "ngay"] else None
    month_words = [w for w in before[month_at + 1 :] if w not in ("mong", "mung")]
    day_words = [w for w in before[:month_at] if w not in ("ngay", "mong", "mung")]
    special = {"gieng": 1, "chap": 12}
    month = special.get(month_words[0]) if len(month_words) == 1 else None
    if month is None:
        month = _small(month_words)
    day = _small(day_words) if day_words else None
    if month is None or (day_words and day is None):
        return None
    try:
        return PartialDate(year, month, day)
    except ValueError:
        return None

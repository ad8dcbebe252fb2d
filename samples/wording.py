"""A birth date in words as different clerks write it under *ghi bằng chữ*.

Offices write the same date in several good ways (mồng/mùng, linh/lẻ, nghìn/ngàn, tư/bốn …); a :class:`Wording`
says which. The default is the spelling of the ministry's specimens: northern and in full.
"""

from dataclasses import dataclass

from records.dates import PartialDate

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


@dataclass(frozen=True, slots=True)
class Wording:
    """The choices that are a matter of custom, not of right and wrong."""

    early_days: str = "mồng"
    """Said before the days 1 to 10: ``mồng``, ``mùng`` or nothing."""
    zero_ten: str = "linh"
    """Stands for the empty tens in 2005: ``linh`` or ``lẻ``."""
    thousand: str = "nghìn"
    """``nghìn`` or ``ngàn``."""
    seven: str = "bảy"
    """``bảy`` or ``bẩy``."""
    four_after_tens: str = "tư"
    """24: ``hai mươi tư`` or ``hai mươi bốn``."""
    five_after_tens: str = "lăm"
    """25: ``hai mươi lăm`` or ``hai mươi nhăm`` (15 is always ``mười lăm``)."""
    april: str = "tư"
    """``tháng tư`` or ``tháng bốn``."""
    empty_hundreds: bool = True
    """2017 with ``không trăm``, or without it."""
    opening: str = "Ngày"
    """The first word: ``Ngày``, ``ngày`` or nothing (then the day's own word begins in capital)."""


PLAIN = Wording()


def number_in_words(n: int, wording: Wording = PLAIN) -> str:
    """Return *n* in words, lower case. Raises ValueError outside 0 … 9999."""
    if not 0 <= n <= 9999:
        raise ValueError(f"no words for {n}: from 0 to 9999")
    thousands, rest = divmod(n, 1000)
    if not thousands:
        return _below_thousand(rest, wording)
    head = f"{_digit(thousands, wording)} {wording.thousand}"
    if not rest:
        return head
    if rest >= 100:
        return f"{head} {_below_thousand(rest, wording)}"
    tail = _below_hundred(rest, wording) if rest >= 10 else f"{wording.zero_ten} {_digit(rest, wording)}"
    return f"{head} không trăm {tail}" if wording.empty_hundreds else f"{head} {tail}"


def date_in_words(date: PartialDate, wording: Wording = PLAIN) -> str:
    """Return *date* in words, as far as it is known: day, month and year; month and year; or the year."""
    parts = []
    if date.day is not None:
        day = _below_hundred(date.day, wording)
        early = f"{wording.early_days} {day}" if date.day <= 10 and wording.early_days else day
        parts.append(f"{wording.opening} {early}".strip())
    if date.month is not None:
        parts.append(f"tháng {wording.april if date.month == 4 else _below_hundred(date.month, wording)}")
    parts.append(f"năm {number_in_words(date.year, wording)}")
    text = " ".join(parts)
    return text if date.day is not None and wording.opening.islower() else text[0].upper() + text[1:]


def _digit(n: int, wording: Wording) -> str:
    return wording.seven if n == 7 else _DIGITS[n]


def _below_thousand(n: int, wording: Wording) -> str:
    hundreds, rest = divmod(n, 100)
    if not hundreds:
        return _below_hundred(rest, wording)
    head = f"{_digit(hundreds, wording)} trăm"
    if not rest:
        return head
    if rest < 10:
        return f"{head} {wording.zero_ten} {_digit(rest, wording)}"
    return f"{head} {_below_hundred(rest, wording)}"


def _below_hundred(n: int, wording: Wording) -> str:
    tens, ones = divmod(n, 10)
    if not tens:
        return _digit(ones, wording)
    if tens == 1:
        return {0: "mười", 5: "mười lăm"}.get(ones, f"mười {_digit(ones, wording)}")
    head = f"{_digit(tens, wording)} mươi"
    endings = {0: "", 1: "mốt", 4: wording.four_after_tens, 5: wording.five_after_tens}
    return f"{head} {endings.get(ones, _digit(ones, wording))}".strip()

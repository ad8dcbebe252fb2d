"""From verbatim text to normalised value, by kind of value. Pure; an unclear text has no value, never a guessed one."""

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

from rapidfuzz.distance import DamerauLevenshtein

from forms.folding import folded
from forms.words import parse_date_words
from records.codes import ValueKind
from records.dates import PartialDate
from records.text import single_spaced

_SAID = re.compile(
    r"^(?:ngày\s*)?(?:(\d{1,2})\s*(?:tháng|th\.?)\s*(\d{1,2})|(?:tháng\s*)(\d{1,2}))\s*năm\s*(\d{4})\.?$", re.IGNORECASE
)
_DIGIT_DATE = re.compile(r"^(?:(\d{1,2})\s*[./\- ]\s*)?(\d{1,2})\s*[./\- ]\s*(\d{4})\.?$")
_ENTRY_NUMBER = re.compile(r"^\d{1,5}\s?[a-zA-Z]?\s?([/\-.]\s?\d{2,4})?$")
_AGE = re.compile(r"^(?:(\d{1,3})\s*(?:t|tuổi)?\.?|P(\d{1,3})Y)$", re.IGNORECASE)
_LONE_YEAR = re.compile(r"^(?:năm\s*)?(\d{4})\.?$", re.IGNORECASE)


OLDEST = 120
"""Years that no age exceeds."""


@cache
def _list(name: str) -> dict[str, tuple[str, str]]:
    """Return a closed list: folded wording -> (code, wording as printed)."""
    raw = tomllib.loads(files("forms").joinpath("codes", f"{name}.toml").read_text(encoding="utf-8"))
    return {folded(text): (row["code"], text) for row in raw["codes"] for text in row["says"]}


def parse_date(text: str) -> PartialDate | None:
    """Return the date that *text* gives in digits (``12/3/2017``, ``ngày 12 tháng 3 năm 2017``, ``1984``), or None."""
    text = single_spaced(text)
    if said := _SAID.match(text):
        day, month, lone_month, year = said.groups()
        parts: tuple[str | None, str | None, str] = (day, month or lone_month, year)
    elif digits := _DIGIT_DATE.match(text):
        parts = (digits.group(1), digits.group(2), digits.group(3))
    elif year_only := _LONE_YEAR.match(text):
        parts = (None, None, year_only.group(1))
    else:
        return None
    day, month, year = parts
    try:
        return PartialDate(int(year), int(month) if month else None, int(day) if day else None)
    except ValueError:
        return None


_CLOSED = {
    ValueKind.SEX: "sex",
    ValueKind.ETHNIC_GROUP: "ethnic_group",
    ValueKind.NATIONALITY: "nationality",
}


def listed(kind: ValueKind) -> tuple[str, ...]:
    """Return the wordings of a closed list as printed; empty for kinds that have none."""
    name = _CLOSED.get(kind)
    return tuple(dict.fromkeys(text for _, text in _list(name).values())) if name else ()


def nearest(kind: ValueKind, text: str) -> str | None:
    """Return the printed form of the closed list's item that *text* is but for a reading error, or None.

    Only where one item is clearly nearest: at most one letter in three differs, marks and case ignored, and no
    other item is as near. An exact item is returned as written in the list.
    """
    name = _CLOSED.get(kind)
    read = folded(text)
    if name is None or not read:
        return None
    ranked = sorted((DamerauLevenshtein.distance(read, item), item) for item in _list(name))
    best = ranked[0]
    if best[0] > len(best[1]) // 3 or (len(ranked) > 1 and ranked[1][0] == best[0] and best[0] > 0):
        return None
    return _list(name)[best[1]][1]


def is_valid(kind: ValueKind, text: str) -> bool:
    """Whether *text* is a possible value of its kind; always true for kinds without a rule."""
    if not single_spaced(text):
        return False
    match kind:
        case ValueKind.DATE | ValueKind.DATE_WORDS | ValueKind.AGE:
            return bool(normalise(kind, text))
        case ValueKind.ENTRY_NUMBER:
            return bool(_ENTRY_NUMBER.match(single_spaced(text)))
        case ValueKind.PERSONAL_ID:
            return len(re.sub(r"\D", "", text)) in (9, 12) and not re.search(r"[^\W\d]", text)
        case ValueKind.SEX | ValueKind.ETHNIC_GROUP | ValueKind.NATIONALITY:
            return folded(text) in _list(_CLOSED[kind])
        case _:
            return True


def _number(text: str) -> str:
    plain = "".join(str(unicodedata.decimal(c, c)) for c in re.sub(r"\s+", "", text))
    return re.sub(r"0*(\d+)", r"\1", plain).casefold()


def normalise(kind: ValueKind, text: str) -> str:
    """Return the normalised value of verbatim *text*; an empty string where it has none.

    Dates become ISO 8601 in the precision they have, ages an ISO 8601 duration (``P32Y``), numbers lose leading zeros
    and spaces, sex becomes the register-import code; every other text is only cleaned and single-spaced.
    """
    text = single_spaced(text)
    match kind:
        case ValueKind.DATE:
            date = parse_date(text)
            return date.iso() if date else ""
        case ValueKind.AGE:
            if age := _AGE.match(text):
                years = int(age.group(1) or age.group(2))
                return f"P{years}Y" if years <= OLDEST else ""
            date = parse_date(text)
            return date.iso() if date else ""
        case ValueKind.DATE_WORDS:
            said = parse_date_words(text)
            return said.iso() if said else ""
        case ValueKind.ENTRY_NUMBER:
            return _number(text)
        case ValueKind.SEX:
            return _list("sex").get(folded(text), ("", ""))[0]
        case ValueKind.PERSONAL_ID:
            return re.sub(r"\D", "", text)
        case _:
            return text

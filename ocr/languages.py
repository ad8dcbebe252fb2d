"""What a field of each kind may hold: a language of letters for each, and how much it counts beside the picture.

None forbids anything: beside what is expected, each keeps a share for whatever else may be written, so that a rare
name stays possible and a note in a date's field is read as a note.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from forms import Unit, UnitLevel, listed, units
from ocr.automata import Automaton, Mixed, Node, Parts, any_of, chain, either, words
from ocr.beam import Balance, Language
from ocr.ngram import LetterNgram
from records.codes import ValueKind

Years = tuple[int, int]
"""First and last year in which a value was written down."""
ANY_YEARS: Years = (1956, 2021)

_FEW = Balance(weight=0.5, bonus=0.8)
"""For fields of which few texts are possible: there the language knows more."""
_OF_FEW = (
    ValueKind.DATE,
    ValueKind.DATE_WORDS,
    ValueKind.AGE,
    ValueKind.SEX,
    ValueKind.ETHNIC_GROUP,
    ValueKind.NATIONALITY,
)
BALANCE: Mapping[ValueKind, Balance] = {kind: Balance() for kind in ValueKind} | dict.fromkeys(_OF_FEW, _FEW)

_CHILD = 0.4
"""Share of persons in a book who were born when it was written; the others are their parents."""
_PARENT_AGE = 27
_DATED = (ValueKind.NAME, ValueKind.DATE, ValueKind.AGE, ValueKind.ENTRY_NUMBER)
"""Kinds whose texts depend on the years in which a book was kept."""
LATER = 0.02
"""Weight of a year in which the book was not kept, beside one in which it was (4)."""


class Languages:
    """The languages of all kinds of fields; what none foresees is written in *letters*."""

    def __init__(self, letters: LetterNgram) -> None:
        self._letters = letters
        self._made: dict[tuple[ValueKind, Years | None], Language] = {}

    def of(self, kind: ValueKind, years: Years | None = None) -> Language:
        """Return the language of fields of *kind* written in *years*: what texts are sought with."""
        if kind is ValueKind.PLACE:
            return self._letters
        return self._kept(kind, years if kind in _DATED else None)

    def final(self, kind: ValueKind, years: Years | None = None) -> Language | None:
        """Return the language that decides between the texts found, where it is another one: it is slower."""
        return self._kept(kind, years) if kind is ValueKind.PLACE else None

    def _kept(self, kind: ValueKind, years: Years | None) -> Language:
        if (found := self._made.get((kind, years))) is None:
            found = self._made[kind, years] = self._make(kind, years)
        return found

    def _make(self, kind: ValueKind, years: Years | None) -> Language:
        free = self._letters
        match kind:
            case ValueKind.NAME:
                return Mixed([(_names(years, free), 0.9), (free, 0.1)])
            case ValueKind.PLACE:
                return Mixed([(free, 0.5), (_places(years, free), 0.5)])
            case ValueKind.DATE:
                return Mixed([(Automaton(_dates(years), large=0.3), 0.9), (free, 0.1)])
            case ValueKind.AGE:
                return Mixed([(Automaton(either([(_ages(), 6), (_dates(years), 4)])), 0.9), (free, 0.1)])
            case ValueKind.DATE_WORDS:
                return Mixed([(Automaton(_dates_in_words(), large=0.08), 0.9), (free, 0.1)])
            case ValueKind.ENTRY_NUMBER:
                return Mixed([(Automaton(_entry_numbers(years), large=0.5), 0.8), (free, 0.2)])
            case ValueKind.PERSONAL_ID:
                return Mixed([(Automaton(_personal_numbers()), 0.6), (free, 0.4)])
            case ValueKind.SEX | ValueKind.ETHNIC_GROUP | ValueKind.NATIONALITY:
                return Mixed([(Automaton(_closed(kind)), 0.85), (free, 0.15)])
            case _:
                return free


class _Piece:
    """A piece of a text of free letters: begun after what stands *before* it, ended by a *mark* or with the text."""

    def __init__(self, free: LetterNgram, before: str, mark: str) -> None:
        self._free, self._before, self._mark = free, before, mark

    def start(self) -> str:
        return self._before

    def step(self, state: str, letter: str) -> tuple[str, float]:
        return self._free.step(state, letter)

    def end(self, state: str) -> float:
        return max(self._free.end(state), self._free.step(state, self._mark)[1])


@cache
def _born() -> dict[int, Counter[str]]:
    table: dict[str, Any] = _names_table()["born"]
    out = {}
    for year, row in table.items():
        found: Counter[str] = Counter()
        for item in str(row["words"]).split():
            word, weight = item.split("*")
            found[word.lower()] += int(weight)
        out[int(year)] = found
    return out


@cache
def _names_table() -> dict[str, Any]:
    return tomllib.loads(files("ocr").joinpath("data", "names.toml").read_text(encoding="utf-8"))


def _given(years: Years | None) -> dict[str, float]:
    """Return middle and given names by their shares among persons named in books of *years*."""
    tables = _born()
    begins = sorted(tables)

    def share(first: int, last: int, begin: int) -> float:
        return sum(max(b for b in begins if b <= max(y, begins[0])) == begin for y in range(first, last + 1)) / (
            last - first + 1
        )

    first, last = years or ANY_YEARS
    out: defaultdict[str, float] = defaultdict(float)
    for begin, table in tables.items():
        weight = _CHILD * share(first, last, begin) + (1 - _CHILD) * share(first - _PARENT_AGE, last - 18, begin)
        whole = table.total()
        for word, count in table.items():
            out[word] += weight * count / whole
    return dict(out)


def _names(years: Years | None, free: LetterNgram) -> Language:
    other = _Piece(free, " ", " ")
    family = Mixed([(Automaton(words({k.lower(): v for k, v in _names_table()["family"].items()})), 0.9), (other, 0.1)])
    given = Mixed([(Automaton(words(_given(years))), 0.85), (other, 0.15)])
    return Parts(" ", lambda number: given if number else family, [0.999, 0.85, 0.25, 0.1, 0.02])


_KINDS_OF_UNIT: Mapping[UnitLevel, dict[str, float]] = {
    UnitLevel.WARD: {"": 4, "phường ": 3, "xã ": 3, "p. ": 1, "thị trấn ": 1},
    UnitLevel.DISTRICT: {"": 4, "quận ": 2, "huyện ": 2, "q. ": 1, "thị xã ": 0.3, "thành phố ": 0.3, "tp ": 0.2},
    UnitLevel.PROVINCE: {"": 6, "tỉnh ": 2, "thành phố ": 1, "tp. ": 0.5, "tp ": 0.5},
}
_NEAR = {UnitLevel.PROVINCE: "hà nội"}
"""What most addresses end in."""


@cache
def _unit_names(level: UnitLevel) -> tuple[tuple[Node, float], tuple[tuple[Unit, str], ...]]:
    """Return the names that always stood, with their number, and the units of which the years are known."""
    always: Counter[str] = Counter()
    sometimes = []
    latest = max(unit.last_year for unit in units())
    for unit in units():
        if unit.level is level:
            name = unit.name.lower()
            if unit.first_year is None and unit.last_year == latest:
                always[name] += 1
            else:
                sometimes.append((unit, name))
    if near := _NEAR.get(level):
        always[near] += 30
    return (words(dict(always)), always.total()), tuple(sometimes)


def _places(years: Years | None, free: LetterNgram) -> Language:
    """Return segments between commas: a unit by its name, with or without its kind, or anything else."""
    first, last = years or ANY_YEARS
    levels = []
    for level, kinds in _KINDS_OF_UNIT.items():
        always, sometimes = _unit_names(level)
        dated = Counter(name for unit, name in sometimes if unit.stood(first, last))
        names = either([(always[0], always[1]), (words(dict(dated)), dated.total())]) if dated else always[0]
        levels.append((chain(words(kinds), names), 1.0))
    named = either(levels)
    opening = Mixed([(Automaton(named, large=0.8), 0.4), (_Piece(free, free.start(), ","), 0.6)])
    later = Mixed([(Automaton(chain(any_of([" "]), named), large=0.8), 0.7), (_Piece(free, ",", ","), 0.3)])
    return Parts(",", lambda number: later if number else opening, [0.7, 0.7, 0.6, 0.4, 0.1])


def _numbers(first: int, last: int) -> Node:
    """Return numbers of one or two digits, with or without a leading zero."""
    plain = {str(n): 1.0 for n in range(first, last + 1)}
    return words(plain | {f"0{n}": 2.0 for n in range(first, min(last, 9) + 1)})


def _ages() -> Node:
    return chain(words({str(n): 4.0 if n < 60 else 1.0 for n in range(1, 110)}), any_of(["", " tuổi", "t"]))


def _years(years: Years | None, *, of_the_book: bool = False) -> Node:
    """Return years as a book of *years* holds them: mostly its own and those of the living; few lie after it.

    *of_the_book*: as an entry's number tells them, its own alone. A year out of time is still read where it is plain.
    """
    usual = {y: 1.0 if y < 1940 else 4.0 for y in range(1880, 2026)}
    if years is not None:
        first, last = years
        usual = {
            y: LATER if y > last else (LATER if of_the_book else w) if y < first else 4.0 for y, w in usual.items()
        }
    return words({str(y): w for y, w in usual.items()})


def _dates(years: Years | None) -> Node:
    """Return dates in digits as clerks write them in books of *years*."""
    day, month, year = _numbers(1, 31), _numbers(1, 12), _years(years)
    short = words({f"{y:02d}": 1.0 for y in range(100)})
    marks = [("/", 8.0), ("-", 4.0), (".", 3.0), (" / ", 1.0), (" - ", 1.0), (" ", 0.3), ("_", 0.2)]
    full = either([(chain(day, any_of([m]), month, any_of([m]), either([(year, 8), (short, 1)])), w) for m, w in marks])
    half = either([(chain(month, any_of([m]), year), w) for m, w in marks])
    said = chain(any_of(["ngày "]), day, any_of([" tháng ", "/"]), month, any_of([" năm ", "/"]), year)
    dotted = chain(any_of(["ngày "]), full)
    return either([(full, 10), (year, 3), (half, 2), (said, 2), (dotted, 1), (chain(any_of(["năm "]), year), 0.5)])


_UNITS = (
    ("một",), ("hai",), ("ba",), ("bốn",), ("năm",), ("sáu",), ("bảy", "bẩy"), ("tám",), ("chín",),
)  # fmt: skip
_AFTER_TEN = {5: ("lăm", "nhăm")}
_AFTER_TENS = {1: ("mốt", "một"), 4: ("tư", "bốn"), 5: ("lăm", "nhăm", "năm")}


def _said(*numbers: int) -> dict[str, float]:
    """Return the ways to say *numbers* from 1 to 99; of each number the usual one weighs most."""
    out: dict[str, float] = {}
    for number in numbers:
        tens, unit = divmod(number, 10)
        heads = ("",) if not tens else ("mười",) if tens == 1 else tuple(f"{t} mươi" for t in _UNITS[tens - 1])
        usual = _UNITS[unit - 1] if unit else ("",)
        tails = ({} if not tens else _AFTER_TEN if tens == 1 else _AFTER_TENS).get(unit, usual)
        out |= {f"{head} {tail}".strip(): 1 / (1 + n) for head in heads for n, tail in enumerate(tails)}
    return out


def _dates_in_words() -> Node:
    """Return dates in words: *ngày mồng ba tháng tư năm một nghìn chín trăm bảy mươi lăm* and its usual variants."""
    early = chain(words({"mồng ": 4, "mùng ": 3, "": 3}), words(_said(*range(1, 11))))
    day = chain(words({"ngày ": 5, "": 1}), either([(early, 10), (words(_said(*range(11, 32))), 21)]))
    month = chain(any_of(["tháng "]), words({"tư": 1, "giêng": 0.3, "chạp": 0.3} | _said(*range(1, 13))))
    tens = words({f" {said}": weight for said, weight in _said(*range(10, 100)).items()})
    few = chain(any_of([" linh ", " lẻ "]), either([(any_of(row), 1) for row in _UNITS]))
    thousand = any_of([" nghìn", " ngàn"])
    past = chain(any_of(["một"]), thousand, words({" chín trăm": 30, " tám trăm": 1}), either([(tens, 18), (few, 2)]))
    new = chain(any_of(["hai"]), thousand, words({" không trăm": 2, "": 1}), either([(tens, 2), (few, 2)]))
    year = chain(any_of(["năm "]), either([(past, 12), (new, 6), (chain(any_of(["hai"]), thousand), 0.3)]))
    gap = any_of([" "])
    return either([(chain(day, gap, month, gap, year), 10), (year, 0.5), (chain(month, gap, year), 0.3)])


def _entry_numbers(years: Years | None) -> Node:
    digit = any_of("0123456789")
    count = either([(chain(*[digit] * n), w) for n, w in ((1, 2), (2, 6), (3, 5), (4, 1))])
    year = either([(_years(years, of_the_book=True), 3), (words({f"{y:02d}": 1.0 for y in range(100)}), 1)])
    marked = chain(count, any_of(["/", "-", ".", " / "]), year)
    book = chain(any_of(["quyển số ", "quyển ", "số "]), count)
    return either([(count, 6), (marked, 4), (chain(count, any_of([" ", ""]), any_of("abcđ")), 0.5), (book, 0.5)])


def _personal_numbers() -> Node:
    digit = any_of("0123456789")
    return either([(chain(*[digit] * 12), 3), (chain(*[digit] * 9), 2)])


def _closed(kind: ValueKind) -> Node:
    return words({text.lower(): _COMMON.get(text, 1.0) for text in listed(kind)})


_COMMON = {"Kinh": 60.0, "Việt Nam": 60.0}
"""Items of closed lists that stand in most rows."""

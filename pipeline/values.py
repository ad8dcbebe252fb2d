"""Read the lines of a field into one value, written by hand, typed or printed: one reader reads them all."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from forms import Edition, Label, is_valid, letters_of, nearest, normalise, parse_date, parse_date_words
from pipeline.crops import Line
from pipeline.readers import Readers
from pipeline.strikes import Written
from records.codes import Presence, ValueKind
from records.dates import PartialDate
from records.readings import Alternative, Expected, Reading
from records.text import single_spaced

CONTRADICTS = 0.01
"""Share of entries in which the date in words is another than that in digits."""
LIKELIER = 20.0
"""So many times likelier than all else two readings that agree must be to be taken without a doubt."""
MOST_ALTERNATIVES = 4
UNSURE = 0.5
"""Confidence below which a reading is rather wrong than right: a person is told so."""
ENTRY_STRUCK = "ENTRY_STRUCK_OUT"
"""Doubt of each value of an entry that was struck out as a whole."""
LABEL_TAIL, LABEL_ALIKE, ONE_WORD_ALIKE = 5, 80, 95
"""Letters and likeness (of 100) from which the beginning of a value is the end of its label: "Hoàng" is not "chồng"."""
NEARBY = 3
"""Columns before one whose label was not found in which its value may have been read."""
FEWEST_STRUCK, MOST_STRUCK = 4, 0.5
"""Fields struck out, and their share of all written ones, from which the entry was."""
ACCEPTED_RISK = 1 / 2000
"""Share of fields accepted without a person that may be wrong."""
ACCEPTED_FROM = 0.999
"""Confidence from which a field without doubts is accepted at that risk."""
ACCEPTED_KINDS = frozenset(
    {
        ValueKind.DATE,
        ValueKind.AGE,
        ValueKind.SEX,
        ValueKind.ETHNIC_GROUP,
        ValueKind.NATIONALITY,
        ValueKind.CHECK,
    }
)


@dataclass(frozen=True, slots=True)
class ReadValue:
    """What a field holds as read by machine."""

    presence: Presence
    text: str
    value: str
    reading: Reading | None
    doubts: tuple[str, ...] = ()
    struck: str = ""
    """What was struck out, as read."""


def is_accepted(
    kind: ValueKind, presence: Presence, text: str, value: str, confidence: float, doubts: Sequence[str]
) -> bool:
    """Whether a field may stand without a person at :data:`ACCEPTED_RISK`.

    Only what can be checked does: a date, an age, what a list or a box to tick knows. A name and a personal
    number never do: one tone or figure read for another makes them somebody else's, and nothing on the page tells.
    Nor do dwellings and other free text: what the reader never saw, the end of a line, has no part in its confidence.
    For the same reason a date does with both figures of its day alone, an age with both of its own, and a number never:
    "09/2004" and "6/09/2004" may be what is left of "16/09/2004", and 15 of 01/2015. Of a date in words the date may be
    right and the wording not ("mộng bốn").
    """
    sure = confidence >= ACCEPTED_FROM and not doubts
    whole = kind not in (ValueKind.DATE, ValueKind.AGE) or bool(_TWO_FIGURES.match(text))
    whole &= kind is not ValueKind.AGE or bool(value)
    whole &= kind is not ValueKind.DATE or len(value) == len("2004-09-16")
    return presence is Presence.WRITTEN and sure and whole and kind in ACCEPTED_KINDS


_TWO_FIGURES = re.compile(r"\D*\d\d(\D|$)")
BLANK_VALUE = ReadValue(Presence.BLANK, "", "", None)
_EDGES = ".…_-–—,;:| '`"


def read_value(
    label: Label, lines: Sequence[Line], readers: Readers, years: tuple[int, int] | None = None
) -> ReadValue:
    """Return the value written on *lines* (top to bottom) in one of *years*. No lines: blank in the book."""
    if not lines:
        return BLANK_VALUE
    kind = label.kind or ValueKind.TEXT
    by_line = kind if len(lines) == 1 or kind is ValueKind.PLACE else ValueKind.TEXT
    readings = [readers.written.read_line(line.picture, Expected(by_line, years)) for line in lines]
    read = [r for r in readings if r.text.strip(_EDGES)]
    if not read:
        return ReadValue(Presence.NOT_READ, "", "", readings[0])
    whole = _joined(read, " |" if kind is ValueKind.TEXT else _EDGES)
    text = without_label(label, whole.text) if kind is ValueKind.NAME else whole.text
    found = _value_of(kind, text, whole)
    if len(read) < len(readings) and found.presence is Presence.WRITTEN:
        found = replace(found, doubts=(*found.doubts, "LINE_NOT_READ"))
    return found if text == whole.text else _with_label(found)


def _value_of(kind: ValueKind, text: str, reading: Reading) -> ReadValue:
    """Return the value that *text* of a *reading* says."""
    if not text:
        return ReadValue(Presence.NOT_READ, "", "", reading)
    # the list decides between like readings; what the engine saw stays in the reading
    text = nearest(kind, text) or text
    value = normalise(kind, text)
    doubts = () if value and is_valid(kind, text) else ("VALUE_UNCLEAR",)
    if reading.confidence < UNSURE:
        doubts = (*doubts, "READING_UNSURE")
    return ReadValue(Presence.WRITTEN, text, value, reading, doubts)


def _with_label(found: ReadValue) -> ReadValue:
    return replace(found, doubts=(*found.doubts, "LABEL_IN_VALUE"))


def _least_alike(words: int) -> int:
    return LABEL_ALIKE if words > 1 else ONE_WORD_ALIKE


def without_label(label: Label, text: str) -> str:
    """Return *text* without the end of its printed label, where that was read as its beginning."""
    read = text.split()
    for wording in label.says:
        words = wording.split()
        for count in range(min(len(words), len(read) - 1), 0, -1):
            tail = letters_of("".join(words[-count:]))
            if len(tail) >= LABEL_TAIL and fuzz.ratio(tail, letters_of("".join(read[:count]))) >= _least_alike(count):
                return " ".join(read[count:]).strip(_EDGES)
    return text


def parted(edition: Edition, values: dict[str, ReadValue]) -> tuple[dict[str, ReadValue], dict[str, str]]:
    """Give each column whose label was not found what a value beside it holds behind that label's wording.

    Return the values, and for each column filled so in the place of which one they stand. All of them carry a doubt.
    """
    out = dict(values)
    source: dict[str, str] = {}
    before: list[Label] = []
    for label in edition.labels:
        if label.column is None or label.kind is None:
            continue
        if label.column not in values and not label.floating:
            for own in reversed(before[-NEARBY:]):
                beside = out.get(own.column or "")
                if beside is None or beside.reading is None or beside.presence is not Presence.WRITTEN:
                    continue
                if cut := _behind(label, beside.text):
                    out[str(own.column)] = _with_label(_value_of(own.kind or ValueKind.TEXT, cut[0], beside.reading))
                    out[label.column] = _with_label(_value_of(label.kind, cut[1], beside.reading))
                    source[label.column] = source.get(str(own.column), str(own.column))
                    break
        before.append(label)
    return out, source


def _behind(label: Label, text: str) -> tuple[str, str] | None:
    """Return what stands before and behind the wording of *label* in *text*; None where it is not in it."""
    words = text.split()
    best: tuple[float, int, int] = (0.0, 0, 0)
    for wording in label.says:
        letters, count = letters_of(wording), len(wording.split())
        if len(letters) < LABEL_TAIL:
            continue
        for size in {max(1, count - 1), count, count + 1}:
            for start in range(1, len(words) - size):
                alike = fuzz.ratio(letters, letters_of("".join(words[start : start + size])))
                if alike >= _least_alike(count):
                    best = max(best, (alike, start, size))
    if not best[0]:
        return None
    _, start, size = best
    first, rest = (" ".join(part).strip(_EDGES) for part in (words[:start], words[start + size :]))
    return (first, rest) if first and rest else None


def read_corrected(label: Label, found: Written, readers: Readers, years: tuple[int, int] | None = None) -> ReadValue:
    """Return the value that stands, beside it what was struck out; where anything was struck out, with a doubt."""
    if found.unread:
        return ReadValue(Presence.NOT_READ, "", "", None, ("INK_NOT_READ",))
    value = read_value(label, found.standing, readers, years)
    if found.apart:
        value = replace(value, doubts=(*value.doubts, "WRITING_APART"))
    if found.all_struck:
        return replace(value, doubts=(*value.doubts, "ALL_STRUCK_OUT"))
    if not found.corrected:
        return value
    struck = read_value(label, found.struck, readers, years).text if found.struck else ""
    return replace(value, doubts=(*value.doubts, "STRUCK_OUT"), struck=struck)


def all_struck(values: Mapping[str, ReadValue]) -> bool:
    """Whether field by field nearly all that is written was struck out and nothing put in its place."""
    written = [v for v in values.values() if v.presence is Presence.WRITTEN]
    struck = sum("ALL_STRUCK_OUT" in v.doubts for v in written)
    return struck >= FEWEST_STRUCK and struck >= MOST_STRUCK * len(written)


def cancelled_values(values: Mapping[str, ReadValue]) -> dict[str, ReadValue]:
    """Return the values of an entry that was struck out as a whole: read as they stand, none without the doubt."""
    return {
        column: v if v.presence is Presence.BLANK else replace(v, doubts=(*v.doubts, ENTRY_STRUCK))
        for column, v in values.items()
    }


def _joined(lines: Sequence[Reading], edges: str) -> Reading:
    """Return the readings of all lines as one: as sure as all of them together, others where one line is another."""
    texts = [line.text.strip() for line in lines]

    def whole(number: int, text: str) -> str:
        return single_spaced(" ".join((*texts[:number], text.strip(), *texts[number + 1 :]))).strip(edges)

    sure = math.prod(line.confidence for line in lines)
    best = whole(0, texts[0])
    others: dict[str, float] = {}
    for number, line in enumerate(lines):
        for other in line.alternatives:
            if (text := whole(number, other.text)) and text != best and line.confidence > 0:
                odds = min(1.0, sure * other.confidence / line.confidence)
                others[text] = max(others.get(text, 0.0), odds)
    ranked = sorted(others.items(), key=lambda item: -item[1])[:MOST_ALTERNATIVES]
    alternatives = tuple(Alternative(text, odds) for text, odds in ranked)
    return replace(lines[0], text=best, confidence=sure, reason=None, alternatives=alternatives)


def cross_check(values: dict[str, ReadValue], digits: str, words: str) -> dict[str, ReadValue]:
    """Compare a date in digits with the same date in words.

    Where they differ, other readings of the two that agree are taken if their date is far likelier than all other
    dates and than a book that contradicts itself; what the reader saw first stays in the readings. Else both fields
    carry the doubt.
    """
    a, b = values.get(digits), values.get(words)
    if a is None or b is None or not a.text or not b.text:
        return values
    said, given = parse_date_words(b.text), parse_date(a.text)
    if said is not None and said == given:
        return values
    if agreed := _agreed(a, b):
        return {**values, digits: agreed[0], words: agreed[1]}
    if said is None or given is None:
        return values
    doubt = ("DATE_WORDS_DIFFER",)
    return {**values, digits: replace(a, doubts=a.doubts + doubt), words: replace(b, doubts=b.doubts + doubt)}


def _agreed(a: ReadValue, b: ReadValue) -> tuple[ReadValue, ReadValue] | None:
    """Return both fields with the likeliest readings that say one date, or None where none is likely enough."""
    if a.reading is None or b.reading is None:
        return None
    best: dict[PartialDate, tuple[float, str, str]] = {}
    for one in (Alternative(a.text, a.reading.confidence), *a.reading.alternatives):
        for other in (Alternative(b.text, b.reading.confidence), *b.reading.alternatives):
            date = parse_date(one.text)
            if date is not None and date == parse_date_words(other.text):
                pair = (one.confidence * other.confidence, one.text, other.text)
                best[date] = max(best.get(date, pair), pair)
    if not best:
        return None
    (odds, text, words), *others = sorted(best.values(), reverse=True)
    against = CONTRADICTS * a.reading.confidence * b.reading.confidence + sum(other[0] for other in others)
    if odds < LIKELIER * against:
        return None
    return _instead(a, ValueKind.DATE, text), _instead(b, ValueKind.DATE_WORDS, words)


def _instead(found: ReadValue, kind: ValueKind, text: str) -> ReadValue:
    """Return *found* with *text* for what it says."""
    if text == found.text:
        return found
    doubts = tuple(doubt for doubt in found.doubts if doubt != "VALUE_UNCLEAR")
    return replace(found, text=text, value=normalise(kind, text), doubts=doubts)

"""Read the lines of a field into one value: by the print reader where it is sure, else by the handwriting reader."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forms import Label, is_valid, nearest, normalise, parse_date, parse_date_words
from pipeline.crops import Line
from pipeline.readers import Readers
from records.codes import Presence, ValueKind
from records.readings import Alternative, Reading
from records.text import single_spaced

PRINT_SURE = 0.80
"""Confidence of the print reader from which its reading is taken without asking the handwriting reader."""


@dataclass(frozen=True, slots=True)
class ReadValue:
    """What a field holds as read by machine."""

    presence: Presence
    text: str
    value: str
    reading: Reading | None
    doubts: tuple[str, ...] = ()


BLANK_VALUE = ReadValue(Presence.BLANK, "", "", None)
_EDGES = ".…_-–—,;:| '`"


def _readings(line: Line, kind: ValueKind, readers: Readers) -> Reading:
    """Return the better reading of one line, the other kept as its alternative."""
    printed = readers.printed.read_line(line.picture)
    if printed.text and printed.confidence >= PRINT_SURE and is_valid(kind, printed.text.strip(_EDGES)):
        return printed
    written = readers.written.read_line(line.picture)
    if not written.text or not printed.text:
        return printed if printed.text else written
    good_print, good_hand = (is_valid(kind, r.text.strip(_EDGES)) for r in (printed, written))
    if good_print is not good_hand:
        best, other = (printed, written) if good_print else (written, printed)
    else:
        best, other = (printed, written) if printed.confidence >= PRINT_SURE else (written, printed)
    return replace(best, alternatives=(Alternative(other.text, other.confidence),))


def read_value(label: Label, lines: Sequence[Line], readers: Readers) -> ReadValue:
    """Return the value written on *lines* (top to bottom). No lines: blank in the book."""
    if not lines:
        return BLANK_VALUE
    kind = label.kind or ValueKind.TEXT
    readings = [_readings(line, kind if len(lines) == 1 else ValueKind.TEXT, readers) for line in lines]
    read = [r for r in readings if r.text.strip(_EDGES)]
    if not read:
        return ReadValue(Presence.NOT_READ, "", "", readings[0])
    text = single_spaced(" ".join(r.text.strip() for r in read)).strip(" |" if kind is ValueKind.TEXT else _EDGES)
    if not text:
        return ReadValue(Presence.NOT_READ, "", "", replace(read[0], text=""))
    alternatives = read[0].alternatives if len(read) == 1 else ()
    whole = replace(
        read[0], text=text, confidence=min(r.confidence for r in read), reason=None, alternatives=alternatives
    )
    known = nearest(kind, text)
    if known is not None and known != text:
        # the list decides between like readings; what the engine saw stays in the reading
        text = known
    value = normalise(kind, text)
    doubts = () if value and is_valid(kind, text) else ("VALUE_UNCLEAR",)
    if len(read) < len(readings):
        doubts = (*doubts, "LINE_NOT_READ")
    return ReadValue(Presence.WRITTEN, text, value, whole, doubts)


def cross_check(values: dict[str, ReadValue], digits: str, words: str) -> dict[str, ReadValue]:
    """Compare a date in digits with the same date in words; where they differ, both fields carry the doubt."""
    a, b = values.get(digits), values.get(words)
    if a is None or b is None or not a.text or not b.text:
        return values
    said, given = parse_date_words(b.text), parse_date(a.text)
    if said is None or given is None or said == given:
        return values
    doubt = ("DATE_WORDS_DIFFER",)
    return {**values, digits: replace(a, doubts=a.doubts + doubt), words: replace(b, doubts=b.doubts + doubt)}

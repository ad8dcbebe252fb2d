"""What the screens show of an entry: rows, state, progress. Pure: an entry in, values for a page out."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import forms
from counter import words
from records.codes import Presence, RegisterKind
from records.entries import Entry, FieldValue
from records.messages import catalogue, message

_HEADLINE = {
    RegisterKind.BIRTH: ("nksHoTen",),
    RegisterKind.DEATH: ("nktHoTen",),
    RegisterKind.MARRIAGE: ("chongHoTen", "voHoTen"),
    RegisterKind.RECOGNITION: ("cmHoTen", "ncHoTen"),
    RegisterKind.MARITAL_STATUS: ("nxnHoTen",),
    RegisterKind.GUARDIANSHIP: ("nghHoTen", "dghHoTen"),
    RegisterKind.CHANGE: ("ntdHoTen",),
}
_OTHERS = ("me", "cha", "vo", "chong", "nyc")
"""Prefixes of columns whose labels repeat those of the person the entry is about."""
_WIDE = 9
"""Width of a wide crop, in heights."""
_LARGE = "HoTen"
"""Names are what people compare: columns that end so are set large."""


@dataclass(frozen=True, slots=True)
class Row:
    """A field as a line of the screen."""

    column: str
    label: str
    text: str
    presence: Presence
    sign: str
    word: str
    style: str
    decided: bool
    has_picture: bool
    large: bool
    wide: bool
    """A long line: its picture needs the whole width to be legible."""
    doubts: tuple[str, ...]
    choices: tuple[str, ...]
    engine: str
    by: str
    now: str | None
    """What a note made of it, in words; None where none changed it."""
    struck: str
    """What was written first and struck out, as read."""

    @property
    def full_label(self) -> str:
        """The label, with whom it speaks of where the label alone does not say ("Năm sinh (mẹ)")."""
        whom = words.group(self.column).lower()
        return self.label if not self.column.startswith(_OTHERS) or whom in self.label else f"{self.label} ({whom})"

    @property
    def said(self) -> str:
        """What stands in the field, in words where it is no text."""
        return said(self.presence, self.text)


def said(presence: Presence, text: str) -> str:
    """Return what stands in a field, in words where it is no text."""
    return {
        Presence.WRITTEN: text,
        Presence.BLANK: "(để trống)",
        Presence.ILLEGIBLE: "(không đọc được)",
        Presence.NOT_READ: "(chưa đọc)",
    }[presence]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that speak of the same person or matter."""

    title: str
    rows: tuple[Row, ...]


def headline(entry: Entry) -> str:
    """Return the name of the person (or couple) an entry is about, as it stands; the entry's id where none is read."""
    names = [entry.text(column) for column in _HEADLINE.get(entry.kind, ())]
    known = [name for name in names if name]
    if known:
        return " và ".join(known)
    first = next((f.text for f in entry.fields if f.column.endswith(_LARGE) and f.text), "")
    return first or f"Mục {entry.id}"


def row(entry: Entry, field: FieldValue, standing: FieldValue | None = None) -> Row:
    """Return *field* as a line of the screen; *standing* is what notes made of it."""
    changed = standing is not None and (standing.presence, standing.text) != (field.presence, field.text)
    sign, word, style = words.state_of(field)
    known = catalogue()
    return Row(
        column=field.column,
        label=label(entry.edition, field.column),
        text=field.text,
        presence=field.presence,
        sign=sign,
        word=word,
        style=style,
        decided=field.decided,
        has_picture=field.evidence is not None,
        large=field.column.endswith(_LARGE),
        wide=_is_wide(field),
        doubts=tuple(message(code).vi if code in known else code for code in field.doubts),
        choices=_choices(entry.edition, field.column),
        engine=_engine(field),
        by=field.decision.by if field.decision else "",
        now=said(standing.presence, standing.text) if standing is not None and changed else None,
        struck=field.struck,
    )


def rows(entry: Entry, on: dt.date, columns: Iterable[str] | None = None) -> Sequence[Row]:
    """Return the lines of an entry on a day, of *columns* alone and in that order where given."""
    now = entry.current(on)
    wanted = [f.column for f in entry.fields] if columns is None else columns
    found = ((entry.field(column), now.field(column)) for column in wanted)
    return [row(entry, field, standing) for field, standing in found if field is not None]


def sections(entry: Entry, on: dt.date) -> Sequence[Section]:
    """Return the lines of an entry under their headings, in the order of the page."""
    made = [
        Section(title, tuple(lines)) for title, lines in groupby(rows(entry, on), lambda line: words.group(line.column))
    ]
    return [
        replace(part, title=words.CLOSING) if n and part.title == words.REGISTRATION else part
        for n, part in enumerate(made)
    ]


def label(edition: str, column: str) -> str:
    """Return the printed label of *column*; the column itself where the edition is not known."""
    try:
        found = forms.edition(edition).label(column)
    except KeyError:
        return column
    if found is None:
        return column
    return found.says[0] if found.says else "Loại đăng ký"


def _engine(field: FieldValue) -> str:
    """Return who read a field; its confidence only where that was calibrated, for else the number means nothing."""
    if field.reading is None:
        return ""
    engine = field.reading.engine
    return f"{engine.name}, độ tin {field.reading.confidence:.0%}" if engine.calibrated else engine.name


def _is_wide(field: FieldValue) -> bool:
    if field.evidence is None:
        return False
    box = field.evidence.polygon.box()
    return box.w > _WIDE * box.h


def _choices(edition: str, column: str) -> tuple[str, ...]:
    try:
        found = forms.edition(edition).label(column)
    except KeyError:
        return ()
    return found.choices if found else ()

"""Entries of a register: draft → verified. The order of the types is the order of the trade."""

import datetime as dt
from dataclasses import dataclass, field, replace

from records.amendments import Amendment
from records.codes import AmendmentKind, EntryState, Presence, RegisterKind
from records.errors import WrongUse
from records.pages import Evidence, PageId
from records.readings import Decision, Reading

NUMBER, BOOK, REGISTERED, NOTES = "so", "quyenSo", "ngayDangKy", "ghiChu"
"""The ministry's columns of the entry's number, its book's, the day of registration and the form's own room for notes:
the same for every kind of register."""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of an entry: verbatim text beside its normalised value, with all its evidence."""

    column: str
    """The ministry's column name (``nksHoTen`` …)."""
    presence: Presence
    text: str = ""
    """Verbatim, NFC; empty unless WRITTEN."""
    value: str = ""
    """Normalised: ISO 8601 for dates, code for closed lists, else single-spaced text. Empty where it has none."""
    evidence: Evidence | None = None
    reading: Reading | None = None
    decision: Decision | None = None
    """Set as soon as a person has confirmed or corrected the field; then no machine touches it."""
    doubts: tuple[str, ...] = ()
    """Catalogue codes of what speaks against the value (digits and words differ, …)."""
    struck: str = ""
    """What was written first and struck out, as read; empty where nothing was."""

    def __post_init__(self) -> None:
        if self.presence is not Presence.WRITTEN and (self.text or self.value):
            raise ValueError(f"{self.column}: a field that is {self.presence} holds no text")

    @property
    def decided(self) -> bool:
        """Whether a person has spoken."""
        return self.decision is not None


@dataclass(frozen=True, slots=True)
class Note:
    """A note in the margin or in "Ghi chú": blocks verification until a person has read it."""

    id: str
    text: str
    evidence: Evidence | None
    read_by: str | None = None
    read_at: dt.datetime | None = None
    amendments: tuple[Amendment, ...] = ()
    """What it changes, as a person who read it says; none for a remark."""

    def same_place(self, other: "Note") -> bool:
        """Whether *other* is the same writing: by its id, or because their outlines are nearly one."""
        if self.id == other.id:
            return True
        if self.evidence is None or other.evidence is None or self.evidence.page != other.evidence.page:
            return False
        one, two = self.evidence.polygon.box(), other.evidence.polygon.box()
        return one.iou(two) > 0.3


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a register book as the house knows it, in one version."""

    id: str
    """``{KIND}-{10 characters}``, derived from the page and the place on it: the same page gives the same entry."""
    kind: RegisterKind
    edition: str
    pages: tuple[PageId, ...]
    fields: tuple[FieldValue, ...]
    notes: tuple[Note, ...] = ()
    state: EntryState = EntryState.DRAFT
    version: int = 1
    book: str | None = None
    delivery: str | None = None
    verified_by: str | None = None
    verified_at: dt.datetime | None = None

    @property
    def seen_on(self) -> tuple[PageId, ...]:
        """Its pages, and those on which only a note of it stands: loose slips."""
        return tuple(dict.fromkeys((*self.pages, *(note.evidence.page for note in self.notes if note.evidence))))

    def field(self, column: str) -> FieldValue | None:
        """Return the field of *column*, or None where the form has none."""
        return next((f for f in self.fields if f.column == column), None)

    def text(self, column: str) -> str:
        """Return the verbatim text of *column*; empty for blank, illegible and unread fields."""
        found = self.field(column)
        return found.text if found else ""

    def value(self, column: str) -> str:
        """Return the normalised value of *column*, or an empty string."""
        found = self.field(column)
        return found.value if found else ""

    @property
    def as_registered(self) -> "Entry":
        """The entry as it was entered first: its fields are never changed by notes."""
        return self

    def amendments(self, on: dt.date) -> tuple[tuple[Note, Amendment], ...]:
        """Return what notes changed up to the day *on*, each with its note: first what has no date, then the oldest."""
        held = [(note, change) for note in self.notes for change in note.amendments if change.holds(on)]
        return tuple(sorted(held, key=lambda pair: pair[1].noted_on.iso() if pair[1].noted_on else ""))

    def current(self, on: dt.date) -> "Entry":
        """Return the entry as it stands on a day: fields that notes changed hold the new value."""
        entry = self
        for note, change in self.amendments(on):
            if change.kind is AmendmentKind.CHANGE and note.read_by is not None and note.read_at is not None:
                presence = Presence.WRITTEN if change.text else Presence.BLANK
                said = Decision(note.read_by, note.read_at)
                now = FieldValue(change.column, presence, change.text, change.value, note.evidence, decision=said)
                entry = entry.with_field(now)
        return entry

    def is_cancelled(self, on: dt.date) -> bool:
        """Whether a note cancels the whole entry."""
        return any(change.kind is AmendmentKind.CANCELLATION for _, change in self.amendments(on))

    def with_field(self, changed: FieldValue) -> "Entry":
        """Return the entry with one field replaced (same column) and the version unchanged."""
        return replace(self, fields=tuple(changed if f.column == changed.column else f for f in self.fields))

    def open_questions(self) -> tuple[str, ...]:
        """Return what still keeps this entry from being verified: columns not decided, notes not read."""
        columns = [f.column for f in self.fields if not f.decided]
        return (*columns, *(f"note:{n.id}" for n in self.notes if n.read_by is None))


@dataclass(frozen=True, slots=True)
class VerifiedEntry:
    """An entry whose every field a person decided. Only this can become an extract."""

    entry: Entry = field()

    def __post_init__(self) -> None:
        e = self.entry
        if e.state is not EntryState.VERIFIED or e.verified_by is None or e.open_questions():
            raise WrongUse("ENTRY_NOT_VERIFIED", entry=e.id, open=", ".join(e.open_questions()) or e.state)


@dataclass(frozen=True, slots=True)
class Book:
    """A register book of one authority, kind and opening year."""

    id: str
    authority: str
    kind: RegisterKind
    year: int
    number: str
    opened: str = ""
    closed: str = ""


@dataclass(frozen=True, slots=True)
class PhysicalCopy:
    """One of the (often two) bound copies of a book: who holds it, and where it stands."""

    id: str
    book: str
    holder: str
    shelf: str = ""
    condition: str = ""

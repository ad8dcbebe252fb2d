"""What must never be certified: an entry that contradicts itself, or that cannot be read.

Such a copy is made by a person from the paper book; or the keyers erred, and the entry is corrected.
"""

import datetime as dt
import re

import forms
from forms.extract_templates import ExtractTemplate
from records.codes import Presence, ValueKind
from records.dates import PartialDate
from records.entries import Entry, VerifiedEntry
from records.errors import WrongUse

_WHOLE_DATE = re.compile(r"\s*\d{1,2}\s*[./-]\s*\d{1,2}\s*[./-]\s*\d{4}\s*")


def printable(source: VerifiedEntry, template: ExtractTemplate, on: dt.date) -> Entry:
    """Return the entry as it stands on the day *on*, with what its notes changed (circular 04/2020, article 23(3)).

    Raises WrongUse where a note cancels it, a printed field is illegible or unread, a date is none, or digits and words
    differ.
    """
    if source.entry.is_cancelled(on):
        raise WrongUse("EXTRACT_ENTRY_CANCELLED", entry=source.entry.id)
    entry = source.entry.current(on)
    _refuse_contradiction(entry, template)
    return entry


def _refuse_contradiction(entry: Entry, template: ExtractTemplate) -> None:
    _refuse_unreadable(entry, template)
    try:
        edition = forms.edition(entry.edition)
    except KeyError:  # an entry of a form that this version no longer knows: its own checks are all there is
        return
    for label in edition.labels:
        if label.column is None or label.column not in template.columns:
            continue
        text = entry.text(label.column)
        if label.kind is ValueKind.DATE and _WHOLE_DATE.fullmatch(text) and forms.parse_date(text) is None:
            raise WrongUse("EXTRACT_DATE_IMPOSSIBLE", entry=entry.id, label=label.says[0], text=text)
        if label.repeats:
            digits, words = forms.parse_date(entry.text(label.repeats)), forms.parse_date_words(text)
            if digits and words and not _agree(digits, words):
                raise WrongUse("EXTRACT_DATES_DIFFER", entry=entry.id, digits=entry.text(label.repeats), words=text)


def _agree(a: PartialDate, b: PartialDate) -> bool:
    """Tell whether two dates say the same as far as both say anything."""
    pairs = ((a.year, b.year), (a.month, b.month), (a.day, b.day))
    return all(x is None or y is None or x == y for x, y in pairs)


def _refuse_unreadable(entry: Entry, template: ExtractTemplate) -> None:
    unreadable = [
        found.column
        for column in template.columns
        if (found := entry.field(column)) and found.presence in {Presence.ILLEGIBLE, Presence.NOT_READ}
    ]
    if unreadable:
        raise WrongUse("EXTRACT_ILLEGIBLE", entry=entry.id, columns=", ".join(unreadable))

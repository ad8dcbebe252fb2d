"""What people confirmed, as lines to learn from: the ink of a field beside the text that a person says stands there."""

from collections.abc import Iterator
from dataclasses import dataclass

import forms
from pipeline.drafting import entry_id
from pipeline.page_work import readers_of, written_lines
from pipeline.payloads import Json
from pipeline.readers import MakeReaders
from records.codes import EntryState, Presence, ValueKind
from records.entries import Entry, FieldValue
from records.errors import NotFound
from records.pages import Digest, PageId
from records.ports import Archive, Image, Register
from records.progress import Progress

MOST_ON_A_PAGE = 100
"""More cases than stand on any picture."""


@dataclass(frozen=True, slots=True)
class ConfirmedLine:
    """One written line (grey, dark ink on white paper) and its text as a person confirmed it."""

    entry: str
    column: str
    kind: ValueKind
    picture: Image
    text: str


def confirmed_lines(
    register: Register, archive: Archive, make: MakeReaders, progress: Progress
) -> Iterator[ConfirmedLine]:
    """Yield the line of each field that a person confirmed or corrected and that was found to have one line.

    Ticked fields and fields of several lines are left out, withdrawn entries, and what a simulated keyer decided.
    """
    after: str | None = None
    progress.start("entries", sum(register.count_entries().values()))
    while batch := register.entries(after=after):
        for entry in batch:
            if entry.state is not EntryState.WITHDRAWN:
                yield from _of(entry, register, archive, make)
            progress.advance()
        after = batch[-1].id
    progress.finish()


def _of(entry: Entry, register: Register, archive: Archive, make: MakeReaders) -> Iterator[ConfirmedLine]:
    by_page: dict[PageId, list[FieldValue]] = {}
    for field in entry.fields:
        if field.presence is Presence.WRITTEN and field.decision and not field.decision.simulated and field.evidence:
            by_page.setdefault(field.evidence.page, []).append(field)
    for page, fields in by_page.items():
        found = register.newest_result(page, "prepare")
        if found is None:
            continue
        prepared = dict(found.payload)
        try:
            jpeg = archive.get(Digest(str(prepared["picture"])))
        except (NotFound, KeyError):  # its picture was made by code that kept none
            continue
        said = register.newest_result(page, "classify")
        parts: list[Json] = dict(said.payload).get("parts", []) if said else []  # type: ignore[assignment]
        place = next((k for k in range(MOST_ON_A_PAGE) if entry_id(entry.kind, page, k) == entry.id), None)
        if place is None:
            continue
        lines = written_lines(prepared, jpeg, parts, place, readers_of(make))
        for field in fields:
            own = lines.get(field.column, [])
            if len(own) == 1:
                kind = forms.edition(entry.edition).value_kind(field.column)
                yield ConfirmedLine(entry.id, field.column, kind, own[0].picture, field.text)

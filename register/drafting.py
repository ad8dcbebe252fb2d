"""What a machine may do to an entry: the rule by which a new draft meets what is already known."""

from dataclasses import replace

from records.codes import EntryState
from records.entries import Entry
from records.errors import WrongUse


def refuse_claims(draft: Entry) -> None:
    """Raise WrongUse where a draft claims what only a person can say."""
    decided = any(f.decided for f in draft.fields) or any(n.read_by is not None or n.amendments for n in draft.notes)
    if decided or draft.state is not EntryState.DRAFT or draft.verified_by is not None:
        raise WrongUse("DRAFT_CLAIMS_DECISION", entry=draft.id)


def merged(known: Entry, draft: Entry) -> Entry:
    """Return *known* with what the machine now reads; the same object where nothing changes.

    Decided fields and read notes stay as they are, whatever the draft says or leaves out; undecided
    ones become the draft's. A note that stands where one was read is that one, seen a little differently; one
    that was tied to the entry from another page is not the draft's to leave out.
    A verified or withdrawn entry stays whole. Book and delivery, once known, stay.
    """
    if known.state is not EntryState.DRAFT:
        return known
    decided = {f.column: f for f in known.fields if f.decided}
    drafted = tuple(decided.get(f.column, f) for f in draft.fields)
    in_draft = {f.column for f in draft.fields}
    read = [n for n in known.notes if n.read_by is not None]
    tied = [n for n in known.notes if n.read_by is None and n.evidence and n.evidence.page not in known.pages]
    fresh = [n for n in draft.notes if not any(n.same_place(known) for known in read)]
    changed = replace(
        known,
        edition=draft.edition,
        pages=draft.pages,
        fields=(*drafted, *(f for column, f in decided.items() if column not in in_draft)),
        notes=(*read, *tied, *fresh),
        book=known.book or draft.book,
        delivery=known.delivery or draft.delivery,
    )
    return known if changed == known else replace(changed, version=known.version + 1)


def reader_of(draft: Entry) -> str | None:
    """Return the names of the engines that read a draft, or None where nothing was read."""
    engines = sorted({str(f.reading.engine) for f in draft.fields if f.reading is not None})
    return ", ".join(engines) or None

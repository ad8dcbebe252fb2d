"""Ports: what the rooms ask of one another. Each has one contract suite that every implementation passes.

All raise errors of :mod:`records.errors` only. ``PartUnavailable`` means: try again later, nothing was lost.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from records.accounts import Account
from records.amendments import Amendment
from records.books import Explanation, NumberClaim, Standing, Stated, Tally
from records.codes import EntryState, IssueStatus, PageStatus, Presence
from records.entries import Book, Entry, Note, PhysicalCopy, VerifiedEntry
from records.extracts import IssuedExtract, IssueNumber
from records.finding import Answer, IndexReport, Question, SearchDocument
from records.pages import (
    Classification,
    DeliveredPage,
    Delivery,
    Digest,
    PageId,
    StageResult,
)
from records.provenance import PROGRAMME, ChainedEvent, ChainReport, LedgerCheck, ProvenanceEvent
from records.readings import ANYTHING, Decision, EngineIdentity, Expected, PageReading, Reading

Image = NDArray[np.uint8]
"""Grey (h, w) or BGR (h, w, 3) pixels, 8 bit."""


# --- archive -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImmutabilityProbe:
    """Whether the store refused to delete a held version, found by trying."""

    immutable: bool
    detail: str


class Archive(Protocol):
    """Bytes under their digest. Never changed, never deleted."""

    @property
    def name(self) -> str:
        """Name for people ("folder …", "S3 …")."""
        ...

    def put(self, data: bytes, media_type: str) -> Digest:
        """Keep *data*; the same bytes again change nothing. Durable when this returns."""
        ...

    def get(self, digest: Digest) -> bytes:
        """Return the bytes, verified against *digest*. Raises NotFound, IntegrityError, PartUnavailable."""
        ...

    def has(self, digest: Digest) -> bool:
        """Whether the bytes are there (not verified)."""
        ...

    def digests(self) -> Iterator[Digest]:
        """All digests kept, in ascending order."""
        ...

    def probe(self) -> ImmutabilityProbe:
        """Try to delete a held version and say what happened."""
        ...


# --- register ----------------------------------------------------------------------------------------


class Register(Protocol):
    """The ledger, system of record. Optimistic locking: a stale *expected_version* raises Conflict.

    Every change of a book, delivery, entry, extract or account adds its event to the audit chain in the
    same transaction; *agent* is the account or programme it is told of. What is unknown raises NotFound.
    Moments need a zone (WrongUse otherwise) and come back in UTC; text comes back cleaned (NFC).
    """

    # books
    def add_book(self, book: Book, *, agent: str = PROGRAMME) -> Book:
        """Enter a book; the same again changes nothing, another one under its id raises Conflict."""
        ...

    def book(self, book_id: str) -> Book: ...
    def books(self) -> Sequence[Book]: ...
    def add_copy(self, copy: PhysicalCopy, *, agent: str = PROGRAMME) -> PhysicalCopy:
        """Enter a bound copy of a book, or where it now stands and in which condition."""
        ...

    def copies(self, book_id: str) -> Sequence[PhysicalCopy]: ...

    def revise_book(self, book: Book, *, agent: str = PROGRAMME) -> Book:
        """Change what is known of a book from its cover. Raises WrongUse while the book is closed."""
        ...

    # what stands in a book, and what people say of it; a closed book changes only after it was opened again
    def bind_delivery(self, delivery_id: str, book_id: str, *, agent: str = PROGRAMME) -> Delivery:
        """Make a delivery part of a book, and no longer of the one it was. Raises WrongUse where either is closed."""
        ...

    def standing(self, book_id: str) -> Standing:
        """What is expected of a book, and whether it is closed."""
        ...

    def expect(self, book_id: str, stated: Stated, *, agent: str = PROGRAMME) -> Standing:
        """Keep what a person says the book holds. Raises WrongUse for a range without numbers, or a closed book."""
        ...

    def explain(self, book_id: str, said: Sequence[Explanation]) -> None:
        """Keep explanations, after all earlier ones. Raises WrongUse without a reason, and for a closed book."""
        ...

    def explanations(self, book_id: str) -> Sequence[Explanation]:
        """All explanations of a book, oldest first."""
        ...

    def close_book(self, book_id: str, at: dt.datetime, *, agent: str = PROGRAMME) -> Standing:
        """Close a book; whether it may be closed is for the caller to judge. Closed again, it stays as it is."""
        ...

    def reopen_book(self, book_id: str, *, agent: str = PROGRAMME) -> Standing:
        """Open a closed book again; an open one stays as it is."""
        ...

    def closed_books(self) -> frozenset[str]: ...
    def claims(self, deliveries: Sequence[str]) -> Sequence[NumberClaim]:
        """What the entries of these deliveries say of their numbers, without those withdrawn; by ascending entry."""
        ...

    def tallies(self) -> Sequence[Tally]:
        """Entries (without those withdrawn) by book, kind and year, counted by the database."""
        ...

    # deliveries and pages
    def open_delivery(self, delivery: Delivery, pages: Sequence[DeliveredPage], *, agent: str = PROGRAMME) -> Delivery:
        """Record what was handed in. The same delivery id again adds what is new and changes nothing else.

        A page is known by its file and its identity. A new page whose *seq* is taken goes to the end.
        """
        ...

    def delivery(self, delivery_id: str) -> Delivery: ...
    def deliveries(self) -> Sequence[Delivery]: ...
    def delivered_pages(
        self, delivery_id: str, status: PageStatus | None = None, seq: int | None = None
    ) -> Sequence[DeliveredPage]:
        """Pages in the order of the delivery: all, those in one status, or the one at a place."""
        ...

    def page_counts(self, delivery_id: str) -> Mapping[PageStatus, int]:
        """How many pages of a delivery stand in each status, zeros included."""
        ...

    def page(self, page: PageId) -> DeliveredPage:
        """The page as last delivered."""
        ...

    def placings(self, page: PageId) -> Sequence[DeliveredPage]:
        """Every place where the page was delivered, the last delivery first: the same bytes may come again."""
        ...

    def settle_page(self, page: DeliveredPage) -> None:
        """Set status, problem, role, kind and edition of a delivered page."""
        ...

    def newest_result(self, page: PageId, stage: str) -> StageResult | None:
        """Return what the stage found on a page last, by whichever code; None where it has not been there."""
        ...

    def newest_results(self, pages: Iterable[PageId], stage: str) -> Mapping[PageId, StageResult]:
        """Return the same of many pages at once; those where the stage has not been are left out."""
        ...

    def stage_result(self, page: PageId, stage: str, code_version: str) -> StageResult | None: ...
    def record_stage(self, result: StageResult) -> None:
        """Keep a stage's result; unique by page, stage and code version; the same again changes nothing."""
        ...

    # entries
    def draft(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Record machine readings as draft entries; returns them as they now stand.

        An entry that exists keeps every field a person decided and, once VERIFIED or WITHDRAWN, everything;
        a field whose machine reading changed gets the new one. Each reading is appended, none is deleted;
        the same drafts again change nothing. A draft that claims a person's decision raises WrongUse.
        """
        ...

    def entry(self, entry_id: str) -> Entry: ...
    def entries(
        self,
        *,
        state: EntryState | None = None,
        delivery: str | None = None,
        page: PageId | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> Sequence[Entry]:
        """Entries by ascending id, those after *after*; with *page* those that stand on it, of the delivery named."""
        ...

    def count_entries(self) -> Mapping[EntryState, int]: ...
    def history(self, entry_id: str) -> Sequence[Entry]:
        """All versions, oldest first."""
        ...

    def readings(self, entry_id: str, column: str) -> Sequence[Reading]:
        """All machine readings of a field, oldest first, those that never counted included."""
        ...

    def same_number(self, entry: Entry) -> Sequence[Entry]:
        """Other entries of the same kind, book number, entry number and registration date, not withdrawn.

        Two pages that claim one number: a person must look. Empty where the entry has no number.
        """
        ...

    def decide(
        self,
        entry_id: str,
        column: str,
        presence: Presence,
        text: str,
        value: str,
        decision: Decision,
        expected_version: int,
    ) -> Entry:
        """Keep what a person says stands in a field; the entry gets its next version.

        Deciding a field of a VERIFIED entry takes it back to DRAFT; the doubts about the field are answered.
        Raises WrongUse for NOT_READ, for WRITTEN without text, and on a WITHDRAWN entry.
        """
        ...

    def read_note(
        self,
        entry_id: str,
        note_id: str,
        text: str,
        decision: Decision,
        expected_version: int,
        amendments: Sequence[Amendment] = (),
    ) -> Entry:
        """Keep that a person read a note, with its verbatim *text* and what it changes; VERIFIED goes back to DRAFT.

        The same note read anew takes the place of what was said of it; every version is kept. Raises NotFound for an
        amendment of a field that the entry does not have.
        """
        ...

    def tie_note(self, entry_id: str, note: Note, by: str, reason: str, expected_version: int) -> Entry:
        """Add to an entry an unread note that stands on another page (a loose slip); VERIFIED goes back to DRAFT.

        A note that the entry has already stays as it is. Raises NotFound, Conflict, WrongUse ENTRY_WITHDRAWN.
        """
        ...

    def untie_note(self, entry_id: str, note_id: str, by: str, reason: str, expected_version: int) -> Entry:
        """Take a note from an entry to which it does not belong; every version is kept. VERIFIED goes back to DRAFT."""
        ...

    def noted(self, note_id: str) -> Sequence[Entry]:
        """Entries that have a note of that id, or had it before it was untied, by id."""
        ...

    def verify(self, entry_id: str, by: str, at: dt.datetime, expected_version: int) -> VerifiedEntry:
        """Make a draft with no open questions VERIFIED. Raises WrongUse while questions are open."""
        ...

    def withdraw(self, entry_id: str, by: str, reason: str, expected_version: int) -> Entry: ...

    def give(self, entry_id: str, delivery: str, by: str, reason: str, expected_version: int) -> Entry:
        """Move an entry to another *delivery*, in which its page was handed in as well; a withdrawn one is a draft.

        Raises NotFound, Conflict, WrongUse BOOK_CLOSED where the book it leaves or the one it comes to is closed.
        """
        ...

    # issued extracts
    def reserve_number(self, reserved: IssuedExtract) -> IssuedExtract:
        """Give the next number of authority and year (``reserved.number.number`` is ignored) in one transaction.

        Where a row of the same ``request_id`` (not empty) exists that is not CANCELLED, that row is
        returned as it stands and no number is used up. The entry must stand VERIFIED in the register at
        ``entry_version``: raises Conflict where it changed meanwhile, WrongUse where it is not verified.
        The row returned is RESERVED.
        """
        ...

    def complete_issue(self, number: IssueNumber, pdf: Digest) -> IssuedExtract:
        """RESERVED → ISSUED with the digest of the signed file; the same again changes nothing.

        Raises Conflict where the number is no longer RESERVED, or was completed with another file.
        """
        ...

    def cancel_issue(
        self, number: IssueNumber, reason: str, *, agent: str = PROGRAMME, only: IssueStatus | None = None
    ) -> IssuedExtract:
        """RESERVED or ISSUED → CANCELLED, or *only* from that one; the number stays used.

        Raises Conflict in another status.
        """
        ...

    def supersede_issue(
        self, number: IssueNumber, by: IssueNumber, reason: str, *, agent: str = PROGRAMME
    ) -> IssuedExtract:
        """ISSUED → SUPERSEDED by another ISSUED extract. Raises Conflict in another status."""
        ...

    def issued_from(self, entry_id: str) -> Sequence[IssuedExtract]:
        """All extracts of an entry, oldest first, cancelled ones included."""
        ...

    def issued(self, *, pdf: Digest | None = None, code: str | None = None) -> IssuedExtract | None:
        """Find an issued extract by the digest of its file or by its verification code."""
        ...

    def numbered(self, number: int, suffix: str) -> Sequence[IssuedExtract]:
        """All extracts of that number, of every authority and year, oldest first, cancelled ones included."""
        ...

    def issue_book(self, authority: str, year: int) -> Sequence[IssuedExtract]:
        """All numbers of a year in order, cancelled ones included."""
        ...

    # accounts
    def put_account(self, account: Account, *, agent: str = PROGRAMME) -> None:
        """Enter or change an account (none is ever deleted; see ``disabled``)."""
        ...

    def count_try(self, name: str, at: dt.datetime, most: int, pause: dt.timedelta) -> Account | None:
        """Count a try to sign in, before its password is looked at; return the account as it then stands.

        Each *most*-th try in a row locks the account for *pause* from *at*. None where it is locked: nothing
        is counted. However many try at once, and from however many processes, each try counts. Nothing but
        ``failures`` and ``locked_until`` changes.
        """
        ...

    def forget_tries(self, name: str) -> None:
        """Set ``failures`` to 0 and take the lock away (after a success); nothing else changes."""
        ...

    def set_disabled(self, name: str, *, disabled: bool, agent: str = PROGRAMME) -> None:
        """Disable an account or let it in again; nothing else changes."""
        ...

    def account(self, name: str) -> Account | None: ...
    def accounts(self) -> Sequence[Account]: ...

    # provenance
    def append(self, event: ProvenanceEvent) -> ChainedEvent: ...
    def events(self, object_id: str | None = None, limit: int = 1000) -> Sequence[ChainedEvent]:
        """The last *limit* events (of one object), in the order of the chain."""
        ...

    def verify_chain(self) -> ChainReport:
        """Compute every digest anew, from the first event to the last."""
        ...

    def check(self) -> LedgerCheck:
        """Examine everything: the chain, the values under it, the numbers, the database itself. Reads it all once."""
        ...


# --- search ------------------------------------------------------------------------------------------


class SearchIndex(Protocol):
    """An index over entries. Never the system of record."""

    @property
    def name(self) -> str: ...

    def update(self, documents: Iterable[SearchDocument]) -> IndexReport:
        """Add or replace documents; an older version never replaces a newer one. Visible when this returns."""
        ...

    def remove(self, entries: Iterable[str]) -> None: ...
    def rebuild(self, documents: Iterable[SearchDocument]) -> IndexReport:
        """Build a new index beside the old one and put it in its place in one step."""
        ...

    def ask(self, question: Question) -> Answer: ...
    def count(self) -> int: ...


# --- reading -----------------------------------------------------------------------------------------


class PageRecogniser(Protocol):
    """Reads a whole page of print."""

    @property
    def identity(self) -> EngineIdentity: ...
    def read_page(self, image: Image) -> PageReading: ...


class LineRecogniser(Protocol):
    """Reads one line or field crop. Any image gives a reading; an unreadable one an empty text with a reason."""

    @property
    def identity(self) -> EngineIdentity: ...
    def read_line(self, image: Image, expected: Expected = ANYTHING) -> Reading:
        """Read one line (grey or BGR, dark ink on lighter paper); a reader may make use of what is *expected*."""
        ...


class PageClassifier(Protocol):
    """Says what a page is from its printed words and layout."""

    def classify(self, image: Image, reading: PageReading) -> Classification: ...

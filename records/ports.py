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
from records.codes import EntryState, PageStatus, Presence
from records.entries import Book, Entry, PhysicalCopy, VerifiedEntry
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
from records.provenance import ChainedEvent, ChainReport, ProvenanceEvent
from records.readings import Decision, EngineIdentity, PageReading, Reading

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
    """The ledger, system of record. Optimistic locking: a stale *expected_version* raises Conflict."""

    # books
    def add_book(self, book: Book) -> Book: ...
    def book(self, book_id: str) -> Book: ...
    def books(self) -> Sequence[Book]: ...
    def add_copy(self, copy: PhysicalCopy) -> PhysicalCopy: ...
    def copies(self, book_id: str) -> Sequence[PhysicalCopy]: ...

    # deliveries and pages
    def open_delivery(self, delivery: Delivery, pages: Sequence[DeliveredPage]) -> Delivery:
        """Record what was handed in. The same delivery id again adds what is new and changes nothing else."""
        ...

    def delivery(self, delivery_id: str) -> Delivery: ...
    def deliveries(self) -> Sequence[Delivery]: ...
    def delivered_pages(self, delivery_id: str, status: PageStatus | None = None) -> Sequence[DeliveredPage]:
        """Pages in the order of the delivery."""
        ...

    def page(self, page: PageId) -> DeliveredPage:
        """The page as last delivered."""
        ...

    def settle_page(self, page: DeliveredPage) -> None:
        """Set status, problem, role, kind and edition of a delivered page."""
        ...

    def stage_result(self, page: PageId, stage: str, code_version: str) -> StageResult | None: ...
    def record_stage(self, result: StageResult) -> None:
        """Keep a stage's result; unique by page, stage and code version; the same again changes nothing."""
        ...

    # entries
    def draft(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Record machine readings as draft entries; returns them as they now stand.

        An entry that exists keeps every field a person decided and, once VERIFIED, everything; a field
        whose machine reading changed gets the new one. Each reading is appended, none is deleted.
        """
        ...

    def entry(self, entry_id: str) -> Entry: ...
    def entries(
        self,
        *,
        state: EntryState | None = None,
        delivery: str | None = None,
        after: str | None = None,
        limit: int = 1000,
    ) -> Sequence[Entry]:
        """Entries by ascending id, those after *after*."""
        ...

    def count_entries(self) -> Mapping[EntryState, int]: ...
    def history(self, entry_id: str) -> Sequence[Entry]:
        """All versions, oldest first."""
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

        Deciding a field of a VERIFIED entry takes it back to DRAFT.
        """
        ...

    def read_note(self, entry_id: str, note_id: str, text: str, decision: Decision, expected_version: int) -> Entry: ...
    def verify(self, entry_id: str, by: str, at: dt.datetime, expected_version: int) -> VerifiedEntry:
        """Make a draft with no open questions VERIFIED. Raises WrongUse while questions are open."""
        ...

    def withdraw(self, entry_id: str, by: str, reason: str, expected_version: int) -> Entry: ...

    # issued extracts
    def reserve_number(self, reserved: IssuedExtract) -> IssuedExtract:
        """Give the next number of authority and year (``reserved.number.number`` is ignored) in one transaction.

        Where a row of the same ``request_id`` (not empty) exists that is not CANCELLED, that row is
        returned as it stands and no number is used up.
        """
        ...

    def complete_issue(self, number: IssueNumber, pdf: Digest) -> IssuedExtract:
        """RESERVED → ISSUED with the digest of the signed file; the same again changes nothing.

        Raises Conflict where the number is no longer RESERVED, or was completed with another file.
        """
        ...

    def cancel_issue(self, number: IssueNumber, reason: str) -> IssuedExtract: ...
    def supersede_issue(self, number: IssueNumber, by: IssueNumber, reason: str) -> IssuedExtract: ...
    def issued(self, *, pdf: Digest | None = None, code: str | None = None) -> IssuedExtract | None:
        """Find an issued extract by the digest of its file or by its verification code."""
        ...

    def issue_book(self, authority: str, year: int) -> Sequence[IssuedExtract]:
        """All numbers of a year in order, cancelled ones included."""
        ...

    # accounts
    def put_account(self, account: Account) -> None: ...
    def account(self, name: str) -> Account | None: ...
    def accounts(self) -> Sequence[Account]: ...

    # provenance
    def append(self, event: ProvenanceEvent) -> ChainedEvent: ...
    def events(self, object_id: str | None = None, limit: int = 1000) -> Sequence[ChainedEvent]: ...
    def verify_chain(self) -> ChainReport: ...


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
    def read_line(self, image: Image) -> Reading: ...


class PageClassifier(Protocol):
    """Says what a page is from its printed words and layout."""

    def classify(self, image: Image, reading: PageReading) -> Classification: ...

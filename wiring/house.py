"""The house, assembled: every working room behind one door, and the use cases that the terminal and the desk share.

Parts are built when first asked for, so that a search does not load image processing and a help text loads nothing.
A house is used by one process; its methods may be called from several threads.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from forms import Edition, editions, read_anew, use_own, written
from records.amendments import Amendment
from records.codes import DeliveryKind, EntryState, IssueStatus, Presence, RegisterKind
from records.entries import Book, Entry, VerifiedEntry
from records.errors import NotFound, PartUnavailable, WrongUse
from records.extracts import CertifiedExtract, DraftExtract, ExtractRequest, IssuedExtract, VerificationReport
from records.finding import Answer, IndexReport, Paper, Question, SearchDocument
from records.pages import PageId
from records.ports import Archive, Register, SearchIndex
from records.progress import Progress
from records.provenance import LedgerCheck
from records.readings import Decision
from records.text import clean
from wiring.bookkeeping import Bookkeeping
from wiring.checking import RegisterCheck
from wiring.health import Probe
from wiring.office import Office, read_office
from wiring.probing import examine
from wiring.projection import Projection
from wiring.recalling import recall
from wiring.settings import Settings

if TYPE_CHECKING:
    from extracts import Issuer, SigningIdentity, Verifier
    from pipeline import BookReport, DeliveryReport, Digitiser, Pictures
    from pipeline.learning import Learnt
    from pipeline.proposing import Proposal

_EDITION_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""The id of an edition names its file."""


class House:
    """Settings made real. See :func:`open_house`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        use_own(settings.own_forms)

    # --- parts, built when first used ---------------------------------------------------------------

    @cached_property
    def archive(self) -> Archive:
        """Where bytes are kept."""
        from wiring.parts import build_archive

        return build_archive(self.settings)

    @cached_property
    def register(self) -> Register:
        """The ledger."""
        from wiring.parts import build_register

        return build_register(self.settings)

    @cached_property
    def index(self) -> SearchIndex:
        """The search index. Raises PartUnavailable when the engine does not answer."""
        from wiring.parts import build_index

        return build_index(self.settings)

    @cached_property
    def office(self) -> Office:
        """Who issues and who signs."""
        return read_office(self.settings.office.file)

    @cached_property
    def identity(self) -> "SigningIdentity":
        """The key that signs, and the roots that are trusted."""
        from wiring.parts import build_identity

        return build_identity(self.settings)

    @cached_property
    def issuer(self) -> "Issuer":
        """Draws up, numbers and signs extracts."""
        from wiring.parts import build_issuer

        return build_issuer(self.register, self.archive, self.identity)

    @cached_property
    def verifier(self) -> "Verifier":
        """Verifies files that claim to be extracts of this office."""
        from wiring.parts import build_verifier

        return build_verifier(self.register, self.identity)

    @cached_property
    def digitiser(self) -> "Digitiser":
        """Takes deliveries in and reads them."""
        from wiring.parts import build_digitiser

        return build_digitiser(self.settings, self.archive, self.register)

    @cached_property
    def pictures(self) -> "Pictures":
        """Pictures of pages and of single fields, for people to compare."""
        from wiring.parts import build_pictures

        return build_pictures(self.settings, self.archive, self.register)

    @cached_property
    def books(self) -> Bookkeeping:
        """Books as wholes: what is missing in them, and whether they are closed."""
        from wiring.parts import build_sheets

        sheets = build_sheets(self.settings, lambda: self.archive, self.register)
        return Bookkeeping(self.register, sheets.same)

    @cached_property
    def projection(self) -> Projection:
        """Keeps the index level with the register."""
        return Projection(lambda: self.index, self.settings.home / "index-behind.txt")

    @cached_property
    def register_check(self) -> RegisterCheck:
        """Checks the register as a whole."""
        where = self.settings.register_url.split("@")[-1]
        return RegisterCheck(self.register, where, self.settings.home / "register-check.json")

    # --- finding -----------------------------------------------------------------------------------

    def find(self, question: Question) -> Answer:
        """Answer a clerk's question. Raises PartUnavailable when the engine does not answer.

        A house without entries has no index yet, and nothing to find: that is an answer, not a failure.
        """
        try:
            return self.index.ask(question)
        except PartUnavailable as e:
            if e.code == "SEARCH_INDEX_MISSING" and not self.register.entries(limit=1):
                return Answer((), 0)
            raise

    def entry(self, entry_id: str) -> Entry:
        """Return an entry as it now stands. Raises NotFound."""
        return self.register.entry(entry_id)

    def paper(self, paper_id: str) -> Paper:
        """Return a page of a dossier with its text. Raises NotFound, also for a page of a book."""
        for placed in self.register.placings(PageId(paper_id)):
            delivery = self.register.delivery(placed.delivery)
            if delivery.kind is DeliveryKind.DOSSIER:
                text = self.digitiser.paper_text(placed.page.id)
                return Paper(placed.page.id, placed.file, placed.page.page_in_file, delivery.label, text)
        raise NotFound("PAGE_UNKNOWN", page=paper_id)

    def learn_form(self, folder: Path, plain: Edition, progress: Progress, *, again: bool = False) -> "Learnt":
        """Learn an edition from marked pages and keep it beside the product's. Raises WrongUse."""
        if not _EDITION_ID.fullmatch(plain.id):
            raise WrongUse("EDITION_ID_WRONG", id=plain.id)
        if plain.valid_to is not None and plain.valid_to < plain.valid_from:
            raise WrongUse("EDITION_DATES_WRONG", first=plain.valid_from.isoformat(), last=plain.valid_to.isoformat())
        from pipeline.learning import learn
        from wiring.parts import build_limits
        from wiring.readers import ReaderMaker

        kept = self.settings.own_forms / f"{plain.id}.toml"
        if any(e.id == plain.id for e in editions()) and not (again and kept.is_file()):
            raise WrongUse("EDITION_ID_TAKEN", id=plain.id)
        readers = ReaderMaker(self.settings.reader)()
        learnt = learn(folder, plain, readers, build_limits(self.settings), progress)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(written(learnt.edition), encoding="utf-8")
        read_anew()
        return learnt

    def propose_marks(self, folder: Path, kind: RegisterKind, progress: Progress) -> "Sequence[Proposal]":
        """Propose the marks from which a form can be learnt, and write them beside its pages. Raises WrongUse."""
        from pipeline.proposing import propose
        from wiring.parts import build_limits
        from wiring.readers import ReaderMaker

        return propose(folder, kind, ReaderMaker(self.settings.reader)(), build_limits(self.settings), progress)

    def reindex(self) -> IndexReport:
        """Build the index anew from the register and put it in the old one's place in one step."""
        return self.projection.rebuild(self.documents())

    def project_delivery(self, delivery_id: str) -> IndexReport:
        """Bring what a delivery holds into the index; what could not be brought is noted for `reindex`."""
        return self.projection.bring(self.documents(delivery_id))

    def unindexed(self, delivery_id: str) -> int:
        """Return how many entries and papers of a delivery the index may lack, for `reindex` to mend."""
        behind = self.projection.behind()
        return sum(d.entry in behind for d in self.documents(delivery_id)) if behind else 0

    def documents(self, delivery_id: str | None = None) -> Iterator[SearchDocument]:
        """Yield what the index is to know: all entries and the text of all papers (of one delivery)."""
        from search import document_of

        yield from map(document_of, self.every_entry(delivery_id))
        papers = [d.id for d in self.register.deliveries() if d.kind is DeliveryKind.DOSSIER]
        if chosen := [one for one in papers if delivery_id in (None, one)]:
            yield from self.digitiser.papers(chosen)

    def every_entry(self, delivery_id: str | None = None) -> Iterator[Entry]:
        """Yield all entries (of one delivery) by ascending id, read in pages."""
        after: str | None = None
        while found := self.register.entries(delivery=delivery_id, after=after):
            yield from found
            after = found[-1].id

    # --- taking in --------------------------------------------------------------------------------

    def digitise(self, path: Path, kind: DeliveryKind, progress: Progress, authority: str = "") -> "DeliveryReport":
        """Take a delivery in and read it in a plain loop, then bring its entries into the index.

        The same delivery again does only what is missing. Raises WrongUse, PartUnavailable.
        """
        delivery = self.digitiser.intake(path, kind, progress, authority)
        try:
            self.digitiser.run(delivery.id, progress, batch=self.settings.flows.batch)
        finally:
            self.digitiser.close()
        self.project_delivery(delivery.id)
        return self.digitiser.report(delivery.id)

    def gather(self, named: str, delivery: str, *, by: str) -> Book:
        """Make a delivery part of a book, and settle what can only be seen from all of its deliveries."""
        book = self.books.gather(named, delivery, by=by)
        self.settle_book(delivery)
        return book

    def bring_page(self, named: str, page: str, *, by: str) -> None:
        """Move the entries of a page that stand in another book to this one, to which it was handed in as well."""
        for entry in self.books.bring(named, page, by=by):
            self._project(entry)

    def tie_slip(self, named: str, page: str, to: str, *, by: str) -> Entry:
        """Tie a page of a book (a loose slip) to an entry, as an unread note: by the entry's number, or by its id.

        Raises NotFound, WrongUse BOOK_CLOSED, SLIP_NO_SUCH_PAGE, SLIP_NO_SUCH_ENTRY.
        """
        from pipeline.slips import Slips

        book, parts = self.books.parts_to_change(named, by=by)
        entry = Slips(self.register).tie(parts, book.id, page, to, by=by)
        self._project(entry)
        return entry

    def untie_slip(self, named: str, page: str, *, by: str) -> None:
        """Take a loose slip from its entry; it waits for a person again. Raises as :meth:`tie_slip` does."""
        from pipeline.slips import Slips

        book, parts = self.books.parts_to_change(named, by=by)
        for entry in Slips(self.register).untie(parts, book.id, page, by=by):
            self._project(entry)

    def settle_book(self, delivery_id: str) -> None:
        """Settle what can only be seen from all deliveries of a book, and bring what changed into the index."""
        for changed in self.digitiser.settle_book(delivery_id):
            self.project_delivery(changed)

    def evaluate(self, folder: Path, progress: Progress) -> "BookReport":
        """Read the pages of a folder that holds ``truth.jsonl`` and compare; keeps nothing. Raises WrongUse."""
        from pipeline import evaluate_book
        from wiring.parts import build_limits
        from wiring.readers import ReaderMaker

        readers = ReaderMaker(self.settings.reader, str(self.settings.own_forms))
        limits = build_limits(self.settings)
        return evaluate_book(folder, readers, progress, workers=self.settings.workers, limits=limits)

    # --- deciding ----------------------------------------------------------------------------------

    def confirm_field(
        self,
        entry_id: str,
        column: str,
        presence: Presence,
        text: str,
        *,
        by: str,
        expected_version: int,
        simulated: bool = False,
    ) -> Entry:
        """Keep what a person says stands in a field, and bring the entry into the index.

        *text* is verbatim and counts only where *presence* is WRITTEN. Raises NotFound, Conflict (somebody
        else was faster), WrongUse (empty text said to be written). A search engine that is down does not
        lose the decision: it is noted, and `reindex` repairs the index.
        """
        import forms

        entry = self.register.entry(entry_id)
        if entry.field(column) is None:
            raise NotFound("FIELD_UNKNOWN", entry=entry_id, column=column)
        verbatim = clean(text).strip() if presence is Presence.WRITTEN else ""
        if presence is Presence.NOT_READ or (presence is Presence.WRITTEN and not verbatim):
            raise WrongUse("FIELD_EMPTY", entry=entry_id, column=column)
        kind = forms.edition(entry.edition).value_kind(column)
        value = forms.normalise(kind, verbatim) if verbatim else ""
        decision = Decision(by=by, at=_now(), simulated=simulated)
        decided = self.register.decide(entry_id, column, presence, verbatim, value, decision, expected_version)
        self._project(decided)
        return decided

    def read_note(
        self,
        entry_id: str,
        note_id: str,
        text: str,
        *,
        by: str,
        expected_version: int,
        amendments: Sequence[Amendment] = (),
        wordless: bool = False,
        simulated: bool = False,
    ) -> Entry:
        """Keep that a person has read a note, with its verbatim *text* and what it changes.

        The values of *amendments* are normalised here, as those of fields are. *wordless*: no words stand there, it is
        a stain or a finger. Raises NotFound, Conflict, WrongUse NOTE_TEXT_MISSING where nothing says that.
        """
        import forms

        if not clean(text).strip() and not wordless:
            raise WrongUse("NOTE_TEXT_MISSING", note=note_id)

        edition = forms.edition(self.register.entry(entry_id).edition)
        changes = [
            replace(c, value=forms.normalise(edition.value_kind(c.column), c.text)) if c.text else c for c in amendments
        ]
        decision = Decision(by=by, at=_now(), simulated=simulated)
        read = self.register.read_note(entry_id, note_id, clean(text).strip(), decision, expected_version, changes)
        self._project(read)
        return read

    def verify_entry(self, entry_id: str, *, by: str, expected_version: int) -> VerifiedEntry:
        """Make a draft without open questions VERIFIED. Raises NotFound, Conflict, WrongUse."""
        verified = self.register.verify(entry_id, by, _now(), expected_version)
        self._project(verified.entry)
        return verified

    def withdraw_entry(self, entry_id: str, reason: str, *, by: str) -> Entry:
        """Take an entry out of its book and the search, for ever, with the *reason*; its versions are kept.

        Raises NotFound, WrongUse (no reason, withdrawn already, its book is closed, copies were issued from it).
        """
        if not (said := clean(reason).strip()):
            raise WrongUse("WITHDRAWAL_REASON_MISSING", entry=entry_id)
        if any(one.status in {IssueStatus.RESERVED, IssueStatus.ISSUED} for one in self.register.issued_from(entry_id)):
            raise WrongUse("ENTRY_ISSUED", entry=entry_id)
        gone = self.register.withdraw(entry_id, by, said, self.register.entry(entry_id).version)
        self._project(gone)
        return gone

    def _project(self, entry: Entry) -> None:
        from search import document_of

        self.projection.bring([document_of(entry)])

    # --- issuing -----------------------------------------------------------------------------------

    def preview(self, request: ExtractRequest) -> bytes:
        """Return the extract as it would print today: PDF, marked as a draft, without number and signature.

        Raises NotFound, WrongUse (entry not verified, a printed field illegible, nobody may sign today).
        """
        return self.issuer.preview(self._draft(request))

    def issue(self, request: ExtractRequest, *, by: str) -> CertifiedExtract:
        """Number, sign and keep an extract of a verified entry. *by* is the account that issues.

        The same ``request_id`` again gives the same copy. Raises NotFound, WrongUse (entry not verified, nobody
        may sign today), Conflict (the entry changed meanwhile), PartUnavailable, IntegrityError; after a failure
        the number is cancelled in the issue book with its reason.
        """
        return self.issuer.issue(self._draft(replace(request, requested_by=request.requested_by or by)), by)

    def _draft(self, request: ExtractRequest) -> DraftExtract:
        today = _now().date()
        authority, signer = self.office.on(today)
        return self.issuer.draft(request, authority, signer, today)

    def recall(self, named: str, reason: str, *, by: str, superseded_by: str = "") -> IssuedExtract:
        """Cancel an issued extract or a reserved number, named as on the paper, or mark it superseded by another.

        Raises NotFound, WrongUse, Conflict where it was cancelled or superseded already.
        """
        return recall(self.register, named, reason, by=by, superseded_by=superseded_by)

    def verify_file(self, data: bytes) -> VerificationReport:
        """Say what is true of a file that claims to be an extract of this office."""
        return self.verifier.verify(data)

    # --- looking after the house --------------------------------------------------------------------

    def counts(self) -> dict[EntryState, int]:
        """Return how many entries stand in which state."""
        return dict(self.register.count_entries())

    def check(self) -> LedgerCheck:
        """Check the whole register: the chain, every value under it, every number. Minutes for a district."""
        return self.register_check.run()

    def doctor(self) -> Sequence[Probe]:
        """Probe every part, own and outside; never raises for a part that is missing."""
        return examine(self)


def open_house(settings: Settings) -> House:
    """Assemble a house from *settings*. Makes the home folder; opens nothing else yet."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return House(settings)


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()

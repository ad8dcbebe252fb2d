"""The digitisation use case: intake → prepare → classify → read → draft.

Every page of a delivery stands in the ledger; each stage's result is kept there under content, stage and code
version. A run does what is missing and nothing else, so it may be killed at any moment and started again. A bad
page becomes a row with its reason and never stops the others.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import forms
from forms import Leaf
from pipeline.crew import Crew
from pipeline.decode import Limits
from pipeline.drafting import drafts, from_cover, joined, leaf_of, of_one_book_opening
from pipeline.intake import take_in
from pipeline.leaves import Leaves, alone
from pipeline.masters import Masters
from pipeline.page_work import CODE_VERSION, DonePage, Work, do_classify, do_page, do_read
from pipeline.payloads import Json, to_page_reading
from pipeline.readers import MakeReaders
from pipeline.reports import DeliveryReport, FailedPage, StageSummary
from pipeline.scan_log import PageKey, standing_for
from pipeline.slips import Slips
from records.books import HALVES, PAGE_GIVEN, PART_UNREAD, REPLACED, SEEN_BEFORE
from records.codes import DeliveryKind, EntryState, PageRole, PageStatus, RegisterKind
from records.entries import Entry
from records.errors import KhongChoError, PartUnavailable, WrongUse
from records.finding import SearchDocument
from records.pages import DeliveredPage, Delivery, Digest, PageId, PageProblem, StageResult
from records.ports import Archive, Register
from records.progress import Progress
from records.provenance import PROGRAMME

STAGES = ("prepare", "classify", "read", "draft")
_LABELS = {"prepare": "nắn và đọc trang", "classify": "nhận mẫu", "read": "đọc ô", "draft": "lập mục"}


class Digitiser:
    """Takes deliveries in and reads them. One at a time per object; close it to end its worker processes."""

    STAGES = STAGES

    def __init__(
        self,
        archive: Archive,
        register: Register,
        make_readers: MakeReaders,
        spool: Path,
        *,
        workers: int = 2,
        limits: Limits | None = None,
        page_seconds: float = 120.0,
        replaced: Callable[[Path], Mapping[PageKey, PageKey]] | None = None,
    ) -> None:
        self.archive = archive
        self.register = register
        self.make_readers = make_readers
        self.limits = limits or Limits()
        self.crew = Crew(workers, page_seconds)
        self.masters = Masters(archive, spool, most=8 * self.crew.workers)
        self._replaced = replaced or (lambda _: {})
        self._kinds: dict[str, DeliveryKind] = {}
        self._leaves = Leaves(register)
        self._slips = Slips(register)

    def close(self) -> None:
        """End the worker processes and take back what was lent to them."""
        self.crew.close()
        self.masters.close()

    # --- taking in --------------------------------------------------------------------------------

    def intake(self, path: Path, kind: DeliveryKind, progress: Progress, authority: str = "") -> Delivery:
        """Store every file of *path* and open its delivery. *authority* is who kept the book.

        The same again finds the delivery as it stands, but opens two sorts of pages once more: those that failed (the
        cause may have passed: a busy machine, damaged bytes delivered anew), and those last read by other code or with
        other forms. Pages that a rescan in the same delivery has replaced are kept and make no entry: drafts of them
        that no person touched are withdrawn.
        """
        delivery, pages = take_in(path, kind, self.archive, self.limits, progress, authority)
        opened = self.register.open_delivery(delivery, pages)
        delivered = self.register.delivered_pages(opened.id)
        stands = standing_for(delivered, self._replaced(path))
        for page in delivered:
            if good := stands.get((page.file, page.page.master, page.page.page_in_file)):
                problem = PageProblem(REPLACED, {"file": good})
                self.register.settle_page(replace(page, status=PageStatus.DONE, problem=problem, edition=None))
                self._take_back(page, problem, keep=())
            elif page.status is PageStatus.FAILED or (
                page.status is not PageStatus.RECEIVED and self._result(page, "classify") is None
            ):
                self.register.settle_page(replace(page, status=PageStatus.RECEIVED, problem=None))
        return opened

    def pending(self, delivery_id: str) -> Sequence[PageId]:
        """Return the pages that have not come to an end yet, in order, each once."""
        found = self.register.delivered_pages(delivery_id, PageStatus.RECEIVED)
        return list(dict.fromkeys(p.page.id for p in found))

    def run(self, delivery_id: str, progress: Progress, batch: int = 50) -> None:
        """Do all stages on all pending pages in a plain loop of batches."""
        todo = self.pending(delivery_id)
        for start in range(0, len(todo), batch):
            for stage in STAGES:
                self.run_stage(stage, todo[start : start + batch], progress)

    # --- stages -----------------------------------------------------------------------------------

    def run_stage(self, stage: str, pages: Sequence[PageId], progress: Progress) -> StageSummary:
        """Do one stage for a batch of pages; pages that failed or wait are passed over.

        Raises PartUnavailable when an outside part is gone (archive, ledger, reader), WrongUse for an unknown reader
        or a stage before its turn: no page is blamed for it, nothing is lost, run again.
        """
        if stage not in STAGES:
            raise WrongUse("STAGE_UNKNOWN", stage=stage, known=", ".join(STAGES))
        open_pages = [one for page in dict.fromkeys(pages) for one in self._open(page)]
        missing, kept = [], 0
        for page in open_pages:
            if stage != "draft" and self._result(page, stage):
                kept += 1
            else:
                missing.append(page)
        progress.start(_LABELS[stage], len(open_pages))
        progress.advance(kept)
        done = failed = 0
        seconds = 0.0
        try:
            for page, outcome in self._do(stage, missing):
                if isinstance(outcome, PartUnavailable | WrongUse):
                    raise outcome
                if isinstance(outcome, KhongChoError):
                    failed += 1
                    self._fail(page, outcome)
                else:
                    done += 1
                    seconds += outcome
                progress.advance()
        finally:
            progress.finish()
        return StageSummary(stage, done, kept, failed, seconds)

    def _open(self, page: PageId) -> list[DeliveredPage]:
        """Return where the page stands open: one place for each kind of delivery that it came with."""
        found = [p for p in self.register.placings(page) if p.status is PageStatus.RECEIVED]
        return list({self._kind(p): p for p in found}.values())

    def _kind(self, page: DeliveredPage) -> DeliveryKind:
        if page.delivery not in self._kinds:  # it never changes
            self._kinds[page.delivery] = self.register.delivery(page.delivery).kind
        return self._kinds[page.delivery]

    def _do(self, stage: str, pages: Sequence[DeliveredPage]) -> Iterator[tuple[DeliveredPage, float | KhongChoError]]:
        if stage == "draft":
            for page in pages:
                yield page, self._draft(page)
            return
        make: Callable[[DeliveredPage], tuple[Any, tuple[Any, ...]] | None] = getattr(self, f"_job_{stage}")
        for start in range(0, len(pages), 4 * self.crew.workers):  # few pages' bytes in memory at a time
            jobs = []
            for number, page in enumerate(pages[start : start + 4 * self.crew.workers], start):
                try:
                    job = make(page)
                except (PartUnavailable, WrongUse):
                    raise
                except KhongChoError as error:
                    yield page, error
                    continue
                if job is None:
                    yield page, 0.0
                else:
                    jobs.append((str(number), *job))
            for name, result in self.crew.each(jobs):
                page = pages[int(name)]
                yield page, result if isinstance(result, KhongChoError) else self._keep(page, stage, result)

    def _keep(self, page: DeliveredPage, stage: str, result: Json | DonePage) -> float:
        """Keep what a worker handed back; one that had the page in hand did the later stages as well."""
        if not isinstance(result, DonePage):
            return self._record(page, stage, result)
        picture = self.archive.put(result.jpeg, "image/jpeg")
        seconds = self._record(page, stage, {**result.prepared, "picture": picture})
        for later, payload in result.later.items():
            if self._result(page, later) is None:
                self._record(page, later, payload)
        return seconds

    def _record(self, page: DeliveredPage, stage: str, payload: Json) -> float:
        seconds = float(payload.pop("seconds"))
        version = version_of(self._kind(page), stage)
        self.register.record_stage(StageResult(page.page.id, stage, version, payload, seconds))
        return seconds

    def _work(self, page: DeliveredPage, *, with_master: bool) -> Work:
        dossier = self._kind(page) is DeliveryKind.DOSSIER
        master = self.masters.lend(page.page.master) if with_master else None
        return Work(master, page.page.page_in_file, self.limits, dossier, self.make_readers)

    def _job_prepare(self, page: DeliveredPage) -> tuple[Any, tuple[Any, ...]]:
        return do_page, (self._work(page, with_master=True),)

    def _job_classify(self, page: DeliveredPage) -> tuple[Any, tuple[Any, ...]]:
        prepared = self._payload(page, "prepare")
        return do_classify, (self._work(page, with_master=False), prepared, self._picture(prepared))

    def _job_read(self, page: DeliveredPage) -> tuple[Any, tuple[Any, ...]] | None:
        said = self._payload(page, "classify")
        if not said["parts"] and not said["closing"]:
            return None
        prepared = self._payload(page, "prepare")
        read = partial(do_read, closing=said["closing"])
        return read, (self._work(page, with_master=False), prepared, self._picture(prepared), said["parts"])

    def _picture(self, prepared: Json) -> bytes:
        return self.archive.get(Digest(prepared["picture"]))

    def _result(self, page: DeliveredPage, stage: str) -> StageResult | None:
        return self.register.stage_result(page.page.id, stage, version_of(self._kind(page), stage))

    def _payload(self, page: DeliveredPage, stage: str) -> Json:
        found = self._result(page, stage)
        if found is None:
            raise WrongUse("STAGE_NOT_DONE", stage=stage, page=page.page.id)
        return dict(found.payload)

    def _fail(self, page: DeliveredPage, error: KhongChoError) -> None:
        self._settle(replace(page, status=PageStatus.FAILED, problem=PageProblem.of(error)))

    def _settle(self, page: DeliveredPage) -> None:
        """Settle a page wherever it stands open: the same bytes in another file or delivery get the same answer.

        So it is where it waited for the other leaf of its table, which has now come beside it.
        """
        kind = self._kind(page)
        whole = page.status is PageStatus.DONE and (page.problem is None or page.problem.code not in HALVES)
        placings = [p for p in self.register.placings(page.page.id) if self._kind(p) is kind]
        first = self._home(placings)
        for place in placings:
            half = place.problem is not None and place.problem.code in HALVES
            if place.status is not PageStatus.RECEIVED and not (half and whole):
                continue
            settled = replace(page, delivery=place.delivery, seq=place.seq, file=place.file)
            read = page.problem is None or page.problem.code == PART_UNREAD
            if page.status is PageStatus.DONE and read and place is not first:
                known = {"file": first.file, "delivery": first.delivery}
                code = PAGE_GIVEN if place is placings[-1] else SEEN_BEFORE
                settled = replace(settled, problem=PageProblem(code, known))
            self.register.settle_page(settled)

    def _home(self, placings: Sequence[DeliveredPage]) -> DeliveredPage:
        """Return the place whose delivery has the page's entries: the first, unless a person gave them to another."""
        first = placings[-1]
        if len(placings) > 1:
            found = self.register.entries(page=first.page.id)
            homes = {entry.delivery for entry in found if entry.state is not EntryState.WITHDRAWN}
            return next((place for place in reversed(placings) if place.delivery in homes), first)
        return first

    # --- drafting ---------------------------------------------------------------------------------

    def _draft(self, page: DeliveredPage) -> float | KhongChoError:
        """Settle a page: its entry drafted, or the reason why a person has to look."""
        prepared = self._payload(page, "prepare")
        said = self._payload(page, "classify")
        kind, role = RegisterKind(said["kind"]), PageRole(said["role"])
        settled = replace(page, role=role, kind=kind, edition=said["edition"], status=PageStatus.DONE, problem=None)
        entries: list[Entry] = []
        if said["parts"]:
            entries, problem = self._entries(page)
            authority = {d: self.register.delivery(d).authority for d in {e.delivery for e in entries} if d}
            whole = [
                replace(e, fields=(*e.fields, *from_cover(authority.get(e.delivery or "", ""), e.edition)))
                for e in entries
            ]
            self.register.draft(whole)
            settled = replace(settled, problem=problem)
            self._take_back(page, PageProblem("ENTRY_READ_ANEW"), keep=[entry.id for entry in whole])
            if entries:
                settled = replace(settled, kind=entries[0].kind, edition=entries[0].edition)
            elif problem and problem.code in {"LEAF_ALONE", "LEAVES_DIFFER"}:
                settled = replace(settled, status=PageStatus.WAITING)
        elif said["reason"] is not None and said["reason"] != "PAPER_KIND_UNKNOWN":
            settled = replace(settled, status=PageStatus.WAITING)
            self._take_back(page, PageProblem("ENTRY_READ_ANEW"), keep=())
        if said["reason"] is not None:
            settled = replace(settled, problem=PageProblem(said["reason"], dict(said["facts"])))
        elif prepared["turns"] and settled.problem is None:
            degrees = {1: "270", 2: "180", 3: "90"}[int(prepared["turns"])]
            settled = replace(settled, problem=PageProblem("PAGE_TURNED", {"degrees": degrees}))
        self._settle(settled)
        for other in {p for entry in entries for p in entry.pages} - {page.page.id}:
            self._no_longer_alone(other, settled)
        return 0.0

    def _no_longer_alone(self, page: PageId, facing: DeliveredPage) -> None:
        """Settle a leaf that was drafted, in an earlier batch, before the one that faces it was read."""
        for place in self.register.placings(page):
            if place.delivery == facing.delivery and place.problem is not None and place.problem.code == "LEAF_ALONE":
                told = replace(place, status=PageStatus.DONE, kind=facing.kind, edition=facing.edition, problem=None)
                self.register.settle_page(told)

    def _take_back(self, page: DeliveredPage, why: PageProblem, keep: Collection[str]) -> None:
        """Withdraw drafts of a page that it no longer makes; what a person touched stays, for a person to settle."""
        for entry in self.register.entries(delivery=page.delivery, page=page.page.id, state=EntryState.DRAFT):
            untouched = all(f.decision is None for f in entry.fields) and all(n.read_by is None for n in entry.notes)
            untouched &= entry.seen_on == entry.pages  # a slip was tied to it
            if entry.id not in keep and untouched:
                self.register.withdraw(entry.id, PROGRAMME, why.message().vi, entry.version)

    def _entries(self, page: DeliveredPage) -> tuple[list[Entry], PageProblem | None]:
        """Return the entries of a page in reading order, or none and why.

        Of a table scanned leaf by leaf the leaf that faces it is taken too, as far as it was read; the entries are the
        left leaf's, so that each of both pages drafts the same ones.
        """
        reads = self._payload(page, "read")["entries"]
        leaf = leaf_of(reads)
        if leaf is None:
            found = drafts(page.page.id, reads, page.delivery)
            return found, None if found else PageProblem("PAGE_NO_ENTRY")
        facing = self._facing(page, leaf, reads[0]["edition"])
        if facing is None and (before := self._leaves.before(page, leaf)) is not None:
            return before
        if facing is None and leaf is Leaf.RIGHT:
            return [], alone(leaf)
        if facing is None:
            return drafts(page.page.id, reads, page.delivery), alone(leaf)
        other, others = facing
        if leaf is Leaf.LEFT:
            found = joined(page.page.id, reads, other, others, page.delivery)
        else:
            found = joined(other, others, page.page.id, reads, page.delivery)
        if not of_one_book_opening(found):
            own = drafts(page.page.id, reads, page.delivery) if leaf is Leaf.LEFT else []
            return own, PageProblem("LEAVES_DIFFER")
        return found, None

    def settle_book(self, delivery_id: str) -> list[str]:
        """Settle what can only be seen from all deliveries of the book of one; return those whose entries changed.

        A page that a rescan replaced in one of them is replaced in all, the leaves of an opened table that came with
        different ones are joined, and loose slips are told and tied to the entries that they name. What is not
        settled yet takes no part: call it when a delivery is done, and when one became part of a book.
        """
        found = [*self._replace_everywhere(delivery_id), *self._leaves.join(delivery_id)]
        return list(dict.fromkeys([*found, *self._slips.settle(delivery_id)]))

    def _replace_everywhere(self, delivery_id: str) -> Iterator[str]:
        """Settle pages that were replaced in one delivery of a book as replaced in its others."""
        pages = self._leaves.pages_of_open_book(delivery_id)
        mine = {page.delivery for page in pages}
        for page in pages:
            if page.problem is None or page.problem.code != REPLACED:
                continue
            for place in self.register.placings(page.page.id):
                if place.delivery in mine and (place.problem is None or place.problem.code != REPLACED):
                    self.register.settle_page(
                        replace(place, status=PageStatus.DONE, problem=page.problem, edition=None)
                    )
                    self._take_back(place, page.problem, keep=())
                    yield place.delivery

    def _facing(self, page: DeliveredPage, leaf: Leaf, edition: str) -> tuple[PageId, list[Json]] | None:
        """Return the page that faces a leaf in its delivery, and what was read on it; None where none does yet."""
        seq = page.seq + (1 if leaf is Leaf.LEFT else -1)
        for other in self.register.delivered_pages(page.delivery, seq=seq):
            if found := self._result(other, "read"):
                reads = list(dict(found.payload)["entries"])  # type: ignore[call-overload]
                if leaf_of(reads) not in (None, leaf) and reads[0]["edition"] == edition:
                    return other.page.id, reads
        return None

    # --- telling ----------------------------------------------------------------------------------

    def report(self, delivery_id: str) -> DeliveryReport:
        """Return what the delivery came to, from the ledger."""
        delivery = self.register.delivery(delivery_id)
        pages = self.register.delivered_pages(delivery_id)
        stages = dict.fromkeys(STAGES, 0.0)
        entries: dict[PageId, int] = {}
        read_as: dict[PageId, set[str]] = {}
        for page in {p.page.id: p for p in pages}.values():
            for stage in STAGES:
                if found := self._result(page, stage):
                    stages[stage] += found.seconds
                    if stage == "read":
                        entries[page.page.id] = _own_entries(found)
                        read_as[page.page.id] = _editions(found)
        opened = {(p.file, p.page.master) for p in pages}  # what could not be opened once may be open now
        shut = [row for row in delivery.quarantined if row[:2] not in opened]
        failed = [_row(file, 0, digest, PageProblem.parse(told)) for file, digest, told in shut]
        listed: list[FailedPage] = []
        notices: list[FailedPage] = []
        for p in pages:
            if p.problem is None:
                continue
            row = _row(p.file, p.page.page_in_file, p.page.master, p.problem)
            {PageStatus.FAILED: failed, PageStatus.WAITING: listed}.get(p.status, notices).append(row)
        drafted = {p.page.id for p in pages if p.status is PageStatus.DONE and p.edition is not None}
        return DeliveryReport(
            delivery=delivery_id,
            pages=len(pages) + len(shut),
            done=sum(p.status is PageStatus.DONE for p in pages),
            waiting=sum(p.status is PageStatus.WAITING for p in pages),
            failed=tuple(failed),
            entries=sum(entries.get(page, 0) for page in drafted),
            seconds=sum(stages.values()),
            stages=stages,
            listed=tuple(listed),
            notices=tuple(notices),
            editions=Counter(edition for page in drafted for edition in read_as.get(page, ())),
        )

    def papers(self, delivery_ids: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """Yield the full text of every dossier page read (of the deliveries named, else of all), for the index."""
        chosen = set(delivery_ids) if delivery_ids is not None else None
        for delivery in self.register.deliveries():
            if delivery.kind is not DeliveryKind.DOSSIER or (chosen is not None and delivery.id not in chosen):
                continue
            for page in self.register.delivered_pages(delivery.id, PageStatus.DONE):
                text = self.paper_text(page.page.id)
                name = f"{page.file}, trang {page.page.page_in_file}"
                yield SearchDocument(
                    entry=page.page.id,
                    version=1,
                    kind=RegisterKind.OTHER,
                    state=EntryState.DRAFT,
                    name="",
                    number=name,
                    book=delivery.label,
                    text=text,
                )

    def paper_text(self, page: PageId) -> str:
        """Return the print read on a page, line by line; empty where it has not been read."""
        found = self.register.stage_result(page, "prepare", version_of(DeliveryKind.DOSSIER))
        found = found or self.register.newest_result(page, "prepare")  # what other code read is better than nothing
        if found is None:
            return ""
        return to_page_reading(dict(found.payload)).text()


def _editions(read: StageResult) -> set[str]:
    """Return the editions of the entries on a page."""
    payload: Any = read.payload
    return {entry["edition"] for entry in payload["entries"]}


def _own_entries(read: StageResult) -> int:
    """Return how many entries begin on a page: those of a right leaf begin on the left one."""
    reads: list[Json] = list(dict(read.payload)["entries"])  # type: ignore[call-overload]
    return 0 if leaf_of(reads) is Leaf.RIGHT else len(reads)


def _row(file: str, page: int, digest: Digest, problem: PageProblem) -> FailedPage:
    told = problem.message()
    return FailedPage(file, page, problem.code, told.vi, told.en, digest)


def version_of(kind: DeliveryKind, stage: str = "prepare") -> str:
    """Return under which code version a stage's result is kept: a page of a book and of a dossier are read apart.

    What a page is, and what stands on it, also depends on the forms that the office has learnt.
    """
    code = CODE_VERSION if kind is DeliveryKind.BOOK else f"{CODE_VERSION}-{kind}"
    learnt = forms.own_digest() if stage in {"classify", "read"} and kind is DeliveryKind.BOOK else ""
    return f"{code}+{learnt}" if learnt else code

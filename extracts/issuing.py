"""Draws up, numbers, signs, keeps, supersedes and recalls extracts.

The order of an issue is what makes it safe to be killed anywhere: (1) a number is reserved in one
transaction of the register, (2) the paper is set, signed and checked as any outsider would check it,
(3) the archive keeps the file, (4) only then the register says ISSUED. So an ISSUED row always has
its file. What fails on the way is cancelled with its reason, and the number is never used again;
what was killed on the way is taken up again by the next call with the same request.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from extracts.content import VIETNAM, paper_of, seal_of
from extracts.doubts import printable
from extracts.inspecting import inspect
from extracts.numbering import new_code
from extracts.rendering import render
from extracts.signing import SigningIdentity
from extracts.verifying import utc_now
from forms.extract_templates import ExtractTemplate, extract_template, template_for
from records.codes import IssueStatus
from records.entries import VerifiedEntry
from records.errors import Conflict, IntegrityError, KhongChoError, NotFound, PartUnavailable, WrongUse
from records.extracts import (
    Authority,
    CertifiedExtract,
    DraftExtract,
    ExtractRequest,
    IssuedExtract,
    IssueNumber,
    Signer,
)
from records.messages import kind_told
from records.ports import Archive, Register

MEDIA_TYPE = "application/pdf"
MOST_COPIES = 99


class Issuer:
    """Issues extracts of verified entries for one signing identity. Safe to share between threads."""

    def __init__(
        self,
        register: Register,
        archive: Archive,
        identity: SigningIdentity,
        clock: Callable[[], dt.datetime] = utc_now,
        *,
        fonts: Path | None = None,
    ) -> None:
        self._register = register
        self._archive = archive
        self._identity = identity
        self._clock = clock
        self._fonts = fonts

    def draft(self, request: ExtractRequest, authority: Authority, signer: Signer, on: dt.date) -> DraftExtract:
        """Draw up an extract as of the day *on*, by the template edition in force then.

        Raises NotFound for an unknown entry; WrongUse where the entry is not verified or cancelled, a printed field is
        illegible, dates contradict each other or the calendar, no template is in force, or the number of copies
        makes no sense.
        """
        if not 1 <= request.copies <= MOST_COPIES:
            raise WrongUse("EXTRACT_COPIES", copies=request.copies, most=MOST_COPIES)
        source = VerifiedEntry(self._register.entry(request.entry_id))
        template = template_for(source.entry.kind, on)
        printable(source, template, on)
        return DraftExtract(request, source, template.id, authority, signer)

    def preview(self, draft: DraftExtract) -> bytes:
        """Return the paper as PDF, without number, date and signature, marked as a draft across the page."""
        template, now = extract_template(draft.template), self._clock()
        return render(paper_of(draft, template, now, None), template.layout, now, self._fonts)

    def issue(self, draft: DraftExtract, by: str) -> CertifiedExtract:
        """Number, sign and keep *draft*; *by* is the account that issues.

        The same ``request_id`` again (a double click, a run that was killed) gives the same copy.
        Raises Conflict where the entry changed since the draft or the number was taken back meanwhile;
        PartUnavailable where archive, register or time-stamp service do not answer; IntegrityError where
        the signature made does not verify. After any of these the number is cancelled with its reason.
        """
        template, now = extract_template(draft.template), self._clock()
        if not template.valid_on(day := now.astimezone(VIETNAM).date()):
            raise WrongUse("EXTRACT_NO_TEMPLATE", **kind_told(template.kind), on=f"{day:%d/%m/%Y}")
        row = self._register.reserve_number(self._wanted(draft, template, by, now))
        _same_source(row, draft)
        if row.status is IssueStatus.RESERVED:
            row = self._complete(row, draft, template, now)
        if row.status is not IssueStatus.ISSUED or row.pdf is None:
            raise Conflict("EXTRACT_NUMBER_TAKEN_BACK", number=row.number, status=row.status)
        return CertifiedExtract(row, self._archive.get(row.pdf))

    def supersede(self, old: IssueNumber, draft: DraftExtract, by: str, reason: str) -> CertifiedExtract:
        """Issue *draft* in the place of *old*, which stays in the book as superseded.

        Safe to repeat with the same ``request_id``. Raises WrongUse where *old* is not ISSUED or no reason
        is given; else as :meth:`issue`.
        """
        _needs(reason)
        standing = self._row(old)
        if standing.entry_id != draft.source.entry.id:
            raise WrongUse("EXTRACT_OTHER_ENTRY", number=old, entry=standing.entry_id)
        if standing.status is not IssueStatus.ISSUED and not self._done_before(standing, draft.request.request_id):
            raise WrongUse("EXTRACT_NOT_ISSUED", number=old, status=standing.status)
        new = self.issue(draft, by)
        if standing.status is IssueStatus.ISSUED:
            try:
                self._register.supersede_issue(old, new.issued.number, reason, agent=by)
            except Conflict:
                # Somebody else replaced or recalled the old one meanwhile: there must not be two.
                self._register.cancel_issue(new.issued.number, reason, agent=by)
                raise
        return new

    def cancel(self, number: IssueNumber, by: str, reason: str) -> IssuedExtract:
        """Recall an issued extract, or give up a reserved number. The number stays in the book, with the reason.

        Raises WrongUse without a reason, NotFound for an unknown number, Conflict where it was cancelled or
        superseded already.
        """
        _needs(reason)
        return self._register.cancel_issue(self._row(number).number, reason, agent=by)

    # --- steps of an issue ---------------------------------------------------------------------------

    def _wanted(self, draft: DraftExtract, template: ExtractTemplate, by: str, now: dt.datetime) -> IssuedExtract:
        entry, request = draft.source.entry, draft.request
        year = now.astimezone(VIETNAM).year
        return IssuedExtract(
            number=IssueNumber(draft.authority.code, year, 0, template.suffix, new_code()),
            status=IssueStatus.RESERVED,
            entry_id=entry.id,
            entry_version=entry.version,
            kind=entry.kind,
            template=template.id,
            applicant=request.applicant,
            applicant_paper=request.applicant_paper,
            copies=request.copies,
            signer=draft.signer.name,
            signer_title=" ".join(draft.signer.title_lines),
            issued_by=by,
            issued_at=now,
            request_id=request.request_id,
        )

    def _complete(
        self, row: IssuedExtract, draft: DraftExtract, template: ExtractTemplate, now: dt.datetime
    ) -> IssuedExtract:
        """Take a reserved row to ISSUED; on failure cancel its number and let the failure through."""
        try:
            pdf = self._certified_bytes(row, draft, template, now)
            digest = self._archive.put(pdf, MEDIA_TYPE)
        except Exception as error:
            self._give_up(row.number, error)
            raise
        try:
            return self._register.complete_issue(row.number, digest)
        except Conflict:
            # Somebody completed the same request at the same moment: theirs is the copy.
            return self._row(row.number)
        except PartUnavailable:
            # The file is kept and the number still reserved: the same request takes it up again later.
            raise
        except Exception as error:
            self._give_up(row.number, error)
            raise

    def _certified_bytes(
        self, row: IssuedExtract, draft: DraftExtract, template: ExtractTemplate, now: dt.datetime
    ) -> bytes:
        demo = self._identity.demo
        # The paper bears the day of the book of issued extracts, the signature the moment it is really made.
        paper = paper_of(draft, template, row.issued_at, seal_of(row.number, self._identity.subject, now, demo=demo))
        pdf = self._identity.sign(render(paper, template.layout, now, self._fonts), now)
        seen = inspect(pdf, self._identity.roots, moment=self._clock())
        if not seen.sound or seen.claimed is None or not seen.claimed.names(row.number):
            findings = ", ".join(seen.findings) or "EXTRACT_NUMBER_DIFFERS"
            raise IntegrityError("EXTRACT_OWN_CHECK", number=row.number, findings=findings)
        return pdf

    def _give_up(self, number: IssueNumber, error: Exception) -> None:
        reason = f"{error.code}: {error.message().vi}" if isinstance(error, KhongChoError) else type(error).__name__
        try:
            self._register.cancel_issue(number, reason, only=IssueStatus.RESERVED)
        except KhongChoError as second:
            # The register is away too, or somebody else settled the number: the first error is what counts.
            error.add_note(f"number {number} was not cancelled: {second}")

    # --- looking up ----------------------------------------------------------------------------------

    def _row(self, number: IssueNumber) -> IssuedExtract:
        row = self._register.issued(code=number.code)
        if row is None or row.number != number:
            raise NotFound("EXTRACT_NOT_KNOWN", number=number)
        return row

    def _done_before(self, old: IssuedExtract, request_id: str) -> bool:
        """Whether *old* was superseded by the copy of this very request."""
        return bool(request_id) and any(
            str(row.number) == old.superseded_by and row.request_id == request_id
            for row in self._register.issued_from(old.entry_id)
        )


def _same_source(row: IssuedExtract, draft: DraftExtract) -> None:
    """Refuse a request whose name was used for another entry or applicant, or whose entry changed meanwhile."""
    entry = draft.source.entry
    if (row.entry_id, row.entry_version) != (entry.id, entry.version):
        raise Conflict("EXTRACT_ENTRY_CHANGED", entry=entry.id)
    asked = draft.request
    if (row.applicant, row.applicant_paper, row.copies) != (asked.applicant, asked.applicant_paper, asked.copies):
        raise Conflict("EXTRACT_REQUEST_DIFFERS", request=asked.request_id, number=row.number)


def _needs(reason: str) -> None:
    if not reason.strip():
        raise WrongUse("EXTRACT_REASON_MISSING")

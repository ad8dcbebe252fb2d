"""From a verified entry to a certified extract, and what verification says about a file."""

import datetime as dt
from dataclasses import dataclass

from records.codes import IssueStatus, RegisterKind
from records.entries import VerifiedEntry
from records.pages import Digest


@dataclass(frozen=True, slots=True)
class Authority:
    """Who manages the book and issues copies. Data of the office, with validity dates; never hard-coded."""

    code: str
    name_lines: tuple[str, ...]
    """As printed at the top left, one line each (province, commune …)."""
    place: str
    """As printed before the date ("Hai Bà Trưng")."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and in which capacity ("CHỦ TỊCH", "KT. CHỦ TỊCH" + "PHÓ CHỦ TỊCH")."""

    name: str
    title_lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExtractRequest:
    """What the applicant asks for."""

    entry_id: str
    applicant: str
    applicant_paper: str
    relation: str
    copies: int = 1
    requested_by: str = ""
    """Account of the clerk."""
    request_id: str = ""
    """Names this request: the same id again gives the same copy (a double click, a run that was killed)."""


@dataclass(frozen=True, slots=True)
class DraftExtract:
    """An extract as it will be printed, before it has a number."""

    request: ExtractRequest
    source: VerifiedEntry
    template: str
    """Identity of the template edition (with legal basis and validity in ``forms``)."""
    authority: Authority
    signer: Signer


@dataclass(frozen=True, slots=True)
class IssueNumber:
    """A number of an authority in a year: ``{number}/{suffix}`` ("12/TLKS-BS")."""

    authority: str
    year: int
    number: int
    suffix: str
    code: str
    """Verification code, random, at least 80 bits, in an alphabet that can be read aloud."""

    def __str__(self) -> str:
        return f"{self.number}/{self.suffix}"


@dataclass(frozen=True, slots=True)
class IssuedExtract:
    """A row of the book of issued extracts ("Sổ cấp bản sao trích lục")."""

    number: IssueNumber
    status: IssueStatus
    entry_id: str
    entry_version: int
    kind: RegisterKind
    template: str
    applicant: str
    applicant_paper: str
    copies: int
    signer: str
    signer_title: str
    issued_by: str
    issued_at: dt.datetime
    pdf: Digest | None = None
    """Digest of the signed file; None while only the number is reserved."""
    reason: str = ""
    """Why cancelled or superseded."""
    superseded_by: str | None = None
    """Number of the extract that took its place."""
    request_id: str = ""
    """The request it answers; of all rows of a request at most one is not CANCELLED. Empty: no such promise."""


@dataclass(frozen=True, slots=True)
class CertifiedExtract:
    """A signed extract, ready to hand out."""

    issued: IssuedExtract
    pdf: bytes


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """Answers about a file, each by itself; None where a question could not be asked (no such number known …).

    *intact*: the signed bytes are unchanged. *valid*: the signature is cryptographically right.
    *trusted*: its certificate leads to a root this office trusts. *covers_whole_file*: nothing stands
    outside the signature. *known_number*: this house issued that number with these very bytes.
    *superseded*: another extract took its place.
    """

    intact: bool
    valid: bool
    trusted: bool
    covers_whole_file: bool
    known_number: bool
    superseded: bool
    number: str | None = None
    signer: str | None = None
    signed_at: dt.datetime | None = None
    demo: bool = False
    """The certificate says of itself that it is a demonstration."""
    findings: tuple[str, ...] = ()
    """Catalogue codes, in the order of the checks."""

    @property
    def ok(self) -> bool:
        """Whether the file may be relied upon."""
        return (
            self.intact
            and self.valid
            and self.trusted
            and self.covers_whole_file
            and self.known_number
            and not self.superseded
        )

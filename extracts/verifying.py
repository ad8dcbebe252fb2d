"""Verification of a file that claims to be an extract of this office. The numbers below are those in the code."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from extracts.inspecting import Inspection, inspect
from records.codes import IssueStatus
from records.errors import PartUnavailable
from records.extracts import IssuedExtract, VerificationReport
from records.pages import Digest
from records.ports import Register


def utc_now() -> dt.datetime:
    """Return the present moment in UTC."""
    return dt.datetime.now(dt.UTC)


class Verifier:
    """Shows, for a file to be relied upon, each of the following by itself; what cannot be shown counts as *no*.

    1. The file is a PDF of reasonable size that can be read and is not encrypted.
    2. It carries exactly one signature, and that is a PAdES signature (ETSI.CAdES.detached).
    3. ``covers_whole_file``: the signature covers every byte of the file but its own value; nothing was
       appended, laid over it, or hidden beside it.
    4. ``intact``: the digest of the covered bytes is the one that was signed.
    5. ``valid``: the signature over that digest is right for the key in the certificate.
    6. ``trusted``: the certificate leads to a root this office trusts, and was in date and not revoked at
       the trusted time-stamp's time, or now where there is none.
    7. ``known_number``: the register holds these very bytes (by SHA-256) as an extract that was issued and
       not cancelled, and the number in the file is the number in the register.
    8. ``superseded``: whether another extract took the place of the one whose number the file bears, also where the
       bytes are not those that were issued.

    Steps 1 to 6 are taken by :func:`extracts.inspecting.inspect` and need no register. No step goes on the
    network: revocation lists are those embedded in the file and those given.
    """

    def __init__(
        self,
        register: Register,
        trust_roots: Sequence[Any],
        *,
        revocation_lists: Sequence[bytes] = (),
        clock: Callable[[], dt.datetime] = utc_now,
    ) -> None:
        self._register = register
        self._roots = tuple(trust_roots)
        self._revocation_lists = tuple(revocation_lists)
        self._clock = clock

    def verify(self, pdf: bytes) -> VerificationReport:
        """Take all steps for *pdf*. Any bytes give a report; none raise."""
        # 1.-6. What the file itself shows.
        seen = inspect(pdf, self._roots, moment=self._clock(), revocation_lists=self._revocation_lists)
        # 7.-8. What the register knows of it.
        try:
            row = self._register.issued(pdf=Digest(hashlib.sha256(pdf).hexdigest()))
            meant = row or self._meant(seen)
            finding = self._finding(row, meant, seen)
        except PartUnavailable:
            row, meant, finding = None, None, "EXTRACT_REGISTER_SILENT"
        superseded = meant is not None and meant.status is IssueStatus.SUPERSEDED
        return VerificationReport(
            intact=seen.intact,
            valid=seen.valid,
            trusted=seen.trusted,
            covers_whole_file=seen.covers_whole_file,
            known_number=row is not None and finding in {None, "EXTRACT_SUPERSEDED"},
            superseded=superseded,
            number=str(row.number) if row is not None else None,
            signer=seen.signer,
            signed_at=seen.signed_at,
            demo=seen.demo,
            findings=(*seen.findings, *([finding] if finding else [])),
        )

    def _meant(self, seen: Inspection) -> IssuedExtract | None:
        """Return the extract whose number and code the file claims, whatever else is wrong with it."""
        found = self._register.issued(code=seen.claimed.code) if seen.claimed is not None else None
        return found if found is not None and seen.claimed is not None and seen.claimed.names(found.number) else None

    @staticmethod
    def _finding(row: IssuedExtract | None, meant: IssuedExtract | None, seen: Inspection) -> str | None:
        """Return what is to be said of a file whose digest leads to *row* and whose number to *meant*."""
        if row is None:
            return "EXTRACT_BYTES_DIFFER" if meant is not None else "EXTRACT_UNKNOWN"
        if seen.claimed is None or not seen.claimed.names(row.number):
            return "EXTRACT_NUMBER_DIFFERS"
        match row.status:
            case IssueStatus.ISSUED:
                return None
            case IssueStatus.SUPERSEDED:
                return "EXTRACT_SUPERSEDED"
            case IssueStatus.CANCELLED:
                return "EXTRACT_CANCELLED"
            case IssueStatus.RESERVED:
                return "EXTRACT_NOT_COMPLETE"

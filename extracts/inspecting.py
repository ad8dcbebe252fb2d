"""What a file says about its own signature, without asking any register: steps 1 to 6 of verification.

Every step answers one question and is decided by itself. Whatever cannot be established counts as *no*,
and a hostile file gives findings, never an exception.
"""

import datetime as dt
import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from asn1crypto import cms, crl  # type: ignore[import-untyped]
from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule

from extracts.numbering import MarkedNumber, read_mark
from extracts.signing import is_demo, run_apart

MOST_BYTES = 4 * 1024 * 1024
"""An extract is well under 1 MB; a file above this is refused before it is parsed."""
_LIMITS = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=2 * 1024 * 1024),
    document_budget=DocumentDecodeBudget(base_allowance=16 * 1024 * 1024, max_ratio=0),
)
"""What may come out of compressed streams, in bytes; no extract has more than some hundred thousand."""
# A bad signature is an answer here, not an event: without a handler its traces would reach the clerk's terminal.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
_HEX = re.compile(rb"[0-9A-Fa-f]*")
_IF_DECLARED = RevocationCheckingPolicy(
    RevocationCheckingRule.CHECK_IF_DECLARED_SOFT, RevocationCheckingRule.CHECK_IF_DECLARED_SOFT
)
_REQUIRED = RevocationCheckingPolicy(RevocationCheckingRule.CRL_REQUIRED, RevocationCheckingRule.CHECK_IF_DECLARED_SOFT)


@dataclass(frozen=True, slots=True)
class Inspection:
    """Answers about a signature; all *no* until shown otherwise."""

    intact: bool = False
    valid: bool = False
    trusted: bool = False
    covers_whole_file: bool = False
    signer: str | None = None
    signed_at: dt.datetime | None = None
    demo: bool = False
    claimed: MarkedNumber | None = None
    """The number that the file's metadata names; a claim, until the register confirms it."""
    findings: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether the signature leaves nothing to be desired."""
        return self.intact and self.valid and self.trusted and self.covers_whole_file

    def found(self, *codes: str) -> "Inspection":
        """Return the inspection with further findings."""
        return replace(self, findings=(*self.findings, *codes))


def inspect(
    pdf: bytes, trust_roots: Sequence[Any], *, moment: dt.datetime, revocation_lists: Sequence[bytes] = ()
) -> Inspection:
    """Take steps 1 to 6 of :class:`extracts.verifying.Verifier` for *pdf*, as of *moment* (aware)."""
    # 1. The file is a PDF of reasonable size that can be read and is not encrypted.
    if len(pdf) > MOST_BYTES:
        return Inspection().found("EXTRACT_TOO_LARGE")
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True, decode_limits=_LIMITS)
        if reader.encrypted:
            return Inspection().found("EXTRACT_ENCRYPTED")
        result = Inspection(claimed=_claimed(reader))
        signatures = list(reader.embedded_signatures)
    except Exception:  # a hostile file may break a parser in any way there is
        return Inspection().found("EXTRACT_UNREADABLE")
    # 2. It carries exactly one signature, and that is a PAdES signature.
    if len(signatures) != 1:
        return result.found("EXTRACT_MANY_SIGNATURES" if signatures else "EXTRACT_NO_SIGNATURE")
    signature = signatures[0]
    try:
        if signature.sig_object_type != "/Sig" or signature.sig_object["/SubFilter"] != SigSeedSubFilter.PADES.value:
            return result.found("EXTRACT_SIGNATURE_KIND")
        return _signature(pdf, reader, signature, result, tuple(trust_roots), moment, tuple(revocation_lists))
    except Exception:  # the same
        return result.found("EXTRACT_UNREADABLE")


def _signature(
    pdf: bytes,
    reader: PdfFileReader,
    signature: EmbeddedPdfSignature,
    result: Inspection,
    roots: tuple[Any, ...],
    moment: dt.datetime,
    revocation_lists: tuple[bytes, ...],
) -> Inspection:
    # 3. It covers every byte of the file but its own value.
    covered = covers_whole_file(pdf, [int(n) for n in signature.byte_range], signature.pkcs7_content)
    result = replace(result, covers_whole_file=covered)
    if not covered:
        result = result.found("EXTRACT_NOT_COVERED")
    lists = (*revocation_lists, *_embedded_lists(reader))
    status = _validated(signature, roots, moment, lists)
    stamped = status.timestamp_validity
    if stamped is not None and stamped.trusted:
        # A trusted time-stamp proves that the signature existed then, so then is when the certificate counts.
        moment = stamped.timestamp
        status = _validated(signature, roots, moment, lists)
    certificate = status.signing_cert
    result = replace(
        result,
        # 4. The signed bytes are unchanged.
        intact=status.intact,
        # 5. The signature is cryptographically right.
        valid=status.valid,
        # 6. Its certificate leads to a root this office trusts, was in date and not revoked.
        trusted=bool(roots) and status.trust_problem_indic is None and status.validation_path is not None,
        signer=_holder(certificate),
        signed_at=stamped.timestamp if stamped is not None and stamped.trusted else status.signer_reported_dt,
        demo=is_demo(certificate),
    )
    codes = [
        *([] if result.intact else ["EXTRACT_ALTERED"]),
        *([] if result.valid else ["EXTRACT_SIGNATURE_WRONG"]),
        *([] if result.trusted else [_why_not_trusted(status, roots, moment)]),
    ]
    return result.found(*codes)


def covers_whole_file(pdf: bytes, byte_range: Sequence[int], contents: bytes) -> bool:
    """Whether *byte_range* leaves out nothing of *pdf* but the hexadecimal *contents* of the signature itself.

    Stricter than the standard asks: the gap must hold the value that was read and nothing else, and the
    space kept free behind the value must be empty, so that nothing can hide there.
    """
    if len(byte_range) != 4:
        return False
    start, before, behind, rest = byte_range
    if start != 0 or not 0 < before < behind or rest <= 0 or behind + rest != len(pdf):
        return False
    gap = pdf[before:behind]
    if gap[:1] != b"<" or gap[-1:] != b">" or not _HEX.fullmatch(gap[1:-1]) or len(gap) % 2:
        return False
    if bytes.fromhex(gap[1:-1].decode("ascii")) != contents:
        return False
    return not any(contents[len(cms.ContentInfo.load(contents).dump()) :])


def _validated(
    signature: EmbeddedPdfSignature, roots: tuple[Any, ...], moment: dt.datetime, lists: tuple[bytes, ...]
) -> PdfSignatureStatus:
    def context(policy: RevocationCheckingPolicy) -> ValidationContext:
        return ValidationContext(
            trust_roots=list(roots),  # never None: that would mean every authority the operating system knows
            moment=moment,
            crls=list(lists),
            allow_fetching=False,
            revinfo_policy=CertRevTrustPolicy(policy),
        )

    # Left to itself the library asks a list only where the certificate says that there is one; a list of the
    # signer's own authority that somebody gave us is asked always.
    asked = any(crl.CertificateList.load(one).issuer == signature.signer_cert.issuer for one in lists)
    return run_apart(
        async_validate_pdf_signature(
            signature,
            context(_REQUIRED if asked else _IF_DECLARED),
            context(_IF_DECLARED),
            skip_diff=True,  # step 3 forbids anything behind the signature: there are no differences to judge
        )
    )


def _embedded_lists(reader: PdfFileReader) -> list[bytes]:
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return []
    return [stream.get_object().data for stream in store.crls]


def _claimed(reader: PdfFileReader) -> MarkedNumber | None:
    if "/Info" not in reader.trailer or "/Keywords" not in reader.trailer["/Info"]:
        return None
    return read_mark(str(reader.trailer["/Info"]["/Keywords"]))


def _holder(certificate: Any) -> str:
    native = certificate.subject.native
    return str(native.get("common_name") or certificate.subject.human_friendly)


def _why_not_trusted(status: PdfSignatureStatus, roots: tuple[Any, ...], moment: dt.datetime) -> str:
    if not roots:
        return "EXTRACT_NO_ROOTS"
    if status.revoked:
        return "EXTRACT_CERTIFICATE_REVOKED"
    if status.trust_problem_indic is AdESIndeterminate.TRY_LATER:
        return "EXTRACT_REVOCATION_STALE"
    certificate = status.signing_cert
    in_date = certificate.not_valid_before <= moment <= certificate.not_valid_after
    if status.validation_path is not None and not in_date:
        return "EXTRACT_CERTIFICATE_EXPIRED"
    return "EXTRACT_NOT_TRUSTED"

"""PAdES signatures on extracts: B-B, or B-T / B-LT where a time-stamp service is configured.

The signature is set in one revision together with everything it needs (also the validation data of
B-LT), so that nothing of a finished extract ever stands outside its signature (ETSI EN 319 142-1).
"""

import asyncio
import datetime as dt
import hashlib
import io
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, PdfSigningSession, SigDSSPlacementPreference
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.aiohttp_client import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator import ValidationContext

from records.errors import IntegrityError, PartUnavailable, WrongUse

FIELD = "ChuKyTrichLuc"
DIGEST = "sha256"
DEMO_WORDS = "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
"""Stands in the subject of every demonstration certificate, and nowhere else."""
_TIME_STAMP_SECONDS = 15
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """The key of the office with its certificate, chain and (where there is one) time-stamp service."""

    signer: signers.Signer = field(repr=False)
    roots: tuple[Any, ...] = field(repr=False)
    """Certificates (asn1crypto) of the authorities to which the own signature must lead."""
    time_stamper: TimeStamper | None = field(default=None, repr=False)
    time_stamp_service: str = ""
    """For messages: where time stamps come from."""
    revocation_lists: tuple[bytes, ...] = field(default=(), repr=False)
    """CRLs (DER) to embed for B-LT besides those that may be fetched."""
    long_term: bool = False
    """B-LT: embed chain and revocation data. Needs a time-stamp service."""
    fetch_revocation: bool = True
    """Whether missing revocation data may be fetched from the addresses in the certificates (B-LT only)."""

    def __post_init__(self) -> None:
        if self.long_term and self.time_stamper is None:
            raise WrongUse("EXTRACT_SIGNING_FAILED", detail="B-LT needs a time-stamp service")

    @classmethod
    def from_pkcs12(
        cls, path: Path, passphrase: str, roots: Sequence[Path], *, time_stamp_url: str = "", long_term: bool = False
    ) -> "SigningIdentity":
        """Open a PKCS#12 file; without *roots* the root it carries counts.

        Raises WrongUse where it cannot be opened, or others may read it.
        """
        _private(path)
        try:
            # not by its path: then the library would write a traceback to the log and say nothing to us
            signer = signers.SimpleSigner.load_pkcs12_data(path.read_bytes(), (), passphrase.encode())
        except Exception as error:  # bytes that are no PKCS #12 may break the parsers in any way there is
            raise WrongUse("EXTRACT_KEY_UNREADABLE", where=str(path), detail=error.__cause__ or error) from error
        return cls._of(signer, path, roots, time_stamp_url, long_term)

    @classmethod
    def from_pem(
        cls,
        key: Path,
        certificate: Path,
        roots: Sequence[Path],
        *,
        chain: Sequence[Path] = (),
        passphrase: str = "",
        time_stamp_url: str = "",
        long_term: bool = False,
    ) -> "SigningIdentity":
        """Open a PEM key with its certificate. Raises WrongUse where it cannot be opened or others may read it."""
        _private(key)
        signer = signers.SimpleSigner.load(  # type: ignore[no-untyped-call]
            str(key),
            str(certificate),
            ca_chain_files=[str(p) for p in chain],
            key_passphrase=passphrase.encode() or None,
        )
        return cls._of(signer, key, roots, time_stamp_url, long_term)

    @classmethod
    def _of(
        cls, signer: signers.SimpleSigner | None, path: Path, roots: Sequence[Path], url: str, long_term: bool
    ) -> "SigningIdentity":
        if signer is None:
            raise WrongUse("EXTRACT_KEY_UNREADABLE", where=str(path), detail="wrong pass phrase or damaged file")
        return cls(
            signer,
            load_roots(roots) or tuple(c for c in signer.cert_registry if c.self_issued),
            _time_stamper(url),
            url,
            long_term=long_term,
        )

    @property
    def subject(self) -> str:
        """Common name of the certificate's holder."""
        return self.signer.subject_name or ""

    @property
    def holds_until(self) -> dt.datetime | None:
        """Last moment of the certificate."""
        found: dt.datetime | None = getattr(self.signer.signing_cert, "not_valid_after", None)
        return found

    @property
    def demo(self) -> bool:
        """Whether the certificate says of itself that it is a demonstration."""
        return is_demo(self.signer.signing_cert)

    def sign(self, pdf: bytes, at: dt.datetime) -> bytes:
        """Return *pdf* with one signature over the whole file, stated to be made *at* (aware).

        Raises PartUnavailable where the time-stamp service does not answer, IntegrityError where signing fails.
        """
        try:
            return run_apart(self._sign(pdf, at))
        except TimestampRequestError as error:
            raise PartUnavailable("EXTRACT_TIME_STAMP", where=self.time_stamp_service, detail=error) from error
        except Exception as error:
            raise IntegrityError("EXTRACT_SIGNING_FAILED", detail=error) from error

    async def _sign(self, pdf: bytes, at: dt.datetime) -> bytes:
        metadata = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            embed_validation_info=self.long_term,
            validation_context=self._context() if self.long_term else None,
            dss_settings=DSSContentSettings(
                include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
            ),
        )
        # PDF/A-2: an annotation must be printable and not hidden; one without area needs no appearance.
        where = SigFieldSpec(FIELD, invis_sig_settings=InvisSigSettings(set_print_flag=True, set_hidden_flag=False))
        signer = _DatedSigner(metadata, self.signer, at, self.time_stamper, where)
        out = io.BytesIO()
        # PDF/A-2, 6.1.9: the first object that is appended begins on a line of its own.
        whole = pdf if pdf.endswith(b"\n") else pdf + b"\n"
        await signer.async_sign_pdf(IncrementalPdfFileWriter(io.BytesIO(whole)), output=out)
        return out.getvalue()

    def _context(self) -> ValidationContext:
        if self.signer.signing_cert is None:
            raise SigningError("the identity has no certificate")
        return ValidationContext(
            trust_roots=list(self.roots),
            other_certs=list(self.signer.cert_registry),
            crls=list(self.revocation_lists),
            allow_fetching=self.fetch_revocation,
            revocation_mode="require",
        )


class _DatedSigner(signers.PdfSigner):
    """A signer whose stated time is the one printed on the paper."""

    def __init__(
        self,
        metadata: signers.PdfSignatureMetadata,
        signer: signers.Signer,
        at: dt.datetime,
        time_stamper: TimeStamper | None,
        where: SigFieldSpec,
    ) -> None:
        super().__init__(metadata, signer, timestamper=time_stamper, new_field_spec=where)
        self._at = at

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        # PAdES's own extension and no other: those for elliptic curves would declare PDF 2.0, which PDF/A-2 is not.
        pdf_out.register_extension(ESIC_EXTENSION_1)


def _time_stamper(url: str) -> TimeStamper | None:
    return HTTPTimeStamper(url, timeout=_TIME_STAMP_SECONDS) if url else None


def ask_time(url: str) -> None:
    """Ask the time-stamp service at *url* for a stamp over nothing. Raises PartUnavailable without a proper answer."""
    stamper = HTTPTimeStamper(url, timeout=_TIME_STAMP_SECONDS)
    try:
        run_apart(stamper.async_timestamp(hashlib.new(DIGEST).digest(), DIGEST))
    except Exception as error:  # what the service sends may break the parsers in any way there is
        raise PartUnavailable("EXTRACT_TIME_STAMP", where=url, detail=error.__cause__ or error) from error


def load_roots(paths: Sequence[Path]) -> tuple[Any, ...]:
    """Return the certificates (asn1crypto) in PEM or DER files. Raises WrongUse for a file that holds none."""
    return tuple(certificate for path in paths for certificate in _certificates(path))


def _certificates(path: Path) -> list[Any]:
    try:
        found = list(load_certs_from_pemder([str(path)]))  # type: ignore[no-untyped-call]
        names = [c.subject.native for c in found]  # the library parses lazily: damage must show here
    except (OSError, ValueError, TypeError) as error:
        raise WrongUse("EXTRACT_KEY_UNREADABLE", where=str(path), detail=error) from error
    if not names:
        raise WrongUse("EXTRACT_KEY_UNREADABLE", where=str(path), detail="no certificate in it")
    return found


def is_demo(certificate: Any) -> bool:
    """Whether a certificate (asn1crypto) says of its holder that he is a demonstration."""
    return certificate is not None and DEMO_WORDS in str(certificate.subject.native)


def run_apart(work: Coroutine[Any, Any, _R]) -> _R:
    """Run *work* to its end, also when called from within a running event loop (then on a thread of its own)."""
    if not _in_event_loop():
        return asyncio.run(work)
    outcome: list[_R] = []
    failure: list[BaseException] = []

    def body() -> None:
        try:
            outcome.append(asyncio.run(work))
        except BaseException as error:  # handed on to the caller below
            failure.append(error)

    thread = threading.Thread(target=body, name="signature")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _private(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise WrongUse("EXTRACT_KEY_UNREADABLE", where=str(path), detail=error.strerror or error) from error
    if mode & 0o077:
        raise WrongUse("EXTRACT_KEY_EXPOSED", where=str(path))

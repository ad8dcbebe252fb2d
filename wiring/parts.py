"""Builds each working room's part from the settings. The only place where adapters are chosen.

Each function imports its room when called: a part that is not used costs no start-up time.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from records.errors import WrongUse
from records.ports import Archive, Register, SearchIndex
from wiring.readers import ReaderMaker
from wiring.settings import Settings

if TYPE_CHECKING:
    from extracts import Issuer, SigningIdentity, Verifier
    from pipeline import Digitiser, Limits, Pictures
    from pipeline.sheets import Sheets


def build_archive(settings: Settings) -> Archive:
    """Build the folder archive or the S3 archive. Raises WrongUse (no endpoint set), PartUnavailable."""
    from archive import S3Settings, open_archive

    told = settings.archive
    if told.kind == "folder":
        return open_archive(folder=settings.under_home(told.folder, "archive"))
    return open_archive(
        s3=S3Settings(
            endpoint=_needed(told.endpoint, "archive.endpoint"),
            bucket=told.bucket,
            access_key=told.access_key,
            secret_key=told.secret_key,
            secure=told.secure,
            ca_file=told.ca_file,
            region=told.region,
            retention_days=told.retention_days,
        )
    )


def build_register(settings: Settings) -> Register:
    """Open the ledger and bring its schema up to date. Raises PartUnavailable."""
    from register import open_register

    return open_register(settings.register_url)


def build_index(settings: Settings) -> SearchIndex:
    """Open the embedded index or Elasticsearch. Raises PartUnavailable."""
    told = settings.search
    if told.engine == "embedded":
        from search import TantivyIndex

        return TantivyIndex(settings.under_home(told.folder, "index"))
    from search import ElasticsearchIndex, ElasticSettings

    return ElasticsearchIndex(
        ElasticSettings(
            _needed(told.url, "search.url"), told.user, told.password, alias=told.alias, ca_certs=told.ca_file
        )
    )


def build_identity(settings: Settings) -> "SigningIdentity":
    """Open the office's key, or the demonstration identity (made on first use) where none is set."""
    from extracts import SigningIdentity, make_demo_identity

    told = settings.signing
    if told.pkcs12 is None:
        return make_demo_identity(settings.home / "signing")
    return SigningIdentity.from_pkcs12(
        told.pkcs12, told.passphrase, told.trust, time_stamp_url=told.timestamp_url, long_term=told.long_term
    )


def build_issuer(register: Register, archive: Archive, identity: "SigningIdentity") -> "Issuer":
    """Build the issuer that signs with *identity*."""
    from extracts import Issuer

    return Issuer(register, archive, identity)


def build_verifier(register: Register, identity: "SigningIdentity") -> "Verifier":
    """Build the verifier, which trusts the roots of the office's own signing identity."""
    from extracts import Verifier

    return Verifier(register, identity.roots)


def build_digitiser(settings: Settings, archive: Archive, register: Register) -> "Digitiser":
    """Build the digitiser; its readers are made in the worker processes."""
    from pipeline import Digitiser
    from pipeline.scan_log import ScanLog

    return Digitiser(
        archive,
        register,
        ReaderMaker(settings.reader, str(settings.own_forms)),
        settings.home / "spool",
        workers=settings.workers,
        limits=build_limits(settings),
        page_seconds=settings.limits.page_seconds,
        replaced=lambda path: ScanLog(settings.home, path).replaced(),
    )


def build_pictures(settings: Settings, archive: Archive, register: Register) -> "Pictures":
    """Build the maker of pictures for people."""
    from pipeline import Pictures

    return Pictures(archive, register, build_limits(settings))


def build_sheets(settings: Settings, archive: Callable[[], Archive], register: Register) -> "Sheets":
    """Build what compares pages by their pictures; the archive is opened when the first is needed."""
    from pipeline.sheets import Sheets

    return Sheets(archive, register, build_limits(settings))


def build_limits(settings: Settings) -> "Limits":
    """Return what is refused before it is decoded."""
    from pipeline import Limits

    told = settings.limits
    return Limits(told.max_megapixels, told.max_pages_per_file, told.max_file_mb * 1024 * 1024)


def _needed(value: str, name: str) -> str:
    """Return a setting that another one makes necessary. Raises WrongUse SETTING_INVALID where it is empty."""
    if not value:
        raise WrongUse("SETTING_INVALID", detail=f"{name}: chưa đặt / not set", where="khongcho.toml")
    return value

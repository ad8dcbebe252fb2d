"""The settings of the house: one frozen value, read once, from one TOML file and the environment.

The file is ``KHONGCHO_CONFIG``, or ``khongcho.toml`` in the home folder. The environment wins over the file:
``KHONGCHO_SEARCH__URL`` is ``url`` in the table ``[search]``. A key that is not in the list is an error that
names it, so a misspelt setting is never silently ignored; so is a number outside its range, which would otherwise
be noticed hours later. Nothing is read when this module is imported.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


def key(default: Any, help_text: str, *, secret: bool = False, allowed: range | None = None) -> Any:
    """Declare a setting with its default and what it means (used in the documentation); secrets are never shown.

    A number is *allowed* only in the range given, checked where settings are read.
    """
    return field(default=default, repr=not secret, metadata={"help": help_text, "allowed": allowed})


def between(least: int, most: int) -> range:
    """Return the numbers from *least* to *most*, both included."""
    return range(least, most + 1)


def table(kind: type, help_text: str) -> Any:
    """Declare a table of settings."""
    return field(default_factory=kind, metadata={"help": help_text})


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """Where the bytes of masters and signed extracts are kept."""

    kind: Literal["folder", "s3"] = key("folder", "`folder` keeps files below the home folder; `s3` uses a server")
    folder: Path | None = key(None, "folder of the archive; empty: `archive` in the home folder")
    endpoint: str = key("", "host:port of the S3 server")
    bucket: str = key("khongcho", "bucket with versioning and object lock")
    access_key: str = key("", "access key")
    secret_key: str = key("", "secret key; better given in the environment than in the file", secret=True)
    secure: bool = key(True, "speak TLS to the S3 server")
    ca_file: Path | None = key(None, "certificate authority of the S3 server, PEM; empty: the system's")
    region: str = key("us-east-1", "region name the server expects")
    retention_days: int = key(
        3650, "days for which an object version is held under COMPLIANCE lock", allowed=between(1, 36_500)
    )


@dataclass(frozen=True, slots=True)
class RegisterSettings:
    """Where the ledger is kept."""

    url: str = key("", "database URL: `postgresql://…` or `sqlite:///…`; empty: `register.db` in the home folder")


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """Which engine answers the clerk's questions."""

    engine: Literal["embedded", "elasticsearch"] = key("embedded", "`embedded` needs no server")
    folder: Path | None = key(None, "folder of the embedded index; empty: `index` in the home folder")
    url: str = key("", "address of Elasticsearch, with scheme and port")
    user: str = key("", "account on Elasticsearch")
    password: str = key("", "its password; better given in the environment than in the file", secret=True)
    ca_file: Path | None = key(None, "certificate authority of Elasticsearch, PEM; empty: the system's")
    alias: str = key("khongcho-entries", "alias behind which the versioned indices stand")


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """How pages and fields are read."""

    engine: str = key("", "reader of values: `khongcho` (also if empty), `khongcho-clean`, or a file (.onnx)")
    workers: int = key(0, "reading processes; 0: one for each processor core", allowed=between(0, 256))


@dataclass(frozen=True, slots=True)
class OfficeSettings:
    """Whose books these are, and who signs."""

    file: Path | None = key(None, "TOML file with authorities and signers; empty: the demonstration office")
    district_entries: int = key(
        501_363, "entries that the district's books hold in all, by its own count", allowed=between(0, 100_000_000)
    )
    four_eyes: bool = key(True, "whoever asked for a copy at the desk may not sign it")


@dataclass(frozen=True, slots=True)
class SigningSettings:
    """With what extracts are signed, and whom verification trusts."""

    pkcs12: Path | None = key(None, "key and certificate, PKCS #12; empty: a demonstration identity made at first use")
    passphrase: str = key(
        "", "passphrase of the PKCS #12 file; better given in the environment than in the file", secret=True
    )
    trust: tuple[Path, ...] = key((), "certificates trusted as roots, PEM; needed together with `pkcs12`")
    timestamp_url: str = key("", "RFC 3161 time-stamp service; empty: signatures without time-stamp (PAdES B-B)")
    long_term: bool = key(False, "embed chain and revocation data (PAdES B-LT); needs a time-stamp service")


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """The web desk."""

    host: str = key("127.0.0.1", "address the desk listens on")
    port: int = key(8080, "port the desk listens on", allowed=between(1, 65_535))
    public_url: str = key("", "address people reach the desk at, for the link in QR codes; empty: none")
    secret_file: Path | None = key(
        None, "secret of sessions; empty: `desk.secret` in the home folder, made at first use"
    )
    secure_cookies: bool = key(False, "send cookies over TLS only; true wherever the desk stands behind TLS")


@dataclass(frozen=True, slots=True)
class FlowSettings:
    """How deliveries are scheduled by Prefect."""

    api_url: str = key("", "Prefect server (`http://host:4200/api`); empty: a private one for the length of a run")
    home: Path | None = key(None, "folder of Prefect's own files; empty: `prefect` in the home folder")
    batch: int = key(50, "pages in one task; 25 to 100 serve best", allowed=between(1, 100))
    work_pool: str = key("khongcho", "work pool the deployment belongs to")


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What is refused before it is decoded."""

    max_megapixels: int = key(
        120, "largest page in millions of pixels (A3 at 600 dpi has 70)", allowed=between(1, 2_000)
    )
    max_file_mb: int = key(2048, "largest file of a delivery in megabytes", allowed=between(1, 1_048_576))
    max_pages_per_file: int = key(5000, "most pages in one file", allowed=between(1, 1_000_000))
    page_seconds: int = key(120, "longest time for one page in one stage, in seconds", allowed=between(1, 86_400))


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Paths are absolute; those given relative are taken from the home folder."""

    home: Path = key(Path("var"), "folder of all state (`KHONGCHO_HOME`)")
    cache: Path | None = key(None, "folder of downloaded and built servers; empty: `.cache/servers` of a checkout")
    archive: ArchiveSettings = table(ArchiveSettings, "Where bytes are kept")
    register: RegisterSettings = table(RegisterSettings, "Where the ledger is kept")
    search: SearchSettings = table(SearchSettings, "Which engine answers questions")
    reading: ReadingSettings = table(ReadingSettings, "How pages are read")
    office: OfficeSettings = table(OfficeSettings, "Whose books, and who signs")
    signing: SigningSettings = table(SigningSettings, "Signing and trust")
    desk: DeskSettings = table(DeskSettings, "The web desk")
    flows: FlowSettings = table(FlowSettings, "Prefect")
    limits: LimitSettings = table(LimitSettings, "What is refused")

    def under_home(self, given: Path | None, name: str) -> Path:
        """Return *given*, or *name* in the home folder where nothing was given."""
        return given if given is not None else self.home / name

    @property
    def register_url(self) -> str:
        """The register's database URL, default filled in."""
        return self.register.url or f"sqlite:///{self.home / 'register.db'}"

    @property
    def reader(self) -> str:
        """Reader of values by name, or its file; empty: the one that comes with the product."""
        name = self.reading.engine
        return str(self.home / Path(name).expanduser()) if name.endswith(".onnx") else name

    @property
    def own_forms(self) -> Path:
        """Folder of the editions that the office learnt from its own books."""
        return self.home / "forms"

    @property
    def workers(self) -> int:
        """Number of reading processes, at least one."""
        return self.reading.workers if self.reading.workers > 0 else max(1, os.cpu_count() or 1)


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the file and the environment (default: this process's) into one value.

    Raises WrongUse SETTING_UNKNOWN naming the keys nobody knows, SETTING_INVALID for a value of the wrong kind
    or outside its range, or a file that is not TOML or not there though named.
    """
    from wiring.settings_reader import read

    return read(Settings, os.environ if environ is None else environ)

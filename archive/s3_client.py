"""How the S3 server is reached: settings, our own time-outs, and its errors in our words."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from records.errors import PartUnavailable, WrongUse

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_REFUSED = {"AccessDenied", "SignatureDoesNotMatch", "InvalidAccessKeyId", "RequestTimeTooSkewed", "ExpiredToken"}
# What servers answer where a bucket or a version has no lock; dialects differ.
NOT_HELD = {"NoSuchObjectLockConfiguration", "ObjectLockConfigurationNotFoundError", "InvalidRequest", "NotImplemented"}


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Where the bucket is, how to sign in, and how long each version is held."""

    endpoint: str
    """``host:port``, without scheme."""
    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    secure: bool = True
    """Speak TLS."""
    ca_file: Path | None = None
    """Certificate authority, PEM; None is the system's."""
    region: str = "us-east-1"
    retention_days: int = 3650
    """Days for which a version is held under COMPLIANCE lock; 0 holds nothing, and the probe will say so."""
    connect_seconds: float = 2.0
    read_seconds: float = 30.0
    retries: int = 2


def make_client(settings: S3Settings) -> Minio:
    """Return a client that gives up in seconds: its own defaults would hold a counter for half an hour.

    Raises WrongUse for settings that cannot be meant.
    """
    if _BUCKET.fullmatch(settings.bucket) is None:
        raise WrongUse("SETTING_INVALID", detail=f"bucket {settings.bucket!r}", where="archive.bucket")
    if not settings.endpoint:
        raise WrongUse("SETTING_INVALID", detail="''", where="archive.endpoint")
    if settings.ca_file is not None and not settings.ca_file.is_file():
        raise WrongUse("SETTING_INVALID", detail=f"{settings.ca_file}", where="archive.ca_file")
    pool = urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=settings.connect_seconds, read=settings.read_seconds),
        retries=urllib3.Retry(
            total=settings.retries, backoff_factor=0.2, backoff_jitter=0.1, status_forcelist=(500, 502, 503, 504)
        ),
        maxsize=16,
        cert_reqs="CERT_REQUIRED",
        ca_certs=str(settings.ca_file) if settings.ca_file else None,
    )
    try:
        return Minio(
            settings.endpoint,
            settings.access_key,
            settings.secret_key,
            secure=settings.secure,
            region=settings.region,
            http_client=pool,
        )
    except ValueError as error:
        raise WrongUse("SETTING_INVALID", detail=f"{settings.endpoint!r}: {error}", where="archive.endpoint") from error


@contextmanager
def translated(settings: S3Settings) -> Iterator[None]:
    """Turn every error of the client, the network and the server into PartUnavailable with its reason."""
    where = {"endpoint": settings.endpoint, "bucket": settings.bucket}
    try:
        yield
    except S3Error as error:
        code = error.code or "?"
        if code == "NoSuchBucket":
            raise PartUnavailable("ARCHIVE_S3_NO_BUCKET", **where) from error
        if code in _REFUSED:
            raise PartUnavailable("ARCHIVE_S3_REFUSED", **where, detail=code) from error
        raise PartUnavailable("ARCHIVE_S3_FAILED", **where, detail=f"{code}: {error.message}") from error
    except (MinioException, ValueError, ET.ParseError) as error:
        # ValueError, ParseError: the client met an answer that is not S3's, say the sign-in page of a network
        raise PartUnavailable("ARCHIVE_S3_FAILED", **where, detail=str(error).splitlines()[0]) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise PartUnavailable("ARCHIVE_S3_AWAY", **where, detail=type(reason).__name__) from error

"""The digest that names bytes, and the check every reading ends with."""

import hashlib
import re

from records.errors import IntegrityError, NotFound
from records.pages import Digest

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def digest_of(data: bytes) -> Digest:
    """Return the SHA-256 of *data*."""
    return Digest(hashlib.sha256(data).hexdigest())


def is_digest(text: str) -> bool:
    """Whether *text* has the form of a digest; nothing else ever becomes a path or a key."""
    return _DIGEST.fullmatch(text) is not None


def shelf(digest: Digest) -> tuple[str, str, str]:
    """Return the parts of the place where *digest* lies: ``ab``, ``cd``, whole digest.

    Places sort as digests do. Raises NotFound for a text that is no digest.
    """
    if not is_digest(digest):
        raise not_found(digest)
    return digest[:2], digest[2:4], digest


def verified(data: bytes, digest: Digest, where: str) -> bytes:
    """Return *data* when it is what *digest* names; IntegrityError, naming the place, otherwise."""
    if (found := digest_of(data)) != digest:
        raise IntegrityError("ARCHIVE_DAMAGED", digest=digest, found=found, where=where)
    return data


def not_found(digest: Digest) -> NotFound:
    """Return the error for bytes that the archive does not have."""
    return NotFound("ARCHIVE_NOT_FOUND", digest=digest)

"""What the S3 servers have in common."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class S3Connection:
    """Where an S3 server answers and how to sign in. It has no bucket yet."""

    url: str
    user: str
    """Access key."""
    password: str
    """Secret key."""

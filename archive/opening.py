"""One door to either kind of archive."""

from pathlib import Path

from archive.folder import FolderArchive
from archive.s3 import S3Archive
from archive.s3_client import S3Settings
from records.ports import Archive


def open_archive(*, folder: Path | None = None, s3: S3Settings | None = None) -> Archive:
    """Return the archive in *folder* or behind *s3*; exactly one of them must be given."""
    match folder, s3:
        case Path(), None:
            return FolderArchive(folder)
        case None, S3Settings():
            return S3Archive(s3)
        case _:
            raise ValueError("an archive lies either in a folder or behind S3: give exactly one")

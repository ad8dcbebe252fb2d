"""Keeps bytes under their digest, never changes them, tells the truth about their fixity.

A folder by default, an S3 bucket with versions and object lock in service. Both are a
:class:`records.ports.Archive` and pass one contract suite.
"""

from archive.folder import FolderArchive
from archive.opening import open_archive
from archive.s3 import S3Archive
from archive.s3_client import S3Settings

__all__ = ["FolderArchive", "S3Archive", "S3Settings", "open_archive"]

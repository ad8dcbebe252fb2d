"""The archive as files in a folder: durable, verified, but only as immutable as the folder's owner is careful.

``ROOT/ab/cd/abcd…`` holds the bytes whose SHA-256 is ``abcd…``, read-only. A file gets its name after its bytes
are on the disk, so there is no moment at which half a file can be taken for a whole one. What was being written
when a process was killed stays in ``ROOT/incoming`` and is swept a day later.
"""

import datetime as dt
import errno
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from archive.digest import digest_of, is_digest, not_found, shelf, verified
from records.errors import IntegrityError, PartUnavailable
from records.messages import message
from records.pages import Digest
from records.ports import ImmutabilityProbe

log = logging.getLogger(__name__)

KEEP_FREE = 256 * 1024 * 1024
"""Bytes that stay free on the disk: a register that cannot write its ledger is worse than a page that waits."""

_README = "DOC-TRUOC-READ-ME.txt"
_SWEEP_AFTER = 24 * 3600.0
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FolderArchive:
    """Bytes under their digest in *root*, which is made when it is not there. Any number of processes may share it."""

    def __init__(self, root: Path, *, keep_free: int = KEEP_FREE) -> None:
        self._root = root.absolute()
        self._incoming = self._root / "incoming"
        self._keep_free = keep_free
        with self._translated():
            self._incoming.mkdir(parents=True, exist_ok=True)
            self._explain()
            self._sweep()

    @property
    def name(self) -> str:
        """``thư mục ROOT``."""
        return f"thư mục {self._root}"

    def put(self, data: bytes, media_type: str) -> Digest:
        """Keep *data*; a damaged file under the same digest is set aside and replaced. *media_type* is not kept."""
        digest = digest_of(data)
        path = self._path(digest)
        with self._translated():
            if self._intact(digest, path):
                return digest
            self._refuse_when_full(len(data))
            self._write(data, path)
        return digest

    def get(self, digest: Digest) -> bytes:
        """Return the bytes, verified."""
        path = self._path(digest)
        with self._translated():
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                self._assert_there()
                raise not_found(digest) from None
        return verified(data, digest, str(path))

    def has(self, digest: Digest) -> bool:
        """Whether a file of that name is there."""
        if not is_digest(digest):
            return False
        with self._translated():
            there = self._path(digest).is_file()
            if not there:
                self._assert_there()
            return there

    def digests(self) -> Iterator[Digest]:
        """All digests, ascending."""
        with self._translated():
            self._assert_there()
            for first in _names(self._root, 2):
                for second in _names(self._root / first, 2):
                    for name in _names(self._root / first / second, 64):
                        if is_digest(name) and name.startswith(first + second):
                            yield Digest(name)

    def probe(self) -> ImmutabilityProbe:
        """Write a read-only file and try to delete it. A folder on an ordinary disk lets us."""
        with self._translated():
            self._assert_there()
            handle, name = tempfile.mkstemp(prefix="probe-", dir=self._incoming)
            os.fchmod(handle, 0o444)
            os.close(handle)
            try:
                Path(name).unlink()
            except PermissionError as error:
                return ImmutabilityProbe(True, message("ARCHIVE_PROBE_REFUSED", detail=error.strerror).vi)
        return ImmutabilityProbe(False, message("ARCHIVE_PROBE_FOLDER").vi)

    # --- how bytes get there ---------------------------------------------------------------------------

    def _path(self, digest: Digest) -> Path:
        return self._root.joinpath(*shelf(digest))

    def _intact(self, digest: Digest, path: Path) -> bool:
        """Whether the very bytes are there already; a damaged file in their place is set aside, never deleted."""
        try:
            verified(path.read_bytes(), digest, str(path))
        except FileNotFoundError:
            self._assert_there()
            return False
        except IntegrityError as error:
            aside = self._root / "damaged" / f"{digest}-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%fZ}"
            aside.parent.mkdir(exist_ok=True)
            path.rename(aside)
            log.critical("%s Set aside as %s and replaced.", error, aside)
            return False
        return True

    def _refuse_when_full(self, size: int) -> None:
        free = shutil.disk_usage(self._root).free
        if free < size + self._keep_free:
            raise PartUnavailable(
                "ARCHIVE_FULL", folder=self._root, free=_megabytes(free), needed=_megabytes(size + self._keep_free)
            )

    def _write(self, data: bytes, path: Path) -> None:
        handle, name = tempfile.mkstemp(dir=self._incoming)
        incoming = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o444)
                os.fsync(file.fileno())
            self._make_shelf(path.parent)
            incoming.rename(path)
        except BaseException:
            incoming.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    def _make_shelf(self, folder: Path) -> None:
        """Make *folder*; a new folder's own name is on the disk before anything is put into it."""
        for made in (folder.parent, folder):
            if not made.is_dir():
                made.mkdir(exist_ok=True)
                _sync(made.parent)

    # --- looking after the folder ----------------------------------------------------------------------

    def _assert_there(self) -> None:
        """Tell "the bytes are not here" from "the disk is not here" (unmounted, moved)."""
        if not (self._root / _README).is_file():
            raise PartUnavailable("ARCHIVE_FOLDER_AWAY", folder=self._root, detail=_README)

    def _explain(self) -> None:
        """Leave a note for whoever finds the folder; it also tells the archive from an empty mount point."""
        note = self._root / _README
        if not note.is_file():
            note.write_text(files("archive").joinpath("readme.txt").read_text(encoding="utf-8"), encoding="utf-8")
            _sync(self._root)

    def _sweep(self) -> None:
        """Remove what a killed process left half written more than a day ago."""
        for left in self._incoming.iterdir():
            try:
                if time.time() - left.stat().st_mtime > _SWEEP_AFTER:
                    left.unlink()
            except FileNotFoundError:  # finished, or swept by another process
                continue

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise PartUnavailable("ARCHIVE_NO_ROOM", folder=self._root, detail=error.strerror) from error
            raise PartUnavailable("ARCHIVE_FOLDER_AWAY", folder=self._root, detail=error.strerror or error) from error


def _names(folder: Path, length: int) -> list[str]:
    return sorted(name for name in os.listdir(folder) if len(name) == length)  # noqa: PTH208 - names are all we need


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"

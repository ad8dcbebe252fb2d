"""Masters lent to the worker processes as files: fetched and verified once, however many pages they hold.

A book in one PDF of 500 pages would otherwise be fetched, hashed and handed over 500 times. Copies lie in a folder
of their own below *spool*, are gone with it, and what a killed process left is cleared by the next one.
"""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from records.errors import PartUnavailable
from records.pages import Digest
from records.ports import Archive


class Masters:
    """Copies of the masters in use, at most *most* of them; the one longest unused goes first."""

    def __init__(self, archive: Archive, spool: Path, most: int) -> None:
        self._archive, self._spool, self._most = archive, spool, most
        self._lent: dict[Digest, Path] = {}
        self._folder: Path | None = None

    def lend(self, digest: Digest) -> Path:
        """Return where the verified bytes lie. Raises NotFound, IntegrityError, PartUnavailable (also: no room)."""
        if path := self._lent.pop(digest, None):
            self._lent[digest] = path  # now the last used
            return path
        data = self._archive.get(digest)
        while len(self._lent) >= self._most:
            self._lent.pop(next(iter(self._lent))).unlink(missing_ok=True)
        try:
            path = self._ready() / digest
            path.write_bytes(data)
        except OSError as error:
            raise PartUnavailable("SPOOL_UNUSABLE", folder=self._spool, detail=error.strerror or error) from error
        self._lent[digest] = path
        return path

    def close(self) -> None:
        """Take all copies back."""
        self._lent.clear()
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _ready(self) -> Path:
        if self._folder is None:
            self._spool.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._clear()
            self._folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=self._spool))
        return self._folder

    def _clear(self) -> None:
        """Remove what processes left that are no more."""
        for folder in self._spool.iterdir():
            process = folder.name.partition("-")[0]
            if process.isdecimal() and not _alive(int(process)):
                shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    with contextlib.suppress(PermissionError):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
    return True

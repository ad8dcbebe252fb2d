"""Where the embedded index lies: generations side by side, one of them current.

``CURRENT`` names the generation in use and is replaced in one step, so a reader finds either the old
index or the new one, whole. Writers of several processes take turns by a file lock that the system
releases when a process dies. What is written while a rebuild runs is also kept in ``late.jsonl`` and
written into the new generation before it takes its place.
"""

import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from records.errors import PartUnavailable
from search.terms import LAYOUT

_GENERATION = re.compile(r"^v(\d+)-\d{8}T\d{6}-[0-9a-f]{6}$")
_BETWEEN_TRIES = 0.05
_REBUILD_WAIT = 2.0


class Shelf:
    """The folder of an embedded index. *wait*: seconds to wait for another writer."""

    def __init__(self, folder: Path, wait: float) -> None:
        self.folder = folder
        self._wait = wait
        self._pointer = folder / "CURRENT"
        self._late = folder / "late.jsonl"

    def current(self) -> Path:
        """Return the folder of the generation in use. Raises PartUnavailable where there is none to use."""
        try:
            name = self._pointer.read_text(encoding="ascii").strip()
        except (FileNotFoundError, NotADirectoryError):
            raise PartUnavailable("SEARCH_INDEX_MISSING", where=self.folder) from None
        except (OSError, UnicodeDecodeError) as error:
            raise self.broken(error) from error
        known = _GENERATION.match(name)
        if not known:
            raise self.broken("CURRENT")
        if int(known[1]) != LAYOUT:
            raise PartUnavailable("SEARCH_INDEX_OLD", where=self.folder)
        if not (self.folder / name).is_dir():
            raise self.broken(name)
        return self.folder / name

    def exists(self) -> bool:
        """Whether a generation was ever put to use here."""
        return self._pointer.exists()

    def broken(self, detail: object) -> PartUnavailable:
        """Return the error for an index that cannot be read."""
        return PartUnavailable("SEARCH_INDEX_BROKEN", where=self.folder, detail=" ".join(str(detail).split())[:200])

    def new(self) -> Path:
        """Return a fresh empty folder for a generation."""
        name = f"v{LAYOUT}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        (self.folder / name).mkdir(parents=True)
        return self.folder / name

    def put_to_use(self, generation: Path) -> None:
        """Make *generation* the current one in one step and clear the others away."""
        beside = self.folder / "CURRENT.new"
        with beside.open("w", encoding="ascii") as out:
            out.write(generation.name)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(self._pointer)
        directory = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        for other in self.folder.iterdir():
            if other.is_dir() and other != generation and _GENERATION.match(other.name):
                shutil.rmtree(other, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the turn to write. Raises PartUnavailable when another writer keeps it too long."""
        with self._locked("writing.lock", self._wait, "SEARCH_INDEX_BUSY"):
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Hold the turn to rebuild; updates go on meanwhile and are kept for the new generation as well."""
        with self._locked("rebuilding.lock", _REBUILD_WAIT, "SEARCH_REBUILD_RUNNING"):
            with self.writing():
                self._late.unlink(missing_ok=True)
            yield

    def keep_for_rebuild(self, changes: list[dict[str, object]]) -> None:
        """Keep *changes* for a rebuild in progress; without one, do nothing. Call it while writing."""
        with (self.folder / "rebuilding.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                pass
        with self._late.open("a", encoding="utf-8") as out:
            out.writelines(json.dumps(change, ensure_ascii=False) + "\n" for change in changes)

    def kept_for_rebuild(self) -> list[dict[str, object]]:
        """Return what was written since the rebuild began, in order."""
        if not self._late.exists():
            return []
        with self._late.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    @contextmanager
    def _locked(self, name: str, wait: float, code: str) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / name).open("a")
        except OSError as error:
            raise self.broken(error) from error
        with lock:
            until = time.monotonic() + wait
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise PartUnavailable(code, where=self.folder, seconds=round(wait)) from None
                    time.sleep(_BETWEEN_TRIES)
            yield

"""What was said of the pages of a scanner's folder, and which page took the place of which: kept in the home folder.

The log is one JSON file, written anew beside itself and put in place in one step: a process that is killed leaves the
last whole state. Fingerprints lie beside it, one PNG a page. Nothing is ever written into the scanner's folder.
"""

import fcntl
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.fingerprint import packed, unpacked
from pipeline.intake import files_of, label_of
from records.errors import IntegrityError, PartUnavailable, WrongUse
from records.pages import DeliveredPage, Digest
from records.ports import Image

LAYOUT = 1
PageKey = tuple[str, Digest, int]
"""File in the folder, digest of its bytes, page in the file (from 1)."""


@dataclass(frozen=True, slots=True)
class LoggedPage:
    """One page as it was judged."""

    file: str
    """Name in the folder, as the delivery will name it."""
    digest: Digest
    page: int
    of: int
    """Pages in the file."""
    ok: bool
    verdict: dict[str, Any]
    """As :meth:`records.verdicts.Verdict.as_json` publishes it."""
    at: str
    """When it was judged, ISO 8601."""
    stamp: tuple[int, int]
    """Size in bytes and time of change in nanoseconds of the file then."""
    replaced_by: tuple[str, str, int] | None = None
    """Which page stands for this sheet now."""

    @property
    def key(self) -> PageKey:
        """What names the page for ever: a file delivered anew has another digest."""
        return self.file, self.digest, self.page

    @property
    def name(self) -> str:
        """The page for people: its file, with its number where the file has several."""
        return self.file if self.of == 1 else f"{self.file} ({self.page})"


class ScanLog:
    """The log of one folder. Read when opened; every change is on the disk when the method returns."""

    def __init__(self, home: Path, folder: Path) -> None:
        place = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
        self.folder = home / "scans" / f"{label_of(folder)}-{place}"
        self._file = self.folder / "pages.json"
        self._source = folder.resolve()
        self._pages: dict[PageKey, LoggedPage] = {}
        self._prints: dict[PageKey, Image] = {}
        if self._file.is_file():
            self._pages = {page.key: page for page in self._read()}

    def _read(self) -> list[LoggedPage]:
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            return [_page(row) for row in told["pages"]] if told["layout"] == LAYOUT else []
        except (ValueError, KeyError, TypeError) as error:
            raise IntegrityError("SCAN_LOG_DAMAGED", file=self._file, detail=type(error).__name__) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes from writing this log. Raises WrongUse SCAN_FOLDER_WATCHED while another one does."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise WrongUse("SCAN_FOLDER_WATCHED", folder=self._source) from error
            yield

    @property
    def pages(self) -> Sequence[LoggedPage]:
        """All pages ever judged, in the order in which they came."""
        return tuple(self._pages.values())

    def files(self) -> dict[str, Path]:
        """Return the files that lie in the folder now, by name."""
        try:
            return dict(files_of(self._source))
        except WrongUse:  # none as yet
            return {}

    def whole_files(self) -> dict[str, tuple[int, int]]:
        """Return the files all of whose pages were judged, with their stamps as last seen."""
        counts = Counter((page.file, page.digest) for page in self._pages.values())
        return {page.file: page.stamp for page in self._pages.values() if counts[page.file, page.digest] == page.of}

    def standing(self) -> list[LoggedPage]:
        """Return the pages that no other has replaced."""
        return [page for page in self._pages.values() if page.replaced_by is None]

    def replaced(self) -> Mapping[PageKey, PageKey]:
        """Return which page was replaced by which; the one named last still stands."""
        found = {}
        for page in self._pages.values():
            by, seen = page.replaced_by, {page.key}
            while by is not None:
                key = (by[0], Digest(by[1]), by[2])
                later = self._pages.get(key)
                if key in seen or later is None:
                    break
                seen.add(key)
                found[page.key] = key
                by = later.replaced_by
        return found

    def record(self, pages: Iterable[tuple[LoggedPage, Image | None]], replaced: Mapping[PageKey, PageKey]) -> None:
        """Add *pages* with their fingerprints, and note which page each of *replaced* is replaced by."""
        for page, mark in pages:
            self._pages[page.key] = page
            if mark is not None:
                self._prints[page.key] = mark
                _write(self._print_file(page.key), packed(mark))
        for old, new in replaced.items():
            self._pages[old] = replace(self._pages[old], replaced_by=new)
        told = {"layout": LAYOUT, "folder": str(self._source), "pages": [asdict(page) for page in self._pages.values()]}
        _write(self._file, json.dumps(told, ensure_ascii=False, indent=1).encode("utf-8"))

    def print_of(self, page: LoggedPage) -> Image | None:
        """Return the fingerprint of a page; None where it has none or its file was lost (it is then never replaced)."""
        if page.key not in self._prints:
            file = self._print_file(page.key)
            found = unpacked(file.read_bytes()) if file.is_file() else None
            if found is None:
                return None
            self._prints[page.key] = found
        return self._prints[page.key]

    def keep_marked(self, page: LoggedPage, jpeg: bytes) -> None:
        """Keep the marked picture of a page beside the log."""
        _write(self.marked_file(page), jpeg)

    def marked_file(self, page: LoggedPage) -> Path:
        """Return where the marked picture of a page lies, if it has one."""
        return self._print_file(page.key).with_suffix(".jpg")

    def _print_file(self, key: PageKey) -> Path:
        return self.folder / f"{key[1][:16]}-{key[2]:04d}.png"


def standing_for(pages: Sequence[DeliveredPage], replaced: Mapping[PageKey, PageKey]) -> dict[PageKey, str]:
    """Return the pages of a delivery that another page of it stands for, with that page's file.

    Where the good page was not delivered the bad one stays: better a bad picture than none.
    """
    there = {(p.file, p.page.master, p.page.page_in_file) for p in pages}
    return {old: new[0] for old, new in replaced.items() if old in there and new in there}


def _page(row: dict[str, Any]) -> LoggedPage:
    by = row["replaced_by"]
    known = row | {"stamp": tuple(row["stamp"]), "replaced_by": tuple(by) if by else None}
    return LoggedPage(**known)


def _write(file: Path, data: bytes) -> None:
    """Put *data* in the place of *file* in one step."""
    beside = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with beside.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    except OSError as error:
        raise PartUnavailable("SCAN_LOG_UNUSABLE", file=file, detail=error.strerror or error) from error

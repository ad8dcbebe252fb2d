"""Watches a scanner's folder: every new file that has come to rest gets its verdict, and a rescan its bad page's place.

Only the folder is read. What is kept lies in the home folder: the bytes of every file in the archive (a scanner writes
over the bad page's file), verdicts and replacements in the :class:`pipeline.scan_log.ScanLog`.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.decode import Limits, decode_page, read_header, sniff
from pipeline.marking import marked
from pipeline.numbering import NumberRun
from pipeline.scan_log import LoggedPage, PageKey, ScanLog
from pipeline.verdict import judge, same_sheet
from records.errors import PageError, WrongUse
from records.geometry import Box
from records.pages import Digest, PageProblem
from records.ports import Archive, Image
from records.verdicts import PageFault, Severity, Verdict

QUIET_SECONDS = 2.0
"""A file whose size and time of change stood still for so long is complete; scanners write in bursts below a second."""
UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".filepart", ".lock", ".swp", "~")
"""Endings of files that some programme is still writing."""
Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FilePage:
    """One page of a file: what was said of it, and where it could be opened, its fingerprint and pixels."""

    of: int
    """Pages in the file."""
    verdict: Verdict
    print: Image | None = None
    image: Image | None = None


def judge_file(
    data: bytes, limits: Limits, earlier: Mapping[str, Image], run: NumberRun | None = None
) -> Iterator[FilePage]:
    """Yield every page of a delivered file, in order, judged; *earlier*: see :func:`pipeline.verdict.judge`.

    A file or page that cannot be opened has a verdict as well, with the reason as its fault. Of a good page *run* says
    whether its numbers follow on the last one's.
    """
    try:
        header = read_header(data, limits)
    except PageError as error:
        yield FilePage(1, unreadable(error))
        return
    of = len(header.sizes)
    for number in range(1, of + 1):
        try:
            image, _ = decode_page(data, header.media_type, number, limits)
        except PageError as error:
            yield FilePage(of, unreadable(error))
            continue
        found = judge(image, earlier)
        verdict = run.follow(image, found.verdict) if run is not None and found.verdict.ok else found.verdict
        yield FilePage(of, verdict, found.print, image)


def unreadable(error: PageError) -> Verdict:
    """Return the verdict on what cannot be opened at all."""
    told = PageProblem.of(error)
    nowhere = Box(0, 0, 0, 0).polygon()
    return Verdict(0, 0, (PageFault(told.code, Severity.RESCAN, 0.0, nowhere, told.facts),), 0.0)


def _at_rest(path: Path, stamp: Stamp) -> bytes | None:
    """Return the bytes of a file that did not change while it was read; None where it did, or is gone."""
    try:
        data = path.read_bytes()
        about = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WrongUse("FILE_UNREADABLE", file=path, detail=error.strerror or str(error)) from error
    return data if (len(data), about.st_mtime_ns) == stamp else None


@dataclass(frozen=True, slots=True)
class Seen:
    """One page that was just judged, and what it took the place of."""

    page: LoggedPage
    verdict: Verdict
    replaces: tuple[PageKey, ...]


class Watch:
    """Looks at one folder again and again. *clock* tells seconds that only grow."""

    def __init__(
        self,
        folder: Path,
        log: ScanLog,
        archive: Archive,
        limits: Limits,
        clock: Callable[[], float],
        run: NumberRun | None = None,
    ) -> None:
        if not folder.is_dir():
            raise WrongUse("SCAN_FOLDER_MISSING", folder=folder)
        self.folder, self.log = folder, log
        self._archive, self._limits, self._clock, self._run = archive, limits, clock, run
        self._resting: dict[Path, tuple[Stamp, float]] = {}
        self._judged = log.whole_files()

    def look(self) -> Iterator[Seen]:
        """Judge every file that has come to rest and is not judged yet; yields each page as soon as it is on record."""
        for name, path, stamp in self._new():
            since = self._resting.get(path)
            if since is None or since[0] != stamp:
                self._resting[path] = (stamp, self._clock())
            elif self._clock() - since[1] >= QUIET_SECONDS:
                yield from self._take(name, path, stamp)

    @property
    def unsettled(self) -> bool:
        """Whether there are files that are not judged yet."""
        return any(True for _ in self._new())

    def _new(self) -> Iterator[tuple[str, Path, Stamp]]:
        for name, path in self.log.files().items():
            if path.is_symlink() or path.name.casefold().endswith(UNFINISHED):
                continue
            try:
                about = path.stat()
            except FileNotFoundError:  # renamed since
                continue
            stamp = (about.st_size, about.st_mtime_ns)
            if self._judged.get(name) != stamp:
                yield name, path, stamp

    def _take(self, name: str, path: Path, stamp: Stamp) -> Iterator[Seen]:
        data = _at_rest(path, stamp)
        if data is None:
            return
        digest = Digest(hashlib.sha256(data).hexdigest())
        known = self._judged.get(name) and any(p.file == name and p.digest == digest for p in self.log.standing())
        self._judged[name] = stamp
        if known:  # only touched
            return
        self._archive.put(data, sniff(data[:1024]) or "application/octet-stream")
        there = set(self.log.files())
        before = [p for p in self.log.standing() if p.file == name and p.digest != digest]
        others = [p for p in self.log.standing() if p.file in there and p not in before]
        good = {p.name: mark for p in others if p.ok and (mark := self.log.print_of(p)) is not None}
        run = self._run if not before else None  # a rescan comes out of turn
        for number, found in enumerate(judge_file(data, self._limits, good, run), start=1):
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            verdict = found.verdict
            page = LoggedPage(name, digest, number, found.of, verdict.ok, verdict.as_json(), now, stamp)
            replaced = {p.key: page.key for p in before if min(p.page, found.of) == number}
            replaced |= self._same_sheet(page, found.print, others)
            if not page.ok and found.image is not None:
                self.log.keep_marked(page, marked(found.image, verdict))
            self.log.record([(page, found.print)], replaced)
            others = [p for p in (*others, page) if p.key not in replaced]
            if page.ok and found.print is not None:
                good[page.name] = found.print
            yield Seen(page, verdict, tuple(old for old, new in replaced.items() if new == page.key))

    def _same_sheet(self, page: LoggedPage, mark: Image | None, others: list[LoggedPage]) -> dict[PageKey, PageKey]:
        """Return which page is replaced by which, where one of *others* is a picture of the same sheet.

        A bad picture gives way to *page*; *page* gives way to a good one if it is bad itself. Two good pictures both
        stay: a person is told.
        """
        if mark is None:
            return {}
        one_bad = [p for p in others if p.key != page.key and not (p.ok and page.ok)]
        marks = {str(n): m for n, p in enumerate(one_bad) if (m := self.log.print_of(p)) is not None}
        twin = same_sheet(mark, marks)
        if twin is None:
            return {}
        other = one_bad[int(twin)]
        return {page.key: other.key} if other.ok else {other.key: page.key}

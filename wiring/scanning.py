"""The verdict at the scanner, for the terminal and the desk."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from records.errors import PageError
from records.ports import Image
from records.verdicts import Verdict
from wiring.house import House
from wiring.readers import ReaderMaker
from wiring.settings import Settings

if TYPE_CHECKING:
    from pipeline.numbering import NumberRun
    from pipeline.readers import Readers
    from pipeline.scan_log import ScanLog
    from pipeline.watch import FilePage, Watch


def judge_file(
    settings: Settings, data: bytes, earlier: Mapping[str, Image] | None = None, run: "NumberRun | None" = None
) -> "Iterator[FilePage]":
    """Yield every page of a file, judged; *earlier* holds fingerprints of good pages by name, *run* the numbers."""
    from pipeline.watch import judge_file as judge
    from wiring.parts import build_limits

    return judge(data, build_limits(settings), earlier or {}, run)


def number_readers(settings: Settings) -> "Callable[[], Readers]":
    """Return what reads entry numbers at the scanner; it is opened at the first page, as is all that sees pictures."""
    maker = ReaderMaker(settings.reader, str(settings.own_forms))

    def readers() -> "Readers":
        from pipeline.page_work import readers_of

        return readers_of(maker)

    return readers


def number_run(settings: Settings) -> "NumberRun":
    """Return what follows the numbers of a book while it is scanned; its readers are opened at the first page."""
    from pipeline.numbering import NumberRun

    return NumberRun(number_readers(settings))


@dataclass(frozen=True, slots=True)
class Before:
    """What came before a page in its run of the scanner."""

    prints: Mapping[str, bytes]
    """Fingerprints of the good pages, by the names that they are told by."""
    last: int | None
    """The highest number of the page before; None where it is not known."""


@dataclass(frozen=True, slots=True)
class PageJudged:
    """What was said of the picture of one page, and what the next page of the run is compared with."""

    verdict: Verdict
    marked: bytes
    """The page as JPEG with its faults marked."""
    print: bytes
    """The fingerprint of the sheet."""
    last: int | None
    """The highest number of the run now."""


def judge_page(settings: Settings, data: bytes, before: Before, readers: "Callable[[], Readers]") -> PageJudged:
    """Judge the picture of one page after what came *before* it; *readers* read the numbers of a good one.

    Raises PageError for what cannot be opened, and SCAN_ONE_PAGE for a file of several pages.
    """
    from pipeline.decode import decode_page, read_header
    from pipeline.fingerprint import packed, unpacked
    from pipeline.marking import marked
    from pipeline.numbering import NumberRun
    from pipeline.verdict import judge
    from wiring.parts import build_limits

    limits = build_limits(settings)
    header = read_header(data, limits)
    if len(header.sizes) > 1:
        raise PageError("SCAN_ONE_PAGE", pages=len(header.sizes))
    image, _ = decode_page(data, header.media_type, 1, limits)
    earlier = {name: found for name, kept in before.prints.items() if (found := unpacked(kept)) is not None}
    judged = judge(image, earlier)
    run = NumberRun(readers, before.last)
    verdict = run.follow(image, judged.verdict) if judged.verdict.ok else judged.verdict
    return PageJudged(verdict, marked(image, verdict), packed(judged.print), run.last)


def scan_log(settings: Settings, folder: Path) -> "ScanLog":
    """Open what is on record of a scanner's folder. Raises IntegrityError."""
    from pipeline.scan_log import ScanLog

    return ScanLog(settings.home, folder)


def watch_of(house: House, folder: Path, *, numbers: bool = True) -> "Watch":
    """Return the watch over a scanner's folder, *numbers* followed or not. Raises WrongUse, IntegrityError."""
    from pipeline.watch import Watch
    from wiring.parts import build_limits

    log = scan_log(house.settings, folder)
    run = number_run(house.settings) if numbers else None
    return Watch(folder, log, house.archive, build_limits(house.settings), time.monotonic, run)

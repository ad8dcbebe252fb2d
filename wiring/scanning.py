"""The verdict at the scanner, for the terminal and the desk."""

import time
from collections.abc import Iterator, Mapping
from functools import cache
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
    from pipeline.scan_log import ScanLog
    from pipeline.watch import FilePage, Watch


def judge_file(
    settings: Settings, data: bytes, earlier: Mapping[str, Image] | None = None, run: "NumberRun | None" = None
) -> "Iterator[FilePage]":
    """Yield every page of a file, judged; *earlier* holds fingerprints of good pages by name, *run* the numbers."""
    from pipeline.watch import judge_file as judge
    from wiring.parts import build_limits

    return judge(data, build_limits(settings), earlier or {}, run)


def number_run(settings: Settings) -> "NumberRun":
    """Return what follows the numbers of a book while it is scanned; its readers are opened at the first page."""
    from pipeline.numbering import NumberRun

    return NumberRun(cache(ReaderMaker(settings.reader, str(settings.own_forms))))


def judge_page(settings: Settings, data: bytes) -> tuple[Verdict, bytes]:
    """Return the verdict on the picture of one page, and the page as JPEG with its faults marked.

    Raises PageError for what cannot be opened, and SCAN_ONE_PAGE for a file of several pages.
    """
    from pipeline.decode import decode_page, read_header
    from pipeline.marking import marked
    from pipeline.verdict import judge
    from wiring.parts import build_limits

    limits = build_limits(settings)
    header = read_header(data, limits)
    if len(header.sizes) > 1:
        raise PageError("SCAN_ONE_PAGE", pages=len(header.sizes))
    image, _ = decode_page(data, header.media_type, 1, limits)
    verdict = judge(image).verdict
    return verdict, marked(image, verdict)


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

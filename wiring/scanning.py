"""The verdict at the scanner, for the terminal and the desk."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from records.ports import Image
from wiring.house import House
from wiring.settings import Settings

if TYPE_CHECKING:
    from pipeline.scan_log import ScanLog
    from pipeline.watch import FilePage, Watch


def judge_file(settings: Settings, data: bytes, earlier: Mapping[str, Image] | None = None) -> "Iterator[FilePage]":
    """Yield every page of a file, judged; *earlier* holds fingerprints of good pages by name."""
    from pipeline.watch import judge_file as judge
    from wiring.parts import build_limits

    return judge(data, build_limits(settings), earlier or {})


def scan_log(settings: Settings, folder: Path) -> "ScanLog":
    """Open what is on record of a scanner's folder. Raises IntegrityError."""
    from pipeline.scan_log import ScanLog

    return ScanLog(settings.home, folder)


def watch_of(house: House, folder: Path) -> "Watch":
    """Return the watch over a scanner's folder. Raises WrongUse, IntegrityError."""
    from pipeline.watch import Watch
    from wiring.parts import build_limits

    log = scan_log(house.settings, folder)
    return Watch(folder, log, house.archive, build_limits(house.settings), time.monotonic)

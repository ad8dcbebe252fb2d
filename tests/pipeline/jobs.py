"""Jobs for the crew: what pages do to their workers."""

import os
import signal
import time

from records.errors import PageError, PartUnavailable


def double(n: int) -> int:
    return 2 * n


def dies() -> None:
    os._exit(3)


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hangs() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)


def refuses() -> None:
    raise PageError("PAGE_BLANK")


def lacks() -> None:
    raise PartUnavailable("TESSERACT_MISSING")


def breaks() -> None:
    raise ZeroDivisionError("x" * 1000)


def pid() -> int:
    return os.getpid()

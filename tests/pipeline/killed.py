"""One run of a delivery in a process that is killed at its *n*-th write, or lives: ``killed.py HOME PATH N``."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from archive import FolderArchive
from pipeline import Digitiser
from records.codes import DeliveryKind
from records.progress import SilentProgress
from register import open_register
from tests.pipeline.stubs import readers

WRITES = frozenset({"put", "open_delivery", "record_stage", "settle_page", "draft"})


class Watched:
    """A ledger or archive whose writes are counted; before or after the last of them the process is gone."""

    left = 0

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name not in WRITES:
            return found

        def counted(*args: Any, **more: Any) -> Any:
            Watched.left -= 1
            if Watched.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return found(*args, **more)

        return counted


def main(home: Path, path: Path, writes: int) -> None:
    Watched.left = writes
    archive: Any = Watched(FolderArchive(home / "archive", keep_free=0))
    register: Any = Watched(open_register(f"sqlite:///{home / 'register.db'}"))
    digitiser = Digitiser(archive, register, readers, home / "spool", workers=2)
    delivery = digitiser.intake(path, DeliveryKind.BOOK, SilentProgress())
    digitiser.run(delivery.id, SilentProgress(), batch=2)
    digitiser.close()
    print(delivery.id, -Watched.left)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))

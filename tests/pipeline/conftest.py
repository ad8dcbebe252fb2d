from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from archive import FolderArchive
from pipeline import DeliveryReport, Digitiser, MakeReaders
from records.codes import DeliveryKind, PageStatus
from records.progress import SilentProgress
from register import SqlRegister, open_register
from tests.pipeline.stubs import readers


@dataclass
class Desk:
    """A digitiser over a real ledger and a real archive, with what tests ask of it."""

    digitiser: Digitiser
    archive: FolderArchive
    register: SqlRegister

    def take(self, path: Path, kind: DeliveryKind = DeliveryKind.BOOK) -> DeliveryReport:
        """Hand a delivery in, do all of it, and see that every page came to exactly one end."""
        delivery = self.digitiser.intake(path, kind, SilentProgress())
        self.digitiser.run(delivery.id, SilentProgress())
        return self.settled(delivery.id)

    def settled(self, delivery_id: str) -> DeliveryReport:
        report = self.digitiser.report(delivery_id)
        pages = self.register.delivered_pages(delivery_id)
        assert not [p for p in pages if p.status is PageStatus.RECEIVED]
        opened = {(p.file, p.page.master) for p in pages}
        quarantined = [q for q in self.register.delivery(delivery_id).quarantined if q[:2] not in opened]
        assert report.pages == len(pages) + len(quarantined)
        assert report.pages == report.done + report.waiting + len(report.failed)
        assert len(report.listed) == report.waiting
        ids = Counter((p.file, p.page.page_in_file) for p in pages)
        assert not [place for place, times in ids.items() if times > 1]
        return report


@pytest.fixture
def open_desk(tmp_path: Path) -> Iterator[Callable[[MakeReaders], Desk]]:
    """Opens the desk of one house again and again, as one run after the other does."""
    opened: list[Desk] = []

    def make(readers: MakeReaders, *, page_seconds: float = 120.0, replaced: Any = None) -> Desk:
        archive = FolderArchive(tmp_path / "archive", keep_free=0)
        register = open_register(f"sqlite:///{tmp_path / 'register.db'}")
        digitiser = Digitiser(
            archive, register, readers, tmp_path / "spool", workers=2, page_seconds=page_seconds, replaced=replaced
        )
        desk = Desk(digitiser, archive, register)
        opened.append(desk)
        return desk

    yield make
    for desk in opened:
        desk.digitiser.close()
        desk.register.close()


@pytest.fixture
def desk(open_desk: Callable[[MakeReaders], Desk]) -> Desk:
    """A desk with quick readers."""
    return open_desk(readers)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Sample data beside the project."""
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no sample data beside the project: {folder}")
    return folder

"""A tiny digitiser that keeps its ledger in one file, so that every process sees what was done."""

import datetime as dt
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from pipeline.reports import DeliveryReport, StageSummary
from records.codes import DeliveryKind
from records.errors import PartUnavailable
from records.pages import Delivery, PageId
from records.progress import Progress
from wiring import Settings


class TinyDigitiser:
    """Pages are the lines of a file; doing a stage appends one line to the ledger."""

    STAGES = ("prepare", "read")

    def __init__(self, ledger: Path, silent_tries: int = 0) -> None:
        self.ledger = ledger
        self.silent_tries = silent_tries

    def _done(self) -> list[tuple[str, str]]:
        if not self.ledger.is_file():
            return []
        return [tuple(json.loads(line)) for line in self.ledger.read_text().splitlines()]

    def intake(self, path: Path, kind: DeliveryKind, progress: Progress, authority: str = "") -> Delivery:
        (self.ledger.parent / "pages").write_text(path.read_text())
        return Delivery("tiny", kind, path.name, dt.datetime.now(dt.UTC), authority=authority)

    def pending(self, delivery_id: str) -> Sequence[PageId]:
        read = {page for stage, page in self._done() if stage == self.STAGES[-1]}
        return [PageId(p) for p in (self.ledger.parent / "pages").read_text().split() if p not in read]

    def run_stage(self, stage: str, pages: Sequence[PageId], progress: Progress) -> StageSummary:
        if self.silent_tries:
            self.silent_tries -= 1
            raise PartUnavailable("FLOW_NOT_DEPLOYED")
        done = set(self._done())
        progress.start(stage, len(pages))
        for page in pages:
            if (stage, page) not in done:
                with self.ledger.open("a") as out:
                    out.write(json.dumps([stage, page]) + "\n")
                time.sleep(float(os.environ.get("TINY_SECONDS", "0")))
            progress.advance()
        progress.finish()
        return StageSummary(stage, len(pages), 0, 0, 0.0)

    def report(self, delivery_id: str) -> DeliveryReport:
        pages = len((self.ledger.parent / "pages").read_text().split())
        waiting = len(self.pending(delivery_id))
        return DeliveryReport(delivery_id, pages, pages - waiting, waiting, (), 0, 0.0, {})

    def close(self) -> None:
        """There are no worker processes."""


class TinyHouse:
    def __init__(self, settings: Settings, silent_tries: int = 0) -> None:
        self.settings = settings
        self.digitiser = TinyDigitiser(settings.home / "ledger.jsonl", silent_tries)
        self.projected: list[str] = []

    def project_delivery(self, delivery_id: str) -> None:
        self.projected.append(delivery_id)


class Counting:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.stretches: list[tuple[str, int]] = []
        self.advanced = 0

    def start(self, label: str, total: int) -> None:
        self.stretches.append((label, total))

    def advance(self, n: int = 1) -> None:
        self.advanced += n

    def finish(self) -> None:
        pass

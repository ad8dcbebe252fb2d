"""What a delivery came to: counted from the ledger, never from what a run remembers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A file or page that could not be taken, or that waits for a person, with its reason."""

    file: str
    page: int
    code: str
    message: str
    message_en: str
    digest: str

    def as_json(self) -> dict[str, Any]:
        """Return the row under its published keys."""
        return {
            "file": self.file,
            "page": self.page,
            "code": self.code,
            "message": self.message,
            "message_en": self.message_en,
            "digest": self.digest,
        }


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """Counts of pages by status, the pages that need a person, and seconds by stage."""

    delivery: str
    pages: int
    done: int
    waiting: int
    failed: tuple[FailedPage, ...]
    entries: int
    seconds: float
    stages: dict[str, float]
    listed: tuple[FailedPage, ...] = field(default=())
    """Waiting pages, each with its reason."""
    notices: tuple[FailedPage, ...] = field(default=())
    """Pages that were read, with something worth knowing (turned upside down)."""
    editions: Mapping[str, int] = field(default_factory=dict)
    """How many pages were read as which edition; a book has one, but for those that were continued on newer forms."""

    def as_json(self) -> dict[str, Any]:
        """Return the report under its published keys."""
        return {
            "delivery": self.delivery,
            "pages": self.pages,
            "done": self.done,
            "waiting": self.waiting,
            "failed": [f.as_json() for f in self.failed],
            "entries": self.entries,
            "seconds": round(self.seconds, 3),
            "stages": {k: round(v, 3) for k, v in self.stages.items()},
            "waiting_pages": [f.as_json() for f in self.listed],
            "notices": [f.as_json() for f in self.notices],
            "editions": dict(self.editions),
        }


@dataclass(frozen=True, slots=True)
class StageSummary:
    """What one stage did on one batch: small and plain, so that a scheduler can keep it."""

    stage: str
    done: int
    kept: int
    """Already there from an earlier run."""
    failed: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return the summary as JSON."""
        return {
            "stage": self.stage,
            "done": self.done,
            "kept": self.kept,
            "failed": self.failed,
            "seconds": round(self.seconds, 3),
        }

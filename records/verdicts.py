"""What is said of a page while it still lies on the glass: good enough, or to be scanned again, and why."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from records.geometry import Polygon
from records.messages import Message, message


class Severity(StrEnum):
    """How much a fault weighs."""

    RESCAN = "rescan"
    """What stands there is lost or would be misread: the page must be scanned again."""
    WARN = "warn"
    """Worth a look; the page may stay as it is."""


@dataclass(frozen=True, slots=True)
class PageFault:
    """One thing that is wrong with a page picture.

    *code* is a code of the message catalogue. *measure* is what was measured, in the unit that the check tells.
    """

    code: str
    severity: Severity
    measure: float
    region: Polygon
    """Where, in master pixels."""
    facts: dict[str, str] = field(default_factory=dict)

    def message(self) -> Message:
        """Return the words for people: what, where on the page, what to do next."""
        return message(self.code, **self.facts)

    def as_json(self) -> dict[str, Any]:
        """Return the fault under its published keys; the region as [x, y] pairs."""
        told = self.message()
        return {
            "code": self.code,
            "severity": self.severity.value,
            "measure": round(self.measure, 3),
            "region": [[round(p.x), round(p.y)] for p in self.region.points],
            "vi": told.vi,
            "en": told.en,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one page picture of *width* x *height* master pixels."""

    width: int
    height: int
    faults: tuple[PageFault, ...]
    """The heaviest first."""
    seconds: float
    """What the checks took."""

    @property
    def ok(self) -> bool:
        """Whether the page need not be scanned again."""
        return all(fault.severity is not Severity.RESCAN for fault in self.faults)

    def as_json(self) -> dict[str, Any]:
        """Return the verdict under its published keys."""
        return {
            "ok": self.ok,
            "width": self.width,
            "height": self.height,
            "faults": [fault.as_json() for fault in self.faults],
            "seconds": round(self.seconds, 3),
        }

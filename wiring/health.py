"""How a part of the house is, what is missing, and how to get it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from records.errors import ExitCode, KhongChoError
from records.messages import message


class Health(StrEnum):
    """How a part is."""

    WORKS = "works"
    WEAK = "weak"
    """Works, but with less than it promises."""
    DOWN = "down"
    """Missing or silent; what needs it cannot be done."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found of one part."""

    part: str
    """Name for people."""
    health: Health
    detail: str
    """Version, place or count; where it is down, what happened."""
    remedy: str = ""
    """What to do, where there is something to do."""
    exit_code: ExitCode = ExitCode.OK


Finding = tuple[Health, str, str]
"""How a part is; version, place or count, or what happened; what to do."""


def tried(part: str, probe: Callable[[], Finding], *, down: ExitCode = ExitCode.PART_MISSING) -> Probe:
    """Return what *probe* finds of *part*. A part that is missing is a finding, never an exception."""
    try:
        health, detail, remedy = probe()
    except KhongChoError as e:
        words = e.message()
        return Probe(part, Health.DOWN, f"{words.vi} ({e.code})", words.en, max(e.exit_code, ExitCode.PART_MISSING))
    except Exception as e:  # an unforeseen failure of one part must not hide how the others are
        remedy = message("PART_UNFORESEEN").vi
        return Probe(part, Health.DOWN, f"{type(e).__name__}: {e}", remedy, ExitCode.PART_MISSING)
    return Probe(part, health, detail, remedy, down if health is Health.DOWN else ExitCode.OK)

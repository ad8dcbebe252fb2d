"""The whole check of the register, and what the last one found: too long for every look at the house's health."""

import datetime as dt
import json
import logging
from dataclasses import dataclass
from pathlib import Path

from records.ports import Register
from records.provenance import LedgerCheck

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LastCheck:
    """When the register was last checked as a whole on this machine, and whether it was whole."""

    at: dt.datetime
    whole: bool


class RegisterCheck:
    """Checks the register as a whole and notes the outcome in *memo*, for the register at *where* only."""

    def __init__(self, register: Register, where: str, memo: Path) -> None:
        self._register = register
        self._where = where
        self._memo = memo

    def run(self) -> LedgerCheck:
        """Read the whole register once and compare it with what the audit chain says. Raises PartUnavailable."""
        found = self._register.check()
        noted = {"register": self._where, "at": dt.datetime.now(dt.UTC).isoformat(), "whole": found.whole}
        beside = self._memo.with_suffix(".new")
        try:
            beside.write_text(json.dumps(noted, ensure_ascii=False) + "\n", encoding="utf-8")
            beside.replace(self._memo)
        except OSError as e:  # the finding is what counts; only the next look at the health will not know of it
            _log.warning("%s: %s", self._memo, e)
        return found

    def last(self) -> LastCheck | None:
        """Return what the last check found; None where there was none."""
        try:
            noted = json.loads(self._memo.read_text(encoding="utf-8"))
            if noted["register"] != self._where:
                return None
            return LastCheck(dt.datetime.fromisoformat(noted["at"]), bool(noted["whole"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

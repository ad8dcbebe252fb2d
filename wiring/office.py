"""The office as data: which authority issues copies and who signs, each with the days it holds."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from records.errors import WrongUse
from records.extracts import Authority, Signer

_DEMONSTRATION = "demonstration-office.toml"


@dataclass(frozen=True, slots=True)
class Term:
    """The days something holds: from *start* to *end*, both included; open where *end* is None."""

    start: dt.date
    end: dt.date | None
    legal_basis: str

    def holds(self, day: dt.date) -> bool:
        """Whether *day* lies in the term."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Office:
    """Authorities and signers with their terms, in the order of the file."""

    authorities: tuple[tuple[Authority, Term], ...]
    signers: tuple[tuple[str, Signer, Term], ...]
    """(code of the authority, signer, term)."""
    where: str
    demonstration: bool = False

    def on(self, day: dt.date) -> tuple[Authority, Signer]:
        """Return who issues and who signs on *day*; the first of the file that holds.

        Raises WrongUse OFFICE_NOBODY where nobody does.
        """
        for authority, term in self.authorities:
            if term.holds(day):
                for code, signer, signs in self.signers:
                    if code == authority.code and signs.holds(day):
                        return authority, signer
        raise WrongUse("OFFICE_NOBODY", day=day.strftime("%d/%m/%Y"), where=self.where)


def read_office(path: Path | None) -> Office:
    """Read the office's file; None reads the demonstration office. Raises WrongUse SETTING_INVALID."""
    source = files("wiring").joinpath("data", _DEMONSTRATION) if path is None else path
    where = _DEMONSTRATION if path is None else str(path)
    try:
        told = tomllib.loads(source.read_text(encoding="utf-8"))
        return Office(
            tuple((_authority(row), _term(row)) for row in told["authority"]),
            tuple((str(row["authority"]), _signer(row), _term(row)) for row in told["signer"]),
            where,
            demonstration=path is None,
        )
    except KeyError as e:
        raise WrongUse("SETTING_INVALID", detail=f"thiếu / missing {e}", where=where) from e
    except (OSError, UnicodeDecodeError, TypeError, ValueError) as e:
        raise WrongUse("SETTING_INVALID", detail=str(e), where=where) from e


def _authority(row: dict[str, Any]) -> Authority:
    return Authority(str(row["code"]), _lines(row["name_lines"]), str(row["place"]))


def _signer(row: dict[str, Any]) -> Signer:
    return Signer(str(row["name"]), _lines(row["title_lines"]))


def _lines(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
        raise ValueError(f"{value!r}: cần danh sách dòng chữ / needs a list of lines")
    return tuple(value)


def _term(row: dict[str, Any]) -> Term:
    start, end = row["valid_from"], row.get("valid_to")
    for day in (start, end):
        if day is not None and (not isinstance(day, dt.date) or isinstance(day, dt.datetime)):
            raise ValueError(f"{day!r}: cần ngày / needs a date")
    return Term(start, end, str(row["legal_basis"]))

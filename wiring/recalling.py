"""Recalling an extract by what stands on the paper. It needs no key, so it works also where signing does not."""

import re

from records.errors import NotFound, WrongUse
from records.extracts import IssuedExtract
from records.ports import Register
from records.text import clean

_NUMBER = re.compile(
    r"(?:(?:(?P<authority>.+)/)?(?P<year>[0-9]{4})/)?(?P<number>[0-9]{1,9})/(?P<suffix>[^/]+)", re.IGNORECASE
)


def recall(register: Register, named: str, reason: str, *, by: str, superseded_by: str = "") -> IssuedExtract:
    """Cancel the extract *named* (or its number, where none was issued yet), or mark it superseded by another one.

    The number stays in the book with *reason*; the same again changes nothing. Raises WrongUse (no reason, a
    successor of another entry, a number that stands in several books), NotFound, Conflict (it stands otherwise).
    """
    if not clean(reason).strip():
        raise WrongUse("EXTRACT_REASON_MISSING")
    old = find_issued(register, named)
    if not superseded_by:
        return register.cancel_issue(old.number, reason, agent=by)
    new = find_issued(register, superseded_by)
    if new.entry_id != old.entry_id:
        raise WrongUse("EXTRACT_OTHER_ENTRY", number=old.number, entry=old.entry_id)
    return register.supersede_issue(old.number, new.number, reason, agent=by)


def find_issued(register: Register, named: str) -> IssuedExtract:
    """Find an extract by its code, or its number ("12/TLKS-BS"), which year and authority may precede.

    Raises NotFound; WrongUse where several books have that number.
    """
    from extracts import read_code

    named = named.strip()
    if code := read_code(named):
        row = register.issued(code=code)
        found = [row] if row is not None else []
    elif said := _NUMBER.fullmatch(named):
        found = [
            row
            for row in register.numbered(int(said["number"]), said["suffix"].upper())
            if said["year"] in {None, str(row.number.year)} and said["authority"] in {None, row.number.authority}
        ]
    else:
        found = []
    if not found:
        raise NotFound("ISSUE_NOT_FOUND", named=named)
    if len(found) > 1:
        full = ", ".join(f"{row.number.authority}/{row.number.year}/{row.number}" for row in found)
        raise WrongUse("ISSUE_AMBIGUOUS", named=named, found=full)
    return found[0]

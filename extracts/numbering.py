"""Verification codes and what the QR mark of an extract says.

The code is what makes a number unguessable: it is drawn from the system's random source, stands on
the paper and in the mark, and is asked for wherever somebody checks a number without the file.
"""

import io
import re
import secrets
from dataclasses import dataclass

import segno

from records.extracts import IssueNumber

ALPHABET = "23456789ACEHKMNQRTXY"
"""No two signs that look alike (0 O, 1 I L, S, B, Z, U V) or that Vietnamese names alike (B P, D Đ, G J)."""
CODE_LENGTH = 20
"""20 signs out of 20: 86 bits."""
_GROUP = 5
_SCHEME = "BSTL/1"
_FORM = re.compile(
    rf"{_SCHEME};CQ=(?P<authority>[^;]+);NAM=(?P<year>\d{{4}});"
    rf"SO=(?P<number>\d+)/(?P<suffix>[A-Z-]+);MA=(?P<code>[{ALPHABET}-]+)"
)


def new_code() -> str:
    """Return a fresh verification code of 86 random bits, in groups of five joined by hyphens."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)))


def grouped(signs: str) -> str:
    """Return *signs* in groups of five, as printed and read aloud."""
    return "-".join(signs[i : i + _GROUP] for i in range(0, len(signs), _GROUP))


def read_code(typed: str) -> str | None:
    """Return the code as the register keeps it, however it was typed; None where it cannot be a code."""
    signs = "".join(c for c in typed.upper() if not c.isspace() and c not in "-.")
    return grouped(signs) if len(signs) == CODE_LENGTH and set(signs) <= set(ALPHABET) else None


@dataclass(frozen=True, slots=True)
class MarkedNumber:
    """What a QR mark, or the metadata of a file, claims to be the number of."""

    authority: str
    year: int
    number: int
    suffix: str
    code: str

    def names(self, other: IssueNumber) -> bool:
        """Whether *other* is the very number that is claimed, code included."""
        return IssueNumber(self.authority, self.year, self.number, self.suffix, self.code) == other


def mark_text(number: IssueNumber) -> str:
    """Return the text of the QR mark: plain ASCII, of our own scheme, so that no reader takes it for a national one."""
    return f"{_SCHEME};CQ={number.authority};NAM={number.year};SO={number.number}/{number.suffix};MA={number.code}"


def read_mark(text: str) -> MarkedNumber | None:
    """Return what a mark says, or None where it is not one of ours."""
    if not (found := _FORM.fullmatch(text.strip())):
        return None
    return MarkedNumber(found["authority"], int(found["year"]), int(found["number"]), found["suffix"], found["code"])


def mark_svg(number: IssueNumber) -> str:
    """Return the QR mark as an SVG drawing (error level M, black on transparent, quiet zone of four modules)."""
    out = io.BytesIO()
    segno.make(mark_text(number), error="m", micro=False).save(out, kind="svg", border=4, xmldecl=False, nl=False)
    return out.getvalue().decode("ascii")

"""Loose slips that lie in a book: which entry one names, and which entries of the book that may be. Pure rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from records.books import NumberClaim
from records.codes import RegisterKind
from records.numbers import EntryNumber, read_number
from records.sequence import year_of
from records.volumes import plain


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry as a slip, or a person, names it; what is left out is None or empty."""

    number: EntryNumber
    year: int | None = None
    volume: str = ""
    kind: RegisterKind | None = None

    def __str__(self) -> str:
        return f"{self.number}/{self.year}" if self.year else str(self.number)


def entries_of(named: NamedEntry, claims: Iterable[NumberClaim]) -> Sequence[NumberClaim]:
    """Return the *claims* of a book that may be the entry *named*: its number, and nothing that speaks against it."""
    return [claim for claim in claims if _may_be(named, claim)]


def _may_be(named: NamedEntry, claim: NumberClaim) -> bool:
    said = read_number(claim.value) or read_number(claim.text)
    if said is None or said[0] != named.number or named.kind not in {None, claim.kind}:
        return False
    if (year := year_of(claim)) and named.year not in {None, year}:
        return False
    volume, own = plain(named.volume), plain(claim.book_number)
    return not (volume and own and volume != own)

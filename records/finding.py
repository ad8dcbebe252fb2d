"""Questions a clerk asks and the answers an index gives: the same for every engine."""

from dataclasses import dataclass
from enum import StrEnum

from records.codes import EntryState, RegisterKind


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """What the index knows of an entry: a projection that can be thrown away and rebuilt."""

    entry: str
    version: int
    kind: RegisterKind
    state: EntryState
    name: str
    """Full name of the person (verbatim)."""
    other_names: tuple[str, ...] = ()
    """Second person of the entry (spouse, child recognised …)."""
    father: str = ""
    mother: str = ""
    born: str = ""
    """ISO 8601 partial date; empty where unknown."""
    registered: str = ""
    """ISO 8601 partial date of registration."""
    number: str = ""
    book: str = ""
    places: tuple[str, ...] = ()
    text: str = ""
    """Full text of a paper (dossiers); empty for register entries."""

    @property
    def is_paper(self) -> bool:
        """Whether it stands for a page of a dossier; its *number* is then file and page, its *book* the delivery."""
        return self.kind is RegisterKind.OTHER


@dataclass(frozen=True, slots=True)
class Paper:
    """A page of a dossier: where it stands, and the print that was read on it."""

    id: str
    file: str
    """Name in the delivery."""
    page: int
    """In the file, from 1."""
    delivery: str
    """What the delivery is called."""
    text: str
    """Line by line; empty where it has not been read."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the clerk knows. *text* is a name (person, father or mother) or words of a paper."""

    text: str
    year: int | None = None
    within: int = 0
    """Years either side of *year* that count as well."""
    kind: RegisterKind | None = None
    limit: int = 20


class Why(StrEnum):
    """Why a hit matched, best first; the catalogue has the words (``WHY_…``)."""

    EXACT = "exact"
    """All marks as asked, same order."""
    FOLDED = "folded"
    """Same letters without marks, same order."""
    REORDERED = "reordered"
    """Same syllables without marks in another order, or part of the name."""
    ONE_EDIT = "one_edit"
    """One letter apart in one syllable."""
    MOTHER = "mother"
    FATHER = "father"
    OTHER_PERSON = "other_person"
    DATE = "date"
    """Born on the day, or in the month, asked."""
    YEAR = "year"
    """Born in the year asked."""
    YEAR_REGISTERED = "year_registered"
    """Registered in the year asked."""
    YEAR_NEAR = "year_near"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer. *score* is ours (the same in every engine), higher is better."""

    document: SearchDocument
    score: int
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """All hits, best first, ties by date then entry number then entry id."""

    hits: tuple[Hit, ...]
    total: int
    tried: tuple[str, ...] = ()
    """What was asked of the index, in words for the clerk, when nothing was found."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A document an index would not take, and its reason."""

    entry: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a rebuild or bulk update did."""

    indexed: int
    refused: tuple[Refused, ...] = ()

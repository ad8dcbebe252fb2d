"""From a delivered file to a prepared page: masters, page images, classification, layout."""

import datetime as dt
from dataclasses import dataclass, field
from functools import reduce
from typing import NewType, Self
from urllib.parse import parse_qsl, urlencode

from records.codes import DeliveryKind, PageRole, PageStatus, RegisterKind
from records.errors import KhongChoError
from records.geometry import Bend, Polygon, Route, Transform
from records.messages import Message, message

Digest = NewType("Digest", str)
"""SHA-256 of a file's bytes, 64 lower-case hexadecimal digits."""

PageId = NewType("PageId", str)
"""``{first 16 digits of the master's digest}-{page in file, 4 digits from 0001}``: the same bytes, the same page."""


def page_id(master: Digest, page_in_file: int) -> PageId:
    """Return the identity of page *page_in_file* (from 1) of a master."""
    return PageId(f"{master[:16]}-{page_in_file:04d}")


@dataclass(frozen=True, slots=True)
class MasterImage:
    """A file as delivered, kept for ever and never re-encoded."""

    digest: Digest
    file: str
    """Name in the delivery, relative, with ``/``."""
    media_type: str
    size: int
    """Bytes."""
    pages: int


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page of a master, and the frame in which its evidence is told.

    Master pixels are the pixels of the embedded image for TIFF, JPEG and PNG; for a PDF they are the
    pixels of the page rendered at *dpi*.
    """

    id: PageId
    master: Digest
    page_in_file: int
    width: int
    height: int
    dpi: float | None


@dataclass(frozen=True, slots=True)
class PageProblem:
    """Why a page waits for a person or failed: a code of the message catalogue with its facts."""

    code: str
    facts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: KhongChoError) -> Self:
        """Return what an error tells, as it is kept."""
        return cls(error.code, {name: str(fact) for name, fact in error.facts.items()})

    def message(self) -> Message:
        """Return the words for people, gaps filled."""
        return message(self.code, **self.facts)

    def written(self) -> str:
        """Return the problem in one line: ``CODE``, or ``CODE?fact=value&…`` where it has facts."""
        return f"{self.code}?{urlencode(self.facts)}" if self.facts else self.code

    @classmethod
    def parse(cls, written: str) -> Self:
        """Return the problem that :meth:`written` put in one line."""
        code, _, facts = written.partition("?")
        return cls(code, dict(parse_qsl(facts, keep_blank_values=True)))


@dataclass(frozen=True, slots=True)
class Delivery:
    """What somebody handed in at one time: a book (or part of one), or a stack of dossier papers."""

    id: str
    kind: DeliveryKind
    label: str
    received_at: dt.datetime
    quarantined: tuple[tuple[str, Digest, str], ...] = ()
    """Files that could not be opened at all: (file, digest, problem as :meth:`PageProblem.written`)."""
    authority: str = ""
    """Who kept the book, as whoever hands it in reads it from the cover; empty where not said."""
    book: str | None = None
    """The book it belongs to; None: it is a book of its own, under its own id."""


@dataclass(frozen=True, slots=True)
class DeliveredPage:
    """A page's place in a delivery, and where it stands."""

    delivery: str
    seq: int
    """From 1, in the order of the delivery."""
    file: str
    page: PageImage
    status: PageStatus
    problem: PageProblem | None = None
    role: PageRole | None = None
    kind: RegisterKind | None = None
    edition: str | None = None

    def goes_by(self, name: str) -> bool:
        """Whether people call it so: by its file, by the file and the page in it (``book.pdf:3``), or by its id."""
        return name in (self.file, f"{self.file}:{self.page.page_in_file}", self.page.id)


@dataclass(frozen=True, slots=True)
class StageResult:
    """What one stage found on one page: kept so that a re-run repeats only what is missing."""

    page: PageId
    stage: str
    code_version: str
    payload: dict[str, object]
    """JSON-able."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Step:
    """One step of image preparation: its name, what it measured, and its transform (input → output frame).

    A step that made a bent page flat tells its *bend*, which follows the transform.
    """

    name: str
    transform: Transform
    facts: dict[str, float] = field(default_factory=dict)
    bend: Bend | None = None

    @property
    def route(self) -> Route:
        """Input → output frame."""
        return Route((self.transform, self.bend) if self.bend else (self.transform,))


@dataclass(frozen=True, slots=True)
class Preparation:
    """All steps from master pixels to the prepared page, in order."""

    steps: tuple[Step, ...]
    width: int
    height: int

    @property
    def to_prepared(self) -> Route:
        """Master pixels → prepared pixels."""
        return reduce(Route.then, (step.route for step in self.steps), Route())

    @property
    def to_master(self) -> Route:
        """Prepared pixels → master pixels."""
        return self.to_prepared.inverse()


@dataclass(frozen=True, slots=True)
class Classification:
    """What a page is, how sure we are, and why we declined where we did.

    A declined classification has role or kind OTHER and a *reason* (a catalogue code).
    """

    role: PageRole
    kind: RegisterKind
    confidence: float
    edition: str | None = None
    reason: PageProblem | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value stands: page and outline in master pixels."""

    page: PageId
    polygon: Polygon

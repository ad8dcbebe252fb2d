"""Who did what to what: events chained by hash (each holds the digest of the one before it)."""

import datetime as dt
from dataclasses import dataclass, field

PROGRAMME = "khongcho"
"""Agent of what the programme does by itself, where no person and no engine is to be named."""


@dataclass(frozen=True, slots=True)
class ProvenanceEvent:
    """One event in PREMIS's words: *event_type* happened to *object_id*, done by *agent*."""

    event_type: str
    """``ingestion``, ``field decided``, ``verification``, ``issue``, ``access`` …"""
    object_id: str
    agent: str
    """Account or programme (name and version)."""
    at: dt.datetime
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """An event in its place in the chain."""

    seq: int
    event: ProvenanceEvent
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Whether the chain is whole, and where it breaks first."""

    length: int
    whole: bool
    broken_at: int | None = None
    head: str = ""
    """Digest of the last event; compared with an anchor kept elsewhere, it shows a truncated tail."""


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """What a check of the whole ledger found; *whole* only where nothing is wrong."""

    chain: ChainReport
    damages: tuple[str, ...]
    """What the database says of its own pages, indexes and references."""
    altered: tuple[str, ...]
    """Entries, extracts and books that are not what was last told of them: changed from outside, or gone."""
    gaps: tuple[str, ...]
    """Books of issued extracts (``authority/year``) whose numbers do not run from 1 to the counter."""

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.chain.whole and not (self.damages or self.altered or self.gaps)

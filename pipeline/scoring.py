"""What a book's readings are worth beside its truth: figures by column, by edition, by what was accepted. Pure.

*Exact* compares case-folded NFC text with spaces collapsed, dates and numbers by value.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import regex
from rapidfuzz.distance import Levenshtein

from forms import Leaf, editions, normalise
from pipeline.payloads import Json
from pipeline.values import ACCEPTED_RISK, is_accepted
from records.codes import Presence, ValueKind
from records.geometry import Box, Point
from records.text import comparable

_BY_VALUE = frozenset({ValueKind.DATE, ValueKind.AGE, ValueKind.ENTRY_NUMBER, ValueKind.PERSONAL_ID})
LOCATED = 0.5
"""Least intersection over union at which a field counts as located."""


@dataclass(frozen=True, slots=True)
class FieldScore:
    """One column's figures: *cer* over grapheme clusters, case-folded; *exact* as the share of equal values."""

    n: int
    cer: float
    exact: float

    def as_json(self) -> dict[str, float]:
        """Return the figures, rounded."""
        return {"n": self.n, "cer": round(self.cer, 5), "exact": round(self.exact, 5)}


@dataclass(frozen=True, slots=True)
class ReadField:
    """A field as read: its text, where it stands in master pixels, and whether it may stand without a person."""

    text: str
    box: Box | None
    accepted: bool


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry as read."""

    edition: str
    fields: dict[str, ReadField]

    @property
    def box(self) -> Box | None:
        """Box around all its fields."""
        corners = [p for f in self.fields.values() if f.box for p in f.box.polygon().points]
        return Box.around(corners) if corners else None


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as read: what it was taken for, its entries in order, the time it took."""

    kind: str
    edition: str | None
    entries: tuple[ReadEntry, ...]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Share:
    """*right* of *n*."""

    n: int
    right: int

    def as_json(self) -> dict[str, float | int]:
        """Return the share under the key ``right``, with n."""
        return {"n": self.n, "right": round(self.right / self.n, 5) if self.n else 0.0}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A field that was accepted without a person and is wrong."""

    file: str
    edition: str
    column: str
    truth: str
    text: str


@dataclass(frozen=True, slots=True)
class BookReport:
    """What ``evaluate book`` prints; rates in [0, 1]. *real_ink* holds fields with real handwriting, apart."""

    n_pages: int
    n_entries: int
    fields: dict[str, FieldScore]
    exact: float
    entries_lost: int
    seconds_per_page: float
    entries_extra: int = 0
    """Entries read that no book has: each falsifies the count of what a district holds."""
    real_ink: dict[str, FieldScore] = field(default_factory=dict)
    failed: tuple[tuple[str, str], ...] = ()
    """Pages that could not be read at all: (file, catalogue code)."""
    editions: dict[str, Share] = field(default_factory=dict)
    """By the true edition: pages with entries that were taken for it, of those that were answered."""
    kinds: dict[str, Share] = field(default_factory=dict)
    """The same by kind of register."""
    answered: Share = Share(0, 0)
    """Pages with entries that were taken for some edition."""
    refused: Share = Share(0, 0)
    """Pages without entries on which none was read."""
    by_edition: dict[str, dict[str, FieldScore]] = field(default_factory=dict)
    located: Share = Share(0, 0)
    """Fields with writing that were found where they are."""
    accepted: tuple[int, int, int] = (0, 0, 0)
    """(accepted, wrong among them, all fields)."""
    mistakes: tuple[Mistake, ...] = ()
    """Those accepted that are wrong, one by one."""

    def as_json(self) -> dict[str, Any]:
        """Return the report under its published keys."""
        accepted, wrong, whole = self.accepted
        return {
            "n_pages": self.n_pages,
            "n_entries": self.n_entries,
            "fields": _as_json(self.fields),
            "exact": self.exact,
            "entries_lost": self.entries_lost,
            "entries_extra": self.entries_extra,
            "seconds_per_page": round(self.seconds_per_page, 3),
            "real_ink": _as_json(self.real_ink),
            "failed": [{"file": file, "code": code} for file, code in self.failed],
            "editions": {k: v.as_json() for k, v in self.editions.items()},
            "kinds": {k: v.as_json() for k, v in self.kinds.items()},
            "answered": self.answered.as_json(),
            "refused": self.refused.as_json(),
            "by_edition": {k: _as_json(v) for k, v in self.by_edition.items()},
            "located": self.located.as_json(),
            "accepted": {
                "share": round(accepted / whole, 5) if whole else 0.0,
                "wrong": wrong,
                "n": accepted,
                "risk": ACCEPTED_RISK,
                "mistakes": [asdict(mistake) for mistake in self.mistakes],
            },
        }


def _as_json(scores: Mapping[str, FieldScore]) -> dict[str, Any]:
    return {column: score.as_json() for column, score in scores.items()}


@dataclass(frozen=True, slots=True)
class _Seen:
    column: str
    truth: str
    text: str
    real: bool
    edition: str
    accepted: bool
    located: bool | None
    lost: bool
    """Its entry was not found: then nothing of it is right, not even what the book leaves blank."""

    @property
    def right(self) -> bool:
        return not self.lost and same(self.column, self.truth, self.text)


@cache
def _kinds() -> dict[str, ValueKind]:
    return {label.column: label.kind for e in editions() for label in e.labels if label.column and label.kind}


def _kind_of(column: str) -> ValueKind:
    return _kinds().get(column, ValueKind.TEXT)


def same(column: str, truth: str, text: str) -> bool:
    """Whether a reading is *exact*: by value for dates and numbers that have one, else by comparable text."""
    kind = _kind_of(column)
    if kind in _BY_VALUE:
        expected, got = normalise(kind, truth), normalise(kind, text)
        if expected:
            return expected == got
    return comparable(truth) == comparable(text)


def _score(seen: Sequence[_Seen]) -> FieldScore:
    edits = length = right = 0
    for one in seen:
        ref = regex.findall(r"\X", comparable(one.truth))
        got = regex.findall(r"\X", comparable(one.text))
        edits += Levenshtein.distance(ref, got)
        length += len(ref)
        right += one.right
    return FieldScore(len(seen), edits / length if length else float(edits > 0), right / len(seen) if seen else 0.0)


def read_page_of(payload: Json, kind: str, edition: str | None, seconds: float = 0.0) -> ReadPage:
    """Return what the stage ``read`` found on a page, as it is measured."""
    entries = []
    for entry in payload.get("entries", ()):
        fields = {}
        for row in entry["fields"]:
            corners = [Point(x, y) for x, y in row["outline"] or ()]
            confidence = row["reading"]["confidence"] if row["reading"] else 0.0
            told = Presence(row["presence"]), row["text"], row["value"], confidence, row["doubts"]
            accepted = is_accepted(_kind_of(row["column"]), *told)
            fields[row["column"]] = ReadField(row["text"], Box.around(corners) if corners else None, accepted)
        entries.append(ReadEntry(entry["edition"], fields))
    return ReadPage(kind, entries[0].edition if entries else edition, tuple(entries), seconds)


def _paired(truth: Json, page: ReadPage | None) -> list[ReadEntry | None]:
    """Return for each true entry the one read in its place: in order where as many were read, else by overlap."""
    entries = list(page.entries) if page else []
    expected = truth["entries"]
    if len(entries) == len(expected):
        return list(entries)
    out: list[ReadEntry | None] = []
    for entry in expected:
        boxes = [Box(*(float(v) for v in cell["box"])) for cell in entry["fields"].values()]
        whole = Box.holding(boxes)
        ranked = sorted(((whole.iou(e.box) if e.box else 0.0, k) for k, e in enumerate(entries)), reverse=True)
        taken = entries.pop(ranked[0][1]) if ranked and ranked[0][0] > 0.2 else None
        out.append(taken)
    return out


def report(
    truths: Sequence[Json], pages: Mapping[int, ReadPage], n_pages: int, failed: Sequence[tuple[str, str]] = ()
) -> BookReport:
    """Return the figures of a book: *pages* by the number of the row of *truths* they belong to."""
    seen: list[_Seen] = []
    mistakes: list[Mistake] = []
    lost = 0
    by_edition: Counter[str] = Counter()
    by_kind: Counter[str] = Counter()
    right_edition: Counter[str] = Counter()
    right_kind: Counter[str] = Counter()
    foreign = declined = entry_pages = extra = 0
    for number, truth in enumerate(truths):
        page = pages.get(number)
        if not truth["entries"]:
            foreign += 1
            declined += page is None or not page.entries
            extra += len(page.entries) if page else 0
            continue
        entry_pages += 1
        kind, edition = str(truth.get("kind", "")), str(truth.get("edition") or "")
        if page is not None and page.edition is not None:
            by_edition[edition] += 1
            by_kind[kind] += 1
            right_edition[edition] += page.edition == edition
            right_kind[kind] += page.kind == kind
        extra += max(0, len(page.entries) - len(truth["entries"])) if page else 0
        for expected, got in zip(truth["entries"], _paired(truth, page), strict=True):
            lost += got is None
            fields = _fields(expected, got, edition)
            seen += fields
            mistakes += [
                Mistake(str(truth.get("file", "")), edition, s.column, s.truth, s.text)
                for s in fields
                if s.accepted and not s.right
            ]
    written = [s for s in seen if not s.real]
    known = list(dict.fromkeys(s.edition for s in written))
    accepted = [s for s in seen if s.accepted]
    found = [s for s in seen if s.located is not None]
    return BookReport(
        n_pages=n_pages,
        n_entries=sum(_begins(e["fields"], str(t.get("edition") or "")) for t in truths for e in t["entries"]),
        fields=_by_column(written),
        exact=sum(s.right for s in seen) / len(seen) if seen else 0.0,
        entries_lost=lost,
        entries_extra=extra,
        seconds_per_page=sum(p.seconds for p in pages.values()) / n_pages if n_pages else 0.0,
        real_ink=_by_column([s for s in seen if s.real]),
        failed=tuple(failed),
        editions={k: Share(n, right_edition[k]) for k, n in by_edition.items()},
        kinds={k: Share(n, right_kind[k]) for k, n in by_kind.items()},
        answered=Share(entry_pages, by_kind.total()),
        refused=Share(foreign, declined),
        by_edition={e: _by_column([s for s in written if s.edition == e]) for e in known},
        located=Share(len(found), sum(bool(s.located) for s in found)),
        accepted=(len(accepted), len(mistakes), len(seen)),
        mistakes=tuple(mistakes),
    )


def _begins(columns: Iterable[str], edition: str) -> bool:
    """Whether a case begins here: of a table scanned leaf by leaf its other half stands on the next picture."""
    known = {e.id: e for e in editions()}.get(edition)
    labels = [known.label(column) if known else None for column in columns]
    return not labels or any(label is None or label.leaf is not Leaf.RIGHT for label in labels)


def _by_column(seen: Sequence[_Seen]) -> dict[str, FieldScore]:
    columns: dict[str, list[_Seen]] = {}
    for one in seen:
        columns.setdefault(one.column, []).append(one)
    return {column: _score(own) for column, own in columns.items()}


def _fields(expected: Json, got: ReadEntry | None, edition: str) -> list[_Seen]:
    out = []
    for column, cell in expected["fields"].items():
        read = got.fields.get(column) if got else None
        traces = [cell, cell["struck"]] if "struck" in cell else [cell]  # a person is shown what was struck out too
        boxes = [Box(*(float(v) for v in trace["box"])) for trace in traces]
        box = Box.holding([b for b in boxes if b.area] or boxes)
        located = None
        if cell["text"]:
            located = bool(read and read.box and read.box.iou(box) >= LOCATED)
        text, accepted = (read.text, read.accepted) if read else ("", False)
        out.append(
            _Seen(column, cell["text"], text, cell.get("ink") == "real", edition, accepted, located, got is None)
        )
    return out

"""Compare what was read with a known truth: per field, per entry, per page.

The truth is never used for reading. *Exact* compares case-folded NFC text with spaces collapsed, dates and
numbers by value. Entries of one page are matched in order.
"""

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import regex
from rapidfuzz.distance import Levenshtein

from forms import editions, normalise
from pipeline.crew import Crew
from pipeline.decode import Limits
from pipeline.digitise import version_of
from pipeline.intake import natural
from pipeline.page_work import Work, do_classify, do_prepare, do_read
from pipeline.payloads import Json
from pipeline.readers import MakeReaders
from records.codes import ValueKind
from records.errors import KhongChoError, WrongUse
from records.ports import Register
from records.progress import Progress
from records.text import comparable

_BY_VALUE = frozenset({ValueKind.DATE, ValueKind.AGE, ValueKind.ENTRY_NUMBER, ValueKind.PERSONAL_ID})


@dataclass(frozen=True, slots=True)
class FieldScore:
    """One column's figures: *cer* over grapheme clusters, case-folded; *exact* as the share of equal values."""

    n: int
    cer: float
    exact: float


@dataclass(frozen=True, slots=True)
class BookReport:
    """What ``evaluate book`` prints; rates in [0, 1]. *real_ink* holds fields with real handwriting, apart."""

    n_pages: int
    n_entries: int
    fields: dict[str, FieldScore]
    exact: float
    entries_lost: int
    seconds_per_page: float
    real_ink: dict[str, FieldScore] = field(default_factory=dict)
    failed: tuple[tuple[str, str], ...] = ()
    """Pages that could not be read at all: (file, catalogue code)."""

    def as_json(self) -> dict[str, Any]:
        """Return the report under its published keys."""

        def scores(of: dict[str, FieldScore]) -> dict[str, Any]:
            return {k: {"n": s.n, "cer": round(s.cer, 5), "exact": round(s.exact, 5)} for k, s in of.items()}

        return {
            "n_pages": self.n_pages,
            "n_entries": self.n_entries,
            "fields": scores(self.fields),
            "exact": self.exact,
            "entries_lost": self.entries_lost,
            "seconds_per_page": round(self.seconds_per_page, 3),
            "real_ink": scores(self.real_ink),
            "failed": [{"file": file, "code": code} for file, code in self.failed],
        }


@dataclass(frozen=True, slots=True)
class _Seen:
    column: str
    truth: str
    text: str
    real: bool


def read_truth(folder: Path) -> list[Json]:
    """Return the rows of ``truth.jsonl``. Raises WrongUse where it is missing, malformed or without a row."""
    file = folder / "truth.jsonl" if folder.is_dir() else folder.with_name("truth.jsonl")
    if not file.is_file():
        raise WrongUse("TRUTH_MISSING", folder=folder)
    rows = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            row["file"], row["entries"]
        except (ValueError, KeyError, TypeError) as error:
            raise WrongUse("TRUTH_MALFORMED", folder=folder, line=number, detail=error) from error
        rows.append(row)
    if not rows:  # figures over nothing would look like a measurement
        raise WrongUse("TRUTH_EMPTY", folder=folder)
    return rows


def _kinds() -> dict[str, ValueKind]:
    return {label.column: label.kind for e in editions() for label in e.labels if label.column and label.kind}


def same(column: str, truth: str, text: str) -> bool:
    """Whether a reading is *exact*: by value for dates and numbers that have one, else by comparable text."""
    kind = _kinds().get(column, ValueKind.TEXT)
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
        right += same(one.column, one.truth, one.text)
    return FieldScore(len(seen), edits / length if length else float(edits > 0), right / len(seen) if seen else 0.0)


def _compare(truth: Json, entries: Sequence[dict[str, str]], seen: list[_Seen]) -> int:
    """Add what one page's entries show; return how many entries were lost."""
    lost = 0
    for number, expected in enumerate(truth["entries"]):
        got = entries[number] if number < len(entries) else None
        lost += got is None
        for column, cell in expected["fields"].items():
            text = (got or {}).get(column, "")
            seen.append(_Seen(column, cell["text"], text, cell.get("ink") == "real"))
    return lost


def _report(truths: Sequence[Json], seen: Sequence[_Seen], lost: int, seconds: float, pages: int) -> BookReport:
    def table(real: bool) -> dict[str, FieldScore]:
        columns = dict.fromkeys(s.column for s in seen if s.real is real)
        return {c: _score([s for s in seen if s.column == c and s.real is real]) for c in columns}

    right = sum(same(s.column, s.truth, s.text) for s in seen)
    return BookReport(
        n_pages=pages,
        n_entries=sum(len(t["entries"]) for t in truths),
        fields=table(False),
        exact=right / len(seen) if seen else 0.0,
        entries_lost=lost,
        seconds_per_page=seconds / pages if pages else 0.0,
        real_ink=table(True),
    )


def evaluate_delivery(register: Register, delivery_id: str, folder: Path) -> BookReport:
    """Compare what was read in a delivery, as the ledger keeps it, with the truth of the folder it came from."""
    truths = read_truth(folder)
    pages = register.delivered_pages(delivery_id)
    version = version_of(register.delivery(delivery_id).kind)
    by_file: dict[str, list[dict[str, str]]] = {}
    for page in pages:
        if page.edition is None:
            continue
        found = register.stage_result(page.page.id, "read", version)
        payload: Json = dict(found.payload) if found else {"fields": []}
        by_file.setdefault(page.file, []).append({row["column"]: row["text"] for row in payload["fields"]})
    if len(pages) == len(truths) and not {t["file"] for t in truths} & {p.file for p in pages}:
        # handed in as one file (a PDF): the truth tells its pages in order
        reads = iter(by_file.pop(pages[0].file, []))
        by_file = {t["file"]: [next(reads)] for t, p in zip(truths, pages, strict=True) if p.edition is not None}
    seen: list[_Seen] = []
    lost = sum(_compare(t, by_file.get(t["file"], []), seen) for t in truths)
    seconds = 0.0
    for page in pages:
        for stage in ("prepare", "classify", "read"):
            found = register.stage_result(page.page.id, stage, version)
            seconds += found.seconds if found else 0.0
    return _report(truths, seen, lost, seconds, len(pages))


def evaluate_book(
    folder: Path, make_readers: MakeReaders, progress: Progress, *, workers: int = 2, limits: Limits | None = None
) -> BookReport:
    """Read the pages named in a folder's ``truth.jsonl`` (images, or one PDF whose pages stand in order) and compare.

    Nothing is stored. Raises WrongUse for a folder without truth, and for a truth that names a file which is not
    there, before anything is read.
    """
    truths = read_truth(folder)
    bounds = limits or Limits()
    works = _works(folder, truths, bounds, make_readers)
    progress.start(f"đo {folder.name}", len(works))
    read: dict[int, list[dict[str, str]]] = {}
    failed: list[tuple[str, str]] = []
    seconds = 0.0
    with Crew(workers, 180.0) as crew:
        for start in range(0, len(works), 8):
            jobs = [(str(i), read_page, (works[i],)) for i in range(start, min(start + 8, len(works)))]
            for name, result in crew.each(jobs):
                progress.advance()
                if isinstance(result, KhongChoError):
                    failed.append((truths[int(name)]["file"], result.code))
                    continue
                fields, spent = result
                seconds += spent
                read[int(name)] = [fields] if fields is not None else []
    progress.finish()
    seen: list[_Seen] = []
    lost = sum(_compare(t, read.get(i, []), seen) for i, t in enumerate(truths))
    return replace(_report(truths, seen, lost, seconds, len(truths)), failed=tuple(failed))


def _works(folder: Path, truths: Sequence[Json], limits: Limits, make: MakeReaders) -> list[Work]:
    """Return the work of each truth row's page. Raises WrongUse for a file that is not there."""
    base = folder if folder.is_dir() else folder.parent
    pdfs = sorted((p for p in base.glob("*.pdf")), key=lambda p: natural(p.name))
    rows_of = Counter(row["file"] for row in truths)

    def work(number: int, row: Json) -> Work:
        path = base / row["file"]
        place = 1 + sum(earlier["file"] == row["file"] for earlier in truths[:number])
        # "page" may be the page of the book: it is a page of the file only where the file holds several
        page = int(row.get("page", place)) if rows_of[row["file"]] > 1 else 1
        if not path.is_file() and pdfs:
            path, page = pdfs[0], number + 1
        if not path.is_file():
            raise WrongUse("TRUTH_IMAGE_MISSING", folder=folder, file=row["file"])
        return Work(path, page, limits, False, make)

    return [work(i, row) for i, row in enumerate(truths)]


def read_page(work: Work) -> tuple[dict[str, str] | None, float]:
    """Do all stages on one page in this process; return (texts by column or None where nothing is read, seconds)."""
    began = time.perf_counter()
    prepared, jpeg = do_prepare(work)
    said = do_classify(work, prepared, jpeg)
    fields = None
    if said["edition"] is not None:
        rows = do_read(work, prepared, jpeg, said["edition"])["fields"]
        fields = {row["column"]: row["text"] for row in rows}
    return fields, time.perf_counter() - began

"""Compare what was read with a known truth: a folder's pages, or a delivery as the ledger keeps it.

The truth is never used for reading.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipeline.crew import Crew
from pipeline.decode import Limits
from pipeline.digitise import version_of
from pipeline.intake import natural
from pipeline.page_work import Work, do_classify, do_page, do_read
from pipeline.payloads import Json
from pipeline.readers import MakeReaders
from pipeline.scoring import BookReport, ReadPage, read_page_of, report
from records.errors import KhongChoError, WrongUse
from records.ports import Register
from records.progress import Progress


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


def evaluate_delivery(register: Register, delivery_id: str, folder: Path) -> BookReport:
    """Compare what was read in a delivery, as the ledger keeps it, with the truth of the folder it came from."""
    truths = read_truth(folder)
    pages = register.delivered_pages(delivery_id)
    versions = {s: version_of(register.delivery(delivery_id).kind, s) for s in ("prepare", "classify", "read")}
    read: dict[str, list[ReadPage]] = {}
    for page in pages:
        results = {stage: register.stage_result(page.page.id, stage, v) for stage, v in versions.items()}
        seconds = sum(r.seconds for r in results.values() if r)
        found = results["read"]
        kind = page.kind.value if page.kind else ""
        payload: Json = dict(found.payload) if found else {}
        read.setdefault(page.file, []).append(read_page_of(payload, kind, page.edition, seconds))
    if len(read) == 1 and len(pages) == len(truths):
        # handed in as one file (a PDF): the truth tells its pages in order
        return report(truths, dict(enumerate(next(iter(read.values())))), len(pages))
    by_row, taken = {}, Counter[str]()
    for number, row in enumerate(truths):  # of a file of several pages the truth tells them in order
        own, place = read.get(row["file"], []), taken[row["file"]]
        taken[row["file"]] += 1
        if place < len(own):
            by_row[number] = own[place]
    return report(truths, by_row, len(pages))


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
    read: dict[int, ReadPage] = {}
    failed: list[tuple[str, str]] = []
    with Crew(workers, 180.0) as crew:
        for start in range(0, len(works), 8):
            jobs = [(str(i), read_page, (works[i],)) for i in range(start, min(start + 8, len(works)))]
            for name, result in crew.each(jobs):
                progress.advance()
                if isinstance(result, KhongChoError):
                    failed.append((truths[int(name)]["file"], result.code))
                    continue
                read[int(name)] = result
    progress.finish()
    return report(truths, read, len(truths), failed)


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


def read_page(work: Work) -> ReadPage:
    """Do all stages on one page; its seconds are those of a core, whatever else the machine does."""
    began = _core_seconds()
    done = do_page(work)
    said = done.later.get("classify") or do_classify(work, done.prepared, done.jpeg)
    read = done.later.get("read") or (do_read(work, done.prepared, done.jpeg, said["parts"]) if said["parts"] else {})
    return read_page_of(read, said["kind"], said["edition"], _core_seconds() - began)


def _core_seconds() -> float:
    """Return the processor time of this process and of the readers it called."""
    return sum(os.times()[:4])

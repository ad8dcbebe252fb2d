"""How every edition of every book is recognised, located and read, and how surely other pages are refused.

    .venv/bin/python -m bench.editions [--data DIR] [--cases N] [--books N] [--seed N] [--only PREFIX] [--json]

Books of each edition are made in hands that are held out, each set by a printing house drawn from its seed, at the
difficulty given; tables across an opened book are read in one picture and, a second time, leaf by leaf. No Vietnamese
register pages are to be had: every figure of fields is of **synthetic forms**, most of them guessed
(``khongcho forms list``). Refused pages are foreign registers and official papers that nobody here made, from *data*,
the pages of the same books that hold no entry, and a page of each edition's first book to a house that knows no form of
its kind.
As many books are made and read at a time as there are workers, each by one. Intervals are Wilson's, 95 %.
"""

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from forms import Edition, PageShape, edition, editions
from pipeline import BookReport, Limits, parts, shortlist
from pipeline.crew import Crew
from pipeline.evaluate import evaluate_book, read_page, read_truth
from pipeline.evaluate_pages import wilson
from pipeline.page_work import Work
from pipeline.scoring import Share
from records.errors import KhongChoError
from records.progress import SilentProgress
from samples import HELD_OUT, make_book
from samples.difficulty import DIALS, Difficulty
from wiring.readers import ReaderMaker

FOREIGN = (
    "register-lyon-births-1903-1912/dev",
    "register-paris-separations-1890s/dev",
    "typewritten-fr-pages/dev",
    "vn-admin-pages/dev",
)
PICTURES = frozenset({".jpg", ".jpeg", ".png"})


@dataclass(frozen=True, slots=True)
class Book:
    """One book to be made and read; *number* counts those of one edition."""

    edition: str
    apart: bool
    number: int
    cases: int
    seed: int
    difficulty: Difficulty

    @property
    def name(self) -> str:
        """How its figures are headed."""
        return f"`{self.edition}`{' (leaf by leaf)' if self.apart else ''}"


def added(shares: Sequence[Share]) -> Share:
    """Return several shares as one."""
    return Share(sum(s.n for s in shares), sum(s.right for s in shares))


def asked_for(told: argparse.Namespace) -> list[Book]:
    """Return the books to be made, each edition's first one first."""
    return [
        Book(form.id, apart, number, told.cases, told.seed + number, told.difficulty)
        for number in range(told.books)
        for form in editions()
        if form.id.startswith(told.only)
        for apart in ((False, True) if form.shape is PageShape.ROWS else (False,))
    ]


def measured(book: Book) -> tuple[BookReport, Share]:
    """Make and read a book; of an edition's first one, also return whether a house without its kind refuses a page."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_book(
            folder, edition_id=book.edition, cases=book.cases, seed=book.seed, difficulty=book.difficulty,
            hands=HELD_OUT, formats=("jpeg",), apart=book.apart,
        )  # fmt: skip
        report = evaluate_book(folder, ReaderMaker(""), SilentProgress(), workers=1)
        strange = Share(0, 0) if book.number or book.apart else of_unknown_kind(edition(book.edition), folder)
    return report, strange


def of_unknown_kind(form: Edition, folder: Path) -> Share:
    """Return whether the first entry page of the book in *folder* is refused by a house without forms of its kind.

    What fits a page of another kind nearly is the harder case: names, dates and dwellings stand on all of them.
    """
    file = next(folder / t["file"] for t in read_truth(folder) if t["entries"])
    told = partial(tuple[Edition, ...], tuple(e for e in editions() if e.kind is not form.kind))
    with mock.patch.object(parts, "editions", told), mock.patch.object(shortlist, "editions", told):
        return Share(1, not read_page(Work(file, 1, Limits(), False, ReaderMaker(""))).entries)


def all_measured(books: Sequence[Book], workers: int) -> Iterator[tuple[Book, BookReport, Share]]:
    """Yield the figures of all *books*, in their order."""
    began = time.perf_counter()
    done: dict[Book, tuple[BookReport, Share]] = {}
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = {pool.submit(measured, book): book for book in books}
        for future in as_completed(waiting):
            book = waiting[future]
            try:
                done[book] = future.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            told = f"{len(done)} of {len(books)}: {book.name}, {time.perf_counter() - began:.0f} s"
            print(told, file=sys.stderr, flush=True)
    yield from ((book, *done[book]) for book in books)


def foreign(data: Path, workers: int) -> dict[str, Share]:
    """Return for each set of pages that are of no book here how many were refused."""
    out = {}
    for name in FOREIGN:
        files = sorted(f for f in (data / name).glob("*") if f.suffix in PICTURES)
        jobs = [(str(k), read_page, (Work(f, 1, Limits(), False, ReaderMaker("")),)) for k, f in enumerate(files)]
        with Crew(workers, 300.0) as crew:
            pages = [page for _, page in crew.each(jobs)]
        refused = sum(isinstance(page, KhongChoError) or not page.entries for page in pages)
        out[name] = Share(len(files), refused)
    return out


def totals(reports: Sequence[BookReport]) -> dict[str, Any]:
    """Return the figures of several books together."""
    fields = sum(sum(s.n for s in r.fields.values()) for r in reports)
    exact = sum(r.exact * sum(s.n for s in r.fields.values()) for r in reports)
    shares = {
        "answered": added([r.answered for r in reports]),
        "edition_right": added([s for r in reports for s in r.editions.values()]),
        "kind_right": added([s for r in reports for s in r.kinds.values()]),
        "located": added([r.located for r in reports]),
        "exact": Share(fields, round(exact)),
        "own_refused": added([r.refused for r in reports]),
    }
    accepted, wrong, whole = (sum(r.accepted[k] for r in reports) for k in range(3))
    pages = sum(r.n_pages for r in reports)
    return {
        **{name: share.as_json() | {"ci95": wilson(share.right, share.n)} for name, share in shares.items()},
        "entries": sum(r.n_entries for r in reports),
        "lost": sum(r.entries_lost for r in reports),
        "extra": sum(r.entries_extra for r in reports),
        "accepted": {"n": accepted, "wrong": wrong, "share": accepted / whole if whole else 0.0},
        "pages": pages,
        "seconds_per_page": sum(r.seconds_per_page * r.n_pages for r in reports) / pages if pages else 0.0,
    }


def percent(share: dict[str, Any]) -> str:
    """Return a share for people."""
    low, high = share["ci95"]
    return f"{100 * share['right']:.1f} % [{100 * low:.1f}–{100 * high:.1f}] of {share['n']:,}"


def tell(rows: dict[str, dict[str, Any]], whole: dict[str, Any], refused: dict[str, Share]) -> None:
    """Print everything as Markdown."""
    print("| Book | Pages | Entries | Lost | Answered | Edition right | Located | Exact | Core-s a page |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name, r in rows.items():
        shares = " | ".join(
            f"{100 * r[key]['right']:.1f} % of {r[key]['n']:,}"
            for key in ("answered", "edition_right", "located", "exact")
        )
        print(f"| {name} | {r['pages']} | {r['entries']} | {r['lost']} | {shares} | {r['seconds_per_page']:.2f} |")
    print()
    for name in ("answered", "edition_right", "kind_right", "located", "exact", "own_refused"):
        print(f"- {name}: {percent(whole[name])}")
    accepted = whole["accepted"]
    print(f"- entries lost: {whole['lost']} of {whole['entries']}; read that no book has: {whole['extra']}")
    share = f"{100 * accepted['share']:.1f} % of fields"
    print(f"- accepted without a person: {share}, {accepted['wrong']} wrong of {accepted['n']}")
    for mistake in whole["mistakes"]:
        print("  - {edition}, seed {seed}, {file}, {column}: {truth} → {text}".format(**mistake))
    print(f"- core-seconds a page, all stages: {whole['seconds_per_page']:.2f} (n = {whole['pages']})")
    for name, own in refused.items():
        print(f"- refused, {name}: {own.right} of {own.n}")


def main() -> None:
    """Make the books, read them and all others, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of foreign registers and papers")
    parser.add_argument("--cases", type=int, default=4, help="entries in each book")
    parser.add_argument("--books", type=int, default=1, help="books of each edition, by as many seeds")
    parser.add_argument("--seed", type=int, default=71)
    parser.add_argument("--difficulty", choices=list(DIALS), default="medium")
    parser.add_argument("--only", default="", help="editions whose id begins so")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    found = list(all_measured(asked_for(told), told.workers))
    strange = added([share for _, _, share in found])
    refused = {"registers of a kind that is not known": strange}
    refused |= foreign(told.data, told.workers) if told.data else {}
    names = dict.fromkeys(book.name for book, _, _ in found)
    rows = {name: totals([report for book, report, _ in found if book.name == name]) for name in names}
    whole = totals([report for _, report, _ in found])
    whole["mistakes"] = [asdict(m) | {"seed": book.seed} for book, report, _ in found for m in report.mistakes]
    if told.json:
        print(json.dumps({"books": rows, "all": whole, "refused": {k: v.as_json() for k, v in refused.items()}}))
        return
    tell(rows, whole, refused)


if __name__ == "__main__":
    main()

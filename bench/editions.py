"""How every edition of every book is recognised, located and read, and how surely other pages are refused.

    .venv/bin/python -m bench.editions [--data ../shared/data] [--cases N] [--seed N] [--only PREFIX] [--json]

A book of each edition is made in hands that are held out, set by printing houses drawn from the seed, at the
difficulty given; tables across an opened book are read in one picture and, a second time, leaf by leaf. No Vietnamese
register pages are to be had: every figure of fields is of **synthetic forms**, most of them guessed
(``khongcho forms list``). Refused pages are foreign registers and official papers that nobody here made, from *data*,
the pages of the same books that hold no entry, and a page of each book to a house that knows no form of its kind.
Intervals are Wilson's, 95 %.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
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
from samples.difficulty import DIALS
from wiring.readers import ReaderMaker

FOREIGN = (
    "register-lyon-births-1903-1912/dev",
    "register-paris-separations-1890s/dev",
    "typewritten-fr-pages/dev",
    "vn-admin-pages/dev",
)
PICTURES = frozenset({".jpg", ".jpeg", ".png"})


@dataclass(frozen=True, slots=True)
class Measured:
    """One book, read."""

    name: str
    edition: str
    report: BookReport


def added(shares: Sequence[Share]) -> Share:
    """Return several shares as one."""
    return Share(sum(s.n for s in shares), sum(s.right for s in shares))


def books(root: Path, told: argparse.Namespace) -> Iterator[Measured]:
    """Make and read a book of every edition."""
    for form in editions():
        if told.only and not form.id.startswith(told.only):
            continue
        for apart in (False, True) if form.shape is PageShape.ROWS else (False,):
            way = " (leaf by leaf)" if apart else ""
            folder = root / f"{form.id}{'-apart' if apart else ''}"
            make_book(
                folder,
                edition_id=form.id,
                cases=told.cases,
                seed=told.seed,
                difficulty=told.difficulty,
                hands=HELD_OUT,
                formats=("jpeg",),
                apart=apart,
            )
            began = time.perf_counter()
            report = evaluate_book(folder, ReaderMaker(""), SilentProgress(), workers=told.workers)
            print(f"{form.id}{way}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
            yield Measured(f"`{form.id}`{way}", form.id, report)


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


def of_unknown_kinds(found: Sequence[Measured], root: Path) -> Share:
    """Return how many books' first entry pages are refused by a house that knows no form of their kind of register.

    What fits a page of another kind nearly is the harder case: names, dates and dwellings stand on all of them.
    """
    every = editions()
    refused = 0
    ids = list(dict.fromkeys(m.edition for m in found))
    for edition_id in ids:
        kind, folder = edition(edition_id).kind, root / edition_id
        file = next(folder / t["file"] for t in read_truth(folder) if t["entries"])
        known = tuple(e for e in every if e.kind is not kind)
        told = partial(tuple[Edition, ...], known)
        with mock.patch.object(parts, "editions", told), mock.patch.object(shortlist, "editions", told):
            refused += not read_page(Work(file, 1, Limits(), False, ReaderMaker(""))).entries
    return Share(len(ids), refused)


def row(m: Measured) -> dict[str, Any]:
    """Return one book's figures."""
    r = m.report
    fields = sum(s.n for s in r.fields.values())
    return {
        "book": m.name,
        "pages": r.n_pages,
        "entries": r.n_entries,
        "lost": r.entries_lost,
        "answered": r.answered.as_json(),
        "edition_right": added(list(r.editions.values())).as_json(),
        "kind_right": added(list(r.kinds.values())).as_json(),
        "located": r.located.as_json(),
        "fields": fields,
        "exact": round(r.exact, 5),
        "accepted": list(r.accepted),
        "refused": r.refused.as_json(),
        "seconds_per_page": round(r.seconds_per_page, 3),
    }


def totals(found: Sequence[Measured]) -> dict[str, Any]:
    """Return the figures of all books together."""
    reports = [m.report for m in found]
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
        "mistakes": [asdict(mistake) for report in reports for mistake in report.mistakes],
        "pages": pages,
        "seconds_per_page": sum(r.seconds_per_page * r.n_pages for r in reports) / pages if pages else 0.0,
    }


def percent(share: dict[str, Any]) -> str:
    """Return a share for people."""
    spread = f" [{100 * share['ci95'][0]:.1f}–{100 * share['ci95'][1]:.1f}]" if "ci95" in share else ""
    return f"{100 * share['right']:.1f} %{spread} of {share['n']}"


def tell(rows: Sequence[dict[str, Any]], whole: dict[str, Any], refused: dict[str, Share]) -> None:
    """Print everything as Markdown."""
    print("| Book | Pages | Entries | Lost | Answered | Edition right | Located | Fields exact | core-s a page |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for r in rows:
        shares = " | ".join(percent(r[key]) for key in ("answered", "edition_right", "located"))
        exact = f"{100 * r['exact']:.1f} % of {r['fields']}"
        print(
            f"| {r['book']} | {r['pages']} | {r['entries']} | {r['lost']} | {shares} | {exact} "
            f"| {r['seconds_per_page']:.2f} |"
        )
    print()
    for name in ("answered", "edition_right", "kind_right", "located", "exact", "own_refused"):
        print(f"- {name}: {percent(whole[name])}")
    accepted = whole["accepted"]
    print(f"- entries lost: {whole['lost']} of {whole['entries']}; read that no book has: {whole['extra']}")
    share = f"{100 * accepted['share']:.1f} % of fields"
    print(f"- accepted without a person: {share}, {accepted['wrong']} wrong of {accepted['n']}")
    for mistake in whole["mistakes"]:
        print(f"  - {mistake['edition']} {mistake['file']} {mistake['column']}: {mistake['truth']} → {mistake['text']}")
    print(f"- core-seconds a page, all stages: {whole['seconds_per_page']:.2f} (n = {whole['pages']})")
    for name, own in refused.items():
        print(f"- refused, {name}: {own.right} of {own.n}")


def main() -> None:
    """Make the books, read them and all others, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of foreign registers and papers")
    parser.add_argument("--cases", type=int, default=4, help="entries in each book")
    parser.add_argument("--seed", type=int, default=71)
    parser.add_argument("--difficulty", choices=list(DIALS), default="medium")
    parser.add_argument("--only", default="", help="editions whose id begins so")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        found = list(books(Path(temporary), told))
        refused = {"registers of a kind that is not known": of_unknown_kinds(found, Path(temporary))}
    refused |= foreign(told.data, told.workers) if told.data else {}
    rows, whole = [row(m) for m in found], totals(found)
    if told.json:
        print(json.dumps({"books": rows, "all": whole, "refused": {k: v.as_json() for k, v in refused.items()}}))
        return
    tell(rows, whole, refused)


if __name__ == "__main__":
    main()

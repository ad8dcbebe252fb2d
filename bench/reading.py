"""How well the fields of synthetic birth books are read, by setting and by hand, each rate with n and an interval.

    .venv/bin/python -m bench.reading [--cases N] [--ink DIR] [--json]

No Vietnamese register pages are to be had: every figure here is of **synthetic forms**. Three groups of books are
measured: hands that samples are made with by default, hands held out (never used unless named), and with ``--ink`` a
book whose place fields hold real handwriting on a synthetic form, told apart from its other fields. Rates are micro
averages over grapheme clusters of case-folded text; *exact* compares dates and numbers by value; a field that was not
read counts as empty. Intervals are 95 %
percentile bootstraps over pages, since the fields of one page share a hand and a printing house.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ocr.measure import edits
from pipeline import Limits
from pipeline.crew import Crew
from pipeline.evaluate import read_page, read_truth
from pipeline.page_work import Work
from pipeline.scoring import same
from records.errors import KhongChoError
from records.text import comparable
from samples import make_book
from samples.fonts import HELD_OUT
from samples.style import SETTINGS
from wiring.readers import ReaderMaker

DRAWS = 1000
Setting = Literal["dotted", "cells", "columns"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of one page: what stands there and what was read, compared."""

    page: str
    column: str
    edits: int
    length: int
    """Grapheme clusters of the truth; 0 where the book leaves the field blank."""
    exact: bool
    real: bool
    """Whether real handwriting stands in it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One book, read."""

    cells: tuple[Cell, ...]
    entries: int
    lost: int
    """Entry pages on which nothing was read into fields."""
    invented: int
    """Pages without an entry that were read into fields."""
    pages: int
    seconds: float
    """Of processes, summed over pages."""


def read_book(folder: Path, workers: int) -> Reading:
    """Read every page of the book in *folder* and compare it with its truth."""
    truths = read_truth(folder)
    jobs = []
    for number, truth in enumerate(truths):
        work = Work(folder / truth["file"], 1, Limits(), False, ReaderMaker(""))
        jobs.append((str(number), read_page, (work,)))
    cells: list[Cell] = []
    entries = lost = invented = 0
    seconds = 0.0
    with Crew(workers, 180.0) as crew:
        for name, result in crew.each(jobs):
            truth = truths[int(name)]
            read = None if isinstance(result, KhongChoError) else result
            seconds += read.seconds if read else 0.0
            entries += len(truth["entries"])
            found = [{c: f.text for c, f in e.fields.items()} for e in read.entries] if read else []
            lost += max(0, len(truth["entries"]) - len(found))
            invented += bool(found) and not truth["entries"]
            for place, entry in enumerate(truth["entries"]):
                texts = found[place] if place < len(found) else {}
                cells += [compared(f"{folder.name}/{name}", c, f, texts) for c, f in entry["fields"].items()]
    return Reading(tuple(cells), entries, lost, invented, len(truths), seconds)


def compared(page: str, column: str, field: dict[str, Any], read: dict[str, str]) -> Cell:
    """Return how the reading of *column* compares with its truth."""
    text = read.get(column, "")
    wrong, length = edits(comparable(field["text"]), comparable(text))
    return Cell(page, column, wrong, length, same(column, field["text"], text), field.get("ink") == "real")


def interval(cells: Sequence[Cell], rate: Callable[[Sequence[Cell]], float]) -> tuple[float, float]:
    """Return the 95 % percentile interval of *rate*, resampling pages."""
    pages: dict[str, list[Cell]] = {}
    for cell in cells:
        pages.setdefault(cell.page, []).append(cell)
    draw, groups = random.Random(20_250_701), list(pages.values())
    rates = sorted(rate([c for g in draw.choices(groups, k=len(groups)) for c in g]) for _ in range(DRAWS))
    return rates[int(0.025 * DRAWS)], rates[int(0.975 * DRAWS) - 1]


def cer(cells: Sequence[Cell]) -> float:
    """Return edits divided by characters of the truth."""
    return sum(c.edits for c in cells) / max(1, sum(c.length for c in cells))


def exact(cells: Sequence[Cell]) -> float:
    """Return the share of fields read exactly; a blank one is exact when nothing was read."""
    return sum(c.exact for c in cells) / max(1, len(cells))


def row(name: str, cells: Sequence[Cell]) -> dict[str, Any]:
    """Return the figures of *cells* under *name*."""
    written = [c for c in cells if c.length]
    blank = [c for c in cells if not c.length]
    return {
        "set": name,
        "pages": len({c.page for c in cells}),
        "n": len(cells),
        "cer": cer(cells),
        "cer_ci95": interval(cells, cer),
        "n_written": len(written),
        "exact_written": exact(written),
        "exact_written_ci95": interval(written, exact) if written else (0.0, 0.0),
        "n_blank": len(blank),
        "exact_blank": exact(blank),
    }


def tell(title: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print *rows* as a Markdown table under *title*."""
    print(f"\n### {title}\n")
    print("| Set | Pages | Fields | CER [95 %] | Written fields exact [95 %] | Blank fields left empty |")
    print("|---|--:|--:|--:|--:|--:|")
    for r in rows:
        spread = ["–".join(f"{100 * v:.1f}" for v in r[key]) for key in ("cer_ci95", "exact_written_ci95")]
        blank = f"{100 * r['exact_blank']:.1f} % of {r['n_blank']}" if r["n_blank"] else "none"
        print(
            f"| {r['set']} | {r['pages']} | {r['n']} | {100 * r['cer']:.1f} % [{spread[0]}] "
            f"| {100 * r['exact_written']:.1f} % of {r['n_written']} [{spread[1]}] | {blank} |"
        )


def by_column(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return one row a column, in the order of the form."""
    return [row(f"`{c}`", [x for x in cells if x.column == c]) for c in dict.fromkeys(x.column for x in cells)]


def main() -> None:
    """Make the books, read them, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=8, help="entries in each book of one setting")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--ink", type=Path, help="folder of real line images with labels.tsv")
    parser.add_argument("--ink-cases", type=int, default=24)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    groups: dict[str, list[dict[str, Any]]] = {}
    totals = {"entries": 0, "lost": 0, "invented": 0, "pages": 0, "seconds": 0.0}

    def measured(name: str, folder: Path) -> tuple[Cell, ...]:
        began = time.perf_counter()
        reading = read_book(folder, told.workers)
        print(f"{name}: {reading.pages} pages in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
        for key in totals:
            totals[key] += getattr(reading, key)
        return reading.cells

    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        if told.ink:
            make_book(root / "ink", cases=told.ink_cases, seed=told.seed, ink=told.ink, formats=("jpeg",))
            cells = measured("real ink", root / "ink")
            groups["Real ink on a synthetic form"] = [
                row("fields of real ink", [c for c in cells if c.real]),
                row("the other fields of the same pages", [c for c in cells if not c.real]),
            ]
            groups["Real ink on a synthetic form, by column"] = by_column([c for c in cells if c.real])
        for group, hands in (("Hands used by default", None), ("Hands held out", HELD_OUT)):
            every: list[Cell] = []
            rows = []
            for number, setting in enumerate(SETTINGS):
                folder = root / f"{setting}-{'held-out' if hands else 'default'}"
                make_book(
                    folder, cases=told.cases, seed=told.seed + number, setting=setting, hands=hands, formats=("jpeg",)
                )
                cells = measured(f"{group}, {setting}", folder)
                rows.append(row(f"`{setting}`", cells))
                every += cells
            groups[group] = [*rows, row("all three", every)]
            groups[f"{group}, by column"] = by_column(every)
    if told.json:
        print(json.dumps({"groups": groups, **totals}, ensure_ascii=False))
        return
    for title, rows in groups.items():
        tell(title, rows)
    print(
        f"\nSynthetic forms throughout. {totals['entries']} entries, {totals['lost']} lost; {totals['invented']} of "
        f"{totals['pages'] - totals['entries']} other pages read into fields; "
        f"{totals['seconds'] / totals['pages']:.1f} s a page in one of {told.workers} processes."
    )


if __name__ == "__main__":
    main()

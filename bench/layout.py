"""How surely folds and text lines are found on registers and papers that nobody here made, and what that costs.

    .venv/bin/python -m bench.layout --data ../shared/data [--json]

No Vietnamese register pages are to be had: these are foreign ones, as a stand-in for what real registers share. A line
counts as found at IoU 0.5, one to one; the intervals are 95 %, Wilson's for shares of pages and rows, bootstraps over
pages for lines. Precision is a lower bound where a truth leaves out print and marks in the margin (Lyon).

- *registers*: double pages with fold and lines (``pages.tsv``, ``lines.tsv``);
- *typewritten*: single pages, lines alone (``lines.tsv``), and whether each was taken for one page;
- *rows*: pictures of one row of a table each: the share in which all lines found lie side by side on one level, and how
  much of the ink at middle height lies in one.
"""

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ocr.images import opened
from pipeline.decode import Limits, decode_page, media_type_of
from pipeline.evaluate_pages import PageScore, PagesReport, evaluate_pages, score, wilson
from pipeline.layout import find_layout
from pipeline.page_truth import TruePage, read_line_truth
from pipeline.prepare import even_light, ink_mask
from pipeline.textlines import find_text_lines
from records.progress import SilentProgress

REGISTERS = ("register-lyon-births-1903-1912", "register-paris-separations-1890s")
TYPED, ROWS = "typewritten-fr-pages", "etat-civil-rows"


def typed(folder: Path) -> PagesReport:
    """Find the lines of single pages, and see whether one is taken for two."""
    scores: list[PageScore] = []
    for file, lines in read_line_truth(folder).items():
        image, _ = decode_page(folder / file, media_type_of(folder / file), 1, Limits())
        began = time.process_time()
        seen = find_layout(image)
        seconds = time.process_time() - began
        height, width = image.shape[:2]
        scores.append(score(TruePage(folder / file, width, height, None, lines), seen, seconds))
    return PagesReport(tuple(scores))


def rows(folder: Path) -> dict[str, Any]:
    """Find the lines in pictures of one row each: cells side by side are one row, pieces above and below are not."""
    files = sorted(folder.glob("*.png"))
    level = 0
    covered = []
    for file in files:
        image = opened(file)
        assert image is not None, file
        even, _ = even_light(image)
        found = find_text_lines(even)
        widest = max(found, key=lambda b: b.w, default=None)
        level += widest is not None and all(b.y < widest.y + widest.h / 2 < b.bottom for b in found)
        inked = np.flatnonzero(ink_mask(even)[len(even) // 3 : -len(even) // 3].any(axis=0))
        covered.append(float(np.mean([any(b.x <= x < b.right for b in found) for x in inked.tolist()])))
    return {
        "n": len(files),
        "one_row": level / len(files),
        "one_row_ci95": wilson(level, len(files)),
        "covered": statistics.median(covered),
    }


def row(name: str, told: dict[str, Any]) -> str:
    """Return the figures of one set as a row of a table."""

    def rate(key: str) -> str:
        low, high = told[f"{key}_ci95"]
        return f"{told[key]:.1%} [{low:.1%}–{high:.1%}]"

    cells: Sequence[str] = (
        name, str(told["n"]), rate("fold_hit"), str(told["n_lines"]), rate("line_recall"), rate("line_precision"),
        f"{told['seconds_per_page']:.2f}",
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Print one row a set, then the rows of tables."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True, help="folder of the real sets")
    ask.add_argument("--json", action="store_true")
    asked = ask.parse_args()
    told: dict[str, dict[str, Any]] = {
        name: evaluate_pages(asked.data / name / "dev", SilentProgress()).as_json() for name in REGISTERS
    }
    told[TYPED] = typed(asked.data / TYPED / "dev").as_json()
    strips = rows(asked.data / ROWS / "dev")
    if asked.json:
        print(json.dumps({**told, ROWS: strips}, ensure_ascii=False))
        return
    print("| Set | Pictures | Fold right [95 %] | Lines | Found [95 %] | Precision [95 %] | Core seconds a picture |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, figures in told.items():
        print(row(name, figures))
    for name, figures in told.items():
        kinds = ", ".join(
            f"{k or 'written'} {v['recall']:.1%} of {v['n']}" for k, v in figures["recall_by_type"].items()
        )
        print(f"\n{name}, found by type of line: {kinds}")
    low, high = strips["one_row_ci95"]
    print(
        f"\n{ROWS}: all lines on one level in {strips['one_row']:.1%} [{low:.1%}–{high:.1%}] of {strips['n']} rows; "
        f"of the columns with ink at middle height {strips['covered']:.1%} lie in a line (median)"
    )


if __name__ == "__main__":
    main()

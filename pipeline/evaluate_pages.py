"""Compare folds and text lines that were found with a known truth, on pages of any register.

A line of the truth counts as found where one box that was found overlaps it with an IoU of :data:`ENOUGH` or more, each
box being the find of one line only. The intervals are 95 %: Wilson's for folds, percentile bootstraps over pages for
lines, since the lines of a page share a hand and a camera.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.decode import Limits, decode_page, media_type_of
from pipeline.layout import PictureLayout, find_layout
from pipeline.page_plot import draw_layout
from pipeline.page_truth import TruePage, read_page_truth
from records.errors import PageError, WrongUse
from records.geometry import Box
from records.ports import Image
from records.progress import Progress

ENOUGH = 0.5
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class PageScore:
    """What was found on one page. *fold_inside* and *fold_whole*: at half height, and over its whole height."""

    file: str
    fold_inside: bool
    fold_whole: bool
    hits: int
    true: int
    found: int
    by_type: dict[str, tuple[int, int]]
    """Type of line → (found, in the truth)."""
    seconds: float
    """Of processor time, decoding left out."""


@dataclass(frozen=True, slots=True)
class PagesReport:
    """What ``evaluate pages`` prints; rates in [0, 1]. What failed counts as not found."""

    pages: tuple[PageScore, ...]
    failed: tuple[tuple[str, str], ...] = field(default=())
    """Pages that could not be looked at: (file, catalogue code)."""

    @property
    def fold_hit(self) -> float:
        """Share of pages whose fold lies in its interval, or that are one page and were taken for one."""
        return sum(p.fold_inside for p in self.pages) / len(self.pages)

    @property
    def fold_hit_ci95(self) -> tuple[float, float]:
        """Wilson's interval."""
        return wilson(sum(p.fold_inside for p in self.pages), len(self.pages))

    @property
    def line_recall(self) -> float:
        """Share of the truth's lines that were found."""
        return recall(self.pages)

    @property
    def line_precision(self) -> float:
        """Share of the lines found that the truth tells of; it may leave out print and marks in the margin."""
        return precision(self.pages)

    def _told(self, kind: str) -> dict[str, float]:
        pairs = [page.by_type.get(kind, (0, 0)) for page in self.pages]
        n = sum(true for _, true in pairs)
        return {"recall": sum(hits for hits, _ in pairs) / n, "n": n}

    @property
    def types(self) -> tuple[str, ...]:
        """The types of line that the truth tells, in order of appearance."""
        return tuple(dict.fromkeys(kind for page in self.pages for kind in page.by_type))

    def as_json(self) -> dict[str, Any]:
        """Return the report under its published keys."""
        n = len(self.pages)
        return {
            "n": n,
            "fold_hit": self.fold_hit,
            "fold_hit_ci95": self.fold_hit_ci95,
            "fold_whole": sum(p.fold_whole for p in self.pages) / n,
            "line_recall": self.line_recall,
            "line_recall_ci95": over_pages(self.pages, recall),
            "line_precision": self.line_precision,
            "line_precision_ci95": over_pages(self.pages, precision),
            "n_lines": sum(p.true for p in self.pages),
            "n_found": sum(p.found for p in self.pages),
            "recall_by_type": {kind: self._told(kind) for kind in self.types},
            "seconds_per_page": sum(p.seconds for p in self.pages) / n,
            "failed": [{"file": file, "code": code} for file, code in self.failed],
            "pages": [
                {"file": p.file, "fold_hit": p.fold_inside, "hits": p.hits, "n_lines": p.true, "n_found": p.found}
                for p in self.pages
            ],
        }


def recall(pages: Sequence[PageScore]) -> float:
    """Return the share of the truth's lines that were found."""
    return sum(p.hits for p in pages) / max(1, sum(p.true for p in pages))


def precision(pages: Sequence[PageScore]) -> float:
    """Return the share of the lines found that are in the truth."""
    return sum(p.hits for p in pages) / max(1, sum(p.found for p in pages))


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of the rate *hits* / *n*; of nothing at all it is [0, 1]."""
    if not n:
        return 0.0, 1.0
    z = 1.959964
    rate, spread = hits / n, z * z / n
    middle = (rate + spread / 2) / (1 + spread)
    half = z * ((rate * (1 - rate) / n + spread / (4 * n)) ** 0.5) / (1 + spread)
    return (middle - half if hits else 0.0), (middle + half if hits < n else 1.0)


def over_pages(pages: Sequence[PageScore], rate: Callable[[Sequence[PageScore]], float]) -> tuple[float, float]:
    """Return the 95 % percentile interval of *rate*, resampling pages."""
    draw = random.Random(20_250_701)
    rates = sorted(rate(draw.choices(pages, k=len(pages))) for _ in range(DRAWS))
    return rates[int(0.025 * DRAWS)], rates[int(0.975 * DRAWS) - 1]


def paired(true: Sequence[Box], found: Sequence[Box]) -> dict[int, int]:
    """Return for each line of the truth that was found (by index) the box that finds it: as many pairs as can be."""
    near = [[j for j, box in enumerate(found) if line.iou(box) >= ENOUGH] for line in true]
    owner: dict[int, int] = {}

    def place(line: int, tried: set[int]) -> bool:
        for j in near[line]:
            if j not in tried:
                tried.add(j)
                if j not in owner or place(owner[j], tried):
                    owner[j] = line
                    return True
        return False

    for line in range(len(true)):
        place(line, set())
    return {line: j for j, line in owner.items()}


def score(page: TruePage, seen: PictureLayout | None, seconds: float) -> PageScore:
    """Return what *seen* is worth beside the truth of its page; None where nothing could be looked at."""
    boxes = [line.outline.box() for line in seen.lines] if seen else []
    pairs = paired([line.box for line in page.lines], boxes)
    by_type: dict[str, tuple[int, int]] = {}
    for number, line in enumerate(page.lines):
        hits, true = by_type.get(line.type, (0, 0))
        by_type[line.type] = hits + (number in pairs), true + 1
    inside, along = _fold(page, seen)
    return PageScore(page.image.name, inside, along, len(pairs), len(page.lines), len(boxes), by_type, seconds)


def _fold(page: TruePage, seen: PictureLayout | None) -> tuple[bool, bool]:
    """Return whether the fold lies in its interval at half height, and at both ends as well."""
    if seen is None:
        return False, False
    fold = seen.spread.fold
    if page.gutter is None or fold is None:
        right = page.gutter is None and fold is None
        return right, right
    low, high = page.gutter
    inside = low <= fold.x_at(page.height / 2) <= high
    return inside, inside and low <= fold.top.x <= high and low <= fold.bottom.x <= high


def evaluate_pages(folder: Path, progress: Progress, plot: Path | None = None) -> PagesReport:
    """Look at every page that the truth of *folder* tells of, and compare; *plot* is a folder for drawn pages.

    Raises WrongUse for a truth that is not sound, before anything is looked at. A picture that cannot be opened or
    shows no page is told among the failed.
    """
    truths = read_page_truth(folder)
    if plot is not None:
        plot.mkdir(parents=True, exist_ok=True)
    progress.start(f"đo {folder.name}", len(truths))
    scores, failed = [], []
    for truth in truths:
        seen, seconds = None, 0.0
        try:
            image = _opened(folder, truth)
            began = time.process_time()
            seen = find_layout(image)
            seconds = time.process_time() - began
        except PageError as error:
            failed.append((truth.image.name, error.code))
        scores.append(score(truth, seen, seconds))
        if plot is not None and seen is not None:
            boxes = [line.outline.box() for line in seen.lines]
            pairs = paired([line.box for line in truth.lines], boxes)
            (plot / f"{truth.image.stem}-lines.jpg").write_bytes(draw_layout(image, truth, seen, pairs))
        progress.advance()
    progress.finish()
    return PagesReport(tuple(scores), tuple(failed))


def _opened(folder: Path, page: TruePage) -> Image:
    image, _ = decode_page(page.image, media_type_of(page.image), 1, Limits())
    height, width = image.shape[:2]
    if (width, height) != (page.width, page.height):
        told, real = f"{page.width} × {page.height}", f"{width} × {height}"
        raise WrongUse("LAYOUT_TRUTH_SIZE_DIFFERS", folder=folder, file=page.image.name, told=told, real=real)
    return image

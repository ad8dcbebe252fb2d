"""Measure a line reader on a folder of line images with ``labels.tsv`` (file TAB text, NFC)."""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import cv2

from ocr.measure import Pair, Scores, score
from records.errors import WrongUse
from records.ports import LineRecogniser
from records.progress import Progress
from records.text import nfc


@dataclass(frozen=True, slots=True)
class LineReport:
    """What ``evaluate lines`` prints; rates in [0, 1], time is the median of single lines."""

    engine: str
    scores: Scores
    ms_per_line: float
    pairs: tuple[Pair, ...]

    def as_json(self) -> dict[str, object]:
        """Return the report under its published keys."""
        s = self.scores
        return {
            "engine": self.engine,
            "n": s.n,
            "cer": s.cer,
            "cer_casefold": s.cer_casefold,
            "wer": s.wer,
            "exact": s.exact,
            "ms_per_line": self.ms_per_line,
            "ci95": list(s.ci95),
        }


def labels(folder: Path) -> list[tuple[Path, str]]:
    """Return (image path, text) of every row of ``labels.tsv``. Raises WrongUse where a file is missing."""
    table = folder / "labels.tsv"
    if not table.is_file():
        raise WrongUse("LABELS_MISSING", folder=folder)
    rows = []
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        parts = line.split("\t")
        if len(parts) < 2:
            raise WrongUse("LABELS_MALFORMED", folder=folder, line=number)
        if number == 1 and parts[0] == "file":
            continue
        image = folder / parts[0]
        if not image.is_file():
            raise WrongUse("LABELS_IMAGE_MISSING", folder=folder, file=parts[0])
        rows.append((image, nfc(parts[1])))
    return rows


def evaluate_lines(folder: Path, reader: LineRecogniser, progress: Progress) -> LineReport:
    """Read every labelled line of *folder* and compare. An image that cannot be opened counts as read empty."""
    rows = labels(folder)
    pairs, times = [], []
    progress.start(f"{reader.identity.name}: {folder.name}", len(rows))
    for path, text in rows:
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if image is None:
            pairs.append(Pair(text, ""))
            progress.advance()
            continue
        began = time.perf_counter()
        reading = reader.read_line(image.astype("uint8"))
        times.append((time.perf_counter() - began) * 1000)
        pairs.append(Pair(text, reading.text))
        progress.advance()
    progress.finish()
    return LineReport(reader.identity.name, score(pairs), statistics.median(times) if times else 0.0, tuple(pairs))

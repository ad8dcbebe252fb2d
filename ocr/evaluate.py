"""Measure a line reader on a folder of line images with ``labels.tsv`` (file TAB text, NFC)."""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import cv2

from ocr.measure import Confusions, Pair, Scores, calibration_error, confusions, score
from records.errors import WrongUse
from records.ports import LineRecogniser
from records.progress import Progress
from records.text import comparable, nfc

HALLUCINATED = 0.2
"""Confidence above which text read where nothing is written counts as invented."""


@runtime_checkable
class Weighed(Protocol):
    """A reader that knows how large its model is."""

    @property
    def model_bytes(self) -> int: ...


@dataclass(frozen=True, slots=True)
class LineReport:
    """What ``evaluate lines`` prints; rates in [0, 1], time is the median of single lines."""

    engine: str
    scores: Scores
    ms_per_line: float
    pairs: tuple[Pair, ...]
    ece: float
    """How far the confidence is from the share of lines that were right (case-folded)."""
    hallucinated: int
    """Lines without writing that were read all the same, with confidence above :data:`HALLUCINATED`."""
    model_bytes: int | None

    @property
    def confusions(self) -> Confusions:
        """What was taken for what."""
        return confusions(self.pairs)

    def as_json(self) -> dict[str, object]:
        """Return the report under its published keys."""
        s = self.scores
        return {
            "engine": self.engine,
            "n": s.n,
            "cer": s.cer,
            "cer_casefold": s.cer_casefold,
            "cer_folded": s.cer_folded,
            "wer": s.wer,
            "exact": s.exact,
            "ms_per_line": self.ms_per_line,
            "ci95": list(s.ci95),
            "ece": self.ece,
            "hallucinated": self.hallucinated,
            "model_bytes": self.model_bytes,
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
    pairs: list[Pair] = []
    times: list[float] = []
    sure: list[float] = []
    rows = labels(folder)
    progress.start(f"{reader.identity.name}: {folder.name}", len(rows))
    for path, text in rows:
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if image is None:
            pairs.append(Pair(text, ""))
            sure.append(0.0)
            progress.advance()
            continue
        began = time.perf_counter()
        reading = reader.read_line(image.astype("uint8"))
        times.append((time.perf_counter() - began) * 1000)
        pairs.append(Pair(text, reading.text))
        sure.append(reading.confidence)
        progress.advance()
    progress.finish()
    written = [i for i, pair in enumerate(pairs) if comparable(pair.reference)]
    right = [comparable(pairs[i].reference) == comparable(pairs[i].reading) for i in written]
    invented = [i for i, p in enumerate(pairs) if not comparable(p.reference) and p.reading and sure[i] > HALLUCINATED]
    return LineReport(
        reader.identity.name,
        score(pairs),
        statistics.median(times) if times else 0.0,
        tuple(pairs),
        calibration_error([sure[i] for i in written], right),
        len(invented),
        reader.model_bytes if isinstance(reader, Weighed) else None,
    )

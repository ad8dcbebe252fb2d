"""Measure a line reader on a folder of line images with ``labels.tsv`` (file TAB text, NFC)."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from ocr.images import opened
from ocr.measure import Confusions, Pair, Scores, calibration_error, calibration_error_if_held, confusions, score
from records.errors import WrongUse
from records.ports import Image, LineRecogniser
from records.progress import Progress
from records.readings import ANYTHING, EngineIdentity, Expected, Reading
from records.text import comparable, nfc

MOST = 40
"""Confusions told, most frequent first: (written, read, how often)."""
HALLUCINATED = 0.2
"""Confidence above which text read where nothing is written counts as invented."""


@runtime_checkable
class Weighed(Protocol):
    """A reader that knows how large its model is."""

    @property
    def model_bytes(self) -> int: ...


@runtime_checkable
class Greedy(Protocol):
    """A reader that can also read by the picture alone, without a language."""

    @property
    def identity(self) -> EngineIdentity: ...
    def read_greedy(self, image: Image) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """How well lines were read in one way; rates in [0, 1], time is the median of single lines."""

    scores: Scores
    ms_per_line: float
    pairs: tuple[Pair, ...]
    confidences: tuple[float, ...]

    @property
    def _right(self) -> list[tuple[float, bool]]:
        return [
            (sure, comparable(pair.reference) == comparable(pair.reading))
            for pair, sure in zip(self.pairs, self.confidences, strict=True)
            if comparable(pair.reference)
        ]

    @property
    def ece(self) -> float:
        """How far the confidence is from the share of lines that were right (case-folded)."""
        return calibration_error([sure for sure, _ in self._right], [right for _, right in self._right])

    @property
    def ece_if_held(self) -> float:
        """What :attr:`ece` would be on so many lines if every confidence held exactly."""
        return calibration_error_if_held([sure for sure, _ in self._right])

    @property
    def hallucinated(self) -> int:
        """Lines without writing that were read all the same, with confidence above :data:`HALLUCINATED`."""
        return sum(
            not comparable(pair.reference) and bool(pair.reading) and sure > HALLUCINATED
            for pair, sure in zip(self.pairs, self.confidences, strict=True)
        )

    @property
    def confusions(self) -> Confusions:
        """What was taken for what."""
        return confusions(self.pairs)

    def as_json(self) -> dict[str, object]:
        """Return the figures under their published keys."""
        s, taken_for = self.scores, self.confusions
        return {
            "n": s.n,
            "cer": s.cer,
            "cer_casefold": s.cer_casefold,
            "cer_folded": s.cer_folded,
            "wer": s.wer,
            "wer_folded": s.wer_folded,
            "exact": s.exact,
            "exact_folded": s.exact_folded,
            "ms_per_line": self.ms_per_line,
            "ci95": list(s.ci95),
            "wer_ci95": list(s.wer_ci95),
            "exact_ci95": list(s.exact_ci95),
            "ece": self.ece,
            "ece_if_held": self.ece_if_held,
            "hallucinated": self.hallucinated,
            "confusions": {"letters": taken_for.letters[:MOST], "tones": taken_for.tones[:MOST]},
        }


@dataclass(frozen=True, slots=True)
class LineReport:
    """What ``evaluate lines`` prints: *greedy* by the picture alone, *beam* with the language of the field.

    A reader that knows no such difference has *greedy* figures only: those of its usual reading.
    """

    engine: str
    model_bytes: int | None
    greedy: Figures
    beam: Figures | None = None

    @property
    def usual(self) -> Figures:
        """The figures of the reading that is used."""
        return self.beam or self.greedy

    def as_json(self) -> dict[str, object]:
        """Return the report under its published keys."""
        beam = self.beam.as_json() if self.beam else None
        return {"engine": self.engine, **self.greedy.as_json(), "model_bytes": self.model_bytes, "beam": beam}


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


def evaluate_lines(
    folder: Path, reader: LineRecogniser, progress: Progress, expected: Expected = ANYTHING
) -> LineReport:
    """Read every labelled line of *folder* and compare. An image that cannot be opened counts as read empty."""
    rows = labels(folder)
    images = [opened(path) for path, _ in rows]
    texts = [text for _, text in rows]

    def figures(read: Callable[[Image], Reading], way: str) -> Figures:
        progress.start(f"{reader.identity.name}{way}: {folder.name}", len(rows))
        found = _figures(texts, images, read, progress)
        progress.finish()
        return found

    size = reader.model_bytes if isinstance(reader, Weighed) else None

    def usual(image: Image) -> Reading:
        return reader.read_line(image, expected)

    if not isinstance(reader, Greedy):
        return LineReport(reader.identity.name, size, figures(usual, ""))
    greedy = figures(reader.read_greedy, "")
    return LineReport(reader.identity.name, size, greedy, figures(usual, f", {expected.kind}"))


def _figures(
    texts: Sequence[str], images: Sequence[Image | None], read: Callable[[Image], Reading], progress: Progress
) -> Figures:
    pairs: list[Pair] = []
    times: list[float] = []
    sure: list[float] = []
    for text, image in zip(texts, images, strict=True):
        if image is None:
            pairs.append(Pair(text, ""))
            sure.append(0.0)
        else:
            began = time.perf_counter()
            reading = read(image)
            times.append((time.perf_counter() - began) * 1000)
            pairs.append(Pair(text, reading.text))
            sure.append(reading.confidence)
        progress.advance()
    return Figures(score(pairs), statistics.median(times) if times else 0.0, tuple(pairs), tuple(sure))

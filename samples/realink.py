"""Real ink: line images of real handwriting, to stand in the place fields of synthetic pages.

A folder with ``labels.tsv`` (file TAB text, NFC) and the images it names: dark ink on white.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from records.errors import WrongUse
from records.text import single_spaced
from samples.ink import Ink, Patch, Pixels


@dataclass(frozen=True, slots=True)
class RealLine:
    """One line image, cut to its ink, with its text."""

    text: str
    coverage: Pixels

    def fitted(self, x: float, baseline: float, room: float, high: float, ink: Ink) -> Patch:
        """Return the line in *ink*, at most *room* wide and *high* tall (pixels), its feet about on *baseline*."""
        h, w = self.coverage.shape
        scale = min(high / h, room / w)
        size = (max(1, round(w * scale)), max(1, round(h * min(scale * 1.25, high / h))))
        small = cv2.resize(self.coverage, size, interpolation=cv2.INTER_AREA)
        alpha = np.clip(small.astype(np.float32) * 0.92, 0, 255).astype(np.uint8)
        return Patch(alpha, round(x), round(baseline - size[1] * 0.76), ink)


class RealInk:
    """The lines of a folder in an order drawn once; each is used before any comes again."""

    def __init__(self, folder: Path, rng: np.random.Generator) -> None:
        labels = folder / "labels.tsv"
        try:
            rows = [line.split("\t")[:2] for line in labels.read_text(encoding="utf-8").splitlines() if "\t" in line]
        except (OSError, UnicodeDecodeError) as problem:
            raise WrongUse("SAMPLES_INK_UNUSABLE", folder=str(folder), detail=str(problem)) from problem
        self._folder = folder
        self._rows = [(name, single_spaced(text)) for name, text in rows if (folder / name).is_file()]
        if not self._rows:
            raise WrongUse("SAMPLES_INK_UNUSABLE", folder=str(folder), detail="labels.tsv: 0")
        self._order = rng.permutation(len(self._rows))
        self._at = 0

    def next(self) -> RealLine:
        """Return the next line."""
        name, text = self._rows[int(self._order[self._at % len(self._order)])]
        self._at += 1
        try:
            grey = np.asarray(Image.open(self._folder / name).convert("L"))
        except OSError as problem:
            raise WrongUse("SAMPLES_INK_UNUSABLE", folder=str(self._folder), detail=str(problem)) from problem
        ink = 255 - grey
        rows, columns = np.flatnonzero((ink > 90).any(axis=1)), np.flatnonzero((ink > 90).any(axis=0))
        if not len(rows):
            return RealLine(text, np.zeros((8, 8), np.uint8))
        return RealLine(text, ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])

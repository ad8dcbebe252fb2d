"""A store of lines for training: clean ink of one height with its text, held in memory, kept in one file."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from ocr.alphabet import spelled
from ocr.evaluate import labels
from ocr.images import opened
from ocr.normalise import coverage
from ocr.training.augment import ROWS, Coverage
from records.errors import WrongUse
from records.ports import Image
from records.text import single_spaced


@dataclass(frozen=True, slots=True)
class InkLine:
    """One line: coverage 0..255, :data:`ROWS` high, and the text in the reader's alphabet."""

    ink: Image
    text: str
    kind: str = ""
    """Of the field it stood in, where that is known."""

    @property
    def width(self) -> int:
        """Columns of the ink."""
        return int(self.ink.shape[1])

    def coverage(self) -> Coverage:
        """Return the ink as floats in [0, 1]."""
        return np.asarray(self.ink, np.float32) / np.float32(255)


def at_rows(ink: Image, rows: int = ROWS) -> Image:
    """Return coverage *ink* scaled to *rows*, in its own proportions."""
    h, w = ink.shape
    wide = max(2, round(w * rows / h))
    how = cv2.INTER_AREA if h >= rows else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, (wide, rows), interpolation=how), np.uint8)


def cut_to_ink(ink: Image, level: int = 90) -> Image:
    """Return coverage *ink* without empty rows and columns around it."""
    rows, columns = np.flatnonzero((ink > level).any(axis=1)), np.flatnonzero((ink > level).any(axis=0))
    if not len(rows):
        return ink[:1, :1]
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


class Pool(Sequence[InkLine]):
    """Lines by number."""

    def __init__(self, lines: Iterable[InkLine]) -> None:
        self._lines = tuple(lines)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, at):  # type: ignore[no-untyped-def]
        """Return one line."""
        return self._lines[at]

    def __iter__(self) -> Iterator[InkLine]:
        return iter(self._lines)

    def without(self, numbers: Iterable[int]) -> "Pool":
        """Return the pool without the lines at *numbers*."""
        out = frozenset(numbers)
        return Pool(line for i, line in enumerate(self._lines) if i not in out)

    @property
    def digest(self) -> str:
        """SHA-256 over all texts and ink: the same lines give the same."""
        found = hashlib.sha256()
        for line in self._lines:
            found.update(line.text.encode())
            found.update(line.ink.tobytes())
        return found.hexdigest()

    def save(self, path: Path) -> None:
        """Write all lines into one file, completely or not at all."""
        ink = np.concatenate([line.ink.ravel() for line in self._lines]) if self._lines else np.zeros(0, np.uint8)
        widths = np.array([line.width for line in self._lines], np.int32)
        texts = np.array("\n".join(line.text for line in self._lines))
        kinds = np.array("\n".join(line.kind for line in self._lines))
        part = path.with_suffix(".part.npz")
        np.savez_compressed(part, ink=ink, widths=widths, texts=texts, kinds=kinds)
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Pool":
        """Read what :meth:`save` wrote."""
        with np.load(path) as data:
            ink, widths, texts = data["ink"], data["widths"], str(data["texts"]).split("\n")
            kinds = str(data["kinds"]).split("\n") if "kinds" in data else [""] * len(texts)
        if not len(widths):
            return cls(())
        ends = np.cumsum(widths) * ROWS
        return cls(
            InkLine(ink[end - w * ROWS : end].reshape(ROWS, w), text, kind)
            for end, w, text, kind in zip(ends.tolist(), widths.tolist(), texts, kinds, strict=True)
        )


def labelled(folder: Path) -> Pool:
    """Return the lines of *folder* (``labels.tsv``, dark ink on paper). Raises WrongUse where it is unusable."""
    lines = []
    for path, text in labels(folder):
        image = opened(path)
        if image is None:
            raise WrongUse("LABELS_IMAGE_MISSING", folder=folder, file=path.name)
        if line := taken(coverage(image), text):
            lines.append(line)
    return Pool(lines)


def taken(ink: Image, text: str) -> InkLine | None:
    """Return the line of coverage *ink* that says *text*, or None where there is too little of either."""
    said, cut = single_spaced(spelled(text)), cut_to_ink(ink)
    return InkLine(at_rows(cut), said) if said and cut.shape[0] >= 4 and cut.shape[1] >= 4 else None


@dataclass(frozen=True, slots=True)
class Extra:
    """Drawn lines for the last courses."""

    fresh: Pool = field(default_factory=lambda: Pool([]))
    """Not there before."""
    typed: Pool = field(default_factory=lambda: Pool([]))
    """In many types and typewriters'."""
    figures: Pool = field(default_factory=lambda: Pool([]))
    """Numbers and dates in digits."""


NOTHING = Extra()
"""No lines besides."""

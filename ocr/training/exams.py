"""What a network is judged by between two stretches of its course: lines it never learns from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.ctc import best_path
from ocr.evaluate import labels
from ocr.images import opened
from ocr.normalise import Ink, normalise
from ocr.training.augment import Strength, disturbed
from ocr.training.pool import InkLine, Pool
from records.ports import Image

_SCANNER = Strength(0.4, 0.6, 0.0)
Labelled = tuple[Image, str]
"""A line's picture and what is written on it."""


@dataclass(frozen=True, slots=True)
class Exam:
    """Lines kept for judging: a name, what the reader sees, and what is written."""

    name: str
    inks: tuple[Ink, ...]
    texts: tuple[str, ...]


def texts_of(frames: Callable[[Ink], NDArray[np.floating]], inks: Iterable[Ink], alphabet: Sequence[str]) -> list[str]:
    """Return the best path's text of each line, one at a time, as the shipped reader would.

    *frames* gives log-probabilities (frames, symbols), the blank first; a line without ink is not asked.
    """
    letters = ("", *alphabet)
    return [best_path(frames(ink), letters)[0] if ink.shape[1] else "" for ink in inks]


def drawn_exam(name: str, pool: Pool) -> Exam:
    """Return an exam of drawn lines, a little disturbed as a scanner would; the same whenever it is asked."""
    rng = np.random.default_rng(5)
    inks = tuple(normalise(disturbed(rng, line.coverage(), None, _SCANNER)) for line in pool)
    return Exam(name, inks, tuple(line.text for line in pool))


def folder_exams(folders: Iterable[Path]) -> tuple[Exam, ...]:
    """Return an exam for each labelled folder, its lines as they are."""
    return tuple(picture_exam(f"{folder.parent.name}/{folder.name}", pictures(folder)) for folder in folders)


def picture_exam(name: str, lines: Sequence[Labelled]) -> Exam:
    """Return an exam of pictures, as they are."""
    return Exam(name, tuple(normalise(image) for image, _ in lines), tuple(text for _, text in lines))


def pictures(folder: Path) -> list[Labelled]:
    """Return the labelled lines of *folder* that can be opened, as they are."""
    return [(image, text) for path, text in labels(folder) if (image := opened(path)) is not None]


def scanned(rng: np.random.Generator, line: InkLine) -> Image:
    """Return *line* as a good scanner delivers it, on a margin of paper."""
    picture = disturbed(rng, line.coverage(), None, _SCANNER)
    return np.asarray(cv2.copyMakeBorder(picture, 6, 6, 8, 8, cv2.BORDER_REPLICATE), np.uint8)

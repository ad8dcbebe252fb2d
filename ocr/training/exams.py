"""What a network is judged by between two stretches of its course: lines it never learns from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.ctc import best_path
from ocr.evaluate import labels
from ocr.normalise import Ink, normalise
from ocr.training.augment import Strength, disturbed
from ocr.training.pool import Pool


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
    inks = tuple(normalise(disturbed(rng, line.coverage(), None, Strength(0.4, 0.6))) for line in pool)
    return Exam(name, inks, tuple(line.text for line in pool))


def folder_exams(folders: Iterable[Path]) -> tuple[Exam, ...]:
    """Return an exam for each labelled folder, its lines as they are."""
    made = []
    for folder in folders:
        rows = [(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), text) for path, text in labels(folder)]
        whole = [(np.asarray(image, np.uint8), text) for image, text in rows if image is not None]
        inks, texts = tuple(normalise(image) for image, _ in whole), tuple(text for _, text in whole)
        made.append(Exam(f"{folder.parent.name}/{folder.name}", inks, texts))
    return tuple(made)

"""Training a reader: lines come from the samples and from folders, the recipe from the reading room."""

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from ocr.alphabet import spelled
from ocr.training.exams import Exam, drawn_exam, folder_exams
from ocr.training.pool import InkLine, Pool, at_rows, labelled
from records.errors import PartUnavailable
from records.progress import Progress
from records.text import single_spaced

CHUNK = 250
"""Lines drawn by one job."""
HELD_SEED = 1_000_003
"""Of the lines in held-out hands that every training is judged with."""


def synthetic(folder: Path, count: int, seed: int, progress: Progress) -> Pool:
    """Return *count* lines of register text in the hands and types of training, drawn once and kept in *folder*."""
    from samples import training_faces

    hands, printed = training_faces()
    return _kept(folder / f"synthetic-{count}-{seed}.npz", count, seed, hands, printed, 0.12, progress)


def held_out(folder: Path, count: int, progress: Progress) -> Pool:
    """Return *count* lines in the hands that nothing is ever trained with."""
    from samples import HELD_OUT

    return _kept(folder / f"held-out-{count}.npz", count, HELD_SEED, HELD_OUT, (), 0.0, progress)


def real(folders: Iterable[Path]) -> Pool:
    """Return the labelled lines of *folders*. Raises WrongUse where one is unusable."""
    return Pool(line for folder in folders for line in labelled(folder))


def exams(folders: Iterable[Path], drawn: Pool) -> tuple[Exam, ...]:
    """Return what a network is judged by: the *drawn* lines and each folder's."""
    return (drawn_exam("held-out", drawn), *folder_exams(folders))


def text_of(rng: np.random.Generator) -> str:
    """Return a text as registers hold it, in the reader's alphabet."""
    from samples import register_text

    return single_spaced(spelled(register_text(rng)[1]))


def needs_training_parts() -> None:
    """Raise PartUnavailable where the extra ``train`` is not installed."""
    from importlib.util import find_spec

    if lacking := [name for name in ("torch", "onnx") if find_spec(name) is None]:
        raise PartUnavailable("TRAINING_PARTS_MISSING", parts=", ".join(lacking))


def _kept(
    path: Path, count: int, seed: int, hands: Sequence[str], printed: Sequence[str], share: float, progress: Progress
) -> Pool:
    if path.is_file():
        return Pool.load(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    starts = range(0, count, CHUNK)
    progress.start("lines", count)
    lines: list[InkLine] = []
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("forkserver")) as crew:
        ends = [min(count, start + CHUNK) for start in starts]
        for made in crew.map(_drawn, starts, ends, repeat(seed), repeat(hands), repeat(printed), repeat(share)):
            lines += made
            progress.advance(len(made))
    progress.finish()
    pool = Pool(lines)
    pool.save(path)
    return pool


def _drawn(
    start: int, end: int, seed: int, hands: Sequence[str], printed: Sequence[str], share: float
) -> list[InkLine]:
    from samples import sample_line

    out = []
    for number in range(start, end):
        line = sample_line(np.random.default_rng([seed, number]), hands, printed, share)
        text = single_spaced(spelled(line.text))
        if text and line.coverage.shape[0] >= 6:
            out.append(InkLine(at_rows(line.coverage), text))
    return out

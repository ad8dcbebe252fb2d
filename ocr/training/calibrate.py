"""Make confidence a probability: fit, for each stratum, how far the signs of a reading can be trusted.

Done with lines that the network never learnt from. What was fitted goes into the model's own card.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx

from ocr.decoding import GREEDY, Calibration, Signs
from ocr.own import CARD, OwnLines
from ocr.training.exams import Labelled
from records.codes import ValueKind
from records.progress import Progress
from records.readings import Expected
from records.text import comparable

LEAST = 60
"""Lines below which a stratum is left to the one for any text."""
_RIDGE = 0.05


def fitted(signs: Sequence[Signs], right: Sequence[bool], *, share_alone: bool = False) -> Calibration:
    """Return the logistic regression of *right* on *signs* (ridge, Newton's method).

    One line more that is half right, of middling signs, keeps it from being certain of anything.
    """
    rows = np.array([sign.row() for sign in signs], np.float64)
    rows = np.vstack([rows, rows.mean(axis=0)])
    if share_alone:
        rows[:, 2:] = 0.0
    hits = np.array([*right, 0.5], np.float64)
    weights = np.zeros(rows.shape[1])
    ridge = _RIDGE * np.diag([0.0, 1.0, 1.0, 1.0]) + 1e-6 * np.eye(4)
    for _ in range(40):
        odds = 1 / (1 + np.exp(-np.clip(rows @ weights, -40, 40)))
        slope = rows.T @ (odds - hits) + ridge @ weights
        bend = (rows * (odds * (1 - odds))[:, None]).T @ rows + ridge
        weights -= np.linalg.solve(bend, slope)
    constant, share, picture, language = weights.tolist()
    return Calibration((constant, share, picture, language))


def signs_of(
    reader: OwnLines, lines: Iterable[Labelled], expected: Expected | None, progress: Progress
) -> tuple[list[Signs], list[bool]]:
    """Return the signs of each line that was read, and whether its text was right; *expected* None: greedy."""
    signs, right = [], []
    for image, text in lines:
        found = reader.decoded_greedy(image) if expected is None else reader.decoded(image, expected)
        progress.advance()
        if found is not None and found.text:
            signs.append(found.signs)
            right.append(comparable(found.text) == comparable(text))
    return signs, right


def calibrate(
    path: Path, any_text: Sequence[Labelled], by_kind: Mapping[ValueKind, Sequence[Labelled]], progress: Progress
) -> None:
    """Fit all strata of the model at *path* and write them into its card: *any_text* for texts and greedy readings.

    A stratum of which too few lines were read is left to that for any text; without that, nothing is calibrated.
    """
    reader = OwnLines(path)
    found: dict[str, Calibration] = {}
    strata: list[tuple[str, Sequence[Labelled], Expected | None]] = [
        (GREEDY, any_text, None),
        (ValueKind.TEXT.value, any_text, Expected()),
        *((kind.value, lines, Expected(kind)) for kind, lines in by_kind.items()),
    ]
    progress.start("calibrate", sum(len(lines) for _, lines, _ in strata))
    for name, lines, expected in strata:
        signs, right = signs_of(reader, lines, expected, progress)
        if len(signs) >= LEAST:
            found[name] = fitted(signs, right, share_alone=expected is None)
    progress.finish()
    model = onnx.load(str(path))
    entry = next(entry for entry in model.metadata_props if entry.key == CARD)
    entry.value = replace(reader.card, calibrations=found).written()
    part = path.with_suffix(".part")
    onnx.save(model, str(part))
    part.replace(path)

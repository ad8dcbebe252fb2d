"""How far the reader's confidence can be trusted: reliability by kind of field, and what may be accepted unseen.

    .venv/bin/python -m bench.trust [--engine NAME] [--count N] [--data DIR] [--plot FILE]

Fields of register text in hands that no model was trained or calibrated with (``make train``), each read with the
language of its kind; with ``--data`` the real address lines of a public challenge beside them. Reliability: fields
sorted by confidence in ten parts, mean confidence against the share that is right. Beside the error stands what it
would be if every confidence held: few lines scatter. Risk and coverage: of all fields, most trusted first, how many
could be accepted until 1 in 2,000 is expected to be wrong, how many of those were, and the upper 95 % bound of that
share (Clopper-Pearson). Drawn fields say nothing of an office's own: measure there.
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from bench.lines import UNSEEN
from cli.screen import TerminalProgress
from ocr import open_line_recogniser
from ocr.engines import HANDWRITING
from ocr.measure import calibration_error, calibration_error_if_held
from ocr.own import OwnLines
from ocr.training.calibrate import fitted, signs_of
from ocr.training.exams import Labelled, pictures, scanned
from ocr.training.pool import InkLine, at_rows
from records.codes import ValueKind
from records.ports import LineRecogniser
from records.readings import Expected
from records.text import comparable
from samples import sample_line
from wiring.training import KINDS

SEED = 3_000_017
RISK = 1 / 2000


@dataclass(frozen=True, slots=True)
class Trusted:
    """One field: what it holds, how sure the reader was, whether it was right."""

    stratum: str
    sure: float
    right: bool


def fields(count: int) -> list[tuple[str, ValueKind, Labelled]]:
    """Return *count* drawn fields: their stratum, what they are expected to hold, and picture with text."""
    out = []
    for number in range(count):
        rng = np.random.default_rng([SEED, number])
        line = sample_line(rng, UNSEEN, (), 0.0)
        picture = scanned(rng, InkLine(at_rows(line.coverage), line.text))
        out.append((line.kind, KINDS.get(line.kind, ValueKind.TEXT), (picture, line.text)))
    return out


def read(reader: LineRecogniser, lines: Sequence[tuple[str, ValueKind, Labelled]]) -> list[Trusted]:
    """Read all *lines*; a line that is declined is no field that could be accepted."""
    progress, out = TerminalProgress(), []
    progress.start("trust", len(lines))
    for stratum, kind, (picture, text) in lines:
        found = reader.read_line(picture, Expected(kind))
        right = comparable(found.text) == comparable(text)
        out.append(Trusted(stratum, found.confidence if found.text else 0.0, right))
        progress.advance()
    progress.finish()
    return out


def cross_fitted(reader: OwnLines, lines: Sequence[Labelled], kind: ValueKind, folds: int = 5) -> float:
    """Return the calibration error when confidence is fitted on the other folds: that of lines not fitted on."""
    progress = TerminalProgress()
    progress.start("folds", len(lines))
    signs, right = signs_of(reader, lines, Expected(kind), progress)
    progress.finish()
    sure = [0.0] * len(signs)
    for fold in range(folds):
        rest = [i for i in range(len(signs)) if i % folds != fold]
        calibration = fitted([signs[i] for i in rest], [right[i] for i in rest])
        for i in range(fold, len(signs), folds):
            sure[i] = calibration.of(signs[i])
    return calibration_error(sure, right)


def upper(wrong: int, n: int) -> float:
    """Return the upper end of the 95 % Clopper-Pearson interval of *wrong* in *n*."""
    if wrong >= n:
        return 1.0
    low, high, every = wrong / n, 1.0, range(wrong + 1)
    for _ in range(60):
        middle = (low + high) / 2
        tail = sum(math.exp(_choices(n, k) + k * math.log(middle) + (n - k) * math.log1p(-middle)) for k in every)
        low, high = (middle, high) if tail > 0.025 else (low, middle)
    return high


def _choices(n: int, k: int) -> float:
    """Return the logarithm of how many ways there are to choose *k* of *n*."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def accepted(found: Sequence[Trusted], risk: float = RISK) -> tuple[int, int]:
    """Return how many fields, most trusted first, are expected to hold *risk* together, and how many are wrong."""
    ranked = sorted(found, key=lambda one: -one.sure)
    expected, most = 0.0, 0
    for number, one in enumerate(ranked, 1):
        expected += 1 - one.sure
        if expected <= risk * number:
            most = number
    return most, sum(not one.right for one in ranked[:most])


def plot(strata: dict[str, list[Trusted]], path: Path) -> None:
    """Draw the reliability of each stratum and the risk of what is accepted."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6))
    left.plot([0, 1], [0, 1], color="#999999", linewidth=1)
    for name, found in strata.items():
        ranked = sorted(found, key=lambda one: one.sure)
        parts = [part for part in np.array_split(np.arange(len(ranked)), 10) if len(part)]
        sure = [float(np.mean([ranked[i].sure for i in part])) for part in parts]
        hits = [float(np.mean([ranked[i].right for i in part])) for part in parts]
        left.plot(sure, hits, marker="o", markersize=3, linewidth=1, label=f"{name} (n = {len(found)})")
        wrong = np.cumsum([not one.right for one in reversed(ranked)]) / np.arange(1, len(ranked) + 1)
        right.plot(np.arange(1, len(ranked) + 1) / len(ranked), np.maximum(wrong, 1e-4), linewidth=1)
    left.set(xlabel="confidence", ylabel="share of fields that are right", title="Reliability")
    left.legend(fontsize=7)
    right.axhline(RISK, color="#999999", linewidth=1)
    right.set(xlabel="share of fields accepted, most trusted first", ylabel="share of them wrong", yscale="log")
    right.set_title("Risk and coverage (line: 1 in 2,000)")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Draw fields, read them, print what confidence is worth."""
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--engine", default=HANDWRITING)
    ask.add_argument("--count", type=int, default=6000)
    ask.add_argument("--data", type=Path, help="folder of the real sets")
    ask.add_argument("--plot", type=Path)
    asked = ask.parse_args()
    lines = fields(asked.count)
    if asked.data:
        real = pictures(asked.data / "cinnamon-address-bin" / "dev")
        lines += [("real address lines", ValueKind.PLACE, line) for line in real]
    strata: dict[str, list[Trusted]] = {}
    reader = open_line_recogniser(asked.engine)
    for one in read(reader, lines):
        strata.setdefault(one.stratum, []).append(one)
    drawn = [one for name, found in strata.items() if name != "real address lines" for one in found]
    print("| Fields | n | Right | Mean confidence | ECE | ECE if it held | Accepted at 1 in 2,000 | Wrong among them |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, found in {"all drawn fields": drawn, **dict(sorted(strata.items()))}.items():
        sure, right = [one.sure for one in found], [one.right for one in found]
        most, wrong = accepted(found)
        bound = f"{wrong} (at most {upper(wrong, most):.2%})" if most else "–"
        print(
            f"| {name} | {len(found)} | {np.mean(right):.1%} | {np.mean(sure):.1%} "
            f"| {calibration_error(sure, right):.1%} "
            f"| {calibration_error_if_held(sure):.1%} | {most} ({most / len(found):.0%}) | {bound} |"
        )
    if asked.data and isinstance(reader, OwnLines):
        apart = cross_fitted(reader, real, ValueKind.PLACE)
        print(f"\nReal address lines, fitted on four fifths and measured on the last: ECE {apart:.1%}")
    if asked.plot:
        plot({"all drawn fields": drawn, **strata}, asked.plot)


if __name__ == "__main__":
    main()

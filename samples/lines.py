"""Single lines of register text in many hands and types: to train readers of lines and to measure them.

A line is clean coverage of ink, cut to its ink; what paper and scanner do to it is left to whoever uses it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from records.errors import WrongUse
from records.progress import Progress
from samples.hand import Hand, draw_hand, write
from samples.ink import BLACK, Pixels
from samples.people import chance, pick
from samples.register_text import register_text

DPI = 200.0


@dataclass(frozen=True, slots=True)
class SampleLine:
    """A line: its text (NFC), the kind of text, the hand or type it is written in, and coverage 0..255."""

    text: str
    kind: str
    hand: str
    coverage: Pixels


def _typed(rng: np.random.Generator, face: str) -> Hand:
    """Return a machine: even, with a worn ribbon's irregularity where it is a typewriter."""
    shake = 0.25 if "cousine" in face else 0.0
    size, pen = float(rng.uniform(1.5, 2.3)), float(rng.uniform(0.14, 0.3))
    return Hand(face, BLACK, size, 0, 0, 1, pen, 0.02, shake, 0.5, 0, 0.5)


def sample_line(rng: np.random.Generator, hands: Sequence[str], printed: Sequence[str], share: float) -> SampleLine:
    """Return one line, in one of the faces *printed* in *share* of the cases, else in one of the *hands*."""
    kind, text = register_text(rng)
    if printed and (not hands or chance(rng, share)):
        face = str(pick(rng, printed))
        hand = _typed(rng, face)
    else:
        face = str(pick(rng, hands))
        hand = draw_hand(rng, face, BLACK, leading=8.0, wildness=float(rng.uniform(0, 1)))
        hand = replace(hand, tilt=0.0, pen=float(rng.uniform(0.2, 0.5)), word_gap=float(rng.uniform(0.8, 1.6)))
        if not hand.capitals and text.isupper() and any(c.isalpha() for c in text):
            text = text.title()
    ink = write(rng, text, hand, 0.0, 0.0, DPI).alpha
    rows, columns = np.flatnonzero((ink > 60).any(axis=1)), np.flatnonzero((ink > 60).any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else ink[:8, :8]
    return SampleLine(text, kind, face, np.ascontiguousarray(cut))


def sample_lines(
    count: int, seed: int, hands: Sequence[str], printed: Sequence[str] = (), share: float = 0.12
) -> Iterator[SampleLine]:
    """Yield *count* lines; line *n* of a seed is the same however many are asked for."""
    for number in range(count):
        yield sample_line(np.random.default_rng([seed, number]), hands, printed, share)


def on_paper(rng: np.random.Generator, line: SampleLine) -> Pixels:
    """Return the line as a crop of a scanned page: paper, light, the printed rule or dots, the sensor's noise."""
    margin = int(rng.integers(5, 14))
    ink = np.pad(line.coverage.astype(np.float32) / 255, margin)
    h, w = ink.shape
    paper = float(rng.uniform(205, 252))
    sheet = np.full((h, w), paper, np.float32) * (1 + float(rng.normal(0, 0.03)) * np.linspace(-1, 1, w)[None, :])
    if chance(rng, 0.5):
        level = min(h - 2, int(h * rng.uniform(0.68, 0.85)))
        gap = int(rng.integers(1, 8))
        sheet[level, :: max(1, gap)] = paper * float(rng.uniform(0.35, 0.75))
    dark = float(rng.uniform(20, 0.55 * paper))
    out = sheet + (dark - sheet) * np.clip(ink, 0, 1) + rng.normal(0, float(rng.uniform(1, 7)), (h, w))
    return np.asarray(np.clip(out, 0, 255), np.uint8)


def make_lines(
    out: Path, *, count: int, seed: int, hands: Sequence[str], printed: Sequence[str], share: float, told: Progress
) -> Path:
    """Write *count* line images to *out* with ``labels.tsv`` (file TAB text TAB kind TAB hand); return the table.

    Raises WrongUse where *out* holds a table already.
    """
    table = out / "labels.tsv"
    if table.exists():
        raise WrongUse("SAMPLES_LINES_TAKEN", folder=out)
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    told.start("lines", count)
    for number, line in enumerate(sample_lines(count, seed, hands, printed, share)):
        name = f"line-{number:05d}.png"
        Image.fromarray(on_paper(np.random.default_rng([seed, number, 1]), line)).save(out / name)
        rows.append("\t".join((name, line.text, line.kind, line.hand)))
        told.advance()
    told.finish()
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return table

"""Single lines of register text in many hands and types: to train readers of lines and to measure them.

A line is clean coverage of ink, cut to its ink; what paper and scanner do to it is left to whoever uses it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from samples.fonts import TYPEWRITERS, hand_font
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
    shake = 0.25 if face in TYPEWRITERS else 0.0
    size, pen = float(rng.uniform(1.5, 2.3)), float(rng.uniform(0.14, 0.3))
    return Hand(face, BLACK, size, 0, 0, 1, pen, 0.02, shake, 0.5, 0, 0.5)


def sample_line(
    rng: np.random.Generator, hands: Sequence[str], printed: Sequence[str], share: float, text: str = ""
) -> SampleLine:
    """Return one line, in one of the faces *printed* in *share* of the cases, else in one of the *hands*.

    It says *text*, or what a register may hold.
    """
    kind, text = ("given", text) if text else register_text(rng)
    if printed and (not hands or chance(rng, share)):
        face = str(pick(rng, printed))
        hand = _typed(rng, face)
    else:
        loud = text.isupper() and any(c.isalpha() for c in text)
        face = str(pick(rng, [name for name in hands if not loud or hand_font(name).capitals] or list(hands)))
        hand = draw_hand(rng, face, BLACK, leading=8.0, wildness=float(rng.uniform(0, 1)))
        hand = replace(hand, tilt=0.0, pen=float(rng.uniform(0.2, 0.5)), word_gap=float(rng.uniform(0.8, 1.6)))
        if loud and not hand.capitals:
            text = text.title()
    ink = write(rng, text, hand, 0.0, 0.0, DPI).alpha
    rows, columns = np.flatnonzero((ink > 60).any(axis=1)), np.flatnonzero((ink > 60).any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else ink[:8, :8]
    return SampleLine(text, kind, face, np.ascontiguousarray(cut))

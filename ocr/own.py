"""Our own line reader: one ONNX file that says of itself what it knows, run by onnxruntime on one core.

The file carries its card as metadata: name, version, alphabet, what makes its confidence a probability, and what it
was trained with. Input and output are those of :mod:`ocr.normalise` and
:mod:`ocr.training.network`: (1, 1, 48, w) of ink in [0, 1]; log-probabilities (w / 4, 1, symbols), blank first.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.alphabet import numbered
from ocr.decoding import Calibration, Decoded, by_field, by_picture
from ocr.images import unreadable
from ocr.languages import Languages
from ocr.ngram import LetterNgram
from ocr.normalise import Ink, at_height, normalise
from ocr.sessions import open_session
from records.errors import PartUnavailable
from records.ports import Image
from records.readings import ANYTHING, EngineIdentity, Expected, Reading

CARD = "khongcho.card"
"""Key of the card in the file's metadata."""
POOR = -1.2
"""Legibility below which a line is looked at upside down as well. (Address lines: upright over -1, turned under -1.)"""
PLAINER = 0.7
"""By how much a line must be more legible turned to be called upside down."""
NONSENSE = -2.5
"""Legibility below which what was read is no text."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a model says of itself."""

    name: str
    version: str
    alphabet: tuple[str, ...]
    data: tuple[str, ...] = ()
    """What it was trained with, one line a source."""
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)
    """By kind of field, ``text`` for all others, and ``greedy``; none: its confidence is not calibrated."""

    @classmethod
    def parse(cls, text: str) -> "Card":
        """Read what :meth:`written` wrote. Raises ValueError where it is none."""
        try:
            told: dict[str, Any] = json.loads(text)
            return cls(
                str(told["name"]),
                str(told["version"]),
                tuple(told["alphabet"]),
                tuple(told["data"]),
                {kind: _calibration(row) for kind, row in told["calibrations"].items()},
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"no card of a line reader: {error}") from error

    def written(self) -> str:
        """Return the card as JSON."""
        told = {
            "name": self.name,
            "version": self.version,
            "alphabet": list(self.alphabet),
            "data": list(self.data),
            "calibrations": {kind: list(c.weights) for kind, c in self.calibrations.items()},
        }
        return json.dumps(told, ensure_ascii=False)


def _calibration(row: Sequence[float]) -> Calibration:
    constant, share, picture, language = map(float, row)
    return Calibration((constant, share, picture, language))


def _tells(found: Decoded) -> bool:
    """Whether a text is long enough to tell which way is up: a few digits are figures either way."""
    return sum(letter.isalpha() for letter in found.text) >= 4


def letters_beside(weights: Path) -> Path:
    """Return where the language of letters of the model *weights* is kept."""
    return weights.with_suffix(".letters.npz")


class OwnLines:
    """Line reader over one model file."""

    def __init__(self, weights: Path, threads: int = 1) -> None:
        self._weights = weights
        if not weights.is_file():
            raise PartUnavailable("LINE_MODEL_MISSING", engine=weights.stem, path=weights)
        try:
            self._session = open_session(weights, threads)
            self.card = Card.parse(self._session.get_modelmeta().custom_metadata_map.get(CARD, "{}"))
        except Exception as error:  # onnxruntime has no base class of its own errors
            raise PartUnavailable("LINE_MODEL_MISSING", engine=weights.stem, path=weights) from error
        self._alphabet = ("", *self.card.alphabet)

    @property
    def model_bytes(self) -> int:
        """Size of the weights on disk."""
        return self._weights.stat().st_size

    @cached_property
    def _languages(self) -> Languages:
        """The languages of fields, over what is kept beside the weights. Raises PartUnavailable without it."""
        try:
            return Languages(LetterNgram.load(letters_beside(self._weights)))
        except Exception as error:  # a damaged file fails in many ways
            path = letters_beside(self._weights)
            raise PartUnavailable("LINE_MODEL_MISSING", engine=self._weights.stem, path=path) from error

    @cached_property
    def identity(self) -> EngineIdentity:
        """Name, version, digest of all that decides what is read: weights and letters."""
        letters = letters_beside(self._weights)
        kept = self._weights.read_bytes() + (letters.read_bytes() if letters.is_file() else b"")
        digest = hashlib.sha256(kept).hexdigest()
        return EngineIdentity(self.card.name, self.card.version, digest, bool(self.card.calibrations))

    def symbols(self, text: str) -> list[int]:
        """Return the numbers of the letters of *text*. Raises KeyError for one that the alphabet lacks."""
        number = numbered(self.card.alphabet)
        return [number[letter] for letter in text]

    def seen(self, ink: Ink) -> NDArray[np.float32]:
        """Return log-probabilities (frames, symbols) of clean *ink* in [0, 1], scaled to the reader's height."""
        return self._frames(at_height(ink))

    def log_probabilities(self, image: Image) -> NDArray[np.float32] | None:
        """Return log-probabilities (frames, symbols), the blank first; None where there is no ink to read."""
        ink = normalise(image)
        return self._frames(ink) if ink.shape[1] else None

    def _frames(self, ink: Ink) -> NDArray[np.float32]:
        return np.asarray(self._session.run(None, {"ink": ink[None, None]})[0], np.float32)[:, 0, :]

    def decoded(self, image: Image, expected: Expected = ANYTHING) -> Decoded | None:
        """Return what a line says by the language of what is *expected*; None where there is no ink to read."""
        said = self.log_probabilities(image)
        if said is None:
            return None
        return by_field(said, self._alphabet, self._languages, expected, self.card.calibrations)

    def decoded_greedy(self, image: Image) -> Decoded | None:
        """Return what a line says by its picture alone, the best path; None where there is no ink to read."""
        said = self.log_probabilities(image)
        return None if said is None else by_picture(said, self._alphabet, self.card.calibrations)

    def read_line(self, image: Image, expected: Expected = ANYTHING) -> Reading:
        """Read one line with the language of what is *expected*; confidence is the probability of the whole text."""
        if reason := unreadable(image):
            return self._reading(None, reason)
        found = self.decoded(image, expected)
        if found is not None and found.legibility < POOR:
            turned = self.decoded(image[::-1, ::-1], expected)
            if turned is not None and _tells(turned) and turned.legibility > max(found.legibility + PLAINER, NONSENSE):
                return self._reading(None, "LINE_UPSIDE_DOWN")
            if found.legibility < NONSENSE:
                return self._reading(None, "LINE_NOT_READ")
        return self._reading(found, None)

    def read_greedy(self, image: Image) -> Reading:
        """Read one line by its picture alone: no language, no alternatives."""
        reason = unreadable(image)
        return self._reading(None if reason else self.decoded_greedy(image), reason)

    def _reading(self, found: Decoded | None, reason: str | None) -> Reading:
        if found is None:
            return Reading("", 0.0, self.identity, reason=reason or "CROP_EMPTY")
        if not found.text:
            return Reading("", 0.0, self.identity, reason="LINE_NOT_READ")
        return Reading(found.text, found.confidence, self.identity, found.alternatives)

"""Our own line reader: one ONNX file that says of itself what it knows, run by onnxruntime on one core.

The file carries its card as metadata: name, version, alphabet, the temperature that makes its confidence a
probability, and what it was trained with. Input and output are those of :mod:`ocr.normalise` and
:mod:`ocr.training.network`: (1, 1, 48, w) of ink in [0, 1]; log-probabilities (w / 4, 1, symbols), blank first.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr.ctc import best_path
from ocr.images import unreadable
from ocr.normalise import normalise
from ocr.sessions import open_session
from records.errors import PartUnavailable
from records.ports import Image
from records.readings import EngineIdentity, Reading
from records.text import single_spaced

CARD = "khongcho.card"
"""Key of the card in the file's metadata."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a model says of itself."""

    name: str
    version: str
    alphabet: tuple[str, ...]
    temperature: float = 1.0
    """Log-probabilities are divided by it before they count as confidence."""
    data: tuple[str, ...] = ()
    """What it was trained with, one line a source."""

    @classmethod
    def parse(cls, text: str) -> "Card":
        """Read what :meth:`written` wrote. Raises ValueError where it is none."""
        try:
            told: dict[str, Any] = json.loads(text)
            return cls(
                str(told["name"]),
                str(told["version"]),
                tuple(told["alphabet"]),
                float(told["temperature"]),
                tuple(told["data"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"no card of a line reader: {error}") from error

    def written(self) -> str:
        """Return the card as JSON."""
        told = {
            "name": self.name,
            "version": self.version,
            "alphabet": list(self.alphabet),
            "temperature": self.temperature,
            "data": list(self.data),
        }
        return json.dumps(told, ensure_ascii=False)


class OwnLines:
    """Line reader over one model file."""

    def __init__(self, weights: Path, threads: int = 1) -> None:
        self._weights = weights
        if not weights.is_file():
            raise PartUnavailable("LINE_MODEL_MISSING", engine="khongcho", path=weights)
        self._session = open_session(weights, threads)
        try:
            self.card = Card.parse(self._session.get_modelmeta().custom_metadata_map.get(CARD, "{}"))
        except ValueError as error:
            raise PartUnavailable("LINE_MODEL_MISSING", engine="khongcho", path=weights) from error
        self._alphabet = ("", *self.card.alphabet)

    @property
    def model_bytes(self) -> int:
        """Size of the weights on disk."""
        return self._weights.stat().st_size

    @cached_property
    def identity(self) -> EngineIdentity:
        """Name, version, model digest."""
        digest = hashlib.sha256(self._weights.read_bytes()).hexdigest()
        return EngineIdentity(self.card.name, self.card.version, digest)

    def log_probabilities(self, image: Image) -> NDArray[np.float32] | None:
        """Return log-probabilities (frames, symbols), the blank first; None where there is no ink to read."""
        ink = normalise(image)
        if not ink.shape[1]:
            return None
        said = self._session.run(None, {"ink": ink[None, None]})[0]
        return np.asarray(said, np.float32)[:, 0, :]

    def read_line(self, image: Image) -> Reading:
        """Read one line (grey or BGR, dark ink on lighter paper)."""
        if reason := unreadable(image):
            return Reading("", 0.0, self.identity, reason=reason)
        said = self.log_probabilities(image)
        if said is None:
            return Reading("", 0.0, self.identity, reason="CROP_EMPTY")
        text, confidence = best_path(said / self.card.temperature, self._alphabet)
        text = single_spaced(text)
        if not text:
            return Reading("", 0.0, self.identity, reason="LINE_NOT_READ")
        return Reading(text, confidence, self.identity)

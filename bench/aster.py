"""Handwriting: the ONNX weights that the PyPI package ``asterocr`` (MIT) carries, run by onnxruntime.

Only the weights and the letter list of the package are used; its own code needs a training framework.
What the network expects, read from its published pre-processing: RGB in [0, 1], 32 px high, dark ink on
light paper, width in the picture's own proportion (widened up to 1.25 times for long lines), a multiple of 4.
"""

import hashlib
import json
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.ctc import best_path
from ocr.images import grey, unreadable
from ocr.sessions import open_session
from records.errors import PartUnavailable
from records.ports import Image
from records.readings import ANYTHING, EngineIdentity, Expected, Reading
from records.text import single_spaced

HEIGHT = 32
_EDGE = 2
_FRAME = 4
"""Pixels of width to a frame."""
_MOST_FRAMES = 256
"""The network knows so many positions; a longer line is squeezed into them."""


class AsterLines:
    """Line reader over AsterNet (log-probabilities over 226 characters and blank, 4 px a frame)."""

    def __init__(self, threads: int = 1) -> None:
        folder = Path(str(files("asterocr").joinpath("assets")))
        self._weights = folder / "asternet.onnx"
        if not self._weights.is_file():
            raise PartUnavailable("LINE_MODEL_MISSING", engine="asterocr", path=self._weights)
        self._alphabet: list[str] = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))["chars"]
        self._session = open_session(self._weights, threads)

    @property
    def model_bytes(self) -> int:
        """Size of the weights on disk."""
        return self._weights.stat().st_size

    @cached_property
    def identity(self) -> EngineIdentity:
        """Name, version, model digest."""
        return EngineIdentity("asterocr", version("asterocr"), hashlib.sha256(self._weights.read_bytes()).hexdigest())

    @staticmethod
    def _input(image: Image) -> NDArray[np.float32]:
        paper = cv2.copyMakeBorder(grey(image), 0, 0, _EDGE, _EDGE, cv2.BORDER_REPLICATE)
        h, w = paper.shape
        aspect = w / h
        widen = min(1.25, 1.0 + (aspect - 3.0) * 0.02) if aspect > 3.0 else 1.0
        width = max(16, round(HEIGHT / h * w * widen))
        width = min(width + -width % _FRAME, _MOST_FRAMES * _FRAME)
        small = cv2.resize(paper, (width, HEIGHT), interpolation=cv2.INTER_AREA)
        return np.repeat((small.astype(np.float32) / 255.0)[None, None], 3, axis=1)

    def read_line(self, image: Image, expected: Expected = ANYTHING) -> Reading:
        """Read one handwritten line (grey or BGR, dark ink on light paper).

        Confidence is the geometric mean over characters of the best path's probability: not calibrated.
        """
        if reason := unreadable(image):
            return Reading("", 0.0, self.identity, reason=reason)
        log_probs = self._session.run(None, {"images": self._input(image)})[0]
        text, confidence = best_path(np.asarray(log_probs)[:, 0, :], self._alphabet)
        text = single_spaced(text)
        if not text:
            return Reading("", 0.0, self.identity, reason="LINE_NOT_READ")
        return Reading(text, confidence, self.identity)

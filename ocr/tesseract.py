"""Print: Tesseract. ``pytesseract`` for whole pages, ``tesserocr`` with one re-used object for crops.

A page costs seconds, so the start of a process does not matter there and a crash stays outside ours.
A crop costs milliseconds: one API object per worker, re-used, is an order of magnitude cheaper than a
process per crop. Tesseract's own threads slow a busy machine down, so they are off everywhere.
"""

import os

os.environ["OMP_THREAD_LIMIT"] = "1"

import hashlib
import math
import tempfile
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytesseract
import tesserocr

from ocr.images import grey, unreadable
from records.errors import PageError, PartUnavailable
from records.geometry import Box
from records.ports import Image
from records.readings import ANYTHING, EngineIdentity, Expected, PageReading, Reading, Word
from records.text import single_spaced

LANGUAGE = "vie"
PAGE_TIMEOUT_S = 60
_SYSTEM_TESSDATA = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
)


def tessdata() -> Path:
    """Return the folder that holds the Vietnamese model: the packed one, else the system's."""
    packed = Path(str(files("ocr").joinpath("data")))
    for folder in (packed, *map(Path, _SYSTEM_TESSDATA)):
        if (folder / f"{LANGUAGE}.traineddata").is_file():
            return folder
    raise PartUnavailable("TESSERACT_MODEL_MISSING", model=f"{LANGUAGE}.traineddata")


def _model_digest() -> str:
    return hashlib.sha256((tessdata() / f"{LANGUAGE}.traineddata").read_bytes()).hexdigest()


class TesseractPages:
    """Page reader: words with boxes, in Tesseract's reading order.

    *layout* is Tesseract's page segmentation mode: 3 finds columns and paragraphs (official papers),
    11 finds scattered text (forms whose labels stand between handwriting).
    """

    def __init__(self, layout: int = 3) -> None:
        self.layout = layout

    @cached_property
    def identity(self) -> EngineIdentity:
        """Name, version, model digest."""
        try:
            version = str(pytesseract.get_tesseract_version())
        except (pytesseract.TesseractNotFoundError, SystemExit) as error:
            raise PartUnavailable("TESSERACT_MISSING") from error
        return EngineIdentity("tesseract", version, _model_digest())

    def read_page(self, image: Image) -> PageReading:
        """Read a page. Word outlines are upright boxes in the pixels of *image*.

        Raises PartUnavailable where the programme is missing, PageError where it fails on this page or does not
        end in time: one hostile page must not stop the others.
        """
        options = f"--psm {self.layout} --oem 1 --tessdata-dir {tessdata()}"
        try:
            with tempfile.NamedTemporaryFile(suffix=".pgm") as file:  # a plain picture costs no compression
                file.write(cv2.imencode(".pgm", grey(image))[1].tobytes())
                file.flush()
                table = pytesseract.image_to_data(
                    file.name,
                    lang=LANGUAGE,
                    config=options,
                    output_type=pytesseract.Output.DICT,
                    timeout=PAGE_TIMEOUT_S,
                )
        except pytesseract.TesseractNotFoundError as error:
            raise PartUnavailable("TESSERACT_MISSING") from error
        except (RuntimeError, pytesseract.TesseractError) as error:
            raise PageError("TESSERACT_FAILED", detail=str(error)[:200]) from error
        words: list[Word] = []
        lines: dict[tuple[int, int, int], int] = {}
        for i, raw in enumerate(table["text"]):
            text = single_spaced(raw)
            if not text or float(table["conf"][i]) < 0:
                continue
            key = (table["block_num"][i], table["par_num"][i], table["line_num"][i])
            line = lines.setdefault(key, len(lines))
            box = Box(table["left"][i], table["top"][i], table["width"][i], table["height"][i])
            words.append(Word(text, box.polygon(), float(table["conf"][i]) / 100.0, line))
        return PageReading(tuple(words), self.identity)


class TesseractLines:
    """Line reader for print and typewriting: one API object, re-used. Not for several threads at once."""

    RECYCLE_AFTER = 5000
    """Crops after which the API object is made anew, since the library's memory grows."""

    def __init__(self) -> None:
        self._api: tesserocr.PyTessBaseAPI | None = None
        self._crops = 0

    @cached_property
    def identity(self) -> EngineIdentity:
        """Name, version, model digest."""
        return EngineIdentity("tesserocr", tesserocr.tesseract_version().split()[1].split("\n")[0], _model_digest())

    def _ready(self) -> tesserocr.PyTessBaseAPI:
        if self._api is not None and self._crops >= self.RECYCLE_AFTER:
            self.close()
        if self._api is None:
            try:
                self._api = tesserocr.PyTessBaseAPI(
                    path=str(tessdata()), lang=LANGUAGE, psm=tesserocr.PSM.SINGLE_LINE, oem=tesserocr.OEM.LSTM_ONLY
                )
            except RuntimeError as error:  # the model is there but no model
                raise PartUnavailable("TESSERACT_MODEL_MISSING", model=f"{LANGUAGE}.traineddata") from error
            self._crops = 0
        self._crops += 1
        return self._api

    def read_line(self, image: Image, expected: Expected = ANYTHING) -> Reading:
        """Read one line of print. Confidence is Tesseract's own mean word confidence, not calibrated."""
        if reason := unreadable(image):
            return Reading("", 0.0, self.identity, reason=reason)
        crop = grey(image)
        if (h := crop.shape[0]) < 40:  # the model was made for letters of about 30 px
            scale = 48 / h
            crop = np.asarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
        crop = np.ascontiguousarray(cv2.copyMakeBorder(crop, 10, 10, 10, 10, cv2.BORDER_REPLICATE))
        api = self._ready()
        h, w = crop.shape
        api.SetImageBytes(crop.tobytes(), w, h, 1, w)
        text = single_spaced(api.GetUTF8Text())
        confidences = api.AllWordConfidences()
        api.Clear()
        if not text or not confidences:
            return Reading("", 0.0, self.identity, reason="LINE_NOT_READ")
        mean = sum(confidences) / len(confidences) / 100.0
        return Reading(text, min(1.0, max(0.0, mean if math.isfinite(mean) else 0.0)), self.identity)

    def close(self) -> None:
        """Free the library's memory."""
        if self._api is not None:
            self._api.End()
            self._api = None

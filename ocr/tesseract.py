"""Print: Tesseract. ``pytesseract`` for papers, ``tesserocr`` with one re-used object for forms and crops.

A paper costs seconds, so the start of a process does not matter there and a crash stays outside ours. What is printed
on a form takes half a second in a process of its own and half of that here, where the model is loaded once; a crop
costs milliseconds. Tesseract's own threads slow a busy machine down, so they are off everywhere.
"""

import os

os.environ["OMP_THREAD_LIMIT"] = "1"

import hashlib
import math
import tempfile
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

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

tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)  # it tells of empty places, which is no trouble

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
    """Page reader for running print, in columns and paragraphs: words with boxes, in Tesseract's reading order."""

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
        options = f"--psm {tesserocr.PSM.AUTO} --oem 1 --tessdata-dir {tessdata()}"
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
        words = zip(*(table[column] for column in _COLUMNS), strict=True)
        return PageReading(_words(words), self.identity)


_COLUMNS = ("block_num", "par_num", "line_num", "left", "top", "width", "height", "conf", "text")
"""What is taken of Tesseract's table; it stands in this order there."""


def _words(rows: Iterable[Sequence[Any]]) -> tuple[Word, ...]:
    """Return the words in the rows of a table of :data:`_COLUMNS`; a line has a number of its own."""
    words: list[Word] = []
    lines: dict[tuple[Any, ...], int] = {}
    for *line, left, top, width, height, confidence, raw in rows:
        text = single_spaced(raw)
        if not text or float(confidence) < 0:
            continue
        number = lines.setdefault(tuple(line), len(lines))
        box = Box(int(left), int(top), int(width), int(height))
        words.append(Word(text, box.polygon(), float(confidence) / 100.0, number))
    return tuple(words)


class _Library:
    """Tesseract in this process: one API object, re-used. Not for several threads at once."""

    def __init__(self, layout: int, recycle_after: int) -> None:
        """Make the object anew after so many pictures, since the library's memory grows."""
        self._layout = layout
        self._recycle_after = recycle_after
        self._api: tesserocr.PyTessBaseAPI | None = None
        self._pictures = 0

    @cached_property
    def identity(self) -> EngineIdentity:
        """Name, version, model digest."""
        return EngineIdentity("tesserocr", tesserocr.tesseract_version().split()[1].split("\n")[0], _model_digest())

    def _shown(self, picture: Image) -> tesserocr.PyTessBaseAPI:
        """Return the library with a grey *picture* before it. Clear it when it is read."""
        if self._api is not None and self._pictures >= self._recycle_after:
            self.close()
        if self._api is None:
            try:
                self._api = tesserocr.PyTessBaseAPI(
                    path=str(tessdata()), lang=LANGUAGE, psm=self._layout, oem=tesserocr.OEM.LSTM_ONLY
                )
            except RuntimeError as error:  # the model is there but no model
                raise PartUnavailable("TESSERACT_MODEL_MISSING", model=f"{LANGUAGE}.traineddata") from error
            self._pictures = 0
        self._pictures += 1
        height, width = picture.shape
        self._api.SetImageBytes(picture.tobytes(), width, height, 1, width)
        return self._api

    def close(self) -> None:
        """Free the library's memory."""
        if self._api is not None:
            self._api.End()
            self._api = None


class TesseractForms(_Library):
    """Page reader for forms, whose labels stand scattered between handwriting. Not for several threads at once."""

    def __init__(self) -> None:
        super().__init__(tesserocr.PSM.SPARSE_TEXT, recycle_after=200)

    def read_page(self, image: Image) -> PageReading:
        """Read a page. Word outlines are upright boxes in the pixels of *image*.

        Raises PageError where Tesseract does not end in time: one hostile page must not stop the others.
        """
        api = self._shown(grey(image))
        try:
            if not api.Recognize(round(1000 * PAGE_TIMEOUT_S)):
                raise PageError("TESSERACT_FAILED", detail=f"not done in {PAGE_TIMEOUT_S} s")
            rows = (line.split("\t", 11) for line in api.GetTSVText(0).split("\n"))
            # level, page, block, paragraph, line, word, then the box, confidence and text
            return PageReading(_words((*row[2:5], *row[6:]) for row in rows if row[0] == _WORD), self.identity)
        finally:
            api.Clear()


_WORD = "5"
"""The level of a word in Tesseract's table."""


class TesseractLines(_Library):
    """Line reader for print and typewriting. Not for several threads at once."""

    def __init__(self) -> None:
        super().__init__(tesserocr.PSM.SINGLE_LINE, recycle_after=5000)

    def read_line(self, image: Image, expected: Expected = ANYTHING) -> Reading:
        """Read one line of print. Confidence is Tesseract's own mean word confidence, not calibrated."""
        if reason := unreadable(image):
            return Reading("", 0.0, self.identity, reason=reason)
        crop = grey(image)
        if (h := crop.shape[0]) < 40:  # the model was made for letters of about 30 px
            scale = 48 / h
            crop = np.asarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
        api = self._shown(np.asarray(cv2.copyMakeBorder(crop, 10, 10, 10, 10, cv2.BORDER_REPLICATE), np.uint8))
        text = single_spaced(api.GetUTF8Text())
        confidences = api.AllWordConfidences()
        api.Clear()
        if not text or not confidences:
            return Reading("", 0.0, self.identity, reason="LINE_NOT_READ")
        mean = sum(confidences) / len(confidences) / 100.0
        return Reading(text, min(1.0, max(0.0, mean if math.isfinite(mean) else 0.0)), self.identity)

"""Readers that know what they read: for tests of the road, not of the reading. Made in the worker by name."""

import numpy as np

from classifiers import HeadingClassifier
from ocr import HANDWRITING, PRINT, open_line_recogniser, open_page_recogniser
from pipeline import Readers
from records.geometry import Box
from records.ports import Image
from records.readings import ANYTHING, EngineIdentity, Expected, PageReading, Reading, Word

ENGINE = EngineIdentity("stub", "1", "0" * 64)
WORDS = "Une page en français que nulle édition vietnamienne ne connaît ici"


class Pages:
    """Reads the same words on every page that has ink."""

    identity = ENGINE

    def read_page(self, image: Image) -> PageReading:
        if float(np.mean(image < 128)) < 0.0005:
            return PageReading((), ENGINE)
        words = WORDS.split()
        return PageReading(
            tuple(Word(w, Box(50 + 150 * i, 60, 120, 30).polygon(), 0.9, 0) for i, w in enumerate(words)), ENGINE
        )


class Lines:
    """Reads the same word on every line."""

    identity = ENGINE

    def read_line(self, image: Image, expected: Expected = ANYTHING) -> Reading:
        return Reading("chữ", 0.9, ENGINE)


def readers() -> Readers:
    """Quick readers."""
    return Readers(Pages(), Pages(), Lines(), Lines(), HeadingClassifier())


def real_readers() -> Readers:
    """The readers of the product."""
    return Readers(
        open_page_recogniser(form=True),
        open_page_recogniser(),
        open_line_recogniser(PRINT),
        open_line_recogniser(HANDWRITING),
        HeadingClassifier(),
    )


def no_readers() -> Readers:
    """Readers by a name that nobody knows."""
    open_line_recogniser("nobody")
    raise AssertionError("there is a reader called nobody")

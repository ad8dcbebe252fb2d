"""The readers that exist, by name."""

from collections.abc import Callable

from ocr.aster import AsterLines
from ocr.tesseract import TesseractLines, TesseractPages
from records.errors import WrongUse
from records.ports import LineRecogniser, PageRecogniser

PRINT = "tesseract"
HANDWRITING = "asterocr"

_LINES: dict[str, Callable[[], LineRecogniser]] = {PRINT: TesseractLines, HANDWRITING: AsterLines}


def line_engines() -> tuple[str, ...]:
    """Return the names of all line readers."""
    return tuple(_LINES)


def open_line_recogniser(name: str = HANDWRITING) -> LineRecogniser:
    """Return the line reader called *name*. Raises WrongUse for an unknown one, PartUnavailable without its model."""
    try:
        make = _LINES[name]
    except KeyError:
        raise WrongUse("ENGINE_UNKNOWN", engine=name, known=", ".join(_LINES)) from None
    return make()


def open_page_recogniser(layout: int = 3) -> PageRecogniser:
    """Return the page reader for print (*layout*: Tesseract's page segmentation mode)."""
    return TesseractPages(layout)

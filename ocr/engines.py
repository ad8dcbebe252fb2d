"""The readers that exist, by name."""

from collections.abc import Callable
from pathlib import Path

from ocr.own import OwnLines
from ocr.tesseract import TesseractForms, TesseractLines, TesseractPages
from records.errors import WrongUse
from records.ports import LineRecogniser, PageRecogniser

PRINT = "tesseract"
HANDWRITING = "khongcho"
"""Trained with real lines of a public challenge as well; see docs/models/."""
CLEAN = "khongcho-clean"
"""Trained with drawn lines alone."""

MODELS = Path(__file__).parent / "models"
MODEL_SUFFIX = ".onnx"


def _own(name: str) -> Callable[[], LineRecogniser]:
    return lambda: OwnLines(MODELS / f"{name}{MODEL_SUFFIX}")


_LINES: dict[str, Callable[[], LineRecogniser]] = {
    HANDWRITING: _own(HANDWRITING),
    CLEAN: _own(CLEAN),
    PRINT: TesseractLines,
}


def line_engines() -> tuple[str, ...]:
    """Return the names of all line readers."""
    return tuple(_LINES)


def open_line_recogniser(name: str = HANDWRITING) -> LineRecogniser:
    """Return the line reader called *name*, or the one in the file *name* (``.onnx``: trained by ``train reader``).

    Raises WrongUse for an unknown one, PartUnavailable without its model.
    """
    if name.endswith(MODEL_SUFFIX):
        return OwnLines(Path(name).expanduser())
    try:
        make = _LINES[name]
    except KeyError:
        raise WrongUse("ENGINE_UNKNOWN", engine=name, known=", ".join(_LINES)) from None
    return make()


def open_page_recogniser(*, form: bool = False) -> PageRecogniser:
    """Return the reader of a page's print: of running print, or of a *form* on which it stands scattered."""
    return TesseractForms() if form else TesseractPages()

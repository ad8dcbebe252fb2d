"""Sets an extract as PDF/A-2b. Data reaches the typesetter as JSON only, never as source text.

Fonts are the product's own files and nothing else: what the machine happens to have never gets onto
an official paper. The same paper at the same time gives the same bytes.
"""

import datetime as dt
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import typst

from extracts.content import Paper
from records.errors import PartUnavailable, WrongUse

TYPEFACE = "Tinos"
STANDARD: Final = "a-2b"


def render(paper: Paper, layout: str, at: dt.datetime, fonts: Path | None = None) -> bytes:
    """Return *paper* as PDF/A-2b with all fonts embedded, created *at* (aware).

    *layout* names a source in ``extracts/templates``. Raises PartUnavailable where the typeface is
    missing, WrongUse where a value holds a character that the typeface cannot show.
    """
    source = files("extracts").joinpath("templates", layout).read_bytes()
    data = json.dumps(paper.as_data(), ensure_ascii=False)
    try:
        return typst.compile(
            source,
            format="pdf",
            font_paths=_fonts(fonts or default_fonts()),
            ignore_system_fonts=True,
            sys_inputs={"data": data, "typeface": TYPEFACE},
            pdf_standards=STANDARD,
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        raise WrongUse("EXTRACT_NOT_SET", detail=error.message) from error


def default_fonts() -> Path:
    """Return the folder of the fonts that the product ships."""
    return Path(str(files("forms").joinpath("fonts")))


@cache
def _fonts(folder: Path) -> typst.Fonts:
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    if TYPEFACE not in found.families():
        raise PartUnavailable("EXTRACT_FONTS_MISSING", typeface=TYPEFACE, folder=str(folder))
    return found

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
_FACES: Final = {
    "Regular": ("normal", 400),
    "Bold": ("normal", 700),
    "Italic": ("italic", 400),
    "BoldItalic": ("italic", 700),
}
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


def open_fonts(folder: Path) -> typst.Fonts:
    """Open the typeface in *folder*. Raises PartUnavailable where one of its faces is missing or cannot be used.

    Without its bold the typesetter would print names in the regular face and say nothing.
    """
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    there = {(font.style, font.weight) for font in found.fonts() if font.family == TYPEFACE}
    missing = [name for name, face in _FACES.items() if face not in there]
    if missing:
        raise PartUnavailable("EXTRACT_FONTS_MISSING", typeface=f"{TYPEFACE} {', '.join(missing)}", folder=str(folder))
    return found


_fonts = cache(open_fonts)


def empty_page() -> bytes:
    """Return a PDF of one empty page, which needs no fonts."""
    return typst.compile(b"", format="pdf", ignore_system_fonts=True)

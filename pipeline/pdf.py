"""Pages of a PDF as pixels, by poppler in a process of its own: what is active in a PDF is dropped on the way."""

import io
import logging
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdf2image
import pypdf
from pdf2image import exceptions
from PIL import Image as Pillow

from records.errors import PageError, PartUnavailable

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every oddity that it forgave

PDF_DPI = 200
PDF_SECONDS = 60
_POINTS = re.compile(r"([\d.]+) x ([\d.]+) pts")
_PAGE = re.compile(r"Page\s+(\d+) (size|rot)")

Pdf = bytes | Path
"""A PDF in memory, or where it lies: then a page of a large one costs no more than a page of a small one."""


def pdf_sizes(data: Pdf, most: int, only: int | None = None) -> tuple[tuple[int, int], ...]:
    """Return (width, height) in pixels at :data:`PDF_DPI` of every page, or of page *only* (from 1).

    Raises PageError: PDF_ENCRYPTED, PDF_NO_PAGES, PDF_DAMAGED, FILE_TOO_MANY_PAGES; PartUnavailable without poppler.
    """
    try:
        ask: Any = pdf2image.pdfinfo_from_path if isinstance(data, Path) else pdf2image.pdfinfo_from_bytes
        told = ask(data, first_page=only or 1, last_page=only or most, timeout=PDF_SECONDS)
    except Exception as error:  # poppler's wrapper raises what its parser meets
        raise _translated(error) from error
    pages = int(told.get("Pages", 0))
    if pages == 0:
        raise PageError("PDF_NO_PAGES")
    if pages > most:
        raise PageError("FILE_TOO_MANY_PAGES", pages=pages, most=most)
    about: dict[tuple[int, str], str] = {}
    for key, value in told.items():
        if found := _PAGE.fullmatch(key):
            about[int(found[1]), found[2]] = str(value)
    wanted = [only] if only else range(1, pages + 1)
    return tuple(_pixels(about.get((n, "size"), ""), about.get((n, "rot"), "0")) for n in wanted)


def _pixels(size: str, turned: str) -> tuple[int, int]:
    points = _POINTS.match(size)
    if points is None:
        raise PageError("PDF_DAMAGED", detail="page without size")
    width, height = (math.ceil(float(side) / 72 * PDF_DPI) for side in points.groups())
    return (height, width) if turned in ("90", "270") else (width, height)


def pdf_page(data: Pdf, page: int) -> Pillow.Image:
    """Return page *page* (from 1) rendered at :data:`PDF_DPI`, within the crop box that its size is told of.

    What poppler had to patch makes the page damaged: a page whose picture breaks off would come out half blank.
    Only fonts may lack. Raises PageError (PDF_ENCRYPTED, PDF_DAMAGED) and PartUnavailable.
    """

    def render(*, strict: bool) -> list[Pillow.Image]:
        convert: Any = pdf2image.convert_from_path if isinstance(data, Path) else pdf2image.convert_from_bytes
        pages: list[Pillow.Image] = convert(
            data,
            dpi=PDF_DPI,
            first_page=page,
            last_page=page,
            timeout=PDF_SECONDS,
            use_cropbox=True,
            strict=strict,
        )
        return pages

    try:
        try:
            rendered = render(strict=True)
        except exceptions.PDFSyntaxError as error:
            faults = [line for line in str(error).splitlines() if "Syntax Error" in line]
            if any("font" not in line.casefold() for line in faults):
                raise PageError("PDF_DAMAGED", detail=faults[0].strip()[:120]) from error
            rendered = render(strict=False)
    except PageError:
        raise
    except Exception as error:
        raise _translated(error) from error
    if not rendered:
        raise PageError("PDF_DAMAGED", detail=f"page {page}")
    return rendered[0]


_DEEPEST = 4
"""Forms within forms whose pictures are looked at."""


def pdf_parsed(data: Pdf) -> pypdf.PdfReader | None:
    """Return *data* parsed, to look at its pictures; None where this parser cannot follow it (poppler may)."""
    try:
        reader = pypdf.PdfReader(data if isinstance(data, Path) else io.BytesIO(data))
        if reader.is_encrypted:
            reader.decrypt("")
    except Exception:  # whatever its parser meets; poppler judges the file, this only looks closer
        return None
    return reader


def pdf_pictures(parsed: pypdf.PdfReader, page: int) -> tuple[tuple[int, int], ...]:
    """Return (width, height) of every picture that page *page* (from 1) draws, also within forms, from their headers.

    A page of paper size may hold a picture that no memory holds. A PDF that this parser cannot follow has none.
    """
    try:
        return tuple(_sizes_in(parsed.pages[page - 1], 0))
    except Exception:  # the same
        return ()


def _sizes_in(drawn: Any, depth: int) -> Iterator[tuple[int, int]]:
    resources = drawn.get("/Resources", {}).get_object()
    for entry in resources.get("/XObject", {}).get_object().values():
        found = entry.get_object()
        if found.get("/Subtype") == "/Image":
            yield int(found.get("/Width", 0)), int(found.get("/Height", 0))
        elif depth < _DEEPEST:
            yield from _sizes_in(found, depth + 1)


def pdf_jpegs(parsed: pypdf.PdfReader, page: int) -> Iterator[bytes]:
    """Yield the JPEG pictures that page *page* (from 1) is made of, as they lie in the file.

    Poppler shows what it could decode of them and tells nobody. A PDF that this parser cannot follow yields none.
    """
    try:
        resources: Any = parsed.pages[page - 1].get("/Resources", {})
        pictures = [entry.get_object() for entry in resources.get_object().get("/XObject", {}).get_object().values()]
        found = [p.get_data() for p in pictures if p.get("/Filter") in ("/DCTDecode", ["/DCTDecode"])]
    except Exception:  # the same
        return
    yield from found


def _translated(error: Exception) -> PageError | PartUnavailable:
    if isinstance(error, exceptions.PDFInfoNotInstalledError):
        return PartUnavailable("POPPLER_MISSING")
    words = str(error).casefold()
    if "password" in words or "encrypt" in words:
        return PageError("PDF_ENCRYPTED")
    if "invalid page count 0" in words:
        return PageError("PDF_NO_PAGES")
    return PageError("PDF_DAMAGED", detail=type(error).__name__)

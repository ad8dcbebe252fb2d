"""Open what was delivered, by content and never by name; refuse hostile files from their header.

Accepted: JPEG, PNG, TIFF (also of many pages), PDF. Everything here raises PageError with a code of the
catalogue and touches no disk. Pixels are decoded one page at a time.
"""

import io
import warnings
from dataclasses import dataclass

import numpy as np
import pdf2image
import pdf2image.exceptions
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from records.errors import PageError, PartUnavailable
from records.ports import Image

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
TIFF = "image/tiff"
_FORMATS = {"JPEG": JPEG, "MPO": JPEG, "PNG": PNG, "TIFF": TIFF}
PDF_DPI = 200
PDF_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before decoding."""

    megapixels: float = 120.0
    pages_per_file: int = 5000
    file_bytes: int = 2048 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What a file says of itself: type, pages, and the size of its largest page in pixels."""

    media_type: str
    pages: int
    width: int
    height: int


def sniff(data: bytes) -> str | None:
    """Return the media type by the first bytes, or None for what is not accepted."""
    if data[:5] == b"%PDF-" or b"%PDF-" in data[:1024]:
        return PDF
    if data[:3] == b"\xff\xd8\xff":
        return JPEG
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return PNG
    if data[:4] in (b"II*\x00", b"MM\x00*"):
        return TIFF
    return None


def read_header(data: bytes, limits: Limits) -> FileHeader:
    """Return what the header says. Raises PageError for anything that cannot or must not be opened."""
    if not data:
        raise PageError("FILE_EMPTY")
    if len(data) > limits.file_bytes:
        raise PageError("FILE_TOO_LARGE", megabytes=len(data) // 2**20, most=limits.file_bytes // 2**20)
    kind = sniff(data)
    if kind is None:
        raise PageError("FILE_NOT_AN_IMAGE")
    header = _pdf_header(data) if kind == PDF else _image_header(data, kind)
    if header.pages == 0:
        raise PageError("PDF_NO_PAGES")
    if header.pages > limits.pages_per_file:
        raise PageError("FILE_TOO_MANY_PAGES", pages=header.pages, most=limits.pages_per_file)
    if header.width * header.height > limits.megapixels * 1e6:
        raise PageError("IMAGE_TOO_LARGE", width=header.width, height=header.height, most=round(limits.megapixels))
    return header


def _image_header(data: bytes, kind: str) -> FileHeader:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Pillow.DecompressionBombWarning)
            with Pillow.open(io.BytesIO(data), formats=("JPEG", "MPO", "PNG", "TIFF")) as image:
                width, height = image.size
                pages = getattr(image, "n_frames", 1) if kind == TIFF else 1
    except Pillow.DecompressionBombError as error:
        raise PageError("IMAGE_TOO_LARGE", width="?", height="?", most="?") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError, KeyError, EOFError) as error:
        raise PageError("IMAGE_DAMAGED", detail=type(error).__name__) from error
    return FileHeader(kind, pages, width, height)


def _pdf_header(data: bytes) -> FileHeader:
    try:
        info = pdf2image.pdfinfo_from_bytes(data, timeout=PDF_SECONDS)
    except pdf2image.exceptions.PDFInfoNotInstalledError as error:
        raise PartUnavailable("POPPLER_MISSING") from error
    except Exception as error:  # poppler's wrapper raises what its parser meets
        words = str(error).lower()
        if "password" in words or "encrypt" in words:
            raise PageError("PDF_ENCRYPTED") from error
        raise PageError("PDF_DAMAGED", detail=type(error).__name__) from error
    pages = int(info.get("Pages", 0))
    size = str(info.get("Page size", "595 x 842")).split()
    try:
        width, height = float(size[0]) / 72 * PDF_DPI, float(size[2]) / 72 * PDF_DPI
    except (ValueError, IndexError):
        width, height = 1654.0, 2339.0
    return FileHeader(PDF, pages, round(width), round(height))


def decode_page(data: bytes, media_type: str, page_in_file: int, limits: Limits) -> tuple[Image, float | None]:
    """Return (BGR pixels, dots per inch or None) of page *page_in_file* (from 1).

    Image files give their own pixels, turned as their EXIF orientation says; PDF pages are rendered at
    :data:`PDF_DPI`. Raises PageError (truncated, damaged, too large) and PartUnavailable (no poppler).
    """
    if media_type == PDF:
        return _pdf_page(data, page_in_file, limits), float(PDF_DPI)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Pillow.DecompressionBombWarning)
            with Pillow.open(io.BytesIO(data), formats=("JPEG", "MPO", "PNG", "TIFF")) as opened:
                opened.seek(page_in_file - 1)
                if opened.size[0] * opened.size[1] > limits.megapixels * 1e6:
                    raise PageError(
                        "IMAGE_TOO_LARGE", width=opened.size[0], height=opened.size[1], most=round(limits.megapixels)
                    )
                dpi = opened.info.get("dpi")
                upright = ImageOps.exif_transpose(opened) if media_type == JPEG else opened
                rgb = np.asarray(upright.convert("RGB"), dtype=np.uint8)
    except PageError:
        raise
    except Pillow.DecompressionBombError as error:
        raise PageError("IMAGE_TOO_LARGE", width="?", height="?", most=round(limits.megapixels)) from error
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, MemoryError) as error:
        code = "IMAGE_TRUNCATED" if "truncat" in str(error).lower() else "IMAGE_DAMAGED"
        raise PageError(code, detail=type(error).__name__) from error
    density = float(dpi[0]) if dpi and float(dpi[0]) > 1 else None
    return np.ascontiguousarray(rgb[:, :, ::-1]), density


def _pdf_page(data: bytes, page_in_file: int, limits: Limits) -> Image:
    try:
        info = pdf2image.pdfinfo_from_bytes(data, first_page=page_in_file, last_page=page_in_file, timeout=PDF_SECONDS)
        size = str(info.get(f"Page {page_in_file:>4} size", info.get("Page size", "595 x 842"))).split()
        pixels = float(size[0]) * float(size[2]) / 72**2 * PDF_DPI**2
        if pixels > limits.megapixels * 1e6:
            raise PageError("IMAGE_TOO_LARGE", width=size[0], height=size[2], most=round(limits.megapixels))
        pages = pdf2image.convert_from_bytes(
            data, dpi=PDF_DPI, first_page=page_in_file, last_page=page_in_file, timeout=PDF_SECONDS, thread_count=1
        )
    except PageError:
        raise
    except pdf2image.exceptions.PDFInfoNotInstalledError as error:
        raise PartUnavailable("POPPLER_MISSING") from error
    except Exception as error:
        raise PageError("PDF_DAMAGED", detail=type(error).__name__) from error
    if not pages:
        raise PageError("PDF_DAMAGED", detail=f"page {page_in_file}")
    return np.ascontiguousarray(np.asarray(pages[0].convert("RGB"), dtype=np.uint8)[:, :, ::-1])

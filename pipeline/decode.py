"""Open what was delivered, by content and never by name; refuse hostile files from their header.

Accepted: JPEG, PNG, TIFF (also of many pages), PDF. Everything here raises PageError with a code of the
catalogue and keeps nothing on disk. Pixels are decoded one page at a time.
"""

import io
import mmap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageFile, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from pypdf import PdfReader

from pipeline.pdf import PDF_DPI, pdf_jpegs, pdf_page, pdf_parsed, pdf_pictures, pdf_sizes
from pipeline.tiff import tiff_sizes
from records.errors import PageError
from records.ports import Image

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
TIFF = "image/tiff"
_OPENERS: dict[str, type[ImageFile.ImageFile]] = {JPEG: JpegImageFile, PNG: PngImageFile, TIFF: TiffImageFile}
"""Named, not sniffed: one parser a type, and none of those that nobody delivers."""
LEAST_SIDE = 64
"""Pixels; nothing smaller is a page."""
_EXIF_ORIENTATION = 0x0112
_NEVER_DECODED = 128
"""What a JPEG decoder leaves, in all colours, where the data ended early."""


Delivered = bytes | Path
"""A file as delivered: its bytes, or where they lie, so that of a large file only the page in question is read."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before decoding."""

    megapixels: float = 120.0
    pages_per_file: int = 5000
    file_bytes: int = 2048 * 1024 * 1024

    def check_size(self, width: int, height: int) -> None:
        """Raise PageError for a page of *width* x *height* pixels that is not opened."""
        if width * height > self.megapixels * 1e6:
            raise PageError("IMAGE_TOO_LARGE", width=width, height=height, most=round(self.megapixels))
        if min(width, height) < LEAST_SIDE:
            raise PageError("IMAGE_TOO_SMALL", width=width, height=height, least=LEAST_SIDE)


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What a file says of itself: type, and (width, height) in pixels of each page as it is shown."""

    media_type: str
    sizes: tuple[tuple[int, int], ...]


def sniff(data: bytes) -> str | None:
    """Return the media type by the first bytes, or None for what is not accepted."""
    if data[:3] == b"\xff\xd8\xff":
        return JPEG
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return PNG
    if data[:4] in (b"II*\x00", b"MM\x00*"):
        return TIFF
    if b"%PDF-" in data[:1024]:
        return PDF
    return None


def media_type_of(file: Path) -> str:
    """Return the media type of *file* by its first bytes; empty for what is not accepted."""
    with file.open("rb") as opened:
        return sniff(opened.read(1024)) or ""


def read_header(data: bytes, limits: Limits) -> FileHeader:
    """Return what the header says. Raises PageError for anything that cannot or must not be opened.

    A file with at least one page that may be opened is taken; its other pages fail one by one when their turn comes.
    """
    if not data:
        raise PageError("FILE_EMPTY")
    if len(data) > limits.file_bytes:
        raise PageError("FILE_TOO_LARGE", megabytes=len(data) // 2**20, most=limits.file_bytes // 2**20)
    kind = sniff(data)
    if kind is None:
        raise PageError("FILE_NOT_AN_IMAGE")
    sizes = _sizes(data, kind, limits)
    refused = None
    for size in sizes:
        try:
            limits.check_size(*size)
        except PageError as error:
            refused = refused or error
        else:
            return FileHeader(kind, sizes)
    raise refused or PageError("IMAGE_DAMAGED", detail="no page")


def _sizes(data: Delivered, kind: str, limits: Limits) -> tuple[tuple[int, int], ...]:
    if kind == PDF:
        return pdf_sizes(data, limits.pages_per_file)
    if kind == TIFF:
        with _mapped(data) as whole:
            return tiff_sizes(whole, limits.pages_per_file)
    with _opened(data, kind) as image:
        width, height = image.size
        sideways = kind == JPEG and _orientation(image) >= 5
        return ((height, width) if sideways else (width, height),)


@contextmanager
def _mapped(data: Delivered) -> Iterator[bytes | mmap.mmap]:
    if isinstance(data, bytes):
        yield data
    else:
        with data.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            yield whole


@contextmanager
def _opened(data: Delivered, kind: str) -> Iterator[ImageFile.ImageFile]:
    """Open an image file lazily; what its parser or decoder raises becomes PageError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _OPENERS[kind](data if isinstance(data, Path) else io.BytesIO(data)) as image:
                yield image
    except PageError:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError, MemoryError) as error:
        code = "IMAGE_TRUNCATED" if "truncat" in str(error).lower() else "IMAGE_DAMAGED"
        raise PageError(code, detail=type(error).__name__) from error


def decode_page(data: Delivered, media_type: str, page_in_file: int, limits: Limits) -> tuple[Image, float | None]:
    """Return (BGR pixels, dots per inch or None) of page *page_in_file* (from 1).

    Image files give their own pixels, a JPEG's turned as its EXIF orientation says; PDF pages are rendered at
    :data:`pipeline.pdf.PDF_DPI`. Raises PageError (truncated, damaged, too large) and PartUnavailable (no poppler).
    """
    if media_type == PDF:
        return _pdf_page(data, page_in_file, limits), float(PDF_DPI)
    if media_type not in _OPENERS:
        raise PageError("FILE_NOT_AN_IMAGE")
    sizes = _sizes(data, media_type, limits)
    if not 1 <= page_in_file <= len(sizes):
        raise PageError("IMAGE_DAMAGED", detail=f"page {page_in_file} of {len(sizes)}")
    limits.check_size(*sizes[page_in_file - 1])
    with _opened(data, media_type) as image:
        image.seek(page_in_file - 1)
        limits.check_size(*image.size)
        dpi = image.info.get("dpi")
        rgb = _rgb(image)
        if media_type == JPEG:
            _refuse_half(rgb)
            if _orientation(image) != 1:
                rgb = _rgb(ImageOps.exif_transpose(image))
    density = float(dpi[0]) if dpi and float(dpi[0]) > 1 else None
    return _bgr(rgb), density


def _pdf_page(data: Delivered, page_in_file: int, limits: Limits) -> Image:
    (size,) = pdf_sizes(data, limits.pages_per_file, page_in_file)
    limits.check_size(*size)
    if (parsed := pdf_parsed(data)) is not None:
        _check_pictures(parsed, page_in_file, limits)
    return _bgr(pdf_page(data, page_in_file))


def _check_pictures(parsed: PdfReader, page_in_file: int, limits: Limits) -> None:
    """Raise PageError where a picture of the page is too large to be drawn, or a JPEG of it breaks off."""
    for width, height in pdf_pictures(parsed, page_in_file):
        if width * height > limits.megapixels * 1e6:
            limits.check_size(width, height)
    for jpeg in pdf_jpegs(parsed, page_in_file):
        with _opened(jpeg, JPEG) as image:
            if min(image.size) < LEAST_SIDE:  # a logo
                continue
            limits.check_size(*image.size)
            image.draft(None, (image.size[0] // 8, image.size[1] // 8))  # means of the blocks are enough
            _refuse_half(_rgb(image), side=2)


def _rgb(image: Pillow.Image) -> Pillow.Image:
    """Return *image* in 8-bit RGB: 16-bit grey scaled down, transparent places white."""
    if image.mode.startswith("I;16"):
        return Pillow.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):  # 32 bits without a known white: the brightest is paper
        levels = np.asarray(image, dtype=np.float64)
        top = max(float(levels.max()), 1.0)
        return Pillow.fromarray((levels.clip(0) / top * 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        return Pillow.alpha_composite(Pillow.new("RGBA", clear.size, "white"), clear).convert("RGB")
    if image.mode != "RGB":
        return image.convert("RGB")
    image.load()
    return image


def _orientation(image: Pillow.Image) -> int:
    """Return the EXIF orientation, 1 (upright) where none is told or what is told is none."""
    told = image.getexif().get(_EXIF_ORIENTATION, 1)
    return told if isinstance(told, int) and 1 <= told <= 8 else 1


def _refuse_half(rgb: Pillow.Image, side: int = 16) -> None:
    """Raise IMAGE_TRUNCATED where the decoder patched the end: it does so silently if the end mark stands there."""
    width, height = rgb.size
    corner = np.asarray(rgb.crop((max(0, width - side), max(0, height - side), width, height)))
    if bool(np.all(corner == _NEVER_DECODED)):
        raise PageError("IMAGE_TRUNCATED", detail="JPEG data")


def _bgr(rgb: Pillow.Image) -> Image:
    return np.asarray(cv2.cvtColor(np.asarray(_rgb(rgb), np.uint8), cv2.COLOR_RGB2BGR), np.uint8)

"""Files that must not be opened, or not trusted: made here by a script, none taken from elsewhere.

Each file has the code that its refusal must carry, and where it must be found: from the header when it is taken in,
or when its page is decoded.
"""

import io
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

import numpy as np
import pypdf
from PIL import Image as Pillow
from pypdf.generic import DictionaryObject, NameObject, NumberObject, RectangleObject, StreamObject


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file's name and bytes, and how it must be refused."""

    name: str
    data: bytes
    code: str
    found: Literal["header", "page"] = "header"


def text_page(width: int = 600, height: int = 800) -> Pillow.Image:
    """A page with dark bars like lines of text on light paper, down to its last rows."""
    draw = np.random.default_rng(7)
    pixels = np.full((height, width, 3), 235, np.uint8)
    for y in range(30, height - 12, 30):
        pixels[y : y + 12, 40 : width - 40] = draw.integers(0, 255, (12, width - 80, 1))
    return Pillow.fromarray(pixels)


def saved(image: Pillow.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def tiff(*pages: dict[int, int], pixels: bytes = b"", following: Callable[[int], int] | None = None) -> bytes:
    """A little-endian TIFF whose directories hold exactly *pages* (tag to value), first, then *pixels*.

    A value of -1 stands for where the pixels begin. *following* gives the number of the page after page n (0: none).
    """
    sizes = [2 + 12 * len(page) + 4 for page in pages]
    starts = list(accumulate(sizes, initial=8))
    out = bytearray(b"II*\0" + struct.pack("<I", 8))
    for n, page in enumerate(pages, start=1):
        out += struct.pack("<H", len(page))
        for tag, value in sorted(page.items()):
            out += struct.pack("<HHII", tag, 4, 1, starts[-1] if value == -1 else value)
        after = following(n) if following else (n + 1 if n < len(pages) else 0)
        out += struct.pack("<I", starts[after - 1] if after else 0)
    return bytes(out) + pixels


def grey_page(width: int, height: int, size: int, compression: int = 1) -> dict[int, int]:
    """The directory of a grey page whose pixels are one strip of *size* bytes."""
    return {
        256: width,
        257: height,
        258: 8,
        259: compression,
        262: 1,
        273: -1,
        277: 1,
        278: height,
        279: size,
    }


def png_bomb(side: int = 30_000) -> bytes:
    """A 1-bit picture of side x side pixels in some 100 KB."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = bytes(1 + (side + 7) // 8)
    press = zlib.compressobj(1)
    packed = b"".join([*(press.compress(row) for _ in range(side)), press.flush()])
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def jpeg_claiming(width: int, height: int) -> bytes:
    """A small JPEG whose frame header claims another size."""
    data = bytearray(saved(text_page(), "JPEG"))
    frame = data.index(b"\xff\xc0")
    struct.pack_into(">HH", data, frame + 5, height, width)
    return bytes(data)


def cut_with_end_mark(jpeg: bytes) -> bytes:
    """Half of a JPEG, with the mark of its end put after it: as some programmes "repair" what they were sent."""
    return jpeg[: len(jpeg) // 2] + b"\xff\xd9"


def pdf_of(*pages: tuple[float, float]) -> bytes:
    writer = pypdf.PdfWriter()
    for size in pages:
        writer.add_blank_page(*size)
    return written(writer)


def written(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_around(jpeg: bytes) -> bytes:
    """A sound PDF whose one page shows *jpeg*, of 600 x 800 pixels."""
    whole = saved(text_page(), "PDF", resolution=100.0)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(whole))
    for picture in writer.pages[0]["/Resources"]["/XObject"].values():  # type: ignore[index]
        picture.get_object()._data = jpeg
    return written(writer)


def pdf_claiming(width: int, height: int, *, within_form: bool = False) -> bytes:
    """A page of A4 whose picture claims *width* x *height* pixels, perhaps inside a form."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(saved(text_page(), "PDF", resolution=100.0)))
    drawn = writer.pages[0]["/Resources"]["/XObject"]  # type: ignore[index]
    (name,) = drawn
    picture = drawn[name]
    picture.update({NameObject("/Width"): NumberObject(width), NameObject("/Height"): NumberObject(height)})
    if within_form:
        form = StreamObject()
        inner = DictionaryObject({name: drawn.raw_get(name)})
        form.update(
            {
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/Resources"): DictionaryObject({NameObject("/XObject"): inner}),
            }
        )
        drawn[NameObject(name)] = writer._add_object(form)
    return written(writer)


def encrypted() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of((595, 842))))
    writer.encrypt("secret", algorithm="AES-256")
    return written(writer)


def hidden_page() -> bytes:
    """A PDF whose page shows A4 of a sheet of 14,400 points: sound, and small if only what is shown is drawn."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(14_400, 14_400)
    page.cropbox = RectangleObject((0, 0, 595, 842))
    return written(writer)


def corpus() -> list[Hostile]:
    """All hostile files."""
    page = text_page()
    jpeg, progressive = saved(page, "JPEG"), saved(page, "JPEG", progressive=True)
    grey = page.convert("L").tobytes()
    packed = zlib.compress(grey)
    plain_tiff = tiff(grey_page(600, 800, len(grey)), pixels=grey)
    packed_tiff = tiff(grey_page(600, 800, len(packed), 8), pixels=packed)
    tiny = grey_page(64, 64, 4096)
    noise = random.Random(3)
    scan = pdf_around(jpeg)
    found = [
        Hostile("empty.jpg", b"", "FILE_EMPTY"),
        Hostile("one-byte.tif", b"I", "FILE_NOT_AN_IMAGE"),
        Hostile("noise.tif", noise.randbytes(5000), "FILE_NOT_AN_IMAGE"),
        Hostile("noise-after-magic.tif", b"II*\0" + noise.randbytes(5000), "IMAGE_TRUNCATED"),
        Hostile("page.html.png", b"<!DOCTYPE html><html><body>x</body></html>", "FILE_NOT_AN_IMAGE"),
        Hostile("drawing.svg.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "FILE_NOT_AN_IMAGE"),
        Hostile("postscript.png", b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage\n", "FILE_NOT_AN_IMAGE"),
        Hostile("magic-only.png", b"\x89PNG\r\n\x1a\n", "IMAGE_DAMAGED"),
        Hostile("small.png", saved(page.resize((20, 20)), "PNG"), "IMAGE_TOO_SMALL"),
        Hostile("bomb.png", png_bomb(), "IMAGE_TOO_LARGE"),
        Hostile("claims.jpg", jpeg_claiming(60_000, 60_000), "IMAGE_TOO_LARGE"),
        Hostile("many-pages.tif", tiff(*[tiny] * 65_535, pixels=bytes(4096)), "FILE_TOO_MANY_PAGES"),
        Hostile("loop.tif", tiff(*[tiny] * 3, pixels=bytes(4096), following=lambda n: n % 3 + 1), "IMAGE_DAMAGED"),
        Hostile("huge-strip.tif", tiff(grey_page(600, 800, 2**31), pixels=grey), "IMAGE_TRUNCATED"),
        Hostile("huge-page.tif", tiff(grey_page(60_000, 60_000, 9, 8), pixels=packed), "IMAGE_TOO_LARGE"),
        Hostile("encrypted.pdf", encrypted(), "PDF_ENCRYPTED"),
        Hostile("no-pages.pdf", pdf_of(), "PDF_NO_PAGES"),
        Hostile("half.pdf", scan[: len(scan) // 2], "PDF_DAMAGED"),
        Hostile("poster.pdf", pdf_of((14_400, 14_400)), "IMAGE_TOO_LARGE"),
        Hostile("claims.pdf", pdf_claiming(60_000, 60_000), "IMAGE_TOO_LARGE", "page"),
        Hostile("claims-within.pdf", pdf_claiming(60_000, 60_000, within_form=True), "IMAGE_TOO_LARGE", "page"),
        Hostile("half-picture.pdf", pdf_around(cut_with_end_mark(jpeg)), "IMAGE_TRUNCATED", "page"),
        Hostile("patched.jpg", cut_with_end_mark(jpeg), "IMAGE_TRUNCATED", "page"),
    ]
    for part in (10, 50, 99):
        for name, data, where in (
            ("baseline.jpg", jpeg, "page"),
            ("progressive.jpg", progressive, "page"),
            ("plain.tif", plain_tiff, "header"),
            ("packed.tif", packed_tiff, "header"),
            ("lzw.tif", saved(page, "TIFF", compression="tiff_lzw"), "header"),
            ("fax.tif", saved(page.convert("1"), "TIFF", compression="group4"), "header"),
            ("page.png", saved(page, "PNG"), "page"),
        ):
            short = data[: len(data) * part // 100]
            found.append(Hostile(f"cut-{part}-{name}", short, "IMAGE_TRUNCATED", where))  # type: ignore[arg-type]
    return found

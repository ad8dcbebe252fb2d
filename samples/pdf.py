"""One PDF of scanned pages: JPEG images as they are, one a page. Same images, same bytes; no date, no tool."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Scanned:
    """A JPEG in RGB with its size in pixels."""

    jpeg: bytes
    width: int
    height: int


def book_pdf(pages: Sequence[Scanned], dpi: float) -> bytes:
    """Return a PDF 1.4 whose pages show *pages* at *dpi*, filling the page."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for scanned in pages:
        first = len(objects) + 1
        w, h = scanned.width * 72 / dpi, scanned.height * 72 / dpi
        kids.append(f"{first} 0 R")
        objects.append(
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {w:.4f} {h:.4f}] "
                f"/Resources << /XObject << /Im {first + 2} 0 R >> >> /Contents {first + 1} 0 R >>"
            ).encode()
        )
        objects.append(_stream(b"", f"q {w:.4f} 0 0 {h:.4f} 0 0 cm /Im Do Q".encode()))
        about = (
            f"/Type /XObject /Subtype /Image /Width {scanned.width} /Height {scanned.height} "
            "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode "
        )
        objects.append(_stream(about.encode(), scanned.jpeg))
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return _file(objects)


def _stream(about: bytes, data: bytes) -> bytes:
    return b"<< " + about + f"/Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    mark = sha256(out).hexdigest()[:32]
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /ID [<{mark}> <{mark}>] >>\n".encode()
    out += f"startxref\n{start}\n%%EOF\n".encode()
    return bytes(out)

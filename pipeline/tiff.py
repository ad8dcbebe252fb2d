"""The page chain of a TIFF file, walked by hand: sizes and whether all pixels are there, without decoding any.

A reader of images counts the pages of a hostile file for minutes, and fills what is missing with white or grey.
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from records.errors import PageError

Buffer = bytes | mmap.mmap

_WIDTH, _HEIGHT, _ORIENTATION = 256, 257, 274
_PLACES = ((273, 279), (324, 325))
"""Tags of offsets and byte counts: of strips, of tiles."""
_SIZES = {1: 1, 3: 2, 4: 4}
"""Bytes of the field types that are of use here: byte, short, long."""


@dataclass(frozen=True, slots=True)
class _Field:
    kind: int
    count: int
    at: int
    """Where its values begin in the file."""


def tiff_sizes(data: Buffer, most: int) -> tuple[tuple[int, int], ...]:
    """Return (width, height) in pixels of every page, as it is shown (orientation applied).

    Raises PageError: IMAGE_DAMAGED for a chain that loops or makes no sense, IMAGE_TRUNCATED where the file ends
    before its pixels do, FILE_TOO_MANY_PAGES as soon as there are more than *most*.
    """
    try:
        return tuple(_walk(data, most))
    except struct.error as error:
        raise PageError("IMAGE_TRUNCATED", detail="TIFF directory") from error


def _walk(data: Buffer, most: int) -> Iterator[tuple[int, int]]:
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    seen: set[int] = set()
    while at:
        if at in seen:
            raise PageError("IMAGE_DAMAGED", detail="TIFF page chain loops")
        seen.add(at)
        if len(seen) > most:
            raise PageError("FILE_TOO_MANY_PAGES", pages=f"> {most}", most=most)
        fields, at = _directory(data, order, at)
        yield _page(data, order, fields)


def _directory(data: Buffer, order: str, at: int) -> tuple[dict[int, _Field], int]:
    (entries,) = struct.unpack_from(order + "H", data, at)
    fields = {}
    for i in range(entries):
        here = at + 2 + 12 * i
        tag, kind, count = struct.unpack_from(order + "HHI", data, here)
        size = _SIZES.get(kind, 8) * count
        (far,) = struct.unpack_from(order + "I", data, here + 8)
        fields[tag] = _Field(kind, count, here + 8 if size <= 4 else far)
    (following,) = struct.unpack_from(order + "I", data, at + 2 + 12 * entries)
    return fields, following


def _values(data: Buffer, order: str, field: _Field | None) -> tuple[int, ...]:
    if field is None or field.kind not in _SIZES:
        return ()
    size = _SIZES[field.kind]
    if field.count * size > len(data):
        raise PageError("IMAGE_DAMAGED", detail="TIFF field longer than the file")
    return struct.unpack_from(f"{order}{field.count}{'BHI'[size // 2]}", data, field.at)


def _page(data: Buffer, order: str, fields: dict[int, _Field]) -> tuple[int, int]:
    def one(tag: int, otherwise: int) -> int:
        return next(iter(_values(data, order, fields.get(tag))), otherwise)

    width, height = one(_WIDTH, 0), one(_HEIGHT, 0)
    for offsets, counts in _PLACES:
        places = _values(data, order, fields.get(offsets))
        sizes = _values(data, order, fields.get(counts))
        if any(at + size > len(data) for at, size in zip(places, sizes, strict=False)):
            raise PageError("IMAGE_TRUNCATED", detail="TIFF strips")
    return (height, width) if 5 <= one(_ORIENTATION, 1) <= 8 else (width, height)

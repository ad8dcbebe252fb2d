"""The truth that the finding of pages and lines is measured with: ``pages.tsv`` and ``lines.tsv`` of a folder.

Both have a header and are separated by tabs, in UTF-8. ``pages.tsv`` has at least *file*, *width*, *height*,
*gutter_x_min* and *gutter_x_max*: between these two lies the fold at half height; both are empty for a picture of one
page. ``lines.tsv`` has at least *file*, *x*, *y*, *w*, *h*, and may have *type*. All lengths are master pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from records.errors import WrongUse
from records.geometry import Box

PAGES, LINES = "pages.tsv", "lines.tsv"


@dataclass(frozen=True, slots=True)
class TrueLine:
    """Where a line stands, and of which type it is; the type is empty where the truth tells none."""

    box: Box
    type: str


@dataclass(frozen=True, slots=True)
class TruePage:
    """A picture, its size in pixels, the interval in which its fold lies (None: one page), and its lines."""

    image: Path
    width: int
    height: int
    gutter: tuple[float, float] | None
    lines: tuple[TrueLine, ...]


def read_page_truth(folder: Path) -> list[TruePage]:
    """Return the pages that the truth of *folder* tells of, in its order.

    Raises WrongUse where a table or a picture is missing, a row is malformed, or no page is told of.
    """
    lines = read_line_truth(folder)
    pages: dict[str, TruePage] = {}
    for number, row in _rows(folder, PAGES, ("file", "width", "height", "gutter_x_min", "gutter_x_max")):
        try:
            gutter = (float(row["gutter_x_min"]), float(row["gutter_x_max"])) if row["gutter_x_min"] else None
            size = int(row["width"]), int(row["height"])
        except ValueError as error:
            raise _malformed(folder, PAGES, number, error) from error
        if row["file"] in pages:
            raise _malformed(folder, PAGES, number, f"{row['file']} ×2")
        pages[row["file"]] = TruePage(_image(folder, PAGES, row["file"]), *size, gutter, lines.pop(row["file"], ()))
    if not pages:
        raise WrongUse("LAYOUT_TRUTH_EMPTY", folder=folder)
    if lines:
        raise WrongUse("LAYOUT_TRUTH_UNKNOWN_FILE", folder=folder, file=next(iter(lines)))
    return list(pages.values())


def read_line_truth(folder: Path) -> dict[str, tuple[TrueLine, ...]]:
    """Return the lines of every file that ``lines.tsv`` names. Raises WrongUse as :func:`read_page_truth` does."""
    lines: dict[str, list[TrueLine]] = {}
    for number, row in _rows(folder, LINES, ("file", "x", "y", "w", "h")):
        try:
            box = Box(*(float(row[name]) for name in ("x", "y", "w", "h")))
        except ValueError as error:
            raise _malformed(folder, LINES, number, error) from error
        lines.setdefault(row["file"], []).append(TrueLine(box, row.get("type", "")))
    for file in lines:
        _image(folder, LINES, file)
    return {file: tuple(own) for file, own in lines.items()}


def _rows(folder: Path, table: str, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number from 1, values by column) of each row."""
    path = folder / table
    if not path.is_file():
        raise WrongUse("LAYOUT_TRUTH_MISSING", folder=folder, table=table)
    header: list[str] | None = None
    for number, raw in enumerate(path.read_bytes().split(b"\n"), 1):
        try:
            values = raw.rstrip(b"\r").decode("utf-8-sig" if number == 1 else "utf-8").split("\t")
        except UnicodeDecodeError as error:
            raise _malformed(folder, table, number, error) from error
        if header is None:
            header = values
            if missing := [name for name in needed if name not in header]:
                raise _malformed(folder, table, number, ", ".join(missing))
        elif values != [""]:
            if len(values) != len(header):
                raise _malformed(folder, table, number, f"{len(values)} ≠ {len(header)}")
            yield number, dict(zip(header, values, strict=True))


def _malformed(folder: Path, table: str, line: int, detail: object) -> WrongUse:
    return WrongUse("LAYOUT_TRUTH_MALFORMED", folder=folder, table=table, line=line, detail=detail)


def _image(folder: Path, table: str, file: str) -> Path:
    path = folder / file
    if not path.is_file():
        raise WrongUse("LAYOUT_TRUTH_IMAGE_MISSING", folder=folder, table=table, file=file)
    return path

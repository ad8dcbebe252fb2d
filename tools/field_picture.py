"""Draw what was found on a page: ``python tools/field_picture.py [--scan FILE | --edition ID | --all] [--out FILE]``.

Without ``--scan`` a page of a sample book is used; ``--all`` draws a page of each edition for ``docs/images/forms``.
Each field's outline, as the pipeline found it, is drawn on the scan as delivered: the outlines go through the inverse
of the whole preparation, so that they show whether the way back to master pixels holds. Green: read; amber: read with
doubts; grey: blank in the book; red: not read.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forms import PageShape, edition, editions  # noqa: E402
from pipeline import Limits  # noqa: E402
from pipeline.decode import decode_page, media_type_of  # noqa: E402
from pipeline.page_work import Work, do_page  # noqa: E402
from pipeline.payloads import Json  # noqa: E402
from records.codes import Presence  # noqa: E402
from samples import make_book  # noqa: E402
from wiring.readers import ReaderMaker  # noqa: E402

Pixels = NDArray[np.uint8]
GREEN, AMBER, GREY, RED = (70, 140, 30), (20, 140, 235), (150, 150, 150), (40, 40, 210)
WIDTH = 1100
"""Of the picture, in pixels."""


def colour_of(row: Json) -> tuple[int, int, int]:
    """Return the colour (blue, green, red) of a field's outline."""
    if row["presence"] == Presence.BLANK.value:
        return GREY
    if row["presence"] != Presence.WRITTEN.value:
        return RED
    return AMBER if row["doubts"] else GREEN


def drawn(scan: Path, width: int = WIDTH) -> Pixels:
    """Return the scan, in colour, with the outline of every field. Raises SystemExit where no form is known."""
    work = Work(scan, 1, Limits(), False, ReaderMaker(""))
    done = do_page(work)
    said = done.later["classify"]
    if not said["parts"]:
        raise SystemExit(f"field_picture: no field is read on this page ({said['reason']})")
    image = np.array(decode_page(scan, media_type_of(scan), 1, work.limits)[0])
    scale = width / image.shape[1]
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    wash = small.copy()
    entries = done.later["read"]["entries"]
    rows = [row for entry in entries for row in entry["fields"] if row["outline"]]
    outlines = [np.rint(np.array(row["outline"]) * scale).astype(np.int32) for row in rows]
    for row, outline in zip(rows, outlines, strict=True):
        cv2.fillPoly(wash, [outline], colour_of(row))
    out = cv2.addWeighted(wash, 0.13, small, 0.87, 0)
    for row, outline in zip(rows, outlines, strict=True):
        cv2.polylines(out, [outline], True, colour_of(row), 2 if width == WIDTH else 1, cv2.LINE_AA)
        x, y = (int(v) for v in outline.min(axis=0))
        size = 0.38 if width == WIDTH else 0.3
        cv2.putText(out, row["column"], (x, y - 3), cv2.FONT_HERSHEY_SIMPLEX, size, colour_of(row), 1, cv2.LINE_AA)
    return np.asarray(out, np.uint8)


def sample(folder: Path, edition_id: str, seed: int) -> Path:
    """Return the first page with entries of a sample book."""
    cases = {PageShape.PAGE: 1, PageShape.HALF: 2, PageShape.ROWS: 6}[edition(edition_id).shape]
    return make_book(folder, edition_id=edition_id, cases=cases, seed=seed, formats=("jpeg",)).images[2]


def every(seed: int) -> int:
    """Draw a page of each edition, smaller; return the exit status."""
    out = ROOT / "docs" / "images" / "forms"
    out.mkdir(parents=True, exist_ok=True)
    for number, form in enumerate(editions()):
        with tempfile.TemporaryDirectory() as folder:
            wide = form.shape is PageShape.ROWS
            picture = drawn(sample(Path(folder), form.id, seed + number), 1180 if wide else 640)
        cv2.imwrite(str(out / f"{form.id}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 60])
        print(f"field_picture: {form.id}", flush=True)
    return 0


def main() -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--scan", type=Path, help="an image of one page")
    parser.add_argument("--seed", type=int, default=11, help="of the sample book, where there is no scan")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images" / "page-fields.jpg")
    parser.add_argument("--edition", default="birth-2016", help="of the sample book, where there is no scan")
    parser.add_argument("--all", action="store_true", help="a page of each edition, into docs/images/forms")
    told = parser.parse_args()
    if told.all:
        return every(told.seed)
    with tempfile.TemporaryDirectory() as folder:
        scan = told.scan or sample(Path(folder), told.edition, told.seed)
        picture = drawn(scan)
    told.out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(told.out), picture, [cv2.IMWRITE_JPEG_QUALITY, 82])
    print(f"field_picture: {told.out} ({told.out.stat().st_size // 1024} kB)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""What stands where in a picture nobody knows the form of: paper, fold, pages and their text lines."""

from dataclasses import dataclass

from pipeline.prepare import prepare
from pipeline.spreads import Side, Spread, find_spread, split, whole
from pipeline.textlines import find_text_lines
from records.geometry import Polygon
from records.ports import Image


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A text line: on which page it stands, and its outline in master pixels."""

    side: Side
    outline: Polygon


@dataclass(frozen=True, slots=True)
class PictureLayout:
    """Paper and fold of a picture, and the lines of its pages, the left page first, each in reading order."""

    spread: Spread
    lines: tuple[SeenLine, ...]


def find_layout(image: Image) -> PictureLayout:
    """Find pages and lines in a decoded picture (grey or BGR). Raises PageError where it shows no page."""
    spread = find_spread(image)
    lines = []
    for page in split(image, spread) if spread.fold else (whole(image, spread),):
        prepared = prepare(page.image)
        back = page.step.route.then(prepared.preparation.to_prepared).inverse()
        lines += [SeenLine(page.side, back.polygon(box.polygon())) for box in find_text_lines(prepared.grey)]
    return PictureLayout(spread, tuple(lines))

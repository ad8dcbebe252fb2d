"""The verdict at the scanner: good enough, or scan again, while the page still lies on the glass.

Pure functions on a decoded picture. Thresholds come from ``bench/verdict.py``: what clean pages of all difficulties
and real ones reach, and what every fault at medium strength reaches, stands beside each.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.decode import LEAST_SIDE
from pipeline.fingerprint import NOTHING, SAME_SHEET, fingerprint, likeness
from pipeline.framing import MOST_TILT, cut_sides, letters, marks_above, missing_corner, tilt
from pipeline.lighting import burnt_out, covered, faint_share, ink_darkness, shaded
from pipeline.places import edge, place_of
from pipeline.prepare import MAX_TILT
from pipeline.sharpness import measure_softness, tiles_to_mask
from pipeline.sheet import Sheet, letter_like, take_apart
from records.geometry import Box, Polygon
from records.ports import Image
from records.verdicts import PageFault, Severity, Verdict

NARROWEST = 0.2
"""Shorter by longer side: what is narrower is a strip, not a page."""
COARSE, COARSE_SOME = 800, 1300
"""Pixels of the longer side, 70 and 110 dpi on A4."""
DARKEST_PAPER = 92.0
"""Brightness of the paper; clean and real 170 and more, too dark 62-69."""
PALEST_INK = 60.0
"""Grey levels of the darkest tenth of the ink under the paper; clean and real 116 and more, washed out 28-41."""
TABLE = (125.0, 75.0)
"""Brightness and darkness of "ink" below both of which a picture shows no paper: tables 67-108 and 0-54."""
FEWEST_LETTERS = 20
"""Dark letters, below which a page is blank."""
FEWEST_MARKS = 4
"""Marks of a letter's size, however pale, below which nothing is written on a page: a short word has as many."""
BARE_LETTERS = 40
"""The same for a page on which nothing was found: empty pages have up to 33, entries 530 and more."""
SOFT = 1.9
"""Sigma in sheet pixels from which an edge is soft; clean and real tiles have a median of 0.95-1.45."""
SOFT_SHARE = 0.2
"""Of the inked tiles; clean and real up to 0.16, half a page out of focus 0.28 and more."""
SMEARED = 1.6
"""Sigma of the softest direction, upper quartile of tiles; clean and real up to 1.51."""
ONE_WAY, SMEARED_SOME = 0.54, 1.35
"""Share of edges that run one way; clean and real up to 0.52, a leaning hand 0.58; but that is sharp (up to 1.27)."""
CUT = 3
"""Letters and rules that touch a side; clean and real up to 2."""
RULES = 4
"""Rules that run out of a side; clean up to 2, tables that were cut 7 and more."""
TIGHT = 4
"""Letters close to a side; clean up to 3. Real pages cropped to their text have more: a warning, no more."""
CORNER = 0.1
"""Of the page's shorter side; clean and real up to 0.05."""
SHADED = 0.035
"""Of the page; clean and real up to 0.026 (a dark fold)."""
BURNT = 0.004
"""Of the page; clean and real none."""
COVERED = 0.006
"""Of the page; clean and real none."""
FAINT = 0.24
"""Of the letter-sized marks; clean and real up to 0.14, show-through 0.32 and more."""
FAINT_MARKS = 95
"""Fewest such marks: of the little on a closing page or a table of names up to 0.4 are faint, 81 of them."""
ON_ITS_HEAD = (0.45, 25)
"""Share of tone marks above their letters, and of how many; upright 0.62 and more, on its head up to 0.39.

Of few marks on a table the share tells little (upright 0.44 of 36): it has to lie a standard deviation below chance.
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of a picture, and by what the sheet is known again."""

    verdict: Verdict
    print: Image
    """Its fingerprint (:func:`pipeline.fingerprint.fingerprint`)."""


def judge(image: Image, earlier: Mapping[str, Image] | None = None) -> Judged:
    """Judge a decoded page (BGR or grey, any size).

    *earlier* holds the fingerprints of pages that are already good, by name: the same sheet twice is told.
    """
    began = time.perf_counter()
    height, width = image.shape[:2]
    if min(width, height) < max(LEAST_SIDE, NARROWEST * max(width, height)):
        whole = Box(0, 0, width, height).polygon()
        strip = PageFault("SCAN_NO_PAGE", Severity.RESCAN, min(width, height) / max(width, height), whole)
        return Judged(Verdict(width, height, (strip,), time.perf_counter() - began), NOTHING)
    page = _Page(take_apart(image))
    faults = list(page.faults())
    print_ = fingerprint(page.sheet, page.tilt, page.hidden)
    if (twin := same_sheet(print_, earlier or {})) is not None:
        faults.append(
            page.fault("SCAN_TWICE", likeness(print_, (earlier or {})[twin]), warn=True, facts={"file": twin})
        )
    faults.sort(key=lambda fault: fault.severity is Severity.WARN)
    return Judged(Verdict(width, height, tuple(faults), time.perf_counter() - began), print_)


def is_bare(image: Image) -> bool:
    """Whether a prepared page (BGR) that fits no form has nothing on it but grain, show-through and its edge."""
    return int((letters(take_apart(image))[:, 5] >= PALEST_INK).sum()) < BARE_LETTERS


def is_empty(image: Image) -> bool:
    """Whether a page (BGR) has no mark like a letter, however pale: a reader of print sees words in its grain."""
    return len(letter_like(take_apart(image).marks, 0)) < FEWEST_MARKS


def same_sheet(one: Image, others: Mapping[str, Image]) -> str | None:
    """Return the name of the fingerprint in *others* that is of the same sheet as *one*; None where none is."""
    scored = {name: likeness(one, other, SAME_SHEET) for name, other in others.items()}
    best = max(scored, key=lambda name: scored[name], default=None)
    return best if best is not None and scored[best] >= SAME_SHEET else None


@dataclass
class _Page:
    """The checks of one sheet, in an order in which an earlier fault may explain away a later one."""

    sheet: Sheet
    tilt: float = 0.0
    hidden: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.hidden = np.zeros(self.sheet.page.shape, np.bool_)

    def fault(
        self,
        code: str,
        measure: float,
        region: Polygon | None = None,
        *,
        warn: bool = False,
        facts: dict[str, str] | None = None,
    ) -> PageFault:
        weight = Severity.WARN if warn else Severity.RESCAN
        return PageFault(code, weight, float(measure), region or self.sheet.whole, facts or {})

    def _placed(self, code: str, measure: float, mask: NDArray[np.bool_]) -> PageFault:
        where = self.sheet.around(mask)
        return self.fault(code, measure, where, facts=place_of(where, self.sheet.width, self.sheet.height))

    def faults(self) -> Iterator[PageFault]:
        sheet = self.sheet
        darkness, written = ink_darkness(sheet), letters(sheet)
        if sheet.paper < TABLE[0] and (darkness < TABLE[1] or len(written) < FEWEST_LETTERS):
            yield self.fault("SCAN_NO_PAGE", sheet.paper)
            return
        yield from self._resolution()
        yield from self._light()
        dark_letters = int((written[:, 5] >= PALEST_INK).sum())
        if dark_letters < FEWEST_LETTERS:
            if len(written) >= FEWEST_LETTERS and sheet.paper > 235:
                yield self.fault("SCAN_LIGHT", darkness)
            else:
                yield self.fault("SCAN_BLANK", dark_letters, warn=True)
            return
        if darkness < PALEST_INK:
            yield self.fault("SCAN_LIGHT", darkness)
        self.tilt = tilt(sheet)
        yield from self._frame()
        soft = list(self._soft())
        yield from soft
        if not soft:
            yield from self._ink()

    def _resolution(self) -> Iterator[PageFault]:
        longer = max(self.sheet.width, self.sheet.height)
        facts = {"width": str(self.sheet.width), "height": str(self.sheet.height)}
        if longer < COARSE:
            yield self.fault("SCAN_COARSE", longer, facts=facts)
        elif longer < COARSE_SOME:
            yield self.fault("SCAN_COARSE_SOME", longer, warn=True, facts=facts)

    def _light(self) -> Iterator[PageFault]:
        sheet = self.sheet
        if sheet.paper < DARKEST_PAPER:
            yield self.fault("SCAN_DARK", sheet.paper)
        for code, (share, mask), most in (
            ("SCAN_GLARE", burnt_out(sheet), BURNT),
            ("SCAN_COVERED", covered(sheet), COVERED),
        ):
            if share > most:
                self.hidden |= mask
                yield self._placed(code, share, mask)
        share, mask = shaded(sheet)
        mask &= ~(cv2.dilate(self.hidden.astype(np.uint8), np.ones((61, 61), np.uint8)) > 0)
        if share > SHADED and mask.mean() > SHADED / 2:
            yield self._placed("SCAN_SHADOW", share, mask)

    def _frame(self) -> Iterator[PageFault]:
        if MAX_TILT - 0.5 < abs(self.tilt) <= MOST_TILT:
            yield self.fault("SCAN_SKEWED", self.tilt, facts={"degrees": f"{abs(self.tilt):.0f}"})
        gone, where = missing_corner(self.sheet)
        if gone > CORNER:
            yield self.fault("SCAN_CORNER", gone, where, facts=place_of(where, self.sheet.width, self.sheet.height))
        for side in cut_sides(self.sheet):
            ruled = side.rules >= RULES
            if side.touching >= CUT or (ruled and not side.lined):
                worst = max(side.touching, side.rules)
                yield self.fault("SCAN_CUT", worst, side.region, facts=edge(side.name))
            elif side.near >= TIGHT or ruled:  # beyond a line all along a side there may be a fold: no more is said
                worst = max(side.near, side.rules)
                yield self.fault("SCAN_TIGHT", worst, side.region, warn=True, facts=edge(side.name))

    def _soft(self) -> Iterator[PageFault]:
        softness = measure_softness(self.sheet)
        inked = np.isfinite(softness.focus)
        if not inked.any():
            return
        soft = inked & (softness.focus > SOFT)
        share = float(soft.sum() / inked.sum())
        smeared = float(np.percentile(softness.motion[inked], 75))
        if (softness.one_way > ONE_WAY and smeared > SMEARED_SOME) or (smeared > SMEARED and share <= SOFT_SHARE):
            blur = inked & (softness.motion > SMEARED)
            where = blur if blur.mean() > 0.1 else inked
            yield self._placed("SCAN_MOVED", max(smeared, softness.one_way), _tiles(where, self.sheet))
        elif share > SOFT_SHARE:
            yield self._placed("SCAN_BLURRED", share, _tiles(soft, self.sheet))

    def _ink(self) -> Iterator[PageFault]:
        share, marks = faint_share(self.sheet)
        if share > FAINT and len(marks) >= FAINT_MARKS:
            mask = np.zeros(self.sheet.ink.shape, np.bool_)
            for x, y, w, h in marks[:, :4]:
                mask[y : y + h, x : x + w] = True
            yield self._placed("SCAN_SHOW_THROUGH", share, mask)
        above, of = marks_above(self.sheet, self.tilt)
        if of >= ON_ITS_HEAD[1] and above < min(ON_ITS_HEAD[0], 0.5 - 0.5 / of**0.5):
            yield self.fault("SCAN_UPSIDE_DOWN", above, warn=True)


def _tiles(tiles: NDArray[np.bool_], sheet: Sheet) -> NDArray[np.bool_]:
    return tiles_to_mask(tiles, sheet.page.shape) > 0

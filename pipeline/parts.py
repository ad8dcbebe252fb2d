"""What a picture holds: parts, each a page (or half a page, or a table) of one edition, or the reason why none fits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from rapidfuzz import fuzz

from forms import Edition, Leaf, PageShape, editions, letters_of
from forms import edition as edition_of
from pipeline.labels import INFERRED, Match, candidates, coverage, find_labels, printed_letters, tokens
from pipeline.look import Look
from pipeline.prepare import WIDE
from pipeline.shortlist import shortlist
from pipeline.table import Table, find_table
from records.books import PART_UNREAD
from records.geometry import Box
from records.pages import PageProblem
from records.ports import Image
from records.readings import Word

MIN_COVERAGE = 0.42
"""Share of an edition's printed letters that must be found for a page to be of it."""
BARE_COVERAGE = 0.6
"""The same for a page on which no heading of the edition was read."""
BARE_COLUMNS = 0.5
"""The same for a table, whose heads must also stand in their order, each over a column: of other tables' heads at most
0.33 fit. The right leaf of a table has no heading, and few heads, set small."""
MIN_LABELS = 8
NOT_QUITE = 0.35
"""Coverage from which a page that is declined is told to be nearly of an edition."""
OWN_MARKS = 0.65
"""Share of the wordings that no other kind of register prints (its heading, "Nguyên nhân chết") that must be found.

Of sample pages the right kind has 0.71 and more, another one that is taken for it at most 0.61."""
OWN_HEADS = 0.3
"""The same for the heads of a table that no table of another kind has.

Of the right kind, of leaves alone too, 0.56 and more were read (33 pages); of another one none (33 pages that had heads
like some of it)."""
OWN_LIKENESS = 0.8
"""Likeness from which a wording of one kind alone is found: "Sổ đăng ký khai tử" is like that of births by 0.75."""
HEADING = 93
"""Likeness, of 100, from which a heading is this one: "Sổ khai tử" is like "Sổ khai sinh" by up to 92."""
LONG_HEADING = 15
"""Letters of a heading that tells its kind without its first word: "đăng ký khai sinh", but not "khai sinh"."""
ANY_HEADING = frozenset(map(letters_of, ("SỔ", "ĐĂNG", "KÝ", "VIỆC")))
"""Words that headings of all kinds begin with."""
TELLING = (12, 0.6)
"""Letters of a heading's other words, and share of them, that tell it."""
ALIKE = 85
"""Likeness, of 100, from which two wordings say the same."""
WHOLE = 0.9
"""Coverage from which a form is known without them: its heading may be torn off."""
EXPLAINS_MORE = (2, 1.05)
"""Labels, and share of its letters, by which a form explains more of the page than one that covers it as well."""
AS_WELL = 0.1
"""By how much less an edition may cover whose kind the page tells than one whose kind it does not."""
TIED = 0.035
"""Editions whose coverage differs by less are told apart by the day of registration."""
SURELY = 0.92
"""Likeness from which a label is counted to stand twice."""
SURE_WORD, OTHER_PRINT = 0.6, 8
"""Confidence of a word that is surely read, and how many of them make half a picture a page without a case."""
COARSE, DARKER = 8, 12
"""Pixels of a cell in which lines of writing are seen however blurred, and grey levels under what is around it."""
SMUDGED = 0.04
"""Share of such cells from which half a picture is not empty (empty ones up to 0.01, blurred forms from 0.13 on)."""
EDGE = 0.04
"""Share of its sides at which half a picture has the fold and the edge of the paper."""
_FIRSTS = 3
"""Labels that begin a case; without them, so many others must stand twice."""
_HEAD = 0.25
"""Share of the least step between two cases within which the heading of one stands over its first labels."""
_LOW_HALF = 0.3
"""Share of the height below which the second case of a page of two begins."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a prepared picture that holds cases of one edition."""

    box: Box
    edition: str
    coverage: float
    tied: tuple[str, ...] = ()
    """Other editions of the same kind that its print fits as well."""
    leaf: Leaf | None = None
    """Of a table across an opened book: the leaf, where it stands alone."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well one edition fits a page."""

    edition: Edition
    coverage: float
    labels: int
    headed: bool
    leaf: Leaf | None = None
    marks: float = 1.0
    """Share of the wordings of its kind alone that were found."""

    @property
    def good(self) -> bool:
        """Whether the page fits the edition."""
        bare = BARE_COLUMNS if self.edition.shape is PageShape.ROWS else BARE_COVERAGE
        least = MIN_COVERAGE if self.headed else bare
        return self.coverage >= least and self.labels >= least_labels(self.edition)

    @property
    def letters(self) -> float:
        """How many printed letters of the page it explains."""
        return self.coverage * printed_letters(self.edition)

    @property
    def of_its_kind(self) -> bool:
        """Whether anything tells this kind of register from others that print the like of its labels."""
        least = OWN_HEADS if self.edition.shape is PageShape.ROWS else OWN_MARKS
        return self.marks >= least or self.coverage >= WHOLE


def least_labels(edition: Edition) -> int:
    """Return how many labels of *edition* a page must show; a table's heads are fewer than a form's labels."""
    return MIN_LABELS if edition.shape is not PageShape.ROWS else MIN_LABELS // 2


def find_parts(look: Look, seam: float | None = None) -> tuple[list[Part], PageProblem | None]:
    """Return the parts of a picture in reading order, or none and why; no reason where it is like no edition at all.

    With parts a reason says that a half of the picture has writing which could not be read as a case. A table across
    an opened book is one part; any other opened book is looked at leaf by leaf. *seam* is where its fold was seen, in
    prepared pixels.
    """
    whole = look.whole
    height, width = whole.h, whole.w
    boxes = [whole]
    looker = _Looker(look)
    if width > WIDE * height:
        fits = looker.fits(whole)
        if not (fits and fits[0].edition.shape is PageShape.ROWS and fits[0].good):
            fold = seam if seam is not None else gap_between_leaves(look.words, width)
            boxes = [Box(0, 0, fold, height), Box(fold, 0, width - fold, height)]
    parts: list[Part] = []
    problem: PageProblem | None = None
    lost: list[Box] = []
    for box in boxes:
        found, why = looker.parts(box)
        parts += found
        problem = problem or why
        lost += [] if found else [box]
        lost += _beside(box, found[0], looker) if len(found) == 1 else []
    if not parts:
        return [], problem
    unread = [box for box in lost if looker.is_unread(box)]
    return parts, PageProblem(PART_UNREAD, {"part": _side(unread[0], whole)}) if unread else None


def _beside(box: Box, part: Part, looker: "_Looker") -> list[Box]:
    """Return where on a page of two cases the other one stands, of which nothing was found."""
    edition = edition_of(part.edition)
    if edition.shape is not PageShape.HALF or part.box != box:
        return []
    lines = [line for m in looker.look.labelled(edition, box).labels.values() for line in m.lines]
    top, bottom = min(line.y for line in lines) - box.y, max(line.bottom for line in lines) - box.y
    above = Box(box.x, box.y, box.w, top)
    below = Box(box.x, box.y + bottom, box.w, box.h - bottom)
    return [other for other in (above, below) if other.h > _LOW_HALF * box.h]


def _smudged(grey: Image) -> float:
    """Return the share of coarse cells that are darker than what lies around them, as lines of writing are."""
    cells = cv2.resize(grey, None, fx=1 / COARSE, fy=1 / COARSE, interpolation=cv2.INTER_AREA)
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (COARSE + 1, COARSE + 1))
    return float(np.mean(cv2.morphologyEx(cells, cv2.MORPH_BLACKHAT, around) > DARKER))


def _side(box: Box, whole: Box) -> str:
    """Return what people call a half of a picture."""
    if box.h < 0.9 * whole.h:
        return "nửa dưới" if box.y + box.h / 2 > whole.h / 2 else "nửa trên"
    return "nửa phải" if box.x + box.w / 2 > whole.w / 2 else "nửa trái"


def gap_between_leaves(words: Sequence[Word], width: float) -> float:
    """Return the x between the leaves of an opened book: the middle of the widest gap between words near its middle."""
    low, high = 0.38 * width, 0.62 * width
    spans = sorted((w.polygon.box().x, w.polygon.box().right) for w in words if w.confidence > 0.3)
    spans = [(a, b) for a, b in spans if b > low and a < high and b - a < 0.2 * width]
    best, at, edge = 0.0, width / 2, low
    for a, b in [*spans, (high, high)]:
        if a - edge > best:
            best, at = a - edge, (a + edge) / 2
        edge = max(edge, b)
    return at


def parts_of(edition: Edition, look: Look) -> tuple[list[Box], float, int]:
    """Return the parts of a page that is of *edition*, with its coverage and the number of labels found."""
    looker = _Looker(look)
    fit = looker.closely(edition, look.whole)
    return looker.split(edition, look.whole), fit.coverage, fit.labels


class _Looker:
    """Tells which editions the parts of one picture are of."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._fits: dict[Box, list[_Fit]] = {}

    def fits(self, box: Box) -> list[_Fit]:
        """Return the likely editions of what lies in *box*, best first."""
        if box not in self._fits:
            words = self.look.words_in(box)
            found = [self._fit(edition, box, words) for _, edition in shortlist(words)]
            self._fits[box] = sorted(found, key=lambda f: -f.coverage)
        return self._fits[box]

    def _fit(self, edition: Edition, box: Box, words: Sequence[Word]) -> _Fit:
        if edition.shape is PageShape.ROWS:
            table = find_table(edition, self.look.clean(box), words)
            if table is None:
                return _Fit(edition, 0.0, 0, headed=False)
            leaf = next(iter(table.leaves)) if len(table.leaves) == 1 else None
            headed = _headed(edition, words)
            marks = 1.0 if headed else own_heads(table)
            return _Fit(edition, table.coverage, len(table.heads), headed=headed, leaf=leaf, marks=marks)
        found = find_labels(edition, words)
        marks = own_marks(edition, found, words)
        return _Fit(edition, coverage(edition, found), len(found), headed=0 in found, marks=marks)

    def parts(self, box: Box) -> tuple[list[Part], PageProblem | None]:
        """Return the parts of what lies in *box*, or none and why."""
        fits = self.fits(box)
        if not fits:
            return [], None
        best = _likeliest(fits)
        if not (best.good and best.of_its_kind) and best.edition.shape is not PageShape.ROWS:  # look more closely
            best = self.closely(best.edition, box)
        if not best.good:
            if best.coverage < NOT_QUITE:
                return [], None
            facts = {"edition": best.edition.name, "share": f"{best.coverage:.0%}"}
            return [], PageProblem("LABELS_TOO_FEW", facts)
        if not best.of_its_kind:
            return [], PageProblem("KIND_NOT_KNOWN", {"edition": best.edition.name})
        tied = tuple(
            fit.edition.id
            for fit in fits
            if fit.edition.kind is best.edition.kind
            and fit.edition is not best.edition
            and fit.coverage > best.coverage - TIED
        )
        return [
            Part(part, best.edition.id, best.coverage, tied, best.leaf) for part in self.split(best.edition, box)
        ], None

    def is_unread(self, box: Box) -> bool:
        """Whether something stands in a half without a case that is no other print: a form too blurred to be known."""
        if any(fit.coverage >= NOT_QUITE for fit in self.fits(box)):
            return True
        sure = sum(w.confidence >= SURE_WORD and len(letters_of(w.text)) > 2 for w in self.look.words_in(box))
        inner = Box(box.x + EDGE * box.w, box.y + EDGE * box.h, (1 - 2 * EDGE) * box.w, (1 - 2 * EDGE) * box.h)
        return sure < OTHER_PRINT and _smudged(self.look.cut(inner).grey) > SMUDGED

    def closely(self, edition: Edition, box: Box) -> _Fit:
        """Look for an edition's labels with everything that helps to find them."""
        if edition.shape is PageShape.ROWS:
            return self._fit(edition, box, self.look.words_in(box))
        labelled = self.look.labelled(edition, box)
        read = [w for w in labelled.words if w.line < INFERRED]  # what was guessed to stand there proves nothing
        marks = own_marks(edition, find_labels(edition, read), read)
        return _Fit(edition, labelled.coverage, len(labelled.seen), headed=0 in labelled.seen, marks=marks)

    def split(self, edition: Edition, box: Box) -> list[Box]:
        """Return the parts of *box* that hold a case each: two where one stands below the other."""
        if edition.shape is not PageShape.HALF:
            return [box]
        words = self.look.words_in(box)
        below = _second_case(edition, words, _LOW_HALF * box.h)
        if below is None:
            return [box]
        foot = max((w.polygon.box().bottom for w in words if w.polygon.box().bottom < below - 2), default=below)
        split = max(below - 40, (foot + below) / 2)
        return [Box(box.x, box.y, box.w, split), Box(box.x, box.y + split, box.w, box.h - split)]


def _likeliest(fits: Sequence[_Fit]) -> _Fit:
    """Return the fit to begin with, of *fits*, best first: where many labels are lost, the heading tells the kind.

    A form that was learnt without some of its labels is covered better than the whole one, but explains less.
    """
    best = fits[0]
    best = next((f for f in fits if f.of_its_kind and f.coverage > best.coverage - AS_WELL), best)
    labels, share = EXPLAINS_MORE
    more = [
        f
        for f in fits
        if f.edition.kind is best.edition.kind
        and f.coverage > best.coverage - AS_WELL
        and f.labels >= best.labels + labels
        and f.letters > share * best.letters
    ]
    return max(more, key=lambda f: f.letters, default=best)


def _second_case(edition: Edition, words: Sequence[Word], least: float) -> float | None:
    """Return the y at which a second case begins, at least *least* below the first; None where there is but one.

    Each label whose words stand in no other tells how far below the second stands, so that its first ones may be lost.
    """
    says = [[letters_of(wording) for wording in label.says] for label in edition.labels]
    alone = [
        not any(own in other for own in ours for k, theirs in enumerate(says) if k != i for other in theirs)
        for i, ours in enumerate(says)
    ]
    heights: dict[int, list[float]] = {}
    everywhere = candidates(edition, tokens(words))
    for match in everywhere:
        if match.likeness > SURELY and alone[match.label]:
            heights.setdefault(match.label, []).append(match.first.y)
    steps = [max(ys) - min(ys) for ys in heights.values() if max(ys) - min(ys) > least]
    begins = any(max(ys) - min(ys) > least for label, ys in heights.items() if label < _FIRSTS)
    if len(steps) < (1 if begins else _FIRSTS):
        return None
    step = float(np.median(steps))
    below = min(min(ys) for ys in heights.values()) + step
    # its heading may be read badly, so that only the labels under it told where it begins, and that of the first case
    heads = (y for match in everywhere if match.label < _FIRSTS for y in (match.first.y, match.first.y + step))
    return min((y for y in heads if below - _HEAD * least <= y < below), default=below)


@cache
def _own(edition: Edition, known: tuple[Edition, ...]) -> frozenset[int]:
    """Return the labels of *edition*, by index, whose like no other kind of register prints."""
    others = {letters_of(s) for e in known if e.kind is not edition.kind for label in e.labels for s in label.says}
    return frozenset(
        i
        for i, label in enumerate(edition.labels)
        if label.says and not any(_like(letters_of(s), other) for s in label.says for other in others)
    )


@cache
def _heads_alone(edition: Edition, known: tuple[Edition, ...]) -> Mapping[str, int]:
    """Return the columns of a table whose heads no table of another kind has, with their letters."""
    tables = (e for e in known if e.shape is PageShape.ROWS and e.kind is not edition.kind)
    others = {letters_of(s) for e in tables for label in e.labels if label.column for s in label.says}
    return {
        str(label.column): min(len(letters_of(s)) for s in label.says)
        for label in edition.labels
        if label.column and label.says and all(fuzz.ratio(letters_of(s), o) < ALIKE for s in label.says for o in others)
    }


def own_heads(table: Table) -> float:
    """Return the share of letters of the heads of its kind alone that were read, of the leaves on the page.

    It is 1 where they have none.
    """
    own = {c: n for c, n in _heads_alone(table.edition, editions()).items() if c in table.likeness}
    seen = sum(n for column, n in own.items() if table.likeness[column] >= OWN_LIKENESS)
    return seen / sum(own.values()) if own else 1.0


def _like(wording: str, other: str) -> bool:
    ratio = fuzz.partial_ratio if len(other) >= len(wording) else fuzz.ratio
    return ratio(wording, other) >= ALIKE


def own_marks(edition: Edition, found: Mapping[int, Match], words: Sequence[Word]) -> float:
    """Return the share of letters of the wordings of this kind alone that were *found*.

    It is 1 where the heading is read anywhere among the *words*, in capitals also without its first one (SỔ) or but for
    a word or two of a long one, which a seal may hide, and where the kind has no such wording.
    """
    text = "".join(letters_of(w.text) for w in words)
    if any(fuzz.partial_ratio(letters_of(h), text) >= HEADING for h in edition.heading if len(text) >= len(h)):
        return 1.0
    capitals = [w for w in words if w.text.isupper()]
    told = [letters_of(h.partition(" ")[2]) for h in edition.heading if len(h) > LONG_HEADING]
    if any(h in "".join(letters_of(w.text) for w in row) for h in told for row in (capitals, *_rows(capitals))):
        return 1.0
    if any(_mostly_read(h, [letters_of(w.text) for w in capitals]) for h in edition.heading):
        return 1.0
    own = _own(edition, editions())
    sizes = {i: min(len(letters_of(s)) for s in edition.labels[i].says) for i in own}
    seen = sum(sizes[i] * match.likeness for i, match in found.items() if i in own and match.likeness >= OWN_LIKENESS)
    return seen / sum(sizes.values()) if own else 1.0


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Return *words* by the rows in which they stand, each from left to right: a reader may tell a line in pieces."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.polygon.box().y + w.polygon.box().bottom) / 2):
        box, before = word.polygon.box(), rows[-1][-1].polygon.box() if rows else None
        if before is None or abs(box.y + box.bottom - before.y - before.bottom) > max(box.h, before.h):
            rows.append([])
        rows[-1].append(word)
    return [sorted(row, key=lambda w: w.polygon.box().x) for row in rows]


def _mostly_read(heading: str, capitals: Collection[str]) -> bool:
    """Whether most of what tells a heading from others was read word by word: what lies under a seal is not."""
    telling = [word for word in map(letters_of, heading.split()) if word not in ANY_HEADING]
    seen = sum(len(word) for word in telling if word in capitals)
    return seen >= TELLING[0] and seen >= TELLING[1] * sum(map(len, telling))


def _headed(edition: Edition, words: Sequence[Word]) -> bool:
    text = "".join(letters_of(w.text) for w in words)
    return any(letters_of(h) in text for h in edition.heading)


def by_year(part: Part, year: int) -> Edition:
    """Return the part's edition, or of those its print fits as well the one that was in use in *year*."""
    own = edition_of(part.edition)
    if not part.tied or own.years[0] < year < own.years[1]:
        return own
    known = {e.id: e for e in editions()}
    for edition in (own, *(known[i] for i in part.tied)):
        if edition.years[0] <= year <= edition.years[1]:
            return edition
    return own

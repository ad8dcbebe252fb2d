"""A believable register book with known truth: page images, one PDF and ``truth.jsonl``."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from forms import PageShape, edition, editions
from records.codes import ValueKind
from records.errors import WrongUse
from samples import fonts, front
from samples.blueprint import blueprint
from samples.cancelled import cancel
from samples.cases import Case, draw_cases
from samples.difficulty import DIALS, Dials, Difficulty
from samples.facts import BookFacts, draw_book
from samples.filling import Page, fill_case
from samples.hand import Hand, draw_hand, typed
from samples.ink import PENS, PRINTER
from samples.layout import HEIGHT, WIDTH, FormPage, set_page
from samples.loose import loose_slip
from samples.margin import margin_note
from samples.opened import apart as leaves_of
from samples.opened import opened as side_by_side
from samples.pdf import Scanned, book_pdf
from samples.people import chance, pick
from samples.press import Press
from samples.realink import RealInk
from samples.scan import Gutter, Lie
from samples.studio import Studio, as_jpeg, as_png, open_studio
from samples.style import SETTINGS, FormStyle, Setting, draw_style
from samples.table import draw_table, set_table
from samples.truth import page_truth

Format = Literal["png", "jpeg", "pdf"]
SCANS = frozenset({".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".pdf", ".png", ".tif", ".tiff", ".webp"})
"""Endings of files that would be taken for pages of the book."""
_SIDES: tuple[Gutter, ...] = ("right", "left")
"""Where the gutter of a left and of a right leaf is."""
TYPED = "typed"
"""Named in place of a hand: values filled in by an office programme."""


@dataclass(frozen=True, slots=True)
class BookSample:
    """Where a sample book lies."""

    folder: Path
    images: tuple[Path, ...]
    """One a page, in order; none where only a PDF was asked for."""
    pdf: Path | None
    """``book.pdf``: in ``folder/pdf`` beside images, in ``folder`` where there are none."""
    truth: Path
    """``folder/truth.jsonl``; its format: :mod:`samples.truth`."""
    pages: int
    cases: int
    authority: str = ""
    """Who kept the book, as its cover says."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A page with its ink, waiting for its other side and the scanner."""

    page: Page
    role: str
    about: dict[str, Any]


def make_book(
    out: Path,
    *,
    edition_id: str = "birth-2016",
    cases: int = 24,
    seed: int = 1,
    opened: bool = False,
    apart: bool = False,
    slips: int = 0,
    difficulty: Difficulty = "medium",
    ink: Path | None = None,
    formats: Sequence[Format] = ("jpeg", "pdf"),
    dpi: int = 200,
    setting: Setting | Literal["mixed"] | None = None,
    hands: Sequence[str] | None = None,
    told: Callable[[int, int], None] | None = None,
) -> BookSample:
    """Write a synthetic book of *cases* entries on forms of an edition to the folder *out*.

    *seed* decides everything: same arguments, same bytes. *opened*: two neighbouring pages are scanned in one picture
    (a table across an opened book is, unless its leaves are scanned *apart*). *slips* loose slips lie behind the pages
    whose entries they name. *setting* is drawn for the book where not
    given; ``mixed`` sets every page by another printing house. *hands* are fonts of :data:`samples.fonts.HANDS`
    (default: all of them, never one that is held out) or ``typed``. *ink* is a folder of real line images with
    ``labels.tsv``, put into the place fields. *told* is called with (pages made, pages in all).

    Raises WrongUse for arguments that make no book and for a folder with other pages in it, before anything is
    written; PartUnavailable where set-up has not fetched a font.
    """
    _check(edition_id, cases, slips, difficulty, formats, setting, hands)
    hands = tuple(hands or fonts.HANDS)
    book = _Book(edition_id, cases, seed, DIALS[difficulty], ink, dpi, setting, hands, opened, apart, slips)
    total = book.pictures
    names = _page_names(total, formats)
    inside = "pdf/book.pdf" if names else "book.pdf"
    _refuse_others(out, {*names, inside} if "pdf" in formats else set(names))
    dials = DIALS[difficulty]
    out.mkdir(parents=True, exist_ok=True)
    images: list[Path] = []
    scans: list[Scanned] = []
    lines: list[str] = []
    for number, (pixels, lie, ready) in enumerate(book.scanned(), start=1):
        jpeg = as_jpeg(pixels, dials.quality, dpi) if "jpeg" in formats or "pdf" in formats else b""
        name = names[number - 1] if names else "book.pdf"
        if names:
            (out / name).write_bytes(as_png(pixels, dpi) if "png" in formats else jpeg)
            images.append(out / name)
        if "pdf" in formats:
            scans.append(Scanned(jpeg, pixels.shape[1], pixels.shape[0]))
        own = ready.role in ("cover", "entry", "index")
        kind, form = (book.facts.edition.kind if own else "OTHER"), (edition_id if ready.role == "entry" else None)
        about = {"file": name, "page": number, "role": ready.role, "kind": kind, "edition": form} | ready.about
        lines.append(json.dumps(page_truth(ready.page, lie, about), ensure_ascii=False))
        if told:
            told(number, total)
    truth = out / "truth.jsonl"
    truth.write_text("\n".join(lines) + "\n", encoding="utf-8")
    pdf = None
    if scans:
        pdf = out / inside
        pdf.parent.mkdir(exist_ok=True)
        pdf.write_bytes(book_pdf(scans, dpi))
    return BookSample(out, tuple(images), pdf, truth, len(lines), cases, book.facts.authority)


def _check(
    edition_id: str,
    cases: int,
    slips: int,
    difficulty: str,
    formats: Sequence[str],
    setting: str | None,
    hands: Sequence[str] | None,
) -> None:
    known = {*fonts.HANDS, *fonts.HELD_OUT, TYPED}
    complaints = {
        f"edition={edition_id}": edition_id not in {form.id for form in editions()},
        f"cases={cases}": not 1 <= cases <= 2000,
        f"slips={slips}": not 0 <= slips <= cases,
        f"difficulty={difficulty}": difficulty not in DIALS,
        f"formats={','.join(formats)}": not formats or not set(formats) <= {"png", "jpeg", "pdf"},
        f"setting={setting}": setting not in (None, "mixed", *SETTINGS),
        f"hands={','.join(hands or ())}": hands is not None and (not hands or not set(hands) <= known),
    }
    wrong = [what for what, bad in complaints.items() if bad]
    if wrong:
        raise WrongUse("SAMPLES_WRONG_USE", detail="; ".join(wrong))


def _page_names(total: int, formats: Sequence[str]) -> tuple[str, ...]:
    """Return the name of each page's image; none where only a PDF is asked for."""
    ending = "png" if "png" in formats else "jpg" if "jpeg" in formats else ""
    return tuple(f"page-{number:04d}.{ending}" for number in range(1, total + 1)) if ending else ()


def _refuse_others(out: Path, own: set[str]) -> None:
    """Raise WrongUse where *out* holds images or PDFs not among *own*: they would pass for pages of this book."""
    names = (str(file.relative_to(out)) for file in out.rglob("*") if file.suffix.casefold() in SCANS)
    others = sorted(name for name in names if name not in own)
    if others:
        raise WrongUse("SAMPLES_FOLDER_TAKEN", folder=out, count=len(others), first=others[0])


def _first(seed: int) -> np.random.Generator:
    """Return the generator that a book's facts, and then its cases, are drawn from."""
    return np.random.default_rng([seed, 0])


class _Book:
    """One book being made: its facts, its cases, its pages in order, and how they are scanned."""

    def __init__(
        self,
        edition_id: str,
        cases: int,
        seed: int,
        dials: Dials,
        ink: Path | None,
        dpi: float,
        setting: Setting | Literal["mixed"] | None,
        hands: tuple[str, ...],
        opened: bool,
        apart: bool,
        slips: int,
    ) -> None:
        rng = _first(seed)
        self.facts = draw_book(rng, edition(edition_id))
        entries = draw_cases(rng, self.facts, cases)
        self.seed, self.opened, self.apart = seed, opened, apart
        size = (round(WIDTH * dpi / 25.4), round(HEIGHT * dpi / 25.4))
        wide = (2 * size[0], size[1])
        self.studio = open_studio(np.random.default_rng([seed, 1]), dials, dpi, size, self.facts.ward)
        self.table = self.facts.edition.shape is PageShape.ROWS
        self.spread = None
        if self.table or opened:
            self.spread = open_studio(np.random.default_rng([seed, 1]), dials, dpi, wide, self.facts.ward)
        real = RealInk(ink, np.random.default_rng([seed, 2])) if ink is not None else None
        desk = _Desk(np.random.default_rng([seed, 3]), self.studio, self.facts, setting, hands, seed)
        self.makers = _sequence(desk, entries, real, self.spread if self.table else self.studio)
        self.tables = -(-cases // len(desk.form.rooms)) if self.table else 0
        chosen = np.random.default_rng([seed, 4]).choice(cases, slips, replace=False)
        self.slips = {entries[k].fields["so"]: entries[k] for k in sorted(int(k) for k in chosen)}
        self.face = desk.style.face

    @property
    def pictures(self) -> int:
        """How many pictures the scanner delivers."""
        if self._side_by_side:
            return 1 + -(-(len(self.makers) - 1) // 2) + len(self.slips)
        return len(self.makers) + (self.tables if self.apart else 0) + len(self.slips)

    @property
    def _side_by_side(self) -> bool:
        return self.opened and not self.table

    def _made(self, at: int) -> _Ready:
        return self.makers[at](np.random.default_rng([self.seed, 100 + at]))

    def scanned(self) -> Iterator[tuple[Any, Lie, _Ready]]:
        """Yield each picture, how it lies, and what it holds."""
        due: list[Case] = []
        for pixels, lie, ready in self._spreads() if self._side_by_side else self._leaves():
            yield pixels, lie, ready
            numbers = [one.text for fields in ready.page.entries for one in fields if one.column == "so"]
            due += [self.slips[number] for number in numbers if number in self.slips]
            if ready.about.get("leaf") != "left":  # between two leaves that face each other lies none
                yield from map(self._slip, due)
                due = []

    def _slip(self, case: Case) -> tuple[Any, Lie, _Ready]:
        rng = np.random.default_rng([self.seed, 500_000 + list(self.slips).index(case.fields["so"])])
        subject = _subject(self.facts)
        pixels, lie, page, names = loose_slip(rng, self.studio, self.facts, case, subject, self.face)
        return pixels, lie, _Ready(page, "slip", {"slip": names})

    def _lamp(self, at: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, 100_000 + at])

    def _leaves(self) -> Iterator[tuple[Any, Lie, _Ready]]:
        """Two neighbours are one leaf and show through; an opened table is scanned by itself."""
        for at in range(0, len(self.makers), 2):
            sides = [self._made(k) for k in range(at, min(at + 2, len(self.makers)))]
            for k, ready in enumerate(sides):
                if self.apart and self.spread and ready.page.sheet.pixels.shape[1] == self.spread.width:
                    yield from self._both_leaves(at + k, ready)
                    continue
                alone = len(sides) == 1 or len({side.page.sheet.pixels.shape for side in sides}) > 1
                wide = self.spread is not None and ready.page.sheet.pixels.shape[1] == self.spread.width
                studio = self.spread if wide and self.spread else self.studio
                side: Gutter = "middle" if wide else "left" if k == 0 else "right"
                pixels, lie = studio.scanned(
                    self._lamp(at + k), ready.page, None if alone else sides[1 - k].page, side=side
                )
                yield pixels, lie, ready

    def _both_leaves(self, at: int, ready: _Ready) -> Iterator[tuple[Any, Lie, _Ready]]:
        """A table's left leaf, then its right one."""
        for k, (leaf, side) in enumerate(zip(leaves_of(ready.page), (*_SIDES,), strict=True)):
            about = ready.about | {"leaf": ("left", "right")[k]}
            lamp = np.random.default_rng([self.seed, 100_000 + at, k])
            yield (*self.studio.scanned(lamp, leaf, None, side=side), _Ready(leaf, ready.role, about))

    def _spreads(self) -> Iterator[tuple[Any, Lie, _Ready]]:
        """The cover alone, then two pages at once."""
        assert self.spread is not None
        first = self._made(0)
        yield (*self.studio.scanned(self._lamp(0), first.page, None, side="left"), first)
        for at in range(1, len(self.makers), 2):
            left = self._made(at)
            right = self._made(at + 1) if at + 1 < len(self.makers) else _Ready(self.studio.blank(), "blank", {})
            both = side_by_side(left.page, right.page)
            roles = [left.role, right.role]
            main = right if right.role == "entry" else left
            ready = _Ready(both, main.role, main.about | {"sides": roles})
            yield (*self.spread.scanned(self._lamp(at), both, None, side="middle"), ready)


class _Desk:
    """The office that keeps the book: its printing house, its clerks' hands and pens."""

    def __init__(
        self,
        rng: np.random.Generator,
        studio: Studio,
        facts: BookFacts,
        setting: Setting | Literal["mixed"] | None,
        hands: tuple[str, ...],
        seed: int,
    ) -> None:
        self.studio, self.facts, self.hands, self.seed = studio, facts, hands, seed
        self.mixed = setting == "mixed"
        self.blueprint = blueprint(facts.edition.id)
        chosen_setting = None if setting in (None, "mixed") else setting
        self.style = draw_style(rng, self.blueprint, chosen_setting)  # type: ignore[arg-type]
        self.table = draw_table(rng) if facts.edition.shape is PageShape.ROWS else None
        self.form = self._set(self.style)
        chosen = [str(f) for f in rng.permutation(hands)]
        self.clerk_fonts = [chosen[i % len(chosen)] for i in range(len(facts.clerks))]
        self.pens = [pick(rng, PENS) for _ in facts.clerks]
        self._own = [
            self._hand(rng, f, pen, self.form.leading) for f, pen in zip(self.clerk_fonts, self.pens, strict=True)
        ]

    def _set(self, style: FormStyle) -> FormPage:
        if self.table is not None:
            return set_table(self.blueprint, style, self.table, self.studio.dpi)
        return set_page(self.blueprint, style, self.studio.dpi)

    def _hand(self, rng: np.random.Generator, font: str, pen: Any, leading: float) -> Hand:
        if font == TYPED:
            return typed(PRINTER, leading)
        return draw_hand(rng, font, pen, leading=leading, wildness=self.studio.dials.wildness)

    def clerk(self, rng: np.random.Generator, case: Case | None, leading: float) -> Hand:
        """Return the hand of the clerk on that day: the same person, now and then another pen or a hurry."""
        hand = self._own[self.facts.clerks.index(case.clerk) if case else 0]
        if hand.font == "tinos":
            return replace(hand, x_height=min(leading * 0.24, 1.75))
        size = float(np.clip(rng.normal(1, 0.03), 0.92, 1.08)) * min(1.0, leading / self.form.leading)
        slant, tilt = hand.slant + float(rng.normal(0, 0.012)), hand.tilt + float(rng.normal(0, 0.001))
        pen = pick(rng, PENS) if chance(rng, 0.12) else hand.ink
        return replace(hand, ink=pen, x_height=hand.x_height * size, slant=slant, tilt=tilt)

    def visitor(self, rng: np.random.Generator, leading: float) -> Hand:
        """Return the hand of somebody who came to the office."""
        font = str(pick(rng, [h for h in self.hands if h != TYPED] or list(fonts.HANDS)))
        return self._hand(rng, font, pick(rng, PENS), leading)

    def printing(self, rng: np.random.Generator) -> FormPage:
        """Return the empty form of the next page."""
        return self._set(draw_style(rng, self.blueprint)) if self.mixed else self.form


def _sequence(
    desk: _Desk, entries: list[Case], real: RealInk | None, studio: Studio | None
) -> list[Callable[[np.random.Generator], _Ready]]:
    """Return how to make each page, in the order of the book; *studio* is that of the pages with entries."""
    assert studio is not None
    each = len(desk.form.rooms)

    def entry(number: int, cases: list[Case]) -> Callable[[np.random.Generator], _Ready]:
        return lambda rng: _entry(rng, desk, studio, number, cases, real)

    def plain(
        role: str, lay: Callable[[Press, FormStyle], list[front.Writing]], about: dict[str, Any] | None = None
    ) -> Callable[[np.random.Generator], _Ready]:
        return lambda rng: _plain(rng, desk, role, lay, about or {})

    facts, totals = desk.facts, front.totals(entries, each)
    return [
        plain("cover", lambda press, style: front.cover(press, style, facts)),
        plain("other", front.guidance),
        *(entry(1 + at // each, entries[at : at + each]) for at in range(0, len(entries), each)),
        lambda _rng: _Ready(desk.studio.blank(), "blank", {}),
        plain("index", lambda press, style: front.index(press, style, entries, _subject(facts), each)),
        plain("other", lambda press, style: front.closing(press, style, facts, totals), {"closing": totals}),
    ]


def _plain(
    rng: np.random.Generator,
    desk: _Desk,
    role: str,
    lay: Callable[[Press, FormStyle], list[front.Writing]],
    about: dict[str, Any],
) -> _Ready:
    press = Press(WIDTH, HEIGHT, desk.studio.dpi, desk.style.face)
    writings = lay(press, desk.style)
    page = desk.studio.printed(press.coverage(), desk.style.darkness)
    hand = desk.clerk(rng, None, desk.form.leading)
    front.write_all(rng, page, writings, replace(hand, x_height=min(hand.x_height * 1.1, 2.2)))
    if writings and role != "index":
        desk.studio.office_seal(rng, page, *((150, 225) if role == "cover" else (138, 138)))
    return _Ready(page, role, about)


def _subject(facts: BookFacts) -> str:
    """Return the column of the first person named on the form."""
    return next(label.column or "" for label in facts.edition.labels if label.kind is ValueKind.NAME)


def _entry(
    rng: np.random.Generator, desk: _Desk, studio: Studio, number: int, cases: list[Case], real: RealInk | None
) -> _Ready:
    form = desk.printing(rng)
    page = studio.printed(form.coverage, form.style.darkness)
    subject = _subject(desk.facts)
    hand = desk.clerk(rng, cases[0], form.leading)
    for room, case in zip(form.rooms, cases, strict=False):
        visitor = desk.visitor(rng, form.leading)
        name = case.fields[subject]
        if not hand.capitals and name.isupper():
            name = name.title()
        shown = replace(case, fields=case.fields | {subject: name, "trangSo": str(number)})
        fill_case(rng, page, form, room, shown, hand, visitor, real)
        if room.signatures and chance(rng, 0.45):
            where = room.signatures[-1]
            x, y = where.x + float(rng.uniform(0, 16)), where.y + where.h * float(rng.uniform(0.3, 0.6))
            studio.office_seal(rng, page, x, y)
    studio.join_seal(rng, page, outer_right=number % 2 == 1)
    later = np.random.default_rng([desk.seed, 200_000 + number])  # its own: nothing else of the book depends on it
    if chance(later, studio.dials.margin):
        case = cases[int(later.integers(len(cases)))]
        colour = np.random.default_rng([desk.seed, 300_000 + number])
        middle = margin_note(later, page, form, case, desk.facts.habits, desk.visitor, colour)
        if chance(later, 0.25):
            studio.office_seal(later, page, *middle)
    undone = np.random.default_rng([desk.seed, 400_000 + number])
    for k, room in enumerate(form.rooms[: len(cases)]):
        if chance(undone, studio.dials.cancelled):
            cancel(undone, page, form, k, room, hand)
    setting = "rows" if desk.table else form.style.setting
    about = {"setting": setting, "hand": hand.font, "ink_colour": hand.ink.name}
    return _Ready(page, "entry", about)

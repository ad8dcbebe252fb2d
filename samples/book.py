"""A believable birth book with known truth: page images, one PDF and ``truth.jsonl``."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from records.errors import WrongUse
from samples import fonts, front
from samples.cases import BookFacts, Case, draw_book, draw_cases
from samples.difficulty import DIALS, Dials, Difficulty
from samples.filling import Page, fill_case
from samples.hand import Hand, draw_hand, typed
from samples.ink import PENS, PRINTER
from samples.layout import HEIGHT, WIDTH, FormPage, set_page
from samples.margin import margin_note
from samples.pdf import Scanned, book_pdf
from samples.people import chance, pick
from samples.press import Press
from samples.realink import RealInk
from samples.scan import Lie
from samples.studio import Studio, as_jpeg, as_png, open_studio
from samples.style import SETTINGS, FormStyle, Setting, draw_style
from samples.truth import page_truth

Format = Literal["png", "jpeg", "pdf"]
SCANS = frozenset({".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".pdf", ".png", ".tif", ".tiff", ".webp"})
"""Endings of files that would be taken for pages of the book."""
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
    cases: int = 24,
    seed: int = 1,
    difficulty: Difficulty = "medium",
    ink: Path | None = None,
    formats: Sequence[Format] = ("jpeg", "pdf"),
    dpi: int = 200,
    setting: Setting | Literal["mixed"] | None = None,
    hands: Sequence[str] | None = None,
    told: Callable[[int, int], None] | None = None,
) -> BookSample:
    """Write a synthetic birth book of *cases* entries to the folder *out*.

    *seed* decides everything: same arguments, same bytes. *setting* is drawn for the book where not given; ``mixed``
    sets every page by another printing house. *hands* are fonts of :data:`samples.fonts.HANDS` (default: all of them,
    never one that is held out) or ``typed``. *ink* is a folder of real line images with ``labels.tsv``, put into the
    place fields. *told* is called with (pages made, pages in all).

    Raises WrongUse for arguments that make no book and for a folder with other pages in it, before anything is
    written; PartUnavailable where set-up has not fetched a font.
    """
    _check(cases, difficulty, formats, setting, hands)
    total = _page_count(cases)
    names = _page_names(total, formats)
    inside = "pdf/book.pdf" if names else "book.pdf"
    _refuse_others(out, {*names, inside} if "pdf" in formats else set(names))
    dials = DIALS[difficulty]
    out.mkdir(parents=True, exist_ok=True)
    pages = _pages(cases, seed, dials, ink, dpi, setting, tuple(hands or fonts.HANDS))
    images: list[Path] = []
    scans: list[Scanned] = []
    lines: list[str] = []
    for number, (pixels, lie, ready) in enumerate(pages, start=1):
        jpeg = as_jpeg(pixels, dials.quality, dpi) if "jpeg" in formats or "pdf" in formats else b""
        name = names[number - 1] if names else "book.pdf"
        if names:
            (out / name).write_bytes(as_png(pixels, dpi) if "png" in formats else jpeg)
            images.append(out / name)
        if "pdf" in formats:
            scans.append(Scanned(jpeg, pixels.shape[1], pixels.shape[0]))
        birth = ready.role in ("cover", "entry", "index")
        kind, edition = ("KS" if birth else "OTHER"), ("birth-2016" if ready.role == "entry" else None)
        about = {"file": name, "page": number, "role": ready.role, "kind": kind, "edition": edition} | ready.about
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
    authority = f"UBND phường {draw_book(_first(seed)).ward}, quận Hai Bà Trưng, thành phố Hà Nội"
    return BookSample(out, tuple(images), pdf, truth, len(lines), cases, authority)


def _check(
    cases: int, difficulty: str, formats: Sequence[str], setting: str | None, hands: Sequence[str] | None
) -> None:
    known = {*fonts.HANDS, *fonts.HELD_OUT, TYPED}
    complaints = {
        f"cases={cases}": not 1 <= cases <= 2000,
        f"difficulty={difficulty}": difficulty not in DIALS,
        f"formats={','.join(formats)}": not formats or not set(formats) <= {"png", "jpeg", "pdf"},
        f"setting={setting}": setting not in (None, "mixed", *SETTINGS),
        f"hands={','.join(hands or ())}": hands is not None and (not hands or not set(hands) <= known),
    }
    wrong = [what for what, bad in complaints.items() if bad]
    if wrong:
        raise WrongUse("SAMPLES_WRONG_USE", detail="; ".join(wrong))


def _page_count(cases: int) -> int:
    return cases + 5


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


def _pages(
    cases: int,
    seed: int,
    dials: Dials,
    ink: Path | None,
    dpi: int,
    setting: Setting | Literal["mixed"] | None,
    hands: tuple[str, ...],
) -> Iterator[tuple[Any, Lie, _Ready]]:
    """Yield each page as scanned, how it lies, and what it holds. Two neighbours are one leaf and show through."""
    rng = _first(seed)
    facts = draw_book(rng)
    entries = draw_cases(rng, facts, cases)
    size = (round(WIDTH * dpi / 25.4), round(HEIGHT * dpi / 25.4))
    studio = open_studio(np.random.default_rng([seed, 1]), dials, dpi, size, facts.ward)
    real = RealInk(ink, np.random.default_rng([seed, 2])) if ink is not None else None
    desk = _Desk(np.random.default_rng([seed, 3]), studio, facts, setting, hands, seed)
    makers = _sequence(desk, entries, real)
    for at in range(0, len(makers), 2):
        side = [make(np.random.default_rng([seed, 100 + at + k])) for k, make in enumerate(makers[at : at + 2])]
        for k, ready in enumerate(side):
            behind = side[1 - k].page if len(side) == 2 else None
            lamp = np.random.default_rng([seed, 100_000 + at + k])
            pixels, lie = studio.scanned(lamp, ready.page, behind, gutter_left=k == 0)
            yield pixels, lie, ready


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
        self.style = draw_style(rng, None if setting in (None, "mixed") else setting)  # type: ignore[arg-type]
        self.form = set_page(self.style, studio.dpi)
        chosen = [str(f) for f in rng.permutation(hands)]
        self.clerk_fonts = [chosen[i % len(chosen)] for i in range(len(facts.clerks))]
        self.pens = [pick(rng, PENS) for _ in facts.clerks]
        self._own = [
            self._hand(rng, f, pen, self.form.leading) for f, pen in zip(self.clerk_fonts, self.pens, strict=True)
        ]

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
        """Return the hand of somebody who came to declare a birth."""
        font = str(pick(rng, [h for h in self.hands if h != TYPED] or list(fonts.HANDS)))
        return self._hand(rng, font, pick(rng, PENS), leading)

    def printing(self, rng: np.random.Generator) -> FormPage:
        """Return the empty form of the next page."""
        return set_page(draw_style(rng), self.studio.dpi) if self.mixed else self.form


def _sequence(desk: _Desk, entries: list[Case], real: RealInk | None) -> list[Callable[[np.random.Generator], _Ready]]:
    """Return how to make each page, in the order of the book."""

    def entry(number: int, case: Case) -> Callable[[np.random.Generator], _Ready]:
        return lambda rng: _entry(rng, desk, number, case, real)

    def plain(
        role: str, lay: Callable[[Press, FormStyle], list[front.Writing]]
    ) -> Callable[[np.random.Generator], _Ready]:
        return lambda rng: _plain(rng, desk, role, lay)

    facts = desk.facts
    return [
        plain("cover", lambda press, style: front.cover(press, style, facts)),
        plain("other", front.guidance),
        *(entry(number, case) for number, case in enumerate(entries, start=1)),
        lambda _rng: _Ready(desk.studio.blank(), "blank", {}),
        plain("index", lambda press, style: front.index(press, style, entries)),
        plain("other", lambda press, style: front.closing(press, style, facts, entries)),
    ]


def _plain(
    rng: np.random.Generator, desk: _Desk, role: str, lay: Callable[[Press, FormStyle], list[front.Writing]]
) -> _Ready:
    press = Press(WIDTH, HEIGHT, desk.studio.dpi, desk.style.face)
    writings = lay(press, desk.style)
    page = desk.studio.printed(press.coverage(), desk.style.darkness)
    hand = desk.clerk(rng, None, desk.form.leading)
    front.write_all(rng, page, writings, replace(hand, x_height=min(hand.x_height * 1.1, 2.2)))
    if writings and role != "index":
        desk.studio.office_seal(rng, page, *((150, 225) if role == "cover" else (138, 138)))
    return _Ready(page, role, {})


def _entry(rng: np.random.Generator, desk: _Desk, number: int, case: Case, real: RealInk | None) -> _Ready:
    form = desk.printing(rng)
    studio = desk.studio
    page = studio.printed(form.coverage, form.style.darkness)
    hand, visitor = desk.clerk(rng, case, form.leading), desk.visitor(rng, form.leading)
    name = case.fields["nksHoTen"]
    if not hand.capitals and name.isupper():
        name = name.title()
    shown = replace(case, fields=case.fields | {"nksHoTen": name, "trangSo": str(number)})
    fill_case(rng, page, form, shown, hand, visitor, real)
    if chance(rng, 0.45):
        room = form.signatures[1]
        x, y = room.x + float(rng.uniform(0, 16)), room.y + room.h * float(rng.uniform(0.3, 0.6))
        studio.office_seal(rng, page, x, y)
    studio.join_seal(rng, page, outer_right=number % 2 == 1)
    later = np.random.default_rng([desk.seed, 200_000 + number])  # its own: nothing else of the book depends on it
    if chance(later, studio.dials.margin):
        middle = margin_note(later, page, form, case, desk.facts.habits, desk.visitor)
        if chance(later, 0.25):
            studio.office_seal(later, page, *middle)
    about = {"setting": form.style.setting, "hand": hand.font, "ink_colour": hand.ink.name}
    return _Ready(page, "entry", about)

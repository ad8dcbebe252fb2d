"""Loose slips that lie in a book (a decision's notice, a request for a note): told, and tied to the entry they name.

A slip says of itself to which entry it belongs: "sổ đăng ký khai sinh số 45, quyển số 01/1998". Where its print names
one number, and the book has one entry of it, it becomes an unread note of that entry, which nobody can verify before a
person has read it. Everything else waits: a slip whose number was not read, a number that two entries have, an entry
that a person has verified. Whether it was tied rightly a person says, who sees the slip beside the entry.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from forms import folded
from pipeline.drafting import short_id
from pipeline.leaves import deliveries_of_book, is_closed
from pipeline.payloads import Json, to_page_reading
from pipeline.prepare import WIDE
from records.books import MAY_BE_SLIP, SLIP, SLIP_TIED, UNKNOWN_FORM, NumberClaim
from records.codes import EntryState, PageStatus, RegisterKind
from records.entries import Entry, Note
from records.errors import WrongUse
from records.geometry import Box, Point, Polygon
from records.numbers import read_number
from records.pages import DeliveredPage, Evidence, PageId, PageProblem
from records.ports import Register
from records.provenance import PROGRAMME
from records.slips import NamedEntry, entries_of
from records.text import nfc

SMALL = 0.6
"""Share of the area of the book's pages under which a sheet is a slip: half a page has 0.5."""
_KINDS = {
    "khai sinh": RegisterKind.BIRTH,
    "ket hon": RegisterKind.MARRIAGE,
    "khai tu": RegisterKind.DEATH,
    "cha me con": RegisterKind.RECOGNITION,
    "tinh trang hon nhan": RegisterKind.MARITAL_STATUS,
    "giam ho": RegisterKind.GUARDIANSHIP,
    "cai chinh ho tich": RegisterKind.CHANGE,
}
_LEADS = "|".join((*_KINDS, "dang ky", "truong hop", "(?<!danh )muc", "thu tu"))
_GAP = (
    r"(?:(?!quyen|quyet|ngay|thang|tai |nha |duong |pho |ban an|ho khau|thuong tru|tam tru|trich luc|chung)"
    r"[^0-9;.]){0,16}?"
)
"""What may stand between the thing that is numbered and its number: no house, no other paper."""
_OWN = r"(?!(?:\s*/\s*(?:19|20)[0-9]{2})?\s*/\s*(?!ks\b|kh\b|kt\b)[a-z])"
"""A paper's own number has its office behind it ("12/QĐ-UBND", "12/2010/HNGĐ-ST") and is none of a book."""
_NUMBER = rf"0*([1-9][0-9]{{0,4}}[a-z]?)\b{_OWN}(?:\s*/\s*((?:19|20)[0-9]{{2}})\b)?"
_NAMED = re.compile(rf"\b(?:{_LEADS})\b{_GAP}\bso\b\s*(?:dang ky|thu tu|muc)?\s*[:.]?\s*{_NUMBER}")
_LABELLED = re.compile(rf"\bso\s+(?:dang ky|thu tu|muc)\s*[:.]?\s*{_NUMBER}")
_BOOK = re.compile(r"\bsổ\b", re.IGNORECASE)
"""A register, which without its mark is read like "số", a number."""
_YEAR = re.compile(r"[\s,(]*nam\s*((?:19|20)[0-9]{2})\b")
_VOLUME = re.compile(r"\bquyen\s*(?:so)?\s*[:.]?\s*([0-9]{1,3}(?:\s*[/-]\s*(?:19|20)[0-9]{2})?)")


def named_in(text: str) -> NamedEntry | None:
    """Return the entry that the *text* of a slip names; None where it names none, or more than one."""
    said = folded(_BOOK.sub("quyển", nfc(text)))
    found: dict[str, NamedEntry] = {}
    for match in (*_NAMED.finditer(said), *_LABELLED.finditer(said)):
        digits, year = match.groups()
        if (read := read_number(digits)) is None:
            continue
        known = found.get(str(read[0]), NamedEntry(read[0]))
        after = _YEAR.match(said, match.end())
        told = int(year or (after[1] if after else 0)) or known.year
        kind = next((kind for words, kind in _KINDS.items() if words in match[0]), known.kind)
        if known.year not in {None, told} or known.kind not in {None, kind}:
            return None  # one number of two years, or of two registers
        found[str(read[0])] = NamedEntry(read[0], told, "", kind)
    if len(found) != 1:
        return None
    (only,) = found.values()
    volumes = {re.sub(r"\s", "", volume) for volume in _VOLUME.findall(said)}
    return replace(only, volume=volumes.pop()) if len(volumes) == 1 else only


def slip_id(page: PageId) -> str:
    """Return the identity of the note that a slip is: the same page, the same note."""
    return short_id(f"{page}/slip")


class Slips:
    """Tells the loose slips of a book, and ties them to entries."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def settle(self, delivery_id: str) -> list[str]:
        """Tell the slips of the book of a delivery, and tie those that name an entry; return deliveries that changed.

        Called again it changes nothing. A closed book is left as it is, and so is one with pages that are not read
        yet: they may hold the entry. What a person said of a slip stands.
        """
        deliveries = deliveries_of_book(self._register, delivery_id)
        mine = [one.id for one in deliveries]
        pages = [page for one in mine for page in self._register.delivered_pages(one)]
        waiting = [p for p in pages if p.status is PageStatus.WAITING and p.problem and p.problem.code in MAY_BE_SLIP]
        for page in waiting:  # one that was tied, and read anew
            if held := self._holding(slip_id(page.page.id), mine):
                self._done(page, held[0], "")
                waiting = [p for p in waiting if p is not page]
        if not waiting or is_closed(self._register, deliveries[0]):
            return []
        if any(page.status is PageStatus.RECEIVED for page in pages):
            return []
        told = {*UNKNOWN_FORM, SLIP}
        loose = [page for page in waiting if page.problem and page.problem.code in told]
        if not loose:
            return []
        own = [page for page in pages if page.edition is not None]
        usual = [area for page in own if (area := self._area(page))]
        claims = self._register.claims(mine)
        small = [page for page in loose if _comparable(page, own) and self._is_small(page, usual)]
        return list(dict.fromkeys(delivery for page in small for delivery in self._settle(page, claims)))

    def tie(self, delivery_ids: Sequence[str], book: str, page: str, to: str, *, by: str) -> Entry:
        """Tie a *page* of a book, by its name, to an entry: its number ("15", "15b/1998"), or its id.

        A slip that was tied to another entry of the book is taken from that one. Raises WrongUse SLIP_NO_SUCH_PAGE,
        SLIP_NAME_AMBIGUOUS, SLIP_NO_SUCH_ENTRY (also for an entry of another book); NotFound.
        """
        slip = self._named(delivery_ids, book, page)
        said = read_number(to)
        if said is None:
            found = [self._register.entry(to)]
        else:
            claims = entries_of(NamedEntry(*said), self._register.claims(delivery_ids))
            found = [self._register.entry(claim.entry) for claim in claims]
        if len(found) != 1 or found[0].delivery not in delivery_ids or slip.page.id in found[0].pages:
            raise WrongUse("SLIP_NO_SUCH_ENTRY", book=book, number=to, count=len(found) if said else 0)
        note, target = self._note(slip), found[0]
        others = [entry for entry in self._holding(note.id, delivery_ids) if entry.id != target.id]
        tied = self._register.tie_note(target.id, note, by, f"tờ rời {slip.file}", target.version)
        self._done(slip, tied, to)
        for entry in others:
            self._untie(entry, note.id, slip, by)
        return tied

    def untie(self, delivery_ids: Sequence[str], book: str, page: str, *, by: str) -> list[Entry]:
        """Take a slip from its entry: it waits again. Raises WrongUse SLIP_NO_SUCH_PAGE, SLIP_NAME_AMBIGUOUS."""
        slip = self._named(delivery_ids, book, page)
        note = slip_id(slip.page.id)
        left = [self._untie(entry, note, slip, by) for entry in self._holding(note, delivery_ids)]
        if not left:
            raise WrongUse("SLIP_NO_SUCH_PAGE", book=book, page=page)
        self._register.settle_page(replace(slip, status=PageStatus.WAITING, problem=_loose(self._said(slip))))
        return left

    def _untie(self, entry: Entry, note: str, slip: DeliveredPage, by: str) -> Entry:
        why = f"tờ rời {slip.file} không phải của mục này"
        return self._register.untie_note(entry.id, note, by, why, entry.version)

    def _settle(self, page: DeliveredPage, claims: Sequence[NumberClaim]) -> Iterator[str]:
        """Tell that a page is a slip, and tie it where one entry is left to which it can belong."""
        note, named = self._note(page), self._said(page)
        found = entries_of(named, claims) if named and not self._register.noted(note.id) else []
        target = self._register.entry(found[0].entry) if len(found) == 1 else None
        if target is None or target.state is not EntryState.DRAFT:
            if page.problem != (told := _loose(named)):
                self._register.settle_page(replace(page, problem=told))
            return
        why = f"tờ rời {page.file} ghi số {named}"
        self._done(page, self._register.tie_note(target.id, note, PROGRAMME, why, target.version), str(named))
        if target.delivery:
            yield target.delivery

    def _done(self, page: DeliveredPage, entry: Entry, number: str) -> None:
        told = PageProblem(SLIP_TIED, {"number": entry.value("so") or entry.text("so") or number, "entry": entry.id})
        self._register.settle_page(replace(page, status=PageStatus.DONE, problem=told, edition=None))

    def _holding(self, note: str, delivery_ids: Sequence[str]) -> list[Entry]:
        """Return the entries of these deliveries, not withdrawn, that have a note."""
        found = [entry for entry in self._register.noted(note) if entry.delivery in delivery_ids]
        found = [entry for entry in found if entry.state is not EntryState.WITHDRAWN]
        return [entry for entry in found if any(own.id == note for own in entry.notes)]

    def _named(self, delivery_ids: Sequence[str], book: str, page: str) -> DeliveredPage:
        found: dict[PageId, DeliveredPage] = {}
        for one in delivery_ids:
            for placed in self._register.delivered_pages(one):
                code = placed.problem.code if placed.problem else ""
                if placed.goes_by(page) and (code == SLIP_TIED or code in MAY_BE_SLIP):
                    found.setdefault(placed.page.id, placed)
        if len(found) > 1:
            raise WrongUse("SLIP_NAME_AMBIGUOUS", page=page, found=", ".join(sorted(found)))
        if not found:
            raise WrongUse("SLIP_NO_SUCH_PAGE", book=book, page=page)
        return next(iter(found.values()))

    # --- what was seen of a page ------------------------------------------------------------------

    def _prepared(self, page: DeliveredPage) -> Json | None:
        found = self._register.newest_result(page.page.id, "prepare")
        return dict(found.payload) if found else None

    def _said(self, page: DeliveredPage) -> NamedEntry | None:
        prepared = self._prepared(page)
        return named_in(to_page_reading(prepared).text()) if prepared else None

    def _sheet(self, page: DeliveredPage) -> Polygon | None:
        """Return the outline of the paper in master pixels; None where none was seen, or code before this read it."""
        sheet = (self._prepared(page) or {}).get("sheet")
        return Polygon(tuple(Point(float(x), float(y)) for x, y in sheet)) if sheet else None

    def _is_small(self, page: DeliveredPage, usual: Sequence[float]) -> bool:
        """Whether a sheet is well smaller than the book's pages, whose areas are *usual*."""
        area = self._area(page)
        return bool(area and usual) and area < SMALL * median(usual)

    def _area(self, page: DeliveredPage) -> float:
        """Return the area of a page's paper, of an opened book that of one leaf: square inches, or square pixels."""
        sheet = self._sheet(page)
        if sheet is None:
            return 0.0
        box = sheet.box()
        leaves = 2 if box.w > WIDE * box.h and page.edition is not None else 1
        return sheet.area() / leaves / (page.page.dpi or 1.0) ** 2

    def _note(self, page: DeliveredPage) -> Note:
        outline = self._sheet(page) or Box(0, 0, page.page.width, page.page.height).polygon()
        return Note(slip_id(page.page.id), "", Evidence(page.page.id, outline))


def _comparable(page: DeliveredPage, own: Sequence[DeliveredPage]) -> bool:
    """Whether sizes can be compared: in inches where all pages tell their dpi, in pixels where none does."""
    told = [one.page.dpi for one in (page, *own)]
    return all(told) or not any(told)


def _loose(named: NamedEntry | None) -> PageProblem:
    """Return what is told of a slip whose entry is not known: the number it names, if it names one."""
    told = {"named": f" (ghi số {named})", "named_en": f" (it names number {named})"} if named else {}
    return PageProblem(SLIP, {"named": "", "named_en": ""} | told)

"""Leaves of one opening that came on different days: found again in their book, and joined where only one way is left.

In one delivery a leaf faces the one beside it. In another delivery of the same book nothing lies beside it: then the
last page of one delivery and the first of the next one face each other, and so do two leaves that fit no third one.
What fits is asked as it is within a delivery (rows at one height, names of families). Where several would do none is
joined, and the ledger says so. What stands on the other leaf is doubted, and what a person said stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from forms import Leaf
from pipeline.drafting import from_cover, joined, leaf_of, of_one_book_opening
from pipeline.payloads import Json
from records.books import HALVES
from records.codes import DeliveryKind, EntryState, PageStatus, Presence
from records.entries import Entry
from records.errors import NotFound
from records.pages import DeliveredPage, Delivery, PageId, PageProblem
from records.ports import Register

JOINED_LATER = "LEAVES_JOINED_LATER"
"""Doubt of what stands on a leaf of another delivery."""
MET = "LEAVES_MET"
"""Notice of a leaf whose other one came on another day."""
UNPAIRED, LATE = "LEAVES_UNPAIRED", "LEAF_LATE"


@dataclass(frozen=True, slots=True)
class LoneLeaf:
    """A leaf without the one that faces it, in the order of its book."""

    page: DeliveredPage
    leaf: Leaf
    reads: tuple[Json, ...]
    turn: int
    """Which delivery of the book it came with, in the order in which they came."""
    at_edge: bool = False
    """A left leaf that ends its delivery, a right one that begins it."""

    @property
    def edition(self) -> str:
        """The form of its table."""
        return str(self.reads[0]["edition"])


Pair = tuple[LoneLeaf, LoneLeaf]


def pairs_of(lone: Sequence[LoneLeaf]) -> tuple[list[Pair], list[LoneLeaf]]:
    """Return the pairs (left, right) that can only be so, and the leaves for which several others would do."""
    lefts = [one for one in lone if one.leaf is Leaf.LEFT]
    rights = [one for one in lone if one.leaf is Leaf.RIGHT]
    may = [(left, right) for left in lefts for right in rights if _may_face(left, right)]
    pairs: list[Pair] = []
    for left, right in may:
        if left.at_edge and right.at_edge and right.turn == left.turn + 1:
            pairs.append((left, right))
    taken = [leaf for pair in pairs for leaf in pair]
    may = [(left, right) for left, right in may if left not in taken and right not in taken]
    ends = [leaf for pair in may for leaf in pair]
    only = [pair for pair in may if ends.count(pair[0]) == ends.count(pair[1]) == 1]
    sure = [leaf for pair in only for leaf in pair]
    return pairs + only, [leaf for leaf in lone if leaf in ends and leaf not in sure]


def _may_face(left: LoneLeaf, right: LoneLeaf) -> bool:
    if left.edition != right.edition or left.turn == right.turn:
        return False
    entries = _of_both(left.page, left.reads, right.page.page.id, right.reads)
    return any(len(entry.pages) > 1 for entry in entries) and of_one_book_opening(entries)


def _of_both(left: DeliveredPage, lefts: Sequence[Json], right: PageId, rights: Sequence[Json]) -> list[Entry]:
    return joined(left.page.id, lefts, right, rights, left.delivery, JOINED_LATER)


class Leaves:
    """Joins leaves over the deliveries of a book."""

    def __init__(self, register: Register) -> None:
        self._register = register

    def before(self, page: DeliveredPage, leaf: Leaf) -> tuple[list[Entry], PageProblem] | None:
        """Return the entries of a leaf and one of another delivery that it was joined with; None where there is none.

        So a page that is read anew stays joined.
        """
        for one in deliveries_of_book(self._register, page.delivery):
            for entry in self._register.entries(delivery=one.id, page=page.page.id):
                other = next((self._placed(p, page) for p in entry.pages if p != page.page.id), None)
                reads, others = self._reads(page.page.id), self._reads(other.page.id) if other else ()
                if other is None or not reads or leaf_of(others) in {None, leaf}:
                    continue
                left = (page, reads) if leaf is Leaf.LEFT else (other, others)
                right = (other, others) if leaf is Leaf.LEFT else (page, reads)
                entries = _of_both(*left, right[0].page.id, right[1])
                if of_one_book_opening(entries):
                    known = {e.id: e for e in self._register.entries(delivery=one.id, page=left[0].page.id)}
                    now = [known.get(entry.id, entry) for entry in entries]
                    return entries, _late(now, entries, right[0]) or _met(other)
        return None

    def join(self, delivery_id: str) -> list[str]:
        """Join what can be joined in the book of a delivery; return the deliveries whose entries changed.

        Called again it changes nothing. A closed book is left as it is, and so is one with pages that are not read
        yet: they may hold the other leaf.
        """
        deliveries = deliveries_of_book(self._register, delivery_id)
        if len(deliveries) < 2 or is_closed(self._register, deliveries[0]):
            return []
        if any(self._register.page_counts(one.id)[PageStatus.RECEIVED] for one in deliveries):
            return []
        lone = list(self._lone(deliveries))
        pairs, undecided = pairs_of(lone)
        for left, right in pairs:
            self._join(left, right)
        counts = {leaf: str(sum(one.leaf is leaf for one in undecided)) for leaf in Leaf}
        unpaired = PageProblem(UNPAIRED, {"lefts": counts[Leaf.LEFT], "rights": counts[Leaf.RIGHT]})
        joined_now = [leaf for pair in pairs for leaf in pair]
        for one in lone:
            if one in undecided:
                self._settle(one.page, unpaired)
            elif one not in joined_now and one.page.problem is not None and one.page.problem.code == UNPAIRED:
                self._settle(one.page, alone(one.leaf))
        return list(dict.fromkeys(left.page.delivery for left, _ in pairs))

    def _join(self, left: LoneLeaf, right: LoneLeaf) -> None:
        authority = self._register.delivery(left.page.delivery).authority
        entries = _of_both(left.page, left.reads, right.page.page.id, right.reads)
        whole = [replace(e, fields=(*e.fields, *from_cover(authority, e.edition))) for e in entries]
        now = self._register.draft(whole)
        read = replace(right.page, kind=entries[0].kind, edition=entries[0].edition)
        if late := _late(now, whole, right.page):
            self._settle(left.page, late)
            self._settle(replace(read, status=PageStatus.WAITING), late)
        else:
            self._settle(left.page, _met(right.page))
            self._settle(replace(read, status=PageStatus.DONE), _met(left.page))

    def _settle(self, page: DeliveredPage, problem: PageProblem) -> None:
        if page.problem != problem:
            self._register.settle_page(replace(page, problem=problem))

    def pages_of_open_book(self, delivery_id: str) -> list[DeliveredPage]:
        """Return all pages of the book of a delivery, in order; none where it is closed."""
        deliveries = deliveries_of_book(self._register, delivery_id)
        if len(deliveries) < 2 or is_closed(self._register, deliveries[0]):
            return []
        return [page for one in deliveries for page in self._register.delivered_pages(one.id)]

    def _lone(self, deliveries: Sequence[Delivery]) -> Iterator[LoneLeaf]:
        for turn, one in enumerate(deliveries):
            pages = self._register.delivered_pages(one.id)
            for place, page in enumerate(pages):
                if page.problem is None or page.problem.code not in HALVES or page.status is PageStatus.RECEIVED:
                    continue
                reads = self._reads(page.page.id)
                if (leaf := leaf_of(reads)) is not None:
                    edge = len(pages) - 1 if leaf is Leaf.LEFT else 0
                    yield LoneLeaf(page, leaf, reads, turn, place == edge)

    def _reads(self, page: PageId) -> tuple[Json, ...]:
        found = self._register.newest_result(page, "read")
        payload: Json = dict(found.payload) if found else {"entries": []}
        return tuple(payload["entries"])

    def _placed(self, page: PageId, beside: DeliveredPage) -> DeliveredPage | None:
        """Return where a page lies in another delivery of the book that *beside* is of."""
        mine = [one.id for one in deliveries_of_book(self._register, beside.delivery) if one.id != beside.delivery]
        return next((p for p in self._register.placings(page) if p.delivery in mine), None)


def deliveries_of_book(register: Register, delivery_id: str) -> list[Delivery]:
    """Return the deliveries of the book of one, in the order in which they came."""
    own = register.delivery(delivery_id)
    if own.kind is not DeliveryKind.BOOK:
        return []
    book = own.book or own.id
    found = [d for d in register.deliveries() if d.kind is DeliveryKind.BOOK and (d.book or d.id) == book]
    return sorted(found, key=lambda one: (one.received_at, one.id))


def is_closed(register: Register, delivery: Delivery) -> bool:
    """Whether the book of a delivery is closed."""
    try:
        return register.standing(delivery.book or delivery.id).closed
    except NotFound:
        return False


def _met(other: DeliveredPage) -> PageProblem:
    return PageProblem(MET, {"file": other.file, "delivery": other.delivery})


def alone(leaf: Leaf) -> PageProblem:
    """Return what is told of a leaf without the one that faces it."""
    names = ("trái", "phải") if leaf is Leaf.LEFT else ("phải", "trái")
    return PageProblem("LEAF_ALONE", {"leaf": names[0], "other": names[1]})


def _late(now: Sequence[Entry], drafts: Sequence[Entry], right: DeliveredPage) -> PageProblem | None:
    """Tell of entries, as they stand *now*, in which a person had decided what stands on *right* before it came."""
    late = [entry.id for entry, said in zip(now, drafts, strict=True) if _came_late(entry, said, right.page.id)]
    return PageProblem(LATE, {"file": right.file, "entries": ", ".join(late)}) if late else None


def _came_late(entry: Entry, said: Entry, right: PageId) -> bool:
    if right not in said.pages or entry.state is EntryState.WITHDRAWN:
        return False
    if right not in entry.pages:  # verified without it
        return True
    for field in said.fields:
        known = entry.field(field.column)
        if field.evidence is None or field.evidence.page != right or known is None or not known.decided:
            continue
        seen = known.evidence is not None and known.evidence.page == right
        if field.presence is Presence.WRITTEN and not seen and known.text != field.text:
            return True
    return False

"""Where numbers stand in the order of a book: which grow with the pages, which jump, and what would fit instead.

Two kinds of evidence, because pages may be scanned in any order: a number is plain where other pages hold numbers near
it, wherever they lie; and where most numbers do grow with the pages, one that does not, while a number is missing
just there, was probably misread.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from records.books import BookPage, NumberClaim, Place
from records.numbers import EntryNumber, read_number

NEAR = 10
"""A number further than this from every other one stands alone: as many pages are seldom lost in one piece."""
IN_ORDER = 0.6
"""Share of numbers that must grow with the pages for the order of the pages to say anything."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A claim whose number could be read, on its page."""

    number: EntryNumber
    claim: NumberClaim
    place: Place


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest numbers before and after in the order of the pages, of those that grow with it; None at an end."""

    before: EntryNumber | None
    after: EntryNumber | None

    def hold(self, number: EntryNumber) -> bool:
        """Whether *number* fits between them; at an end of the book it must be near."""
        if self.before is None and self.after is None:
            return False
        low = self.before or EntryNumber(max(0, self.after.serial - NEAR - 1) if self.after else 0)
        high = self.after or EntryNumber(low.serial + NEAR + 1)
        return low < number < high

    def told(self) -> dict[str, str]:
        """Return them as facts for the message catalogue."""
        return {"before": str(self.before or "–"), "after": str(self.after or "–")}


def chain(keys: Sequence[Any], *, repeats: bool = False) -> set[int]:
    """Return the places of a longest growing chain of *keys*; with *repeats* equal keys may follow one another."""
    find = bisect_right if repeats else bisect_left
    ends: list[Any] = []
    at: list[int] = []
    back: list[int] = []
    for i, one in enumerate(keys):
        where = find(ends, one)
        back.append(at[where - 1] if where else -1)
        if where == len(ends):
            ends.append(one)
            at.append(i)
        else:
            ends[where], at[where] = one, i
    found = set()
    i = at[-1] if at else -1
    while i >= 0:
        found.add(i)
        i = back[i]
    return found


@dataclass(frozen=True, slots=True)
class Order:
    """The numbers of one year in the order of the pages, weighed."""

    items: tuple[Numbered, ...]
    rising: frozenset[int]
    """Places in *items* that grow with the pages."""
    alone: frozenset[int]
    """Places whose number is far from every other one."""
    ordered: bool
    taken: frozenset[EntryNumber]

    def neighbours(self, i: int) -> Neighbours:
        """Return between which numbers place *i* stands."""
        before = next((self.items[j].number for j in range(i - 1, -1, -1) if j in self.rising), None)
        after = next((self.items[j].number for j in range(i + 1, len(self.items)) if j in self.rising), None)
        return Neighbours(before, after)

    def proposal(self, i: int) -> str:
        """Return the one other reading of place *i* that fits there and that nobody else claims; else nothing."""
        item = self.items[i]
        if item.claim.decided:
            return ""
        near = self.neighbours(i)
        read = {said[0] for text in item.claim.alternatives if (said := read_number(text))}
        fit = [number for number in read if number not in self.taken and near.hold(number)]
        return str(fit[0]) if len(fit) == 1 else ""

    def jumps(self, i: int) -> bool:
        """Whether place *i* was probably misread: far from all others, beyond them, or in place of a missing number."""
        if self.items[i].claim.decided:
            return False
        if i in self.alone:
            return True
        if i in self.rising or not self.ordered:
            return False
        near = self.neighbours(i)
        if self._adjoins(i):  # the first page was scanned last, or the last one first
            return False
        if not self._within(i) and not self._goes_on(i):
            return True
        if near.before is None or near.after is None:
            return False
        return any(EntryNumber(serial) not in self.taken for serial in range(near.before.serial + 1, near.after.serial))

    def _within(self, i: int) -> bool:
        rising = [self.items[j].number for j in self.rising]
        return min(rising) <= self.items[i].number <= max(rising)

    def _adjoins(self, i: int) -> bool:
        rising = [self.items[j].number.serial for j in self.rising]
        return self.items[i].number.serial in (min(rising) - 1, max(rising) + 1)

    def _goes_on(self, i: int) -> bool:
        """Whether the page before or after has the number before or after: pages that lie together elsewhere."""
        beside = (self.items[j].number.serial for j in (i - 1, i + 1) if 0 <= j < len(self.items))
        return any(abs(serial - self.items[i].number.serial) == 1 for serial in beside)


def weigh(items: Sequence[Numbered]) -> Order:
    """Weigh the numbers of one year, given in the order of the pages."""
    alone = _alone(items)
    kept = [i for i in range(len(items)) if i not in alone]
    rising = frozenset(kept[j] for j in chain([items[i].number for i in kept]))
    return Order(
        tuple(items), rising, alone, len(rising) >= IN_ORDER * len(kept), frozenset(one.number for one in items)
    )


def _alone(items: Sequence[Numbered]) -> frozenset[int]:
    serials = sorted({item.number.serial for item in items})
    near = {
        serial
        for n, serial in enumerate(serials)
        if (n and serial - serials[n - 1] <= NEAR) or (n + 1 < len(serials) and serials[n + 1] - serial <= NEAR)
    }
    counted = Counter(item.number.serial in near for item in items)
    if counted[True] < counted[False]:  # of a few pages out of a thick book each stands alone
        return frozenset()
    found = {i for i, item in enumerate(items) if item.number.serial not in near}
    return frozenset(i for i in found if not items[i].claim.decided)


def by_year(items: Sequence[Numbered], stated: int) -> list[tuple[int, list[Numbered]]]:
    """Return the numbers of each year, in the order of the pages; *stated* is the book's own year, 0 where unknown.

    A year that a single page tells of is a misread date, unless numbers begin anew there.
    """
    told = _as_around([year_of(item.claim) for item in items], items)
    counts = Counter(year for year in told if year)
    main = counts.most_common(1)[0][0] if counts else stated
    real = {year for year, count in counts.items() if count > 1 or year in {stated, main}}
    begin = {y for y, item in zip(told, items, strict=True) if y and (item.claim.decided or item.number.serial == 1)}
    real |= {year for year in begin if year == max(real, default=year) + 1}
    here = [year if year in real else 0 for year in told]
    for order in (range(len(here)), reversed(range(len(here)))):
        last = 0
        for i in order:
            last = here[i] = here[i] or last
    runs: defaultdict[int, list[Numbered]] = defaultdict(list)
    for year, item in zip(here, items, strict=True):
        runs[year or stated].append(item)
    return sorted(runs.items())


def _as_around(told: Sequence[int], items: Sequence[Numbered]) -> list[int]:
    """Return the years, a misread one put right where the number goes on between two pages of one other year."""
    years = list(told)
    for i in range(1, len(items) - 1):
        before, here, after = (one.number for one in items[i - 1 : i + 2])
        if told[i - 1] == told[i + 1] and before < here < after and not items[i].claim.decided:
            years[i] = told[i - 1]
    return years


def year_of(claim: NumberClaim) -> int:
    """Return the year that a claim tells: with its number, else by its date of registration; 0 where neither does."""
    said = read_number(claim.value) or read_number(claim.text)
    written = said[1] if said else None
    registered = claim.registered[:4]
    year = written or (int(registered) if registered.isdecimal() and len(registered) == 4 else 0)
    return year if 1900 <= year <= 2100 else 0


def years_told(claim: NumberClaim) -> list[int]:
    """Return the years that a claim tells: with its number, of its registration, with the number of the book."""
    said = read_number(claim.value) or read_number(claim.text)
    registered, book = claim.registered[:4], claim.book_number.replace(" ", "")[-4:]
    told = [said[1] if said and said[1] else 0]
    told += [int(year) for year in (registered, book) if len(year) == 4 and year.isdecimal()]
    return [year for year in told if 1900 <= year <= 2100]


def in_order(pages: Sequence[BookPage]) -> list[BookPage]:
    """Return the pages with the deliveries in the order of their numbers: the second half may have come first."""
    said: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for page in pages:
        for claim in page.claims:
            if read := read_number(claim.value) or read_number(claim.text):
                said[page.delivery].append((year_of(claim), read[0].serial))
    middle = {delivery: sorted(numbers)[len(numbers) // 2] for delivery, numbers in said.items()}
    return sorted(pages, key=lambda page: middle.get(page.delivery, (9999, 0)))

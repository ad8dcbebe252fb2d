"""Which pages of a book are pictures of one sheet: which to compare, and what the pairs found alike come to. Pure."""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from records.books import BookReport, PointKind
from records.pages import PageId

Twins = Collection[frozenset[PageId]]
"""Pairs of different pages that show the same sheet."""


def to_compare(report: BookReport) -> Iterator[tuple[PageId, PageId]]:
    """Yield each pair of different pages that claim one number, once, the one that came first before the other."""
    seen = set()
    for point in report.of(PointKind.REPEAT):
        pages = dict.fromkeys(place.page for place in point.places if place.page is not None)
        for one, other in combinations(pages, 2):
            if frozenset((one, other)) not in seen:
                seen.add(frozenset((one, other)))
                yield one, other


def gathered(pages: Sequence[PageId | None], twins: Twins) -> list[list[int]]:
    """Return places in *pages*, those of one sheet together, in order; the same page twice is no twin of itself."""
    groups: list[list[int]] = []
    for i, page in enumerate(pages):
        alike = [g for g in groups if any(page and pages[j] and frozenset((page, pages[j])) in twins for j in g)]
        groups = [g for g in groups if g not in alike] + [sorted([*(j for g in alike for j in g), i])]
    return sorted(groups)

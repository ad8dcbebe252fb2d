"""What the rules of a complete book find when numbers are misread: lost pages, misread numbers, proposals.

    python -m bench.books [--books 200] [--pages 120] [--seed 7] [--json]

Books of numbers alone, no pictures. Three pages from the middle of each are lost, and each number is misread with a
given chance: a digit changed, lost or added. Two other readings go with each, in seven cases of ten the right one among
them. Pages stand in order, as two halves of one delivery in the wrong order, or shuffled. A lost page counts as seen
where its number is in a gap, a misread number as told where its page stands in a jump or a repeat. Takes seconds.
"""

import argparse
import json
import random
import sys
from collections import Counter

from records.books import BookPage, NumberClaim, PointKind, Stated
from records.codes import Presence, RegisterKind
from records.completeness import examine
from records.entries import Book
from records.pages import PageId

BOOK = Book("bench", "", RegisterKind.BIRTH, 2017, "")
LOST = 3
ORDERS = ("in order", "halves", "shuffled")
RATES = (0.0, 0.03, 0.1)


def misread(text: str, rng: random.Random) -> str:
    """Return a number with one digit changed (seven in ten), lost or added."""
    at, kind = rng.randrange(len(text)), rng.random()
    if kind < 0.7:
        return text[:at] + rng.choice("0123456789") + text[at + 1 :]
    return text[:at] + (text[at + 1 :] if kind < 0.85 else rng.choice("0123456789") + text[at:])


def page(n: int, read: str, right: str, rng: random.Random) -> BookPage:
    """Return a page whose number is read as *read*, with two other readings, often the *right* one among them."""
    name = PageId(f"p{n}")
    others = [misread(right, rng), right if rng.random() < 0.7 else misread(right, rng)]
    claim = NumberClaim(f"KS-{n}", RegisterKind.BIRTH, (name,), Presence.WRITTEN, read, read, tuple(others))
    return BookPage(f"{n}.png", name, "d", claims=(claim,))


def measure(order: str, rate: float, books: int, pages: int, rng: random.Random) -> Counter[str]:
    """Examine *books* books and count."""
    count: Counter[str] = Counter()
    for _ in range(books):
        lost = set(rng.sample(range(2, pages), LOST))
        numbers = [n for n in range(1, pages + 1) if n not in lost]
        if order == "halves":
            numbers = numbers[len(numbers) // 2 :] + numbers[: len(numbers) // 2]
        elif order == "shuffled":
            rng.shuffle(numbers)
        read = [misread(str(n), rng) if rng.random() < rate else str(n) for n in numbers]
        wrong = {f"{i}.png": str(n) for i, n in enumerate(numbers) if read[i] != str(n)}
        given = [page(i, read[i], str(n), rng) for i, n in enumerate(numbers)]
        report = examine(BOOK, given, Stated())
        gaps = [point.span for point in report.of(PointKind.GAP) if point.span]
        missing = {n for span in gaps for n in range(span.first.serial, span.last.serial + 1)}
        places = [place for point in report.of(PointKind.JUMP, PointKind.REPEAT) for place in point.places]
        told = {place.file for place in places}
        told |= {place.file for point in report.of(PointKind.UNREAD) for place in point.places}
        proposals = {place.file: place.proposal for place in places if place.proposal}
        count += Counter(
            lost=len(lost),
            seen=len(lost & missing),
            misread=len(wrong),
            told=len(wrong.keys() & told),
            proposed=len(proposals),
            right=sum(wrong.get(file) == text for file, text in proposals.items()),
            stretched=report.runs[0].last > pages,
        )
    return count


def main() -> None:
    """Print one line for each order and rate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--books", type=int, default=200)
    parser.add_argument("--pages", type=int, default=120)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = []
    for order in ORDERS:
        for rate in RATES:
            count = measure(order, rate, asked.books, asked.pages, random.Random(asked.seed))
            rows.append({"order": order, "rate": rate, "books": asked.books, **count})
    if asked.json:
        json.dump(rows, sys.stdout)
        return
    for row in rows:
        seen, told, right = (
            f"{row.get(part, 0)}/{row.get(whole, 0)}"
            for part, whole in (("seen", "lost"), ("told", "misread"), ("right", "proposed"))
        )
        print(
            f"{row['order']:9} misread {row['rate']:4.0%}: lost pages seen {seen}, misread numbers told {told},"
            f" proposals right {right}, books stretched {row.get('stretched', 0)}/{row['books']}"
        )


if __name__ == "__main__":
    main()

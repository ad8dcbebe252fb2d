"""How well notes in margins, struck-out text and cancelled entries are found, each rate with n.

    .venv/bin/python -m bench.margins [--cases N] [--books N] [--seed N] [--workers N] [--json]

Every figure is of **synthetic forms**; no Vietnamese register pages are to be had. Three sorts of books are made, in
hands that are held out: those in which 6 pages of 10 have a note in the margin (one case a page, two, and rows; as
difficulty *medium* and *hard*; three notes of ten are in red pen or stamped in red), one in which every page has a
correction, and two, of pages and of tables, in which every third entry is struck out as a whole. A note counts as
found where a found one shares a quarter of the smaller box, be it told as in the margin or as in the form's own room
for notes (either way it stays unread and blocks the entry until a person has read it); every other found one in a
margin is false and costs a person's look, but for corrections that a clerk wrote across the edge of their cell. A
struck field counts as found where its value carries the doubt, a cancelled entry where it has the note that says so.
"""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from forms import PageShape, edition
from pipeline import Limits
from pipeline.cancelling import STRUCK
from pipeline.crew import Crew
from pipeline.evaluate import read_truth
from pipeline.margins import MARGIN
from pipeline.page_work import Work, do_classify, do_prepare, do_read
from pipeline.payloads import Json
from pipeline.scoring import same
from records.errors import KhongChoError
from records.geometry import Box, Point
from samples import cases, make_book, people
from samples.difficulty import DIALS, Dials, Difficulty
from samples.fonts import HELD_OUT
from wiring.readers import ReaderMaker

NOTED = 0.6
"""Share of pages with a note."""
CANCELLED = 0.33
"""Share of entries struck out as a whole, in the books made for that."""
DIFFICULTIES: tuple[Difficulty, ...] = ("medium", "hard")
NOTED_FORMS = ("birth-2016", "marriage-1998", "death-1956", "marriage-1961")
CASES_A_PAGE = {PageShape.PAGE: 1, PageShape.HALF: 2, PageShape.ROWS: 8}
"""About how many cases a page of each shape holds."""
SHARED = 0.25
"""Least share of the smaller box that a found note and a true one have in common."""
SLIPS = 0.13
"""Share of cases with a slip that :mod:`samples.cases` draws; here every case has one."""
DOUBTS = frozenset({"STRUCK_OUT", "ALL_STRUCK_OUT"})


@contextmanager
def dialled(difficulty: Difficulty, dials: Dials) -> Iterator[None]:
    """Let books of this *difficulty* be made with other *dials* meanwhile."""
    with mock.patch.dict(DIALS, {difficulty: dials}):
        yield


@contextmanager
def corrected() -> Iterator[None]:
    """Let every case of the books made meanwhile have a slip."""
    drawn = people.chance

    def chance(rng: np.random.Generator, share: float) -> bool:
        return drawn(rng, share) or share == SLIPS

    with mock.patch.object(cases, "chance", chance):
        yield


def read_whole(work: Work) -> list[Json]:
    """Do all stages on one page; return its entries as read, none where it is no entry."""
    prepared, jpeg = do_prepare(work)
    said = do_classify(work, prepared, jpeg)
    return list(do_read(work, prepared, jpeg, said["parts"])["entries"]) if said["parts"] else []


def read_pages(folder: Path, workers: int) -> Iterator[tuple[Json, list[Json]]]:
    """Yield (truth, the entries read) of each entry page of the book in *folder* that is read into fields."""
    truths = [row for row in read_truth(folder) if row["role"] == "entry"]
    works = [Work(folder / row["file"], 1, Limits(), False, ReaderMaker("")) for row in truths]
    with Crew(workers, 180.0) as crew:
        for name, result in crew.each([(str(n), read_whole, (work,)) for n, work in enumerate(works)]):
            if result and not isinstance(result, KhongChoError):
                yield truths[int(name)], result


def read_entries(folder: Path, workers: int) -> Iterator[tuple[Json, Json]]:
    """Yield (truth, what was read) of each page of a book with one entry a page."""
    yield from ((truth, entries[0]) for truth, entries in read_pages(folder, workers))


def alike(one: Box, two: Box) -> bool:
    """Whether two boxes are of one note."""
    return one.overlap(two) > SHARED * min(one.area, two.area)


def _beside(note: Box, struck: Box) -> bool:
    """Whether a found note is what was written over a struck text, or a part of both."""
    return note.overlap(Box(struck.x, struck.y - 2 * struck.h, struck.w * 1.5, 3 * struck.h)) > 0.5 * note.area


def box_of(points: list[list[float]]) -> Box:
    """Return the box around [x, y] points."""
    return Box.around(Point(x, y) for x, y in points)


def count_notes(truth: Json, entries: list[Json], seen: Counter[str]) -> None:
    """Add what one page's notes show, whichever of its entries they were given to."""
    there = [box_of(note["polygon"]) for note in truth.get("margin", [])]
    red = [box_of(note["polygon"]) for note in truth.get("margin", []) if "red" in note]
    found = [box_of(note["outline"]) for read in entries for note in read["notes"] if note["place"] == MARGIN]
    told = [box_of(note["outline"]) for read in entries for note in read["notes"] if note["place"] != STRUCK]
    false = [box for box in found if not any(alike(box, true) for true in there)]
    struck = [
        Box(*one["struck"]["box"]) for true in truth["entries"] for one in true["fields"].values() if "struck" in one
    ]
    corrected = [box for box in false if any(_beside(box, one) for one in struck)]
    false = [box for box in false if box not in corrected]
    seen.update(
        pages=1,
        notes=len(there),
        found=sum(any(alike(box, true) for box in told) for true in there),
        red=len(red),
        red_found=sum(any(alike(box, true) for box in told) for true in red),
        false=len(false),
        corrections=len(corrected),
        pages_with_false=bool(false),
    )
    if len(entries) == len(truth["entries"]):  # one too few or too many shifts all behind it
        for true, read in zip(truth["entries"], entries, strict=True):
            room = true["fields"].get("ghiChu", {"text": ""})["text"]
            in_room = any(note["place"] not in {MARGIN, STRUCK} for note in read["notes"])
            seen.update(rooms=bool(room), rooms_found=bool(room) and in_room, rooms_false=not room and in_room)


def count_cancelled(truth: Json, entries: list[Json], seen: Counter[str]) -> None:
    """Add what the cancelled entries of one page show; an entry too few or too many shifts all behind it."""
    gone = {one["entry"] for one in truth.get("cancelled", [])}
    told = {k for k, entry in enumerate(entries) if any(note["place"] == STRUCK for note in entry["notes"])}
    seen.update(entries=len(truth["entries"]), cancelled=len(gone), found=len(gone & told), false=len(told - gone))


def count_strikes(truth: Json, read: Json, seen: Counter[str]) -> None:
    """Add what one page's corrections show."""
    fields = truth["entries"][0]["fields"]
    for row in read["fields"]:
        true = fields.get(row["column"])
        if true is None or not true["text"]:
            continue
        doubted = bool(DOUBTS & set(row["doubts"]))
        seen["fields"] += 1
        if "struck" not in true:
            seen["false"] += doubted
            continue
        seen.update(
            struck=1,
            found=doubted,
            exact=same(row["column"], true["text"], row["text"]),
            struck_text_exact=same(row["column"], true["struck"]["text"], row["struck"]),
        )


def make_noted(folder: Path, form: str, pages: int, seed: int, difficulty: Difficulty) -> None:
    """Make a book with that many pages of entries, most of them with a note."""
    cases = pages * CASES_A_PAGE[edition(form).shape]
    with dialled(difficulty, replace(DIALS[difficulty], margin=NOTED)):
        make_book(
            folder, edition_id=form, cases=cases, seed=seed, difficulty=difficulty, setting="mixed", hands=HELD_OUT,
            formats=("jpeg",),
        )  # fmt: skip


def main() -> None:
    """Make the books, read them, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=40, help="entries in each book; pages in those with notes")
    parser.add_argument("--books", type=int, default=1, help="books with notes of each form and difficulty")
    parser.add_argument("--seed", type=int, default=71)
    parser.add_argument("--forms", nargs="+", default=NOTED_FORMS, help="forms of the books with notes")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    figures: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for number, (difficulty, form) in enumerate((d, f) for d in DIFFICULTIES for f in told.forms):
            seen: Counter[str] = Counter()
            for book in range(told.books):
                folder = root / f"{form}-{difficulty}-{book}"
                make_noted(folder, form, told.cases, told.seed + 100 * number + 10 * book, difficulty)
                for truth, entries in read_pages(folder, told.workers):
                    count_notes(truth, entries, seen)
            figures[f"notes, {form} {difficulty}"] = dict(seen)
        figures["notes, all"] = dict(sum((Counter(f) for n, f in figures.items()), Counter()))
        with corrected():
            folder, seed = root / "struck", told.seed + 2
            make_book(folder, cases=told.cases, seed=seed, setting="mixed", hands=HELD_OUT, formats=("jpeg",))
        seen = Counter()
        for truth, read in read_entries(root / "struck", told.workers):
            count_strikes(truth, read, seen)
        figures["strikes"] = dict(seen)
        for number, form in enumerate(("birth-2016", "death-1961")):
            folder = root / form
            with dialled("medium", replace(DIALS["medium"], cancelled=CANCELLED)):
                make_book(
                    folder, edition_id=form, cases=told.cases, seed=told.seed + 3 + number, setting="mixed",
                    hands=HELD_OUT, formats=("jpeg",),
                )  # fmt: skip
            seen = Counter()
            for truth, entries in read_pages(folder, told.workers):
                count_cancelled(truth, entries, seen)
            figures[f"cancelled, {form}"] = dict(seen)
    if told.json:
        print(json.dumps(figures))
        return
    tellers = {"notes": notes_told, "strikes": strikes_told, "cancelled": cancelled_told}
    for name, f in figures.items():
        print(f"{name}: {tellers[name.split(',')[0]](f)}")


def notes_told(f: dict[str, int]) -> str:
    """Return the figures of notes in words."""
    return (
        f"{f['found']} of {f['notes']} notes in margins found, of those in red {f['red_found']} of "
        f"{f['red']}, {f['rooms_found']} of {f['rooms']} in Ghi chú; "
        f"{f['false']} false ones on {f['pages_with_false']} of {f['pages']} pages, "
        f"{f['corrections']} corrections told as notes, {f['rooms_false']} in an empty Ghi chú"
    )


def cancelled_told(f: dict[str, int]) -> str:
    """Return the figures of cancelled entries in words."""
    others = f["entries"] - f["cancelled"]
    return f"{f['found']} of {f['cancelled']} cancelled entries found, {f['false']} of {others} others taken for one"


def strikes_told(f: dict[str, int]) -> str:
    """Return the figures of strikes in words."""
    others = f["fields"] - f["struck"]
    return (
        f"{f['found']} of {f['struck']} struck fields found, {f['exact']} read exactly, the struck text of "
        f"{f['struck_text_exact']}; {1000 * f['false'] / others:.1f} false alarms in 1,000 other written fields "
        f"(n = {others})"
    )


if __name__ == "__main__":
    main()

"""What the verdict at the scanner finds, what it finds wrongly, and what it costs.

    .venv/bin/python -m bench.verdict [--cases N] [--seed S] [--strength X] [PICTURE_OR_FOLDER...]

Books of all three difficulties, every page by another printing house, in hands that nothing is trained with. Detection:
each fault is put on entry pages (:mod:`samples.faults`), and counts as found when one of its own codes is said.
False alarms: pages as the sample scanner gave them. The same sheet again and another case of the same form: pairs of
pages of books with one form in one hand. Real pictures that are named are told of one by one. One thread; CPU time is
counted, so that a busy machine does not matter.
"""

import argparse
import itertools
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from pipeline.decode import Limits, decode_page, sniff
from pipeline.fingerprint import SAME_SHEET, likeness
from pipeline.numbering import NumberRun
from pipeline.page_work import readers_of
from pipeline.verdict import judge
from records.ports import Image
from records.verdicts import Verdict
from samples import HELD_OUT, SETTINGS, make_book
from samples.difficulty import Difficulty
from samples.faults import FAULTS, scanned_again, spoil
from wiring.readers import ReaderMaker

JUMP, AGAIN = "SCAN_NUMBER_JUMP", "SCAN_NUMBER_AGAIN"
CODES: dict[str, set[str]] = {
    "out_of_focus": {"SCAN_BLURRED", "SCAN_MOVED"},
    "moved": {"SCAN_BLURRED", "SCAN_MOVED"},
    "cut_edge": {"SCAN_CUT", "SCAN_TIGHT"},
    "corner_folded": {"SCAN_CORNER"},
    "glare": {"SCAN_GLARE"},
    "finger": {"SCAN_COVERED"},
    "skewed": {"SCAN_SKEWED"},
    "show_through": {"SCAN_SHOW_THROUGH"},
    "too_dark": {"SCAN_DARK"},
    "too_light": {"SCAN_LIGHT"},
    "low_resolution": {"SCAN_COARSE"},
    "shadow": {"SCAN_SHADOW"},
    "upside_down": {"SCAN_UPSIDE_DOWN"},
    "no_page": {"SCAN_NO_PAGE"},
    "blank": {"SCAN_BLANK"},
}
"""By which codes a fault counts as found."""
DIFFICULTIES: tuple[Difficulty, ...] = ("easy", "medium", "hard")


def opened(file: Path) -> Image:
    """Return the first page of *file*."""
    data = file.read_bytes()
    return decode_page(data, sniff(data) or "", 1, Limits())[0]


def told(verdict: Verdict) -> str:
    """Return the verdict in one line."""
    faults = [f"{f.code}({f.measure:.2f}{'' if f.severity == 'rescan' else ', warn'})" for f in verdict.faults]
    return f"{'OK' if verdict.ok else 'RESCAN'} {' '.join(faults)}".rstrip()


def clean(books: Mapping[Difficulty, list[Path]]) -> list[float]:
    """Print the false alarms on clean pages by difficulty; return the CPU seconds of each page."""
    seconds = []
    for difficulty, files in books.items():
        verdicts = []
        for file in files:
            picture, began = opened(file), time.process_time()
            verdicts.append(judge(picture).verdict)
            seconds.append(time.process_time() - began)
        again = sum(not v.ok for v in verdicts)
        codes = Counter(f.code for v in verdicts for f in v.faults)
        print(f"clean {difficulty}: {again} of {len(files)} to scan again; said: {dict(codes)}", flush=True)
        for file, verdict in zip(files, verdicts, strict=True):
            if not verdict.ok:
                print(f"  {file.name}: {told(verdict)}")
    return seconds


def found(books: Mapping[Difficulty, list[Path]], strength: float, pages: int) -> None:
    """Print how many of the faults were found on *pages* entry pages of each difficulty."""
    for name in FAULTS:
        hits: Counter[str] = Counter()
        stopped = tried = 0
        for difficulty, files in books.items():
            for number, file in enumerate(files[2 : 2 + pages]):
                verdict = judge(spoil(opened(file), name, strength, number)).verdict
                tried += 1
                stopped += not verdict.ok
                hits[difficulty] += any(f.code in CODES[name] for f in verdict.faults)
        shares = ", ".join(f"{d} {hits[d]}/{tried // len(books)}" for d in books)
        print(f"{name}: found {hits.total()} of {tried} ({shares}); to scan again {stopped}", flush=True)


def twins(folder: Path, seed: int, cases: int) -> None:
    """Print how the same sheet again, cut or whole, and other cases of the same form compare."""
    same, other, parts, other_parts = [], [], [], []
    for number, setting in enumerate(SETTINGS):
        book = make_book(
            folder / setting, cases=cases, seed=seed + number, difficulty=DIFFICULTIES[number], formats=("jpeg",),
            setting=setting, hands=HELD_OUT[:1],
        )  # fmt: skip
        pictures = [opened(file) for file in book.images[2 : 2 + cases]]
        prints = [judge(picture).print for picture in pictures]
        other += [likeness(a, b) for a, b in itertools.permutations(prints, 2)]
        same += [
            likeness(judge(scanned_again(p, n)).print, mark)
            for n, (p, mark) in enumerate(zip(pictures, prints, strict=True))
        ]
        for n, picture in enumerate(pictures):
            cut = judge(spoil(scanned_again(picture, n), "cut_edge", 0.0, n)).print
            alike = [likeness(cut, mark) for mark in prints]
            parts.append(alike.pop(n))
            other_parts += alike
    print(
        f"same sheet again: {sum(s >= SAME_SHEET for s in same)} of {len(same)} known (least {min(same):.2f}); "
        f"other cases of the form: {sum(s >= SAME_SHEET for s in other)} of {len(other)} taken for it "
        f"(most {max(other):.2f}); threshold {SAME_SHEET}"
    )
    print(
        f"whole sheet of a cut picture: {sum(s >= SAME_SHEET for s in parts)} of {len(parts)} known; "
        f"other cases: {sum(s >= SAME_SHEET for s in other_parts)} of {len(other_parts)} taken for it "
        f"(most {max(other_parts):.2f})"
    )


def files_in(named: Sequence[Path]) -> Iterator[Path]:
    """Yield the pictures named, and those in the folders named."""
    for path in named:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if file.suffix.casefold() in {".jpg", ".jpeg", ".png", ".tif", ".tiff"}:
                yield file


def numbered(folder: Path, seed: int, cases: int) -> None:
    """Print what a page costs with its number read, as the scanner's pages come, and what is told of books in order."""
    every, alarms = [], []
    for form in ("birth-1956", "death-1961", "marriage-1998", "birth-2016"):
        book = make_book(
            folder / form, edition_id=form, cases=cases, seed=seed, difficulty="medium", formats=("jpeg",),
            setting="mixed", hands=HELD_OUT,
        )  # fmt: skip
        readers, seconds = partial(readers_of, ReaderMaker("")), []
        for picture in map(opened, book.images[:3]):  # which pay for opening the readers
            NumberRun(readers).follow(picture, judge(picture).verdict)
        run = NumberRun(readers)
        for file in book.images:
            picture, began = opened(file), time.process_time()
            verdict = run.follow(picture, judge(picture).verdict)
            seconds.append(time.process_time() - began)
            alarms += [f"{form} {file.name}" for fault in verdict.faults if fault.code in {JUMP, AGAIN}]
        every += seconds
        print(f"with its number read, {form}: {spread(seconds)}", flush=True)
    print(f"with its number read, all: {spread(every)}; numbers told not to follow: {len(alarms)} {', '.join(alarms)}")


def spread(seconds: Sequence[float]) -> str:
    """Return the cost of pages in words."""
    middle, nearly = 1e3 * statistics.median(seconds), 1e3 * np.percentile(seconds, 95)
    return f"CPU ms a page: median {middle:.0f}, 95 % {nearly:.0f}, most {1e3 * max(seconds):.0f} (n = {len(seconds)})"


def main() -> None:
    """Print detection, false alarms and cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("real", nargs="*", type=Path)
    parser.add_argument("--cases", type=int, default=30, help="cases of each of the three books")
    parser.add_argument("--spoilt", type=int, default=10, help="pages of each book that get each fault")
    parser.add_argument("--seed", type=int, default=901)
    parser.add_argument("--strength", type=float, default=0.5)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    for file in files_in(options.real):
        print(f"{file.name}: {told(judge(opened(file)).verdict)}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        books = {}
        for difficulty in DIFFICULTIES:
            book = make_book(
                Path(temporary) / difficulty, cases=options.cases, seed=options.seed, difficulty=difficulty,
                formats=("jpeg",), setting="mixed", hands=HELD_OUT,
            )  # fmt: skip
            books[difficulty] = list(book.images)
        seconds = clean(books)
        found(books, options.strength, options.spoilt)
        twins(Path(temporary), options.seed, 8)
        print(f"{spread(seconds)}, one thread, page decoded")
        numbered(Path(temporary), options.seed, options.cases)


if __name__ == "__main__":
    main()

"""How many seals of office tell whose book their page is of, and how many tell it wrongly.

    .venv/bin/python -m bench.seals [--cases N] [--books N] [--seed N] [--difficulty D] [--json]

Every figure is of **synthetic forms**, whose clerks sign across the seal in hands that are held out. Each whole seal on
a page with entries is read, and what stands on its rim compared with the wards of the book's district.
"""

import argparse
import json
import multiprocessing
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2

from forms import ward_of, ward_on_seal
from pipeline import Limits
from pipeline.decode import JPEG, decode_page
from pipeline.evaluate import read_truth
from pipeline.look import Look
from pipeline.prepare import prepare
from pipeline.readers import Readers
from samples import HELD_OUT, make_book
from samples.difficulty import DIALS, Difficulty
from wiring.readers import ReaderMaker

FORMS = ("birth-1998", "birth-2020", "change-2016", "death-2006", "marriage-2016", "recognition-2006")

Asked = tuple[str, int, int, Difficulty]
"""Form, seed, entries, difficulty of a book."""


def counted(asked: Asked) -> Counter[str]:
    """Return how many pages with entries, whole seals, rightly and wrongly told wards a book has."""
    form, seed, cases, difficulty = asked
    cv2.setNumThreads(1)
    readers: Readers = ReaderMaker("")()
    out: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        made = make_book(
            folder, edition_id=form, cases=cases, seed=seed, difficulty=difficulty, hands=HELD_OUT, formats=("jpeg",)
        )  # fmt: skip
        own = ward_of(made.authority)
        assert own is not None
        for row in read_truth(folder):
            if not row["entries"]:
                continue
            image, _ = decode_page(folder / row["file"], JPEG, 1, Limits())
            texts = Look(prepare(image), readers).rims()
            told = [ward_on_seal(text, made.authority) for text in texts]
            out["pages"] += 1
            out["seals"] += len(texts)
            out["right"] += sum(ward is not None and ward.name == own.name for ward in told)
            out["wrong"] += sum(ward is not None and ward.name != own.name for ward in told)
    return out


def main() -> None:
    """Make the books, read their seals, and print what they told."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=6, help="entries in each book")
    parser.add_argument("--books", type=int, default=4, help="books of each form")
    parser.add_argument("--seed", type=int, default=7700)
    parser.add_argument("--difficulty", choices=list(DIALS), default="medium")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    asked = [(form, told.seed + k, told.cases, told.difficulty) for k in range(told.books) for form in FORMS]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        whole = sum(pool.map(counted, asked), Counter[str]())
    if told.json:
        print(json.dumps(dict(whole)))
        return
    print("| Pages | Whole seals read | Ward told rightly | Wrongly |")
    print("|--:|--:|--:|--:|")
    print(f"| {whole['pages']} | {whole['seals']} | {whole['right']} | {whole['wrong']} |")


if __name__ == "__main__":
    main()

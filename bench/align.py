"""What it helps to know the layout of a form: fields found on pages of which a part is covered, with and without it.

    .venv/bin/python -m bench.align [--cases 12] [--seed 301] [--json]

For each of some editions, in one printing house's setting: the form is learnt from three easy pages, then the same book
is drawn hard, and half the width by half the height of each page is painted white, as a blot or a torn-off piece would
hide it. *plain* finds the labels by their words alone; *aligned* knows where they stand. A field counts as found where
the middle of its writing lies in its area. The peer is our own way without the layout: nobody else reads these forms.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import forms
from forms import Edition
from pipeline.areas import field_areas
from pipeline.decode import Limits, decode_page, media_type_of
from pipeline.evaluate_pages import wilson
from pipeline.learning import MARKS, learn
from pipeline.locate import clean_page, find_page_labels
from pipeline.look import Look
from pipeline.prepare import PreparedPage, prepare
from pipeline.readers import Readers
from records.geometry import Box
from records.progress import SilentProgress
from samples import make_book
from samples.style import Setting
from wiring.readers import ReaderMaker

FORMS: Sequence[tuple[str, Setting]] = (("birth-1998", "cells"), ("death-2006", "dotted"), ("marriage-2006", "columns"))
HIDDEN = 0.5
"""Share of width and height of the page that is hidden."""
LEARNT_FROM = 3


@dataclass(frozen=True, slots=True)
class Found:
    """Of one form: fields written on its pages, and how many were found without and with the layout."""

    form: str
    setting: str
    pages: int
    fields: int
    plain: int
    aligned: int


def mark_pages(folder: Path, form: Edition, readers: Readers, rows: Sequence[dict[str, Any]]) -> None:
    """Write the marks that a person would draw round the printed labels of the pages of *rows*, the truth of a book."""
    marked = []
    for row in rows:
        page = _opened(folder / row["file"])
        clean = clean_page(page)
        labels = find_page_labels(form, clean, readers.forms.read_page(clean.print).words, readers.printed).labels
        marks: dict[int, dict[str, Any]] = {}
        for k, label in enumerate(form.labels):
            if k not in labels or label.section == "code":
                continue
            box = page.preparation.to_master.polygon(labels[k].box.polygon()).box()
            mark: dict[str, Any] = {"box": [box.x - 2, box.y - 2, box.w + 4, box.h + 4], "section": label.section}
            mark |= {"floating": label.floating} | ({"text": label.says[0]} if label.says else {})
            mark |= {"choices": list(label.choices)} if label.choices else {}
            if label.column:
                value = row["entries"][0]["fields"].get(label.column, {"box": mark["box"]})["box"]
                mark |= {"column": label.column, "kind": label.kind, "value": value}
            marks[k] = mark
        marked.append((row["file"], marks))
    common = sorted(set.intersection(*(set(marks) for _, marks in marked)))
    lines = [json.dumps({"file": file, "marks": [marks[k] for k in common]}) for file, marks in marked]
    (folder / MARKS).write_text("\n".join(lines), encoding="utf-8")


def _opened(file: Path) -> PreparedPage:
    return prepare(decode_page(file, media_type_of(file), 1, Limits())[0])


def _entries(folder: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["role"] == "entry"]


def hidden(page: PreparedPage, rng: np.random.Generator) -> PreparedPage:
    """Return the page with a part of it painted white."""
    height, width = page.grey.shape
    x, y = (int(rng.uniform(0, side * (1 - HIDDEN))) for side in (width, height))
    grey, colour = page.grey.copy(), page.colour.copy()
    for picture in (grey, colour):
        picture[y : y + int(HIDDEN * height), x : x + int(HIDDEN * width)] = 255
    return replace(page, grey=grey, colour=colour)


def measured(form_id: str, setting: Setting, cases: int, seed: int, folder: Path, readers: Readers) -> Found:
    """Learn a form from the easy pages of a book, and look for its fields on the hard ones."""
    form = forms.edition(form_id)
    for dial in ("easy", "hard"):
        make_book(
            folder / dial,
            edition_id=form_id,
            cases=cases,
            seed=seed,
            difficulty=dial,
            formats=("jpeg",),
            setting=setting,
        )
    mark_pages(folder / "easy", form, readers, _entries(folder / "easy")[:LEARNT_FROM])
    known = learn(folder / "easy", replace(form, labels=()), readers, Limits(), SilentProgress()).edition
    plain = replace(known, labels=tuple(replace(label, at=None) for label in known.labels), crossings=())
    rng = np.random.default_rng(seed)
    counts = np.zeros(3, int)
    rows = _entries(folder / "hard")
    for row in rows:
        whole = _opened(folder / "hard" / row["file"])
        page = hidden(whole, rng)
        words = readers.forms.read_page(clean_page(page).print).words
        fields = {c: f["box"] for c, f in row["entries"][0]["fields"].items() if f["text"] and known.label(c)}
        boxes = {c: page.preparation.to_prepared.polygon(Box(*b).polygon()).box() for c, b in fields.items()}
        counts += [len(boxes), *(_found(Look(page, readers, words), e, boxes) for e in (plain, known))]
    return Found(form_id, setting, len(rows), *(int(n) for n in counts))


def _found(look: Look, form: Edition, boxes: dict[str, Box]) -> int:
    areas = {a.column: a.boxes for a in field_areas(look.labelled(form, look.whole), look.clean(look.whole), [])}
    middles = {c: (b.x + b.w / 2, b.y + b.h / 2) for c, b in boxes.items()}
    return sum(
        any(b.x <= x <= b.right and b.y <= y <= b.bottom for b in areas.get(c, ())) for c, (x, y) in middles.items()
    )


def main() -> None:
    """Print a row a form."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--cases", type=int, default=12)
    ask.add_argument("--seed", type=int, default=301)
    ask.add_argument("--json", action="store_true")
    asked = ask.parse_args()
    cv2.setNumThreads(1)
    readers = ReaderMaker("")()
    found = []
    for form, setting in FORMS:
        with tempfile.TemporaryDirectory() as folder:
            found.append(measured(form, setting, asked.cases, asked.seed, Path(folder), readers))
    if asked.json:
        print(json.dumps([asdict(one) for one in found]))
        return
    print("| Form | Setting | Pages | Fields | Found by words [95 %] | Aligned [95 %] |\n|---|---|--:|--:|--:|--:|")
    for one in found:
        shares = " | ".join(_share(k, one.fields) for k in (one.plain, one.aligned))
        print(f"| {one.form} | {one.setting} | {one.pages} | {one.fields} | {shares} |")


def _share(k: int, n: int) -> str:
    low, high = wilson(k, n)
    return f"{k / max(1, n):.1%} [{low:.1%}–{high:.1%}]"


if __name__ == "__main__":
    main()

"""Propose the marks of a form from which it will be learnt: the print that recurs on three pages or more.

What is printed stands on every page of a form at about one place; what is written does not. Wordings that known forms
print as well bring their column and kind along. A person looks at the proposal, puts it right, and has it learnt.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from rapidfuzz import fuzz

from forms import Label, editions, letters_of
from pipeline.decode import Limits, decode_page, media_type_of, sniff
from pipeline.intake import files_of
from pipeline.learning import LEAST_PAGES, MARKS
from pipeline.look import Look
from pipeline.payloads import Json
from pipeline.prepare import prepare
from pipeline.readers import Readers
from records.codes import RegisterKind
from records.errors import WrongUse
from records.geometry import Box
from records.ports import Image
from records.progress import Progress
from records.readings import Word

SAME_PLACE = 0.06
"""Share of the page within which print of one form stands: printing houses' sheets are cut and laid differently."""
SAME_PRINT, KNOWN_PRINT = 80, 88
"""Likeness, of 100, from which two readings are of one print, and one is of a known wording."""
APART = 1.1
"""Gap, in heights of a line, from which two words are of two prints."""
FOLDER = "marked"
"""Beside the pages, for the pictures with the marks drawn in."""


Told = tuple[str, Box]
"""A word and where it stands."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand together, with their boxes in pixels of the picture; where it begins as shares of the page."""

    words: tuple[Told, ...]
    x: float
    y: float

    @property
    def text(self) -> str:
        """All words."""
        return " ".join(text for text, _ in self.words)

    @property
    def box(self) -> Box:
        """Around all words."""
        return Box.holding(box for _, box in self.words)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What recurs on all pages, in the order of the first: its wording, its column where one is known."""

    text: str
    label: Label | None
    boxes: tuple[Box, ...]
    """One of each page, in pixels of its picture."""


def phrases(words: Sequence[Word], width: float, height: float) -> list[tuple[Told, ...]]:
    """Return the groups of words that stand side by side, without numbering and leaders, in reading order."""
    out: list[list[Told]] = []
    for word in sorted(words, key=lambda w: (w.line, w.polygon.box().x)):
        box, text = word.polygon.box(), word.text.strip(".…_·-–—|'`\" ")
        if len(letters_of(text)) < 2 or text[0].isdigit() or box.h > 0.06 * height or box.w > 0.6 * width:
            continue
        if out and not out[-1][-1][0].endswith(":"):
            before = out[-1][-1][1]
            level = abs(before.y + before.h / 2 - box.y - box.h / 2) < 0.6 * max(before.h, box.h)
            if level and -4 <= box.x - before.right < APART * max(before.h, box.h):
                out[-1].append((text, box))
                continue
        out.append([(text, box)])
    return sorted((tuple(group) for group in out), key=lambda group: (group[0][1].y, group[0][1].x))


def propose(folder: Path, kind: RegisterKind, readers: Readers, limits: Limits, progress: Progress) -> list[Proposal]:
    """Write ``marks.jsonl`` beside the pictures in *folder*, and the pictures with the marks drawn in; return them.

    Raises WrongUse MARKS_TOO_FEW (pictures), MARKS_ALREADY, MARKS_NONE_ALIKE.
    """
    if (folder / MARKS).exists():
        raise WrongUse("MARKS_ALREADY", file=folder / MARKS)
    files = [path for _, path in files_of(folder) if _is_picture(path)]
    if len(files) < LEAST_PAGES:
        raise WrongUse("MARKS_TOO_FEW", file=folder, found=len(files), least=LEAST_PAGES)
    progress.start("tìm chữ in", len(files))
    pages, images = [], []
    for path in files:
        image = decode_page(path, media_type_of(path), 1, limits)[0]
        pages.append(_phrases_on(image, readers))
        images.append(image)
        progress.advance()
    progress.finish()
    found = _named(recurring(pages), kind)
    if not found:
        raise WrongUse("MARKS_NONE_ALIKE", folder=folder)
    rows = [json.dumps(row, ensure_ascii=False) for row in _rows([path.name for path in files], found)]
    (folder / MARKS).write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / FOLDER).mkdir(exist_ok=True)
    for n, (path, image) in enumerate(zip(files, images, strict=True)):
        cv2.imwrite(str(folder / FOLDER / f"{path.stem}.jpg"), _drawn(image, [p.boxes[n] for p in found]))
    return found


def _is_picture(path: Path) -> bool:
    with path.open("rb") as file:
        return str(sniff(file.read(1024))).startswith("image/")


def _phrases_on(image: Image, readers: Readers) -> list[Phrase]:
    page = prepare(image)
    look = Look(page, readers)
    height, width = page.grey.shape
    out = []
    for group in phrases(readers.forms.read_page(look.print).words, width, height):
        own = tuple((text, page.preparation.to_master.polygon(box.polygon()).box()) for text, box in group)
        out.append(Phrase(own, group[0][1].x / width, group[0][1].y / height))
    return out


def recurring(pages: Sequence[Sequence[Phrase]]) -> list[tuple[Phrase, ...]]:
    """Return what stands on all *pages* at about one place, one phrase of each page, in the order of the first.

    A phrase may go on differently, where a value follows its label closely: then it is cut where it does.
    """
    out = []
    for first in pages[0]:
        group = [first]
        for page in pages[1:]:
            near = [p for p in page if abs(p.x - first.x) < SAME_PLACE and abs(p.y - first.y) < SAME_PLACE]
            twin = max(near, key=lambda p: (len(_common(first, p)), -abs(p.y - first.y)), default=None)
            if twin is None:
                break
            group.append(twin)
        else:
            count = min(_words_alike(first, twin) for twin in group)
            if len(letters_of("".join(text for text, _ in first.words[:count]))) >= 2:
                out.append(tuple(replace(one, words=one.words[:count]) for one in group))
    return out


def _words_alike(one: Phrase, other: Phrase) -> int:
    """Return how many words both begin with."""
    pairs = zip(one.words, other.words, strict=False)
    alike = [fuzz.ratio(letters_of(a), letters_of(b)) >= SAME_PRINT for (a, _), (b, _) in pairs]
    return [*alike, False].index(False)


def _common(one: Phrase, other: Phrase) -> str:
    return letters_of("".join(text for text, _ in one.words[: _words_alike(one, other)]))


def _named(groups: Sequence[tuple[Phrase, ...]], kind: RegisterKind) -> list[Proposal]:
    """Give each group its wording, and the column of the known label that says the same: each column once."""
    known = sorted(editions(), key=lambda e: (e.kind is not kind, e.id))
    labels = [label for edition in known if edition.kind is kind for label in edition.labels if label.says]
    used: set[str] = set()
    out = []
    for group in groups:
        readings = [one.text.rstrip(": ") for one in group]
        text = max(readings, key=lambda t: sum(fuzz.ratio(t, other) for other in readings))
        likeness = [max(fuzz.ratio(letters_of(text), letters_of(s)) for s in label.says) for label in labels]
        ranked = sorted(range(len(labels)), key=lambda n: -likeness[n])
        fitting = (labels[n] for n in ranked if likeness[n] >= KNOWN_PRINT)
        label = next((one for one in fitting if one.column is None or one.column not in used), None)
        if label is not None and label.column:
            used.add(label.column)
        out.append(Proposal(text, label, tuple(one.box for one in group)))
    return out


def _rows(names: Sequence[str], found: Sequence[Proposal]) -> Iterator[Json]:
    for n, name in enumerate(names):
        yield {"file": name, "marks": [_mark(p, p.boxes[n]) for p in found]}


def _mark(p: Proposal, box: Box) -> Json:
    mark: Json = {"box": [round(v) for v in (box.x, box.y, box.w, box.h)], "text": p.text}
    if p.label is None:
        return mark
    if p.label.column and p.label.kind:
        mark |= {"column": p.label.column, "kind": p.label.kind.value}
    mark |= {"required": True} if p.label.required else {}
    mark |= {"section": p.label.section} if p.label.section else {}
    mark |= {"floating": True} if p.label.floating else {}
    mark |= {"repeats": p.label.repeats} if p.label.repeats else {}
    return mark | ({"leaf": p.label.leaf.value} if p.label.leaf else {})


def _drawn(image: Image, boxes: Sequence[Box]) -> Image:
    """Return the picture with each mark's box and number, counted from 1."""
    out = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image.copy()
    size = max(1.0, image.shape[1] / 1600)
    for n, box in enumerate(boxes, start=1):
        corner, end = (round(box.x), round(box.y)), (round(box.right), round(box.bottom))
        cv2.rectangle(out, corner, end, (40, 110, 220), round(2 * size))
        at = (max(0, corner[0] - round(46 * size)), end[1])
        cv2.putText(out, str(n), at, cv2.FONT_HERSHEY_SIMPLEX, size, (40, 40, 210), round(2 * size), cv2.LINE_AA)
    return np.asarray(out, np.uint8)

"""Training a reader: lines come from the samples and from folders, the recipe from the reading room."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from forms import Unit, UnitLevel, listed, units
from ocr.alphabet import spelled
from ocr.ngram import LetterNgram
from ocr.normalise import coverage
from ocr.training.exams import Exam, Labelled, drawn_exam, folder_exams, picture_exam, pictures, scanned
from ocr.training.pool import Extra, InkLine, Pool, at_rows, taken
from records.codes import ValueKind
from records.errors import PartUnavailable, WrongUse
from records.progress import Progress
from records.text import single_spaced
from wiring.house import House
from wiring.readers import ReaderMaker

CHUNK = 250
"""Lines drawn by one job."""
TEXTS = 60_000
"""Drawn-up texts that the language of letters is learnt from."""
WRITTEN = 5
"""How often a text that people wrote counts beside one that was drawn up."""
KINDS = {
    "name": ValueKind.NAME,
    "date": ValueKind.DATE,
    "date_words": ValueKind.DATE_WORDS,
    "place": ValueKind.PLACE,
    "number": ValueKind.ENTRY_NUMBER,
    "personal": ValueKind.PERSONAL_ID,
}
"""Kinds of drawn-up texts, as kinds of fields."""
_FIGURES = ("number", "date", "personal")
FRESH, TYPED, FIGURES = 14 / 38, 9 / 38, 5 / 38
"""Lines of the last courses to each drawn line of the first ones."""
CLOSED = (ValueKind.SEX, ValueKind.ETHNIC_GROUP, ValueKind.NATIONALITY)
LEAST_CONFIRMED = 200
"""Confirmed lines below which an office's own hands cannot be learnt."""
MOST_CONFIRMED = 20_000
"""Confirmed lines that are learnt from at most: some 1 GB of memory."""
HELD_SEED = 1_000_003
"""Of the lines in held-out hands that every training is judged with."""


def synthetic(folder: Path, count: int, seed: int, progress: Progress) -> Pool:
    """Return *count* lines of register text in the hands and types of training, drawn once and kept in *folder*."""
    from samples import training_faces

    hands, printed = training_faces()
    return _kept(folder / f"synthetic-{count}-{seed}.npz", count, seed, hands, printed, 0.12, progress)


def fresh(folder: Path, count: int, seed: int, progress: Progress) -> Pool:
    """Return other such lines for the last course, a third of them in type."""
    from samples import training_faces

    hands, printed = training_faces()
    return _kept(folder / f"fresh-{count}-{seed}.npz", count, seed, hands, printed, 0.35, progress)


def held_out(folder: Path, count: int, progress: Progress) -> Pool:
    """Return *count* lines in the hands that nothing is ever trained with."""
    from samples import HELD_OUT

    return _kept(folder / f"held-out-{count}.npz", count, HELD_SEED, HELD_OUT, (), 0.0, progress)


def extra(folder: Path, drawn: int, seed: int, progress: Progress) -> Extra:
    """Return the lines of the last courses, as many as befits *drawn* lines before them."""
    return Extra(
        fresh=fresh(folder, round(FRESH * drawn), seed + 14, progress),
        typed=typed(folder, round(TYPED * drawn), seed + 28, progress),
        figures=figures(folder, round(FIGURES * drawn), seed + 29, progress),
    )


def typed(folder: Path, count: int, seed: int, progress: Progress) -> Pool:
    """Return lines in every type and typewriter's that readers are trained with."""
    from samples import MORE_PRINTED

    return _kept(folder / f"typed-{count}-{seed}.npz", count, seed, (), MORE_PRINTED, 1.0, progress)


def figures(folder: Path, count: int, seed: int, progress: Progress) -> Pool:
    """Return numbers and dates in digits, in all hands of training."""
    from samples import training_faces

    hands, _ = training_faces()
    return _kept(folder / f"figures-{count}-{seed}.npz", count, seed, hands, (), 0.0, progress, _FIGURES)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What people of a house confirmed: lines to learn from, and by kind of field those kept to judge with."""

    learn: Pool
    kept: Mapping[ValueKind, Sequence[Labelled]]


def confirmed(house: House, folder: Path, progress: Progress) -> Confirmed:
    """Return the lines that people confirmed; those of every tenth entry are kept. Noted in *folder* at the first call.

    So a run that goes on learns from the lines it began with. Raises WrongUse where there are too few.
    """
    from pipeline import confirmed_lines

    learnt, kept_too = folder / "confirmed.npz", folder / "confirmed-kept.npz"
    if not learnt.is_file():
        learn: list[InkLine] = []
        kept: list[InkLine] = []
        make = ReaderMaker(house.settings.reader, str(house.settings.own_forms))
        for line in confirmed_lines(house.register, house.archive, make, progress):
            if found := taken(coverage(line.picture), line.text):
                mine = int(hashlib.sha256(line.entry.encode()).hexdigest(), 16) % 10
                (learn if mine else kept).append(replace(found, kind=line.kind.value))
            if len(learn) >= MOST_CONFIRMED:
                break
        if len(learn) < LEAST_CONFIRMED:
            raise WrongUse("TRAINING_TOO_FEW", lines=len(learn), least=LEAST_CONFIRMED)
        folder.mkdir(parents=True, exist_ok=True)
        Pool(kept).save(kept_too)
        Pool(learn).save(learnt)
    by_kind: dict[ValueKind, list[Labelled]] = {}
    for own in Pool.load(kept_too):
        by_kind.setdefault(ValueKind(own.kind), []).append((np.asarray(255 - own.ink, np.uint8), own.text))
    return Confirmed(Pool.load(learnt), by_kind)


def exams(folders: Iterable[Path], drawn: Pool, own: Mapping[ValueKind, Sequence[Labelled]]) -> tuple[Exam, ...]:
    """Return what a network is judged by: the *drawn* lines, each folder's, and the office's *own*."""
    judged = (drawn_exam("held-out", drawn), *folder_exams(folders))
    lines = [line for kept in own.values() for line in kept]
    return (*judged, picture_exam("own", lines)) if lines else judged


def calibrating(
    addresses: Iterable[Path], own: Mapping[ValueKind, Sequence[Labelled]], each: int = 250
) -> tuple[list[Labelled], dict[ValueKind, list[Labelled]]]:
    """Return lines to calibrate with, all and by kind: *own*, folders of *addresses*, drawn ones in held-out hands.

    Of a kind of which enough lines are *own*, the others are left out.
    """
    given = {kind: list(lines) for kind, lines in own.items()}
    for folder in addresses:
        given.setdefault(ValueKind.PLACE, []).extend(pictures(folder))
    by_kind = {}
    for kind in (*KINDS.values(), *CLOSED):
        mine = given.get(kind, [])
        by_kind[kind] = mine if len(mine) >= each else mine + _held_out_of(kind, each)
    any_text = [line for lines in given.values() for line in lines]
    return any_text + [line for lines in by_kind.values() for line in lines[-(each // 4) :]], by_kind


def _held_out_of(kind: ValueKind, count: int) -> list[Labelled]:
    from samples import HELD_OUT, field_text, sample_line

    names = {kind: name for name, kind in KINDS.items()}
    out = []
    for number in range(count):
        rng = np.random.default_rng([HELD_SEED, 1, number])
        if kind in CLOSED:
            items = listed(kind)
            text = items[0] if rng.random() < 0.5 else items[int(rng.integers(len(items)))]
        else:
            text = field_text(names[kind], rng)
        line = sample_line(rng, HELD_OUT, (), 0.0, text)
        out.append((scanned(rng, InkLine(at_rows(line.coverage), line.text)), line.text))
    return out


def text_of(rng: np.random.Generator) -> str:
    """Return a text as registers hold it, in the reader's alphabet."""
    from samples import register_text

    return single_spaced(spelled(register_text(rng)[1]))


def letters(written: Iterable[str], count: int = TEXTS, seed: int = 11) -> LetterNgram:
    """Return the language of register texts, addresses of all units, and the texts that people wrote."""
    rng = np.random.default_rng(seed)
    drawn = [text_of(rng) for _ in range(count)]
    kinds = {(unit.name, unit.province): unit.kind for unit in units() if unit.level is UnitLevel.DISTRICT}
    addresses = [single_spaced(spelled(_address(rng, unit, kinds))) for unit in units() for _ in range(3)]
    return LetterNgram.learn([*drawn, *addresses, *list(written) * WRITTEN])


def _address(rng: np.random.Generator, unit: Unit, kinds: Mapping[tuple[str, str], str]) -> str:
    """Return a unit as it is written, it and those above it with or without their kind."""
    above = kinds.get((unit.district, unit.province), "")
    parts = ((unit.kind, unit.name), (above, unit.district), ("Tỉnh" if rng.random() < 0.3 else "", unit.province))
    return ", ".join(f"{kind if rng.random() < 0.5 else ''} {name}".strip() for kind, name in parts if name)


def needs_training_parts(device: str) -> None:
    """Raise PartUnavailable where the extra ``train`` is not installed, WrongUse where there is no such *device*."""
    from importlib.util import find_spec

    if lacking := [name for name in ("torch", "onnx") if find_spec(name) is None]:
        raise PartUnavailable("TRAINING_PARTS_MISSING", parts=", ".join(lacking))
    from ocr.training.devices import usable

    if not usable(device):
        raise WrongUse("DEVICE_UNKNOWN", device=device)


def _kept(
    path: Path, count: int, seed: int, hands: Sequence[str], printed: Sequence[str], share: float, progress: Progress,
    kinds: Sequence[str] = (),
) -> Pool:  # fmt: skip
    if path.is_file():
        return Pool.load(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    starts = range(0, count, CHUNK)
    progress.start("lines", count)
    lines: list[InkLine] = []
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("forkserver")) as crew:
        ends = [min(count, start + CHUNK) for start in starts]
        for made in crew.map(
            _drawn, starts, ends, repeat(seed), repeat(hands), repeat(printed), repeat(share), repeat(kinds)
        ):
            lines += made
            progress.advance(len(made))
    progress.finish()
    pool = Pool(lines)
    pool.save(path)
    return pool


def _drawn(
    start: int, end: int, seed: int, hands: Sequence[str], printed: Sequence[str], share: float, kinds: Sequence[str]
) -> list[InkLine]:
    from samples import field_text, sample_line

    out = []
    for number in range(start, end):
        rng = np.random.default_rng([seed, number])
        text = field_text(kinds[number % len(kinds)], rng) if kinds else ""
        line = sample_line(rng, hands, printed, share, text)
        text = single_spaced(spelled(line.text))
        if text and line.coverage.shape[0] >= 6:
            out.append(InkLine(at_rows(line.coverage), text))
    return out

"""How well single lines are read, by reader and by set, and how fast: the figures of the model cards.

    .venv/bin/python -m bench.lines [--data DIR] [--sets DIR] [--count N] [--rounds N] [--json FILE]

Needs ``make train`` for the hands and types that are only measured with. Sets:

- *unseen hands*: register lines (names, dates, places, numbers, occupations, notes, short fields) in four hands that
  nothing was ever trained or tuned with; *held-out hands*: in two more that no model was trained with, but that were
  looked at and calibrated with; *print*, *typewriter*: in a type and a typewriter's that no model was trained with. A
  little disturbed, as a scanner would. Texts are drawn up by the generator that also drew those of training and of the
  language: for decoding these sets are easy. *Invented syllables*, which no register holds, are sets of their own:
  what is read there is read by the picture, against the language.
- with ``--data``: *names from elsewhere*, put together from lists that nothing of ours has seen, with common family
  names and with rare ones: what the language of names puts right there, and what it puts wrong; real lines of a public
  challenge, binarised and in colour; *real ink*: register lines set from words cut out of the binarised ones, and those
  words in any order, which says nothing; entry numbers of a foreign hand, cut from ruled cells.

Every rate has n and a 95 % bootstrap interval over lines. Peers: AsterOCR and Tesseract. Speed is lines a second of
one core on the binarised lines (without ``--data``: on unseen hands), in turns, as a ratio to AsterOCR's.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from bench.aster import AsterLines
from cli.screen import TerminalProgress
from ocr import LineReport, evaluate_lines, open_line_recogniser
from ocr.engines import CLEAN, HANDWRITING, PRINT
from ocr.images import opened
from ocr.own import OwnLines
from ocr.training.align import best_alignment
from ocr.training.collage import Scissors, collages
from ocr.training.exams import pictures, scanned
from ocr.training.pool import InkLine, at_rows, labelled
from records.codes import ValueKind
from records.ports import Image, LineRecogniser
from records.progress import Progress
from records.readings import Expected
from records.text import comparable
from samples import register_text, sample_line
from samples.fonts import HELD_OUT, MEASURED, MEASURED_TYPES
from samples.register_text import KINDS as TEXT_KINDS
from wiring.training import KINDS, text_of

SEED = 2_000_003
"""Of the lines measured on. Tuning uses others."""


INVENTED = frozenset({"syllables"})
REGISTER_KINDS = frozenset(TEXT_KINDS) - INVENTED
OF_KIND_SEED = SEED + 7
UNSEEN = tuple(hand for hand in MEASURED if hand not in HELD_OUT)


@dataclass(frozen=True, slots=True)
class Set:
    """Lines in a folder, and what they are expected to hold."""

    name: str
    folder: Path
    kind: ValueKind = ValueKind.TEXT


def write_set(folder: Path, lines: Sequence[tuple[Image, str]]) -> Path:
    """Write *lines* as pictures with ``labels.tsv``; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (picture, text) in enumerate(lines):
        cv2.imwrite(str(folder / f"{number:04d}.png"), picture)
        rows.append(f"{number:04d}.png\t{text}")
    (folder / "labels.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def as_scanned(lines: Sequence[InkLine], seed: int) -> list[tuple[Image, str]]:
    """Return *lines* as a scanner delivers them."""
    return [(scanned(np.random.default_rng([seed, number]), line), line.text) for number, line in enumerate(lines)]


def drawn(
    count: int, hands: Sequence[str], types: Sequence[str], seed: int = SEED, kinds: Collection[str] = REGISTER_KINDS
) -> list[InkLine]:
    """Return lines of *kinds* of text in *hands* and *types*, by the shares that kinds have among register lines."""
    out: list[InkLine] = []
    number = 0
    while len(out) < count:
        own = [seed, number]
        number += 1
        if register_text(np.random.default_rng(own))[0] in kinds:  # the text is drawn first, the hand after it
            line = sample_line(np.random.default_rng(own), hands, types, 0.0 if hands else 1.0)
            out.append(InkLine(at_rows(line.coverage), line.text))
    return out


def names(lists: Path, count: int, *, rare: bool) -> list[InkLine]:
    """Return lines of names put together from counted family names and lists of middle and given names.

    Nothing of ours knows these lists. *Rare*: every family name alike, else by its count.
    """
    table = [row.split("\t") for row in (lists / "names_ho_freq.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    given = [
        line.strip()
        for file in ("names_dem_ten_nam.txt", "names_dem_ten_nu.txt")
        for line in (lists / file).read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    shares = np.array([1.0 if rare else float(row[1]) for row in table])
    out = []
    for number in range(count):
        rng = np.random.default_rng([SEED, 9, rare, number])
        family = table[int(rng.choice(len(table), p=shares / shares.sum()))][0]
        line = sample_line(rng, UNSEEN, (), 0.0, f"{family} {given[int(rng.integers(len(given)))]}")
        out.append(InkLine(at_rows(line.coverage), line.text))
    return out


def real_ink(folder: Path, model: OwnLines, count: int, shuffled: float) -> list[InkLine]:
    """Return lines set from words cut out of those of *folder*, found there by *model*: register lines, or *shuffled*.

    *shuffled* is the share of lines that are the words of one writer's line in any order.
    """
    pool = labelled(folder)
    where = [best_alignment(model.seen(line.coverage()), model.symbols(line.text)) for line in pool]
    return list(collages(Scissors(list(pool), where), text_of, count, SEED, shuffled))


def numbers_of_cells(data: Path, folder: Path) -> Path:
    """Write the entry numbers of ``danish-parish-cells/dev``, their cells' borders painted over; return *folder*.

    Its other cells hold dates of several lines with Danish names of months: those are no lines.
    """
    source = data / "danish-parish-cells" / "dev"
    lines = []
    for row in (source / "labels.tsv").read_text(encoding="utf-8").splitlines():
        file, text, kind, *_ = row.split("\t")
        cell = opened(source / file)
        if kind == "row_id" and text and cell is not None:
            lines.append((without_borders(cell), text))
    return write_set(folder, lines)


def without_borders(cell: Image) -> Image:
    """Return the largest mark of a ruled cell with what stands beside it: borders, gutter and other lines left out."""
    dark = np.asarray(cell < np.percentile(cell, 60) - 45, np.uint8)
    for axis, tall in ((0, cell.shape[0]), (1, cell.shape[1])):
        ruled = np.convolve(dark.sum(axis=axis) > 0.35 * tall, np.ones(7), "same") > 0
        dark[(slice(None), ruled) if axis == 0 else (ruled, slice(None))] = 0
    count, _, boxes, centres = cv2.connectedComponentsWithStats(dark)
    w = dark.shape[1]
    marks = [
        i
        for i in range(1, count)
        if boxes[i][4] >= 12 and boxes[i][0] > 1 and boxes[i][1] > 1 and boxes[i][0] + boxes[i][2] < w - 1
    ]
    if not marks:
        return cell
    largest = max(marks, key=lambda i: boxes[i][4])
    near = [i for i in marks if abs(centres[i][1] - centres[largest][1]) < 0.7 * max(10, boxes[largest][3])]
    x0, y0 = (min(int(boxes[i][k]) for i in near) for k in (0, 1))
    x1, y1 = (max(int(boxes[i][k] + boxes[i][k + 2]) for i in near) for k in (0, 1))
    return np.ascontiguousarray(cell[max(0, y0 - 4) : y1 + 4, max(0, x0 - 4) : min(w, x1 + 4)])


def sets(folder: Path, count: int, data: Path | None, model: OwnLines) -> list[Set]:
    """Write the sets that are drawn below *folder*; return all there are."""
    made = [
        Set("unseen hands", write_set(folder / "unseen", as_scanned(drawn(count, UNSEEN, ()), 1))),
        Set("held-out hands", write_set(folder / "held-out", as_scanned(drawn(count, HELD_OUT, ()), 1))),
        Set("print", write_set(folder / "print", as_scanned(drawn(count // 2, (), MEASURED_TYPES[:1]), 2))),
        Set("typewriter", write_set(folder / "typewriter", as_scanned(drawn(count // 2, (), MEASURED_TYPES[1:]), 3))),
    ]
    for name, hands, types in (("unseen hands", UNSEEN, ()), ("print and typewriter", (), MEASURED_TYPES)):
        lines = as_scanned(drawn(count // 4, hands, types, kinds=INVENTED), 8)
        made.append(Set(f"invented syllables, {name}", write_set(folder / f"invented-{len(made)}", lines)))
    for name, kind in KINDS.items():
        made.append(
            Set(
                f"unseen hands, {name}",
                write_set(folder / name, as_scanned(drawn(count // 4, UNSEEN, (), OF_KIND_SEED, {name}), 4)),
                kind,
            )
        )
    if data is not None:
        for rare in (False, True):
            lines = as_scanned(names(data / "lists", count // 2, rare=rare), 6)
            what = "names from elsewhere, " + ("rare" if rare else "common")
            made.append(Set(what, write_set(folder / what.replace(" ", "-"), lines), ValueKind.NAME))
        real = data / "cinnamon-address-bin" / "dev"
        made += [
            Set("cinnamon-address-bin/dev", real, ValueKind.PLACE),
            Set("cinnamon-address-color/dev", data / "cinnamon-address-color" / "dev", ValueKind.PLACE),
            Set("real ink (collage)", write_set(folder / "ink", as_scanned(real_ink(real, model, count, 0.0), 5))),
            Set(
                "real ink, words in any order",
                write_set(folder / "shuffled", as_scanned(real_ink(real, model, count // 2, 1.0), 5)),
            ),
            Set("entry numbers of a foreign hand", numbers_of_cells(data, folder / "cells"), ValueKind.ENTRY_NUMBER),
        ]
    return made


def row(of: Set, report: LineReport) -> list[str]:
    """Return one line of the table."""
    greedy, usual = report.greedy, report.usual
    return [
        of.name,
        report.engine,
        str(greedy.scores.n),
        _rate(greedy.scores.cer_casefold, greedy.scores.ci95),
        _rate(usual.scores.cer_casefold, usual.scores.ci95) if report.beam else "–",
        f"{100 * usual.scores.cer_folded:.2f} %",
        f"{100 * usual.scores.wer:.1f} %",
        f"{100 * usual.scores.exact:.1f} %",
        f"{100 * usual.ece:.1f} %",
        "–" if report.beam is None else "{} / {}".format(*changed(report)),
        f"{greedy.ms_per_line:.1f} / {usual.ms_per_line:.1f}" if report.beam else f"{greedy.ms_per_line:.1f}",
    ]


def changed(report: LineReport) -> tuple[int, int]:
    """Return how many lines the language put right that were read wrong without it, and how many it put wrong."""
    right = wrong = 0
    for before, after in zip(report.greedy.pairs, report.usual.pairs, strict=True):
        was, now = (comparable(p.reading) == comparable(p.reference) for p in (before, after))
        right += now and not was
        wrong += was and not now
    return right, wrong


def _rate(rate: float, ci95: tuple[float, float]) -> str:
    return f"**{100 * rate:.2f} %** [{100 * ci95[0]:.1f}–{100 * ci95[1]:.1f}]"


HEAD = (
    "Set", "Reader", "n", "CER greedy [95 %]", "CER with language [95 %]", "CER without marks", "WER", "Exact lines",
    "ECE", "Lines put right / wrong by language", "ms a line: greedy / with language",
)  # fmt: skip


def speeds(folder: Path, readers: dict[str, Callable[[Image], object]], rounds: int) -> dict[str, list[float]]:
    """Return lines a second of processor time of each reader, one figure a round, readers in turns."""
    lines = [picture for picture, _ in pictures(folder)[:60]]
    out: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            began = time.process_time()
            for picture in lines:
                read(picture)
            out[name].append(len(lines) / (time.process_time() - began))
    return out


def main() -> None:
    """Write the sets, read them with every reader, print the tables."""
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("--data", type=Path, help="folder of the real sets")
    ask.add_argument("--sets", type=Path, default=Path("var/lines"), help="where drawn sets are written")
    ask.add_argument("--count", type=int, default=400, help="lines to a drawn set; 0: speed alone")
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--own", action="store_true", help="our readers alone")
    ask.add_argument("--json", type=Path, help="write all figures here as well")
    asked = ask.parse_args()
    progress: Progress = TerminalProgress()
    cv2.setNumThreads(1)
    own = {name: open_line_recogniser(name) for name in (HANDWRITING, CLEAN)}
    peers: dict[str, LineRecogniser] = {"asterocr": AsterLines(), PRINT: open_line_recogniser(PRINT)}
    first = own[HANDWRITING]
    assert isinstance(first, OwnLines)
    every = sets(asked.sets, asked.count, asked.data, first) if asked.count else []
    told = []
    print("| " + " | ".join(HEAD) + " |\n|---|---|" + "--:|" * (len(HEAD) - 2))
    for of in every:
        for reader in (*own.values(), *(() if asked.own else peers.values())):
            report = evaluate_lines(of.folder, reader, progress, Expected(of.kind))
            told.append({"set": of.name, **report.as_json()})
            print("| " + " | ".join(row(of, report)) + " |", flush=True)
    for name, reader in own.items():
        assert isinstance(reader, OwnLines)
        times = [_milliseconds(reader) for _ in range(20)]
        spread = f"{statistics.median(times):.1f} [{min(times):.1f}–{max(times):.1f}]"
        print(f"\n{name}: a line of 1,000 × 64 pixels takes {spread} ms of one core (n = 20)")
    if asked.rounds:
        folder = asked.data / "cinnamon-address-bin" / "dev" if asked.data else asked.sets / "unseen"
        if not folder.is_dir():
            write_set(folder, as_scanned(drawn(60, UNSEEN, ()), 1))
        ways: dict[str, Callable[[Image], object]] = {"asterocr": peers["asterocr"].read_line}
        for name, reader in own.items():
            assert isinstance(reader, OwnLines)
            ways |= {f"{name}, greedy": reader.read_greedy, f"{name}, with language": _as_places(reader)}
        found = speeds(folder, ways, asked.rounds)
        print(f"\nLines a second of one core, {folder.parent.name}, 60 lines × {asked.rounds} rounds:")
        for name, rates in found.items():
            ratios = [a / b for a, b in zip(rates, found["asterocr"], strict=True)]
            spread = f"{statistics.median(ratios):.2f} [{min(ratios):.2f}–{max(ratios):.2f}]"
            print(f"| {name} | {statistics.median(rates):.1f} | {spread} times AsterOCR |")
            told.append({"speed": name, "lines_per_second": rates, "ratio": ratios})
    if asked.json:
        asked.json.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")


def _milliseconds(reader: OwnLines) -> float:
    """Return the processor time of reading one line of 1,000 × 64 pixels by its picture, in milliseconds."""
    line = np.full((64, 1000), 250, np.uint8)
    for x in range(12, 988, 20):
        cv2.line(line, (x, 12), (x + 8, 52), 30, 3)
    began = time.process_time()
    reader.read_greedy(line)
    return 1000 * (time.process_time() - began)


def _as_places(reader: OwnLines) -> Callable[[Image], object]:
    return lambda picture: reader.read_line(picture, Expected(ValueKind.PLACE))


if __name__ == "__main__":
    main()

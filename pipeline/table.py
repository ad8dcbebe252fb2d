"""Tables of rows: the cells that head the columns, the rows below them, and the room of each value.

A table across an opened book has its columns on two leaves; its rows go on at the same height behind the fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from forms import Edition, Label, Leaf, letters_of
from pipeline.areas import FieldArea
from pipeline.locate import CleanPage
from records.geometry import Box
from records.readings import Word

LIKE = 0.62
"""Least likeness of a head to a label's wording."""
LOW_ROW = 0.5
"""A row lower than this share of the usual row holds no case: it numbers the columns."""
BESIDE = 2
"""Cells on each side that tell how high one is; a row of fewer than as many others tells nothing."""
UNEVEN = 14.0
"""Pixels by which a cell may end before those beside it: rules lean, and rows of two leaves are not quite level."""
INSET = 2.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the cell of each column that is on the page (prepared pixels)."""

    cells: dict[str, Box]

    @property
    def box(self) -> Box:
        """Box around all cells."""
        return Box.holding(self.cells.values())

    def areas(self) -> list[FieldArea]:
        """Return the room for writing in each cell."""
        return [
            FieldArea(
                column, (Box(c.x + INSET, c.y + INSET, max(1.0, c.w - 2 * INSET), max(1.0, c.h - 2 * INSET)),), None
            )
            for column, c in self.cells.items()
        ]


@dataclass(frozen=True, slots=True)
class Table:
    """A table found: its heads by column and its rows, top to bottom."""

    edition: Edition
    heads: dict[str, Box]
    rows: tuple[Row, ...]
    coverage: float
    """Share of the printed letters of the heads that were read, of the leaves that are on the page."""
    leaves: frozenset[Leaf]
    likeness: dict[str, float]
    """How well each head was read that was, by column; 0 for those of these leaves that were not."""


def _middle(box: Box) -> tuple[float, float]:
    return box.x + box.w / 2, box.y + box.h / 2


def _texts(cells: Sequence[Box], words: Sequence[Word]) -> list[str]:
    """Return the letters printed in each cell, line by line."""
    inside: list[list[Box]] = [[] for _ in cells]
    said: list[list[str]] = [[] for _ in cells]
    for word in words:
        box = word.polygon.box()
        x, y = _middle(box)
        for k, cell in enumerate(cells):
            if cell.x <= x <= cell.right and cell.y <= y <= cell.bottom:
                inside[k].append(box)
                said[k].append(letters_of(word.text))
    out = []
    for boxes, texts in zip(inside, said, strict=True):
        out.append("".join(texts[i] for i in _in_lines(boxes)))
    return out


def _in_lines(boxes: Sequence[Box]) -> list[int]:
    """Return the order in which words are read, line by line: a line ends where the next word's middle lies lower."""
    height = float(np.median([b.h for b in boxes])) if boxes else 1.0
    lines: list[list[int]] = []
    for i in sorted(range(len(boxes)), key=lambda i: _middle(boxes[i])[1]):
        if lines and _middle(boxes[i])[1] - _middle(boxes[lines[-1][0]])[1] < 0.6 * height:
            lines[-1].append(i)
        else:
            lines.append([i])
    return [i for line in lines for i in sorted(line, key=lambda i: boxes[i].x)]


def _likeness(text: str, label: Label) -> float:
    """Return how well a cell's letters are one of the label's wordings."""
    best = 0.0
    for said in label.says:
        wording = letters_of(said)
        longest = max(len(text), len(wording))
        best = max(best, 1.0 - Levenshtein.distance(text, wording) / longest if longest else 0.0)
    return best


def _bands(cells: Sequence[Box]) -> list[list[int]]:
    """Return the cells in rows, top to bottom: cells whose middles lie within each other."""
    rows: list[list[int]] = []
    for i in sorted(range(len(cells)), key=lambda k: _middle(cells[k])[1]):
        y = _middle(cells[i])[1]
        for row in rows[-3:]:
            other = cells[row[0]]
            near = abs(_middle(other)[1] - y) < 0.5 * min(other.h, cells[i].h)
            if near and 0.6 < cells[i].h / max(1.0, other.h) < 1.67:
                row.append(i)
                break
        else:
            rows.append([i])
    return [sorted(row, key=lambda k: cells[k].x) for row in rows]


def _aligned(labels: Sequence[Label], scores: Sequence[Sequence[float]]) -> tuple[float, dict[int, int]]:
    """Return (weight, cell by label) of the best assignment that keeps both orders; *scores* [cell][label]."""
    n, m = len(scores), len(labels)
    best = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            s = scores[i - 1][j - 1]
            gain = best[i - 1, j - 1] + (s - 0.5 if s >= LIKE else -1.0)
            best[i, j] = max(best[i - 1, j], best[i, j - 1], gain)
    out: dict[int, int] = {}
    i, j = n, m
    while i and j:
        s = scores[i - 1][j - 1]
        if s >= LIKE and np.isclose(best[i, j], best[i - 1, j - 1] + s - 0.5):
            out[j - 1] = i - 1
            i, j = i - 1, j - 1
        elif best[i, j] == best[i - 1, j]:
            i -= 1
        else:
            j -= 1
    return float(best[n, m]), out


def find_table(edition: Edition, page: CleanPage, words: Sequence[Word]) -> Table | None:
    """Return the table of *edition* on the page, or None where no row of cells is headed by its labels."""
    labels = [label for label in edition.labels if label.leaf and label.column]
    cells = list(page.cells)
    if len(cells) < len(labels):
        return None
    texts = _texts(cells, words)
    best: tuple[float, dict[int, int], list[int]] | None = None
    for band in _bands(cells):
        if len(band) < len(labels) // 3:
            continue
        weight, found = _aligned(labels, [[_likeness(texts[i], label) for label in labels] for i in band])
        if best is None or weight > best[0]:
            best = (weight, found, band)
    if best is None or not best[1]:
        return None
    _, found, band = best
    read = {j: _likeness(texts[band[i]], labels[j]) for j, i in found.items()}
    leaves = frozenset(leaf for leaf in Leaf if sum(labels[j].leaf is leaf for j in found) >= 2)
    found = {j: i for j, i in found.items() if labels[j].leaf in leaves}
    if not found:
        return None
    heads = {j: cells[band[i]] for j, i in _with_unread(labels, found, len(band), leaves).items()}
    here = [j for j, label in enumerate(labels) if label.leaf in leaves]
    sizes = {j: len(letters_of(labels[j].says[0])) for j in here}
    coverage = sum(sizes[j] * read.get(j, 0.0) for j in here) / max(1, sum(sizes.values()))
    columns = {str(labels[j].column): box for j, box in heads.items()}
    likeness = {str(labels[j].column): read.get(j, 0.0) for j in here}
    return Table(edition, columns, _rows(columns, cells), coverage, leaves, likeness)


def _with_unread(labels: Sequence[Label], found: dict[int, int], cells: int, leaves: frozenset[Leaf]) -> dict[int, int]:
    """Return *found* with the cells of heads that could not be read: those that must lie between their neighbours."""
    out = dict(found)
    here = [j for j, label in enumerate(labels) if label.leaf in leaves]
    if len(here) == cells:  # as many cells as columns: each is its own
        return {j: i for i, j in enumerate(here)} if all(here.index(j) == i for j, i in found.items()) else out
    for before, after in zip(sorted(found), sorted(found)[1:], strict=False):
        if after - before == found[after] - found[before]:
            out |= {before + k: found[before] + k for k in range(1, after - before)}
    return out


def _rows(heads: dict[str, Box], cells: Sequence[Box]) -> tuple[Row, ...]:
    """Return the rows below the heads; cells of both leaves that stand at one height are one row."""
    foot = max(box.y + 0.6 * box.h for box in heads.values())
    placed: list[tuple[float, str, Box]] = []
    for column, head in heads.items():
        for cell in cells:
            x, y = _middle(cell)
            if y > foot and head.x < x < head.right and 0.6 < cell.w / max(1.0, head.w) < 1.6 and cell is not head:
                placed.append((y, column, cell))
    if not placed:
        return ()
    usual = float(np.median([cell.h for _, _, cell in placed]))
    placed = sorted((p for p in placed if p[2].h > LOW_ROW * usual), key=lambda p: p[0])
    rows: list[list[tuple[str, Box]]] = []
    level = -np.inf
    for y, column, cell in placed:
        if y - level > 0.5 * usual:
            rows.append([])
            level = y
        rows[-1].append((column, cell))
        level += (y - level) / len(rows[-1])
    return tuple(Row(_level(row)) for row in rows if len(row) >= 0.4 * len(heads))


def _level(row: Sequence[tuple[str, Box]]) -> dict[str, Box]:
    """Return the cells of a row as high as those beside them: what ends one cell alone is a pen's stroke, no rule.

    Beside a cell the others of its row tell where the rules above and below it run.
    """
    cells = dict(sorted(row, key=lambda own: own[1].h))  # of two pieces of one cell the higher
    order = sorted(cells, key=lambda column: cells[column].x)
    out = {}
    for k, column in enumerate(order):
        own = cells[column]
        beside = [cells[other] for other in (*order[max(0, k - BESIDE) : k], *order[k + 1 : k + 1 + BESIDE])]
        top, bottom = own.y, own.bottom
        if len(beside) >= BESIDE:
            upper, lower = max(c.y for c in beside), min(c.bottom for c in beside)  # as all of them say
            top = upper if top - upper > UNEVEN else top
            bottom = lower if lower - bottom > UNEVEN else bottom
        out[column] = Box(own.x, top, own.w, bottom - top)
    return {column: out[column] for column in cells}

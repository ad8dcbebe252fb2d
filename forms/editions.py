"""Form editions of register pages, as data: labels, their order, kinds of value, validity, legal basis.

An edition says nothing about pixels. Printing houses set the same form differently; the place of each
value is found on the page from the printed labels and rules.
"""

import datetime as dt
import hashlib
import json
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from records.codes import RegisterKind, ValueKind
from records.errors import WrongUse

MOST_AWAY = 100_000.0
"""Thousandths of a page's width beyond which nothing stands on it."""


class LayoutKnowledge(StrEnum):
    """How sure we are of the edition's printed labels and their order."""

    EXACT = "exact"
    RECONSTRUCTED = "reconstructed"
    GUESSED = "guessed"


class PageShape(StrEnum):
    """How the cases of a book lie on its pages."""

    PAGE = "page"
    """One case a page."""
    HALF = "half"
    """Two cases a page, one below the other, each with all its labels."""
    ROWS = "rows"
    """Rows of a table that runs across an opened book; labels head its columns."""


class Leaf(StrEnum):
    """On which side of an opened book a column of a table stands."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Label:
    """A printed label. One without a column is an anchor: it only ends the value before it."""

    column: str | None
    says: tuple[str, ...]
    """Wordings in use, without numbering, colon and dots; empty for check boxes."""
    kind: ValueKind | None
    required: bool = False
    """A page without this label is not of this edition."""
    choices: tuple[str, ...] = ()
    """Printed words beside the boxes, for CHECK."""
    section: str = ""
    floating: bool = False
    """Stands anywhere on the page (a page number), outside the order of the others."""
    repeats: str = ""
    """Column whose date this field says again in words."""
    leaf: Leaf | None = None
    """Its side of the opened book, in editions of shape ROWS."""
    at: tuple[float, float, float, float] | None = None
    """Where it stands (x, y, width, height) on the form of one printing house, in thousandths of that page's width;
    None where houses differ, or where it was not learnt."""


LAST_DAY = dt.date(2025, 6, 30)
"""Of an edition whose end is open: the books that are read are older."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of one register's page."""

    id: str
    kind: RegisterKind
    name: str
    valid_from: dt.date
    valid_to: dt.date | None
    basis: str
    layout: LayoutKnowledge
    drawn_from: str
    """What its labels and their order were taken from."""
    shape: PageShape
    heading: tuple[str, ...]
    labels: tuple[Label, ...]
    cover: tuple[Label, ...] = ()
    """What stands once on the cover of the book and holds for every entry in it."""
    crossings: tuple[tuple[float, float], ...] = ()
    """Where its rules cross, as :attr:`Label.at` is told; empty where that is not known."""

    def label(self, column: str) -> Label | None:
        """Return the label of *column* on the page or the cover, or None."""
        return next((label for label in (*self.labels, *self.cover) if label.column == column), None)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in the order of the page."""
        return tuple(label.column for label in self.labels if label.column)

    @property
    def years(self) -> tuple[int, int]:
        """First and last year in which its pages may have been written."""
        return self.valid_from.year, (self.valid_to or LAST_DAY).year

    def value_kind(self, column: str) -> ValueKind:
        """Return what *column* holds; TEXT where the form does not know it."""
        found = self.label(column)
        return found.kind if found and found.kind else ValueKind.TEXT


def _label(row: dict[str, Any]) -> Label:
    known = {"column", "says", "kind", "required", "choices", "section", "repeats", "floating", "leaf", "at"}
    if unknown := set(row) - known:
        raise ValueError(f"unknown keys in a label: {sorted(unknown)}")
    return Label(
        column=row.get("column"),
        says=tuple(row["says"]),
        kind=ValueKind(row["kind"]) if "kind" in row else None,
        required=row.get("required", False),
        choices=tuple(row.get("choices", ())),
        section=row.get("section", ""),
        repeats=row.get("repeats", ""),
        floating=row.get("floating", False),
        leaf=Leaf(row["leaf"]) if "leaf" in row else None,
        at=_numbers(row["at"], 4) if "at" in row else None,
    )


def _numbers(row: list[float], count: int) -> Any:
    """Return *count* numbers as a tuple. Raises ValueError."""
    told = tuple(float(n) for n in row) if isinstance(row, list) else ()
    if len(told) != count or not all(abs(n) < MOST_AWAY for n in told) or any(n <= 0 for n in told[2:]):
        raise ValueError(f"{count} numbers expected, of a place on the page: {row}")
    return told


def parse_edition(text: str) -> Edition:
    """Read one edition from TOML. Raises ValueError (or KeyError) on anything unknown or missing."""
    raw = tomllib.loads(text)
    known = {"id", "kind", "name", "valid_from", "valid_to", "basis", "layout", "drawn_from", "shape", "heading"}
    known |= {"labels", "cover", "crossings"}
    if unknown := set(raw) - known:
        raise ValueError(f"unknown keys in an edition: {sorted(unknown)}")
    return Edition(
        id=raw["id"],
        kind=RegisterKind(raw["kind"]),
        name=raw["name"],
        valid_from=dt.date.fromisoformat(raw["valid_from"]),
        valid_to=dt.date.fromisoformat(raw["valid_to"]) if raw.get("valid_to") else None,
        basis=raw["basis"],
        layout=LayoutKnowledge(raw["layout"]),
        drawn_from=raw["drawn_from"],
        shape=PageShape(raw.get("shape", PageShape.PAGE)),
        heading=tuple(raw["heading"]),
        labels=tuple(_label(row) for row in raw["labels"]),
        cover=tuple(_label(row) for row in raw.get("cover", ())),
        crossings=tuple(_numbers(row, 2) for row in raw.get("crossings", ())),
    )


class _Own:
    """Where the office keeps the editions that it learnt; one for a process, set when the process begins."""

    folder: Path | None = None


def use_own(folder: Path) -> None:
    """Take the editions in *folder* beside those of the product; one of the same id takes its place."""
    if _Own.folder != folder:
        _Own.folder = folder
        read_anew()


def read_anew() -> None:
    """Read the office's own editions anew at the next question: one was learnt since."""
    editions.cache_clear()
    own_digest.cache_clear()


@cache
def editions() -> tuple[Edition, ...]:
    """Return all editions that are known, by id. Raises WrongUse EDITION_MALFORMED for a file of the office's own."""
    known = {e.id: e for e in (parse_edition(text) for _, text in _texts(files("forms").joinpath("editions")))}
    for name, text in _texts(_Own.folder) if _Own.folder and _Own.folder.is_dir() else ():
        try:
            learnt = parse_edition(text)
        except (ValueError, KeyError, TypeError) as error:
            raise WrongUse("EDITION_MALFORMED", file=name, detail=error) from error
        known[learnt.id] = learnt
    return tuple(known[i] for i in sorted(known))


@cache
def closing_forms() -> tuple[Edition, ...]:
    """Return the ways in which a book's closing page states its totals, by id.

    They are no editions of a register: no entry stands on them, and a page is not told by them.
    """
    return tuple(parse_edition(text) for _, text in _texts(files("forms").joinpath("closing")))


@cache
def own_digest() -> str:
    """Return what names the office's own editions as they stand now; empty where it has none."""
    texts = _texts(_Own.folder) if _Own.folder and _Own.folder.is_dir() else []
    whole = "\n".join(f"{name}\n{text}" for name, text in texts)
    return hashlib.sha256(whole.encode()).hexdigest()[:12] if texts else ""


def _texts(folder: Traversable) -> list[tuple[str, str]]:
    parts = sorted(folder.iterdir(), key=lambda p: p.name)
    return [(p.name, p.read_text(encoding="utf-8")) for p in parts if p.name.endswith(".toml")]


def edition(edition_id: str) -> Edition:
    """Return the edition called *edition_id*. Raises KeyError."""
    return {e.id: e for e in editions()}[edition_id]


def written(edition: Edition) -> str:
    """Return *edition* as the TOML that :func:`parse_edition` reads."""
    head = {
        "id": edition.id,
        "kind": edition.kind.value,
        "name": edition.name,
        "valid_from": edition.valid_from.isoformat(),
        "valid_to": edition.valid_to.isoformat() if edition.valid_to else "",
        "basis": edition.basis,
        "layout": edition.layout.value,
        "drawn_from": edition.drawn_from,
        "shape": edition.shape.value,
        "heading": list(edition.heading),
    }
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()]
    lines += [f"crossings = {json.dumps(edition.crossings)}"] if edition.crossings else []
    for name, labels in (("cover", edition.cover), ("labels", edition.labels)):
        lines += [f"{name} = [", *(f"  {_row(label)}," for label in labels), "]"]
    return "\n".join(lines) + "\n"


def _row(label: Label) -> str:
    row: dict[str, Any] = {
        "column": label.column,
        "says": list(label.says),
        "kind": label.kind,
        "required": label.required,
        "choices": list(label.choices),
        "section": label.section,
        "floating": label.floating,
        "repeats": label.repeats,
        "leaf": label.leaf,
        "at": label.at,
    }
    told = {name: value for name, value in row.items() if value or name == "says"}
    return "{ " + ", ".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in told.items()) + " }"

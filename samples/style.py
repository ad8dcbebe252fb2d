"""How a printing house sets a page: everything that differs between books of the same form."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from records.codes import ValueKind
from samples.blueprint import OWN_LINE, Blueprint, Section
from samples.people import chance, pick

Setting = Literal["dotted", "cells", "columns"]
SETTINGS: tuple[Setting, ...] = ("dotted", "cells", "columns")
"""``dotted``: values on dots after their labels; ``cells``: ruled cells, label at the top left; ``columns``: a column
of labels beside a column of values."""
LINE = 3.2
"""Weight of what fits on one line."""


@dataclass(frozen=True, slots=True)
class FormStyle:
    """One printing house's way with the form. Lengths in millimetres, type in points."""

    setting: Setting
    face: str
    label_size: float
    bold_labels: bool
    italic_labels: bool
    numbered: bool
    colon: bool
    new_tone_places: bool
    """``tuỳ`` and ``hoà`` in place of ``tùy`` and ``hòa``."""
    frame: str
    """``none``, ``single`` or ``double``."""
    left: float
    right: float
    top: float
    bottom: float
    leader: str
    heading: str
    """Of the person's section: ``plain``, ``bold``, ``caps`` or ``none``."""
    title_size: float
    box_first: bool
    """Check boxes stand before their labels."""
    checks_on_top: bool
    check_columns: int
    page_number: str
    """``bottom middle``, ``bottom right`` or ``top right``."""
    words_apart: bool
    """The date in words has its own line."""
    parent_rows: int
    """Which of the ways to spread a parent's five values over lines."""
    place_lines: int
    label_share: float
    """Width of the label column in setting ``columns``."""
    label_above: bool
    """In setting ``cells``: value below its label, else beside it."""
    shows_code: bool
    """Whether the form's own code is printed in its corner."""
    darkness: float
    """Of the printing ink, 0 to 1."""
    labels: tuple[tuple[str, str], ...]

    def label(self, column: str) -> str:
        """Return the printed wording of *column*'s label, without number and colon."""
        return self.spelled(dict(self.labels)[column])

    def spelled(self, text: str) -> str:
        """Return *text* in this house's spelling of tone marks."""
        if not self.new_tone_places:
            return text
        return text.replace("tùy", "tuỳ").replace("Hòa", "Hoà").replace("HÒA", "HOÀ").replace("hòa", "hoà")


def draw_style(rng: np.random.Generator, form: Blueprint, setting: Setting | None = None) -> FormStyle:
    """Return a printing house of *form*, in *setting* where given."""
    chosen: Setting = setting or SETTINGS[int(rng.integers(3))]
    labels = tuple(
        (column, str(pick(rng, form.wordings(column)[:2], [4, 1][: len(form.wordings(column))])))
        for column in form.edition.columns
        if form.wordings(column)
    )
    face = str(pick(rng, ["tinos", "arimo"], [4, 1]))
    size = float(rng.uniform(11, 13)) if chosen == "dotted" else float(rng.uniform(9.2, 11.2))
    return FormStyle(
        setting=chosen,
        face=face,
        label_size=size - (1.0 if face == "arimo" else 0.0),
        bold_labels=chance(rng, 0.25),
        italic_labels=chance(rng, 0.15),
        numbered=chance(rng, 0.25),
        colon=chosen == "dotted" or chance(rng, 0.6),
        new_tone_places=chance(rng, 0.4),
        frame=str(pick(rng, ["none", "single", "double"], [5, 3, 1] if chosen == "dotted" else [3, 1, 1])),
        left=float(rng.uniform(20, 27)),
        right=float(rng.uniform(12, 17)),
        top=float(rng.uniform(12, 17)),
        bottom=float(rng.uniform(10, 14)),
        leader=str(pick(rng, ["dots", "fine dots", "dashes", "line"], [6, 4, 1, 1])),
        heading=str(pick(rng, ["plain", "bold", "caps", "none"], [2, 4, 2, 1])),
        title_size=float(rng.uniform(14, 18)),
        box_first=chance(rng, 0.7),
        checks_on_top=chance(rng, 0.2),
        check_columns=int(pick(rng, [2, 3], [1, 2])),
        page_number=str(pick(rng, ["bottom middle", "bottom right", "top right"])),
        words_apart=chance(rng, 0.45),
        parent_rows=int(rng.integers(3)),
        place_lines=int(pick(rng, [1, 2])),
        label_share=float(rng.uniform(0.30, 0.40)),
        label_above=chance(rng, 0.6),
        shows_code=chance(rng, 0.8),
        darkness=float(rng.uniform(0.78, 0.97)),
        labels=labels,
    )


def rows(style: FormStyle, form: Blueprint, section: Section, *, first: bool) -> tuple[tuple[str, ...], ...]:
    """Return the columns of *section* spread over lines in this house's way; the *first* section's name stands alone.

    A value whose label goes on in small letters ("ghi bằng chữ", "ngày") may stand on the line of the one before it.
    """
    out: list[list[str]] = []
    width = 0.0
    for number, column in enumerate(section.columns):
        kind, before = form.kind(column), section.columns[number - 1] if number else ""
        goes_on = style.label(column)[:1].islower() and not (kind is ValueKind.DATE_WORDS and style.words_apart)
        beside_name = (
            not first
            and style.parent_rows > 0
            and bool(before)
            and form.kind(before) is ValueKind.NAME
            and kind in (ValueKind.DATE, ValueKind.AGE)
        )
        alone = kind in OWN_LINE or kind is ValueKind.DATE_WORDS
        if out and (goes_on or beside_name) and out[-1] == [before]:
            out[-1].append(column)
            width = LINE
        elif not out or alone or width + form.weight(column) > LINE:
            out.append([column])
            width = LINE if alone else form.weight(column)
        else:
            out[-1].append(column)
            width += form.weight(column)
    return tuple(tuple(row) for row in out)

"""Editions of printed extracts, as data with legal basis and validity (``forms/extracts/*.toml``).

A new circular is a new file, not a new release. A key that this module does not know is an error,
so that a misspelt key cannot quietly leave a line off an official paper.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from records.codes import RegisterKind
from records.errors import NotFound, WrongUse
from records.messages import kind_told
from records.text import nfc

_COLUMN = re.compile(r"[a-z][A-Za-z]*")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SUFFIX = re.compile(r"[A-Z]+(-[A-Z]+)*")


class Show(StrEnum):
    """How a value of the entry is printed."""

    VERBATIM = "verbatim"
    """As in the book, letter by letter (places always)."""
    CAPITALS = "capitals"
    """Names: capital letters with their marks (circular 04/2020, article 31)."""
    DATE = "date"
    """dd/mm/yyyy where the text is that date; anything else (an age, a date in words) verbatim."""
    NOTES = "notes"
    """The column's text, then every note of the entry, each on a line of its own."""


@dataclass(frozen=True, slots=True)
class PrintedField:
    """A label and the column of the entry whose value follows it."""

    label: str
    """As printed, with its colon; empty where the value simply follows the one before."""
    column: str
    """The ministry's import column name."""
    show: Show = Show.VERBATIM
    after: str = ""
    """Mark set directly after the value where there is one ("," before "ngày")."""


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """Fields that stand on one line, from left to right."""

    fields: tuple[PrintedField, ...]
    aligned: bool = False
    """In columns of equal width, so that rows below one another line up."""
    starts_block: bool = False
    """A little space above: another person, another matter."""


@dataclass(frozen=True, slots=True)
class ExtractTemplate:
    """One edition of a printed extract."""

    id: str
    kind: RegisterKind
    suffix: str
    """Follows the number ("TLKS-BS")."""
    title: str
    subtitle: str
    legal_basis: str
    valid_from: dt.date
    approved_by_lawyer: bool
    """Whether a lawyer compared it with the official annex; False is shown wherever editions are listed."""
    layout: str
    """Name of the typesetting source in the extracts room."""
    national_title: tuple[str, ...]
    signer_heading: str
    signer_hint: str
    rows: tuple[PrintedRow, ...]
    valid_to: dt.date | None = None
    """Last day on which it may be issued; None: no end is known."""
    caution: str = ""
    """What a lawyer must look at, in Vietnamese."""

    def valid_on(self, day: dt.date) -> bool:
        """Whether an extract of this edition may be issued on *day*."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns it prints, in order."""
        return tuple(f.column for row in self.rows for f in row.fields)


@cache
def extract_templates() -> tuple[ExtractTemplate, ...]:
    """Return all editions, by id. Raises WrongUse for a file that is not as it must be."""
    found: dict[str, ExtractTemplate] = {}
    for part in sorted(files("forms").joinpath("extracts").iterdir(), key=lambda p: p.name):
        if part.name.endswith(".toml"):
            template = parse_template(part.read_text(encoding="utf-8"), part.name)
            if template.id in found:
                raise _invalid(part.name, f"id {template.id} stands twice")
            found[template.id] = template
    return tuple(found[key] for key in sorted(found))


def extract_template(template_id: str) -> ExtractTemplate:
    """Return the edition of that id. Raises NotFound."""
    for template in extract_templates():
        if template.id == template_id:
            return template
    raise NotFound("EXTRACT_TEMPLATE_UNKNOWN", template=template_id)


def template_for(kind: RegisterKind, on: dt.date) -> ExtractTemplate:
    """Return the edition in force for *kind* on that day, the youngest of several. Raises WrongUse where none is."""
    fitting = [t for t in extract_templates() if t.kind is kind and t.valid_on(on)]
    if not fitting:
        raise WrongUse("EXTRACT_NO_TEMPLATE", **kind_told(kind), on=f"{on:%d/%m/%Y}")
    return max(fitting, key=lambda t: t.valid_from)


def parse_template(text: str, where: str) -> ExtractTemplate:
    """Read one edition from TOML. Raises WrongUse naming *where* and what is wrong."""
    try:
        raw = tomllib.loads(nfc(text))
    except tomllib.TOMLDecodeError as error:
        raise _invalid(where, str(error)) from error
    try:
        return _template(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise _invalid(where, f"{type(error).__name__}: {error}") from error


def _template(raw: Mapping[str, object]) -> ExtractTemplate:
    optional = {"valid_to", "caution"}
    names = set(ExtractTemplate.__dataclass_fields__)
    _known(raw, names, names - optional)
    valid_to = raw.get("valid_to")
    template = ExtractTemplate(
        id=_matching(raw["id"], _ID),
        kind=RegisterKind(_text(raw["kind"])),
        suffix=_matching(raw["suffix"], _SUFFIX),
        title=_text(raw["title"]),
        subtitle=_text(raw["subtitle"]),
        legal_basis=_text(raw["legal_basis"]),
        valid_from=_day(raw["valid_from"]),
        valid_to=None if valid_to is None else _day(valid_to),
        approved_by_lawyer=_flag(raw["approved_by_lawyer"]),
        caution=_text(raw.get("caution", ""), empty=True),
        layout=_text(raw["layout"]),
        national_title=tuple(_text(line) for line in _list(raw["national_title"])),
        signer_heading=_text(raw["signer_heading"]),
        signer_hint=_text(raw["signer_hint"]),
        rows=tuple(_row(_table(row)) for row in _list(raw["rows"])),
    )
    if template.valid_to is not None and template.valid_to < template.valid_from:
        raise ValueError("valid_to lies before valid_from")
    twice = {c for c in template.columns if template.columns.count(c) > 1}
    if twice:
        raise ValueError(f"printed twice: {', '.join(sorted(twice))}")
    return template


def _row(raw: Mapping[str, object]) -> PrintedRow:
    _known(raw, set(PrintedRow.__dataclass_fields__), {"fields"})
    fields = tuple(_field(_table(f)) for f in _list(raw["fields"]))
    return PrintedRow(fields, _flag(raw.get("aligned", False)), _flag(raw.get("starts_block", False)))


def _field(raw: Mapping[str, object]) -> PrintedField:
    _known(raw, set(PrintedField.__dataclass_fields__), {"label", "column"})
    return PrintedField(
        label=_text(raw["label"], empty=True),
        column=_matching(raw["column"], _COLUMN),
        show=Show(_text(raw.get("show", Show.VERBATIM))),
        after=_text(raw.get("after", ""), empty=True),
    )


def _known(raw: Mapping[str, object], names: set[str], required: set[str]) -> None:
    if strange := set(raw) - names:
        raise ValueError(f"unknown key {', '.join(sorted(strange))}")
    if missing := required - set(raw):
        raise ValueError(f"missing key {', '.join(sorted(missing))}")


def _text(value: object, *, empty: bool = False) -> str:
    if not isinstance(value, str) or (not value and not empty):
        raise TypeError(f"not a text: {value!r}")
    return str(value)


def _matching(value: object, form: re.Pattern[str]) -> str:
    text = _text(value)
    if not form.fullmatch(text):
        raise ValueError(f"{text!r} does not look like {form.pattern}")
    return text


def _day(value: object) -> dt.date:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise TypeError(f"not a day: {value!r}")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"neither true nor false: {value!r}")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list) or not value:
        raise TypeError(f"not a list with something in it: {value!r}")
    return value


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"not a table: {value!r}")
    return value


def _invalid(where: str, detail: str) -> WrongUse:
    return WrongUse("EXTRACT_TEMPLATE_INVALID", where=where, detail=detail)

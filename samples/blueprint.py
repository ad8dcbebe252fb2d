"""What a printing house is given of an edition: title, sections, choices, signatures, and the room of each value."""

from dataclasses import dataclass
from functools import cache

from forms import Edition, edition
from records.codes import ValueKind

OWN_LINE = frozenset({ValueKind.NAME, ValueKind.PLACE, ValueKind.TEXT, ValueKind.PERSONAL_ID})
"""Kinds whose values have a line of their own."""
WEIGHTS = {
    ValueKind.ENTRY_NUMBER: 1.0,
    ValueKind.DATE: 1.2,
    ValueKind.AGE: 0.7,
    ValueKind.DATE_WORDS: 2.6,
    ValueKind.SEX: 0.7,
    ValueKind.ETHNIC_GROUP: 1.0,
    ValueKind.NATIONALITY: 1.2,
    ValueKind.NAME: 2.0,
    ValueKind.PLACE: 2.4,
    ValueKind.TEXT: 1.6,
}
"""Share of a line or table that a value of each kind takes; 1 where not named."""
HEAD = ("so", "quyenSo", "ngayDangKy")
APART = ("ghiChu", "trangSo", "nguoiKy")
"""Columns that have their own places on a page."""


@dataclass(frozen=True, slots=True)
class Section:
    """Columns in their order, under an optional printed heading."""

    columns: tuple[str, ...]
    headings: tuple[str, ...] = ()
    """Its wordings."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """An edition as it goes to the printing house."""

    edition: Edition
    head: tuple[str, ...]
    sections: tuple[Section, ...]
    check_column: str
    checks: tuple[str, ...]
    signatures: tuple[str, ...]
    code: str
    """The form's own code, printed in a corner; empty where the edition has none."""

    def kind(self, column: str) -> ValueKind:
        """Return what *column* holds."""
        return self.edition.value_kind(column)

    def weight(self, column: str) -> float:
        """Return the share of a line that *column* takes."""
        return WEIGHTS.get(self.kind(column), 1.0)

    def lines(self, column: str) -> int:
        """Return how many lines a value of *column* may need."""
        return 2 if self.kind(column) in (ValueKind.PLACE, ValueKind.DATE_WORDS) or "GiayToTuyThan" in column else 1

    def wordings(self, column: str) -> tuple[str, ...]:
        """Return the printed wordings of *column*'s label, the commonest first."""
        label = self.edition.label(column)
        return label.says if label else ()

    def has(self, column: str) -> bool:
        """Whether the page asks for *column*."""
        return column in self.edition.columns


@cache
def blueprint(edition_id: str) -> Blueprint:
    """Return the blueprint of an edition. Raises KeyError for an unknown one."""
    form = edition(edition_id)
    sections: list[tuple[tuple[str, ...], list[str]]] = [((), [])]
    checks: tuple[str, ...] = ()
    signatures: list[str] = []
    check_column = code = ""
    for label in form.labels:
        if label.section == "person":
            sections.append((label.says, []))
        elif label.section == "signatures":
            signatures.append(label.says[0])
        elif label.section == "code":
            code = label.says[0]
        elif label.kind is ValueKind.CHECK:
            checks, check_column = label.choices, label.column or ""
        elif label.column and label.column not in (*HEAD, *APART):
            if label.kind is ValueKind.NAME and sections[-1][1]:
                sections.append(((), []))
            sections[-1][1].append(label.column)
    signer = [Section(("nguoiKy",))] if form.label("nguoiKy") else []
    return Blueprint(
        edition=form,
        head=tuple(c for c in HEAD if c in form.columns),
        sections=(*(Section(tuple(columns), says) for says, columns in sections if columns), *signer),
        check_column=check_column,
        checks=checks,
        signatures=tuple(signatures),
        code=code,
    )

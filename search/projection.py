"""From an entry of the register to what the index knows of it. Which column is who is data."""

from dataclasses import dataclass

from records.codes import EntryState, Presence, RegisterKind
from records.dates import PartialDate
from records.entries import BOOK, NUMBER, REGISTERED, Entry
from records.finding import SearchDocument
from records.text import single_spaced


@dataclass(frozen=True, slots=True)
class Columns:
    """Which of the ministry's columns say what, for one kind of register."""

    name: str
    born: str
    others: tuple[str, ...] = ()
    mother: str = ""
    father: str = ""
    places: tuple[str, ...] = ()


COLUMNS: dict[RegisterKind, Columns] = {
    RegisterKind.BIRTH: Columns(
        name="nksHoTen",
        born="nksNgaySinh",
        mother="meHoTen",
        father="chaHoTen",
        places=("nksNoiSinh", "nksQueQuan", "meNoiCuTru", "chaNoiCuTru"),
    ),
    RegisterKind.MARRIAGE: Columns(
        name="chongHoTen", born="chongNgaySinh", others=("voHoTen",), places=("chongNoiCuTru", "voNoiCuTru")
    ),
    RegisterKind.DEATH: Columns(name="nktHoTen", born="nktNgaySinh", places=("nktNoiCuTru", "nktNoiChet")),
    RegisterKind.RECOGNITION: Columns(
        name="cmHoTen",
        born="cmNgaySinh",
        others=("ncHoTen",),
        places=("cmQueQuan", "cmNoiCuTru", "ncQueQuan", "ncNoiCuTru"),
    ),
    RegisterKind.MARITAL_STATUS: Columns(name="nxnHoTen", born="nxnNgaySinh", places=("nxnNoiCuTru",)),
    RegisterKind.GUARDIANSHIP: Columns(
        name="dghHoTen", born="dghNgaySinh", others=("nghHoTen",), places=("dghNoiCuTru", "nghNoiCuTru")
    ),
    RegisterKind.CHANGE: Columns(name="ntdHoTen", born="ntdNgaySinh", places=("ntdNoiCuTru",)),
}
"""*The* person is of a marriage the husband, of a recognition the parent, of a guardianship the ward."""

_NONE = Columns(name="", born="")


def document_of(entry: Entry) -> SearchDocument:
    """Return what the index is to know of *entry*; unread, blank and illegible fields stay empty.

    Names and places verbatim with single spaces; dates as ISO 8601 as far as they are known, none invented.
    """
    columns = COLUMNS.get(entry.kind, _NONE)
    return SearchDocument(
        entry=entry.id,
        version=entry.version,
        kind=entry.kind,
        state=entry.state,
        name=_text(entry, columns.name),
        other_names=_texts(entry, columns.others),
        father=_text(entry, columns.father),
        mother=_text(entry, columns.mother),
        born=_date(entry, columns.born),
        registered=_date(entry, REGISTERED),
        number=_text(entry, NUMBER),
        book=_text(entry, BOOK),
        places=_texts(entry, columns.places),
    )


def paper_document(entry: str, version: int, text: str, *, name: str = "") -> SearchDocument:
    """Return what the index is to know of a paper of a dossier: its whole *text*, and a *name* if it has one."""
    return SearchDocument(entry, version, RegisterKind.OTHER, EntryState.DRAFT, single_spaced(name), text=text)


def _text(entry: Entry, column: str) -> str:
    return single_spaced(entry.text(column)) if column else ""


def _texts(entry: Entry, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for column in columns if (text := _text(entry, column)))


def _date(entry: Entry, column: str) -> str:
    """Return the date in *column*: its normalised value, else what its own text says, else nothing."""
    field = entry.field(column) if column else None
    if field is None or field.presence is not Presence.WRITTEN:
        return ""
    for said in (field.value, field.text):
        try:
            return PartialDate.parse(said).iso()
        except ValueError:
            continue
    return ""

"""From an entry to what the index knows of it."""

import pytest

from records.codes import EntryState, Presence, RegisterKind
from records.entries import Entry, FieldValue
from search import document_of, paper_document
from search.projection import COLUMNS


def entry(kind: RegisterKind, **texts: str) -> Entry:
    fields = tuple(FieldValue(column, Presence.WRITTEN, text) for column, text in texts.items())
    return Entry(f"{kind}-1", kind, "", (), fields, state=EntryState.VERIFIED, version=4)


def test_a_birth() -> None:
    found = document_of(
        entry(
            RegisterKind.BIRTH,
            so="15/2018",
            quyenSo="02/2018",
            ngayDangKy="20.03.1987",
            nksHoTen="Nguyễn  Văn Hùng ",
            nksNgaySinh="12/3/1987",
            nksNoiSinh="Hà Nội",
            meHoTen="Trần Thị Lan",
            meNoiCuTru="Huế",
            chaHoTen="Nguyễn Văn Hải",
        )
    )
    assert (found.entry, found.version, found.kind, found.state) == ("KS-1", 4, RegisterKind.BIRTH, EntryState.VERIFIED)
    assert (found.name, found.mother, found.father) == ("Nguyễn Văn Hùng", "Trần Thị Lan", "Nguyễn Văn Hải")
    assert (found.born, found.registered, found.number, found.book) == (
        "1987-03-12",
        "1987-03-20",
        "15/2018",
        "02/2018",
    )
    assert found.places == ("Hà Nội", "Huế")
    assert found.other_names == ()


@pytest.mark.parametrize(
    ("kind", "first", "born", "second"),
    [
        (RegisterKind.MARRIAGE, "chongHoTen", "chongNgaySinh", "voHoTen"),
        (RegisterKind.DEATH, "nktHoTen", "nktNgaySinh", None),
        (RegisterKind.RECOGNITION, "cmHoTen", "cmNgaySinh", "ncHoTen"),
        (RegisterKind.MARITAL_STATUS, "nxnHoTen", "nxnNgaySinh", None),
    ],
)
def test_the_other_registers(kind: RegisterKind, first: str, born: str, second: str | None) -> None:
    found = document_of(entry(kind, **{first: "Lê An", born: "1956", **({second: "Đỗ Mai"} if second else {})}))
    assert (found.name, found.born) == ("Lê An", "1956")
    assert found.other_names == (("Đỗ Mai",) if second else ())


def test_every_register_of_the_ministry_is_known() -> None:
    assert set(COLUMNS) == set(RegisterKind) - {RegisterKind.OTHER}


@pytest.mark.parametrize("presence", [Presence.BLANK, Presence.ILLEGIBLE, Presence.NOT_READ])
def test_what_is_not_written_stays_empty(presence: Presence) -> None:
    fields = tuple(FieldValue(column, presence) for column in ("nksHoTen", "nksNgaySinh", "so", "meHoTen"))
    found = document_of(Entry("KS-1", RegisterKind.BIRTH, "", (), fields))
    assert (found.name, found.born, found.number, found.mother) == ("", "", "", "")


@pytest.mark.parametrize(
    ("text", "value", "iso"),
    [("12/3/1987", "", "1987-03-12"), ("mười hai", "1987-03-12", "1987-03-12"), ("3/1987", "", "1987-03"),
     ("1987", "", "1987"), ("khoảng 1987", "", ""), ("31/02/1987", "", ""), ("25 tuổi", "", "")],
)  # fmt: skip
def test_no_date_is_invented(text: str, value: str, iso: str) -> None:
    field = FieldValue("nksNgaySinh", Presence.WRITTEN, text, value)
    assert document_of(Entry("KS-1", RegisterKind.BIRTH, "", (), (field,))).born == iso


def test_an_entry_of_no_known_register_has_its_number_only() -> None:
    found = document_of(entry(RegisterKind.OTHER, so="7", nksHoTen="Lê An"))
    assert (found.name, found.number) == ("", "7")


def test_a_paper_is_its_text() -> None:
    found = paper_document("P-1", 2, "Tờ khai\nhộ tịch", name=" Lê  An ")
    assert (found.entry, found.version, found.name, found.text) == ("P-1", 2, "Lê An", "Tờ khai\nhộ tịch")

"""Form editions are data: whole, with their law, and refused where they are not."""

import datetime as dt
from importlib.resources import files

import pytest

from forms import edition, editions, parse_edition
from records.codes import ValueKind

BIRTH = files("forms").joinpath("editions", "birth-2016.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("known", editions(), ids=lambda e: e.id)
def test_every_edition_is_whole(known) -> None:  # type: ignore[no-untyped-def]
    assert edition(known.id) == known
    assert known.basis
    assert known.valid_to is None or known.valid_from < known.valid_to
    assert len(set(known.columns)) == len(known.columns)
    for label in known.labels:
        assert label.says or label.choices
        assert (label.column is None) == (label.kind is None)
        assert (label.kind is ValueKind.CHECK) == bool(label.choices)
        if label.repeats:
            assert known.value_kind(label.repeats) is ValueKind.DATE
            assert label.kind is ValueKind.DATE_WORDS


def test_the_birth_page_of_2016() -> None:
    birth = edition("birth-2016")
    assert birth.valid_from == dt.date(2016, 1, 1)
    assert {"so", "quyenSo", "ngayDangKy", "nksHoTen", "nksNgaySinh", "meHoTen", "chaHoTen"} <= set(birth.columns)
    assert birth.value_kind("unheard") is ValueKind.TEXT
    assert birth.label("unheard") is None
    with pytest.raises(KeyError):
        edition("birth-1800")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "KS"', 'kind = "XX"'),
        ('layout = "reconstructed"', 'layout = "sure"'),
        ("basis =", "base ="),
        ("repeats =", "repeat ="),
        ('kind = "sex"', 'kind = "gender"'),
        ('valid_from = "2016-01-01"', 'valid_from = "1/1/2016"'),
    ],
)
def test_a_slip_in_the_data_is_refused(old: str, new: str) -> None:
    assert old in BIRTH
    with pytest.raises((ValueError, KeyError)):
        parse_edition(BIRTH.replace(old, new, 1))

"""Units of the country with the years in which they stood."""

import unicodedata

from forms import UnitLevel, units


def names(level: UnitLevel, first: int, last: int, province: str = "") -> set[str]:
    return {u.name for u in units() if u.level is level and u.stood(first, last) and province in ("", u.province)}


def test_every_unit_has_a_name_and_years() -> None:
    assert len(units()) > 10_000
    for unit in units():
        assert unit.name == unit.name.strip() == unicodedata.normalize("NFC", unit.name) != ""
        assert (unit.first_year or 0) <= unit.last_year <= 2025
        assert bool(unit.province) is (unit.level is not UnitLevel.PROVINCE)


def test_units_stand_in_their_years_only() -> None:
    assert "Hà Tây" in names(UnitLevel.PROVINCE, 1992, 1992)
    assert "Hà Tây" not in names(UnitLevel.PROVINCE, 1976, 1990)
    assert "Hà Sơn Bình" in names(UnitLevel.PROVINCE, 1976, 1990)
    assert {"Đống Mác", "Bạch Mai"} <= names(UnitLevel.WARD, 2016, 2020, "Hà Nội")
    assert "Đống Mác" not in {
        u.name for u in units() if u.district == "Hai Bà Trưng" and u.stood(2025, 2025) and u.level is UnitLevel.WARD
    }

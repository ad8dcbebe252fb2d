import datetime as dt
from pathlib import Path

import pytest

from records.errors import WrongUse
from wiring.office import read_office

TWO_TERMS = """
[[authority]]
code = "OLD"
name_lines = ["ỦY BAN NHÂN DÂN", "PHƯỜNG CŨ"]
place = "Phường Cũ"
valid_from = 2020-01-01
valid_to = 2025-06-30
legal_basis = "trước khi sáp nhập"

[[authority]]
code = "NEW"
name_lines = ["PHƯỜNG MỚI"]
place = "Phường Mới"
valid_from = 2025-07-01
legal_basis = "sau khi sáp nhập"

[[signer]]
authority = "OLD"
name = "A"
title_lines = ["CHỦ TỊCH"]
valid_from = 2020-01-01
legal_basis = "x"

[[signer]]
authority = "NEW"
name = "B"
title_lines = ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
valid_from = 2025-07-01
valid_to = 2026-12-31
legal_basis = "x"
"""


def office_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "office.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("day", "code", "signer"),
    [(dt.date(2025, 6, 30), "OLD", "A"), (dt.date(2025, 7, 1), "NEW", "B"), (dt.date(2026, 12, 31), "NEW", "B")],
)
def test_who_signs_depends_on_the_day(tmp_path: Path, day: dt.date, code: str, signer: str) -> None:
    authority, signs = read_office(office_file(tmp_path, TWO_TERMS)).on(day)
    assert (authority.code, signs.name) == (code, signer)


@pytest.mark.parametrize("day", [dt.date(2019, 12, 31), dt.date(2027, 1, 1)])
def test_nobody_signs_outside_every_term(tmp_path: Path, day: dt.date) -> None:
    with pytest.raises(WrongUse) as caught:
        read_office(office_file(tmp_path, TWO_TERMS)).on(day)
    assert caught.value.code == "OFFICE_NOBODY"


def test_the_demonstration_office_says_what_it_is() -> None:
    office = read_office(None)
    authority, signer = office.on(dt.date.today())
    assert office.demonstration
    assert "MINH HỌA" in " ".join(authority.name_lines)
    assert "Minh Họa" in signer.name


@pytest.mark.parametrize(
    "text",
    [
        "",
        TWO_TERMS.replace('legal_basis = "x"', ""),
        TWO_TERMS.replace("2020-01-01", "'2020'"),
        TWO_TERMS.replace('["CHỦ TỊCH"]', '"CHỦ TỊCH"'),
        "x = ",
    ],
)
def test_a_file_that_lacks_something_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongUse) as caught:
        read_office(office_file(tmp_path, text))
    assert caught.value.code == "SETTING_INVALID"

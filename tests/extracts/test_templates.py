import datetime as dt
from importlib.resources import files
from pathlib import Path

import pytest

from forms.extract_templates import extract_template, extract_templates, parse_template, template_for
from records.codes import RegisterKind
from records.errors import NotFound, WrongUse

SOURCE = files("forms").joinpath("extracts", "tlks-bs-2015.toml").read_text(encoding="utf-8")


def test_the_birth_extract_is_data_in_the_order_of_the_form() -> None:
    template = extract_template("tlks-bs-2015")
    assert (template.kind, template.suffix, template.title) == (RegisterKind.BIRTH, "TLKS-BS", "TRÍCH LỤC KHAI SINH")
    assert template.legal_basis
    assert template.columns[:3] == ("nksHoTen", "nksNgaySinh", "nksNgaySinhBangChu")
    assert template.columns[-1] == "ghiChu"


def test_what_no_lawyer_compared_says_so_and_says_why() -> None:
    for template in extract_templates():
        assert template.approved_by_lawyer or template.caution
    assert "Giấy khai sinh (bản sao)" in extract_template("tlks-bs-2015").caution


def test_the_edition_in_force_on_the_day_is_taken() -> None:
    assert template_for(RegisterKind.DEATH, dt.date(2026, 11, 21)).id == "tlkt-bs-2015"
    assert template_for(RegisterKind.MARRIAGE, dt.date(2016, 1, 1)).suffix == "TLKH-BS"
    with pytest.raises(WrongUse, match="31/12/2015"):
        template_for(RegisterKind.BIRTH, dt.date(2015, 12, 31))
    with pytest.raises(WrongUse, match="CMC"):
        template_for(RegisterKind.RECOGNITION, dt.date(2026, 1, 1))


def test_validity_ends_with_its_last_day() -> None:
    start = "valid_from = 2016-01-01"
    ended = parse_template(SOURCE.replace(start, f"{start}\nvalid_to = 2027-02-28"), "x")
    assert ended.valid_on(dt.date(2027, 2, 28))
    assert not ended.valid_on(dt.date(2027, 3, 1))


def test_an_unknown_id_is_not_found() -> None:
    with pytest.raises(NotFound, match="none"):
        extract_template("none")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('suffix = "TLKS-BS"', 'sufix = "TLKS-BS"', "sufix"),
        ('suffix = "TLKS-BS"\n', "", "suffix"),
        ('suffix = "TLKS-BS"', 'suffix = "tlks bs"', "tlks bs"),
        ('kind = "KS"', 'kind = "XX"', "XX"),
        ("approved_by_lawyer = false", 'approved_by_lawyer = "no"', "neither true nor false"),
        ("valid_from = 2016-01-01", 'valid_from = "2016-01-01"', "not a day"),
        ("valid_from = 2016-01-01", "valid_from = 2016-01-01\nvalid_to = 2015-01-01", "before valid_from"),
        ('show = "capitals"', 'show = "capital"', "capital"),
        ('label = "Nơi sinh:"', 'lable = "Nơi sinh:"', "lable"),
        ('column = "nksNoiSinh"', 'column = "Nơi sinh"', "Nơi sinh"),
        ('column = "nksQueQuan"', 'column = "nksNoiSinh"', "printed twice"),
        ("aligned = true", "aligned = 1", "neither true nor false"),
        ('title = "TRÍCH LỤC KHAI SINH"', 'title = ""', "not a text"),
        ("[[rows]]", "[[row]]", "unknown key row"),
        ('id = "tlks-bs-2015"', "id = ", "Invalid value"),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_refused_with_the_reason(old: str, new: str, told: str) -> None:
    changed = SOURCE.replace(old, new)
    assert changed != SOURCE
    with pytest.raises(WrongUse) as refused:
        parse_template(changed, "tlks.toml")
    assert refused.value.code == "EXTRACT_TEMPLATE_INVALID"
    assert "tlks.toml" in str(refused.value)
    assert told in str(refused.value)


def test_the_documentation_lists_every_edition_and_whether_a_lawyer_saw_it() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "extracts.md").read_text(encoding="utf-8")
    for template in extract_templates():
        [row] = [line for line in page.splitlines() if line.startswith(f"| `{template.id}`")]
        assert f"{template.title} {template.subtitle}".casefold() in row.casefold()
        assert template.suffix in row
        assert f"{template.valid_from:%d/%m/%Y}" in row
        assert ("not yet" in row) is not template.approved_by_lawyer

"""The forms that are known, as a person and as a programme are told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.forms import lacking_columns
from cli.main import app
from forms import edition as edition_of
from forms import editions
from tests.cli.conftest import Command


def test_every_edition_is_listed_with_its_days_and_basis() -> None:
    told = json.loads(CliRunner().invoke(app, ["forms", "list", "--json"]).stdout)
    assert [row["id"] for row in told["editions"]] == [edition.id for edition in editions()]
    for row, edition in zip(told["editions"], editions(), strict=True):
        assert set(row) == {"id", "kind", "name", "valid_from", "valid_to", "basis", "layout"}
        assert row["valid_from"] == edition.valid_from.isoformat()
        assert row["valid_to"] is None or row["valid_from"] < row["valid_to"]
        assert row["layout"] in ("exact", "reconstructed", "guessed")
        assert row["basis"]


def test_a_person_reads_them_in_a_table() -> None:
    shown = CliRunner().invoke(app, ["forms", "list"])
    assert shown.exit_code == 0
    assert all(edition.id in shown.stdout for edition in editions())


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--id", "../x", "--from", "1970-01-01"), "EDITION_ID_WRONG"),
        (("--id", "Sổ 1976", "--from", "1970-01-01"), "EDITION_ID_WRONG"),
        (("--id", "birth-1976", "--from", "1980-01-01", "--to", "1970-01-01"), "EDITION_DATES_WRONG"),
    ],
)
def test_an_edition_has_a_plain_id_and_ends_after_it_begins(
    khongcho: Command, tmp_path: Path, options: tuple[str, ...], code: str
) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    told = khongcho("forms", "learn", str(pages), *options, "--kind", "KS", "--name", "Sổ khai sinh", "--json")
    assert (told.code, told.json()["error"]["code"]) == (2, code)
    assert not list(tmp_path.rglob("*.toml"))


def test_columns_that_every_other_form_of_the_register_has_are_told_where_a_learnt_one_lacks_them() -> None:
    whole = edition_of("change-2006")
    learnt = replace(whole, id="learnt", labels=tuple(one for one in whole.labels if one.column != "ntdHoTen"))
    assert lacking_columns(learnt) == ["ntdHoTen"]
    assert lacking_columns(whole) == []

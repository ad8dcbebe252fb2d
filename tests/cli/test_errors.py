from pathlib import Path

import pytest

from tests.cli.conftest import Command


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-command"],
        ["search"],
        ["search", "a", "--year", "soon"],
        ["ingest", "book", "/no/such/path"],
        ["evaluate", "lines", "."],
        ["confirm", "KS-X"],
        ["issue", "KS-X", "--copies", "0"],
        ["verify", "/no/such/file"],
    ],
)
def test_wrong_use_ends_with_two_and_says_nothing_on_stdout(khongcho: Command, words: list[str]) -> None:
    said = khongcho(*words)
    assert said.code == 2
    assert said.out == ""
    assert said.err


def test_an_unknown_setting_is_told_in_both_languages(khongcho: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHONGCHO_SERCH", "x")
    said = khongcho("doctor")
    assert said.code == 2
    vietnamese, english, code = said.err.splitlines()
    assert "Thiết lập không có trong danh mục: KHONGCHO_SERCH" in vietnamese
    assert "Unknown setting: KHONGCHO_SERCH" in english
    assert code == "(Mã: SETTING_UNKNOWN)"


def test_an_error_is_one_json_object_where_json_was_asked_for(
    khongcho: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHONGCHO_SEARCH__ENGINE", "solr")
    said = khongcho("search", "a", "--json")
    assert said.code == 2
    assert said.json()["error"]["code"] == "SETTING_INVALID"


def test_help_lists_every_command(khongcho: Command) -> None:
    said = khongcho("--help")
    assert said.code == 0
    for command in (
        *("demo", "samples", "ingest", "evaluate", "search", "entry", "confirm", "issue", "verify", "reindex"),
        *("serve", "servers", "doctor", "account", "flows"),
    ):
        assert command in said.out


def test_a_scheduler_without_a_server_is_a_missing_part(khongcho: Command) -> None:
    said = khongcho("flows", "deploy")
    assert said.code == 3
    assert "FLOW_SERVER_NOT_SET" in said.err


def test_a_server_name_nobody_knows_is_wrong_use(khongcho: Command, home: Path) -> None:
    for direction in ("up", "down"):
        said = khongcho("servers", direction, "oracle")
        assert said.code == 2
        assert "oracle" in said.err

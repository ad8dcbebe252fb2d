import errno
import os
from pathlib import Path

import pytest

from cli.failing import of_the_machine
from records.errors import ExitCode
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
        ["serve", "--port", "99999"],
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


@pytest.mark.parametrize("words", [["search", "a", "--json"], ["reindex", "--json"], ["doctor", "--json"]])
def test_what_the_machine_refuses_is_told_and_is_no_crash(
    khongcho: Command, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("KHONGCHO_HOME", "/proc/nothing/home")
    said = khongcho(*words)
    assert said.code == 3
    error = said.json()["error"]
    assert set(error) == {"code", "vi", "en"}
    assert error["code"] == "MACHINE_REFUSED"
    assert "/proc/nothing" in error["vi"] and "/proc/nothing" in error["en"]
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "MACHINE_FULL"), (errno.EACCES, "MACHINE_FORBIDS"), (errno.EIO, "MACHINE_REFUSED")],
)
def test_no_room_and_no_permission_have_words_of_their_own(number: int, code: str) -> None:
    told = of_the_machine(OSError(number, os.strerror(number), "/home/x"))
    assert (told.code, told.exit_code) == (code, ExitCode.PART_MISSING)
    assert "/home/x" in told.message().vi


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise ZeroDivisionError("made for this test")

    monkeypatch.setattr("cli.finding.opened", fails)


@pytest.mark.usefixtures("broken")
def test_a_mistake_of_the_programme_has_an_exit_code_of_its_own_and_keeps_its_traceback(
    khongcho: Command, home: Path
) -> None:
    said = khongcho("search", "a")
    assert said.code == 70
    vietnamese, english, code = said.err.splitlines()
    (kept,) = (home / "log").iterdir()
    assert str(kept) in vietnamese and str(kept) in english
    assert code == "(Mã: PROGRAMME_FAILED)"
    assert "ZeroDivisionError: made for this test" in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("broken")
def test_a_mistake_of_the_programme_is_one_json_object_where_json_was_asked_for(khongcho: Command) -> None:
    said = khongcho("search", "a", "--json")
    assert said.code == 70
    assert set(said.json()) == {"error"}
    assert said.json()["error"]["code"] == "PROGRAMME_FAILED"


@pytest.mark.usefixtures("broken")
def test_a_traceback_that_cannot_be_kept_goes_to_stderr(khongcho: Command, home: Path) -> None:
    home.mkdir()
    (home / "log").write_text("no folder", encoding="utf-8")
    said = khongcho("search", "a", "--json")
    assert said.code == 70
    assert "ZeroDivisionError: made for this test" in said.err
    assert "stderr" in said.json()["error"]["en"]


def test_a_name_that_is_no_utf_8_can_still_be_told(khongcho: Command, tmp_path: Path) -> None:
    said = khongcho("evaluate", "book", _odd(tmp_path), "--json")
    assert (said.code, said.json()["error"]["code"]) == (2, "TRUTH_MISSING")


def _odd(folder: Path) -> Path:
    odd = folder / os.fsdecode(b"s\xe1\xbb")
    odd.mkdir()
    return odd


def test_help_lists_every_command(khongcho: Command) -> None:
    said = khongcho("--help")
    assert said.code == 0
    for command in (
        *("demo", "samples", "ingest", "evaluate", "search", "entry", "confirm", "issue", "verify", "reindex"),
        *("recall", "check", "serve", "servers", "doctor", "account", "flows"),
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

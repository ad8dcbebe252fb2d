"""Accounts through the terminal."""

from pathlib import Path

from tests.cli.conftest import Command
from wiring import Settings, open_house

GOOD = "mưa rào tháng sáu"


def test_an_account_is_added_disabled_and_enabled_again(khongcho: Command, home: Path) -> None:
    words = ("lan", "--full-name", "Lê Thị Lan", "--role", "clerk", "--password-stdin")
    assert khongcho("account", "add", *words, stdin=f"{GOOD}\n").code == 0
    register = open_house(Settings(home=home)).register
    added = register.account("lan")
    assert added and not added.disabled
    said = khongcho("account", "disable", "lan")
    assert (said.code, said.out) == (0, "")
    assert "lan đã ngừng" in said.err
    disabled = register.account("lan")
    assert disabled and disabled.disabled
    assert khongcho("account", "enable", "lan").code == 0
    assert register.account("lan") == added


def test_an_account_nobody_has_is_wrong_use(khongcho: Command) -> None:
    for command in ("disable", "enable"):
        said = khongcho("account", command, "khoa")
        assert said.code == 2
        assert "ACCOUNT_UNKNOWN" in said.err

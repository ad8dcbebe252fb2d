import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import screen
from cli.main import app


@dataclass(frozen=True)
class Said:
    """What a command did."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The one JSON object on stdout; fails where anything else stands there."""
        return json.loads(self.out)


Command = Callable[..., Said]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KHONGCHO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")  # for other processes
    monkeypatch.setattr(screen.out, "_width", 200)  # ours was asked for its width when it was loaded
    return tmp_path / "home"


@pytest.fixture
def khongcho(home: Path) -> Command:
    """Run the command in this process, on an empty home folder."""

    def run(*words: object, stdin: str | None = None) -> Said:
        done = CliRunner().invoke(app, [str(word) for word in words], input=stdin)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    return run

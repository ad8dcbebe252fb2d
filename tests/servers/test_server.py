import socket
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from records.errors import PartUnavailable
from records.messages import Message, message
from servers import cache
from servers.process import LOOPBACK, Launch
from servers.server import Server, http_status, keep_ports, keep_secret

HTTP = "import http.server as h, sys; h.HTTPServer(('127.0.0.1', int(sys.argv[1])), h.SimpleHTTPRequestHandler)"


class FileServer(Server[str]):
    """A real, very small server: it shows its home folder."""

    name: ClassVar[str] = "files"
    start_limit: ClassVar[float] = 30.0
    code: ClassVar[str] = HTTP + ".serve_forever()"

    def missing(self) -> Message | None:
        return None

    def fetch(self) -> None:
        pass

    def plan(self, home: Path) -> tuple[str, Launch]:
        (port,) = keep_ports(home, 1)
        command = (sys.executable, "-c", self.code, str(port))
        return f"http://{LOOPBACK}:{port}/", Launch(command, home)

    def ready(self, connection: str) -> bool:
        return http_status(connection) == 200


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KHONGCHO_CACHE", str(tmp_path / "cache"))


def test_it_answers_inside_the_block_and_is_gone_after_it_even_after_a_failure() -> None:
    server = FileServer()
    with pytest.raises(RuntimeError, match="in mid-way"), server as url:
        home = server.home
        assert http_status(url) == 200
        raise RuntimeError("in mid-way")
    assert http_status(url) == 0
    assert home is not None
    assert not home.exists()


def test_with_a_home_data_password_and_port_stay(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with FileServer(home) as first:
        (home / "kept.txt").write_text("x")
        secret = keep_secret(home)
        assert http_status(first + "kept.txt") == 200
    with FileServer(home) as second:
        assert second == first
        assert http_status(second + "kept.txt") == 200
        assert keep_secret(home) == secret
    assert (home / "password").stat().st_mode & 0o077 == 0


def test_a_port_taken_meanwhile_is_replaced(tmp_path: Path) -> None:
    (port,) = keep_ports(tmp_path, 1)
    with socket.socket() as other:
        other.bind((LOOPBACK, port))
        other.listen()
        assert keep_ports(tmp_path, 1) != [port]


@pytest.mark.slow
def test_a_server_whose_port_is_snatched_while_it_starts_gets_another(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        taken = other.getsockname()[1]

        class Unlucky(FileServer):
            tries = 0

            def plan(self, home: Path) -> tuple[str, Launch]:
                Unlucky.tries += 1
                url, launch = super().plan(home)
                if Unlucky.tries == 1:
                    return f"http://{LOOPBACK}:{taken}/", Launch((*launch.command[:-1], str(taken)), home)
                return url, launch

        with Unlucky() as url:
            assert Unlucky.tries == 2
            assert http_status(url) == 200


def test_a_server_that_stops_while_starting_says_why_and_its_log_is_kept() -> None:
    class Broken(FileServer):
        code: ClassVar[str] = "raise SystemExit('my data folder is damaged')"

    server = Broken()
    with pytest.raises(PartUnavailable) as told:
        server.start()
    assert told.value.code == "SERVERS_STOPPED"
    assert "my data folder is damaged" in told.value.message().vi
    assert "my data folder is damaged" in Path(str(told.value.facts["log"])).read_text()
    assert server.home is None


def test_a_server_that_never_gets_ready_is_given_up_and_ended() -> None:
    class Deaf(FileServer):
        start_limit: ClassVar[float] = 0.5

        def ready(self, connection: str) -> bool:
            return False

    server = Deaf()
    with pytest.raises(PartUnavailable) as told:
        server.start()
    assert told.value.code == "SERVERS_NOT_READY"
    assert Path(str(told.value.facts["log"])).is_relative_to(cache.folder())
    assert server.home is None


def test_what_is_missing_is_said_before_anything_starts() -> None:
    class Lacking(FileServer):
        def missing(self) -> Message | None:
            return message("SERVERS_NO_MAVEN")

    with pytest.raises(PartUnavailable) as told:
        Lacking().start()
    assert "apt install maven" in told.value.message().vi
    assert "apt install maven" in told.value.message().en

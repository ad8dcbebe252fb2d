"""What all servers share: find what is missing, start, wait for health, stop, keep the log of a failure."""

import os
import secrets
import shutil
import tempfile
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from records.errors import PartUnavailable
from records.messages import Message
from servers import cache
from servers.process import GuardedProcess, Launch, ReleasedProcess, free_ports, port_is_free

ConnectionT = TypeVar("ConnectionT")
ProcessT = TypeVar("ProcessT", GuardedProcess, ReleasedProcess)


class Server(ABC, Generic[ConnectionT]):
    """A real server on loopback. ``with XServer() as connection:`` starts it, and ends it however the block ends.

    Without *home* its data lie in a temporary folder that goes with it; with *home* they stay there, and the
    next start finds them again.
    """

    name: ClassVar[str]
    start_limit: ClassVar[float] = 180.0
    """Seconds until the server must answer."""

    def __init__(self, home: Path | None = None) -> None:
        self._given_home = home.resolve() if home else None
        self.home: Path | None = None
        self._process: GuardedProcess | ReleasedProcess | None = None

    @abstractmethod
    def missing(self) -> Message | None:
        """Say what to install before this server can run here; None when nothing is missing."""

    @abstractmethod
    def fetch(self) -> None:
        """Fetch or build the server into the cache, unless it is there."""

    @abstractmethod
    def plan(self, home: Path) -> tuple[ConnectionT, Launch]:
        """Write configuration under *home* (data of an earlier run may lie there) and say how to start."""

    @abstractmethod
    def ready(self, connection: ConnectionT) -> bool:
        """Whether the server does its work."""

    def start(self) -> ConnectionT:
        """Start and wait until the server does its work. It ends with us, however we end. Raises PartUnavailable."""
        return self._start(GuardedProcess)[0]

    def start_released(self) -> tuple[ConnectionT, ReleasedProcess, Launch]:
        """The same, but the server lives on when we end."""
        return self._start(ReleasedProcess)

    def _start(self, kind: type[ProcessT]) -> tuple[ConnectionT, ProcessT, Launch]:
        home = self._make_home()
        log = home / "server.log"
        try:
            for last_try in (False, True):
                connection, launch = self.plan(home)
                self._process = process = kind(launch, log, None if self._given_home else home)
                if self._wait(connection, process, log, may_try_again=not last_try):
                    break
            return connection, process, launch
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server; temporary data go with it."""
        if self._process is not None:
            self._process.stop()
            self._process = None
        if self._given_home is None and self.home is not None:
            shutil.rmtree(self.home, ignore_errors=True)
            self.home = None

    def __enter__(self) -> ConnectionT:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _make_home(self) -> Path:
        if lack := self.missing():
            raise PartUnavailable("SERVERS_MISSING", server=self.name, what_vi=lack.vi, what_en=lack.en)
        self.fetch()
        if self._given_home is not None:
            self._given_home.mkdir(parents=True, exist_ok=True)
            self.home = self._given_home
        else:
            self.home = Path(tempfile.mkdtemp(prefix=f"khongcho-{self.name}-"))
            self.home.chmod(0o755)  # a server that runs as another account has its folders inside
        return self.home

    def _wait(
        self, connection: ConnectionT, process: GuardedProcess | ReleasedProcess, log: Path, *, may_try_again: bool
    ) -> bool:
        """Return True when ready, False when another programme took one of our ports first."""
        deadline = time.monotonic() + self.start_limit
        while time.monotonic() < deadline:
            if not process.running():
                said = log.read_text(encoding="utf-8", errors="replace")
                if may_try_again and "in use" in said.lower():
                    return False
                raise self._failure("SERVERS_STOPPED", log)
            if self.ready(connection):
                return True
            time.sleep(0.1)
        raise self._failure("SERVERS_NOT_READY", log)

    def _failure(self, code: str, log: Path) -> PartUnavailable:
        """Keep the log where it survives the temporary folder, and say where."""
        logs = cache.folder() / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        copy = logs / f"{self.name}-{os.getpid()}.log"
        shutil.copyfile(log, copy)
        said = cache.last_lines(log.read_text(encoding="utf-8", errors="replace"), 15)
        return PartUnavailable(code, server=self.name, seconds=f"{self.start_limit:.0f}", log=copy, said=said)


def keep_ports(home: Path, count: int) -> list[int]:
    """Return *count* free ports, the same as last time in this *home* while they are free."""
    note = home / "ports"
    if note.is_file():
        ports = [int(word) for word in note.read_text(encoding="ascii").split()]
        if len(ports) == count and all(port_is_free(port) for port in ports):
            return ports
    ports = free_ports(count)
    note.write_text(" ".join(map(str, ports)), encoding="ascii")
    return ports


def keep_secret(home: Path) -> str:
    """Return the password of the server in *home*, made up at its first start."""
    note = home / "password"
    if not note.is_file():
        note.touch(mode=0o600)
        note.write_text(secrets.token_hex(16), encoding="ascii")
    return note.read_text(encoding="ascii")


def http_status(url: str, headers: dict[str, str] | None = None) -> int:
    """Return the status that *url* answers with, 0 when nobody answers within three seconds."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers or {}), timeout=3) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0

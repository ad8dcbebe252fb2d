"""The same servers for a person to play with: they stay up between commands and keep their data in a folder.

A note in that folder says which processes are ours and how to reach them; it holds passwords and is
readable by its owner only.
"""

import fcntl
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from records.errors import PartUnavailable, WrongUse
from servers.elasticsearch import ElasticsearchConnection, ElasticsearchServer
from servers.minio import MinioServer
from servers.objectstore import S3Connection
from servers.postgresql import PostgresqlConnection, PostgresqlServer
from servers.prefect import PrefectConnection, PrefectServer
from servers.process import ProcessMark, alive, end
from servers.seaweedfs import SeaweedfsServer
from servers.server import Server

Connection = ElasticsearchConnection | PostgresqlConnection | PrefectConnection | S3Connection

_KINDS: dict[str, type[Connection]] = {
    "postgresql": PostgresqlConnection,
    "elasticsearch": ElasticsearchConnection,
    "minio": S3Connection,
    "seaweedfs": S3Connection,
    "prefect": PrefectConnection,
}
NAMES = tuple(_KINDS)
"""In the order in which they start: Prefect keeps its state in PostgreSQL."""


@dataclass(frozen=True, slots=True)
class _Running:
    connection: Connection
    mark: ProcessMark
    stop_signal: int
    grace: float


def up(
    home: Path,
    names: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
    taken_back: Callable[[str], None] = lambda _: None,
) -> dict[str, Connection]:
    """Start the servers *names* (none named: all), those that run already excepted; return how to reach each.

    *progress* hears the name of each server before it starts. Data lie under ``home/servers``. Raises WrongUse for
    an unknown name, and PartUnavailable when one cannot be had, before any is started, or when one does not start:
    then those that this call started are stopped again, and *taken_back* hears their names.
    """
    _refuse_unknown(names)
    wanted = set(names or NAMES)
    if "prefect" in wanted:
        wanted.add("postgresql")
    with _notes(home) as running:
        new = [name for name in NAMES if name in wanted and name not in running]
        _have_ready(new)
        started: list[str] = []
        try:
            for name in new:
                progress(name)
                running[name] = _start(name, _folder(home) / name, running)
                started.append(name)
        except BaseException:
            for name in reversed(started):
                _stop(name, running)
                taken_back(name)
            raise
        return {name: running[name].connection for name in NAMES if name in wanted}


def running(home: Path) -> dict[str, Connection]:
    """Return how to reach the servers that run now."""
    with _notes(home) as notes:
        return {name: one.connection for name, one in notes.items()}


def down(home: Path, names: Sequence[str] = ()) -> list[str]:
    """Stop the servers *names* (none named: all), each by its own process id; return those that ran. Data stay.

    Raises WrongUse for an unknown name.
    """
    _refuse_unknown(names)
    with _notes(home) as running:
        stopped = [name for name in reversed(NAMES) if name in running and (not names or name in names)]
        for name in stopped:
            _stop(name, running)
    return stopped


def _refuse_unknown(names: Sequence[str]) -> None:
    if unknown := [name for name in names if name not in _KINDS]:
        raise WrongUse("SERVERS_UNKNOWN", names=", ".join(unknown), known=", ".join(NAMES))


def _have_ready(names: Sequence[str]) -> None:
    """Have all of *names* fetched or built. Raises PartUnavailable for the first that cannot be had here."""
    nowhere = PostgresqlConnection("", 0, "", "", "")  # a server is asked what it lacks, not started
    servers = [_server(name, None, nowhere) for name in names]
    for server in servers:  # all of them asked before one is built, which takes minutes
        if lack := server.missing():
            raise PartUnavailable("SERVERS_MISSING", server=server.name, what_vi=lack.vi, what_en=lack.en)
    for server in servers:
        server.fetch()


def _server(name: str, home: Path | None, database: Connection | None) -> Server[Any]:
    """Return a server, not started; *database* is where Prefect keeps its state."""
    match name:
        case "postgresql":
            return PostgresqlServer(home)
        case "elasticsearch":
            return ElasticsearchServer(home)
        case "minio":
            return MinioServer(home)
        case "seaweedfs":
            return SeaweedfsServer(home)
        case _:
            assert isinstance(database, PostgresqlConnection)
            return PrefectServer(database, home)


def _start(name: str, home: Path, running: dict[str, _Running]) -> _Running:
    database = running["postgresql"].connection if "postgresql" in running else None
    connection, process, launch = _server(name, home, database).start_released()
    return _Running(connection, process.mark, launch.stop_signal, launch.grace)


def _stop(name: str, running: dict[str, _Running]) -> None:
    one = running.pop(name)
    end(one.mark, one.stop_signal, one.grace)


def _folder(home: Path) -> Path:
    return home / "servers"


@contextmanager
def _notes(home: Path) -> Iterator[dict[str, _Running]]:
    """Give the servers that run, under a lock; what the block leaves is written back, after a failure too."""
    folder = _folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "running.json"
    with (folder / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
        found = {name: _read(name, one) for name, one in told.items() if name in _KINDS}
        servers = {name: one for name, one in found.items() if alive(one.mark)}
        try:
            yield servers
        finally:
            note.touch(mode=0o600)
            text = json.dumps({name: asdict(one) for name, one in servers.items()}, indent=2)
            note.write_text(text, encoding="utf-8")


def _read(name: str, told: dict[str, object]) -> _Running:
    connection, mark = told["connection"], told["mark"]
    assert isinstance(connection, dict)
    assert isinstance(mark, dict)
    return _Running(
        _KINDS[name](**connection), ProcessMark(**mark), int(str(told["stop_signal"])), float(str(told["grace"]))
    )

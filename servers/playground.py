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

from records.errors import WrongUse
from servers.elasticsearch import ElasticsearchConnection, ElasticsearchServer
from servers.minio import MinioServer
from servers.objectstore import S3Connection
from servers.postgresql import PostgresqlConnection, PostgresqlServer
from servers.prefect import PrefectConnection, PrefectServer
from servers.process import ProcessMark, ReleasedProcess, alive, end
from servers.seaweedfs import SeaweedfsServer

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
    home: Path, names: Sequence[str] = (), progress: Callable[[str], None] = lambda _: None
) -> dict[str, Connection]:
    """Start the servers *names* (none named: all), those that run already excepted; return how to reach each.

    *progress* hears the name of each server before it starts. Data lie under ``home/servers``. Raises WrongUse for
    an unknown name and PartUnavailable when one cannot start; those that started before it stay up.
    """
    if unknown := [name for name in names if name not in _KINDS]:
        raise WrongUse("SERVERS_UNKNOWN", names=", ".join(unknown), known=", ".join(NAMES))
    wanted = set(names or NAMES)
    if "prefect" in wanted:
        wanted.add("postgresql")
    with _notes(home) as running:
        for name in NAMES:
            if name in wanted and name not in running:
                progress(name)
                running[name] = _start(name, _folder(home) / name, running)
        return {name: running[name].connection for name in NAMES if name in wanted}


def running(home: Path) -> dict[str, Connection]:
    """Return how to reach the servers that run now."""
    with _notes(home) as notes:
        return {name: one.connection for name, one in notes.items()}


def down(home: Path, names: Sequence[str] = ()) -> list[str]:
    """Stop the servers *names* (none named: all), each by its own process id; return those that ran. Data stay."""
    stopped = []
    with _notes(home) as running:
        for name in reversed(NAMES):
            if name in running and (not names or name in names):
                one = running[name]
                end(one.mark, one.stop_signal, one.grace)
                del running[name]
                stopped.append(name)
    return stopped


def _start(name: str, home: Path, running: dict[str, _Running]) -> _Running:
    connection: Connection
    process: ReleasedProcess
    match name:
        case "postgresql":
            connection, process, launch = PostgresqlServer(home).start_released()
        case "elasticsearch":
            connection, process, launch = ElasticsearchServer(home).start_released()
        case "minio":
            connection, process, launch = MinioServer(home).start_released()
        case "seaweedfs":
            connection, process, launch = SeaweedfsServer(home).start_released()
        case _:
            database = running["postgresql"].connection
            assert isinstance(database, PostgresqlConnection)
            connection, process, launch = PrefectServer(database, home).start_released()
    return _Running(connection, process.mark, launch.stop_signal, launch.grace)


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

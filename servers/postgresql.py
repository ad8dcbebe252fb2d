"""PostgreSQL on loopback: a cluster of its own in a folder, by the newest installed programmes."""

import re
import shutil
import signal
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from records.errors import PartUnavailable
from records.messages import Message, message
from servers.process import LOOPBACK, Launch, give, run_as, unprivileged
from servers.server import Server, keep_ports, keep_secret


@dataclass(frozen=True, slots=True)
class PostgresqlConnection:
    """Where it answers and how to sign in, as the owner of the cluster."""

    host: str
    port: int
    user: str
    password: str
    database: str

    @property
    def url(self) -> str:
        """``postgresql://user:password@host:port/database``, without a driver."""
        return self.url_for()

    def url_for(self, driver: str = "") -> str:
        """Return the URL naming a driver: ``url_for("psycopg")`` begins with ``postgresql+psycopg://``."""
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        return f"{scheme}://{self.user}:{self.password}@{self.host}:{self.port}/{self.database}"


class PostgresqlServer(Server[PostgresqlConnection]):
    """One cluster, run as ``postgres`` (or ``nobody``) when we are root."""

    name: ClassVar[str] = "postgresql"
    start_limit: ClassVar[float] = 60.0

    def missing(self) -> Message | None:
        """The programmes ``initdb`` and ``postgres``."""
        return None if programmes() else message("SERVERS_NO_POSTGRESQL")

    def fetch(self) -> None:
        """Nothing: it comes as a system package."""

    def plan(self, home: Path) -> tuple[PostgresqlConnection, Launch]:
        """A new cluster unless *home* has one. Kept data are kept with care, temporary data with speed."""
        folder, user = _programmes(), unprivileged("postgres")
        password, (port,) = keep_secret(home), keep_ports(home, 1)
        data = home / "data"
        if not (data / "PG_VERSION").is_file():
            _make_cluster(folder, data, user, password)
        settings = {"listen_addresses": LOOPBACK, "port": str(port), "unix_socket_directories": ""}
        if self._given_home is None:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(folder / "postgres"), "-D", str(data)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        connection = PostgresqlConnection(LOOPBACK, port, "khongcho", password, "postgres")
        # SIGINT is its fast shutdown: open connections are ended, data are safe.
        return connection, Launch(command, data, {"LC_MESSAGES": "C"}, user, signal.SIGINT, 30)

    def ready(self, connection: PostgresqlConnection) -> bool:
        """Whether it takes connections."""
        command = (str(_programmes() / "pg_isready"), "-q", "-h", connection.host, "-p", str(connection.port))
        return run_as(None, command)[0] == 0


def create_database(server: PostgresqlConnection, name: str) -> PostgresqlConnection:
    """Make an empty database *name* (lower-case letters, digits, ``_``), or find it, and return the way to it."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
        raise ValueError(f"not a plain database name: {name!r}")
    there = _psql(server, f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
    if not there.strip():
        _psql(server, f'CREATE DATABASE "{name}" TEMPLATE template0')
    return replace(server, database=name)


def drop_database(database: PostgresqlConnection) -> None:
    """Drop a database, connections to it included."""
    _psql(replace(database, database="postgres"), f'DROP DATABASE IF EXISTS "{database.database}" WITH (FORCE)')


def _psql(connection: PostgresqlConnection, statement: str) -> str:
    command = (str(_programmes() / "psql"), "-X", "-A", "-t", "-q", "-d", connection.url, "-c", statement)
    status, said = run_as(None, command)
    if status != 0:
        raise PartUnavailable("SERVERS_FETCH_FAILED", server="postgresql", command=statement, detail=said)
    return said


def programmes() -> Path | None:
    """Return the folder with the newest ``initdb`` and ``postgres`` of this machine."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _programmes() -> Path:
    folder = programmes()
    if folder is None:
        lack = message("SERVERS_NO_POSTGRESQL")
        raise PartUnavailable("SERVERS_MISSING", server="postgresql", what_vi=lack.vi, what_en=lack.en)
    return folder


def _make_cluster(folder: Path, data: Path, user: str | None, password: str) -> None:
    data.mkdir(parents=True, exist_ok=True)
    words = data.parent / "initial-password"
    words.touch(mode=0o600)
    words.write_text(password, encoding="ascii")
    for path in (data, words):
        give(path, user)
    command = [str(folder / "initdb"), "-D", str(data), "-U", "khongcho", "-A", "scram-sha-256"]
    command += [f"--pwfile={words}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    try:
        status, said = run_as(user, command, cwd=data)
    finally:
        words.unlink()
    if status != 0:
        raise PartUnavailable("SERVERS_FETCH_FAILED", server="postgresql", command="initdb", detail=said)

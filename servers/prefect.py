"""A Prefect server on loopback, keeping its state in PostgreSQL (on SQLite it stalls under load)."""

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from records.messages import Message, message
from servers.postgresql import PostgresqlConnection, create_database
from servers.process import LOOPBACK, Launch
from servers.server import Server, http_status, keep_ports

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}
"""Environment of every Prefect process of ours: nothing is reported to anybody, slow machines get time."""


@dataclass(frozen=True, slots=True)
class PrefectConnection:
    """Where it answers. It has no accounts: whoever reaches the loopback address may use it."""

    url: str
    """API address, ends in ``/api``."""


class PrefectServer(Server[PrefectConnection]):
    """One server with its services, on a database of its own."""

    name: ClassVar[str] = "prefect"

    def __init__(self, postgresql: PostgresqlConnection, home: Path | None = None) -> None:
        super().__init__(home)
        self._postgresql = postgresql

    def missing(self) -> Message | None:
        """The Python package ``prefect``."""
        return None if importlib.util.find_spec("prefect") else message("SERVERS_NO_PREFECT")

    def fetch(self) -> None:
        """Nothing: it comes as a Python package."""

    def plan(self, home: Path) -> tuple[PrefectConnection, Launch]:
        """State in database ``prefect``, the rest under *home*."""
        (port,) = keep_ports(home, 1)
        database = create_database(self._postgresql, "prefect")
        url = f"http://{LOOPBACK}:{port}/api"
        env = QUIET | {
            "PREFECT_HOME": str(home / "prefect"),
            "PREFECT_API_URL": url,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database.url_for("asyncpg"),
        }
        start = ("server", "start", "--host", LOOPBACK, "--port", str(port))
        return PrefectConnection(url), Launch((sys.executable, "-m", "prefect", *start), home, env)

    def ready(self, connection: PrefectConnection) -> bool:
        """Whether it answers and reaches its database."""
        return http_status(f"{connection.url}/ready") == 200

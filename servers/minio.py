"""MinIO on loopback, built once from its last published source (12 February 2026)."""

from pathlib import Path
from typing import ClassVar

from records.errors import PartUnavailable
from records.messages import Message, message
from servers import cache, golang
from servers.objectstore import S3Connection
from servers.process import LOOPBACK, Launch
from servers.server import Server, http_status, keep_ports, keep_secret

# Named releases are not served as a Go module; this is the commit of the last one.
MODULE = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"


class MinioServer(Server[S3Connection]):
    """One node with one drive; keeps versions and honours object lock."""

    name: ClassVar[str] = "minio"
    start_limit: ClassVar[float] = 60.0

    def missing(self) -> Message | None:
        """A Go tool chain, until the programme is in the cache."""
        if (cache.folder() / "minio").is_file() or golang.find() is not None:
            return None
        return message("SERVERS_NO_GO", lowest=".".join(map(str, golang.LOWEST)))

    def fetch(self) -> None:
        """Build it: about four minutes on two cores, once."""
        self._programme()

    def plan(self, home: Path) -> tuple[S3Connection, Launch]:
        """Data under *home*; the console on a port of its own."""
        password, (port, console) = keep_secret(home), keep_ports(home, 2)
        data = home / "data"
        data.mkdir(exist_ok=True)
        env = {
            "MINIO_ROOT_USER": "khongcho",
            "MINIO_ROOT_PASSWORD": password,
            "MINIO_UPDATE": "off",
            "MINIO_CALLHOME_ENABLE": "off",
            "HOME": str(home),
        }
        addresses = ("--address", f"{LOOPBACK}:{port}", "--console-address", f"{LOOPBACK}:{console}")
        command = (str(self._programme()), "server", "--quiet", *addresses, str(data))
        return S3Connection(f"http://{LOOPBACK}:{port}", "khongcho", password), Launch(command, home, env)

    def ready(self, connection: S3Connection) -> bool:
        """Whether its drive takes writes."""
        return http_status(f"{connection.url}/minio/health/cluster") == 200

    def _programme(self) -> Path:
        def build(workshop: Path) -> None:
            tool = golang.find()
            if tool is None:
                raise PartUnavailable("SERVERS_NO_GO", lowest=".".join(map(str, golang.LOWEST)))
            golang.install(self.name, tool, MODULE, workshop)

        return cache.kept("minio", build)

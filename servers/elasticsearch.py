"""Elasticsearch on loopback, password on, from the small distribution that its makers publish for tests.

The artefact holds the official server with few modules: no ``GET /`` (probe with cluster health), no
``_reindex``, no scripts. What works here works on the full distribution.
"""

import base64
import shutil
import signal
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from records.errors import PartUnavailable
from records.messages import Message, message
from servers import cache, java
from servers.process import LOOPBACK, Launch, can_read, give, run_as, unprivileged
from servers.server import Server, http_status, keep_ports, keep_secret

USER = "elastic"


@dataclass(frozen=True, slots=True)
class Release:
    """A pinned version and what it needs."""

    version: str
    sha256: str
    java: int
    """Oldest Java that runs it."""

    @property
    def file(self) -> str:
        """Name of the archive in the cache."""
        return f"elasticsearch-{self.version}.zip"


V8 = Release("8.19.8", "8d943e94cef02cbceb6e39cd00175bb04e5f882fa32783a473880b8691a54376", 17)
V9 = Release("9.2.0", "bf44938a0490ba2a303d39c9cb64b38963dd08c812ce93e10816e878585bcb6b", 21)


def releases_for_this_machine() -> list[Release]:
    """Return the releases to test against: always 8, and 9 where its Java is installed."""
    return [V8, V9] if java.find(V9.java) else [V8]


@dataclass(frozen=True, slots=True)
class ElasticsearchConnection:
    """Where it answers and how to sign in."""

    url: str
    user: str
    password: str
    version: str


class ElasticsearchServer(Server[ElasticsearchConnection]):
    """One node, heap 512 MB, run as ``nobody`` when we are root (it refuses to be root)."""

    name: ClassVar[str] = "elasticsearch"
    start_limit: ClassVar[float] = 300.0

    def __init__(self, home: Path | None = None, release: Release = V8) -> None:
        super().__init__(home)
        self.release_wanted = release

    def missing(self) -> Message | None:
        """Java always; Maven only until the archive is in the cache."""
        if java.find(self.release_wanted.java) is None:
            return message("SERVERS_NO_JAVA", lowest=self.release_wanted.java)
        if not (cache.folder() / self.release_wanted.file).is_file() and shutil.which("mvn") is None:
            return message("SERVERS_NO_MAVEN")
        return None

    def fetch(self) -> None:
        """Fetch the archive through Maven and unpack it."""
        self._unpacked()

    def plan(self, home: Path) -> tuple[ElasticsearchConnection, Launch]:
        """Own configuration, data and logs under *home*; the password goes into the server's keystore."""
        runtime = java.find(self.release_wanted.java)
        if runtime is None:
            raise PartUnavailable("SERVERS_NO_JAVA", lowest=self.release_wanted.java)
        user = unprivileged("nobody")
        programme = self._unpacked()
        if not can_read(programme / "bin" / "elasticsearch", user):  # a checkout below a closed home folder
            programme = self._unpack_into(home / "programme")
        password, (port, transport) = keep_secret(home), keep_ports(home, 2)
        node = home / "node"
        for folder in ("data", "logs", "tmp"):
            (node / folder).mkdir(parents=True, exist_ok=True)
        _configure(programme, node, port, transport)
        give(node, user)
        env = {
            "ES_JAVA_HOME": str(runtime.home),
            "ES_PATH_CONF": str(node / "config"),
            "ES_TMPDIR": str(node / "tmp"),
            "ES_JAVA_OPTS": "-Xms512m -Xmx512m",
            "CLI_JAVA_OPTS": "-Xmx64m",
            "HOME": str(node),
        }
        launch = Launch((str(programme / "bin" / "elasticsearch"),), node, env, user, signal.SIGTERM, 30)
        _set_password(programme, launch, password)
        url = f"http://{LOOPBACK}:{port}"
        return ElasticsearchConnection(url, USER, password, self.release_wanted.version), launch

    def ready(self, connection: ElasticsearchConnection) -> bool:
        """Whether the cluster is at least yellow and the password counts."""
        token = base64.b64encode(f"{connection.user}:{connection.password}".encode()).decode()
        health = f"{connection.url}/_cluster/health?wait_for_status=yellow&timeout=1s"
        return http_status(health, {"Authorization": f"Basic {token}"}) == 200

    def _archive(self) -> Path:
        release = self.release_wanted
        artefact = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{release.version}:zip"

        def get(workshop: Path) -> None:
            goal = ["dependency:copy", f"-Dartifact={artefact}", f"-DoutputDirectory={workshop}"]
            cache.run(self.name, ["mvn", "--batch-mode", "--quiet", *goal], limit=900)
            cache.check_digest(workshop / release.file, release.sha256)

        return cache.kept(release.file, get)

    def _unpacked(self) -> Path:
        name = f"elasticsearch-{self.release_wanted.version}"
        return cache.kept(name, self._unpack_into)

    def _unpack_into(self, folder: Path) -> Path:
        """Unpack the archive, keeping what may be executed so. Return the folder that holds ``bin``."""
        with zipfile.ZipFile(self._archive()) as archive:
            for part in archive.infolist():
                path = Path(archive.extract(part, folder))
                path.chmod(0o755 if part.is_dir() else (part.external_attr >> 16) & 0o755)
        folder.chmod(0o755)
        return folder / f"elasticsearch-{self.release_wanted.version}"


def _configure(programme: Path, node: Path, port: int, transport: int) -> None:
    config = node / "config"
    if not config.is_dir():
        shutil.copytree(programme / "config", config)
    settings = {
        "cluster.name": "khongcho",
        "node.name": "khongcho-1",
        "discovery.type": "single-node",
        "network.host": LOOPBACK,
        "http.port": port,
        "transport.port": transport,
        "path.data": node / "data",
        "path.logs": node / "logs",
        "xpack.security.enabled": "true",
        "xpack.security.http.ssl.enabled": "false",
        # A nearly full disk of the machine must not make a test index read-only.
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    text = "".join(f'{key}: "{value}"\n' for key, value in settings.items())
    (config / "elasticsearch.yml").write_text(text, encoding="utf-8")
    options = (programme / "config" / "jvm.options").read_text(encoding="utf-8").splitlines()
    # Logs and dumps would go into the programme's folder, which is read-only for the server.
    quiet = [line for line in options if not line.startswith(("-Xlog", "-XX:ErrorFile", "-XX:+HeapDump"))]
    (config / "jvm.options").write_text("\n".join(quiet) + "\n", encoding="utf-8")


def _set_password(programme: Path, launch: Launch, password: str) -> None:
    tool = str(programme / "bin" / "elasticsearch-keystore")
    steps = [([tool, "add", "-f", "-x", "bootstrap.password"], password)]
    if not (launch.cwd / "config" / "elasticsearch.keystore").exists():
        steps.insert(0, ([tool, "create"], ""))
    for command, given in steps:
        status, said = run_as(launch.user, command, cwd=launch.cwd, env=launch.environment(), given=given)
        if status != 0:
            raise PartUnavailable(
                "SERVERS_FETCH_FAILED", server="elasticsearch", command=" ".join(command), detail=said
            )

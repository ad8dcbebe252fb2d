"""Fetch and build beforehand what the servers need: ``python -m servers.fetch``."""

import sys
from collections.abc import Callable
from typing import Any

from records.errors import KhongChoError, PartUnavailable
from records.messages import Message
from servers import chromium, verapdf
from servers.elasticsearch import ElasticsearchServer, releases_for_this_machine
from servers.minio import MinioServer
from servers.postgresql import PostgresqlConnection, PostgresqlServer
from servers.prefect import PrefectServer
from servers.seaweedfs import SeaweedfsServer
from servers.server import Server


def all_servers() -> list[Server[Any]]:
    """Return one of each server that the test suites use here, not started."""
    nowhere = PostgresqlConnection("", 0, "", "", "")
    elasticsearch = [ElasticsearchServer(release=release) for release in releases_for_this_machine()]
    return [PostgresqlServer(), SeaweedfsServer(), PrefectServer(nowhere), *elasticsearch, MinioServer()]


def missing() -> dict[str, Message]:
    """Return what to install before everything can run: name of the part -> words."""
    found = {server.name: lack for server in all_servers() if (lack := server.missing())}
    for part in (chromium, verapdf):
        if lack := part.missing():
            found[part.__name__.rpartition(".")[2]] = lack
    return found


def fetch_all(progress: Callable[[str], None] = lambda _: None) -> None:
    """Fetch or build every server into the cache. *progress* hears each name first. Raises PartUnavailable."""
    for name, lack in missing().items():
        raise PartUnavailable("SERVERS_MISSING", server=name, what_vi=lack.vi, what_en=lack.en)
    for server in all_servers():
        progress(server.name)
        server.fetch()
    progress(verapdf.NAME)
    verapdf.fetch()


def main() -> int:
    """Fetch everything; on failure say what is missing, in both languages."""
    try:
        fetch_all(lambda name: print(name, file=sys.stderr, flush=True))
    except KhongChoError as error:
        print(f"{error.message().vi}\n{error.message().en}", file=sys.stderr)
        return int(error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Each real server starts, answers to whom it should, and listens to this machine alone."""

import ipaddress
import os
import re
import shutil
import tempfile
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from elasticsearch import AuthenticationException, Elasticsearch

from records.errors import WrongUse
from servers.elasticsearch import ElasticsearchConnection
from servers.objectstore import S3Connection
from servers.playground import down, running, up
from servers.postgresql import PostgresqlConnection, PostgresqlServer, create_database
from servers.prefect import PrefectConnection
from servers.server import http_status


def listening(port: int) -> set[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """All addresses on which the process behind *port*, and the others of its session, listen."""
    sockets = {inode: (address, number) for address, number, inode in _listening_sockets()}
    owners = dict(_sockets_of_processes())
    behind = {pid for pid, inodes in owners.items() if any(sockets.get(i, (None, 0))[1] == port for i in inodes)}
    assert behind, f"nobody listens on {port}"
    sessions = {os.getsid(pid) for pid in behind}
    family = {pid for pid in owners if _session(pid) in sessions}
    return {sockets[inode][0] for pid in family for inode in owners[pid] if inode in sockets}


def _listening_sockets() -> Iterator[tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int, str]]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            words = line.split()
            if words[3] != "0A":
                continue
            digits, port = words[1].split(":")
            # The kernel writes each group of four bytes in the order of this machine.
            raw = b"".join(bytes.fromhex(digits[i : i + 8])[::-1] for i in range(0, len(digits), 8))
            address = ipaddress.ip_address(raw)
            yield getattr(address, "ipv4_mapped", None) or address, int(port, 16), words[9]


def _sockets_of_processes() -> Iterator[tuple[int, set[str]]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            links = [str((folder / "fd" / name).readlink()) for name in os.listdir(folder / "fd")]  # noqa: PTH208
        except OSError:
            continue
        yield int(folder.name), {found.group(1) for link in links if (found := re.match(r"socket:\[(\d+)\]", link))}


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return -1


def assert_private(url: str) -> None:
    port = urllib.parse.urlsplit(url).port
    assert port is not None
    addresses = listening(port)
    assert addresses
    assert all(address.is_loopback for address in addresses), addresses


@pytest.mark.slow
def test_elasticsearch_asks_for_its_password(each_elasticsearch: ElasticsearchConnection) -> None:
    with Elasticsearch(
        each_elasticsearch.url, basic_auth=(each_elasticsearch.user, each_elasticsearch.password)
    ) as client:
        assert client.cluster.health()["number_of_nodes"] == 1
    with Elasticsearch(each_elasticsearch.url) as stranger, pytest.raises(AuthenticationException):
        stranger.cluster.health()
    assert_private(each_elasticsearch.url)


def test_object_stores_refuse_strangers(minio_server: S3Connection, seaweedfs_server: S3Connection) -> None:
    for server in (minio_server, seaweedfs_server):
        assert http_status(server.url) == 403
        assert_private(server.url)


def test_postgresql_asks_for_its_password(postgresql_database: PostgresqlConnection) -> None:
    with psycopg.connect(postgresql_database.url) as connection:
        row = connection.execute("SELECT current_database(), current_setting('server_encoding')").fetchone()
    assert row == (postgresql_database.database, "UTF8")
    wrong = postgresql_database.url.replace(postgresql_database.password, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    assert_private(postgresql_database.url)


def test_a_database_is_made_once_and_its_name_must_be_plain(postgresql_server: PostgresqlConnection) -> None:
    assert create_database(postgresql_server, "twice") == create_database(postgresql_server, "twice")
    with pytest.raises(ValueError, match="plain"):
        create_database(postgresql_server, 'x"; DROP DATABASE postgres; --')


def test_two_servers_of_one_kind_do_not_meet(postgresql_server: PostgresqlConnection) -> None:
    with PostgresqlServer() as other:
        assert other.port != postgresql_server.port
        assert other.password != postgresql_server.password


@pytest.mark.slow
def test_prefect_answers(prefect_server: PrefectConnection) -> None:
    assert http_status(f"{prefect_server.url}/health") == 200
    assert_private(prefect_server.url)


@pytest.mark.servers
@pytest.mark.slow
def test_the_playground_keeps_servers_and_data_between_commands() -> None:
    home = Path(tempfile.mkdtemp())
    home.chmod(0o755)  # a folder that the account of the database server can reach
    heard: list[str] = []
    try:
        first = up(home, ["postgresql", "minio"], heard.append)
        assert heard == ["postgresql", "minio"]
        database, store = first["postgresql"], first["minio"]
        assert isinstance(database, PostgresqlConnection)
        assert isinstance(store, S3Connection)
        with psycopg.connect(database.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert up(home, ["postgresql"], heard.append) == {"postgresql": database}
        assert heard == ["postgresql", "minio"]
        assert running(home) == first
        assert (home / "servers" / "running.json").stat().st_mode & 0o077 == 0

        assert down(home) == ["minio", "postgresql"]
        assert http_status(store.url) == 0
        assert down(home) == []

        assert up(home, ["postgresql"]) == {"postgresql": database}
        with psycopg.connect(database.url) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    finally:
        down(home)
        shutil.rmtree(home)


def test_the_playground_knows_its_servers_by_name(tmp_path: Path) -> None:
    with pytest.raises(WrongUse) as told:
        up(tmp_path, ["postgresql", "oracle"])
    assert "oracle" in told.value.message().vi
    assert "elasticsearch" in told.value.message().vi
    assert running(tmp_path) == {}

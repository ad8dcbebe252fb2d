"""What all suites share: real servers, each started once, when the first test asks for it.

Every test that asks for a server gets the marker ``servers`` and a group for ``pytest -n N --dist loadgroup``,
so that each server runs in one worker only. Without that option each worker starts its own: slower, never wrong.
"""

import uuid
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from servers.elasticsearch import V8, V9, ElasticsearchConnection, ElasticsearchServer, releases_for_this_machine
from servers.minio import MinioServer
from servers.objectstore import S3Connection
from servers.postgresql import PostgresqlConnection, PostgresqlServer, create_database, drop_database
from servers.prefect import PrefectConnection, PrefectServer
from servers.seaweedfs import SeaweedfsServer

# No test may fail because the machine is busy
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

_GROUPS = {
    "elasticsearch_server": "elasticsearch",
    "elasticsearch9_server": "elasticsearch",
    "each_elasticsearch": "elasticsearch",
    "postgresql_server": "postgresql",
    "postgresql_database": "postgresql",
    "prefect_server": "postgresql",
    "minio_server": "s3",
    "seaweedfs_server": "s3",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        wanted = sorted({_GROUPS[name] for name in getattr(item, "fixturenames", ()) if name in _GROUPS})
        if wanted:
            item.add_marker(pytest.mark.servers)
            item.add_marker(pytest.mark.xdist_group(wanted[0]))


@pytest.fixture(scope="session")
def elasticsearch_server() -> Iterator[ElasticsearchConnection]:
    """Elasticsearch 8 with the password on."""
    with ElasticsearchServer(release=V8) as connection:
        yield connection


@pytest.fixture(scope="session")
def elasticsearch9_server() -> Iterator[ElasticsearchConnection]:
    """Elasticsearch 9; fails where its Java is missing, so ask for it through ``each_elasticsearch``."""
    with ElasticsearchServer(release=V9) as connection:
        yield connection


@pytest.fixture(scope="session", params=[release.version for release in releases_for_this_machine()])
def each_elasticsearch(request: pytest.FixtureRequest) -> ElasticsearchConnection:
    """Every Elasticsearch that can run here: a test that asks for it runs once for each."""
    name = "elasticsearch_server" if request.param == V8.version else "elasticsearch9_server"
    connection = request.getfixturevalue(name)
    assert isinstance(connection, ElasticsearchConnection)
    return connection


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlConnection]:
    """One PostgreSQL cluster."""
    with PostgresqlServer() as connection:
        yield connection


@pytest.fixture
def postgresql_database(postgresql_server: PostgresqlConnection) -> Iterator[PostgresqlConnection]:
    """An empty database of the test's own."""
    database = create_database(postgresql_server, f"t_{uuid.uuid4().hex}")
    yield database
    drop_database(database)


@pytest.fixture(scope="session")
def prefect_server(postgresql_server: PostgresqlConnection) -> Iterator[PrefectConnection]:
    """A Prefect server that keeps its state in PostgreSQL."""
    with PrefectServer(postgresql_server) as connection:
        yield connection


@pytest.fixture(scope="session")
def minio_server() -> Iterator[S3Connection]:
    """MinIO, without a bucket."""
    with MinioServer() as connection:
        yield connection


@pytest.fixture(scope="session")
def seaweedfs_server() -> Iterator[S3Connection]:
    """SeaweedFS, without a bucket."""
    with SeaweedfsServer() as connection:
        yield connection

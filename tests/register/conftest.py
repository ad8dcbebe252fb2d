"""Every test of the ledger's contract runs on SQLite and on PostgreSQL."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from register import SqlRegister, open_register
from servers.postgresql import PostgresqlConnection

BOTH = [
    "sqlite",
    pytest.param("postgresql", marks=[pytest.mark.servers, pytest.mark.xdist_group("postgresql")]),
]


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty ledger."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'register.db'}"
        return
    template: PostgresqlConnection = request.getfixturevalue("postgresql_ledger")
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(replace(template, database="postgres").url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template.database}"')
        yield replace(template, database=name).url
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgresql_ledger(postgresql_server: PostgresqlConnection) -> PostgresqlConnection:
    """A migrated, empty ledger that each test gets a copy of."""
    name = f"ledger_{uuid.uuid4().hex}"
    with psycopg.connect(postgresql_server.url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    database = replace(postgresql_server, database=name)
    open_register(database.url).close()
    return database


@pytest.fixture
def register(url: str) -> Iterator[SqlRegister]:
    with open_register(url) as opened:
        yield opened

import multiprocessing as mp
import sqlite3
import tempfile
import threading
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, text

from records.codes import Presence
from records.errors import IntegrityError, PartUnavailable, WrongUse
from records.provenance import ProvenanceEvent
from register import SqlRegister, open_register
from register.schema import metadata
from servers.postgresql import PostgresqlServer
from tests.register.making import AT, by, entry


def open_and_draft(url: str, name: str) -> int:
    with open_register(url) as register:
        return len(register.draft([entry(name, so="1")]))


def test_the_migrations_lead_to_the_schema(register: SqlRegister) -> None:
    with register.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_opening_again_finds_what_was_there(url: str) -> None:
    with open_register(url) as register:
        drafted = register.draft([entry(so="12")])
    with open_register(url) as register:
        assert register.entries() == drafted


@pytest.mark.slow
def test_processes_may_create_one_ledger_together(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'register.db'}"
    with ProcessPoolExecutor(4, mp_context=mp.get_context("spawn")) as pool:
        assert sum(pool.map(open_and_draft, [url] * 8, [f"KS-{n}" for n in range(8)])) == 8
    with open_register(url) as register:
        assert len(register.entries()) == 8
        assert register.check().whole


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    with open_register(f"sqlite:///{tmp_path / 'r.db'}") as register, register.database.read() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas]
    assert found == ["wal", 2, 1, 30_000]


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    with open_register(f"sqlite:///{tmp_path / 'r.db'}") as register:
        register.draft([entry(so="1")])
        assert {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {
            "r.db": 0,
            "r.db-shm": 0,
            "r.db-wal": 0,
        }


def test_readers_see_one_state_while_somebody_writes(register: SqlRegister) -> None:
    register.draft([entry(so="12")])
    count = text("SELECT count(*) FROM entry_versions")
    with register.database.read() as connection:
        before = connection.execute(count).scalar_one()
        register.decide("KS-AAAAAAAAAA", "so", Presence.BLANK, "", "", by(), 1)
        assert connection.execute(count).scalar_one() == before == 1
    with register.database.read() as connection:
        assert connection.execute(count).scalar_one() == 2


def test_a_ledger_of_a_later_version_is_left_alone(url: str) -> None:
    with open_register(url) as register, register.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WrongUse) as caught:
        open_register(url)
    assert caught.value.code == "REGISTER_NEWER"


@pytest.mark.parametrize(
    "url", ["", "register.db", "mysql://h/x", "sqlite://", "sqlite:///:memory:", "oracle://u:pw@h/x"]
)
def test_addresses_of_another_kind(url: str) -> None:
    with pytest.raises(WrongUse) as caught:
        open_register(url)
    assert caught.value.code == "REGISTER_URL"
    assert "pw" not in str(caught.value)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PartUnavailable) as caught:
        open_register(f"sqlite:///{tmp_path / 'file' / 'register.db'}")
    assert caught.value.code == "REGISTER_DOWN"


@pytest.mark.parametrize("content", [b"not a database" * 400, b"\x00" * 8192])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "r.db").write_bytes(content)
    with pytest.raises(IntegrityError) as caught:
        open_register(f"sqlite:///{tmp_path / 'r.db'}")
    assert caught.value.code == "REGISTER_DAMAGED"
    assert (tmp_path / "r.db").read_bytes() == content


def test_a_damaged_page_is_found(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    with open_register(f"sqlite:///{path}") as register:
        register.draft([entry(f"KS-{n:03d}", so=str(n), nksHoTen="Lan") for n in range(100)])
        assert register.check().whole
        with register.database.engine.connect() as connection:
            root = connection.exec_driver_sql(
                "SELECT rootpage FROM sqlite_master WHERE name = 'ix_audit_events_object_id'"
            ).scalar_one()
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    for at in range((root - 1) * size + 8, (root - 1) * size + 12):
        data[at] ^= 0xFF
    path.write_bytes(data)
    with open_register(f"sqlite:///{path}") as register:
        try:
            assert register.check().damages
        except IntegrityError as error:
            assert error.code == "REGISTER_DAMAGED"


def test_a_full_disk_stops_the_work_and_loses_nothing(tmp_path: Path) -> None:
    with open_register(f"sqlite:///{tmp_path / 'r.db'}") as register:
        kept = register.draft([entry("KS-KEPT", so="1")])
        pages = 0

        def narrow(dbapi: sqlite3.Connection, *_: object) -> None:
            dbapi.execute(f"PRAGMA max_page_count={pages}")

        register.close()
        with sqlite3.connect(tmp_path / "r.db") as plain:
            pages = plain.execute("PRAGMA page_count").fetchone()[0] + 2
        event.listen(register.database.engine, "connect", narrow)
        many = [entry(f"KS-{n:04d}", so=str(n), nksHoTen="Nguyễn Thị Lan") for n in range(300)]
        with pytest.raises(PartUnavailable) as caught:
            register.draft(many)
        assert caught.value.code == "REGISTER_DISK_FULL"
        assert register.entries() == kept
        event.remove(register.database.engine, "connect", narrow)
        register.close()
        assert len(register.draft(many)) == 300
        assert register.check().whole


def test_a_ledger_held_by_somebody_else_is_busy(tmp_path: Path) -> None:
    with open_register(f"sqlite:///{tmp_path / 'r.db'}") as register:
        register.close()
        event.listen(register.database.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA busy_timeout=50"))
        other = sqlite3.connect(tmp_path / "r.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(PartUnavailable) as caught:
            register.draft([entry(so="1")])
        assert caught.value.code == "REGISTER_BUSY"
        assert register.entries() == []
        other.execute("ROLLBACK")
        other.close()
        assert register.draft([entry(so="1")])


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(PartUnavailable) as caught:
        open_register("postgresql://clerk:secret@127.0.0.1:9/none")
    assert caught.value.code == "REGISTER_DOWN"
    assert "secret" not in str(caught.value)
    assert "secret" not in caught.value.message().vi


@pytest.mark.servers
@pytest.mark.slow
def test_a_server_that_goes_down_and_comes_back() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)  # the server runs as another account
        with PostgresqlServer(home=home) as connection:
            register = open_register(connection.url)
            kept = register.draft([entry(so="1")])
        with pytest.raises(PartUnavailable) as caught:
            register.draft([entry("KS-LOST", so="2")])
        assert caught.value.code == "REGISTER_DOWN"
        with PostgresqlServer(home=home), register:
            assert register.entries() == kept
            assert len(register.draft([entry("KS-LATER", so="2")])) == 1


def test_a_writer_waits_its_turn(url: str) -> None:
    with open_register(url) as one, open_register(url) as two:
        done = threading.Event()

        def second() -> None:
            two.append(ProvenanceEvent("access", "x", "lan", AT))
            done.set()

        with one.database.write():
            thread = threading.Thread(target=second)
            thread.start()
            assert not done.wait(0.3)
        thread.join(10)
        assert done.is_set()

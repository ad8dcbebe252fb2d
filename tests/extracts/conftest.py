import datetime as dt
from pathlib import Path

import pytest

from extracts import SigningIdentity, make_demo_identity
from records.entries import Entry
from register import open_register
from tests.extracts.office import ENTRY, LEDGER, Office, open_office, verified


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> SigningIdentity:
    return make_demo_identity(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with one verified entry, made once and copied for each test."""
    path = tmp_path_factory.mktemp("ledger") / LEDGER
    with open_register(f"sqlite:///{path}") as register:
        verified(register, ENTRY)
    return path


def now() -> dt.datetime:
    # The demonstration certificate holds from the day it is made, so these offices live today.
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def office(tmp_path: Path, demo: SigningIdentity, ledger: Path) -> Office:
    return open_office(tmp_path, demo, now(), ledger)


@pytest.fixture
def entry(office: Office) -> Entry:
    return office.register.entry(ENTRY)


@pytest.fixture(scope="session")
def issued(tmp_path_factory: pytest.TempPathFactory, demo: SigningIdentity, ledger: Path) -> tuple[Office, bytes]:
    """One certified extract and the office that issued it, for tests that only look."""
    shared = open_office(tmp_path_factory.mktemp("issued"), demo, now(), ledger)
    return shared, shared.issue(shared.register.entry(ENTRY))

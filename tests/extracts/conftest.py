import datetime as dt
from pathlib import Path

import pytest

from extracts import SigningIdentity, make_demo_identity
from records.entries import Entry
from tests.extracts.office import Office, open_office, verified


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> SigningIdentity:
    return make_demo_identity(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def office(tmp_path: Path, demo: SigningIdentity) -> Office:
    # The demonstration certificate holds from the day it is made, so this office lives now.
    return open_office(tmp_path, demo, dt.datetime.now(dt.UTC).replace(microsecond=0))


@pytest.fixture
def entry(office: Office) -> Entry:
    return verified(office.register)


@pytest.fixture(scope="session")
def issued(tmp_path_factory: pytest.TempPathFactory, demo: SigningIdentity) -> tuple[Office, bytes]:
    """One certified extract and the office that issued it, for tests that only look."""
    shared = open_office(tmp_path_factory.mktemp("issued"), demo, dt.datetime.now(dt.UTC).replace(microsecond=0))
    return shared, shared.issue(verified(shared.register))

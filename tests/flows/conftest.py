from pathlib import Path

import pytest

from tests.flows.tiny import TinyHouse
from wiring import Settings
from wiring.settings import FlowSettings


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One migrated home of Prefect for all tests of this folder: a first start takes most of a minute."""
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture
def tiny_house(tmp_path: Path, prefect_home: Path) -> TinyHouse:
    (tmp_path / "delivery").write_text(" ".join(f"page{n:02d}" for n in range(7)))
    return TinyHouse(Settings(home=tmp_path, flows=FlowSettings(home=prefect_home, batch=3)))

"""The flow on Prefect's private server, with a digitiser of the same protocol whose work costs nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows import digitise_with_prefect, orphans
from records.codes import DeliveryKind
from records.errors import PartUnavailable
from records.progress import SilentProgress
from tests.flows.tiny import Counting, TinyHouse
from wiring import Settings
from wiring.settings import FlowSettings

pytestmark = pytest.mark.slow

RUN_TINY = """
import sys
from pathlib import Path
from flows import digitise_with_prefect
from records.codes import DeliveryKind
from records.progress import SilentProgress
from tests.flows.tiny import TinyHouse
from wiring import Settings
from wiring.settings import FlowSettings
home, prefect_home = map(Path, sys.argv[1:])
house = TinyHouse(Settings(home=home, flows=FlowSettings(home=prefect_home, batch=3)))
digitise_with_prefect(house, home / "delivery", DeliveryKind.BOOK, SilentProgress())
"""


def ledger(house: TinyHouse) -> list[str]:
    return house.digitiser.ledger.read_text().splitlines()


def test_a_delivery_is_digitised_once_and_progress_is_told(tiny_house: TinyHouse) -> None:
    counting = Counting()
    delivery = tiny_house.settings.home / "delivery"
    report = digitise_with_prefect(tiny_house, delivery, DeliveryKind.BOOK, counting)
    assert (report.pages, report.done) == (7, 7)
    assert len(ledger(tiny_house)) == len(set(ledger(tiny_house))) == 14
    assert [total for _, total in counting.stretches] == [3, 3, 3, 3, 1, 1]
    assert counting.advanced == 14
    assert tiny_house.projected == ["tiny"]
    again = Counting()
    digitise_with_prefect(tiny_house, delivery, DeliveryKind.BOOK, again)
    assert len(ledger(tiny_house)) == 14
    assert again.stretches == []


def test_a_part_that_is_silent_for_a_moment_is_tried_again(
    tiny_house: TinyHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_house.digitiser.silent_tries = 1
    delivery = tiny_house.settings.home / "delivery"
    report = digitise_with_prefect(tiny_house, delivery, DeliveryKind.BOOK, SilentProgress())
    assert report.done == 7
    assert tiny_house.digitiser.silent_tries == 0


def test_a_wrong_delivery_is_told_as_it_is_and_not_tried_again(tiny_house: TinyHouse) -> None:
    with pytest.raises(FileNotFoundError):
        digitise_with_prefect(
            tiny_house,
            tiny_house.settings.home / "nothing",
            DeliveryKind.BOOK,
            SilentProgress(),
        )
    assert orphans.orphans(tiny_house.settings.home) == []


def test_a_server_that_is_not_there_is_told_and_nothing_is_lost(tiny_house: TinyHouse, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SILENT_SERVER, str(tmp_path)], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.stdout.strip() == "FLOW_SERVER_SILENT", done.stderr
    assert not tiny_house.digitiser.ledger.exists()


SILENT_SERVER = (
    RUN_TINY.replace("home, prefect_home = map(Path, sys.argv[1:])", "home = Path(sys.argv[1])")
    .replace("FlowSettings(home=prefect_home, batch=3)", "FlowSettings(api_url='http://127.0.0.1:9/api')")
    .replace(
        "digitise_with_prefect(house, home",
        "from records.errors import PartUnavailable\ntry:\n    digitise_with_prefect(house, home",
    )
    + "except PartUnavailable as e:\n    print(e.code)\n"
)


def test_a_killed_run_is_finished_by_the_next_and_marked(tiny_house: TinyHouse, prefect_home: Path) -> None:
    home = tiny_house.settings.home
    child = subprocess.Popen(
        [sys.executable, "-c", RUN_TINY, str(home), str(prefect_home)], env={**os.environ, "TINY_SECONDS": "0.4"}
    )
    try:
        deadline = time.monotonic() + 180
        while not tiny_house.digitiser.ledger.exists() or len(ledger(tiny_house)) < 4:
            assert child.poll() is None, "the run ended before it could be killed"
            assert time.monotonic() < deadline, "the run never began its work"
            time.sleep(0.05)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    (dead,) = orphans.orphans(home)
    assert dead.executor.pid == child.pid
    assert dead.server is not None and dead.server.alive, "the private server outlives its run"
    report = digitise_with_prefect(tiny_house, home / "delivery", DeliveryKind.BOOK, SilentProgress())
    assert report.done == 7
    assert len(ledger(tiny_house)) == len(set(ledger(tiny_house))) == 14
    assert orphans.orphans(home) == []
    assert state_of(dead.flow_run) == "Crashed"
    deadline = time.monotonic() + 30
    while dead.server.alive:
        assert time.monotonic() < deadline, "the private server of the dead run still lives"
        time.sleep(0.1)


def state_of(flow_run: str) -> str | None:
    """The run's state as Prefect's server of this test process tells it."""
    from uuid import UUID

    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        state = client.read_flow_run(UUID(flow_run)).state
        return state.name if state else None


def test_deploying_needs_a_server(tmp_path: Path) -> None:
    from flows import deploy

    with pytest.raises(PartUnavailable) as caught:
        deploy(Settings(home=tmp_path, flows=FlowSettings()))
    assert caught.value.code == "FLOW_SERVER_NOT_SET"

"""A delivery through a real Prefect server on PostgreSQL: deployment, work pool, process worker."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import deploy, submit
from flows.environment import child_environment
from flows.run import worker_command
from records.codes import DeliveryKind
from servers.prefect import PrefectConnection
from wiring import Settings, open_house
from wiring.settings import FlowSettings, ReadingSettings

pytestmark = [pytest.mark.servers, pytest.mark.slow]


@pytest.fixture
def settings(tmp_path: Path, prefect_server: PrefectConnection) -> Settings:
    return Settings(
        home=tmp_path / "home",
        reading=ReadingSettings(workers=2),
        flows=FlowSettings(api_url=prefect_server.url, home=tmp_path / "prefect", work_pool=f"pool-{os.getpid()}"),
    )


@pytest.fixture
def worker(settings: Settings, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker in a session of its own, so that it and the runs it started can be ended together."""
    deploy(settings)
    environ = child_environment(settings, {**os.environ, "KHONGCHO_READING__WORKERS": "2"})
    with (tmp_path / "worker.log").open("wb") as log:
        child = subprocess.Popen(
            worker_command(settings), env=environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield child
        finally:
            os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def test_a_worker_digitises_a_submitted_delivery(
    settings: Settings, worker: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    from samples import make_book

    made = make_book(tmp_path / "book", cases=2, seed=5, difficulty="easy", formats=("jpeg",))
    delivery_folder = tmp_path / "delivery"
    delivery_folder.mkdir()
    for line in made.truth.read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        if page["role"] == "entry":
            (made.folder / page["file"]).rename(delivery_folder / page["file"])
    _, state = submit(settings, delivery_folder, DeliveryKind.BOOK, wait_seconds=400)
    assert state == "Completed", (tmp_path / "worker.log").read_text(errors="replace")[-3000:]
    house = open_house(settings)
    (delivery,) = house.register.deliveries()
    report = house.digitiser.report(delivery.id)
    assert (report.pages, report.done, report.entries) == (2, 2, 2)
    assert house.index.count() == 2

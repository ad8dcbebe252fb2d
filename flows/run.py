"""The doors to Prefect: run a delivery here and now, or hand it to a worker."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flows.environment import child_environment, prepare
from flows.workplace import Workplace, lend
from records.codes import DeliveryKind
from records.errors import PartUnavailable
from records.progress import Progress
from wiring import Settings

if TYPE_CHECKING:
    from pipeline import DeliveryReport


def digitise_with_prefect(
    house: Workplace, path: Path, kind: DeliveryKind, progress: Progress, authority: str = ""
) -> "DeliveryReport":
    """Digitise a delivery through a Prefect flow in this process; do only what is missing.

    Before it, runs that died are marked. Raises what the digitiser raises, and PartUnavailable FLOW_SERVER_SILENT
    when Prefect's server does not answer: nothing is lost then, and ``--no-prefect`` does the same work without it.
    """
    prepare(house.settings)
    from flows.service import run_here

    with lend(house, progress):
        delivery_id = asyncio.run(run_here(house.settings, path.absolute(), kind, authority))
    return house.digitiser.report(delivery_id)


def deploy(settings: Settings) -> str:
    """Register the flow, its work pool and its deployment with the server; return the deployment's name."""
    _need_server(settings)
    prepare(settings)
    from flows.service import register_deployment

    return asyncio.run(register_deployment(settings))


def submit(
    settings: Settings, path: Path, kind: DeliveryKind, authority: str = "", *, wait_seconds: float = 0
) -> tuple[str, str]:
    """Hand a delivery to the workers; return the flow run's id and its state's name after at most *wait_seconds*."""
    _need_server(settings)
    prepare(settings)
    from flows.service import submit_run

    return asyncio.run(submit_run(settings, path.absolute(), kind, authority, wait_seconds))


def worker_command(settings: Settings) -> list[str]:
    """Return the command line of a worker of this house's work pool."""
    pool = settings.flows.work_pool
    return [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process"]


def run_worker(settings: Settings) -> int:
    """Run a worker until it is interrupted; return its exit code. It ends when the server is not there at its start."""
    _need_server(settings)
    prepare(settings)
    from flows.service import sweep_now

    asyncio.run(sweep_now(settings))
    return subprocess.run(worker_command(settings), env=child_environment(settings, os.environ), check=False).returncode


def _need_server(settings: Settings) -> None:
    if not settings.flows.api_url:
        raise PartUnavailable("FLOW_SERVER_NOT_SET")

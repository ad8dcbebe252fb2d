"""Talking with Prefect's server: running, deploying, submitting, and marking what died. Imports Prefect."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import State
from prefect.deployments import arun_deployment
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker

from flows import orphans
from flows.digitise import digitise_delivery
from flows.environment import child_environment, environment
from records.codes import DeliveryKind
from records.errors import PartUnavailable
from records.messages import message
from wiring import Settings

_log = logging.getLogger(__name__)

DEPLOYMENT = "khongcho"
POOL_RUNS = 2
"""Runs at one time in a pool. Each completes at most two tasks a second; five would stall a small server."""


async def run_here(settings: Settings, path: Path, kind: DeliveryKind, authority: str) -> str:
    """Run the flow in this process; return the delivery's id."""
    stop_left_servers(settings)
    async with _server(settings) as client:
        await sweep(client, settings)
        try:
            told = await digitise_delivery(str(path), kind.value, authority)
        except (httpx.HTTPError, PrefectHTTPStatusError) as e:
            raise PartUnavailable("FLOW_SERVER_LOST", detail=str(e)) from e
    return str(told["delivery"])


async def register_deployment(settings: Settings) -> str:
    """Make the work pool and the deployment, or bring them up to date."""
    pool = WorkPoolCreate(
        name=settings.flows.work_pool,
        type="process",
        base_job_template=ProcessWorker.get_default_base_job_template(),
        concurrency_limit=POOL_RUNS,
    )
    child = child_environment(settings, {"PYTHONPATH": os.environ.get("PYTHONPATH", "")})
    if config := os.environ.get("KHONGCHO_CONFIG"):
        child["KHONGCHO_CONFIG"] = str(Path(config).absolute())
    async with _server(settings) as client:
        await client.create_work_pool(pool, overwrite=True)
        deployment = await digitise_delivery.ato_deployment(
            DEPLOYMENT,
            work_pool_name=settings.flows.work_pool,
            job_variables={"env": child, "working_dir": str(settings.home)},
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        await deployment.aapply()
    return f"{digitise_delivery.name}/{DEPLOYMENT}"


async def submit_run(
    settings: Settings, path: Path, kind: DeliveryKind, authority: str, wait_seconds: float
) -> tuple[str, str]:
    """Ask for a run of the deployment; wait for it at most *wait_seconds*."""
    async with _server(settings) as client:
        try:
            run = await arun_deployment(
                f"{digitise_delivery.name}/{DEPLOYMENT}",
                client=client,
                parameters={"path": str(path), "kind": kind.value, "authority": authority},
                timeout=wait_seconds,
                poll_interval=1,
            )
        except ObjectNotFound as e:
            raise PartUnavailable("FLOW_NOT_DEPLOYED") from e
    return str(run.id), (run.state.name or "") if run.state else ""


async def sweep_now(settings: Settings) -> None:
    """Mark what died; needs the server."""
    stop_left_servers(settings)
    async with _server(settings) as client:
        await sweep(client, settings)


def stop_left_servers(settings: Settings) -> None:
    """End private servers whose run died; they would hold memory and the database."""
    for note in orphans.orphans(settings.home):
        if orphans.stop_server(note):
            _log.warning(message("FLOW_SERVER_ORPHANED", run=note.flow_run).vi)


async def sweep(client: PrefectClient, settings: Settings) -> list[str]:
    """Mark runs of dead processes as crashed, so that nobody waits for them; return their ids."""
    marked = []
    for note in orphans.orphans(settings.home):
        try:
            run = await client.read_flow_run(UUID(note.flow_run))
            if run.state is None or not run.state.is_final():
                state: State[None] = Crashed(message=message("FLOW_RUN_DIED", run=note.flow_run).en)
                await client.set_flow_run_state(run.id, state, force=True)
                marked.append(note.flow_run)
                _log.warning(message("FLOW_RUN_DIED", run=note.flow_run).vi)
        except ObjectNotFound:
            pass  # the server was made anew: there is nothing to mark
        orphans.forget(settings.home, note)
    return marked


@asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[PrefectClient]:
    """Open a client of a server that answers, starting the private one where none is named."""
    where = settings.flows.api_url or environment(settings)["PREFECT_HOME"]
    try:
        client = get_client()
        async with client:
            silent = await client.api_healthcheck()
            if silent is not None:
                raise PartUnavailable("FLOW_SERVER_SILENT", where=where, detail=str(silent))
            yield client
    except (httpx.ConnectError, httpx.ConnectTimeout) as e:
        raise PartUnavailable("FLOW_SERVER_SILENT", where=where, detail=str(e)) from e
    except RuntimeError as e:
        # Prefect's own words when its private server does not come up in time
        if "ephemeral" not in str(e) and "reach API" not in str(e):
            raise
        raise PartUnavailable("FLOW_SERVER_SILENT", where=where, detail=str(e)) from e

"""The flow: one run for a delivery, one task for a stage of a batch of pages.

Imports Prefect; import this module only after :func:`flows.environment.prepare`, or in a worker.

Why so coarse: a task run costs 10-17 ms and 20 KB of database, and more than five completions a second stall
SQLite-backed servers for many seconds. Why async: a synchronous flow joins its heartbeat thread for a second.
Why no cache and no stored results: the register knows what is done, in the same transaction that made it visible.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from prefect import flow, task
from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import flow_run

from flows.orphans import running
from flows.workplace import Lent, Watched, at_work, workplace
from records.codes import DeliveryKind
from records.errors import PartUnavailable
from records.pages import PageId

LEAST_TASK_SECONDS = 0.5
"""A task lasts at least so long, so that one run never completes more than two tasks a second."""
ARTIFACT_SECONDS = 2.0

T = TypeVar("T")


def _outside_part(task: Any, run: TaskRun, state: State[Any]) -> bool:
    """Retry only what another try can mend: an outside part that did not answer."""
    return isinstance(state.data, PartUnavailable)


_patient: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": [5, 30],
    "retry_jitter_factor": 0.3,
    "retry_condition_fn": _outside_part,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}


async def _paced(work: Callable[[], T]) -> T:
    """Do blocking *work* beside the event loop; take at least :data:`LEAST_TASK_SECONDS`."""
    started = time.monotonic()
    done = await asyncio.to_thread(work)
    await asyncio.sleep(max(0.0, LEAST_TASK_SECONDS - (time.monotonic() - started)))
    return done


@task(name="intake", **_patient)
async def take_in(path: str, kind: str, authority: str) -> str:
    """Take the delivery in; return its id."""
    lent = workplace()
    digitiser, as_kind = lent.house.digitiser, DeliveryKind(kind)
    delivery = await _paced(lambda: digitiser.intake(Path(path), as_kind, lent.progress, authority))
    return delivery.id


@task(name="stage", task_run_name="{stage} {first}-{last}", **_patient)
async def do_stage(stage: str, pages: Sequence[str], first: int, last: int) -> dict[str, Any]:
    """Do one stage on one batch; return its counts."""
    lent = workplace()
    summary = await _paced(lambda: lent.house.digitiser.run_stage(stage, [PageId(p) for p in pages], lent.progress))
    return _small(summary)


@task(name="index", **_patient)
async def bring_into_index(delivery_id: str) -> dict[str, Any]:
    """Bring the delivery's entries into the search index."""
    lent = workplace()
    return _small(await _paced(lambda: lent.house.project_delivery(delivery_id)))


@flow(name="digitise-delivery", flow_run_name="{kind} {path}", persist_result=False, validate_parameters=True)
async def digitise_delivery(path: str, kind: str = "book", authority: str = "") -> dict[str, Any]:
    """Digitise one delivery (a folder or file at *path*); run again, it does only what is missing.

    *authority* is who kept the book, as its cover says.
    """
    with at_work() as lent, running(lent.house.settings.home, str(flow_run.get_id())):
        delivery_id = await take_in(path, kind, authority)
        digitiser, size = lent.house.digitiser, lent.house.settings.flows.batch
        pages = await asyncio.to_thread(digitiser.pending, delivery_id)
        tally = _Tally(len(pages) * len(digitiser.STAGES))
        async with _shown(delivery_id, tally, lent.progress):
            try:
                for start in range(0, len(pages), size):
                    await _batch(lent, pages[start : start + size], start, tally)
            finally:
                digitiser.close()
            await bring_into_index(delivery_id)
        report = await asyncio.to_thread(digitiser.report, delivery_id)
        return _small(report)


async def _batch(lent: Lent, pages: Sequence[PageId], start: int, tally: "_Tally") -> None:
    """Do all stages on one batch, each as a task."""
    for stage in lent.house.digitiser.STAGES:
        await do_stage(stage, list(pages), start + 1, start + len(pages))
        tally.done += len(pages)
        lent.progress.within = 0


class _Tally:
    """How many page-stages a run has, and how many are done."""

    def __init__(self, whole: int) -> None:
        self.whole, self.done = whole, 0

    def percent(self, watched: Watched) -> float:
        """Return how much is done in per cent, the present stretch included."""
        return 100.0 * min(1.0, (self.done + watched.within) / self.whole) if self.whole else 100.0


@asynccontextmanager
async def _shown(delivery_id: str, tally: _Tally, watched: Watched) -> AsyncIterator[None]:
    """Keep a progress artifact while the work goes on; a server that loses it does not stop the work."""
    key = f"delivery-{''.join(c if c.isalnum() else '-' for c in delivery_id.lower())}"
    artifact = await _gently(acreate_progress_artifact(0.0, key=key, description=delivery_id))

    async def publish() -> None:
        told = 0.0
        while True:
            await asyncio.sleep(ARTIFACT_SECONDS)
            percent = tally.percent(watched)
            if percent != told and artifact is not None:
                await _gently(aupdate_progress_artifact(artifact, percent, description=watched.label or delivery_id))
                told = percent

    publisher = asyncio.create_task(publish())
    try:
        yield
    finally:
        publisher.cancel()
        await asyncio.gather(publisher, return_exceptions=True)
    if artifact is not None:
        await _gently(aupdate_progress_artifact(artifact, 100.0, description=delivery_id))


async def _gently(telling: Awaitable[T]) -> T | None:
    try:
        return await telling
    except Exception:  # a picture of progress is not worth a run
        return None


def _small(told: Any) -> dict[str, Any]:
    """Return a report as a JSON-able object."""
    if hasattr(told, "as_json"):
        return dict(told.as_json())
    return asdict(told) if is_dataclass(told) and not isinstance(told, type) else dict(told or {})

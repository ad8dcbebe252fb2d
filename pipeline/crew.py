"""Worker processes for pages, with a time limit; a page that kills its worker harms no other."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, TimeoutError, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any

from records.errors import KhongChoError, PageError

Job = Callable[..., Any]


def _end_with_parent() -> None:
    """End this worker as soon as its parent is gone: after ``kill -9`` it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class Crew:
    """A pool of processes, made at first use and mended when a worker dies. Use as a context manager or close it."""

    def __init__(self, workers: int, seconds: float) -> None:
        self.workers = max(1, workers)
        self.seconds = seconds
        self._pool: ProcessPoolExecutor | None = None

    def _ready(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # forkserver: a clean parent without threads, so that libraries with locks are never forked half-way
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["pipeline.page_work"])
            self._pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=_end_with_parent)
        return self._pool

    def close(self) -> None:
        """End all workers, also busy ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            processes = list((getattr(pool, "_processes", None) or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                if process.is_alive():
                    process.kill()  # nothing of theirs is kept but what they hand back

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def each(self, jobs: Sequence[tuple[str, Job, tuple[Any, ...]]]) -> Iterator[tuple[str, Any | KhongChoError]]:
        """Do the jobs (name, function, arguments); yield (name, result or error) as they come.

        An error of the house comes back as it is, any other as PageError PAGE_FAILED; a job over its time is
        PAGE_TIMED_OUT. A worker that dies takes only its own page down: pages in flight are tried once more alone.
        """
        waiting = list(jobs)
        width = 2 * self.workers
        again: list[tuple[str, Job, tuple[Any, ...]]] = []
        while waiting:
            batch, waiting = waiting[:width], waiting[width:]
            yield from self._together(batch, again)
        for job in again:
            yield self._alone(job)

    def _together(
        self, batch: Sequence[tuple[str, Job, tuple[Any, ...]]], again: list[tuple[str, Job, tuple[Any, ...]]]
    ) -> Iterator[tuple[str, Any | KhongChoError]]:
        pool = self._ready()
        futures: dict[Future[Any], tuple[str, Job, tuple[Any, ...]]] = {}
        try:
            for job in batch:
                futures[pool.submit(job[1], *job[2])] = job
        except BrokenProcessPool:
            self.close()
            again.extend(job for job in batch if job not in futures.values())
        seen = set()
        try:
            for future in as_completed(futures, timeout=self.seconds * 2):
                seen.add(future)
                name = futures[future][0]
                try:
                    yield name, future.result()
                except BrokenProcessPool:
                    self.close()
                    again.append(futures[future])
                except KhongChoError as error:
                    yield name, error
                except Exception as error:
                    yield name, PageError("PAGE_FAILED", detail=f"{type(error).__name__}: {error}"[:200])
        except TimeoutError:
            self.close()
            again.extend(job for future, job in futures.items() if future not in seen)

    def _alone(self, job: tuple[str, Job, tuple[Any, ...]]) -> tuple[str, Any | KhongChoError]:
        name, work, arguments = job
        try:
            return name, self._ready().submit(work, *arguments).result(timeout=self.seconds)
        except TimeoutError:
            self.close()
            return name, PageError("PAGE_TIMED_OUT", seconds=round(self.seconds))
        except BrokenProcessPool:
            self.close()
            return name, PageError("PAGE_FAILED", detail="worker died")
        except KhongChoError as error:
            return name, error
        except Exception as error:
            return name, PageError("PAGE_FAILED", detail=f"{type(error).__name__}: {error}"[:200])

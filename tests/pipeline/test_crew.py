"""A page may do to its worker what it likes: the other pages do not notice."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.crew import Crew, Job
from records.errors import KhongChoError, PageError, PartUnavailable
from tests.pipeline import jobs

Order = tuple[str, Job, tuple[Any, ...]]


def outcome(results: list[tuple[str, Any]]) -> dict[str, Any]:
    said = {name: r.code if isinstance(r, KhongChoError) else r for name, r in results}
    assert len(said) == len(results), "a job gave two results"
    return said


@pytest.mark.parametrize("bad", [jobs.dies, jobs.killed])
def test_a_worker_that_dies_takes_only_its_own_page(bad: Any) -> None:
    work: list[Order] = [(str(n), jobs.double, (n,)) for n in range(6)]
    work.insert(2, ("bad", bad, ()))
    with Crew(2, 60.0) as crew:
        assert outcome(list(crew.each(work))) == {str(n): 2 * n for n in range(6)} | {"bad": "PAGE_FAILED"}
        assert outcome(list(crew.each(work[:1]))) == {"0": 0}


@pytest.mark.slow
def test_a_page_that_hangs_is_given_up() -> None:
    work: list[Order] = [("hangs", jobs.hangs, ()), *((str(n), jobs.double, (n,)) for n in range(4))]
    with Crew(2, 3.0) as crew:
        said = list(crew.each(work))
    assert outcome(said) == {str(n): 2 * n for n in range(4)} | {"hangs": "PAGE_TIMED_OUT"}
    assert "3" in dict(said)["hangs"].message().vi


def test_errors_of_the_house_come_back_and_others_are_named() -> None:
    work = [("page", jobs.refuses, ()), ("part", jobs.lacks, ()), ("bug", jobs.breaks, ())]
    with Crew(1, 60.0) as crew:
        said: dict[str, Any] = dict(crew.each(work))
    assert isinstance(said["page"], PageError)
    assert isinstance(said["part"], PartUnavailable)
    assert said["bug"].code == "PAGE_FAILED"
    assert said["bug"].facts["detail"].startswith("ZeroDivisionError: xxx")
    assert len(said["bug"].facts["detail"]) <= 200


def test_workers_are_gone_after_the_work() -> None:
    with Crew(1, 60.0) as crew:
        ((_, worker),) = crew.each([("pid", jobs.pid, ())])
        assert Path(f"/proc/{worker}").exists()
        processes = list(crew._pool._processes.values())  # type: ignore[union-attr]
    for process in processes:
        process.join(20)
        assert not process.is_alive()

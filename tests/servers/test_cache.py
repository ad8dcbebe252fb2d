import hashlib
import multiprocessing
import sys
import time
from pathlib import Path

import pytest

from records.errors import IntegrityError, PartUnavailable
from servers import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("KHONGCHO_CACHE", str(folder))
    return folder


def test_the_cache_lies_where_the_environment_says_else_in_the_checkout(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache.folder() == own_cache
    monkeypatch.delenv("KHONGCHO_CACHE")
    assert cache.folder() == Path(__file__).resolve().parents[2] / ".cache" / "servers"


def _make_slowly(workshop: Path) -> None:
    time.sleep(0.3)
    (workshop / "thing").mkdir()
    (workshop / "thing" / "made").write_text(workshop.name)


def _ask(answers: "multiprocessing.Queue[str]") -> None:
    answers.put((cache.kept("thing", _make_slowly) / "made").read_text())


def test_workers_that_want_one_thing_at_once_make_it_once() -> None:
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[str] = context.Queue()
    workers = [context.Process(target=_ask, args=(answers,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    makers = {answers.get(timeout=60) for _ in workers}
    for worker in workers:
        worker.join()
    assert len(makers) == 1


def test_a_failed_making_leaves_nothing_and_the_next_one_succeeds(own_cache: Path) -> None:
    def fail(workshop: Path) -> None:
        (workshop / "thing").mkdir()
        (workshop / "sealed").mkdir(mode=0o500)
        raise OSError("no more room")

    with pytest.raises(OSError, match="no more room"):
        cache.kept("thing", fail)
    assert [path.name for path in own_cache.iterdir()] == ["thing.lock"]
    assert (cache.kept("thing", _make_slowly) / "made").is_file()


def test_what_is_kept_is_not_made_again() -> None:
    first = cache.kept("thing", _make_slowly)

    def never(workshop: Path) -> None:
        raise AssertionError("made again")

    assert cache.kept("thing", never) == first


def test_a_file_with_another_digest_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "archive.zip"
    file.write_bytes(b"bytes")
    cache.check_digest(file, hashlib.sha256(b"bytes").hexdigest())
    with pytest.raises(IntegrityError) as told:
        cache.check_digest(file, hashlib.sha256(b"other").hexdigest())
    assert "archive.zip" in told.value.message().vi


@pytest.mark.parametrize(
    ("command", "limit", "said"),
    [
        ([sys.executable, "-c", "print('the mirror is away'); raise SystemExit(1)"], 60, "the mirror is away"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], 0.2, "more than 0 s"),
        (["/nowhere/tool"], 60, "/nowhere/tool"),
    ],
)
def test_a_failed_fetch_says_what_the_tool_said(command: list[str], limit: float, said: str) -> None:
    with pytest.raises(PartUnavailable) as told:
        cache.run("minio", command, limit=limit)
    assert told.value.code == "SERVERS_FETCH_FAILED"
    assert said in told.value.message().en

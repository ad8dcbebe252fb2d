"""``scan``: the verdict at the terminal."""

from pathlib import Path
from typing import Any

import pytest

from cli import scanning
from pipeline import watch
from tests.pipeline.hostile import saved, text_page

GOOD = saved(text_page(1000, 1400), "JPEG", quality=95)


@pytest.fixture
def glass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(watch, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(scanning, "POLL_SECONDS", 0.01)
    folder = tmp_path / "glass"
    folder.mkdir()
    return folder


@pytest.mark.slow
def test_check_tells_each_page_and_ends_with_1_where_one_is_bad(khongcho: Any, tmp_path: Path) -> None:
    (tmp_path / "good.jpg").write_bytes(GOOD)
    (tmp_path / "bad.jpg").write_bytes(b"")
    done = khongcho("scan", "check", tmp_path / "good.jpg", tmp_path / "bad.jpg", "--json")
    assert done.code == 1
    told = done.json()
    assert told["ok"] is False
    assert [page["faults"][0]["code"] for page in told["pages"] if not page["ok"]] == ["FILE_EMPTY"]
    done = khongcho("scan", "check", tmp_path / "bad.jpg")
    assert "✗ QUÉT LẠI" in done.out
    assert "(Mã: FILE_EMPTY)" in done.out


@pytest.mark.slow
def test_check_writes_marked_pictures_where_asked_and_nowhere_else(khongcho: Any, tmp_path: Path) -> None:
    stack = tmp_path / "stack"
    stack.mkdir()
    (stack / "page.jpg").write_bytes(saved(text_page(500, 700), "JPEG"))
    done = khongcho("scan", "check", stack / "page.jpg", "--marked", tmp_path / "marked", "--json")
    (page,) = done.json()["pages"]
    assert Path(page["marked"]).read_bytes()[:3] == b"\xff\xd8\xff"
    assert [p.name for p in stack.iterdir()] == ["page.jpg"]


@pytest.mark.slow
def test_watch_once_judges_what_is_there_and_a_rescan_replaces(khongcho: Any, glass: Path) -> None:
    (glass / "a.jpg").write_bytes(b"")
    done = khongcho("scan", "watch", glass, "--once")
    assert done.code == 1
    assert "Tệp rỗng" in done.out
    (glass / "a.jpg").write_bytes(GOOD)
    told = khongcho("scan", "watch", glass, "--once", "--json").json()
    assert [(row["file"], row["by"]) for row in told["replaced"]] == [("a.jpg", "a.jpg")]
    listed = khongcho("scan", "list", glass, "--json").json()
    assert listed == told
    (glass / "b.jpg").write_bytes(b"x")
    assert khongcho("scan", "watch", glass, "--once").code == 1
    (glass / "b.jpg").unlink()
    gone = khongcho("scan", "list", glass, "--json").json()
    assert gone["gone"] == ["b.jpg"]


def test_list_of_a_folder_never_watched_is_empty(khongcho: Any, glass: Path) -> None:
    done = khongcho("scan", "list", glass, "--json")
    assert (done.code, done.json()) == (0, {"ok": True, "pages": [], "replaced": [], "gone": []})

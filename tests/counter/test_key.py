"""The desk's secret key."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from counter.sessions import KEY_BYTES, desk_key
from records.errors import PartUnavailable


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "desk.secret"
    key = desk_key(path)
    assert len(key) == KEY_BYTES
    assert desk_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_desks_started_together_agree_on_one_whole_key(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def start(path: Path) -> bytes:
        together.wait()
        return desk_key(path)

    with ThreadPoolExecutor(8) as pool:
        for n in range(30):
            keys = set(pool.map(start, [tmp_path / f"{n}" / "desk.secret"] * 8))
            assert [len(key) for key in keys] == [KEY_BYTES]


@pytest.mark.parametrize("found", [b"", b"short"])
def test_an_empty_or_short_key_is_refused_and_left_for_a_person(tmp_path: Path, found: bytes) -> None:
    path = tmp_path / "desk.secret"
    path.write_bytes(found)
    with pytest.raises(PartUnavailable) as refused:
        desk_key(path)
    assert refused.value.code == "DESK_KEY_SHORT"
    assert str(path) in refused.value.message().vi
    assert path.read_bytes() == found

"""What every archive promises, whatever it is kept in."""

import hashlib
import pickle
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.digest import digest_of
from records.errors import IntegrityError, NotFound, PartUnavailable
from records.pages import Digest
from tests.archive.conftest import Failing, FolderStore, Store

T = TypeVar("T")


def some_bytes(seed: int, size: int = 1000) -> bytes:
    return random.Random(seed).randbytes(size)


def test_what_was_put_is_got_under_its_sha256(store: Store) -> None:
    @settings(max_examples=25, deadline=None)
    @given(st.binary(max_size=5000), st.sampled_from(["image/tiff", "application/pdf"]))
    def holds(data: bytes, media_type: str) -> None:
        digest = store.archive.put(data, media_type)
        assert digest == hashlib.sha256(data).hexdigest()
        assert store.archive.has(digest)
        assert store.archive.get(digest) == data
        assert digest in store.archive.digests()

    holds()


def test_the_same_bytes_again_change_nothing(store: Store) -> None:
    data = some_bytes(1)
    digest = store.archive.put(data, "image/png")
    assert store.archive.put(data, "image/png") == digest
    assert store.again().put(data, "application/octet-stream") == digest
    assert store.copies(digest) == [data]


def test_no_bytes_are_bytes_too(store: Store) -> None:
    digest = store.archive.put(b"", "text/plain")
    assert store.archive.get(digest) == b""


def test_a_large_scan_comes_back_whole(store: Store) -> None:
    data = some_bytes(2, 20_000_000)
    digest = store.archive.put(data, "image/tiff")
    assert store.archive.get(digest) == data


@pytest.mark.parametrize(
    "text", ["0" * 64, "", "../../etc/passwd", "0" * 63, "A" * 64, "0" * 65, "٠" * 64, "0" * 63 + "\n"]
)
def test_what_was_never_put_is_not_found(store: Store, text: str) -> None:
    assert not store.archive.has(Digest(text))
    with pytest.raises(NotFound) as told:
        store.archive.get(Digest(text))
    assert told.value.code == "ARCHIVE_NOT_FOUND"


def test_another_opening_of_the_same_place_sees_the_same(store: Store) -> None:
    data = some_bytes(3)
    digest = store.archive.put(data, "image/png")
    assert store.again().get(digest) == data
    assert pickle.loads(pickle.dumps(store.archive)).get(digest) == data


@pytest.mark.parametrize("change", ["one bit", "cut", "longer", "empty"])
def test_damage_is_found_and_the_right_bytes_heal_it(store: Store, change: str) -> None:
    data = some_bytes(sum(change.encode()))
    damaged = {
        "one bit": bytes([data[0] ^ 1]) + data[1:],
        "cut": data[:-1],
        "longer": data + b"\n",
        "empty": b"",
    }[change]
    digest = store.archive.put(data, "image/png")
    store.damage(digest, damaged)
    with pytest.raises(IntegrityError) as told:
        store.archive.get(digest)
    assert told.value.code == "ARCHIVE_DAMAGED"
    assert told.value.facts["found"] == digest_of(damaged)

    assert store.archive.put(data, "image/png") == digest
    assert store.archive.get(digest) == data
    assert damaged in store.copies(digest), "what was found damaged is kept for those who ask why"


def test_digests_are_all_there_in_order_and_nothing_else(fresh_store: Store) -> None:
    assert list(fresh_store.archive.digests()) == []
    kept = [fresh_store.archive.put(some_bytes(seed), "image/png") for seed in range(30)]
    fresh_store.litter()
    assert list(fresh_store.archive.digests()) == sorted(kept)


def test_many_putting_at_once_lose_nothing(store: Store) -> None:
    pages = [some_bytes(100 + seed, 50_000) for seed in range(6)] * 4
    random.Random(0).shuffle(pages)
    with ThreadPoolExecutor(8) as pool:
        digests = list(pool.map(lambda page: store.archive.put(page, "image/png"), pages))
    assert digests == [digest_of(page) for page in pages]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(store.archive.get, digests)) == pages


def test_the_probe_tells_the_truth(store: Store) -> None:
    found = store.archive.probe()
    assert found.immutable == (not isinstance(store, FolderStore))
    assert found.detail
    assert store.archive.probe() == found


def test_the_name_is_for_people(store: Store) -> None:
    assert store.archive.name.startswith("thư mục " if isinstance(store, FolderStore) else "S3 ")


def test_a_store_that_is_away_says_so_and_comes_back_with_everything(failing: Failing) -> None:
    archive = failing.archive
    first, second = some_bytes(4), some_bytes(5)
    digest = archive.put(first, "image/png")
    with failing.away():
        for call in (
            lambda: archive.put(second, "image/png"),
            lambda: archive.get(digest),
            lambda: archive.get(digest_of(second)),
            lambda: archive.has(digest),
            lambda: list(archive.digests()),
            archive.probe,
        ):
            with pytest.raises(PartUnavailable):
                call()
    assert _once_back(lambda: archive.get(digest)) == first
    assert _once_back(lambda: archive.put(second, "image/png")) == digest_of(second)
    assert archive.get(digest_of(second)) == second


def _once_back(call: Callable[[], T]) -> T:
    """Ask until the server, which answers its port before its own parts have found one another, has come to itself."""
    end = time.monotonic() + 60
    while True:
        try:
            return call()
        except PartUnavailable:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)

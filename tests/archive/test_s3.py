"""What the S3 archive promises beyond the contract: held versions, loud probes, errors in our words."""

import datetime as dt
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from minio.error import S3Error

from archive import S3Archive, S3Settings, open_archive
from archive.digest import digest_of
from records.errors import IntegrityError, NotFound, PartUnavailable, WrongUse
from tests.archive.conftest import ON_SERVER, S3Store, raw_client, s3_settings

PAGE = b"page of a register"


def test_a_version_is_held_and_cannot_be_deleted(s3_store: S3Store) -> None:
    digest = s3_store.archive.put(PAGE, "image/tiff")
    (version,) = s3_store.versions(digest)
    with pytest.raises(S3Error):
        s3_store.raw.remove_object(s3_store.settings.bucket, s3_store.key(digest), version)
    assert s3_store.archive.get(digest) == PAGE
    hold = s3_store.raw.get_object_retention(s3_store.settings.bucket, s3_store.key(digest), version)
    assert hold is not None
    assert hold.mode == "COMPLIANCE"
    assert hold.retain_until_date > dt.datetime.now(dt.UTC) + dt.timedelta(hours=23)


def test_an_object_carries_its_digest_and_kind(s3_store: S3Store) -> None:
    digest = s3_store.archive.put(PAGE, "image/tiff")
    found = s3_store.raw.stat_object(s3_store.settings.bucket, s3_store.key(digest))
    assert found.content_type == "image/tiff"
    assert found.metadata is not None
    assert found.metadata["x-amz-meta-sha256"] == digest


def test_an_object_hidden_by_a_delete_marker_is_told_from_one_never_put(s3_store: S3Store) -> None:
    digest = s3_store.archive.put(PAGE, "image/tiff")
    s3_store.raw.remove_object(s3_store.settings.bucket, s3_store.key(digest))
    assert not s3_store.archive.has(digest)
    with pytest.raises(IntegrityError) as told:
        s3_store.archive.get(digest)
    assert told.value.code == "ARCHIVE_HIDDEN"
    with pytest.raises(NotFound):
        s3_store.archive.get(digest_of(b"never put"))
    s3_store.archive.put(PAGE, "image/tiff")
    assert s3_store.archive.get(digest) == PAGE


def test_in_a_bucket_without_default_retention_each_version_is_held_by_itself(s3_store: S3Store) -> None:
    settings = replace(s3_store.settings, bucket=s3_store.settings.bucket + "-own")
    s3_store.raw.make_bucket(settings.bucket, object_lock=True)
    store = S3Store(settings)
    digest = store.archive.put(PAGE, "image/tiff")
    (version,) = store.versions(digest)
    with pytest.raises(S3Error):
        store.raw.remove_object(settings.bucket, store.key(digest), version)
    assert store.archive.probe().immutable


def test_a_put_interrupted_before_its_hold_is_held_by_the_next(s3_store: S3Store) -> None:
    settings = replace(s3_store.settings, bucket=s3_store.settings.bucket + "-own")
    s3_store.raw.make_bucket(settings.bucket, object_lock=True)
    store = S3Store(settings)
    digest = digest_of(PAGE)
    store.damage(digest, PAGE)  # the right bytes, but put without a hold
    store.archive.put(PAGE, "image/tiff")
    (version,) = store.versions(digest)
    with pytest.raises(S3Error):
        store.raw.remove_object(settings.bucket, store.key(digest), version)


@pytest.mark.parametrize("why", ["no object lock", "no retention"])
def test_a_bucket_that_lets_us_delete_is_said_loudly_at_first_use(
    s3_store: S3Store, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(s3_store.settings, bucket=s3_store.settings.bucket + "-weak")
    if why == "no object lock":
        s3_store.raw.make_bucket(settings.bucket)
    else:
        settings = replace(settings, retention_days=0)
    archive = S3Archive(settings)
    with caplog.at_level(logging.CRITICAL, logger="archive"):
        digest = archive.put(PAGE, "image/tiff") if why == "no retention" else None
        found = archive.probe()
    assert not found.immutable
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]
    assert found.detail in caplog.text
    if digest:
        assert archive.get(digest) == PAGE


def test_probing_again_and_again_leaves_one_version(s3_store: S3Store) -> None:
    for _ in range(3):
        assert s3_store.again().probe().immutable
    found = s3_store.raw.list_objects(s3_store.settings.bucket, prefix="probe/", recursive=True, include_version=True)
    assert len(list(found)) == 1


def test_more_reads_than_the_pool_has_connections(s3_store: S3Store) -> None:
    digest = s3_store.archive.put(PAGE, "image/tiff")
    assert all(s3_store.archive.get(digest) == PAGE for _ in range(40))


def test_a_wrong_key_is_said(s3_store: S3Store) -> None:
    s3_store.archive.put(PAGE, "image/tiff")
    stranger = S3Archive(replace(s3_store.settings, secret_key="not-the-secret"))
    with pytest.raises(PartUnavailable) as told:
        stranger.get(digest_of(PAGE))
    assert told.value.code == "ARCHIVE_S3_REFUSED"


def test_the_secret_is_not_shown(s3_store: S3Store) -> None:
    assert s3_store.settings.secret_key not in repr(s3_store.settings)


@pytest.mark.parametrize("kind", [pytest.param("minio", marks=ON_SERVER)])
def test_a_bucket_removed_meanwhile_is_said(kind: str, request: pytest.FixtureRequest) -> None:
    settings = replace(s3_settings(request.getfixturevalue(f"{kind}_server")), retention_days=0)
    archive = S3Archive(settings)
    assert list(archive.digests()) == []
    raw_client(settings).remove_bucket(settings.bucket)
    with pytest.raises(PartUnavailable) as told:
        archive.put(PAGE, "image/tiff")
    assert told.value.code == "ARCHIVE_S3_NO_BUCKET"


# --- servers that misbehave, on a socket of our own ----------------------------------------------------


@contextmanager
def answering(answer: bytes | None) -> Iterator[S3Settings]:
    """A listener that gives every request *answer* and hangs up; None: it takes the request and is silent."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        held: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                held.append(client)
                client.recv(65536)
                if answer is not None:
                    client.sendall(answer)
                    client.close()

        threading.Thread(target=serve, daemon=True).start()
        port = listener.getsockname()[1]
        yield S3Settings(
            f"127.0.0.1:{port}", "bucket", "key", "secret", secure=False, read_seconds=0.2, connect_seconds=0.2
        )
        listener.shutdown(socket.SHUT_RDWR)
        for client in held:
            client.close()


HTML = b"<html>Please sign in to the network</html>"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "ARCHIVE_S3_AWAY"),
        (b"", "ARCHIVE_S3_AWAY"),
        (b"garbage\r\n\r\n", "ARCHIVE_S3_AWAY"),
        (b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n", "ARCHIVE_S3_AWAY"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "ARCHIVE_S3_REFUSED"),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%s" % (len(HTML), HTML), "ARCHIVE_S3_FAILED"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(HTML), HTML), None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ncut off", "ARCHIVE_S3_AWAY"),
    ],
    ids=["silent", "hangs up", "garbage", "overloaded", "refuses", "bad request", "sign-in page", "cut off"],
)
def test_a_server_that_misbehaves_is_an_absence_not_a_crash(answer: bytes | None, code: str | None) -> None:
    with answering(answer) as settings:
        archive = S3Archive(settings)
        for call in (
            lambda: archive.put(PAGE, "image/tiff"),
            lambda: archive.get(digest_of(PAGE)),
            lambda: list(archive.digests()),
        ):
            with pytest.raises(PartUnavailable) as told:
                call()
            assert code in {None, told.value.code}
            assert settings.endpoint in told.value.message().vi


def test_a_yes_from_something_that_is_not_the_store_is_not_believed() -> None:
    """The road to the store changes after the first use: a network that answers everything with its sign-in page."""
    with answering(
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(HTML), HTML)
    ) as other:
        archive = S3Archive(replace(other, retention_days=0))
        archive._connected = True
        with pytest.raises(PartUnavailable) as told:
            archive.put(PAGE, "image/tiff")
    assert told.value.code == "ARCHIVE_S3_FAILED"


def test_nobody_there_at_all() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        archive = S3Archive(S3Settings(f"127.0.0.1:{port}", "bucket", "key", "secret", secure=False))
        with pytest.raises(PartUnavailable) as told:
            archive.has(digest_of(PAGE))
    assert told.value.code == "ARCHIVE_S3_AWAY"


@pytest.mark.parametrize(
    "change",
    [{"bucket": "No Such Name"}, {"endpoint": "http://host:9000/path"}, {"endpoint": ""}, {"ca_file": "/nowhere.pem"}],
)
def test_settings_that_cannot_be_meant_are_refused_at_once(change: dict[str, str]) -> None:
    good = S3Settings("host:9000", "bucket", "key", "secret")
    values = {name: Path(value) if name == "ca_file" else value for name, value in change.items()}
    with pytest.raises(WrongUse) as told:
        S3Archive(replace(good, **values))  # type: ignore[arg-type]
    assert told.value.code == "SETTING_INVALID"


def test_exactly_one_place_must_be_given() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        open_archive()

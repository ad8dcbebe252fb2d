"""The archive behind each of its stores, and what a person with the store's own tools could do to it."""

import io
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from minio import Minio

from archive import FolderArchive, S3Archive, S3Settings, open_archive
from records.pages import Digest
from records.ports import Archive
from servers.minio import MinioServer
from servers.objectstore import S3Connection
from servers.seaweedfs import SeaweedfsServer

ON_SERVER = (pytest.mark.servers, pytest.mark.xdist_group("s3"))
STORES = ["folder", pytest.param("minio", marks=ON_SERVER), pytest.param("seaweedfs", marks=ON_SERVER)]


class Store(ABC):
    """An archive, and ways around it."""

    archive: Archive

    @abstractmethod
    def again(self) -> Archive:
        """Open the same archive a second time."""

    @abstractmethod
    def damage(self, digest: Digest, data: bytes) -> None:
        """Put other bytes under a digest, behind the archive's back."""

    @abstractmethod
    def copies(self, digest: Digest) -> list[bytes]:
        """All bytes kept for a digest, those found damaged included."""

    @abstractmethod
    def litter(self) -> None:
        """Leave things there that are none of the archive's."""


@dataclass
class FolderStore(Store):
    root: Path

    def __post_init__(self) -> None:
        self.archive = open_archive(folder=self.root)

    def again(self) -> Archive:
        return FolderArchive(self.root)

    def path(self, digest: Digest) -> Path:
        return self.root / digest[:2] / digest[2:4] / digest

    def damage(self, digest: Digest, data: bytes) -> None:
        path = self.path(digest)
        path.chmod(0o644)
        path.write_bytes(data)

    def copies(self, digest: Digest) -> list[bytes]:
        aside = sorted((self.root / "damaged").glob(f"{digest}-*"))
        return [path.read_bytes() for path in (self.path(digest), *aside)]

    def litter(self) -> None:
        shelf = self.root / "00" / "00"
        shelf.mkdir(parents=True, exist_ok=True)
        (shelf / "Thumbs.db").touch()
        (shelf / ("f" * 64)).touch()
        (self.root / "zz").mkdir()


def s3_settings(server: S3Connection, bucket: str | None = None) -> S3Settings:
    return S3Settings(
        endpoint=server.url.removeprefix("http://"),
        bucket=bucket or f"test-{uuid.uuid4().hex[:12]}",
        access_key=server.user,
        secret_key=server.password,
        secure=False,
        retention_days=1,
    )


def raw_client(settings: S3Settings) -> Minio:
    return Minio(settings.endpoint, settings.access_key, settings.secret_key, secure=False, region=settings.region)


@dataclass
class S3Store(Store):
    settings: S3Settings

    def __post_init__(self) -> None:
        self.archive = open_archive(s3=self.settings)
        self.raw = raw_client(self.settings)

    def again(self) -> Archive:
        return S3Archive(self.settings)

    def key(self, digest: Digest) -> str:
        return f"sha256/{digest[:2]}/{digest[2:4]}/{digest}"

    def damage(self, digest: Digest, data: bytes) -> None:
        self.raw.put_object(self.settings.bucket, self.key(digest), io.BytesIO(data), len(data))

    def versions(self, digest: Digest) -> list[str]:
        found = self.raw.list_objects(
            self.settings.bucket, prefix=self.key(digest), recursive=True, include_version=True
        )
        return [one.version_id for one in found if one.version_id and not one.is_delete_marker]

    def copies(self, digest: Digest) -> list[bytes]:
        kept = []
        for version in self.versions(digest):
            answer = self.raw.get_object(self.settings.bucket, self.key(digest), version_id=version)
            kept.append(answer.read())
            answer.close()
            answer.release_conn()
        return kept

    def litter(self) -> None:
        for key in ("sha256/Thumbs.db", "other/" + "f" * 64):
            self.raw.put_object(self.settings.bucket, key, io.BytesIO(b"x"), 1)


def new_store(kind: str, request: pytest.FixtureRequest) -> Store:
    if kind == "folder":
        factory = cast(pytest.TempPathFactory, request.getfixturevalue("tmp_path_factory"))
        return FolderStore(factory.mktemp("archive") / "root")
    return S3Store(s3_settings(cast(S3Connection, request.getfixturevalue(f"{kind}_server"))))


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest) -> Store:
    """An archive shared by the tests of a module."""
    return new_store(request.param, request)


@pytest.fixture(params=STORES)
def fresh_store(request: pytest.FixtureRequest) -> Store:
    """An archive of the test's own, empty."""
    return new_store(request.param, request)


@pytest.fixture(params=[param for param in STORES if param != "folder"])
def s3_store(request: pytest.FixtureRequest) -> S3Store:
    """The same behind S3 servers only."""
    return cast(S3Store, new_store(request.param, request))


class Failing(ABC):
    """A store that can go away and come back with all it kept."""

    archive: Archive

    @abstractmethod
    def away(self) -> AbstractContextManager[None]:
        """The store is not there inside the block."""


class FailingFolder(Failing):
    def __init__(self, place: Path) -> None:
        self._root = place / "root"
        self.archive = FolderArchive(self._root)

    @contextmanager
    def away(self) -> Iterator[None]:
        self._root.rename(self._root.with_name("unmounted"))
        self._root.mkdir()  # what an unmounted disk leaves: its empty mount point
        yield
        self._root.rmdir()
        self._root.with_name("unmounted").rename(self._root)


class FailingServer(Failing):
    def __init__(self, server: MinioServer | SeaweedfsServer) -> None:
        self._server = server
        self._connection = server.start()
        self.archive = S3Archive(s3_settings(self._connection))

    @contextmanager
    def away(self) -> Iterator[None]:
        self._server.stop()
        yield
        assert self._server.start() == self._connection


@pytest.fixture(params=STORES)
def failing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Failing]:
    if request.param == "folder":
        yield FailingFolder(tmp_path)
        return
    server = MinioServer(tmp_path) if request.param == "minio" else SeaweedfsServer(tmp_path)
    try:
        yield FailingServer(server)
    finally:
        server.stop()

"""The archive as a bucket of any S3 server that keeps versions and honours object lock.

Object ``sha256/ab/cd/abcd…`` holds the bytes whose SHA-256 is ``abcd…``. Only calls that every such server knows
are used. The archive never deletes; where somebody else does, the held version stays and is told about.
"""

import datetime as dt
import io
import logging
import threading
from collections.abc import Iterator

from minio.commonconfig import COMPLIANCE
from minio.error import S3Error
from minio.objectlockconfig import DAYS, ObjectLockConfig
from minio.retention import Retention

from archive.digest import digest_of, is_digest, not_found, shelf, verified
from archive.s3_client import NOT_HELD, S3Settings, make_client, translated
from records.errors import IntegrityError, PartUnavailable
from records.messages import message
from records.pages import Digest
from records.ports import ImmutabilityProbe

log = logging.getLogger(__name__)

PREFIX = "sha256/"
PROBE_KEY = "probe/held"
_PROBE_BYTES = "Bản thử xóa của kho lưu trữ. Trial of deletion by the archive.\n".encode()
_SMALLEST_PART = 5 * 1024 * 1024


class S3Archive:
    """Bytes under their digest in a bucket, which is made, with object lock, when it is not there.

    Nothing is sent before the first use; then the bucket is looked at once and the probe is made: if it can delete
    a held version, that is logged as CRITICAL. Safe to share between threads, and to send to another process.
    """

    def __init__(self, settings: S3Settings) -> None:
        self._settings = settings
        self._bucket = settings.bucket
        self._client = make_client(settings)
        self._first_use = threading.Lock()
        self._connected = False

    def __reduce__(self) -> tuple[type["S3Archive"], tuple[S3Settings]]:
        return (S3Archive, (self._settings,))

    @property
    def name(self) -> str:
        """``S3 ENDPOINT/BUCKET``."""
        return f"S3 {self._settings.endpoint}/{self._bucket}"

    def put(self, data: bytes, media_type: str) -> Digest:
        """Keep *data*, held. Where the current version is damaged or hidden, the bytes become a new version."""
        digest = digest_of(data)
        key = _key(digest)
        with translated(self._settings):
            self._connect()
            version = self._ensure_current(key, data, media_type, digest)
            self._ensure_held(key, version)
        return digest

    def get(self, digest: Digest) -> bytes:
        """Return the bytes of the current version, verified.

        A version that somebody hid behind a delete marker is an IntegrityError, not an absence: it is still held.
        """
        key = _key(digest)
        with translated(self._settings):
            self._connect()
            try:
                data = self._read(key)
            except S3Error as error:
                if error.code != "NoSuchKey":
                    raise
                # Some servers say at once that a marker hides the object; others must be asked for versions.
                if error.response.headers.get("x-amz-delete-marker") == "true" or self._versions(key):
                    raise IntegrityError("ARCHIVE_HIDDEN", digest=digest, where=f"{self.name}/{key}") from None
                raise not_found(digest) from None
        return verified(data, digest, f"{self.name}/{key}")

    def has(self, digest: Digest) -> bool:
        """Whether a current version is there."""
        if not is_digest(digest):
            return False
        with translated(self._settings):
            self._connect()
            try:
                self._client.stat_object(self._bucket, _key(digest))
            except S3Error as error:
                if error.code == "NoSuchKey":
                    return False
                raise
            return True

    def digests(self) -> Iterator[Digest]:
        """All digests with a current version, ascending; listed page by page."""
        with translated(self._settings):
            self._connect()
            for found in self._client.list_objects(self._bucket, prefix=PREFIX, recursive=True):
                name = (found.object_name or "").rpartition("/")[2]
                if is_digest(name):
                    yield Digest(name)

    def probe(self) -> ImmutabilityProbe:
        """Try to delete a held version of an object kept for that purpose."""
        with translated(self._settings):
            self._connect()
            return self._try_to_delete()

    # --- first use -------------------------------------------------------------------------------------

    def _connect(self) -> None:
        with self._first_use:
            if self._connected:
                return
            self._find_or_make_bucket()
            found = self._try_to_delete()
            if not found.immutable:
                log.critical("%s: %s", self.name, found.detail)
            self._connected = True

    def _find_or_make_bucket(self) -> None:
        if self._client.bucket_exists(self._bucket):
            return
        try:
            self._client.make_bucket(self._bucket, object_lock=True)
            if days := self._settings.retention_days:
                self._client.set_object_lock_config(self._bucket, ObjectLockConfig(COMPLIANCE, days, DAYS))
        except S3Error as error:
            if error.code != "BucketAlreadyOwnedByYou":  # another process was faster
                raise

    # --- what put() promises, whoever else is putting ----------------------------------------------------

    def _ensure_current(self, key: str, data: bytes, media_type: str, digest: Digest) -> str | None:
        """Make *data* the current version unless it is. Return the new version's id, None when it was there."""
        present = self._current(key)
        if present == data:
            return None
        if present is not None:
            log.critical("%s: the current version of %s is damaged; a new version replaces it.", self.name, key)
        try:
            return self._write(key, data, media_type, digest)
        except S3Error:
            if self._current(key) == data:  # somebody else put the same bytes, and the server took only theirs
                return None
            raise

    def _ensure_held(self, key: str, version: str | None) -> None:
        """Hold the version, looking first: not every server applies the bucket's default to every version."""
        days = self._settings.retention_days
        if not days or self._held_until(key, version):
            return
        try:
            self._hold(key, version, days)
        except S3Error:
            if not self._held_until(key, version):  # unless somebody else held it meanwhile
                raise

    # --- single calls ----------------------------------------------------------------------------------

    def _read(self, key: str) -> bytes:
        answer = self._client.get_object(self._bucket, key)
        try:
            return answer.read()
        finally:
            answer.close()
            answer.release_conn()

    def _current(self, key: str) -> bytes | None:
        """Return the bytes of the current version, None when there is none."""
        try:
            return self._read(key)
        except S3Error as error:
            if error.code == "NoSuchKey":
                return None
            raise

    def _write(self, key: str, data: bytes, media_type: str, digest: Digest) -> str | None:
        """Put *data* in one request, so that it is there wholly or not at all, and ask back. Return the version's id.

        The server compares what arrives with the checksum that the client signs; asking back makes sure that it
        was our server that said yes, and not something between us and it.
        """
        written = self._client.put_object(
            self._bucket,
            key,
            io.BytesIO(data),
            len(data),
            content_type=media_type,
            metadata={"sha256": digest},
            part_size=max(len(data), _SMALLEST_PART),
        )
        found = self._client.stat_object(self._bucket, key, version_id=written.version_id)
        if found.size != len(data) or (found.metadata or {}).get("x-amz-meta-sha256") != digest:
            where = {"endpoint": self._settings.endpoint, "bucket": self._bucket}
            raise PartUnavailable("ARCHIVE_S3_FAILED", **where, detail=f"{key}: {found.size} B")
        return written.version_id

    def _versions(self, key: str) -> list[str]:
        found = self._client.list_objects(self._bucket, prefix=key, recursive=True, include_version=True)
        return [
            one.version_id for one in found if one.object_name == key and one.version_id and not one.is_delete_marker
        ]

    def _held_until(self, key: str, version: str | None) -> dt.datetime | None:
        """Return until when the version is held under COMPLIANCE lock, None when it is not (any longer)."""
        try:
            hold = self._client.get_object_retention(self._bucket, key, version)
        except S3Error as error:
            if error.code in NOT_HELD:
                return None
            raise
        if hold is None or hold.mode != COMPLIANCE or hold.retain_until_date <= _now() + dt.timedelta(minutes=1):
            return None
        return hold.retain_until_date

    def _hold(self, key: str, version: str | None, days: int) -> None:
        # A second call: with the upload, servers ask for a checksum that this client does not send without TLS.
        hold = Retention(COMPLIANCE, _now() + dt.timedelta(days=days))
        self._client.set_object_retention(self._bucket, key, hold, version)

    # --- the probe -------------------------------------------------------------------------------------

    def _try_to_delete(self) -> ImmutabilityProbe:
        """Use the probe version that is still held, else write one: the archive gathers no more than it must."""
        if not self._settings.retention_days:
            return ImmutabilityProbe(False, message("ARCHIVE_PROBE_NO_RETENTION").vi)
        version = next((one for one in self._versions(PROBE_KEY) if self._held_until(PROBE_KEY, one)), None)
        if version is None:
            version = self._write(PROBE_KEY, _PROBE_BYTES, "text/plain", digest_of(_PROBE_BYTES))
            if not version:
                return ImmutabilityProbe(False, message("ARCHIVE_PROBE_NO_VERSIONS").vi)
            if not self._held_until(PROBE_KEY, version):
                try:
                    self._hold(PROBE_KEY, version, 1)
                except S3Error as error:
                    return ImmutabilityProbe(False, message("ARCHIVE_PROBE_NO_LOCK", detail=error.code).vi)
        try:
            self._client.remove_object(self._bucket, PROBE_KEY, version)
        except S3Error as error:
            # A refusal proves the lock only where the lock is really on: we may just lack the right to delete.
            until = self._held_until(PROBE_KEY, version)
            if until is None:
                return ImmutabilityProbe(False, message("ARCHIVE_PROBE_NO_LOCK", detail=error.code).vi)
            return ImmutabilityProbe(True, message("ARCHIVE_PROBE_HELD", until=f"{until:%d/%m/%Y}").vi)
        return ImmutabilityProbe(False, message("ARCHIVE_PROBE_DELETED").vi)


def _key(digest: Digest) -> str:
    return PREFIX + "/".join(shelf(digest))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

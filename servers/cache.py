"""The one folder where fetched and built servers are kept, shared by all runs on this machine."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from records.errors import IntegrityError, PartUnavailable

_ROOT = Path(__file__).resolve().parent.parent


_SET: ContextVar[Path | None] = ContextVar("cache", default=None)


@contextmanager
def set_to(named: Path | None) -> Iterator[None]:
    """Keep servers in *named*, the word of the settings, for the length of the block. The environment wins."""
    before = _SET.set(named)
    try:
        yield
    finally:
        _SET.reset(before)


def folder() -> Path:
    """Return the cache folder.

    ``KHONGCHO_CACHE``, else what the settings say, else ``.cache/servers`` of a checkout, else the user's cache.
    """
    if named := os.environ.get("KHONGCHO_CACHE"):
        return Path(named).resolve()
    if chosen := _SET.get():
        return chosen
    if (_ROOT / "pyproject.toml").is_file():
        return _ROOT / ".cache" / "servers"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "khongcho"


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock *name* of the cache: whoever comes second waits and then finds the work done."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / f"{name}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def kept(name: str, make: Callable[[Path], object]) -> Path:
    """Return ``cache/name``, made by *make* (which gets an empty folder and leaves *name* in it) when it is not there.

    An interrupted or failed *make* leaves nothing that looks finished.
    """
    target = folder() / name
    if target.exists():
        return target
    with locked(name):
        if not target.exists():
            workshop = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=folder()))
            try:
                make(workshop)
                (workshop / name).rename(target)
            finally:
                remove(workshop)
    return target


def remove(tree: Path) -> None:
    """Remove a folder and all in it, read-only folders (a Go module cache) included."""
    for path in [tree, *tree.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(tree)


def run(server: str, command: Sequence[str], *, env: dict[str, str] | None = None, limit: float = 1800) -> None:
    """Run a fetching or building *command*; PartUnavailable with its last words when it fails or outlasts *limit* s."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            timeout=limit,
            check=False,
        )
        said, failed = done.stdout.decode(errors="replace"), done.returncode != 0
    except subprocess.TimeoutExpired:
        said, failed = f"more than {limit:.0f} s", True
    except OSError as error:
        said, failed = str(error), True
    if failed:
        raise PartUnavailable(
            "SERVERS_FETCH_FAILED", server=server, command=" ".join(command), detail=last_lines(said, 12)
        )


def last_lines(text: str, count: int) -> str:
    """Return the last *count* lines of *text* that say something."""
    return "\n".join([line for line in text.splitlines() if line.strip()][-count:])


def check_digest(file: Path, expected: str) -> None:
    """Raise IntegrityError unless *file* has the SHA-256 that we pinned."""
    with file.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != expected:
        raise IntegrityError("SERVERS_WRONG_DIGEST", file=file.name, expected=expected, found=found)

"""Flow runs whose process died: found at the next start and marked, with the private server they left behind.

Prefect itself leaves such a run RUNNING for ever. Each run writes a note with its process, told apart from a later
process of the same number by its start time and the machine's boot; the note goes when the run ends.
Notes of other machines are left alone.
"""

import contextlib
import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

_PROC = Path("/proc")
_FOLDER = "flow-runs"
_SERVER = b"prefect.server.api.server:create_app"


@dataclass(frozen=True, slots=True)
class Process:
    """A process of one machine and one boot, for ever distinct."""

    pid: int
    started: str
    """Start time in clock ticks since boot."""
    boot: str
    host: str

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """Return the living process *pid*, or None."""
        started = _start_time(pid)
        return None if started is None else cls(pid, started, _boot(), socket.gethostname())

    @property
    def here(self) -> bool:
        """Whether it was a process of this machine."""
        return self.host == socket.gethostname()

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return Process.of(self.pid) == self


@dataclass(frozen=True, slots=True)
class RunNote:
    """A flow run, who executes it, and the private server started for it, if any."""

    flow_run: str
    executor: Process
    server: Process | None

    def save(self, home: Path) -> Path:
        """Write the note in one step."""
        folder = home / _FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.flow_run}.json"
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(path)
        return path

    @classmethod
    def load(cls, path: Path) -> "RunNote":
        """Read a note. Raises ValueError where it is none."""
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            server = told["server"]
            return cls(told["flow_run"], Process(**told["executor"]), Process(**server) if server else None)
        except (KeyError, TypeError) as e:
            raise ValueError(f"{path} is not a note of a flow run") from e


@contextmanager
def running(home: Path, flow_run: str) -> Iterator[None]:
    """Keep a note of *flow_run* while this process executes it."""
    me = Process.of(os.getpid())
    if me is None:  # a machine without /proc: nothing could be told apart later
        yield
        return
    path = RunNote(flow_run, me, private_server(os.getpid())).save(home)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def orphans(home: Path) -> list[RunNote]:
    """Return the runs of this machine whose process is dead."""
    found = []
    for path in sorted((home / _FOLDER).glob("*.json")):
        with contextlib.suppress(ValueError, FileNotFoundError):
            note = RunNote.load(path)
            if note.executor.here and not note.executor.alive:
                found.append(note)
    return found


def forget(home: Path, note: RunNote) -> None:
    """Remove the note."""
    (home / _FOLDER / f"{note.flow_run}.json").unlink(missing_ok=True)


def stop_server(note: RunNote) -> bool:
    """End the private server that *note* left behind; whether there was one. Never ends another process."""
    if note.server is None or not note.server.here or not note.server.alive:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(note.server.pid, signal.SIGTERM)
    return True


def private_server(parent: int) -> Process | None:
    """Return the private Prefect server that *parent* started, if it has one."""
    for entry in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if _SERVER in (entry / "cmdline").read_bytes() and int(_stat(int(entry.name))[1]) == parent:
                return Process.of(int(entry.name))
    return None


def _stat(pid: int) -> list[str]:
    """Return the fields of ``/proc/PID/stat`` from the state on (after the name, which may hold anything)."""
    return (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _start_time(pid: int) -> str | None:
    try:
        fields = _stat(pid)
        return None if fields[0] in {"Z", "X"} else fields[19]
    except (OSError, IndexError):
        return None


def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""

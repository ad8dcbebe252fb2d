"""Start a server as a process of its own, watch it, and end it by its own process id."""

import contextlib
import os
import pwd
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from records.errors import PartUnavailable

LOOPBACK = "127.0.0.1"
KEEPER = Path(__file__).with_name("keeper.py")

# Below the range from which kernels take ports for outgoing connections (32768 on Linux).
_PORTS = range(20000, 32000)


@dataclass(frozen=True, slots=True)
class Launch:
    """How a server is started and asked to end."""

    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the present environment."""
    user: str | None = None
    """Account to run as; None is the present one."""
    stop_signal: int = signal.SIGTERM
    grace: float = 20.0
    """Seconds between *stop_signal* and SIGKILL."""

    def environment(self) -> dict[str, str]:
        """Return the whole environment of the server."""
        return {**os.environ, **self.env}


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A process told apart from a later one that happens to get the same id."""

    pid: int
    started: str
    """Boot identity and start tick, as the kernel gives them."""


class GuardedProcess:
    """A server that ends with us, however we end. If we are killed, *temporary* goes with it."""

    def __init__(self, launch: Launch, log: Path, temporary: Path | None = None) -> None:
        self._launch = launch
        with log.open("ab") as out:
            self._keeper = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    str(KEEPER),
                    "guard",
                    str(launch.stop_signal),
                    str(launch.grace),
                    launch.user or "",
                    str(temporary or ""),
                    "--",
                    *launch.command,
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=out,
                cwd=launch.cwd,
                env=launch.environment(),
                start_new_session=True,
            )

    def running(self) -> bool:
        """Whether the server still runs."""
        return self._keeper.poll() is None

    def stop(self) -> None:
        """End the server and everything it started. Does nothing a second time."""
        if self._keeper.stdin is not None:
            with contextlib.suppress(BrokenPipeError, ValueError):  # it ended before; we closed before
                self._keeper.stdin.write(b"leave")
                self._keeper.stdin.close()
        try:
            self._keeper.wait(self._launch.grace + 10)
        except subprocess.TimeoutExpired:  # not even SIGKILL ended the server: do not wait for ever
            self._keeper.kill()
            self._keeper.wait()


class ReleasedProcess:
    """A server that lives on without us, until somebody ends it by its mark. Its data stay: *temporary* is ignored."""

    def __init__(self, launch: Launch, log: Path, temporary: Path | None = None) -> None:
        self._launch = launch
        with log.open("ab") as out:
            said = subprocess.run(
                [sys.executable, "-I", str(KEEPER), "release", launch.user or "", "--", *launch.command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=out,
                cwd=launch.cwd,
                env=launch.environment(),
                start_new_session=True,
                check=True,
            )
        pid = int(said.stdout)
        self.mark = ProcessMark(pid, _started(pid) or "")

    def running(self) -> bool:
        """Whether the server still runs."""
        return alive(self.mark)

    def stop(self) -> None:
        """End the server and what it started."""
        end(self.mark, self._launch.stop_signal, self._launch.grace)


def alive(mark: ProcessMark) -> bool:
    """Whether the very process that *mark* names still runs."""
    return _started(mark.pid) == mark.started != ""


def end(mark: ProcessMark, stop_signal: int, grace: float) -> None:
    """End a released server and what it started; does nothing when that process is gone."""
    if not alive(mark):
        return
    os.kill(mark.pid, stop_signal)
    deadline = time.monotonic() + grace
    while alive(mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(mark.pid, signal.SIGKILL)


def _started(pid: int) -> str | None:
    """Return boot identity and start tick of *pid*, None when there is no such process or only its zombie."""
    try:
        # The name in brackets may hold anything, so count from behind it: state is the first field, start the 20th.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"


def port_is_free(port: int) -> bool:
    """Whether nobody on this machine listens on *port* of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Return *count* different ports that are free now. Somebody may take one before we do; callers try again."""
    found: list[int] = []
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        if port_is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise PartUnavailable("SERVERS_NO_PORT", first=_PORTS.start, last=_PORTS.stop - 1)


def unprivileged(preferred: str) -> str | None:
    """Return the account for a server that refuses to run as root: None (the present one) unless we are root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(preferred).pw_name
    except KeyError:
        return "nobody"


def give(folder: Path, user: str | None) -> None:
    """Make *folder* and all in it belong to *user*; None changes nothing. Raises PartUnavailable where none may go."""
    if user is None:
        return
    owner = pwd.getpwnam(user)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
    if not can_read(folder, user):
        raise PartUnavailable("SERVERS_FOLDER_CLOSED", folder=folder, user=user)


def run_as(
    user: str | None,
    command: Sequence[str],
    *,
    cwd: Path = Path("/"),
    env: Mapping[str, str] | None = None,
    given: str = "",
) -> tuple[int, str]:
    """Run *command* as *user* (None: the present account), *given* on its input. Return exit status and all it said."""
    done = subprocess.run(
        command,
        input=given.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=env,
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        check=False,
    )
    return done.returncode, done.stdout.decode(errors="replace")


def can_read(path: Path, user: str | None) -> bool:
    """Whether *user* can reach and read *path*, found by trying."""
    return run_as(user, ["test", "-r", str(path)])[0] == 0

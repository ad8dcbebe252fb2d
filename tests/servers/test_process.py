import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from records.errors import PartUnavailable
from servers.process import (
    LOOPBACK,
    GuardedProcess,
    Launch,
    ProcessMark,
    ReleasedProcess,
    alive,
    end,
    free_ports,
    give,
    port_is_free,
)

ROOT = Path(__file__).resolve().parents[2]

# A server that starts a helper of its own, tells both process ids, and says so when it is asked to end.
SERVER = """
import os, pathlib, signal, subprocess, sys, time
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
def asked(*_):
    pathlib.Path("asked").touch()
    if "--stubborn" not in sys.argv:
        sys.exit(0)
signal.signal(signal.SIGTERM, asked)
note = pathlib.Path("pids.new")
note.write_text(f"{os.getpid()} {helper.pid}")
note.rename("pids")
while True:
    time.sleep(600)
"""


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"


def pids(folder: Path) -> list[int]:
    until((folder / "pids").exists)
    return [int(word) for word in (folder / "pids").read_text().split()]


def launch(folder: Path, *arguments: str, grace: float = 20) -> Launch:
    return Launch((sys.executable, "-c", SERVER, *arguments), folder, grace=grace)


def test_stopping_asks_first_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    process = GuardedProcess(launch(tmp_path), tmp_path / "log", tmp_path / "temporary")
    server, helper = pids(tmp_path)
    assert process.running()
    process.stop()
    assert (tmp_path / "temporary").exists(), "whoever stops a server tidies up himself: he may start it again"
    assert (tmp_path / "asked").exists()
    assert gone(server)
    until(lambda: gone(helper))
    assert not process.running()
    process.stop()  # a second time does nothing


def test_a_server_that_does_not_listen_is_killed_after_its_grace(tmp_path: Path) -> None:
    process = GuardedProcess(launch(tmp_path, "--stubborn", grace=0.3), tmp_path / "log")
    server, helper = pids(tmp_path)
    process.stop()
    assert (tmp_path / "asked").exists()
    assert gone(server)
    until(lambda: gone(helper))


def test_a_server_ends_with_its_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(f"""
                import sys, time
                from pathlib import Path
                from servers.process import GuardedProcess, Launch
                folder = Path({str(tmp_path)!r})
                launch = Launch((sys.executable, "-c", {SERVER!r}), folder)
                process = GuardedProcess(launch, folder / "log", folder / "temporary")
                time.sleep(600)
            """),
        ],
        cwd=ROOT,
    )
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    server, helper = pids(tmp_path)
    assert not gone(server)
    parent.kill()
    parent.wait()
    until(lambda: gone(server) and gone(helper) and not temporary.exists())
    assert (tmp_path / "asked").exists()


def test_the_end_of_a_server_is_seen_and_its_words_are_kept(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    process = GuardedProcess(Launch(command, tmp_path), tmp_path / "log")
    until(lambda: not process.running())
    assert sorted((tmp_path / "log").read_text().split()) == ["err", "out"]


def test_the_server_gets_the_environment_of_its_launch(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "import os; print(os.environ['WORD'], 'PATH' in os.environ)")
    process = GuardedProcess(Launch(command, tmp_path, {"WORD": "mực"}), tmp_path / "log")
    until(lambda: not process.running())
    assert (tmp_path / "log").read_text() == "mực True\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_root_runs_a_server_as_somebody_else_without_its_own_groups(tmp_path: Path) -> None:
    # a programme of the system: nobody may not be able to reach the interpreter of this environment
    command = ("/bin/sh", "-c", "echo $(id -u) $(id -g) $(id -G)")
    process = GuardedProcess(Launch(command, Path("/"), user="nobody"), tmp_path / "log")
    until(lambda: not process.running())
    assert (tmp_path / "log").read_text() == "65534 65534 65534\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_a_folder_that_its_new_owner_cannot_reach_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    inside = closed / "data"
    inside.mkdir(parents=True)
    closed.chmod(0o700)
    with pytest.raises(PartUnavailable) as told:
        give(inside, "nobody")
    assert str(inside) in told.value.message().vi
    give(inside, None)  # nobody else is to run there: nothing to give


def test_a_released_server_outlives_its_starter_and_is_ended_by_its_mark(tmp_path: Path) -> None:
    process = ReleasedProcess(launch(tmp_path), tmp_path / "log")
    server, helper = pids(tmp_path)
    mark = process.mark
    assert mark.pid == server
    assert os.getsid(server) == server != os.getsid(0)
    assert process.running()
    end(mark, signal.SIGTERM, 20)
    assert not alive(mark)
    assert (tmp_path / "asked").exists()
    until(lambda: gone(helper))


def test_a_later_process_with_the_same_id_is_left_alone(tmp_path: Path) -> None:
    process = ReleasedProcess(launch(tmp_path), tmp_path / "log")
    server, _ = pids(tmp_path)
    stale = ProcessMark(server, "another-boot/12345")
    assert not alive(stale)
    end(stale, signal.SIGKILL, 0)
    assert process.running()
    process.stop()
    assert gone(server)


def test_ports_are_free_different_and_never_taken_from_others() -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        taken = other.getsockname()[1]
        assert not port_is_free(taken)
        ports = free_ports(50)
        assert len(set(ports)) == 50
        assert taken not in ports
        assert all(port_is_free(port) for port in ports)

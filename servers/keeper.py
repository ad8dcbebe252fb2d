"""Stands beside one server: runs it, and ends it together with the programme that asked for it.

Run as a script of its own (standard library only), never imported by the server's user:

``keeper.py guard SIGNAL GRACE USER FOLDER -- COMMAND``
    runs COMMAND until standard input closes, which the kernel does for us however our parent ends
    (``kill -9`` included). Then COMMAND gets SIGNAL, GRACE seconds later its process group gets SIGKILL.
    A parent that takes its leave writes a byte first; without it the parent is dead, and FOLDER (unless
    empty), the server's temporary data, is removed in its place.
``keeper.py release USER -- COMMAND``
    starts COMMAND in the background, prints its process id and leaves.

USER is the account to run as, or empty for the present one. Output of COMMAND goes to standard error.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys


def start(command: list[str], user: str) -> "subprocess.Popen[bytes]":
    """Start *command* in a session of its own, so that a Ctrl-C at the terminal does not reach it."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
        user=user or None,
        group=_group_of(user),
        extra_groups=[] if user else None,
    )


def _group_of(user: str) -> int | None:
    if not user:
        return None
    import pwd  # noqa: PLC0415

    return pwd.getpwnam(user).pw_gid


def guard(child: "subprocess.Popen[bytes]", stop_signal: int, grace: float) -> bool:
    """Wait until *child* ends or standard input closes; leave nothing of it running. Return whether our parent died."""
    orphaned = False
    with contextlib.suppress(SystemExit):  # SIGTERM to the keeper itself
        select.select([sys.stdin.fileno(), os.pidfd_open(child.pid)], [], [])
        orphaned = child.poll() is None and os.read(sys.stdin.fileno(), 1) == b""
    if child.poll() is None:
        child.send_signal(stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(grace)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return orphaned


def main(argv: list[str]) -> int:
    """Do what the module says."""
    split = argv.index("--")
    options, command = argv[:split], argv[split + 1 :]
    if options[0] == "release":
        print(start(command, options[1]).pid, flush=True)
        os._exit(0)  # the child lives on: no waiting, no warning about it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    _, stop_signal, grace, user, folder = options
    if guard(start(command, user), int(stop_signal), float(grace)) and folder:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

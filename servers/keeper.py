"""Stands beside one server: runs it, and ends it together with the programme that asked for it.

Run as a script of its own (standard library only), never imported by the server's user:

``keeper.py guard SIGNAL GRACE USER -- COMMAND``
    runs COMMAND until standard input closes, which the kernel does for us however our parent ends
    (``kill -9`` included). Then COMMAND gets SIGNAL, GRACE seconds later its process group gets SIGKILL.
``keeper.py release USER -- COMMAND``
    starts COMMAND in the background, prints its process id and leaves.

USER is the account to run as, or empty for the present one. Output of COMMAND goes to standard error.
"""

import contextlib
import os
import select
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


def guard(child: "subprocess.Popen[bytes]", stop_signal: int, grace: float) -> int:
    """Wait until *child* ends or standard input closes; leave nothing of it behind. Return its exit status."""
    with contextlib.suppress(SystemExit):  # SIGTERM to the keeper itself
        child_ended = os.pidfd_open(child.pid)
        waiting = True
        while waiting and child.poll() is None:
            readable, _, _ = select.select([sys.stdin.buffer, child_ended], [], [])
            waiting = not (sys.stdin.buffer in readable and os.read(sys.stdin.fileno(), 1) == b"")
    if child.poll() is None:
        child.send_signal(stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(grace)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


def main(argv: list[str]) -> int:
    """Do what the module says."""
    split = argv.index("--")
    options, command = argv[:split], argv[split + 1 :]
    if options[0] == "release":
        print(start(command, options[1]).pid, flush=True)
        os._exit(0)  # the child lives on: no waiting, no warning about it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    return guard(start(command, options[3]), int(options[1]), float(options[2]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How a command ends when something fails: words in both languages and an exit code, never a bare traceback."""

import datetime as dt
import errno
import logging
import os
import platform
import traceback
from typing import Any, cast

import typer
from rich.text import Text

from cli.screen import err, print_error
from records.errors import KhongChoError, PartUnavailable, Unforeseen
from wiring import read_settings

PASSED_ON = (
    *(typer.Exit, typer.Abort, SystemExit, KeyboardInterrupt),
    *cast(tuple[Any, ...], typer.BadParameter.__bases__),  # UsageError: typer keeps the class to itself
)
"""Not failures of ours: typer ends the command by them."""

_CODES = {
    errno.ENOSPC: "MACHINE_FULL",
    errno.EDQUOT: "MACHINE_FULL",
    errno.EACCES: "MACHINE_FORBIDS",
    errno.EPERM: "MACHINE_FORBIDS",
    errno.EROFS: "MACHINE_FORBIDS",
}
_log = logging.getLogger(__name__)


def tell(error: BaseException, *, as_json: bool) -> int:
    """Tell of *error* on the terminal and return the exit code; raise it again where typer ends the command by it."""
    if isinstance(error, PASSED_ON) or (isinstance(error, OSError) and error.errno == errno.EPIPE):
        raise error
    if isinstance(error, KhongChoError):
        known = error
    elif isinstance(error, OSError):
        _log.debug("the machine refused", exc_info=error)
        known = of_the_machine(error)
    else:
        known = Unforeseen("PROGRAMME_FAILED", kind=type(error).__name__, where=_kept(error))
    print_error(known, as_json=as_json)
    return int(known.exit_code)


def of_the_machine(error: OSError) -> PartUnavailable:
    """Return what the operating system refused as an error of the house."""
    what = error.strerror or str(error) or type(error).__name__
    detail = f"{error.filename}: {what}" if error.filename is not None else what
    return PartUnavailable(_CODES.get(error.errno or 0, "MACHINE_REFUSED"), detail=detail)


def _kept(error: BaseException) -> str:
    """Write the traceback into the home folder, or to stderr where that cannot be done; return where it is."""
    now = dt.datetime.now().astimezone()
    told = "".join(traceback.format_exception(error))
    told = f"{now.isoformat(timespec='seconds')}, Python {platform.python_version()}\n{told}"
    try:
        folder = read_settings().home / "log"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"failure-{now:%Y%m%d-%H%M%S}-{os.getpid()}.txt"
        # what went wrong may quote an entry: for the account that runs the house only
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "a", encoding="utf-8", errors="replace") as out:
            out.write(told)
    except (OSError, KhongChoError):
        err.print(Text(told))
        return "stderr"
    return str(path)

"""What the terminal shows: results on stdout, everything else (progress, notices, errors) on stderr."""

import getpass
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Task as ProgressTask
from rich.table import Table
from rich.text import Text

from records.errors import KhongChoError
from wiring import House, open_house, read_settings

err = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, soft_wrap=True)
_NARROW = 70
"""Columns of a terminal below which an id may be broken."""


def opened() -> House:
    """Open the house that the environment and its settings file describe."""
    return open_house(read_settings())


def account(given: str) -> str:
    """Return who acts: *given*, or the account of this machine; its number where it has no name (in a container)."""
    try:
        return given or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _remember_json(ctx: typer.Context, value: bool) -> bool:
    ctx.find_root().meta["json"] = value
    return value


Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout.", callback=_remember_json, is_eager=True)
]
"""The ``--json`` of every reporting command; the root remembers it, so that errors are JSON as well."""


def print_json(told: object) -> None:
    """Print one JSON object on stdout: a report under its published keys, else dataclasses as objects."""
    if hasattr(told, "as_json"):
        told = told.as_json()
    text = json.dumps(told, ensure_ascii=False, default=_plain)
    # a file name may hold bytes that are no UTF-8: it is shown with a mark, and the rest of the object is still told
    sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")
    sys.stdout.flush()


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (Sequence, frozenset, set)):
        return list(value)
    if isinstance(value, Path) or hasattr(value, "isoformat"):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def print_error(error: KhongChoError, *, as_json: bool) -> None:
    """Tell an error in Vietnamese, then English, then its code."""
    words = error.message()
    if as_json:
        print_json({"error": {"code": error.code, "vi": words.vi, "en": words.en}})
    err.print(Text(words.vi, style="bold"))
    err.print(Text(words.en, style="dim"))
    err.print(Text(f"(Mã: {error.code})", style="dim"))


def notice(text: str) -> None:
    """Tell something on the way, on stderr."""
    err.print(Text(text))


def table(title: str, *columns: str, right: Sequence[str] = (), whole: Sequence[str] = ()) -> Table:
    """Return an empty table; columns named in *right* hold numbers, those in *whole* ids that people copy.

    An id stays on one line, and the other columns give way. On a terminal too narrow for that it is broken like
    everything else, for what does not fit would be cut off.
    """
    made = Table(title=title, title_justify="left", title_style="bold")
    for name in columns:
        kept = name in whole and out.width >= _NARROW
        made.add_column(name, justify="right" if name in right else "left", overflow="fold", no_wrap=kept)
    return made


def log_to_stderr(*, verbose: bool) -> None:
    """Send warnings (with *verbose*, everything) to stderr."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING,
        stream=sys.stderr,
        format="%(levelname)s %(name)s: %(message)s",
    )


class _Rate(TextColumn):
    """Pieces per second, or seconds per piece where it is slow."""

    def render(self, task: ProgressTask) -> Text:
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("– /s", style="progress.data.speed")
        told = f"{speed:.1f} /s" if speed >= 1 else f"{1 / speed:.1f} s/trang"
        return Text(told, style="progress.data.speed")


class TerminalProgress:
    """A bar on stderr with pieces done, rate, time spent and time left."""

    def __init__(self, console: Console = err) -> None:
        self._console = console
        self._bar: Progress | None = None

    def start(self, label: str, total: int) -> None:
        """Begin a bar of *total* pieces."""
        self.finish()
        self._bar = Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            _Rate(""),
            TimeElapsedColumn(),
            TextColumn("còn"),
            TimeRemainingColumn(),
            console=self._console,
        )
        self._bar.add_task(label, total=total)
        self._bar.start()

    def advance(self, n: int = 1) -> None:
        """Move the bar by *n* pieces."""
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0], n)

    def finish(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

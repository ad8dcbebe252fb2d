"""Finds the browser that walks the desk in tests. It is no server: nothing is started here."""

import shutil
from pathlib import Path

from records.messages import Message, message

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> Path | None:
    """Return the installed browser."""
    return next((Path(path) for name in _NAMES if (path := shutil.which(name))), None)


def missing() -> Message | None:
    """Say what to install; None when a browser is there."""
    return None if find() else message("SERVERS_NO_CHROMIUM")

"""How to call this programme again, and name a file, from where one stands."""

import os
import shlex
import sys
from pathlib import Path


def command() -> str:
    """Return ``khongcho`` as it can be typed here: a virtual environment that nobody activated is not on the path."""
    script = Path(sys.executable).with_name("khongcho")
    return shlex.quote(near(script)) if script.is_file() else f"{shlex.quote(near(Path(sys.executable)))} -m cli"


def near(path: Path) -> str:
    """Return *path* as a shell finds it: from the working directory where that is shorter, else whole."""
    whole = str(path.absolute())
    relative = os.path.relpath(whole)
    if os.sep not in relative:  # a bare name would be looked for on the path
        relative = f"{os.curdir}{os.sep}{relative}"
    return min(relative, whole, key=len)

"""Find an installed Java."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Java:
    """An installed Java: major version and home folder."""

    major: int
    home: Path


def installed() -> list[Java]:
    """Return every Java of this machine by ascending version: ``JAVA_HOME``, ``/usr/lib/jvm``, ``java`` on the path."""
    homes = [Path(named)] if (named := os.environ.get("JAVA_HOME")) else []
    homes += sorted(Path("/usr/lib/jvm").glob("*/"))
    if on_path := shutil.which("java"):
        homes.append(Path(on_path).resolve().parent.parent)
    return sorted({Java(major, home.resolve()) for home in homes if (major := _major(home)) is not None})


def find(lowest: int) -> Java | None:
    """Return the oldest installed Java of at least version *lowest*: a server is proved with the Java of its day."""
    return next((java for java in installed() if java.major >= lowest), None)


def _major(home: Path) -> int | None:
    """Return the major version that a Java home declares in its ``release`` file, None when it is not one."""
    if not (home / "bin" / "java").is_file() or not (home / "release").is_file():
        return None
    said = re.search(r'^JAVA_VERSION="(\d+)', (home / "release").read_text(encoding="utf-8"), re.MULTILINE)
    return int(said.group(1)) if said else None

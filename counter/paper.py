"""A page of a PDF as a picture, drawn by the outside programme pdftoppm: what the officer sees is what will print."""

import subprocess

from records.errors import PartUnavailable

_DPI = 110
_SECONDS = 20


def first_page(pdf: bytes) -> bytes:
    """Return the first page of *pdf* as PNG at 110 dpi. Raises PartUnavailable PREVIEW_FAILED."""
    command = ["pdftoppm", "-png", "-r", str(_DPI), "-f", "1", "-l", "1", "-"]
    try:
        done = subprocess.run(command, input=pdf, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise PartUnavailable("PREVIEW_FAILED") from e
    if done.returncode or not done.stdout.startswith(b"\x89PNG"):
        raise PartUnavailable("PREVIEW_FAILED")
    return done.stdout

"""Pages per core-hour: our digitisation beside OCRmyPDF, on the same pages in the same run.

    .venv/bin/python -m bench.pages [--cases N] [--rounds R]

OCRmyPDF is the named peer because it is what an office would otherwise use to make scans searchable. It
reads print only and finds no fields; the ratio says what a page costs, not what it is worth. Both run with
one worker and one thread, in turns, so that a busy machine slows both. CPU time of the process and all its
descendants is counted, not wall time: this process adopts those that outlive their parents, and waits for them.
"""

import argparse
import ctypes
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from samples import make_book

QUIET = {**os.environ, "OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"}


_ADOPT = 36
"""``PR_SET_CHILD_SUBREAPER`` of Linux's prctl: orphans among the descendants become children of this process."""
_NEEDS_A_PERSON = 1
"""Exit status of a finished run: the pages of a book that hold no entry wait for a person."""


def cpu_seconds(command: list[str], accepted: tuple[int, ...] = (0,)) -> tuple[float, float]:
    """Run *command*; return (CPU seconds of all its processes, wall seconds). Raises CalledProcessError."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=QUIET, check=False, capture_output=True)
    if done.returncode not in accepted:
        done.check_returncode()
    wall = time.perf_counter() - began
    reap()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall


def reap() -> None:
    """Wait for every process that a command left behind: only what has been waited for is counted."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def ours(pdf: Path, folder: Path) -> list[str]:
    """Return the command that takes *pdf* in and reads it, in a fresh home, with one worker."""
    QUIET["KHONGCHO_HOME"] = str(folder)
    QUIET["KHONGCHO_READING__WORKERS"] = "1"
    return [
        sys.executable,
        "-c",
        "from cli.main import app; app()",
        "ingest",
        "book",
        str(pdf),
        "--no-prefect",
        "--json",
    ]


def theirs(pdf: Path, folder: Path) -> list[str]:
    """Return OCRmyPDF's command for the same pages: Vietnamese, straightened, one job."""
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / "out.pdf"
    return [
        sys.executable, "-m", "ocrmypdf", "-l", "vie", "--deskew", "--rotate-pages", "--jobs", "1",
        "--output-type", "pdf", "--optimize", "0", str(pdf), str(out),
    ]  # fmt: skip


def main() -> None:
    """Print both rates, their spread over the rounds, and the ratio."""
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--cases", type=int, default=8, help="cases in the synthetic book")
    told.add_argument("--rounds", type=int, default=3)
    options = told.parse_args()
    if ctypes.CDLL(None, use_errno=True).prctl(_ADOPT, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        book = make_book(root / "book", cases=options.cases, seed=7)
        assert book.pdf is not None
        rates: dict[str, list[float]] = {"khongcho": [], "ocrmypdf": []}
        ratios = []
        for turn in range(options.rounds):
            spent = {}
            for name, command, accepted in (("khongcho", ours, (0, _NEEDS_A_PERSON)), ("ocrmypdf", theirs, (0,))):
                cpu, wall = cpu_seconds(command(book.pdf, root / f"{name}-{turn}"), accepted)
                spent[name] = cpu / book.pages
                rates[name].append(3600 * book.pages / cpu)
                print(f"round {turn + 1} {name}: {cpu / book.pages:.2f} core-s/page, {wall:.1f} s wall", flush=True)
            ratios.append(spent["ocrmypdf"] / spent["khongcho"])
        for name, seen in rates.items():
            print(
                f"{name}: {statistics.median(seen):.0f} pages per core-hour "
                f"(min {min(seen):.0f}, max {max(seen):.0f}; n = {book.pages} pages x {options.rounds} rounds)"
            )
        print(
            f"ratio khongcho : ocrmypdf = {statistics.median(ratios):.2f} "
            f"(min {min(ratios):.2f}, max {max(ratios):.2f}); above 1 means ours does more pages in the same CPU time"
        )


if __name__ == "__main__":
    main()

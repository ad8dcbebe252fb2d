"""The curves of a training run, from its logs: what was lost on the way, and the marks in the exams."""

import json
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt


def draw(stems: Sequence[Path], branches: Sequence[Path], after: Sequence[Path], out: Path) -> None:
    """Draw the courses of the logs *stems*, one after the other, *branches* of the last, and what came *after* them.

    Lines shown to the network run to the right.
    """
    figure, (above, below) = plt.subplots(2, 1, figsize=(9, 7), sharex=True)
    shown = before = end = 0
    for log in (*stems, *branches, *after):
        rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.is_file() else []
        if not rows:
            continue
        # a branch counts on from its stem's beginning
        start = before if log in branches else end if log in after else shown
        at = [start + row["lines"] for row in rows]
        above.plot(at, [row["loss"] for row in rows], label=log.parent.name)
        known = {"lines", "loss", "rate", "minutes", "cpu_minutes"}
        for name in [key for key in rows[-1] if key not in known]:
            below.plot(at, [row.get(name) for row in rows], marker=".", label=f"{log.parent.name}: {name}")
        end = at[-1]
        if log in stems:
            before, shown = shown, at[-1]
    above.set_ylabel("loss")
    above.set_yscale("log")
    below.set_ylabel("character error rate, case-folded, %")
    below.set_ylim(0, 40)
    below.set_xlabel("lines shown")
    for part in (above, below):
        part.grid(alpha=0.3)
        part.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(out, dpi=110)
    plt.close(figure)

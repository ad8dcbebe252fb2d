"""The course of training: groups of lines, one after the other, kept every few minutes, resumed where it stopped.

Learning rate: rises over the first groups, stays, and falls to nothing over the last share; so a course may be made
longer while it runs. The weights that are used are an exponential mean over the steps.
"""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ocr.normalise import Ink
from ocr.training.batches import GROUP, Batch, Feed
from ocr.training.exams import texts_of
from ocr.training.network import LineNetwork
from records.progress import Progress

KEEP = "course.pt"
LOG = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast. Lengths in lines shown."""

    lines: int
    rate: float = 1.5e-3
    warm: int = 6_000
    fall: float = 0.35
    """Share of the course over which the rate falls."""
    decay: float = 0.02
    early: float = 0.3
    """Weight of the head on the picture's features alone."""
    mean: float = 0.999
    clip: float = 5.0
    dropout: float = 0.2

    def rate_at(self, shown: int) -> float:
        """Return the learning rate after *shown* lines."""
        rising = min(1.0, (shown + 1) / self.warm)
        left = (self.lines - shown) / (self.fall * self.lines)
        return self.rate * rising * min(1.0, max(0.01, left))


Judge = Callable[[LineNetwork], dict[str, float]]
"""Measures a network between groups; what it returns goes into the log."""


class Course:
    """One network on its way; everything it needs to go on lies in *folder*."""

    def __init__(self, folder: Path, symbols: int, plan: Plan, device: str = "cpu") -> None:
        self.folder, self.plan, self.device = folder, plan, torch.device(device)
        folder.mkdir(parents=True, exist_ok=True)
        self.network = LineNetwork(symbols, plan.dropout).to(self.device).to(memory_format=torch.channels_last)
        self.mean = LineNetwork(symbols, plan.dropout).to(self.device)
        self.mean.load_state_dict(self.network.state_dict())
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=plan.rate, weight_decay=plan.decay)
        self.group = self.steps = 0
        self.loss = nn.CTCLoss(blank=0, zero_infinity=True)
        if (folder / KEEP).is_file():
            self._load(folder / KEEP)

    def begin_from(self, other: Path) -> None:
        """Take the weights of another course, where this one has none of its own yet."""
        if self.group == 0:
            kept = torch.load(other / KEEP, map_location=self.device, weights_only=True)
            self.network.load_state_dict(kept["mean"])
            self.mean.load_state_dict(kept["mean"])

    def begin_with(self, network: LineNetwork) -> None:
        """Take the weights of *network*, where this course has none of its own yet."""
        if self.group == 0:
            self.network.load_state_dict(network.state_dict())
            self.mean.load_state_dict(network.state_dict())

    def branch_from(self, other: Path) -> None:
        """Go on where another course stands, where this one has not begun yet."""
        if self.group == 0:
            self._load(other / KEEP)

    def _load(self, path: Path) -> None:
        kept = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(kept["network"])
        self.mean.load_state_dict(kept["mean"])
        self.optimiser.load_state_dict(kept["optimiser"])
        self.group, self.steps = int(kept["group"]), int(kept["steps"])
        if "random" in kept:
            torch.set_rng_state(kept["random"])

    def save(self) -> None:
        """Keep everything, completely or not at all."""
        kept = {
            "network": self.network.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "group": self.group,
            "steps": self.steps,
            "random": torch.get_rng_state(),
        }
        part = self.folder / (KEEP + ".part")
        torch.save(kept, part)
        part.replace(self.folder / KEEP)

    def note(self, values: dict[str, object]) -> None:
        """Add a line to the log."""
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(values) + "\n")

    def _step(self, batch: Batch) -> float:
        shown = self.group * GROUP
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.rate_at(shown)
        images = torch.from_numpy(batch.images).to(self.device).to(memory_format=torch.channels_last)
        symbols, lengths = torch.from_numpy(batch.symbols), torch.from_numpy(batch.lengths)
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16):
            whole, early = self.network.both(images)
        frames = torch.full((len(lengths),), whole.shape[0], dtype=torch.long)
        loss = self.loss(whole, symbols, frames, lengths) + self.plan.early * self.loss(early, symbols, frames, lengths)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.plan.clip)
        self.optimiser.step()
        self.steps += 1
        follow = min(self.plan.mean, (1 + self.steps) / (20 + self.steps))
        with torch.no_grad():
            for kept, now in zip(self.mean.state_dict().values(), self.network.state_dict().values(), strict=True):
                if kept.dtype.is_floating_point:
                    kept.lerp_(now, 1 - follow)
                else:
                    kept.copy_(now)
        return float(loss.detach())

    def run(
        self, feed: Feed, judge: Judge, progress: Progress, *, until: int | None = None, every: float = 420.0
    ) -> None:
        """Go on to the end of the plan, or *until* so many lines; keep and judge every *every* seconds."""
        end = -(-(self.plan.lines if until is None else until) // GROUP)
        progress.start("train", max(0, end - self.group) * GROUP)
        began = kept = time.monotonic()
        worked = time.process_time()
        losses: list[float] = []
        with ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(feed.group, self.group)
            while self.group < end:
                batches = coming.result()
                coming = ahead.submit(feed.group, self.group + 1)
                losses += [self._step(batch) for batch in batches]
                self.group += 1
                progress.advance(GROUP)
                if time.monotonic() - kept > every or self.group >= end:
                    self.save()
                    self.note(
                        {
                            "lines": self.group * GROUP,
                            "loss": round(float(np.mean(losses)), 4),
                            "rate": self.plan.rate_at(self.group * GROUP),
                            "minutes": round((time.monotonic() - began) / 60, 2),
                            "cpu_minutes": round((time.process_time() - worked) / 60, 2),
                            **judge(self.mean),
                        }
                    )
                    losses, kept = [], time.monotonic()
        progress.finish()


def averaged(networks: Sequence[LineNetwork]) -> LineNetwork:
    """Return the first of *networks* with the mean of all their weights: branches of one course lie close together."""
    first, others = networks[0], [n.state_dict() for n in networks[1:]]
    with torch.no_grad():
        for name, kept in first.state_dict().items():
            if kept.dtype.is_floating_point:
                kept.copy_(torch.stack([kept, *(other[name].to(kept.device) for other in others)]).mean(dim=0))
    return first


def greedy(network: LineNetwork, inks: Sequence[Ink], alphabet: Sequence[str]) -> list[str]:
    """Return the best path's text of each line, one at a time, as the shipped reader would."""
    network.eval()
    device = next(network.parameters()).device

    def frames(ink: Ink) -> NDArray[np.floating]:
        said = network(torch.from_numpy(ink[None, None]).to(device))
        return np.asarray(said[:, 0].float().cpu().numpy())

    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16):
        return texts_of(frames, inks, alphabet)

"""Runs of print-like marks: letters of one height on one line, cut free of handwriting that touches the line.

Page layout analysis gives up where a pen stroke runs into a printed label. Here the letters are gathered
by size and level alone, and each run is shown to the line reader with everything else painted over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from records.geometry import Box
from records.ports import Image, LineRecogniser
from records.readings import Word


@dataclass(frozen=True, slots=True)
class Run:
    """Marks on one line: their box and a picture of them alone, dark on white."""

    box: Box
    picture: Image


def find_runs(grey: Image, ink: Image, region: Box, letter: float) -> list[Run]:
    """Return the runs of marks about *letter* px high inside *region* (prepared pixels)."""
    x0, y0 = max(0, int(region.x)), max(0, int(region.y))
    x1, y1 = min(grey.shape[1], int(region.right)), min(grey.shape[0], int(region.bottom))
    if x1 - x0 < 10 or y1 - y0 < 8:
        return []
    part = np.ascontiguousarray(ink[y0:y1, x0:x1])
    count, labels, stats, _ = cv2.connectedComponentsWithStats(part)
    carpet = np.zeros_like(part)
    body = []
    for i in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[i])
        if not 0.35 * letter <= h <= 1.9 * letter or w > 4.5 * letter or area < 8:
            continue
        body.append(i)
        cv2.rectangle(
            carpet, (x, y + int(0.3 * h)), (x + w + int(0.8 * letter), y + max(int(0.7 * h), int(0.3 * h) + 1)), 255, -1
        )
    _, groups = cv2.connectedComponents(carpet)
    members: dict[int, list[int]] = {}
    for i in body:
        x, y, w, h, _ = (int(v) for v in stats[i])
        group = int(groups[y + h // 2, min(x + w // 2, part.shape[1] - 1)])
        if group:
            members.setdefault(group, []).append(i)
    runs = []
    for own in members.values():
        if len(own) < 2:
            continue
        left = min(int(stats[i][0]) for i in own)
        right = max(int(stats[i][0] + stats[i][2]) for i in own)
        top = min(int(stats[i][1]) for i in own)
        bottom = max(int(stats[i][1] + stats[i][3]) for i in own)
        if right - left < 1.2 * letter:
            continue
        high, low = max(0, top - int(0.45 * letter)), min(part.shape[0], bottom + int(0.3 * letter))
        keep = np.zeros(count, dtype=bool)
        keep[own] = True
        for i in range(1, count):  # tone marks, dots and commas that go with the run
            x, y, w, h, _ = (int(v) for v in stats[i])
            if (
                h < 0.8 * letter
                and w < 1.2 * letter
                and x >= left - 2
                and x + w <= right + 8
                and high <= y
                and y + h <= low
            ):
                keep[i] = True
        pad = 4
        a, b = max(0, left - pad), min(part.shape[1], right + pad)
        c, d = max(0, high - pad), min(part.shape[0], low + pad)
        mask = cv2.dilate(np.asarray(keep[labels[c:d, a:b]] * 255, np.uint8), np.ones((3, 3), np.uint8))
        picture = np.full((d - c, b - a), 245, np.uint8)
        picture[mask > 0] = grey[y0 + c : y0 + d, x0 + a : x0 + b][mask > 0]
        runs.append(Run(Box(x0 + a, y0 + c, b - a, d - c), picture))
    return runs


def read_runs(runs: Sequence[Run], reader: LineRecogniser, first_line: int) -> list[Word]:
    """Read each run; its words are told apart by the widest gaps of its ink."""
    words: list[Word] = []
    for number, run in enumerate(runs):
        reading = reader.read_line(run.picture)
        parts = reading.text.split()
        for part, (x0, x1) in zip(parts, _word_spans(run.picture, parts), strict=True):
            box = Box(run.box.x + x0, run.box.y, max(1.0, x1 - x0), run.box.h)
            words.append(Word(part, box.polygon(), reading.confidence, first_line + number))
    return words


def _word_spans(picture: Image, parts: Sequence[str]) -> list[tuple[float, float]]:
    """Return (left, right) of each of *parts* in pixels of *picture*, cut at its widest gaps."""
    if not parts:
        return []
    inked = np.flatnonzero((picture < 150).any(axis=0))
    if not len(inked):
        return [(0.0, float(picture.shape[1]))] * len(parts)
    left, right = float(inked[0]), float(inked[-1] + 1)
    jumps = np.diff(inked)
    letters = np.cumsum([len(p) + 1 for p in parts])
    whole = float(letters[-1])
    cuts: list[tuple[float, float]] = []
    for count in letters[:-1]:
        expected = left + (right - left) * float(count) / whole
        near = np.flatnonzero((jumps > 2) & (np.abs(inked[:-1] - expected) < 0.25 * (right - left) + 20))
        free = [k for k in near.tolist() if not cuts or inked[k] > cuts[-1][0]]
        if free:
            best = max(free, key=lambda k: float(jumps[k]) * 4 - abs(float(inked[k]) - expected) * 0.15)
            cuts.append((float(inked[best] + 1), float(inked[best + 1])))
        else:
            at = max(expected, cuts[-1][1] + 1 if cuts else 0.0)
            cuts.append((at, at))
    starts = [left, *(b for _, b in cuts)]
    ends = [*(a for a, _ in cuts), right]
    return [(s, max(e, s + 1)) for s, e in zip(starts, ends, strict=True)]

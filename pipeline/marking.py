"""The picture of a verdict: the page with every fault framed and numbered, in the order of the verdict."""

import cv2
import numpy as np

from records.ports import Image
from records.verdicts import Severity, Verdict

_COLOURS = {Severity.RESCAN: (40, 40, 200), Severity.WARN: (18, 138, 201)}
"""BGR: the desk's red and amber."""
_OK = (105, 96, 10)
"""The desk's blue-green."""


def marked(image: Image, verdict: Verdict, max_side: int = 1400) -> bytes:
    """Return *image* as JPEG of at most *max_side* pixels, each fault framed with its number (from 1).

    A page without faults has a frame of its own all round.
    """
    factor = min(1.0, max_side / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor)))
    colour = image if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    small = np.array(cv2.resize(colour, size, interpolation=cv2.INTER_AREA), np.uint8)
    thick = max(2, round(max(size) / 350))
    if not verdict.faults:
        cv2.rectangle(small, (thick, thick), (size[0] - 1 - thick, size[1] - 1 - thick), _OK, thick)
    taken: list[tuple[int, int]] = []
    for number, fault in enumerate(verdict.faults, start=1):
        points = np.array([[p.x * factor, p.y * factor] for p in fault.region.points])
        points = np.clip(points, thick, np.array(size) - 1 - thick).astype(np.int32)
        cv2.polylines(small, [points], True, _COLOURS[fault.severity], thick, cv2.LINE_AA)
        _label(small, str(number), (int(points[:, 0].min()), int(points[:, 1].min())), fault.severity, taken)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def _label(image: Image, text: str, at: tuple[int, int], severity: Severity, taken: list[tuple[int, int]]) -> None:
    """Write *text* on a plate at the top left of a frame; beside the plates that stand there already."""
    side = max(18, round(max(image.shape[:2]) / 32))
    x, y = at
    while any(abs(x - a) < side and abs(y - b) < side for a, b in taken):
        x += side
    taken.append((x, y))
    cv2.rectangle(image, (x, y), (x + side, y + side), _COLOURS[severity], -1)
    (w, h), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, side / 34, 2)
    where = (x + (side - w) // 2, y + (side + h) // 2)
    cv2.putText(image, text, where, cv2.FONT_HERSHEY_SIMPLEX, side / 34, (255, 255, 255), 2, cv2.LINE_AA)

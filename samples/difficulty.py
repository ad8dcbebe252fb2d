"""How hard a book is to read, as one set of dials. Lengths in millimetres, angles in degrees."""

from dataclasses import dataclass
from typing import Literal

Difficulty = Literal["easy", "medium", "hard"]


@dataclass(frozen=True, slots=True)
class Dials:
    """Upper ends or spreads of everything that makes a page worse."""

    wildness: float
    """Of the hands, 0 (copybook) to 1."""
    skew: float
    """Standard deviation of the page's turn, cut at 2 degrees (hard: 2.5)."""
    curl: float
    """How far lines bend near the gutter."""
    inset: float
    """Share of the frame that may be scanner bed around the paper."""
    blur: float
    """Standard deviation of the scanner's blur at 200 dpi, pixels."""
    noise: float
    """Standard deviation of the sensor's noise, grey levels."""
    uneven: float
    """How uneven the light is, 0 to 1."""
    gutter: float
    """Darkness of the shadow in the gutter, 0 to 1."""
    show_through: float
    stains: float
    """Expected number of stains on a page."""
    foxing: float
    """Expected number of foxing spots on a page."""
    ageing: float
    """How yellow the paper is, 0 to 1."""
    phone: float
    """Share of pages that were photographed with a telephone held askew."""
    seal: float
    """Share of pages with the page-joining seal."""
    quality: int
    """JPEG quality."""
    margin: float
    """Share of entry pages with a note in the margin."""
    cancelled: float = 0.0
    """Share of entries that were struck out as a whole."""


DIALS: dict[str, Dials] = {
    "easy": Dials(0.1, 0.15, 0.0, 0.0, 0.45, 1.2, 0.03, 0.05, 0.04, 0.1, 1.0, 0.15, 0.0, 0.35, 92, 0.0),
    "medium": Dials(0.4, 0.6, 0.8, 0.022, 0.65, 2.4, 0.10, 0.30, 0.10, 0.7, 8.0, 0.45, 0.0, 0.9, 88, 0.08),
    "hard": Dials(0.9, 1.1, 1.8, 0.035, 1.0, 4.5, 0.22, 0.55, 0.20, 1.8, 30.0, 0.85, 0.15, 1.0, 80, 0.25),
}

"""Where on a page something lies, in words for the person at the scanner."""

from records.geometry import Polygon
from records.messages import Message, message

_MOST = 0.75
"""Of a side: what reaches further lies along all of it."""
_MIDDLE = (0.36, 0.64)
"""Between these shares of a side something lies neither here nor there."""


def place_of(region: Polygon, width: int, height: int) -> dict[str, str]:
    """Return the facts ``where`` and ``where_en`` of a message for *region* on a picture of *width* x *height*."""
    box = region.box()
    across = _third((box.x + box.w / 2) / width, "LEFT", "RIGHT") if box.w < _MOST * width else ""
    down = _third((box.y + box.h / 2) / height, "TOP", "BOTTOM") if box.h < _MOST * height else ""
    name = "_".join(part for part in (down, across) if part)
    if not name:
        name = "WHOLE" if box.w >= _MOST * width or box.h >= _MOST * height else "MIDDLE"
    return _facts(message(f"PLACE_{name}"))


def edge(side: str) -> dict[str, str]:
    """Return the same facts for a side of the picture: ``left``, ``right``, ``top`` or ``bottom``."""
    return _facts(message(f"PLACE_EDGE_{side.upper()}"))


def _third(share: float, low: str, high: str) -> str:
    return low if share < _MIDDLE[0] else high if share > _MIDDLE[1] else ""


def _facts(words: Message) -> dict[str, str]:
    return {"where": words.vi, "where_en": words.en}

"""Printed words as a machine may have read them: compared without case, marks and punctuation."""

import re
import unicodedata
from functools import lru_cache

from records.text import single_spaced


def folded(text: str) -> str:
    """Return *text* without case, marks and ``đ``: for comparing printed words read by a machine."""
    plain = unicodedata.normalize("NFD", single_spaced(text).casefold().replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def short_name(text: str) -> str:
    """Return *text* as part of a name: folded, at most 32 letters, digits and hyphens; it may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")[:32]


@lru_cache(maxsize=16_384)  # a page is compared with the same wordings again and again
def letters_of(text: str) -> str:
    """Return the letters and digits of *text*, folded, nothing else."""
    return "".join(c for c in folded(text) if c.isalnum())

"""Text as the house keeps it: Unicode NFC, without characters that nobody can see or write.

Two functions with two purposes: :func:`clean` makes text safe to keep (verbatim otherwise),
:func:`comparable` makes two readings of one value comparable (case and spacing do not count).
"""

import re
import unicodedata
from collections.abc import Iterable

_SPACES = re.compile(r"\s+")
_KEPT_CONTROLS = "\n\t"
_LISTED = 6
"""Names that stand in a sentence."""


def nfc(text: str) -> str:
    """Return *text* in Unicode normalisation form C."""
    return unicodedata.normalize("NFC", text)


def clean(text: str) -> str:
    """Return *text* in NFC without control, bidirectional-override and surrogate characters.

    Newline and tab stay. Everything an engine or a browser may send goes through here once, so
    that no later reader (JSON, SQL, PDF, HTML) has to defend itself.
    """
    kept = "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    return nfc(kept)


def comparable(text: str) -> str:
    """Return the form in which two texts are *exact* equals: NFC, case-folded, single spaces."""
    return _SPACES.sub(" ", nfc(clean(text)).casefold()).strip()


def single_spaced(text: str) -> str:
    """Return *text* cleaned, with runs of white space made one space and none at the ends."""
    return _SPACES.sub(" ", clean(text)).strip()


def listed(names: Iterable[str]) -> str:
    """Return *names*, each once, as a sentence has room for them: the first few, and how many more there are."""
    once = list(dict.fromkeys(names))
    more = f" … (+{len(once) - _LISTED})" if len(once) > _LISTED else ""
    return ", ".join(once[:_LISTED]) + more or "–"

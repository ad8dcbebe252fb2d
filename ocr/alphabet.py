"""The letters a line reader knows: all of Vietnamese in both cases, digits, and the signs that forms and hands use."""

import unicodedata
from collections.abc import Sequence

_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
_VOWELS = "aăâeêioôơuưy"
_CONSONANTS = "bcdđfghjklmnpqrstvwxz"
_SIGNS = "0123456789 .,:;/-()'\"+&*?!…–_%°=[]"


def vietnamese() -> tuple[str, ...]:
    """Return the letters in a fixed order; none is made of two code points (NFC)."""
    small = [unicodedata.normalize("NFC", v + t) for v in _VOWELS for t in _TONES] + list(_CONSONANTS)
    return (*small, *(c.upper() for c in small), *_SIGNS)


def numbered(alphabet: Sequence[str]) -> dict[str, int]:
    """Return the number of each letter among a reader's symbols; 0 is the blank."""
    return {letter: number for number, letter in enumerate(alphabet, 1)}


_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "-", "\u00a0": " ", "`": "'"})


def spelled(text: str, known: frozenset[str] = frozenset(vietnamese())) -> str:
    """Return *text* in the alphabet: look-alike signs brought to one form, unknown ones left out."""
    return "".join(c for c in unicodedata.normalize("NFC", text).translate(_ALIKE) if c in known)

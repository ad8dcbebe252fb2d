"""Our own folding of Vietnamese names and words: one set of rules for every index.

No engine folds anything. Both are handed the terms made here and look them up letter by letter, so
that their answers cannot differ. Three forms of one syllable, each a pure function of the text:

============ ================== ===========================================================
form         ``Thuý``, ``Mỹ``   what counts
============ ================== ===========================================================
:func:`marked`  ``thuý``, ``mỹ``   all marks; the place of the tone mark does not (``hòa`` = ``hoà``)
:func:`fold`    ``thuy``, ``my``   letters only: no marks, ``đ`` is ``d``
:func:`variant` ``thuy``, ``mi``   the same, with ``y`` and ``i`` equal where both are written for one sound
============ ================== ===========================================================

NFC and NFD, capitals, invisible characters and look-alike letters of other alphabets never count.
"""

import re
import unicodedata
from functools import lru_cache

from records.text import clean

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
"""Grave, acute, tilde, hook above, dot below."""

_WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")
"""Letters and digits with whatever marks stand on them."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_Y_FOR_I = re.compile(r"^((?:[bcdghklmnprstvx]|ch|gh|gi|kh|ng|ngh|nh|ph|qu|th|tr)?)y$")
_LONGEST = 60

_ALIKE = str.maketrans(
    {
        # Letters that are typed, or read from paper, where a Vietnamese letter is meant
        "\u00f0": "đ",
        "\u0256": "đ",
        "\u0131": "i",
        "\u0142": "l",
        "\u00f8": "o",
        "\u00e6": "ae",
        "\u0153": "oe",
        # Cyrillic
        "\u0430": "a",
        "\u0432": "b",
        "\u0441": "c",
        "\u0501": "d",
        "\u0435": "e",
        "\u043d": "h",
        "\u04bb": "h",
        "\u0456": "i",
        "\u0458": "j",
        "\u043a": "k",
        "\u04cf": "l",
        "\u043c": "m",
        "\u043f": "n",
        "\u043e": "o",
        "\u0440": "p",
        "\u051b": "q",
        "\u0455": "s",
        "\u0442": "t",
        "\u0445": "x",
        "\u0443": "y",
        "\u051d": "w",
        # Greek
        "\u03b1": "a",
        "\u03b2": "b",
        "\u03b5": "e",
        "\u03b6": "z",
        "\u03b7": "h",
        "\u03b9": "i",
        "\u03ba": "k",
        "\u03bc": "m",
        "\u03bd": "n",
        "\u03bf": "o",
        "\u03c1": "p",
        "\u03c4": "t",
        "\u03c5": "y",
        "\u03c7": "x",
    }
)


def _small(text: str) -> str:
    """Return *text* decomposed (NFKD), in small letters, look-alikes replaced."""
    decomposed = unicodedata.normalize("NFKD", clean(text)).casefold()
    return unicodedata.normalize("NFKD", decomposed).translate(_ALIKE)


def _strokes_made_letters(text: str) -> str:
    """Return decomposed *text* with a struck ``d`` (``d`` and an overlay) written as the letter ``đ``."""
    return re.sub("d[\u0335\u0336]", "đ", text)


def _without(text: str, marks: frozenset[str] | None) -> str:
    if marks is None:
        return "".join(c for c in text if unicodedata.category(c) != "Mn")
    return "".join(c for c in text if c not in marks)


def fold(text: str) -> str:
    """Return *text* in small letters without any mark, ``đ`` as ``d``. Idempotent; NFC and NFD give the same."""
    return _without(_small(text), None).replace("đ", "d")


def marked(syllable: str) -> str:
    """Return one *syllable* in small letters with all its marks, the tone mark moved to its end.

    So ``hòa`` and ``hoà`` are equal, ``hoa`` and ``hóa`` are not. The result is a key, not a spelling.
    """
    decomposed = unicodedata.normalize("NFD", _strokes_made_letters(_small(syllable)))
    tones = "".join(sorted({c for c in decomposed if c in _TONES}))
    return unicodedata.normalize("NFC", _without(decomposed, _TONES) + tones)


def variant(syllable: str) -> str:
    """Return one folded *syllable* with a closing ``y`` written ``i`` where the two are one sound.

    That is after a consonant, after ``qu``, or alone (``Lý`` = ``Lí``, ``Quý`` = ``Quí``, ``Y`` = ``I``);
    never where they tell two names apart (``Mây`` and ``Mai``, ``Thúy`` and ``Thúi``).
    """
    folded = fold(syllable)
    return _Y_FOR_I.sub(r"\1i", folded)


def syllables(text: str) -> tuple[str, ...]:
    """Return the syllables of *text* in order, in small letters, marks kept (NFC).

    Everything that is neither letter nor digit parts two syllables: blanks, hyphens, apostrophes
    (``H'Hen`` is ``h`` and ``hen``), dots, brackets. Text without any letter or digit has none.
    """
    return tuple(syllable for word in text.split() for syllable in _syllables_of(word))


@lru_cache(maxsize=65_536)
def _syllables_of(word: str) -> tuple[str, ...]:
    small = unicodedata.normalize("NFC", _strokes_made_letters(_small(word)))
    return tuple(found[:_LONGEST] for found in _WORD.findall(small))


@lru_cache(maxsize=65_536)
def letters(syllable: str) -> str:
    """Return the key under which a *syllable* is looked up without marks: its :func:`variant`."""
    return variant(syllable)


@lru_cache(maxsize=65_536)
def marks(syllable: str) -> str:
    """Return the key under which a *syllable* is looked up with its marks: its :func:`marked` form."""
    return marked(syllable)


@lru_cache(maxsize=4_096)
def one_edit(key: str) -> frozenset[str]:
    """Return every key that is one letter apart from *key*, at least three letters long.

    One letter changed, left out, put in, or two neighbours exchanged (Damerau). A key of one or two
    letters has none: of such short names every other would be a neighbour.
    """
    if len(key) < 3:
        return frozenset()
    parted = [(key[:i], key[i:]) for i in range(len(key) + 1)]
    near = {a + b[1:] for a, b in parted if b}
    near |= {a + b[1] + b[0] + b[2:] for a, b in parted if len(b) > 1}
    near |= {a + c + b[1:] for a, b in parted if b for c in _LETTERS}
    near |= {a + c + b for a, b in parted for c in _LETTERS}
    return frozenset(k for k in near if len(k) >= 3 and k != key)


def natural(number: str) -> str:
    """Return a sort key for entry *number*s in which 9 comes before 15, and 15 before 15b."""
    parts = re.split(r"(\d+)", fold(number)[:_LONGEST])
    return " ".join(f"{int(p):012d}" if p.isdecimal() else p.strip() for p in parts if p.strip())

"""The fonts that samples are written and printed in, and which hands are kept back for measuring."""

from dataclasses import dataclass
from pathlib import Path

from PIL import ImageFont

from records.errors import PartUnavailable

FONTS = Path(__file__).parent / "fonts"
TRAINING_FONTS = Path(__file__).parent / "training_fonts"
"""More hands, for training readers of lines alone: fetched by ``tools/setup.sh train``, no part of the product."""


@dataclass(frozen=True, slots=True)
class HandFont:
    """A handwriting font and how it may be used."""

    name: str
    joined: bool
    """Letters join: their distance must stay what the font says."""
    capitals: bool
    """Whole words in capitals stay legible."""
    size: float = 1.0
    """Correction of the x-height: school hands have long ascenders."""


_ALL = (
    HandFont("allison", joined=True, capitals=False, size=0.86),
    HandFont("bad-script", joined=False, capitals=True, size=1.15),
    HandFont("charm", joined=False, capitals=True),
    HandFont("charmonman", joined=True, capitals=False, size=0.86),
    HandFont("licorice", joined=True, capitals=False, size=0.92),
    HandFont("mali", joined=False, capitals=True),
    HandFont("mynerve", joined=False, capitals=True),
    HandFont("oooh-baby", joined=True, capitals=False, size=0.9),
    HandFont("patrick-hand", joined=False, capitals=True),
    HandFont("playwrite-vn", joined=True, capitals=False, size=0.78),
    HandFont("square-peg", joined=False, capitals=True, size=0.9),
    HandFont("whisper", joined=True, capitals=False, size=0.86),
)

_LOOPED = (
    "babylonica", "birthstone", "caramel", "comforter", "ephesis", "estonia", "explora", "gwendolyn", "hurricane",
    "ingrid-darling", "inspiration", "island-moments", "kolker-brush", "love-light", "meow-script", "moon-dance",
    "ms-madi", "my-soul", "passions-conflict", "puppies-play", "qwitcher-grypen", "ruthie", "sassy-frass",
    "send-flowers", "the-nautigal", "updock", "vujahday-script", "waterfall", "windsong",
)  # fmt: skip
_PLAIN = (
    "dancing-script", "fuzzy-bubbles", "grandstander", "grechen-fuemen", "itim", "kodchasan", "mansalva", "niramit",
    "pangolin", "playpen-sans", "sedgwick-ave", "shantell-sans", "sriracha",
)  # fmt: skip
_FOR_MEASURING = (
    HandFont("carattere", joined=True, capitals=False, size=0.9),
    HandFont("corinthia", joined=True, capitals=False, size=0.9),
    HandFont("twinkle-star", joined=False, capitals=True, size=0.9),
    HandFont("water-brush", joined=False, capitals=False, size=0.9),
)
_FOR_TRAINING = (
    *(HandFont(name, joined=True, capitals=False, size=0.9) for name in _LOOPED),
    *(HandFont(name, joined=False, capitals=True, size=0.9) for name in _PLAIN),
)
PRINTED = ("tinos", "tinos-bold", "tinos-italic", "arimo", "arimo-bold", "noto-serif", "cousine", "cousine")
"""Types of forms and machines; ``cousine`` is a typewriter's, and the commonest."""

MORE_PRINTED = (
    *dict.fromkeys(PRINTED), "eb-garamond", "inconsolata", "jetbrains-mono", "lora", "merriweather", "playfair-display",
    "roboto-mono", "roboto-slab", "space-mono",
)  # fmt: skip
"""All types and typewriters' that readers are trained with."""

MEASURED_TYPES = ("source-serif-4", "ibm-plex-mono")
"""A type and a typewriter's that nothing is ever trained with."""

TYPEWRITERS = ("cousine", "ibm-plex-mono", "inconsolata", "jetbrains-mono", "roboto-mono", "space-mono")

HELD_OUT: tuple[str, ...] = ("oooh-baby", "patrick-hand")
"""Hands that are never used unless named: one joined, one printed. No reader is trained with them; confidence is."""

MEASURED: tuple[str, ...] = (*HELD_OUT, *(f.name for f in _FOR_MEASURING))
"""All hands that nothing is ever trained with."""

PRINT: tuple[str, ...] = tuple(
    f"{family}{face}" for family in ("arimo", "tinos") for face in ("", "-bold", "-italic", "-bold-italic")
)
"""What the forms are printed in."""

HANDS: tuple[str, ...] = tuple(f.name for f in _ALL if f.name not in HELD_OUT)
"""Hands that are used by default."""


def hand_font(name: str) -> HandFont:
    """Return the handwriting font *name*. Raises KeyError for an unknown one."""
    return {f.name: f for f in (*_ALL, *_FOR_TRAINING, *_FOR_MEASURING)}[name]


def training_faces() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (hands, printed types) to train with; never one that is held out. Raises PartUnavailable."""
    hands = (*HANDS, *(f.name for f in _FOR_TRAINING))
    for name in {*hands, *PRINTED}:
        path(name)
    return hands, PRINTED


def unusable() -> tuple[str, ...]:
    """Return the names of fonts that are missing or cannot be opened."""
    return tuple(name for name in (*PRINT, *(f.name for f in _ALL)) if not _opens(FONTS / f"{name}.ttf"))


def _opens(file: Path) -> bool:
    try:
        ImageFont.truetype(str(file))
    except OSError:
        return False
    return True


def path(name: str) -> Path:
    """Return the file of font *name*. Raises PartUnavailable where set-up has not fetched it."""
    for folder in (FONTS, TRAINING_FONTS):
        if (file := folder / f"{name}.ttf").is_file():
            return file
    raise PartUnavailable("SAMPLES_FONT_MISSING", font=name)

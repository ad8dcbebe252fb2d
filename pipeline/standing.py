"""A page the right way up, its print read: where every look at a page begins."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.look import Look
from pipeline.prepare import PreparedPage, cleaned, straightened
from pipeline.readers import Readers
from pipeline.spreads import Spread, askew, find_spread, whole
from pipeline.verdict import is_bare, is_empty
from records.errors import PageError
from records.pages import Step
from records.ports import Image, PageRecogniser
from records.readings import EngineIdentity, PageReading

SURE_WORD = 0.6
ENOUGH_WORDS = 8
UPRIGHT = 0.35
"""Least share of sure words on a page that stands upright (measured 0.58-0.63; on its head 0.05-0.23)."""
FEW_WORDS, PLAIN = 6, 0.8
"""Sure words, and their share, from which a page with fewer words stands upright (7 of 8; on its head 4 of 6)."""
BLANK_INK = 0.0025
"""Share of dark pixels under which a page may be blank; such a one has no right way up."""


def sure_words(reading: PageReading) -> tuple[int, float]:
    """Return how many words the reader is sure of, and their share of all words: print on its head has few."""
    words = [w for w in reading.words if sum(c.isalpha() for c in w.text) >= 3]
    sure = sum(1 for w in words if w.confidence >= SURE_WORD)
    return sure, sure / len(words) if words else 0.0


@dataclass(frozen=True, slots=True)
class Upright:
    """A page the right way up: looked at as it is kept, with its JPEG and who read its print."""

    look: Look
    jpeg: bytes
    engine: EngineIdentity
    turns: int


def upright(
    image: Image,
    readers: Readers,
    read: Callable[[Look], PageReading],
    before: tuple[Step, ...] = (),
    ways: tuple[int, ...] = (0, 2, 1, 3),
    *,
    first: tuple[Look, bytes] | None = None,
) -> Upright:
    """Prepare and *read* the page; if hardly a word is sure, try the other *ways* and keep the one that reads best.

    *first* is its :func:`first_look` as it lies, where that was taken already.
    """
    best: tuple[int, Upright] | None = None
    for turns in ways:
        look, jpeg = first if first and turns == 0 else first_look(image, turns, readers, before)
        reading = read(look)
        look.words = reading.words
        sure, share = sure_words(reading)
        if best is None or sure > 1.5 * best[0] + 3:
            best = (sure, Upright(look, jpeg, reading.engine, turns))
        if (sure >= ENOUGH_WORDS and share >= UPRIGHT) or (sure >= FEW_WORDS and share >= PLAIN):
            break
        if turns == 0 and (is_light(look) or is_bare(look.page.colour)):
            break  # a blank page has no right way up
    assert best is not None
    return best[1]


def is_light(look: Look) -> bool:
    """Whether hardly anything dark is on the page."""
    return float(np.mean(look.page.grey < 128)) < BLANK_INK


def read_print(look: Look, reader: PageRecogniser, picture: Callable[[], Image]) -> PageReading:
    """Read a *picture* of the page; of an empty page nothing: in its grain the *reader* would see words."""
    if is_light(look) and is_empty(look.page.colour):
        return PageReading((), reader.identity)
    return reader.read_page(picture())


def unread(image: Image, readers: Readers, before: tuple[Step, ...]) -> Upright:
    """Return a picture on which no paper is seen, prepared, without any print."""
    return Upright(*first_look(image, 0, readers, before), readers.forms.identity, 0)


def first_look(image: Image, turns: int, readers: Readers, before: tuple[Step, ...]) -> tuple[Look, bytes]:
    """Return a picture prepared after so many quarter turns, not read yet, and as it is kept."""
    colour, steps = straightened(image, turns, before)
    jpeg = encoded(colour)
    return Look(cleaned(decoded(jpeg), steps), readers), jpeg  # a later look sees the same


def encoded(colour: Image) -> bytes:
    """Return a prepared page as the JPEG that it is kept as."""
    done, jpeg = cv2.imencode(".jpg", colour, [cv2.IMWRITE_JPEG_QUALITY, 93])
    assert done
    return jpeg.tobytes()


def decoded(jpeg: bytes) -> Image:
    """Return a prepared page from its JPEG."""
    colour = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if colour is None:
        raise ValueError("the prepared page is no JPEG")
    return np.asarray(colour, np.uint8)


def made_flat(image: Image) -> tuple[Image, tuple[Step, ...], Spread | None]:
    """Return the picture, made flat where a camera saw it askew, with what was seen; None where no paper was."""
    try:
        spread = find_spread(image)
    except PageError:
        return image, (), None
    if not askew(spread):
        return image, (), spread
    page = whole(image, spread)
    return page.image, (page.step,), spread


def fold_of(spread: Spread | None, page: PreparedPage) -> float | None:
    """Return where the fold of an opened book crosses the middle of the prepared page, in its pixels."""
    if spread is None or spread.fold is None:
        return None
    top, bottom = (page.preparation.to_prepared.point(p) for p in (spread.fold.top, spread.fold.bottom))
    middle = (top.x + bottom.x) / 2
    width = page.grey.shape[1]
    return middle if 0.25 * width < middle < 0.75 * width else None

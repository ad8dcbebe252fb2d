import unicodedata
from dataclasses import replace

import numpy as np
import pytest

from samples import HANDS, HELD_OUT
from samples.difficulty import DIALS
from samples.fonts import path
from samples.hand import break_lines, draw_hand, measure, write
from samples.ink import BLUE
from samples.scan import Gutter, draw_lie
from samples.shaping import shape

TONES = "\u0300\u0301\u0309\u0303\u0323"
VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
LETTERS = sorted({unicodedata.normalize("NFC", v + t) for v in VOWELS for t in TONES} | set("đĐ"))


def ink_of(font: str, letter: str) -> tuple[tuple[float, ...], ...]:
    return tuple(
        tuple(np.round(np.concatenate([o.ravel(), [g.x, g.y, filled]]), 4))
        for g in shape(path(font), letter)
        for o, filled in g.outlines
    )


@pytest.mark.parametrize("font", [*HANDS, *HELD_OUT, "tinos", "arimo"])
def test_no_two_vietnamese_letters_look_alike(font: str) -> None:
    drawn = {letter: ink_of(font, letter) for letter in LETTERS}
    assert len(set(drawn.values())) == len(LETTERS)
    for letter in LETTERS:
        bare = {"đ": "d", "Đ": "D"}.get(letter, unicodedata.normalize("NFD", letter)[0])
        assert drawn[letter] != ink_of(font, bare)


def test_a_line_too_long_is_squeezed_into_its_room() -> None:
    rng = np.random.default_rng(1)
    hand = draw_hand(rng, "mynerve", BLUE, leading=8, wildness=0)
    text = "số 12 ngõ 85 phố Bạch Mai, phường Quỳnh Lôi, quận Hai Bà Trưng, thành phố Hà Nội"
    room = measure(text, hand, 200) * 0.8
    box = write(rng, text, hand, 100, 200, 200, room).box()
    assert box is not None
    assert box.right - 100 < room * 1.05


def test_lines_break_at_spaces_and_lose_nothing() -> None:
    hand = draw_hand(np.random.default_rng(1), "mynerve", BLUE, leading=8, wildness=0)
    text = "số 12 ngõ 85 phố Bạch Mai, phường Quỳnh Lôi"
    parts = break_lines(text, hand, (measure(text, hand, 200) * 0.6, 2000.0), 200)
    assert len(parts) == 2
    assert " ".join(parts) == text


@pytest.mark.parametrize("seed", range(6))
def test_points_follow_the_page_into_the_scan(seed: int) -> None:
    """A dot drawn on the page is found where the map says."""
    sides: tuple[Gutter, ...] = ("left", "right", "middle")
    dials = replace(DIALS["hard"], phone=float(seed % 2))
    lie = draw_lie(np.random.default_rng(seed), dials, (827, 1169), 100, side=sides[seed % 3])
    for x, y in ((120, 150), (330, 600), (700, 1000)):
        page = np.full((1169, 827, 3), 255, np.uint8)
        page[y - 3 : y + 4, x - 3 : x + 4] = 0
        scan = lie.apply(page, 0)
        inside = np.argwhere(scan[60:-60, 60:-60, 0] < 60) + 60
        told = lie.to_scan(np.asarray([[x, y]], np.float32))[0]
        near = inside[np.hypot(inside[:, 1] - told[0], inside[:, 0] - told[1]) < 15]
        assert len(near)
        assert np.hypot(*(near.mean(axis=0)[::-1] - told)) < 1.0

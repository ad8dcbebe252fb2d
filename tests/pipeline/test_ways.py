"""A strike through a word is told from what letters and forms are made of."""

import cv2
import numpy as np

from pipeline.ways import LONGER, strikes
from records.geometry import Box
from records.ports import Image

LETTER = 18.0
LINE = Box(60, 60, 400, 34)


def sheet() -> Image:
    return np.zeros((160, 560), np.uint8)


def word(ink: Image, x: int, letters: int, *, top: int = 62, low: int = 92) -> int:
    """Write upright strokes with feet, as of printed letters; return where the word ends."""
    for k in range(letters):
        at = x + 22 * k
        cv2.line(ink, (at, top), (at, low), 255, 3)
        cv2.line(ink, (at, low), (at + 10, low - 2), 255, 3)
    return x + 22 * (letters - 1) + 10


def found(
    ink: Image, writing: Image | None = None, line: Box = LINE, letters: float = 4.0, *, figures: bool = False
) -> list[tuple[int, int]]:
    """Return where the strikes begin and end that are so many *letters* long or longer."""
    ways = strikes(ink, ink if writing is None else writing, line, LETTER, letters, figures=figures)
    return [(s.x, s.right) for s in ways]


def test_a_stroke_through_a_word_strikes_it_and_not_the_word_beside_it() -> None:
    ink = sheet()
    end = word(ink, 70, 7)
    word(ink, 330, 5)
    assert found(ink) == []
    cv2.line(ink, (66, 78), (end + 6, 75), 255, 3)
    ((begin, stop),) = found(ink)
    assert abs(begin - 66) < 12
    assert abs(stop - end - 6) < 12


def test_a_strike_that_was_taken_for_a_rule_is_found_in_the_ink_with_rules() -> None:
    writing = sheet()
    end = word(writing, 70, 8)
    ink = writing.copy()
    cv2.line(ink, (66, 77), (end + 8, 77), 255, 3)
    assert found(ink, writing)
    assert found(writing) == []


def test_a_rule_under_writing_is_no_strike() -> None:
    ink = sheet()
    end = word(ink, 70, 8)
    cv2.line(ink, (40, 95), (end + 60, 95), 255, 2)
    assert found(ink) == []


def test_the_crossbar_of_a_letter_is_no_strike() -> None:
    ink = sheet()
    word(ink, 70, 7)
    cv2.line(ink, (60, 64), (110, 64), 255, 3)
    cv2.line(ink, (108, 76), (124, 76), 255, 3)
    assert found(ink) == []


def test_a_waving_line_through_writing_is_no_strike() -> None:
    ink = sheet()
    word(ink, 70, 8)
    x = np.arange(66, 250)
    points = np.stack([x, 77 + 7 * np.sin(x / 9)], axis=1).astype(np.int32)
    cv2.polylines(ink, [points], False, 255, 3)
    assert found(ink) == []


def test_two_strokes_side_by_side_strike_out() -> None:
    ink = sheet()
    end = word(ink, 70, 7)
    word(ink, 330, 5)
    for y in (84, 90):  # of none of them letters go on both above and below
        cv2.line(ink, (66, y), (end + 6, y - 1), 255, 3)
    ((begin, stop), *_) = found(ink)
    assert abs(begin - 66) < 12
    assert abs(stop - end - 6) < 12


def test_a_line_that_letters_stand_on_is_no_strike() -> None:
    ink = sheet()
    end = word(ink, 70, 7)
    cv2.line(ink, (66, 91), (end + 6, 90), 255, 3)
    assert found(ink) == []
    cv2.line(ink, (90, 90), (88, 108), 255, 3)  # one of them with a tail
    assert found(ink) == []


def test_a_strike_below_a_correction_is_found_though_that_is_longer() -> None:
    ink = sheet()
    end = word(ink, 70, 5)
    word(ink, 80, 15, top=24, low=50)
    cv2.line(ink, (66, 78), (end + 6, 76), 255, 3)
    ((x, right),) = found(ink, line=Box(60, 20, 440, 76))
    assert abs(x - 66) < 12
    assert abs(right - end - 6) < 12


def test_nothing_and_almost_nothing_hold_no_strike() -> None:
    for line in (LINE, Box(0, 0, 3, 2), Box(540, 150, 40, 40)):
        assert found(sheet(), line=line) == []


def test_a_strike_is_found_though_a_longer_printed_line_runs_below_it() -> None:
    ink = sheet()
    end = word(ink, 70, 8)
    cv2.line(ink, (0, 96), (559, 96), 255, 2)
    cv2.line(ink, (66, 77), (end + 8, 76), 255, 3)
    ways = found(ink)
    assert ways
    assert all(abs(x - 66) < 12 and abs(right - end - 8) < 12 for x, right in ways)


def test_what_is_as_thick_as_two_strokes_strikes_out_though_it_curves() -> None:
    ink = sheet()
    end = word(ink, 70, 8)
    x = np.arange(66, end + 8)
    points = np.stack([x, 79 + 3 * np.sin(x / 28)], axis=1).astype(np.int32)
    thin = ink.copy()
    cv2.polylines(ink, [points], False, 255, 11)
    assert len(found(ink)) >= 1
    cv2.polylines(thin, [points[:40]], False, 255, 3)
    assert found(thin, letters=2.0) == []


def test_of_figures_a_short_stroke_at_their_feet_may_strike_out() -> None:
    ink = sheet()
    end = word(ink, 70, 3)
    for y in (86, 91):
        cv2.line(ink, (64, y), (end + 8, y), 255, 3)
    assert found(ink, letters=2.4, figures=True)
    assert end + 14 - 64 < LONGER * LETTER

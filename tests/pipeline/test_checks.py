"""Which box is ticked: read where that is plain, never told where it is not."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

import forms
from pipeline.checks import NEVER_SURE, Choice, _parted, find_choices, ticked
from pipeline.labels import Match
from pipeline.locate import CleanPage
from pipeline.rules import Rules
from records.geometry import Box
from records.ports import Image
from records.readings import Word

EDITION = forms.edition("birth-2016")
LABEL = next(label for label in EDITION.labels if label.column == "loaiDangKy")
LETTER = 20.0
SIDE = 27
COLUMNS, ROWS = (180, 640, 1090), (300, 342)
AT = {text: (COLUMNS[k % 3], ROWS[k // 3]) for k, text in enumerate(LABEL.choices)}
"""Where each choice's box stands."""


def words_at(text: str, x: float, y: float, line: int) -> list[Word]:
    out = []
    for word in text.split():
        width = 11.0 * len(word)
        out.append(Word(word, Box(x, y, width, 22).polygon(), 0.95, line))
        x += width + 9
    return out


def page(marked: Sequence[str], lost: Sequence[str] = ()) -> tuple[CleanPage, list[Word]]:
    """Draw the boxes with ticks in those *marked*; the words of those *lost* were not read."""
    ink = np.zeros((460, 1654), np.uint8)
    words: list[Word] = []
    for number, (text, (x, y)) in enumerate(AT.items()):
        cv2.rectangle(ink, (x, y), (x + SIDE - 1, y + SIDE - 1), 255, 2)
        if text in marked:
            cv2.polylines(ink, [np.array([(x + 5, y + 12), (x + 11, y + 21), (x + 22, y + 5)])], False, 255, 4)
        if text not in lost:
            words += words_at(text, x + SIDE + 10, y + 3, number)
    return clean(ink), words


def clean(ink: Image) -> CleanPage:
    grey = np.asarray(255 - ink, np.uint8)
    return CleanPage(grey, ink, grey, ink, Rules((), (), (), np.zeros_like(ink)), (), ink)


def found(marked: Sequence[str], lost: Sequence[str] = (), more: Sequence[Word] = ()) -> list[Choice]:
    drawn, words = page(marked, lost)
    return find_choices(EDITION, LABEL, drawn, [*words, *more], LETTER)


def told(choices: Sequence[Choice]) -> tuple[str | None, float]:
    choice, sure = ticked(choices, len(LABEL.choices))
    return (choice.text if choice else None), sure


def test_each_choice_is_read_where_it_is_ticked() -> None:
    for text in LABEL.choices:
        assert told(found([text]))[0] == text


def test_no_box_ticked_is_said_and_two_are_left_to_a_person() -> None:
    nothing, sure = told(found([]))
    assert (nothing, sure > 0.5) == (None, True)
    assert told(found(LABEL.choices[:2])) == (None, 0.0)


def test_words_of_a_choice_within_a_label_are_not_taken_for_the_choice() -> None:
    ticked_one, last = LABEL.choices[0], LABEL.choices[-1]
    label = words_at(f"Người ký Giấy khai sinh/Trích lục {last.lower()}:", 190, 180, 90)
    choices = found([ticked_one], more=label)
    assert told(choices)[0] == ticked_one
    (own,) = (c for c in choices if c.text == last)
    assert own.box is not None
    assert own.box.iou(Box(*AT[last], SIDE, SIDE)) > 0.8


def test_words_beside_which_no_box_stands_in_row_or_column_have_none() -> None:
    last = LABEL.choices[-1]
    choices = found([LABEL.choices[0]], lost=[last], more=words_at(last, 700, 180, 90))
    assert [c.box for c in choices if c.text == last] == [None]


def test_where_a_choice_was_not_found_nothing_is_sure() -> None:
    ticked_one, lost = LABEL.choices[1], LABEL.choices[3]
    text, sure = told(found([ticked_one], lost=[lost]))
    assert (text, sure <= NEVER_SURE) == (ticked_one, True)
    drawn, words = page([], lost=[lost])
    x, y = AT[ticked_one]
    cv2.line(drawn.ink, (x - 40, y - 30), (x + 60, y + 70), 255, 9)  # a stroke through a box that is not seen as one
    assert told(find_choices(EDITION, LABEL, drawn, words, LETTER)) == (None, 0.0)


def test_two_choices_never_share_a_box() -> None:
    first, second = LABEL.choices[0], LABEL.choices[2]
    x, y = AT[second]
    choices = found([], lost=[first], more=words_at(first, x + SIDE + 12, y + 3, 95))
    boxes = [(c.box.x, c.box.y) for c in choices if c.box is not None]
    assert len(boxes) == len(set(boxes))


def test_a_box_that_was_read_as_letters_of_its_words_is_no_part_of_them() -> None:
    ticked_one, glued = LABEL.choices[0], LABEL.choices[1]
    x, y = AT[glued]
    choices = found([ticked_one], lost=[glued], more=words_at(f"LI{glued}", x, y + 3, 96))
    assert told(choices)[0] == ticked_one
    (own,) = (c for c in choices if c.text == glued)
    assert own.box is not None
    assert own.box.iou(Box(x, y, SIDE, SIDE)) > 0.8


def test_points_and_colons_beside_a_choice_are_no_box() -> None:
    words = words_at("Quá hạn: ...Quá hạn. Quáhạn", 100, 100, 0)
    assert [w.text for w in _parted(words, ("Quá hạn",))] == [w.text for w in words]
    assert [w.text for w in _parted(words_at("L]Quá hạnLI", 100, 100, 0), ("Quá hạn",))] == ["□Quá", "hạn□"]


def test_a_choice_that_was_not_read_takes_no_words_of_one_like_it() -> None:
    label = replace(LABEL, choices=("Cha nhận con", "Mẹ nhận con", "Con nhận cha"))
    ink = np.zeros((460, 1654), np.uint8)
    words: list[Word] = []
    for number, (text, x) in enumerate(zip(label.choices[1:], COLUMNS[1:], strict=True)):
        cv2.rectangle(ink, (x, 300), (x + SIDE - 1, 300 + SIDE - 1), 255, 2)
        cv2.rectangle(ink, (x + SIDE + 12, 303), (x + SIDE + 30, 322), 255, 2)  # the first letter, drawn like a box
        words += words_at(text, x + SIDE + 10, 303, number)
    choices = find_choices(EDITION, label, clean(ink), words, LETTER)
    assert [c.text for c in choices if c.box is not None] == ["Mẹ nhận con", "Con nhận cha"]


def test_a_box_that_was_only_placed_is_never_sure() -> None:
    def choice(text: str, ink: float, *, seen: bool) -> Choice:
        return Choice(text, Match(0, (Box(0, 0, 9, 9),), frozenset(), 1.0, 1.0, text), Box(0, 0, 9, 9), ink, seen)

    rest = [choice(text, 0.02, seen=True) for text in ("Quá hạn", "Đăng ký lại")]
    assert ticked([choice("Đúng hạn", 0.6, seen=True), *rest], 3)[1] == 1.0
    assert ticked([choice("Đúng hạn", 0.6, seen=False), *rest], 3)[1] == NEVER_SURE
    other = choice("Bị bỏ rơi", 0.3, seen=False)
    assert ticked([choice("Đúng hạn", 0.6, seen=False), other, *rest], 4) == (None, 0.0)
    assert ticked([choice("Đúng hạn", 0.6, seen=True), other, *rest], 4) == (None, 0.0)  # a tick hides its own box
    assert ticked([choice("Đúng hạn", 0.6, seen=True), replace(other, ink=0.1), *rest], 4)[1] == 1.0


def test_a_letter_that_looks_like_a_box_is_too_small_for_one() -> None:
    ink, words = page(LABEL.choices[:1])
    x, y = AT[LABEL.choices[1]]
    ink.ink[y - 4 : y + SIDE + 4, x - 4 : x + SIDE + 4] = 0  # a seal hides the box, and there stands a letter like one
    small = SIDE * 3 // 5
    cv2.rectangle(ink.ink, (x + 6, y + 4), (x + 5 + small, y + 3 + small), 255, 2)
    choices = find_choices(EDITION, LABEL, ink, words, LETTER)
    assert [c.text for c in choices if c.seen] == [LABEL.choices[0], *LABEL.choices[2:]]
    assert told(choices)[0] in {None, LABEL.choices[0]}

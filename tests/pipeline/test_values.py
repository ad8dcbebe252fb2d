"""From lines to one value: who is believed, what is doubted, and what blank, unread and written mean."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from classifiers import HeadingClassifier
from forms import Label
from pipeline import Readers
from pipeline.crops import Line
from pipeline.values import BLANK_VALUE, ReadValue, cross_check, read_value
from records.codes import Presence, ValueKind
from records.geometry import Box
from records.ports import Image
from records.readings import EngineIdentity, Reading
from tests.pipeline.stubs import Pages


@dataclass
class Says:
    """A reader that says one thing after the other."""

    name: str
    texts: list[tuple[str, float]]

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity(self.name, "1", "0" * 64)

    def read_line(self, image: Image) -> Reading:
        text, sure = self.texts.pop(0)
        return Reading(text, sure, self.identity, reason=None if text else "LINE_NOT_READ")


def read(kind: ValueKind, print_: list[tuple[str, float]], hand: list[tuple[str, float]]) -> ReadValue:
    lines = [Line(Box(0, 40 * n, 200, 30), np.full((30, 200), 245, np.uint8)) for n in range(len(print_))]
    readers = Readers(Pages(), Pages(), Says("print", print_), Says("hand", hand), HeadingClassifier())
    return read_value(Label("column", ("Nhãn",), kind), lines, readers)


def engine(value: ReadValue) -> str:
    assert value.reading is not None
    return value.reading.engine.name


def test_no_line_is_blank_and_an_unread_line_is_not() -> None:
    assert read(ValueKind.NAME, [], []) == BLANK_VALUE
    unread = read(ValueKind.NAME, [("", 0.0)], [("", 0.0)])
    assert (unread.presence, unread.text, unread.value) == (Presence.NOT_READ, "", "")
    assert unread.reading is not None
    assert unread.reading.reason == "LINE_NOT_READ"
    dots = read(ValueKind.NAME, [("....", 0.2)], [("…", 0.3)])
    assert (dots.presence, dots.text) == (Presence.NOT_READ, "")


def test_sure_print_is_believed_and_unsure_print_gives_way() -> None:
    assert engine(read(ValueKind.NAME, [("Lê Văn An", 0.95)], [("x", 0.99)])) == "print"
    by_hand = read(ValueKind.NAME, [("L Vn", 0.3)], [("Lê Văn An", 0.6)])
    assert engine(by_hand) == "hand"
    assert by_hand.text == "Lê Văn An"
    assert by_hand.reading is not None
    assert [a.text for a in by_hand.reading.alternatives] == ["L Vn"]
    assert engine(read(ValueKind.NAME, [("Lê Văn An", 0.3)], [("", 0.0)])) == "print"


def test_lines_make_one_value_as_sure_as_the_least_sure() -> None:
    place = read(ValueKind.PLACE, [("Phường Bách Khoa,", 0.9), ("Hà Nội", 0.85)], [])
    assert place.text == place.value == "Phường Bách Khoa, Hà Nội"
    assert place.reading is not None
    assert place.reading.confidence == 0.85
    assert place.doubts == ()


@pytest.mark.parametrize(("text", "value"), [("3/4/1975", "1975-04-03"), ("3/4/19", ""), ("31/2/1975", "")])
def test_a_date_that_is_none_has_text_and_a_doubt_and_no_value(text: str, value: str) -> None:
    found = read(ValueKind.DATE, [(text, 0.9)], [(text, 0.9)])
    assert (found.presence, found.text, found.value) == (Presence.WRITTEN, text, value)
    assert found.doubts == (() if value else ("VALUE_UNCLEAR",))


def written(text: str) -> ReadValue:
    return ReadValue(Presence.WRITTEN, text, text, None)


def test_a_date_in_words_that_differs_puts_both_in_doubt() -> None:
    digits, words = written("3/4/1975"), written("ngày mồng ba tháng năm năm một nghìn chín trăm bảy mươi lăm")
    checked = cross_check({"d": digits, "w": words, "x": digits}, "d", "w")
    assert checked["d"] == replace(digits, doubts=("DATE_WORDS_DIFFER",))
    assert checked["w"] == replace(words, doubts=("DATE_WORDS_DIFFER",))
    assert checked["x"] == digits


@pytest.mark.parametrize("words", ["ngày mồng ba tháng tư năm một nghìn chín trăm bảy mươi lăm", "", "không đọc được"])
def test_dates_that_agree_or_cannot_be_compared_stay(words: str) -> None:
    values = {"d": written("3/4/1975"), "w": written(words) if words else BLANK_VALUE}
    assert cross_check(values, "d", "w") == values
    assert cross_check(values, "d", "missing") == values

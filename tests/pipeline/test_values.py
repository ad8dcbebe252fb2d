"""From lines to one value: who is believed, what is doubted, and what blank, unread and written mean."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import forms
from classifiers import HeadingClassifier
from forms import Label
from pipeline import Readers
from pipeline.crops import Line
from pipeline.strikes import Written
from pipeline.values import (
    BLANK_VALUE,
    ReadValue,
    _joined,
    cross_check,
    is_accepted,
    parted,
    read_corrected,
    read_value,
    without_label,
)
from records.codes import Presence, ValueKind
from records.geometry import Box
from records.ports import Image
from records.readings import ANYTHING, Alternative, EngineIdentity, Expected, Reading
from tests.pipeline.stubs import Pages


@dataclass
class Says:
    """A reader that says one thing after the other."""

    name: str
    texts: list[tuple[str, float]]

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity(self.name, "1", "0" * 64)

    def read_line(self, image: Image, expected: Expected = ANYTHING) -> Reading:
        text, sure = self.texts.pop(0)
        return Reading(text, sure, self.identity, reason=None if text else "LINE_NOT_READ")


def lines_of(n: int) -> list[Line]:
    return [Line(Box(0, 40 * k, 200, 30), np.full((30, 200), 245, np.uint8)) for k in range(n)]


def readers_of(said: list[tuple[str, float]]) -> Readers:
    return Readers(Pages(), Pages(), Says("print", []), Says("own", said), HeadingClassifier())


def read(kind: ValueKind, said: list[tuple[str, float]]) -> ReadValue:
    return read_value(Label("column", ("Nhãn",), kind), lines_of(len(said)), readers_of(said))


@pytest.mark.parametrize(
    ("found", "said", "doubts", "struck"),
    [
        (Written([], [], unread=True), [], ("INK_NOT_READ",), ""),
        (Written(lines_of(1), [], apart=True), [("1980", 0.99)], ("WRITING_APART",), ""),
        (Written(lines_of(1), lines_of(1), corrected=True), [("1980", 0.99), ("1985", 0.9)], ("STRUCK_OUT",), "1985"),
        (Written(lines_of(1), [], corrected=True), [("1980", 0.99)], ("STRUCK_OUT",), ""),  # nothing of it is left
        (Written(lines_of(1), [], all_struck=True), [("1980", 0.99)], ("ALL_STRUCK_OUT",), ""),
    ],
)
def test_what_was_seen_beside_the_text_is_a_doubt(
    found: Written, said: list[tuple[str, float]], doubts: tuple[str, ...], struck: str
) -> None:
    value = read_corrected(Label("column", ("Nhãn",), ValueKind.DATE), found, readers_of(said))
    assert value.presence is (Presence.NOT_READ if found.unread else Presence.WRITTEN)
    assert (value.doubts, value.struck) == (doubts, struck)
    assert not is_accepted(ValueKind.DATE, value.presence, value.text, value.value, 0.9999, value.doubts)


def test_no_line_is_blank_and_an_unread_line_is_not() -> None:
    assert read(ValueKind.NAME, []) == BLANK_VALUE
    unread = read(ValueKind.NAME, [("", 0.0)])
    assert (unread.presence, unread.text, unread.value) == (Presence.NOT_READ, "", "")
    assert unread.reading is not None
    assert unread.reading.reason == "LINE_NOT_READ"
    dots = read(ValueKind.NAME, [("…", 0.3)])
    assert (dots.presence, dots.text) == (Presence.NOT_READ, "")


def test_lines_make_one_value_as_sure_as_all_of_them_together() -> None:
    place = read(ValueKind.PLACE, [("Phường Bách Khoa,", 0.9), ("Hà Nội", 0.85)])
    assert place.text == place.value == "Phường Bách Khoa, Hà Nội"
    assert place.reading is not None
    assert place.reading.confidence == pytest.approx(0.9 * 0.85)
    assert place.doubts == ()


@pytest.mark.parametrize(("text", "value"), [("3/4/1975", "1975-04-03"), ("3/4/19", ""), ("31/2/1975", "")])
def test_a_date_that_is_none_has_text_and_a_doubt_and_no_value(text: str, value: str) -> None:
    found = read(ValueKind.DATE, [(text, 0.9)])
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


def said(text: str, sure: float, *others: tuple[str, float]) -> ReadValue:
    reading = Reading(text, sure, EngineIdentity("own", "1", ""), tuple(Alternative(t, p) for t, p in others))
    return ReadValue(Presence.WRITTEN, text, "", reading)


APRIL = "ngày mồng ba tháng tư năm một nghìn chín trăm bảy mươi lăm"
MAY = "ngày mồng ba tháng năm năm một nghìn chín trăm bảy mươi lăm"


def test_a_date_misread_in_one_form_is_settled_by_the_other() -> None:
    values = {"d": said("3/9/1975", 0.5, ("3/4/1975", 0.4)), "w": said(APRIL, 0.95)}
    checked = cross_check(values, "d", "w")
    assert (checked["d"].text, checked["d"].value, checked["d"].doubts) == ("3/4/1975", "1975-04-03", ())
    assert checked["d"].reading == values["d"].reading  # what was seen first stays
    assert checked["w"] == values["w"]


def test_a_book_that_contradicts_itself_is_not_made_to_agree() -> None:
    values = {"d": said("3/4/1975", 0.98, ("3/5/1975", 0.01)), "w": said(MAY, 0.97, (APRIL, 0.01))}
    checked = cross_check(values, "d", "w")
    assert [checked[c].text for c in "dw"] == ["3/4/1975", MAY]
    assert all(checked[c].doubts == ("DATE_WORDS_DIFFER",) for c in "dw")


def test_a_date_that_cannot_be_understood_is_settled_by_the_other() -> None:
    values = {"d": replace(said("3/a/1975", 0.4, ("3/4/1975", 0.3)), doubts=("VALUE_UNCLEAR",)), "w": said(APRIL, 0.9)}
    checked = cross_check(values, "d", "w")
    assert (checked["d"].text, checked["d"].doubts) == ("3/4/1975", ())


def test_dates_nearly_as_likely_as_one_another_are_left_to_a_person() -> None:
    values = {
        "d": said("3/9/1975", 0.34, ("3/4/1975", 0.32), ("3/5/1975", 0.31)),
        "w": said("ngày mồng ba tháng tr năm một nghìn chín trăm bảy mươi lăm", 0.3, (APRIL, 0.3), (MAY, 0.29)),
    }
    assert cross_check(values, "d", "w") == values


def test_other_readings_of_a_line_are_other_readings_of_the_value() -> None:
    own = EngineIdentity("own", "1", "")
    lines = [
        Reading("Phường Bách Khoa,", 0.8, own, (Alternative("Phường Bạch Khoa,", 0.1),)),
        Reading("Hà Nội", 0.9, own, (Alternative("Hà Nam", 0.05),)),
    ]
    whole = _joined(lines, " ")
    assert whole.text == "Phường Bách Khoa, Hà Nội"
    assert [(a.text, round(a.confidence, 3)) for a in whole.alternatives] == [
        ("Phường Bạch Khoa, Hà Nội", 0.09),
        ("Phường Bách Khoa, Hà Nam", 0.04),
    ]


@pytest.mark.parametrize(
    ("kind", "read_text", "text"),
    [
        (ValueKind.NAME, "người mẹ, Nguyễn Ngọc Linh", "Nguyễn Ngọc Linh"),
        (ValueKind.NAME, "ươi mẹ, Đào Minh Chí", "Đào Minh Chí"),
        (ValueKind.NAME, "Mẹ Thị Hoa", "Mẹ Thị Hoa"),
        (ValueKind.NAME, "Nguyễn Minh Hoa", "Nguyễn Minh Hoa"),
        (ValueKind.TEXT, "người mẹ cải chính", "người mẹ cải chính"),
    ],
)
def test_the_end_of_its_label_is_no_part_of_a_name(kind: ValueKind, read_text: str, text: str) -> None:
    line = Line(Box(0, 0, 200, 30), np.full((30, 200), 245, np.uint8))
    readers = Readers(Pages(), Pages(), Says("print", []), Says("own", [(read_text, 0.9)]), HeadingClassifier())
    found = read_value(Label("meHoTen", ("Họ, chữ đệm, tên người mẹ",), kind), [line], readers)
    assert found.text == text
    assert ("LABEL_IN_VALUE" in found.doubts) is (text != read_text)
    assert found.reading is not None and found.reading.text == read_text


def test_an_unsure_reading_carries_a_doubt() -> None:
    assert read(ValueKind.NAME, [("Phỹ hều Tết", 0.07)]).doubts == ("READING_UNSURE",)


def test_a_value_read_into_its_neighbour_comes_back_to_its_own_field() -> None:
    edition = forms.edition("birth-1956")
    whole = read(ValueKind.NAME, [("Nguyễn Văn Phúc Nghề (ghiệp, Kỹ sư", 0.3)])
    given = {label.column: BLANK_VALUE for label in edition.labels if label.column}
    del given["chaNgheNghiep"]
    given["chaHoTen"] = whole
    out, source = parted(edition, given)
    assert (out["chaHoTen"].text, out["chaNgheNghiep"].text) == ("Nguyễn Văn Phúc", "Kỹ sư")
    assert source == {"chaNgheNghiep": "chaHoTen"}
    assert all("LABEL_IN_VALUE" in out[column].doubts for column in ("chaHoTen", "chaNgheNghiep"))
    untouched = given | {"chaHoTen": read(ValueKind.NAME, [("Nguyễn Văn Phúc", 0.9)])}
    assert parted(edition, untouched) == (untouched, {})


def test_two_values_read_into_a_third_both_stand_where_that_does() -> None:
    edition = forms.edition("death-1956")
    given = {label.column: BLANK_VALUE for label in edition.labels if label.column}
    lost = ("nycHoTen", "nhanChung1HoTen")
    told = "Tuổi già Họ và tên người khai: Trần Văn Phúc Người làm chứng thứ nhất: Hoàng Văn Đăng"
    values = {column: value for column, value in given.items() if column not in lost}
    values["nktNguyenNhanChet"] = read(ValueKind.TEXT, [(told, 0.3)])
    out, source = parted(edition, values)
    assert [out[column].text for column in ("nktNguyenNhanChet", *lost)] == [
        "Tuổi già",
        "Trần Văn Phúc",
        "Hoàng Văn Đăng",
    ]
    assert source == dict.fromkeys(lost, "nktNguyenNhanChet")


def test_a_family_name_that_looks_like_the_end_of_a_label_stays() -> None:
    label = Label("chongHoTen", ("Họ và tên chồng",), ValueKind.NAME)
    assert without_label(label, "Hoàng Đức Hiếu") == "Hoàng Đức Hiếu"
    assert without_label(label, "chồng Đức Hiếu") == "Đức Hiếu"


def test_a_name_is_not_cut_where_it_looks_like_the_label_of_the_page_number() -> None:
    edition = forms.edition("marital-2020")
    given = {label.column: BLANK_VALUE for label in edition.labels if label.column and label.column != "trangSo"}
    given |= {column: read(ValueKind.NAME, [("Trần Trọng Khôi", 0.9)]) for column in ("nycHoTen", "ghiChu")}
    assert parted(edition, given) == (given, {})


@pytest.mark.parametrize("kind", list(ValueKind))
def test_only_what_can_be_checked_stands_without_a_person(kind: ValueKind) -> None:
    free = kind in {
        ValueKind.NAME, ValueKind.PERSONAL_ID, ValueKind.ENTRY_NUMBER, ValueKind.PLACE, ValueKind.TEXT,
        ValueKind.DATE_WORDS,
    }  # fmt: skip
    text, value = "16/09/2004", "2004-09-16"
    assert is_accepted(kind, Presence.WRITTEN, text, value, 1.0, ()) is not free
    assert not is_accepted(kind, Presence.WRITTEN, text, value, 0.99, ())
    assert not is_accepted(kind, Presence.WRITTEN, text, value, 1.0, ("VALUE_UNCLEAR",))
    assert not is_accepted(kind, Presence.BLANK, "", "", 1.0, ())


@pytest.mark.parametrize(
    ("kind", "text", "value", "whole"),
    [
        (ValueKind.DATE, "16/09/2004", "2004-09-16", True),
        (ValueKind.DATE, "09/2004", "2004-09", False),
        (ValueKind.DATE, "6/09/2004", "2004-09-06", False),
        (ValueKind.AGE, "32 tuổi", "P32Y", True),
        (ValueKind.AGE, "32", "P32Y", True),
        (ValueKind.AGE, "2 tuổi", "P2Y", False),
        (ValueKind.AGE, "45 gì đó", "", False),
    ],
)
def test_what_may_have_lost_its_first_figure_waits_for_a_person(
    kind: ValueKind, text: str, value: str, whole: bool
) -> None:
    assert is_accepted(kind, Presence.WRITTEN, text, value, 1.0, ()) is whole

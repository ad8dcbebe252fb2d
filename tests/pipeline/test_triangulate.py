"""Dates of one entry beside one another: who contradicts the rest is named, and nothing is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import forms
from forms import normalise
from pipeline.triangulate import triangulate
from pipeline.values import ReadValue
from records.codes import Presence, ValueKind
from records.readings import Alternative, EngineIdentity, Reading

ENGINE = EngineIdentity("stub", "1", "0" * 64)
BIRTH = forms.edition("birth-2016")
OLD = forms.edition("birth-1961")


def said(text: str, *others: str, kind: ValueKind = ValueKind.DATE) -> ReadValue:
    reading = Reading(text, 0.9, ENGINE, tuple(Alternative(other, 0.01) for other in others))
    return ReadValue(Presence.WRITTEN, text, normalise(kind, text), reading)


def number(text: str) -> ReadValue:
    return said(text, kind=ValueKind.ENTRY_NUMBER)


WHOLE = {"so": number("12/2017"), "ngayDangKy": said("20/3/2017"), "nksNgaySinh": said("1/3/2017")}


def test_dates_that_agree_are_left_as_they_are() -> None:
    values = {**WHOLE, "meNgaySinh": said("1989"), "chaNgaySinh": said("3/4/1987")}
    assert triangulate(BIRTH, values) == values


@pytest.mark.parametrize(
    ("column", "text", "doubt"),
    [
        ("ngayDangKy", "20/3/1917", "DATE_OUT_OF_TIME"),
        ("nksNgaySinh", "21/3/2017", "DATE_AFTER_REGISTRATION"),
        ("nksNgaySinh", "1/3/1817", "DATE_AFTER_REGISTRATION"),
        ("meNgaySinh", "2008", "PARENT_TOO_YOUNG"),
        ("chaNgaySinh", "2018", "DATE_AFTER_REGISTRATION"),
    ],
)
def test_the_date_that_contradicts_the_others_is_named_alone(column: str, text: str, doubt: str) -> None:
    values = {**WHOLE, column: said(text)}
    out = triangulate(BIRTH, values)
    assert doubt in out[column].doubts
    assert out[column].text == text
    assert [c for c in out if out[c].doubts and c != column] == []


def test_a_number_of_another_year_is_told() -> None:
    out = triangulate(BIRTH, {**WHOLE, "so": number("12/2016")})
    assert out["so"].doubts == ("NUMBER_OF_OTHER_YEAR",)


def test_another_reading_that_is_possible_is_taken_and_the_doubt_stays() -> None:
    out = triangulate(BIRTH, {**WHOLE, "nksNgaySinh": said("1/3/2077", "1/3/2071", "1/3/2017")})
    assert (out["nksNgaySinh"].text, out["nksNgaySinh"].value) == ("1/3/2017", "2017-03-01")
    assert out["nksNgaySinh"].doubts == ("DATE_AFTER_REGISTRATION",)
    assert out["nksNgaySinh"].reading == said("1/3/2077", "1/3/2071", "1/3/2017").reading


def test_ages_are_set_beside_the_year() -> None:
    values = {"ngayDangKy": said("1/5/1970"), "nksNgaySinh": said("20/4/1970")}
    young = triangulate(OLD, {**values, "meNgaySinh": said("9 tuổi", kind=ValueKind.AGE)})
    assert young["meNgaySinh"].doubts == ("PARENT_TOO_YOUNG",)
    grown = triangulate(OLD, {**values, "meNgaySinh": said("29 tuổi", kind=ValueKind.AGE)})
    assert grown["meNgaySinh"].doubts == ()


@pytest.mark.parametrize("partial", ["2017", "3/2017", ""])
def test_what_is_not_known_contradicts_nothing(partial: str) -> None:
    out = triangulate(BIRTH, {**WHOLE, "nksNgaySinh": said(partial)})
    assert out["nksNgaySinh"].doubts == ()


_TEXTS = st.sampled_from(["1/3/2017", "1/3/2077", "2016", "x", "", "9/1999", "31/2/2017", "4/5/1899"])


@given(st.dictionaries(st.sampled_from(["ngayDangKy", "nksNgaySinh", "meNgaySinh"]), st.tuples(_TEXTS, _TEXTS)))
def test_nothing_is_invented_and_twice_is_as_good_as_once(drawn: dict[str, tuple[str, str]]) -> None:
    values = {column: said(first, other) for column, (first, other) in drawn.items()}
    once = triangulate(BIRTH, values)
    assert set(once) == set(values)
    for column, (first, other) in drawn.items():
        assert once[column].text in (first, other)
        assert once[column].value == normalise(ValueKind.DATE, once[column].text)
        assert once[column].reading == values[column].reading
    assert triangulate(BIRTH, once) == once

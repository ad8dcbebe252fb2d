"""What fields may hold: likely texts are likelier, nothing is forbidden, and what is plain to see is never changed."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import listed, parse_date, parse_date_words
from ocr.alphabet import vietnamese
from ocr.beam import log_probability
from ocr.decoding import by_field
from ocr.languages import Languages
from ocr.ngram import LetterNgram
from records.codes import ValueKind
from records.readings import Expected

LETTERS = vietnamese()
TEXTS = (
    "Nguyễn Văn An", "Trần Thị Bình", "phường Bạch Mai, quận Hai Bà Trưng, Hà Nội", "12/3/1987", "số 12 phố Huế",
    "Ngày mồng ba tháng tư năm một nghìn chín trăm bảy mươi lăm", "Đã cấp 02 bản sao", "Kinh", "Việt Nam",
)  # fmt: skip
LANGUAGES = Languages(LetterNgram.learn(TEXTS))


def odds(kind: ValueKind, text: str, years: tuple[int, int] | None = None) -> float:
    """Log-probability of *text* in the language that decides about *kind*."""
    return log_probability(LANGUAGES.final(kind, years) or LANGUAGES.of(kind, years), text)


def seen(text: str, sure: float = 0.97, others: dict[int, str] | None = None) -> np.ndarray:
    """Log-probabilities (frames, symbols) of a plain line; *others*: letters nearly as likely at their places."""
    frames = []
    for at, letter in enumerate(text):
        frame = np.full(len(LETTERS) + 1, (1 - sure) / len(LETTERS))
        frame[LETTERS.index(letter) + 1] = sure
        if others and at in others:
            frame[LETTERS.index(letter) + 1] = 0.55 * sure
            frame[LETTERS.index(others[at]) + 1] = 0.45 * sure
        blank = np.full(len(LETTERS) + 1, 0.01 / len(LETTERS))
        blank[0] = 0.99
        frames += [frame, blank]
    return np.asarray(np.log(np.array(frames)))


def read(kind: ValueKind, frames: np.ndarray, years: tuple[int, int] | None = None) -> str:
    return by_field(frames, ("", *LETTERS), LANGUAGES, Expected(kind, years), {}).text


@pytest.mark.parametrize("kind", ValueKind)
@given(text=st.text(st.sampled_from(LETTERS), max_size=12))
@settings(max_examples=25)
def test_no_language_forbids_a_text(kind: ValueKind, text: str) -> None:
    assert odds(kind, text) > -math.inf


@pytest.mark.parametrize("kind", ValueKind)
@given(text=st.text(st.sampled_from([c for c in LETTERS if c != " "]), min_size=1, max_size=10))
@settings(max_examples=25)
def test_what_is_plain_to_see_is_read_as_it_stands(kind: ValueKind, text: str) -> None:
    assert read(kind, seen(text, 0.9999)) == text


@pytest.mark.parametrize(
    ("rare", "common"),
    [("Lã Thị Thoan", "Lê Thị Thoan"), ("Nhan Trọng Khánh", "Phan Trọng Khánh"), ("Cù An Nhàn", "Cù An Nhân")],
)
def test_a_rare_name_that_is_plain_to_see_is_not_made_a_common_one(rare: str, common: str) -> None:
    assert odds(ValueKind.NAME, common) > odds(ValueKind.NAME, rare)
    assert read(ValueKind.NAME, seen(rare)) == rare


def test_a_name_in_doubt_is_read_as_the_likelier_and_the_other_is_kept() -> None:
    found = by_field(
        seen("Nguyển Văn An", others={4: "ễ"}), ("", *LETTERS), LANGUAGES, Expected(ValueKind.NAME, (2016, 2020)), {}
    )
    assert found.text == "Nguyễn Văn An"
    assert "Nguyển Văn An" in {other.text for other in found.alternatives}


def test_dates_follow_their_grammar() -> None:
    for text, worse in (("12/3/1987", "42/3/1987"), ("ngày 03 tháng 11 năm 2004", "ngày 03 tháng 17 năm 2004")):
        assert parse_date(text)
        assert odds(ValueKind.DATE, text) > odds(ValueKind.DATE, worse)
    for said, wrong in (
        ("ngày hai mươi mốt tháng chạp năm hai nghìn lẻ bốn", "ngày hai mươi mốt tháng chập năm hai nghìn lẻ bốn"),
        (
            "Mồng năm tháng giêng năm một ngàn chín trăm linh chín",
            "Mồng năm tháng giêng năm một ngàn chín trăm lịnh chín",
        ),
        ("mười lăm tháng ba năm hai nghìn không trăm mười bẩy", "mười lâm tháng ba năm hai nghìn không trăm mười bẩy"),
    ):
        assert parse_date_words(said)
        assert odds(ValueKind.DATE_WORDS, said) > odds(ValueKind.DATE_WORDS, wrong) + 3


def test_closed_lists_are_known() -> None:
    for kind in (ValueKind.SEX, ValueKind.ETHNIC_GROUP, ValueKind.NATIONALITY):
        assert listed(kind)
        for text in listed(kind):
            assert odds(kind, text) > odds(kind, text[:-1] + "x")


def test_names_belong_to_their_time() -> None:
    def share(name: str, years: tuple[int, int]) -> float:
        return odds(ValueKind.NAME, name, years)

    assert share("Trần Thị Sửu", (1956, 1965)) > share("Trần Thị Sửu", (2016, 2020))
    assert share("Trần Gia Bảo", (2016, 2020)) > share("Trần Gia Bảo", (1956, 1965))


def test_a_place_after_a_house_number_is_known_as_well() -> None:
    right, wrong = "số 12 phố Huế, phường Đồng Tâm, Hà Nội", "số 12 phố Huế, phường Đồng Tấm, Hà Nội"
    free = LANGUAGES.of(ValueKind.TEXT)
    assert odds(ValueKind.PLACE, right) > log_probability(free, right)
    assert odds(ValueKind.PLACE, right) > odds(ValueKind.PLACE, wrong) + 3


def test_places_belong_to_their_time() -> None:
    assert odds(ValueKind.PLACE, "Thường Tín, Hà Tây", (1992, 2000)) > odds(
        ValueKind.PLACE, "Thường Tín, Hà Tây", (2016, 2020)
    )
    assert odds(ValueKind.PLACE, "xã Tự Nhiên, Thường Tín") > odds(ValueKind.PLACE, "xã Tụ Nhiên, Thường Tín")

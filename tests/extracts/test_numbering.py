import math

from hypothesis import given
from hypothesis import strategies as st

from extracts import new_code, read_code, read_mark
from extracts.numbering import ALPHABET, CODE_LENGTH, mark_text
from records.extracts import IssueNumber

CODES = st.text(ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH)


def test_a_code_holds_at_least_80_bits_and_never_repeats() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert CODE_LENGTH * math.log2(len(ALPHABET)) >= 80
    assert len({new_code() for _ in range(1000)}) == 1000


@given(CODES, st.sampled_from(["", " ", "-", " - ", "."]), st.booleans())
def test_a_code_is_understood_however_it_is_typed(signs: str, mark: str, lower: bool) -> None:
    typed = mark.join(signs)
    kept = read_code(typed.lower() if lower else typed)
    assert kept is not None
    assert kept.replace("-", "") == signs
    assert read_code(kept) == kept


@given(st.text(max_size=40))
def test_anything_else_is_not_a_code(typed: str) -> None:
    kept = read_code(typed)
    assert kept is None or len(kept.replace("-", "")) == CODE_LENGTH


@given(st.integers(2016, 2100), st.integers(1, 10**6), st.sampled_from(["TLKS-BS", "TLCMC-BS"]))
def test_a_mark_leads_back_to_its_number(year: int, number: int, suffix: str) -> None:
    given_number = IssueNumber("00256", year, number, suffix, new_code())
    text = mark_text(given_number)
    assert text.isascii()
    claimed = read_mark(text)
    assert claimed is not None
    assert claimed.names(given_number)
    assert not claimed.names(IssueNumber("00256", year, number + 1, suffix, given_number.code))


@given(st.text(max_size=120))
def test_a_mark_of_somebody_else_is_not_read(text: str) -> None:
    assert read_mark(text) is None
    assert read_mark("https://example.vn/?" + text) is None

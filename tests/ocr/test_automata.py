"""Languages made of parts: what they allow, that probabilities sum to one, that mixtures find who wrote."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.automata import Automaton, Mixed, Parts, any_of, chain, either, words
from ocr.beam import Language


def odds(language: Language, text: str) -> float:
    """Log-probability of a whole text."""
    state, whole = language.start(), 0.0
    for letter in text:
        state, p = language.step(state, letter)
        if p == -math.inf:
            return p
        whole += p
    return whole + language.end(state)


def p(language: Language, text: str) -> float:
    """Probability of a whole text without what its case costs (small letters are one tenth at a word's beginning)."""
    return math.exp(odds(language, text))


def test_digits_cost_what_their_words_weigh() -> None:
    language = Automaton(words({"12": 3, "1": 1}))
    assert p(language, "12") == pytest.approx(0.75)
    assert p(language, "1") == pytest.approx(0.25)
    assert p(language, "2") == 0


def test_a_chain_whose_parts_are_not_told_apart_at_once_sums_all_ways() -> None:
    language = Automaton(chain(any_of(["1", "12"]), any_of(["2", "22"])))
    assert p(language, "12") == pytest.approx(0.25)
    assert p(language, "122") == pytest.approx(0.5)  # 1 + 22 and 12 + 2
    assert p(language, "1222") == pytest.approx(0.25)


@given(st.dictionaries(st.text("12", max_size=4), st.floats(0.1, 9), min_size=1, max_size=6))
def test_the_probabilities_of_all_texts_sum_to_one(weights: dict[str, float]) -> None:
    one, two = words(weights), any_of(["", "3"])
    language = Automaton(either([(chain(one, two), 2), (two, 1)]))
    texts = {a + b for a in weights for b in ("", "3")} | {"", "3"}
    assert sum(p(language, t) for t in texts) == pytest.approx(1)


def test_capitals_are_read_as_they_stand() -> None:
    language = Automaton(any_of(["kinh"]))
    assert odds(language, "Kinh") > odds(language, "KINH") > odds(language, "KiNh") > -math.inf


def test_a_mixture_is_the_mean_of_its_parts() -> None:
    a, b = Automaton(words({"1": 1, "2": 1})), Automaton(words({"2": 1, "33": 1}))
    mixed = Mixed([(a, 3), (b, 1)])
    assert p(mixed, "1") == pytest.approx(0.375)
    assert p(mixed, "2") == pytest.approx(0.5)
    assert p(mixed, "33") == pytest.approx(0.125)
    assert p(mixed, "4") == 0


def test_parts_follow_one_another() -> None:
    first, later = Automaton(any_of(["1"])), Automaton(any_of(["2", "3"]))
    language = Parts("/", lambda number: later if number else first, [0.8, 0.5, 0.0])
    assert p(language, "1") == pytest.approx(0.2)
    assert p(language, "1/3") == pytest.approx(0.8 * 0.5 * 0.5)
    assert p(language, "1/2/3") == pytest.approx(0.8 * 0.5 * 0.5 * 0.5)
    assert p(language, "2") == p(language, "1/") == 0

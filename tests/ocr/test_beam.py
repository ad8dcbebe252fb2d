"""The beam against all paths, one by one; and a language that changes what is read."""

import itertools
import math
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.beam import AnyText, Balance, beam_search, shares
from ocr.ctc import best_path
from ocr.ngram import LetterNgram

ALPHABET = ("", "a", "b", " ")
WIDE = Balance(weight=0.0, bonus=0.0, width=10_000, margin=math.inf, least=-math.inf)


def probabilities(seed: int, frames: int) -> np.ndarray:
    raw = np.random.default_rng(seed).normal(size=(frames, len(ALPHABET))) * 2
    return np.asarray(raw - np.log(np.exp(raw).sum(axis=1, keepdims=True)))


def by_all_paths(log_probs: np.ndarray) -> dict[str, float]:
    """Every path of the table, summed by the text it spells."""
    out: defaultdict[str, float] = defaultdict(float)
    for path in itertools.product(range(len(ALPHABET)), repeat=len(log_probs)):
        text = "".join(ALPHABET[s] for s, before in zip(path, (0, *path), strict=False) if s and s != before)
        out[text] += math.exp(sum(log_probs[t, s] for t, s in enumerate(path)))
    return dict(out)


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_without_a_language_the_beam_sums_all_paths(seed: int, frames: int) -> None:
    log_probs = probabilities(seed, frames)
    wanted = by_all_paths(log_probs)
    found = beam_search(log_probs, ALPHABET, AnyText(), WIDE)
    assert {s.text: pytest.approx(math.exp(s.picture)) for s in found} == wanted
    assert [s.total for s in found] == sorted((s.total for s in found), reverse=True)
    assert math.fsum(shares(found)) == pytest.approx(1)


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_what_lies_far_behind_may_be_dropped_on_the_way(seed: int, frames: int) -> None:
    log_probs = probabilities(seed, frames)
    whole = beam_search(log_probs, ALPHABET, AnyText(), replace(WIDE, width=60))
    found = beam_search(log_probs, ALPHABET, AnyText(), replace(WIDE, width=60, margin=12.0))
    assert found[0].text == whole[0].text
    assert found[0].picture == pytest.approx(whole[0].picture, abs=0.001)
    assert all(s.total >= found[0].total - 12.0 for s in found)


def test_a_text_of_many_ways_beats_the_best_single_way() -> None:
    # the best path spells nothing; "a" has three ways that together are likelier
    log_probs = np.log(np.array([[0.55, 0.45, 1e-9, 1e-9], [0.55, 0.45, 1e-9, 1e-9]]))
    assert best_path(log_probs, ALPHABET)[0] == ""
    assert beam_search(log_probs, ALPHABET, AnyText(), WIDE)[0].text == "a"


def test_a_language_settles_what_the_picture_leaves_open() -> None:
    letters = ("", *"NguyễệnVă Tr")
    log_probs = np.full((13, len(letters)), math.log(0.001))
    for t, letter in enumerate("Nguyễn Văn Tr"):
        log_probs[t, letters.index(letter)] = math.log(0.9)
    log_probs[4, letters.index("ễ")], log_probs[4, letters.index("ệ")] = math.log(0.44), math.log(0.46)
    language = LetterNgram.learn(["Nguyễn Văn An", "Nguyễn Thị Bình", "Trần Văn Tr"])
    balance = Balance()
    assert beam_search(log_probs, letters, AnyText(), balance)[0].text == "Nguyện Văn Tr"
    found = beam_search(log_probs, letters, language, balance)
    assert found[0].text == "Nguyễn Văn Tr"
    assert "Nguyện Văn Tr" in [s.text for s in found]  # the other reading is kept beside it


def test_a_clear_picture_is_not_overruled() -> None:
    letters = ("", *"NguyễệnVă ")
    log_probs = np.full((6, len(letters)), math.log(1e-6))
    for t, letter in enumerate("Nguyện"):
        log_probs[t, letters.index(letter)] = math.log(0.999)
    language = LetterNgram.learn(["Nguyễn Văn An"] * 200)
    assert beam_search(log_probs, letters, language, Balance())[0].text == "Nguyện"


class OnlyDigits:
    """Two digits, nothing else."""

    def start(self) -> int:
        return 0

    def step(self, state: int, letter: str) -> tuple[int, float]:
        return state + 1, 0.0 if letter.isdigit() and state < 2 else -math.inf

    def end(self, state: int) -> float:
        return 0.0 if state == 2 else -math.inf


def test_what_the_language_forbids_is_not_read() -> None:
    letters = ("", "O", "0", "1", "l")
    log_probs = np.log(
        np.array([[0.05, 0.5, 0.4, 0.04, 0.01], [0.9, 0.02, 0.02, 0.03, 0.03], [0.05, 0.01, 0.04, 0.3, 0.6]])
    )
    assert beam_search(log_probs, letters, OnlyDigits(), Balance(weight=1, bonus=0))[0].text == "01"


@given(st.text("abc ", max_size=4), st.text("abc ", max_size=12))
def test_letters_after_a_context_share_all_probability(context: str, text: str) -> None:
    model = LetterNgram.learn(["abc", "ab c", text], order=4, letters=5)
    whole = sum(model.probability("\x02\x02\x02" + context, letter) for letter in "abc \x02")
    assert whole == pytest.approx(1)


def test_what_was_learnt_is_kept(tmp_path: Path) -> None:
    model = LetterNgram.learn(["Nguyễn Văn An", "Nguyễn Thị Bình", "12/5/1987", "a b"])
    model.save(tmp_path / "letters.npz")
    back = LetterNgram.load(tmp_path / "letters.npz")
    for context, letter in itertools.product(("", "Ng", "uyễn ", "12/5/", "x"), "aễV5\x02 "):
        assert back.probability(context, letter) == model.probability(context, letter)

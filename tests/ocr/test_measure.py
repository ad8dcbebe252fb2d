"""Error rates, against a slow and plain reference; and the best path of a network's output."""

import math
import unicodedata

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from ocr.ctc import BLANK, best_path
from ocr.measure import (
    Pair,
    bootstrap,
    calibration_error,
    calibration_error_if_held,
    clusters,
    confusions,
    edits,
    letter_and_tone,
    rate_of,
    score,
    word_edits,
)

TEXT = st.text("aăâbđeêoôơuưàảãáạ \u0300\u0301nghi", max_size=14)


def slow_edits(a: list[str], b: list[str]) -> int:
    """The textbook's table, in full."""
    table = [[i + j if not i or not j else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            change = table[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            table[i][j] = min(change, table[i - 1][j] + 1, table[i][j - 1] + 1)
    return table[-1][-1]


@given(TEXT, TEXT)
def test_edits_are_those_of_the_textbook(reference: str, reading: str) -> None:
    a, b = regex.findall(r"\X", reference), regex.findall(r"\X", reading)
    assert edits(reference, reading) == (slow_edits(a, b), len(a))
    assert word_edits(reference, reading) == (slow_edits(reference.split(), reading.split()), len(reference.split()))


@given(st.lists(st.builds(Pair, TEXT, TEXT), min_size=1, max_size=6))
def test_scores_are_sums_over_all_lines(pairs: list[Pair]) -> None:
    from records.text import comparable

    counts = [edits(comparable(p.reference), comparable(p.reading)) for p in pairs]
    total = sum(n for _, n in counts)
    said = score(pairs)
    assert said.n == len(pairs)
    assert said.cer_casefold == pytest.approx(sum(e for e, _ in counts) / total if total else 0.0)
    assert said.cer_casefold == rate_of(pairs)
    assert said.exact == sum(comparable(p.reference) == comparable(p.reading) for p in pairs) / len(pairs)
    assert said.ci95[0] <= said.ci95[1]
    assert bootstrap(counts) == bootstrap(counts)


def test_a_letter_with_its_marks_counts_once() -> None:
    for form in ("NFC", "NFD"):
        assert len(clusters(unicodedata.normalize(form, "Nguyễn Thị Hường"))) == 16
    assert edits("ễ", "e") == (1, 1)


def test_known_scores() -> None:
    said = score([Pair("Nguyễn Thị Lan", "NGUYỄN  THỊ LAN"), Pair("Hà Nội", "Ha Nội")])
    assert said.cer_casefold == pytest.approx(1 / 20)
    assert said.wer == pytest.approx(1 / 5)
    assert said.exact == 0.5
    assert said.cer > said.cer_casefold
    assert score([]) == score([Pair("", "")]).__class__(0, 0.0, 0.0, 0.0, 0.0, (0.0, 0.0))


def frames(symbols: list[int], sure: float = 0.9, size: int = 4) -> np.ndarray:
    other = (1 - sure) / (size - 1)
    out = np.full((len(symbols), size), math.log(other))
    out[np.arange(len(symbols)), symbols] = math.log(sure)
    return out


@pytest.mark.parametrize(
    ("symbols", "text"),
    [
        ([], ""),
        ([0, 0, 0], ""),
        ([1], "a"),
        ([1, 1, 1], "a"),
        ([1, 0, 1], "aa"),
        ([0, 1, 1, 2, 0, 2, 3, 0], "abbc"),
    ],
)
def test_the_best_path_joins_repeats_and_drops_blanks(symbols: list[int], text: str) -> None:
    read, confidence = best_path(frames(symbols), ["", "a", "b", "c"])
    assert read == text
    assert confidence == (pytest.approx(0.9) if text else 0.0)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.floats(0.3, 0.999))
def test_confidence_is_a_probability(symbols: list[int], sure: float) -> None:
    read, confidence = best_path(frames(symbols, sure), ["", "a", "b", "c"])
    assert 0.0 <= confidence <= 1.0
    assert (confidence == 0.0) is (not read)
    assert BLANK == 0


def test_the_bare_letters_are_scored_without_marks() -> None:
    said = score([Pair("Đỗ Thị Hường", "DO THI HUONG")])
    assert said.cer_folded == 0
    assert said.cer_casefold > 0.2


def test_confidence_that_means_probability_has_no_error() -> None:
    assert calibration_error([], []) == 0
    assert calibration_error([0.8] * 100, [True] * 80 + [False] * 20, bins=1) == pytest.approx(0)
    assert calibration_error([1.0] * 50, [False] * 50) == pytest.approx(1)
    assert calibration_error([0.9] * 10 + [0.1] * 10, [True] * 10 + [False] * 10, bins=2) == pytest.approx(0.1)


def test_tones_and_letters_are_confused_apart() -> None:
    assert letter_and_tone("ễ") == ("ê", "ngã")
    assert letter_and_tone("đ") == ("đ", "ngang")
    found = confusions([Pair("Hà Nội", "Há Nôi"), Pair("Hà", "Hè"), Pair("an", "a"), Pair("a", "ai"), Pair("Hà", "Há")])
    assert found.tones == (("huyền", "sắc", 2), ("nặng", "ngang", 1))
    assert set(found.letters) == {("à", "è", 1), ("n", "", 1), ("", "i", 1)}


def test_the_order_of_equals_does_not_matter_to_calibration() -> None:
    right = [True] * 90 + [False] * 10
    assert calibration_error([0.9] * 100, right) == pytest.approx(0, abs=1e-9)
    assert calibration_error([0.9] * 100, right[::-1]) == pytest.approx(0, abs=1e-9)
    assert calibration_error([0.6] * 100, right) == pytest.approx(0.3)


def test_a_confidence_that_holds_shows_an_error_all_the_same_and_the_more_the_fewer_lines() -> None:
    few, many = (calibration_error_if_held([0.5] * n) for n in (50, 5000))
    assert 0.05 < few < 0.25
    assert many < 0.03
    assert calibration_error_if_held([1.0, 0.0] * 20) == 0

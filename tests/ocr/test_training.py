"""What training is made of, as far as it needs no training framework: alphabet, normalising, disturbing, cutting."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.alphabet import spelled, vietnamese
from ocr.normalise import FRAME, HEIGHT, MOST_WIDTH, normalise
from ocr.training.align import best_alignment, suspects
from ocr.training.augment import ROWS, Strength, disturbed
from ocr.training.batches import COLUMNS, Feed, Source
from ocr.training.collage import Scissors, collages
from ocr.training.pool import InkLine, Pool, at_rows
from wiring.training import text_of

LETTERS = vietnamese()


def line_of(text: str, wide: int = 22) -> InkLine:
    """A line whose letters are upright strokes, a gap for a space."""
    ink = np.zeros((ROWS, wide * len(text)), np.uint8)
    for i, letter in enumerate(text):
        if letter != " ":
            ink[8:48, wide * i + 6 : wide * i + 14] = 255
    return InkLine(ink, text)


def test_the_alphabet_has_every_letter_once_and_whole() -> None:
    assert len(set(LETTERS)) == len(LETTERS)
    assert all(len(c) == 1 and unicodedata.normalize("NFC", c) == c for c in LETTERS)
    assert set("ẸẹĐđỮữ0123456789 ,./-()") <= set(LETTERS)


def test_texts_of_registers_can_be_spelled() -> None:
    for number in range(300):
        text = text_of(np.random.default_rng([3, number]))
        assert text
        assert set(text) <= set(LETTERS)
        assert spelled(text) == text


@given(st.text(max_size=30))
def test_spelling_twice_changes_nothing(text: str) -> None:
    assert spelled(spelled(text)) == spelled(text)


@given(st.integers(1, 300), st.integers(1, 900), st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_any_crop_is_seen_in_the_readers_form(high: int, wide: int, ground: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = np.full((high, wide), ground, np.uint8)
    for _ in range(3):
        y, x = int(rng.integers(high)), int(rng.integers(wide))
        image[y : y + 9, x : x + 30] = int(rng.integers(256))
    ink = normalise(image)
    assert ink.shape[0] == HEIGHT
    assert ink.shape[1] % FRAME == 0
    assert ink.shape[1] <= MOST_WIDTH + FRAME
    assert ink.size == 0 or (float(ink.min()) >= 0 and float(ink.max()) <= 1)


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_paper_without_ink_is_seen_empty(ground: int) -> None:
    assert normalise(np.full((60, 400), ground, np.uint8)).shape == (HEIGHT, 0)


def test_light_and_ink_do_not_change_what_is_seen() -> None:
    clean = 255 - line_of("Nguyễn Văn An").ink
    slope = np.linspace(1.0, 0.6, clean.shape[1])[None, :]
    dim = ((clean * 0.7 + 50) * slope).astype(np.uint8)
    a, b = normalise(np.pad(clean, 8, constant_values=255)), normalise(np.pad(dim, 8, mode="edge"))
    assert abs(a.shape[1] - b.shape[1]) <= 2 * FRAME
    wide = min(a.shape[1], b.shape[1])
    assert float(np.abs(a[:, :wide] - b[:, :wide]).mean()) < 0.06


def test_a_group_is_the_same_whenever_it_is_asked() -> None:
    pool = Pool([line_of("Hà Nội"), line_of("Trần Thị Bình, 1974"), line_of("12/5/1987")])
    first, again = (Feed([Source(pool, 1.0)], LETTERS, 3).group(5) for _ in range(2))
    assert all((a.images == b.images).all() for a, b in zip(first, again, strict=True))
    assert any(
        (a.images.shape != b.images.shape)
        for a, b in zip(first, Feed([Source(pool, 1.0)], LETTERS, 4).group(5), strict=False)
    )
    for batch in first:
        assert batch.symbols.shape == (int(batch.lengths.sum()),)
        assert len(batch.images) * batch.images.shape[3] <= COLUMNS + 32 * len(batch.images)
    assert any(
        0 in batch.lengths for number in range(6) for batch in Feed([Source(pool, 1.0)], LETTERS, 3).group(number)
    )


def test_a_line_is_disturbed_and_stays_legible_in_size() -> None:
    line = line_of("Nguyễn Thị Hường")
    for seed in range(40):
        out = disturbed(np.random.default_rng(seed), line.coverage(), line.coverage(), Strength())
        assert out.dtype == np.uint8
        assert 0.5 * line.width < out.shape[1] < 2.2 * line.width


def test_a_pool_is_kept_and_found_again(tmp_path) -> None:  # type: ignore[no-untyped-def]
    pool = Pool([line_of("a"), line_of("Đỗ b c")])
    pool.save(tmp_path / "pool.npz")
    back = Pool.load(tmp_path / "pool.npz")
    assert [line.text for line in back] == ["a", "Đỗ b c"]
    assert all((a.ink == b.ink).all() for a, b in zip(pool, back, strict=True))
    assert [line.text for line in back.without([0])] == ["Đỗ b c"]


def _probabilities(path: list[int], symbols: int = 5) -> np.ndarray:
    out = np.full((len(path), symbols), np.log(0.02), np.float32)
    out[np.arange(len(path)), path] = np.log(0.92)
    return out


def test_letters_are_found_where_they_stand() -> None:
    found = best_alignment(_probabilities([0, 1, 1, 0, 2, 0, 0, 3, 3, 3, 0]), [1, 2, 3])
    assert found is not None
    assert found.spans == ((1, 2), (4, 4), (7, 9))
    doubled = best_alignment(_probabilities([1, 0, 1]), [1, 1])
    assert doubled is not None
    assert doubled.spans == ((0, 0), (2, 2))
    assert best_alignment(_probabilities([1, 1]), [1, 1]) is None  # no room for the blank between them


def test_lines_that_say_something_else_are_suspect() -> None:
    right, wrong = best_alignment(_probabilities([1, 0, 2]), [1, 2]), best_alignment(_probabilities([3, 0, 3]), [1, 2])
    assert right and wrong and wrong.score < right.score
    assert suspects([right.score] * 99 + [wrong.score, None]) == [99, 100]


def test_new_lines_are_set_from_words_that_were_written() -> None:
    lines = [line_of("Nguyễn Văn An"), line_of("Trần 12 Bình")]
    aligned = []
    for line in lines:
        frames = _frames(line)
        aligned.append(best_alignment(frames, [LETTERS.index(c) + 1 for c in line.text]))
    scissors = Scissors(lines, aligned)
    assert set(scissors.words) == {"Nguyễn", "Văn", "An", "Trần", "12", "Bình"}
    made = scissors.compose(np.random.default_rng(1), "Trần Văn Bình 21")
    assert made is not None
    assert made.text == "Trần Văn Bình 21"
    assert made.ink.shape[0] == ROWS
    strokes = int((np.diff((made.ink.max(axis=0) > 128).astype(int)) == 1).sum()) + int(made.ink[:, 0].max() > 128)
    assert strokes == len("TrầnVănBình21")
    assert scissors.compose(np.random.default_rng(1), "Lê Văn An") is None
    pool = collages(scissors, lambda rng: "An Trần", 5, 1)
    assert len(pool) == 5


def _frames(line: InkLine) -> np.ndarray:
    """What a perfect network would say: each letter over its stroke, blanks between."""
    count = round(line.width * HEIGHT / ROWS / FRAME)
    per = count / len(line.text)
    path = [0] * count
    for i, letter in enumerate(line.text):
        for t in range(round(i * per + 0.3 * per), max(round(i * per + 0.3 * per) + 1, round(i * per + 0.7 * per))):
            path[t] = LETTERS.index(letter) + 1
    return _probabilities(path, len(LETTERS) + 1)


def test_ink_of_any_height_comes_to_the_rows() -> None:
    assert at_rows(np.full((7, 30), 200, np.uint8)).shape == (ROWS, round(30 * ROWS / 7))

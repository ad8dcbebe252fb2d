"""Labels of an edition, found among words that an engine misread."""

import random
from collections.abc import Sequence

import pytest

from forms import edition
from pipeline.labels import coverage, find_labels
from records.geometry import Box
from records.readings import Word

BIRTH = edition("birth-2016")
LETTER = 14
"""Pixels of width to a printed letter."""


def printed(text: str, x: float, y: float, line: int, height: float = 30.0) -> list[Word]:
    """The words of *text* set in one line from (x, y)."""
    out = []
    for word in text.split():
        out.append(Word(word, Box(x, y, LETTER * len(word), height).polygon(), 0.9, line))
        x += LETTER * (len(word) + 1)
    return out


def form(draw: random.Random, *, values: bool = True) -> tuple[list[Word], dict[int, float]]:
    """A birth page, one label a line, with values after the labels; and where each label begins (y by index)."""
    words: list[Word] = []
    places: dict[int, float] = {}
    for index, label in enumerate(BIRTH.labels):
        if not label.says:
            continue
        y = 80.0 + 60 * len(places)
        places[index] = y
        text = draw.choice(label.says) + ":"
        value = draw.choice(["Nguyễn Văn An", "12", "Phường Bách Khoa", ""]) if values else ""
        words += printed(text, 120, y, len(places))
        words += printed(value, 160 + LETTER * (len(text) + 2), y, len(places))
    return words, places


def misread(words: Sequence[Word], draw: random.Random, rate: float) -> list[Word]:
    """Some letters replaced, the words jittered and in another order."""
    out = []
    for word in words:
        text = "".join(draw.choice("aeiounmhtc1l.") if draw.random() < rate else c for c in word.text)
        box = word.polygon.box()
        moved = Box(box.x + draw.uniform(-3, 3), box.y + draw.uniform(-4, 4), box.w, box.h)
        out.append(Word(text, moved.polygon(), word.confidence, word.line))
    draw.shuffle(out)
    return out


def rightly(found: dict, places: dict[int, float]) -> set[int]:  # type: ignore[type-arg]
    return {i for i, match in found.items() if abs(match.first.y - places[i]) < 20}


@pytest.mark.parametrize("seed", range(4))
def test_all_labels_are_found_where_they_stand(seed: int) -> None:
    draw = random.Random(seed)
    words, places = form(draw)
    draw.shuffle(words)  # the order of the reading does not count
    found = find_labels(BIRTH, words)
    assert rightly(found, places) == set(places) == set(found)
    assert coverage(BIRTH, found) > 0.95


@pytest.mark.parametrize("seed", range(4))
def test_reading_errors_are_forgiven(seed: int) -> None:
    draw = random.Random(100 + seed)
    words, places = form(draw)
    found = find_labels(BIRTH, misread(words, draw, 0.05))
    right = rightly(found, places)
    assert len(right) >= 0.85 * len(places)
    assert len(right) >= len(found) - 1  # what is found is found rightly


def test_numbering_before_a_label_does_not_count() -> None:
    words = printed("1. Họ, chữ đệm, tên:", 100, 100, 0) + printed("2) Giới tính:", 100, 160, 1)
    found = {BIRTH.labels[i].column for i in find_labels(BIRTH, words)}
    assert found == {"nksHoTen", "nksGioiTinh"}


def test_a_label_wraps_to_the_next_line() -> None:
    words = printed("Họ, chữ đệm, tên, chức vụ", 100, 100, 0) + printed("của người ký:", 100, 140, 1)
    ((index, match),) = find_labels(BIRTH, words).items()
    assert BIRTH.labels[index].column == "nguoiKy"
    assert len(match.lines) == 2


def test_a_label_wraps_to_four_lines() -> None:
    lines = ("Họ, chữ đệm, tên, chức vụ", "người ký Giấy khai sinh/Trích", "lục ghi vào sổ hộ tịch việc", "khai sinh:")
    words = [w for k, text in enumerate(lines) for w in printed(text, 100, 100 + 36 * k, k)]
    ((index, match),) = find_labels(BIRTH, words).items()
    assert BIRTH.labels[index].column == "nguoiKy"
    assert len(match.lines) == 4


def test_a_word_that_a_reader_saw_too_high_does_not_make_its_label_so() -> None:
    words = printed("Nơi cư trú:", 100, 100, 0)
    tall = Box(*(words[1].polygon.box().x, 70, 2 * LETTER, 60)).polygon()
    words[1] = Word(words[1].text, tall, 0.9, 0)
    (match,) = find_labels(BIRTH, words).values()
    assert match.first.y >= 80


def test_a_value_that_was_read_as_dots_is_no_part_of_its_label() -> None:
    words = printed("Ngày, tháng, năm đăng ký:", 100, 100, 0)
    glued = words[-1].polygon.box()
    words[-1] = Word("ký...", Box(glued.x, glued.y, 9 * LETTER, glued.h).polygon(), 0.2, 0)
    (match,) = find_labels(BIRTH, words).values()
    assert glued.x + 2 * LETTER <= match.last.right < glued.x + 4 * LETTER


def test_the_same_words_are_no_two_labels() -> None:
    """The heading of a signature says again what a field's label says."""
    marital = edition("marital-2006")
    words = [
        *printed("Họ và tên người yêu cầu:", 100, 100, 0),
        *printed("Họ, tên, chức vụ người ký:", 100, 160, 1),
        *printed("Cán bộ tư pháp - hộ tịch", 800, 220, 2),
    ]
    found = find_labels(marital, words)
    assert [marital.labels[i].says[0] for i in sorted(found)] == [
        "Họ và tên người yêu cầu",
        "Họ, tên, chức vụ người ký",
        "Cán bộ tư pháp - hộ tịch",
    ]


def test_order_tells_labels_of_the_same_words_apart() -> None:
    words = [
        *printed("Họ, chữ đệm, tên mẹ:", 100, 100, 0),
        *printed("Dân tộc:", 100, 160, 1),
        *printed("Họ, chữ đệm, tên cha:", 100, 220, 2),
        *printed("Dân tộc:", 100, 280, 3),
    ]
    found = find_labels(BIRTH, words)
    by_column = {BIRTH.labels[i].column: m.first.y for i, m in found.items()}
    assert by_column == {"meHoTen": 100, "meDanToc": 160, "chaHoTen": 220, "chaDanToc": 280}


def test_other_print_holds_no_labels() -> None:
    words = printed("Cộng hòa xã hội chủ nghĩa Việt Nam độc lập tự do hạnh phúc", 100, 100, 0)
    assert coverage(BIRTH, find_labels(BIRTH, words)) < 0.1
    assert find_labels(BIRTH, []) == {}


def test_a_label_may_stand_lower_than_its_neighbour_in_the_same_row_of_cells() -> None:
    columns = [label.column or "" for label in BIRTH.labels]
    words: list[Word] = []
    y = 80.0
    for i, label in enumerate(BIRTH.labels):
        if not label.says or label.floating:
            continue
        beside = columns[i].endswith("NgaySinh") and columns[i] != "nksNgaySinh"  # right of the parent's name
        words += printed(label.says[-1] + ":", 900 if beside else 120, y - (90 if beside else 0), i)
        y += 0 if beside else 60
    found = find_labels(BIRTH, words)
    assert {columns[i] for i in found} >= {"meHoTen", "meNgaySinh", "chaHoTen", "chaNgaySinh"}


def test_mother_and_father_may_stand_side_by_side() -> None:
    columns = [label.column or "" for label in BIRTH.labels]
    words: list[Word] = []
    rows = [i for i, label in enumerate(BIRTH.labels) if label.says and not label.floating]
    y, line = 80.0, 0
    expected: dict[int, tuple[float, float]] = {}
    parents = [i for i in rows if columns[i].startswith(("me", "cha"))]
    mother = [i for i in parents if columns[i].startswith("me")]
    for i in rows:
        if i in parents and i not in mother:
            continue
        words += printed(BIRTH.labels[i].says[0] + ":", 120, y, line)
        expected[i] = (120, y)
        if i in mother and (twin := columns.index(columns[i].replace("me", "cha", 1))):
            words += printed(BIRTH.labels[twin].says[0] + ":", 1000, y, line)
            expected[twin] = (1000, y)
        y, line = y + 60, line + 1
    found = find_labels(BIRTH, words)
    placed = {i: (m.first.x, m.first.y) for i, m in found.items()}
    assert {columns[i] for i in parents if placed.get(i) != expected[i]} == set()


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_second_line_of_a_label_may_be_centred_or_set_to_the_right(share: float) -> None:
    index = next(i for i, label in enumerate(BIRTH.labels) if label.column == "nguoiKy")
    says = next(s for s in BIRTH.labels[index].says if len(s) > 30).split()
    half = (len(says) + 2) // 2
    first, second = " ".join(says[:half]), " ".join(says[half:]) + ":"
    x = 100 + share * LETTER * max(0, len(first) - len(second))
    words = printed(first, 100, 100, 0) + printed(second, x, 138, 1) + printed("Nguyễn Văn An - Chủ tịch", 900, 100, 0)
    (match,) = [m for i, m in find_labels(BIRTH, words).items() if i == index]
    assert [round(line.y) for line in match.lines] == [100, 138]
    assert match.last.x == x


def test_a_part_of_the_page_number_is_not_the_entry_number() -> None:
    words = [w for k, (text, x, y) in enumerate((("Trang số:", 900, 20), ("Số:", 400, 120), ("Quyển:", 700, 120)))
             for w in printed(text, x, y, k)]  # fmt: skip
    found = find_labels(BIRTH, words)
    number = next(i for i, label in enumerate(BIRTH.labels) if label.column == "so")
    assert found[number].first.y == 120


def test_the_rest_of_a_long_label_is_no_value_though_a_word_of_it_was_misread() -> None:
    index, label = next((i, one) for i, one in enumerate(BIRTH.labels) if one.column == "nguoiKy")
    long = max(label.says, key=len)
    words = printed(f"21. {long}:", 120, 900, 0)
    at = next(k for k, w in enumerate(words) if w.text == "tịch")
    lost = words[at].polygon.box()
    words[at] = Word("nã", Box(lost.x, lost.y - 26, lost.w, lost.h).polygon(), 0.3, 1)  # out of its line, and misread
    value = printed("Lê Minh Mai", words[-1].polygon.box().right + 40, 900, 0)
    match = find_labels(BIRTH, [*words, *value])[index]
    assert match.last.right == pytest.approx(words[-1].polygon.box().right, abs=2)
    assert match.last_text.endswith("sinh:")

"""The rules of ranking against a plain second telling of them."""

import itertools
import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from records.codes import EntryState, RegisterKind
from records.finding import Question, SearchDocument, Why
from records.messages import catalogue
from search.asking import understand
from search.folding import letters, marks, syllables
from search.ranking import judge, plan, rank

Made = Callable[..., SearchDocument]
SYLLABLES = [
    "Minh",
    "Mính",
    "Mịnh",
    "Mih",
    "Ninh",
    "An",
    "Ân",
    "Anh",
    "Lý",
    "Lí",
    "Hoa",
    "Hòa",
    "Hoà",
    "Hao",
    "Văn",
    "Van",
]
_KIND_STATE = (RegisterKind.BIRTH, EntryState.DRAFT)
NAMES = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=4).map(" ".join)


def told(asked: str, name: str) -> int:
    """Say again, plainly and slowly, how well *name* agrees with *asked*: 0 for not at all."""
    q, n = syllables(asked), syllables(name)
    q_marks, n_marks, q_letters, n_letters = (tuple(map(f, s)) for f in (marks, letters) for s in (q, n))
    part = 100 if len(q) < len(n) else 0
    if q_marks == n_marks:
        return 800
    if q_letters == n_letters:
        return 700
    if not Counter(q_marks) - Counter(n_marks):
        return 600 - part
    if not Counter(q_letters) - Counter(n_letters):
        return 400 - part
    for chosen in itertools.permutations(n_letters, len(q)):
        apart = [(a, b) for a, b in zip(q_letters, chosen, strict=True) if a != b]
        if len(apart) == 1 and min(map(len, apart[0])) >= 3 and OSA.distance(*apart[0]) == 1:
            return 200 - part
    return 0


@given(NAMES, NAMES)
def test_the_name_is_judged_by_the_rules(asked: str, name: str) -> None:
    document = SearchDocument("KS-1", 1, *_KIND_STATE, name)
    hit = judge(plan(Question(asked)), document)
    assert (hit.score - 30 if hit else 0) == told(asked, name)


@given(NAMES, NAMES, NAMES, NAMES, NAMES)
def test_the_best_person_of_an_entry_decides(asked: str, own: str, other: str, mother: str, father: str) -> None:
    document = SearchDocument("KS-1", 1, *_KIND_STATE, own, (other,), father, mother)
    whose = ((own, 30), (other, 20), (mother, 10), (father, 0))
    expected = max((told(asked, name) + more for name, more in whose if told(asked, name)), default=None)
    hit = judge(plan(Question(asked)), document)
    assert (hit.score if hit else None) == expected


@given(st.lists(NAMES, max_size=12), NAMES, st.randoms())
def test_the_order_does_not_depend_on_the_order_of_candidates(names: list[str], asked: str, rng: random.Random) -> None:
    documents = [SearchDocument(f"KS-{n}", 1, *_KIND_STATE, name) for n, name in enumerate(names)]
    shuffled = rng.sample(documents, len(documents))
    assert rank(plan(Question(asked)), documents) == rank(plan(Question(asked)), shuffled)


@pytest.mark.parametrize(
    ("text", "name", "date", "year"),
    [
        ("Nguyễn Văn Hùng 12/3/1987", "nguyễn văn hùng", "1987-03-12", 1987),
        ("Hùng 3-1987", "hùng", "1987-03", 1987),
        ("1987 Hùng", "hùng", "1987", 1987),
        ("Hùng, sinh năm: 1987", "hùng", "1987", 1987),
        ("Hùng ngày sinh 1.2.1987", "hùng", "1987-02-01", 1987),
        ("Hùng 31/02/1987", "hùng 31 02 1987", None, None),
        ("Hùng 12/3/1087", "hùng 12 3 1087", None, None),
        ("Nghị định 123/2015/NĐ-CP", "nghị định 123 2015 nđ cp", None, None),
        ("Hùng 19871", "hùng 19871", None, None),
    ],
)
def test_a_date_in_the_text_is_understood(text: str, name: str, date: str | None, year: int | None) -> None:
    asked = understand(Question(text))
    assert " ".join(asked.name) == name
    assert (asked.date.iso() if asked.date else None, asked.year) == (date, year)


def test_a_year_asked_apart_goes_before_one_in_the_text() -> None:
    asked = understand(Question("Hùng 1987", 1950, 3))
    assert (asked.year, asked.years) == (1950, range(1947, 1954))


def test_two_other_persons_are_never_mixed_into_one(made: Made) -> None:
    document = made("KH-1", "", other_names=("Trần Văn An", "Lê Thị Hoa"), mother="Đỗ Mai", father="Vũ Lan")
    for text, found in (("Trần An", True), ("Lê Hoa", True), ("Trần Hoa", False), ("Đỗ Lan", False)):
        assert (judge(plan(Question(text)), document) is not None) == found


def test_every_reason_has_its_words() -> None:
    assert {f"WHY_{why.name}" for why in Why} <= catalogue().keys()

"""Every engine gives the answer that going through all documents by hand would give.

Three thousand seeded documents with common names, letters misread, dates half known; a hundred and
fifty seeded questions, each cut at several limits. Two engines that both pass agree with each other.
"""

import random
from collections.abc import Iterator

import pytest

from records.codes import EntryState, RegisterKind
from records.finding import Answer, Question, SearchDocument
from records.ports import SearchIndex
from search.folding import fold
from search.ranking import in_order, judge, plan
from search.terms import terms_of

FAMILIES = ["Nguyễn"] * 8 + ["Trần"] * 3 + ["Lê", "Lê", "Phạm", "Hoàng", "Đặng", "Lý", "Lí", "Ngô", "Vũ"]
MIDDLES = ["Văn"] * 4 + ["Thị"] * 4 + ["Minh", "Ngọc", "Thanh", "Đức", "Hữu", "Thị Ngọc", ""]
GIVEN = ["Hùng", "Hưng", "Hồng", "Mai", "Mây", "Minh", "Thanh", "Thành", "Hoà", "Hòa", "Thúy", "Thuý", "Anh", "Ánh",
         "Đông", "Quý", "Quí", "Mỹ", "Út", "An", "Ân", "Lan", "Loan", "Long"]  # fmt: skip
WORDS = ["quyết", "định", "cải", "chính", "hộ", "tịch", "khai", "sinh", "Hà", "Nội", "phường", "1987", "12"]
SEED = 20_261_122
N_DOCUMENTS, N_QUESTIONS = 3_000, 150


def misread(text: str, rng: random.Random) -> str:
    place = rng.randrange(len(text))
    letter = rng.choice("abcdeghiklmnopqrstuvxyăâđêôơư")
    return text[:place] + rng.choice([letter, "", letter + text[place]]) + text[place + 1 :]


def name(rng: random.Random) -> str:
    whole = " ".join(filter(None, (rng.choice(FAMILIES), rng.choice(MIDDLES), rng.choice(GIVEN))))
    return misread(whole, rng) if rng.random() < 0.08 else whole


def documents(seed: int) -> Iterator[SearchDocument]:
    rng = random.Random(seed)
    for n in range(N_DOCUMENTS):
        if n % 25 == 0:
            text = " ".join([*rng.choices(WORDS, k=12), name(rng)])
            yield SearchDocument(f"P-{n:05d}", 1, RegisterKind.OTHER, EntryState.DRAFT, "", text=text)
            continue
        year = rng.randrange(1975, 1990)
        born = rng.choice(
            [f"{year}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}", f"{year}", f"{year}-05", ""]
        )
        kind = rng.choice([RegisterKind.BIRTH] * 3 + [RegisterKind.MARRIAGE])
        yield SearchDocument(
            f"{kind}-{n:05d}", rng.randrange(1, 4), kind, EntryState.DRAFT, name(rng),
            (name(rng),) if kind is RegisterKind.MARRIAGE else (),
            name(rng) if kind is RegisterKind.BIRTH else "", name(rng) if kind is RegisterKind.BIRTH else "",
            born, f"{year + rng.choice([0, 0, 1])}-12-31", f"{rng.randrange(1, 60)}{rng.choice(['', '', 'b'])}",
        )  # fmt: skip


def questions(every: list[SearchDocument], seed: int) -> Iterator[Question]:
    rng = random.Random(seed)
    for _ in range(N_QUESTIONS):
        known = rng.choice(every)
        asked = known.name or rng.choice([known.text[-12:], " ".join(rng.choices(WORDS, k=2))])
        asked = rng.choice([asked, asked, known.mother or asked, known.father or asked, *known.other_names])
        parts = asked.split()
        rng.shuffle(parts)
        asked = rng.choice([asked, asked, " ".join(parts), " ".join(parts[:2]), parts[0], misread(asked, rng)])
        asked = rng.choice([asked, fold(asked)])
        year = int(known.registered[:4]) + rng.randrange(-1, 2) if known.registered and rng.random() < 0.5 else None
        kind = rng.choice([None, None, None, known.kind])
        if year and rng.random() < 0.3:
            asked, year = f"{asked} {rng.choice([f'{year}', f'5/{year}'])}", None
        yield Question(asked, year, rng.choice([0, 0, 2]), kind)


@pytest.fixture(scope="module")
def every() -> list[SearchDocument]:
    return list(documents(SEED))


@pytest.fixture(scope="module")
def by_hand(every: list[SearchDocument]) -> list[tuple[Question, Answer]]:
    asked = list(questions(every, SEED + 1))
    terms = [terms_of(document) for document in every]
    answers = []
    for question in asked:
        steps = plan(question)
        judged = (judge(steps, document, known) for document, known in zip(every, terms, strict=True))
        hits = in_order(hit for hit in judged if hit)
        answers.append((question, Answer(hits, len(hits))))
    return answers


@pytest.mark.slow
def test_the_questions_are_worth_asking(by_hand: list[tuple[Question, Answer]]) -> None:
    totals = sorted(answer.total for _, answer in by_hand)
    assert totals[N_QUESTIONS // 2] > 10
    assert totals[-1] > 1_000


@pytest.mark.slow
def test_an_engine_answers_as_by_hand(
    kept_index: SearchIndex, every: list[SearchDocument], by_hand: list[tuple[Question, Answer]]
) -> None:
    half = len(every) // 2
    kept_index.rebuild(every[:half])
    for start in range(half, len(every), 500):  # several segments, as after a day's work
        kept_index.update(every[start : start + 500])
    for question, expected in by_hand:
        for limit in (1, 7, 20, 1000):
            asked = Question(question.text, question.year, question.within, question.kind, limit)
            answer = kept_index.ask(asked)
            assert answer.hits == expected.hits[:limit], asked
            assert answer.total == expected.total, asked

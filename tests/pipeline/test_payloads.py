"""What a stage found goes through JSON and comes back as it was; so do problems through one line."""

import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.payloads import of_preparation, of_reading, of_words, to_preparation, to_reading, to_words
from records.geometry import Box, Transform
from records.messages import catalogue
from records.pages import PageProblem, Preparation, Step
from records.readings import Alternative, EngineIdentity, Reading, Word

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
SHARES = st.floats(0, 1)
TEXT = st.text(max_size=20)
STEPS = st.builds(Step, TEXT, st.builds(Transform, st.tuples(*[NUMBERS] * 9)), st.dictionaries(TEXT, NUMBERS))
ENGINES = st.builds(EngineIdentity, TEXT, TEXT, TEXT, st.booleans())
READINGS = st.builds(
    Reading,
    TEXT,
    SHARES,
    ENGINES,
    st.lists(st.builds(Alternative, TEXT, SHARES)).map(tuple),
    st.none() | TEXT,
)
SIDES = st.integers(0, 5000)
WORDS = st.builds(
    lambda text, x, y, w, h, sure, line: Word(text, Box(x, y, w, h).polygon(), round(sure, 4), line),
    *(TEXT, SIDES, SIDES, SIDES, SIDES, SHARES, st.integers(0, 10**7)),
)


@given(st.builds(Preparation, st.lists(STEPS).map(tuple), st.integers(1, 9999), st.integers(1, 9999)))
def test_preparations(preparation: Preparation) -> None:
    assert to_preparation(json.loads(json.dumps(of_preparation(preparation)))) == preparation


@given(READINGS)
def test_readings(reading: Reading) -> None:
    assert to_reading(json.loads(json.dumps(of_reading(reading)))) == reading


@given(st.lists(WORDS).map(tuple))
def test_words(words: tuple[Word, ...]) -> None:
    assert to_words(json.loads(json.dumps(of_words(words)))) == words


@given(st.sampled_from(sorted(catalogue())), st.dictionaries(st.text(min_size=1), TEXT))
def test_problems(code: str, facts: dict[str, str]) -> None:
    problem = PageProblem(code, facts)
    assert PageProblem.parse(problem.written()) == problem

"""Training from an office's own pages: what is asked for, and what is refused."""

from pathlib import Path

import pytest

from forms import normalise
from records.codes import ValueKind
from records.errors import WrongUse
from records.progress import SilentProgress
from wiring import House
from wiring.training import KINDS, calibrating, confirmed, letters


def test_too_few_confirmed_lines_teach_nothing(house: House, tmp_path: Path) -> None:
    with pytest.raises(WrongUse) as refused:
        confirmed(house, tmp_path / "run", SilentProgress())
    assert refused.value.code == "TRAINING_TOO_FEW"
    assert not (tmp_path / "run").exists()


def test_every_kind_has_lines_to_calibrate_with() -> None:
    any_text, by_kind = calibrating([], {}, each=8)
    assert set(KINDS.values()) | {ValueKind.SEX, ValueKind.ETHNIC_GROUP, ValueKind.NATIONALITY} == set(by_kind)
    assert all(len(lines) == 8 for lines in by_kind.values())
    assert len(any_text) == 2 * len(by_kind)
    for kind in (ValueKind.PERSONAL_ID, ValueKind.DATE_WORDS, ValueKind.SEX):
        for picture, text in by_kind[kind]:
            assert normalise(kind, text)
            assert picture.ndim == 2


def test_enough_lines_of_ones_own_leave_the_drawn_out() -> None:
    _, drawn = calibrating([], {}, each=4)
    own = {ValueKind.NAME: drawn[ValueKind.DATE]}
    assert calibrating([], own, each=4)[1][ValueKind.NAME] == own[ValueKind.NAME]


def test_letters_are_learnt_from_what_was_written() -> None:
    plain, told = letters([], count=50), letters(["Khúc Thừa Dụ"] * 3, count=50)
    assert told.probability("Khúc Thừ", "a") > plain.probability("Khúc Thừ", "a")

"""The marks of a new form are proposed from what recurs on its pages, and a form is learnt from them as they stand."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import forms
from pipeline import Limits
from pipeline.evaluate import read_truth
from pipeline.learning import MARKS, learn
from pipeline.proposing import FOLDER, Phrase, phrases, propose, recurring
from records.codes import RegisterKind
from records.errors import WrongUse
from records.geometry import Box
from records.progress import SilentProgress
from records.readings import Word
from samples import make_book
from tests.pipeline.stubs import readers, real_readers


def word(text: str, x: float, y: float, w: float = 80, line: int = 0) -> Word:
    return Word(text, Box(x, y, w, 24).polygon(), 0.9, line)


def test_words_that_stand_together_are_one_print_and_a_colon_ends_it() -> None:
    words = [word("Họ", 100, 50, 40), word("và", 146, 50, 40), word("tên:", 192, 50, 60), word("Nguyễn", 258, 50)]
    words += [word("Dân", 600, 50, 50, 1), word("tộc", 656, 50, 50, 1), word("......", 720, 50, 90, 1)]
    groups = [" ".join(text for text, _ in group) for group in phrases(words, 1654, 2339)]
    assert groups == ["Họ và tên:", "Nguyễn", "Dân tộc"]


def test_what_stands_on_one_page_alone_or_elsewhere_is_no_print() -> None:
    def page(*said: tuple[str, float, float]) -> list[Phrase]:
        return [Phrase(tuple((word, Box(0, 0, 1, 1)) for word in text.split()), x, y) for text, x, y in said]

    pages = [
        page(("Họ và tên", 0.1, 0.2), ("Nguyễn Lan", 0.3, 0.2), ("Nơi sinh", 0.1, 0.3)),
        page(("Ho và tên", 0.11, 0.21), ("Trần Ba", 0.3, 0.2), ("Nơi sinh", 0.1, 0.6)),
    ]
    assert [group[0].text for group in recurring(pages)] == ["Họ và tên"]
    joined = [page(("Dân tộc Kinh", 0.1, 0.2)), page(("Dân tộc Tày", 0.1, 0.2))]
    assert [group[0].text for group in recurring(joined)] == ["Dân tộc"]


def test_too_few_pages_and_marks_that_are_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse) as caught:
        propose(tmp_path, RegisterKind.BIRTH, readers(), Limits(), SilentProgress())
    assert caught.value.code in {"MARKS_TOO_FEW", "DELIVERY_EMPTY"}
    (tmp_path / MARKS).write_text("", encoding="utf-8")
    with pytest.raises(WrongUse) as caught:
        propose(tmp_path, RegisterKind.BIRTH, readers(), Limits(), SilentProgress())
    assert caught.value.code == "MARKS_ALREADY"


@pytest.mark.slow
def test_a_form_is_learnt_from_the_marks_that_were_proposed(tmp_path: Path) -> None:
    make_book(tmp_path / "book", edition_id="change-2006", cases=3, seed=6, difficulty="easy", formats=("jpeg",))
    pages = tmp_path / "pages"
    pages.mkdir()
    for row in read_truth(tmp_path / "book"):
        if row["role"] == "entry":
            shutil.copy(tmp_path / "book" / row["file"], pages)
    found = propose(pages, RegisterKind.CHANGE, real_readers(), Limits(), SilentProgress())
    columns = [p.label.column for p in found if p.label and p.label.column]
    edition = forms.edition("change-2006")
    assert len(columns) == len(set(columns)) >= 0.8 * len(edition.columns)
    assert len(list((pages / FOLDER).glob("*.jpg"))) == 3
    rows = [json.loads(line) for line in (pages / MARKS).read_text(encoding="utf-8").splitlines()]
    assert len({len(row["marks"]) for row in rows}) == 1
    shutil.rmtree(pages / FOLDER)
    plain = replace(edition, id="learnt", labels=(), name="Sổ học được")
    learnt = learn(pages, plain, real_readers(), Limits(), SilentProgress())
    assert all(fit.coverage > 0.8 for fit in learnt.fits)

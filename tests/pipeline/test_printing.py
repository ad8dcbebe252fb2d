"""Where the labels of a form stand is noted when a page is classified, and tells pages of one book from another's."""

from pathlib import Path
from typing import Any

import pytest

from forms import edition, editions
from pipeline import Limits
from pipeline.evaluate import read_truth
from pipeline.page_work import Work, do_classify, do_prepare
from pipeline.printing import names_of
from records.printing import LEAST_LABELS, printed_otherwise
from samples import make_book
from tests.pipeline.stubs import real_readers


def test_labels_are_called_the_same_in_editions_of_a_kind() -> None:
    now, before = (set(names_of(edition(name)).values()) for name in ("birth-2020", "birth-2016"))
    assert len(now & before) >= LEAST_LABELS
    for one in editions():
        names = list(names_of(one).values())
        assert len(names) == len(set(names))


def noted(folder: Path, seed: int, pages: int) -> list[list[dict[str, Any]]]:
    """Return what is noted of the first pages of a book that have entries."""
    make_book(folder, cases=pages, seed=seed, formats=("jpeg",))
    out = []
    for row in [row for row in read_truth(folder) if row["role"] == "entry"][:pages]:
        work = Work(folder / row["file"], 1, Limits(), False, real_readers)
        out.append(do_classify(work, *do_prepare(work))["printed"])
    return out


@pytest.mark.slow
def test_a_page_of_another_house_is_told_from_those_of_its_book(tmp_path: Path) -> None:
    pages = [*noted(tmp_path / "a", 3101, 4), *noted(tmp_path / "b", 3103, 1)]
    assert all(len(form) >= LEAST_LABELS for page in pages for form in page)
    assert printed_otherwise(pages[:4]) == []
    assert printed_otherwise(pages) == [(4,)]

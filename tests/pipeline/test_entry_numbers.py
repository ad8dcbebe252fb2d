"""Reading the entry numbers of a page alone: of the print as much as tells where they stand, and the same numbers."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.entry_numbers import read_numbers
from pipeline.evaluate import read_truth
from pipeline.readers import Readers
from records.numbers import read_number
from records.ports import Image, PageRecogniser
from records.readings import PageReading
from samples import HELD_OUT, make_book
from tests.pipeline.stubs import real_readers

pytestmark = pytest.mark.slow


class Counting:
    """A reader of print that keeps the sizes of what it was given."""

    def __init__(self, own: PageRecogniser) -> None:
        self.own, self.identity = own, own.identity
        self.seen: list[tuple[int, ...]] = []

    def read_page(self, image: Image) -> PageReading:
        self.seen.append(image.shape[:2])
        return self.own.read_page(image)


@pytest.fixture
def forms() -> Counting:
    return Counting(real_readers().forms)


@pytest.fixture
def readers(forms: Counting) -> Readers:
    return replace(real_readers(), forms=forms)


def pages_of(folder: Path, edition: str, cases: int, *, apart: bool = False) -> tuple[list[Image], Image]:
    """Return the pages of a book that hold entries, and its page of guidance."""
    make_book(
        folder, edition_id=edition, cases=cases, seed=77, difficulty="easy", formats=("jpeg",), hands=HELD_OUT[1:],
        apart=apart,
    )  # fmt: skip
    rows = read_truth(folder)
    entries = dict.fromkeys(row["file"] for row in rows if row["role"] == "entry")
    guidance = next(row["file"] for row in rows if row["role"] == "other")
    return [opened(folder / file) for file in entries], opened(folder / guidance)


def opened(file: Path) -> Image:
    return np.asarray(cv2.imread(str(file)), np.uint8)


def numbers(image: Image, readers: Readers) -> list[int]:
    return [said[0].serial for value in read_numbers(image, readers) if (said := read_number(value.value))]


def test_of_a_form_the_head_is_read_and_of_guidance_no_more(tmp_path: Path, forms: Counting, readers: Readers) -> None:
    pages, guidance = pages_of(tmp_path, "death-2016", 2)
    assert [numbers(page, readers) for page in [*pages, guidance]] == [[1], [2], []]
    assert len(forms.seen) == 3
    assert all(height < 0.65 * width for height, width in forms.seen)


def test_of_two_cases_on_a_page_both_heads_are_read(tmp_path: Path, forms: Counting, readers: Readers) -> None:
    pages, _ = pages_of(tmp_path, "marriage-1956", 4)
    assert [numbers(page, readers) for page in pages] == [[1, 2], [3, 4]]
    assert len(forms.seen) == 4
    assert all(height < 0.65 * width for height, width in forms.seen)


def test_of_a_table_the_heads_of_its_columns_are_read(tmp_path: Path, forms: Counting, readers: Readers) -> None:
    pages, _ = pages_of(tmp_path, "death-1961", 3)
    assert numbers(pages[0], readers) == [1, 2, 3]
    ((height, width),) = forms.seen
    assert height < 0.35 * width


def test_a_leaf_of_a_table_alone_is_no_form_and_its_row_without_a_number_counts(
    tmp_path: Path, readers: Readers
) -> None:
    pages_of(tmp_path, "death-1961", 3, apart=True)
    row = next(row for row in read_truth(tmp_path) if row["role"] == "entry")
    leaf = opened(tmp_path / row["file"])
    assert numbers(leaf, readers) == [1, 2, 3]
    x, y, w, h = row["entries"][1]["fields"]["so"]["box"]
    leaf[y - 3 : y + h + 3, x - 3 : x + w + 3] = 235
    assert [value.text for value in read_numbers(leaf, readers)][1] == ""
    assert len(read_numbers(leaf, readers)) == 3


def test_a_page_on_its_head_is_read_as_a_whole(tmp_path: Path, forms: Counting, readers: Readers) -> None:
    pages, _ = pages_of(tmp_path, "death-2016", 1)
    assert numbers(np.ascontiguousarray(pages[0][::-1, ::-1]), readers) == [1]
    assert forms.seen[-1][0] > 1.2 * forms.seen[-1][1]

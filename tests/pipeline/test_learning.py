"""An edition is learnt from marked pages, kept as data, and then read like any other."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import forms
from bench.align import mark_pages
from pipeline import Limits
from pipeline.learning import learn
from pipeline.page_work import Work, do_classify, do_prepare, do_read
from pipeline.scoring import same
from records.errors import WrongUse
from records.progress import SilentProgress
from samples import make_book
from tests.pipeline.stubs import readers, real_readers
from wiring.readers import ReaderMaker

PLAIN = replace(forms.edition("change-2006"), id="learnt", labels=(), heading=("SỔ",), name="Sổ học được")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """The office's folder of editions, forgotten afterwards."""
    folder = tmp_path / "forms"
    folder.mkdir()
    yield folder
    forms.use_own(tmp_path / "nowhere")


def marked(folder: Path, pages: int) -> list[dict]:  # type: ignore[type-arg]
    """A book with marks around its printed labels, as a person would draw them; the rows of its truth."""
    book = make_book(
        folder, edition_id="change-2006", cases=pages, seed=6, difficulty="easy", formats=("jpeg",), setting="dotted"
    )
    truth = [json.loads(line) for line in book.truth.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in truth if row["role"] == "entry"]
    mark_pages(folder, forms.edition("change-2006"), real_readers(), rows)
    return rows


@pytest.mark.slow
def test_a_form_is_learnt_from_three_pages_and_then_read(tmp_path: Path, own: Path) -> None:
    rows = marked(tmp_path / "book", 4)
    lines = (tmp_path / "book" / "marks.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "book" / "marks.jsonl").write_text("\n".join(lines[:3]), encoding="utf-8")
    learnt = learn(tmp_path / "book", PLAIN, real_readers(), Limits(), SilentProgress())
    assert {"ntdHoTen", "loaiThayDoi", "so"} <= set(learnt.edition.columns)
    assert all(fit.coverage > 0.8 for fit in learnt.fits)
    assert sum(fit.located for fit in learnt.fits) > 0.85 * sum(fit.marked for fit in learnt.fits)
    text = forms.written(learnt.edition)
    assert forms.parse_edition(text) == learnt.edition
    # the page that was not marked is read as the edition that was learnt, once that stands in the office's folder
    other = forms.parse_edition(text.replace('id = "learnt"', 'id = "change-2006"'))  # in place of the product's
    (own / "change-2006.toml").write_text(forms.written(other), encoding="utf-8")
    work = Work(tmp_path / "book" / rows[3]["file"], 1, Limits(), False, ReaderMaker("", str(own)))
    prepared, jpeg = do_prepare(work)
    said = do_classify(work, prepared, jpeg)
    assert forms.edition("change-2006").name == "Sổ học được"
    (entry,) = do_read(work, prepared, jpeg, said["parts"])["entries"]
    assert entry["edition"] == "change-2006"  # whatever fits as well was not in use on that day
    fields = {f["column"]: f["text"] for f in entry["fields"]}
    truth = {c: cell["text"] for c, cell in rows[3]["entries"][0]["fields"].items()}
    assert sum(same(c, truth[c], text) for c, text in fields.items()) > 0.7 * len(fields)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (None, "MARKS_MISSING"),
        (["{"], "MARKS_MALFORMED"),
        ([{"file": "gone.png", "marks": []}], "MARKS_MALFORMED"),
        ([{"file": "a.png", "marks": [{"box": [1, 2, 3]}]}], "MARKS_MALFORMED"),
        ([{"file": "a.png", "marks": [{"box": [1, 2, 3, 4], "column": "so", "kind": "colour"}]}], "MARKS_MALFORMED"),
        ([{"file": "a.png", "marks": [{"box": [1, 2, 3, 4], "colour": "so"}]}], "MARKS_MALFORMED"),
        ([{"file": "a.png", "marks": []}] * 2, "MARKS_TOO_FEW"),
        (
            [{"file": "a.png", "marks": []}] * 2
            + [{"file": "a.png", "marks": [{"box": [1, 2, 3, 4], "column": "so", "kind": "entry_number"}]}],
            "MARKS_DIFFER",
        ),
    ],
)
def test_marks_that_are_not_sound_are_refused(tmp_path: Path, rows: list | None, code: str) -> None:  # type: ignore[type-arg]
    (tmp_path / "a.png").write_bytes(b"not looked at")
    if rows is not None:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (tmp_path / "marks.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(WrongUse) as refused:
        learn(tmp_path, PLAIN, readers(), Limits(), SilentProgress())
    assert refused.value.code == code


@pytest.mark.parametrize("known", forms.editions(), ids=lambda e: e.id)
def test_an_edition_is_written_as_it_is_read(known: forms.Edition) -> None:
    assert forms.parse_edition(forms.written(known)) == known


def test_a_broken_file_of_the_office_is_told_by_name(own: Path) -> None:
    (own / "x.toml").write_text("id = 3", encoding="utf-8")
    forms.use_own(own)
    with pytest.raises(WrongUse) as refused:
        forms.editions()
    assert (refused.value.code, refused.value.facts["file"]) == ("EDITION_MALFORMED", "x.toml")

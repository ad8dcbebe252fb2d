"""Notes outside the fields and corrections in them, on sample pages with known truth, through the whole road."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import Limits
from pipeline.drafting import note_id
from pipeline.evaluate import read_truth
from pipeline.margins import MARGIN
from pipeline.page_work import Work, do_classify, do_prepare, do_read
from pipeline.scoring import same
from records.entries import NOTES
from records.geometry import Box, Point
from records.pages import PageId
from samples import cases, make_book, margin, people
from samples.difficulty import DIALS
from tests.pipeline.stubs import real_readers


def read_book(folder: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return (truth, what was read) of each entry page."""
    out = []
    for row in read_truth(folder):
        if row["role"] == "entry":
            work = Work(folder / row["file"], 1, Limits(), False, real_readers)
            prepared, jpeg = do_prepare(work)
            (entry,) = do_read(work, prepared, jpeg, do_classify(work, prepared, jpeg)["parts"])["entries"]
            out.append((row, entry))
    return out


def box_of(points: list[list[float]]) -> Box:
    return Box.around(Point(x, y) for x, y in points)


@pytest.mark.slow
def test_a_note_in_the_margin_is_found_where_it_stands_and_a_page_without_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for share in (0.0, 1.0):
        monkeypatch.setitem(DIALS, "easy", replace(DIALS["easy"], margin=share))
        make_book(tmp_path / str(share), cases=3, seed=4, difficulty="easy", setting="dotted", formats=("jpeg",))
    for truth, read in read_book(tmp_path / "1.0"):
        (polygon,) = (note["polygon"] for note in truth["margin"])
        found = [box_of(note["outline"]) for note in read["notes"] if note["place"] == MARGIN]
        there = box_of(polygon)
        assert any(there.overlap(box) > 0.25 * min(there.area, box.area) for box in found)
    for truth, read in read_book(tmp_path / "0.0"):
        assert [note for note in read["notes"] if note["place"] == MARGIN] == []
        written = bool(truth["entries"][0]["fields"][NOTES]["text"])
        assert [note["place"] for note in read["notes"]] == [NOTES] * written


@pytest.mark.slow
@pytest.mark.parametrize("edition_id", ["birth-1961", "marriage-1961"])
def test_titles_above_a_table_its_fold_and_its_empty_cells_are_no_notes(tmp_path: Path, edition_id: str) -> None:
    make_book(tmp_path, cases=2, seed=74, difficulty="medium", edition_id=edition_id, formats=("jpeg",))
    (truth,) = (row for row in read_truth(tmp_path) if row["role"] == "entry")
    work = Work(tmp_path / truth["file"], 1, Limits(), False, real_readers)
    prepared, jpeg = do_prepare(work)
    entries = do_read(work, prepared, jpeg, do_classify(work, prepared, jpeg)["parts"])["entries"]
    assert len(entries) == 2
    assert not truth.get("margin")
    for entry, true in zip(entries, truth["entries"], strict=True):
        rows = {row["column"]: row for row in entry["fields"]}
        blank = [column for column, field in true["fields"].items() if not field["text"]]
        assert [c for c in blank if rows[c]["presence"] != "blank"] == []
        assert [note["place"] for note in entry["notes"]] == [NOTES] * (NOTES not in blank)


@pytest.mark.slow
@pytest.mark.parametrize("red", ["pen", "stamp"])
def test_a_note_in_red_is_found_beside_the_seals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, red: str) -> None:
    monkeypatch.setattr(margin, "RED", {red: 1})
    monkeypatch.setitem(DIALS, "easy", replace(DIALS["easy"], margin=1.0, seal=1.0))
    make_book(tmp_path, cases=2, seed=8, difficulty="easy", setting="dotted", formats=("jpeg",))
    for truth, read in read_book(tmp_path):
        (note,) = truth["margin"]
        assert note["red"] == red
        there = box_of(note["polygon"])
        found = [box_of(one["outline"]) for one in read["notes"] if one["place"] == MARGIN]
        assert len(found) == 1
        assert there.overlap(found[0]) > 0.25 * min(there.area, found[0].area)


@pytest.mark.slow
def test_a_corrected_field_has_the_value_that_stands_and_keeps_what_was_struck_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "chance", lambda rng, share: people.chance(rng, share) or share == 0.13)
    make_book(tmp_path, cases=6, seed=3, difficulty="easy", setting="columns", hands=["mali"], formats=("jpeg",))
    seen = doubted = right = 0
    for truth, read in read_book(tmp_path):
        for row in read["fields"]:
            true = truth["entries"][0]["fields"].get(row["column"], {})
            if "struck" not in true:
                assert "STRUCK_OUT" not in row["doubts"]
                assert row["struck"] == ""
                continue
            seen += 1
            doubted += "STRUCK_OUT" in row["doubts"]
            right += same(row["column"], true["text"], row["text"])
    assert seen >= 4
    assert doubted >= seen / 2
    assert right >= seen / 3


def test_a_note_keeps_its_name_when_the_page_is_read_again_a_little_differently() -> None:
    page = PageId("0123456789abcdef-0001")
    one = note_id(page, MARGIN, Box(100, 200, 300, 80).polygon())
    assert one == note_id(page, MARGIN, Box(98, 203, 305, 78).polygon())
    assert one != note_id(page, MARGIN, Box(100, 900, 300, 80).polygon())
    assert one != note_id(PageId("0123456789abcdef-0002"), MARGIN, Box(100, 200, 300, 80).polygon())
    assert note_id(page, NOTES, Box(1, 1, 9, 9).polygon()) == note_id(page, NOTES, Box(500, 500, 9, 9).polygon())

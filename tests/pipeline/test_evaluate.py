"""What counts as read rightly, and a truth that is not sound."""

import json
from pathlib import Path
from typing import Never

import pytest

from pipeline import evaluate_book
from pipeline.evaluate import read_truth
from pipeline.scoring import ReadEntry, ReadField, ReadPage, Share, report, same
from records.errors import WrongUse
from records.geometry import Box
from records.progress import SilentProgress
from tests.pipeline.hostile import saved, text_page
from tests.pipeline.stubs import readers


@pytest.mark.parametrize(
    ("column", "truth", "text", "right"),
    [
        ("nksHoTen", "Nguyễn Thị Lan", " NGUYỄN  THỊ LAN", True),
        ("nksHoTen", "Nguyễn Thị Lan", "Nguyễn Thị Lân", False),
        ("nksHoTen", "", "", True),
        ("nksHoTen", "", "x", False),
        ("nksNgaySinh", "03/04/1975", "3.4.1975", True),
        ("nksNgaySinh", "03/04/1975", "ngày 3 tháng 4 năm 1975", True),
        ("nksNgaySinh", "03/04/1975", "04/03/1975", False),
        ("nksNgaySinh", "1975", "01/01/1975", False),
        ("nksNgaySinh", "không rõ", "Không  rõ", True),
        ("nksNgaySinh", "03/04/1975", "", False),
        ("so", "012/2017", "12 / 2017", True),
        ("so", "12", "13", False),
        ("so", "", "", True),
        ("nksSoDinhDanh", "001217000123", "001 217 000 123", True),
        ("columnOfNobody", "A", "a", True),
    ],
)
def test_exact_is_by_value_for_dates_and_numbers(column: str, truth: str, text: str, right: bool) -> None:
    assert same(column, truth, text) is right


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (None, "TRUTH_MISSING"),
        ("{", "TRUTH_MALFORMED"),
        ('{"file": "a"}', "TRUTH_MALFORMED"),
        ("[]", "TRUTH_MALFORMED"),
        ("", "TRUTH_EMPTY"),
        ("\n \n", "TRUTH_EMPTY"),
    ],
)
def test_a_truth_that_is_not_sound_is_refused(tmp_path: Path, rows: str | None, code: str) -> None:
    if rows is not None:
        (tmp_path / "truth.jsonl").write_text(rows, encoding="utf-8")
    with pytest.raises(WrongUse) as refused:
        read_truth(tmp_path)
    assert refused.value.code == code


def test_a_truth_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_bytes('{"file": "a", "entries": []}\n{"file": "ế"}'.encode("utf-8-sig")[:-3])
    with pytest.raises(WrongUse) as refused:
        read_truth(tmp_path)
    assert (refused.value.code, refused.value.facts["line"]) == ("TRUTH_MALFORMED", 2)


def test_a_file_that_the_truth_names_and_that_is_not_there_is_told_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(saved(text_page(), "PNG"))
    rows = [json.dumps({"file": f, "entries": []}) for f in ("a.png", "not-there.png")]
    (tmp_path / "truth.jsonl").write_text("\n".join(rows), encoding="utf-8")

    def never() -> Never:
        raise AssertionError("a page was read")

    with pytest.raises(WrongUse) as refused:
        evaluate_book(tmp_path, never, SilentProgress(), workers=1)
    assert refused.value.code == "TRUTH_IMAGE_MISSING"
    for told in (refused.value.message().vi, refused.value.message().en):
        assert "truth.jsonl" in told and "not-there.png" in told


@pytest.mark.slow
def test_what_is_not_read_is_counted_as_lost(tmp_path: Path) -> None:
    """Pages of somebody's own: one that no edition fits, one that is cut short."""
    whole = saved(text_page(), "PNG")
    (tmp_path / "a.png").write_bytes(whole)
    (tmp_path / "b.png").write_bytes(whole[: len(whole) // 2])
    cells = {"nksHoTen": {"text": "Lê Văn An", "box": [0, 0, 10, 10]}, "so": {"text": "7", "box": [0, 0, 5, 5]}}
    rows = [{"file": f, "role": "entry", "kind": "KS", "entries": [{"fields": cells}]} for f in ("a.png", "b.png")]
    (tmp_path / "truth.jsonl").write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    report = evaluate_book(tmp_path, readers, SilentProgress(), workers=1)
    assert (report.n_pages, report.n_entries, report.entries_lost, report.exact) == (2, 2, 2, 0.0)
    assert report.fields["nksHoTen"].n == 2
    assert report.fields["nksHoTen"].cer == 1.0
    assert report.failed == (("b.png", "IMAGE_TRUNCATED"),)
    assert {"n_pages", "n_entries", "fields", "exact", "entries_lost", "seconds_per_page"} <= set(report.as_json())


def test_the_place_of_a_corrected_value_holds_what_was_struck_out() -> None:
    struck: dict[str, object] = {"text": "Lê Văn Ân", "box": [100, 10, 150, 30]}
    cell = {"text": "Lê Văn An", "box": [300, 10, 100, 30], "struck": struck}
    entry = {"fields": {"nksHoTen": cell}}
    truth = {"file": "a", "role": "entry", "kind": "KS", "edition": "birth-2016", "entries": [entry]}
    read = ReadEntry("birth-2016", {"nksHoTen": ReadField("Lê Văn An", Box(100, 10, 300, 30), accepted=False)})
    page = ReadPage("KS", "birth-2016", (read,), 0.0)
    assert report([truth], {0: page}, 1).located == Share(1, 1)
    struck["box"] = [0, 0, 0, 0]  # nothing of it was drawn
    assert report([truth], {0: page}, 1).located == Share(1, 0)

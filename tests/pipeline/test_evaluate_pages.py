"""Measuring of folds and lines: what a truth must be, how pairs are made, and what is told."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluate_pages import ENOUGH, evaluate_pages, paired, wilson
from pipeline.page_truth import read_page_truth
from records.errors import WrongUse
from records.geometry import Box
from records.progress import SilentProgress
from tests.pipeline.test_spreads import drawn_opening, row_page

PAGES = "file\twidth\theight\tgutter_x_min\tgutter_x_max"
LINES = "file\tx\ty\tw\th\ttype\ttext"
PLACES, SIDES = st.integers(0, 60), st.integers(1, 40)
BOXES = st.lists(st.builds(Box, PLACES, PLACES, SIDES, SIDES), max_size=9)


def truth(folder: Path, pages: list[str], lines: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pages.tsv").write_text("\n".join([PAGES, *pages]) + "\n", encoding="utf-8")
    (folder / "lines.tsv").write_text("\n".join([LINES, *lines]) + "\n", encoding="utf-8")
    return folder


def picture(folder: Path, name: str = "a.png") -> str:
    folder.mkdir(exist_ok=True)
    cv2.imwrite(str(folder / name), row_page())
    return f"{name}\t1684\t1190\t\t"


@pytest.mark.parametrize(
    ("pages", "lines", "code", "table", "line"),
    [
        (None, None, "LAYOUT_TRUTH_MISSING", "lines.tsv", None),
        (None, [], "LAYOUT_TRUTH_MISSING", "pages.tsv", None),
        ([], [], "LAYOUT_TRUTH_EMPTY", None, None),
        (["a.png\twide\t1190\t\t"], [], "LAYOUT_TRUTH_MALFORMED", "pages.tsv", 2),
        (["a.png\t1684\t1190\t500\t"], [], "LAYOUT_TRUTH_MALFORMED", "pages.tsv", 2),
        (["a.png\t1684"], [], "LAYOUT_TRUTH_MALFORMED", "pages.tsv", 2),
        (["a.png\t1684\t1190\t\t"] * 2, [], "LAYOUT_TRUTH_MALFORMED", "pages.tsv", 3),
        (["a.png\t1684\t1190\t\t"], ["a.png\t1\t2\t-3\t4\t\tx"], "LAYOUT_TRUTH_MALFORMED", "lines.tsv", 2),
        (["a.png\t1684\t1190\t\t"], ["a.png\t1\t2\t3\tx\t\tx"], "LAYOUT_TRUTH_MALFORMED", "lines.tsv", 2),
        (["b.png\t1684\t1190\t\t"], [], "LAYOUT_TRUTH_IMAGE_MISSING", "pages.tsv", None),
        (["a.png\t1684\t1190\t\t"], ["b.png\t1\t2\t3\t4\t\tx"], "LAYOUT_TRUTH_IMAGE_MISSING", "lines.tsv", None),
        (["c.png\t1684\t1190\t\t"], ["a.png\t1\t2\t3\t4\t\tx"], "LAYOUT_TRUTH_UNKNOWN_FILE", None, None),
        (["a.png\t1190\t1684\t\t"], [], "LAYOUT_TRUTH_SIZE_DIFFERS", None, None),
    ],
)
def test_a_truth_that_is_not_sound_is_refused_with_the_place(
    tmp_path: Path, pages: list[str] | None, lines: list[str] | None, code: str, table: str | None, line: int | None
) -> None:
    picture(tmp_path)
    picture(tmp_path, "c.png")
    for name, head, rows in (("pages.tsv", PAGES, pages), ("lines.tsv", LINES, lines)):
        if rows is not None:
            (tmp_path / name).write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(WrongUse) as refused:
        evaluate_pages(tmp_path, SilentProgress())
    assert refused.value.code == code
    assert refused.value.facts.get("table") == table
    assert refused.value.facts.get("line") == line


def test_a_column_that_is_not_there_and_bytes_that_are_no_utf_8_are_told(tmp_path: Path) -> None:
    folder = truth(tmp_path, [picture(tmp_path)], [])
    (folder / "lines.tsv").write_bytes(b"file\tx\ty\tw\n")
    with pytest.raises(WrongUse) as refused:
        read_page_truth(folder)
    assert (refused.value.facts["line"], refused.value.facts["detail"]) == (1, "h")
    (folder / "lines.tsv").write_bytes(LINES.encode() + b"\na.png\t1\t2\t3\t4\t\t\xff\n")
    with pytest.raises(WrongUse) as refused:
        read_page_truth(folder)
    assert refused.value.facts["line"] == 2


def test_quotes_and_separators_of_other_systems_in_a_text_do_no_harm(tmp_path: Path) -> None:
    folder = truth(
        tmp_path, [picture(tmp_path)], ['a.png\t1\t2\t3\t4\t\t"unclosed', "a.png\t5\t6\t7\t8\t\ta\x85b\u2028c"]
    )
    (page,) = read_page_truth(folder)
    assert [line.box for line in page.lines] == [Box(1, 2, 3, 4), Box(5, 6, 7, 8)]


@given(BOXES, BOXES)
def test_pairs_are_near_each_other_one_to_one_and_as_many_as_can_be(true: list[Box], found: list[Box]) -> None:
    pairs = paired(true, found)
    assert len(set(pairs.values())) == len(pairs)
    assert all(true[i].iou(found[j]) >= ENOUGH for i, j in pairs.items())
    swapped = paired(found, true)
    assert len(swapped) == len(pairs)
    greedy: set[int] = set()
    for line in true:
        greedy |= set(next(([j] for j, box in enumerate(found) if j not in greedy and line.iou(box) >= ENOUGH), []))
    assert len(pairs) >= len(greedy)


def test_a_pair_gives_way_where_another_needs_its_box() -> None:
    true = [Box(0, 0, 10, 10), Box(0, 3, 10, 10)]
    found = [Box(0, 2, 10, 10), Box(0, -3, 10, 10)]  # the second finds the first line only
    assert paired(true, found) == {0: 1, 1: 0}


@given(st.integers(1, 200), st.data())
def test_the_interval_holds_the_rate(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n <= high + 1e-9 <= 1 + 1e-9


def test_wilsons_interval_is_the_one_of_the_books() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_what_is_found_is_told_page_by_page(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    opening = drawn_opening()
    cv2.imwrite(str(folder / "book.png"), opening.picture)
    (folder / "torn.png").write_bytes((folder / "book.png").read_bytes()[:9000])
    height, width = opening.picture.shape[:2]
    fold = f"{opening.top.x - 20}\t{opening.top.x + 20}"
    true = [
        f"book.png\t{x}\t{80 + y - 50}\t330\t52\tname\tNguyen"
        for y in range(100, 1040, 55)
        for x in (110 + 90, 110 + 800 + 90)
    ]
    rows = [picture(folder, "rows.png"), f"book.png\t{width}\t{height}\t{fold}", f"torn.png\t{width}\t{height}\t{fold}"]
    truth(folder, rows, [*true, "torn.png\t1\t1\t9\t9\tnote\tx"])
    before = sorted(folder.iterdir())
    report = evaluate_pages(folder, SilentProgress(), tmp_path / "plots")
    told = report.as_json()
    assert told["n"] == 3
    assert told["fold_hit"] == pytest.approx(2 / 3)
    assert told["failed"] == [{"file": "torn.png", "code": "IMAGE_TRUNCATED"}]
    assert told["n_lines"] == len(true) + 1
    assert told["recall_by_type"]["name"] == {"recall": 1.0, "n": len(true)}
    assert told["recall_by_type"]["note"] == {"recall": 0.0, "n": 1}
    assert 0 < told["line_precision"] < told["line_recall"] < 1
    assert told["seconds_per_page"] > 0
    for key in ("fold_hit", "line_recall", "line_precision"):
        low, high = told[f"{key}_ci95"]
        assert 0 <= low <= high <= 1
    drawn = sorted(path.name for path in (tmp_path / "plots").iterdir())
    assert drawn == ["book-lines.jpg", "rows-lines.jpg"]
    plotted = cv2.imread(str(tmp_path / "plots" / "book-lines.jpg"))
    assert plotted is not None and plotted.shape == opening.picture.shape
    assert int(np.abs(plotted.astype(int) - opening.picture).max()) > 100
    assert sorted(folder.iterdir()) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "least"), [("register-lyon-births-1903-1912", 0.9), ("register-paris-separations-1890s", 0.65)]
)
def test_foreign_registers(shared: Path, folder: str, least: float) -> None:
    report = evaluate_pages(shared / folder / "dev", SilentProgress())
    assert report.failed == ()
    assert report.fold_hit == 1
    assert report.line_recall >= least

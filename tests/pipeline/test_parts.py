"""What a picture holds: tables of rows, two cases a page, opened books, and pages of nobody's form."""

import itertools
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import forms
import pipeline.shortlist
from forms import Leaf
from pipeline import Limits, parts
from pipeline.evaluate import read_page
from pipeline.labels import coverage, find_labels
from pipeline.locate import CleanPage
from pipeline.look import Look
from pipeline.page_work import Work, do_classify, do_prepare
from pipeline.parts import (
    OWN_MARKS,
    Part,
    _Fit,
    _likeliest,
    by_year,
    find_parts,
    gap_between_leaves,
    own_heads,
    own_marks,
)
from pipeline.prepare import PreparedPage
from pipeline.rules import Rules
from pipeline.scoring import ReadPage, same
from pipeline.shortlist import shortlist
from pipeline.table import Table, _in_lines, find_table
from records.geometry import Box
from records.pages import Preparation
from records.readings import Word
from samples import make_book
from tests.pipeline.stubs import real_readers


def said(text: str, x: float, y: float, w: float = 100, h: float = 24) -> Word:
    return Word(text, Box(x, y, w, h).polygon(), 0.9, 0)


def printed(edition_id: str) -> list[Word]:
    """All wordings of an edition, one below the other."""
    labels = forms.edition(edition_id).labels
    return [said(label.says[0], 50, 40.0 * k) for k, label in enumerate(labels) if label.says]


@pytest.mark.parametrize("form", forms.editions(), ids=lambda form: form.id)
def test_the_printed_words_of_an_edition_put_it_on_the_short_list(form: forms.Edition) -> None:
    ranked = shortlist(printed(form.id))
    assert form.id in [edition.id for _, edition in ranked]
    assert ranked[0][1].kind is form.kind
    assert ranked[0][0] > 0.99


def test_words_of_no_form_put_none_on_the_short_list() -> None:
    french = "Une page en français que nulle édition vietnamienne ne connaît"
    words = french.split()
    assert shortlist([said(w, 50.0 * k, 50) for k, w in enumerate(words)]) == []
    assert shortlist([]) == []


def grid(edition_id: str, rows: int) -> tuple[CleanPage, list[Word], dict[str, Box]]:
    """A ruled table of the edition with its heads read; cells of 100 x 60 under heads of 100 x 80."""
    labels = [label for label in forms.edition(edition_id).labels if label.leaf]
    cells, words, heads = [], [], {}
    for k, label in enumerate(labels):
        x = 20.0 + 104 * k + (60 if label.leaf is Leaf.RIGHT else 0)
        head = Box(x, 40, 100, 80)
        heads[str(label.column)] = head
        cells += [head, *(Box(x, 124 + 64.0 * r, 100, 60) for r in range(rows))]
        words += [said(w, x + 4, 46 + 26.0 * i, 60) for i, w in enumerate(label.says[0].split())][:3]
    blank = np.zeros((4, 4), np.uint8)
    return CleanPage(blank, blank, blank, blank, Rules((), (), (), blank), tuple(cells), blank), words, heads


def test_a_table_is_its_heads_and_the_rows_below_them() -> None:
    page, words, heads = grid("birth-1961", 4)
    table = find_table(forms.edition("birth-1961"), page, words)
    assert table is not None
    assert table.heads == heads
    assert table.leaves == frozenset(Leaf)
    assert [set(row.cells) for row in table.rows] == [set(heads)] * 4
    assert table.rows[1].cells["so"] == Box(heads["so"].x, 188, 100, 60)


def test_heads_that_were_not_read_are_known_by_their_neighbours() -> None:
    page, words, heads = grid("death-1961", 2)
    unread = {"nktHoTen", "nktNoiChet"}
    words = [w for w in words if not any(heads[c].x <= w.polygon.box().x < heads[c].right for c in unread)]
    table = find_table(forms.edition("death-1961"), page, words)
    assert table is not None
    assert table.heads == heads
    assert table.coverage < 0.9


def test_a_row_that_only_numbers_the_columns_holds_no_case() -> None:
    page, words, heads = grid("marriage-1961", 2)
    low = [Box(head.x, 121, 100, 16) for head in heads.values()]
    moved = tuple(Box(c.x, c.y + 20, c.w, c.h) if c.y > 100 else c for c in page.cells)
    page = CleanPage(page.grey, page.ink, page.print, page.print_ink, page.rules, (*moved, *low), page.drawn)
    table = find_table(forms.edition("marriage-1961"), page, words)
    assert table is not None
    assert len(table.rows) == 2


@pytest.mark.parametrize(("top", "high"), [(230, 18), (188, 34), (214, 34)])
def test_a_stroke_through_a_cell_is_no_end_of_it(top: int, high: int) -> None:
    page, words, heads = grid("marriage-1961", 3)
    struck = Box(heads["voHoTen"].x, 188, 100, 60)  # of the second row; what a stroke leaves of it
    cells = tuple(Box(c.x, top, c.w, high) if c == struck else c for c in page.cells)
    page = CleanPage(page.grey, page.ink, page.print, page.print_ink, page.rules, cells, page.drawn)
    table = find_table(forms.edition("marriage-1961"), page, words)
    assert table is not None
    if high * 2 < 60:  # so little is left that the row has no such cell
        assert "voHoTen" not in table.rows[1].cells
    else:
        assert table.rows[1].cells["voHoTen"] == struck
    assert table.rows[1].cells["so"] == Box(heads["so"].x, 188, 100, 60)


def test_a_rule_that_lacks_below_one_cell_does_not_make_those_beside_it_longer() -> None:
    page, words, heads = grid("marriage-1961", 3)
    lacking = Box(heads["chongHoTen"].x, 124, 100, 60)  # in the first row; nothing was found below it
    cells = tuple(Box(c.x, c.y, c.w, 80) if c == lacking else c for c in page.cells)
    page = CleanPage(page.grey, page.ink, page.print, page.print_ink, page.rules, cells, page.drawn)
    table = find_table(forms.edition("marriage-1961"), page, words)
    assert table is not None
    assert {c: b.h for c, b in table.rows[0].cells.items()} == {c: 80 if c == "chongHoTen" else 60 for c in heads}


@pytest.mark.parametrize("shift", range(0, 24, 3))
def test_words_of_a_head_are_read_line_by_line_however_uneven_they_stand(shift: int) -> None:
    words = [Box(10, 3, 40, 22), Box(60, 0, 40, 24), Box(110, 4, 40, 20), Box(12, 33, 40, 22), Box(62, 30, 40, 24)]
    assert _in_lines([Box(b.x, b.y + shift, b.w, b.h) for b in words]) == [0, 1, 2, 3, 4]


def test_cells_without_such_heads_are_no_table() -> None:
    page, _, _ = grid("birth-1961", 2)
    assert find_table(forms.edition("birth-1961"), page, [said("chemin", 30, 60), said("commune", 140, 60)]) is None


@pytest.mark.parametrize(
    ("edition_id", "like"),
    [
        ("marriage-2016", "guardianship-2016"),
        ("recognition-2006", "marriage-2006"),
        ("marital-2016", "change-2016"),
        ("birth-2006", "marriage-2006"),
        ("death-2016", "marriage-2016"),
    ],
)
def test_a_page_of_a_register_of_an_unknown_kind_is_refused(
    edition_id: str, like: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its labels are mostly those of other kinds: names, dates, dwellings."""
    words = printed(edition_id)
    page = PreparedPage(
        np.zeros((2339, 1654, 3), np.uint8), np.zeros((2339, 1654), np.uint8), Preparation((), 1654, 2339)
    )
    kind = forms.edition(edition_id).kind
    ((part,), why) = find_parts(Look(page, real_readers(), words))
    assert (part.edition, why) == (edition_id, None)
    known = tuple(e for e in forms.editions() if e.kind is not kind)
    for module in (parts, pipeline.shortlist):
        monkeypatch.setattr(module, "editions", lambda: known)
    assert coverage(forms.edition(like), find_labels(forms.edition(like), words)) > parts.MIN_COVERAGE
    none, why = find_parts(Look(page, real_readers(), words))
    assert none == []
    assert why is None or why.code in {"KIND_NOT_KNOWN", "LABELS_TOO_FEW"}


def test_words_are_told_in_the_frame_of_their_part() -> None:
    page = PreparedPage(np.zeros((400, 900, 3), np.uint8), np.zeros((400, 900), np.uint8), Preparation((), 900, 400))
    look = Look(page, real_readers(), [said("a", 10, 10), said("b", 510, 30)])
    (inside,) = look.words_in(Box(500, 20, 300, 300))
    assert inside.text == "b"
    assert inside.polygon.box() == Box(10, 10, 100, 24)


def test_the_fold_lies_in_the_gap_between_the_leaves() -> None:
    words = [said("x", x, 50.0 * k, 90) for k in range(9) for x in (100, 250, 380, 560, 700, 850)]
    assert 470 <= gap_between_leaves(words, 1000) <= 560
    assert gap_between_leaves([], 1000) == 500


@pytest.mark.parametrize(
    ("year", "chosen"), [(2018, "marriage-2016"), (2021, "marriage-2020"), (1950, "marriage-2016")]
)
def test_forms_that_print_the_same_are_told_apart_by_the_day(year: int, chosen: str) -> None:
    part = Part(Box(0, 0, 10, 10), "marriage-2016", 0.9, ("marriage-2020",))
    assert by_year(part, year).id == chosen
    assert by_year(Part(part.box, "marriage-2016", 0.9), year).id == "marriage-2016"


def read(folder: Path, **wanted: object) -> list[tuple[dict, ReadPage]]:  # type: ignore[type-arg]
    """Make a book and read its pages with entries."""
    book = make_book(folder, formats=("jpeg",), difficulty="easy", **wanted)  # type: ignore[arg-type]
    rows = [json.loads(line) for line in book.truth.read_text(encoding="utf-8").splitlines()]
    return [
        (row, read_page(Work(folder / row["file"], 1, Limits(), False, real_readers)))
        for row in rows
        if row["role"] == "entry"
    ]


def exact(row: dict, page: ReadPage) -> float:  # type: ignore[type-arg]
    """Share of fields that are read rightly."""
    pairs = [
        same(column, cell["text"], entry.fields[column].text)
        for truth, entry in zip(row["entries"], page.entries, strict=True)
        for column, cell in truth["fields"].items()
    ]
    return sum(pairs) / len(pairs)


def two_cases(lost: int) -> list[Word]:
    """The labels of two cases of 1956, one below the other; the first *lost* of the second were not read."""
    says = [label.says[0] for label in forms.edition("birth-1956").labels if label.says]
    words = []
    for case, top in enumerate((60.0, 1240.0)):
        for k, text in enumerate(says[lost * case :], start=lost * case):
            words += [said(w, 200 + 110.0 * i, top + 48 * k, 90) for i, w in enumerate(text.split())]
    return words


@pytest.mark.parametrize("read", ["SỔ KHAI SINH", "SÔ KHAL SINII"])
def test_a_second_case_begins_with_its_heading_however_it_was_read(read: str) -> None:
    grey = np.full((2340, 1654), 255, np.uint8)
    whole = PreparedPage(np.dstack([grey] * 3), grey, Preparation((), 1654, 2340))
    words = [
        replace(w, text=text) if w.polygon.box().y == 1240 else w
        for w, text in zip(two_cases(0), itertools.cycle(read.split()), strict=False)
    ]
    looker = parts._Looker(Look(whole, real_readers(), words))
    _, second = looker.split(forms.edition("birth-1956"), Box(0, 0, 1654, 2340))
    assert second.y <= 1240


@pytest.mark.parametrize("lost", [0, 3, 8])
def test_a_second_case_is_found_by_what_both_print(lost: int) -> None:
    grey = np.full((2340, 1654), 255, np.uint8)
    whole = PreparedPage(np.dstack([grey] * 3), grey, Preparation((), 1654, 2340))
    looker = parts._Looker(Look(whole, real_readers(), two_cases(lost)))
    first, second = looker.split(forms.edition("birth-1956"), Box(0, 0, 1654, 2340))
    assert first.bottom == second.y
    assert 1130 < second.y <= 1240


def test_one_case_is_not_parted() -> None:
    grey = np.full((2340, 1654), 255, np.uint8)
    whole = PreparedPage(np.dstack([grey] * 3), grey, Preparation((), 1654, 2340))
    words = [word for word in two_cases(0) if word.polygon.box().y < 1230]
    box = Box(0, 0, 1654, 2340)
    assert parts._Looker(Look(whole, real_readers(), words)).split(forms.edition("birth-1956"), box) == [box]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edition_id", "opened", "entries"),
    [("death-1961", False, 3), ("birth-1956", False, 2), ("marriage-2006", True, 2)],
)
def test_every_shape_of_book_is_read(tmp_path: Path, edition_id: str, opened: bool, entries: int) -> None:
    pages = read(tmp_path, edition_id=edition_id, cases=3, seed=3, opened=opened, hands=("patrick-hand",))
    assert max(len(page.entries) for _, page in pages) == entries
    for row, page in pages:
        assert (page.kind, page.edition) == (row["kind"], edition_id)
        assert len(page.entries) == len(row["entries"])
    assert sum(exact(row, page) for row, page in pages) > 0.6 * len(pages)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edition_id", "opened", "part"), [("guardianship-2006", True, "nửa phải"), ("birth-1956", False, "nửa dưới")]
)
def test_a_half_that_cannot_be_read_is_told_and_an_empty_one_is_not(
    tmp_path: Path, edition_id: str, opened: bool, part: str
) -> None:
    book = make_book(tmp_path, edition_id=edition_id, cases=3, seed=11, opened=opened, formats=("jpeg",))
    truths = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text("utf-8").splitlines()]
    (full,) = (tmp_path / row["file"] for row in truths if len(row["entries"]) == 2)
    half_empty = next(tmp_path / row["file"] for row in truths if len(row["entries"]) == 1)
    image = cv2.imread(str(full))
    assert image is not None
    high, wide = image.shape[:2]
    half = np.s_[:, wide // 2 + 60 :] if opened else np.s_[high // 2 + 40 :, :]
    image[half] = cv2.GaussianBlur(image[half], (0, 0), 7)
    cv2.imwrite(str(full), image)
    told = {}
    for file in (full, half_empty):
        work = Work(file, 1, Limits(), False, real_readers)
        said = do_classify(work, *do_prepare(work))
        told[file] = (len(said["parts"]) >= 1, said["reason"], said["facts"].get("part"))
    assert told[full] == (True, "PART_UNREAD", part)
    assert told[half_empty] == (True, None, None)
    assert book.images


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("SỔ ĐĂNG KÝ THAY ĐỔI, CẢI CHÍNH HỘ TỊCH", True),
        ("SỐ ĐĂNG KÝ THAy ***', CẢI CHÍNH HỘ TỊCH", True),  # under a seal
        ("SỔ ĐĂNG KÝ HỘ TỊCH", False),
        ("Sổ đăng ký, cải chính hộ tịch", False),  # words of a text, and not a heading's
        ("SỔ ĐĂNG KÝ NHẬN CHA, MẸ, CON", False),
    ],
)
def test_a_long_heading_tells_its_kind_though_a_seal_hides_a_word(text: str, *, known: bool) -> None:
    words = [said(word, 60.0 * k, 40) for k, word in enumerate(text.split())]
    assert (own_marks(forms.edition("change-2006"), {}, words) >= OWN_MARKS) is known


@pytest.mark.parametrize(
    ("marriage", "birth", "likeliest"),
    [
        ((0.512, 0.0), (0.508, 1.0), "birth-2016"),  # the heading is read, many labels are lost
        ((0.512, 0.0), (0.300, 1.0), "marriage-2006"),
        ((0.512, 0.7), (0.508, 1.0), "marriage-2006"),
        ((0.512, 0.0), (0.508, 0.5), "marriage-2006"),
    ],
)
def test_of_two_forms_that_fit_alike_the_one_whose_kind_the_page_tells_is_taken(
    marriage: tuple[float, float], birth: tuple[float, float], likeliest: str
) -> None:
    fits = [
        _Fit(forms.edition(name), coverage, 20, headed=True, marks=marks)
        for name, (coverage, marks) in (("marriage-2006", marriage), ("birth-2016", birth))
    ]
    assert _likeliest(fits).edition.id == likeliest


@pytest.mark.parametrize(("missed", "likeliest"), [(3, "birth-2016"), (0, "learnt")])
def test_a_form_learnt_without_some_labels_gives_way_to_the_one_that_has_them(missed: int, likeliest: str) -> None:
    whole = forms.edition("birth-2016")
    learnt = replace(whole, id="learnt", labels=whole.labels[: len(whole.labels) - missed])
    count = len(whole.labels)
    fits = [
        _Fit(learnt, 0.97, count - missed - 1, headed=True),
        _Fit(whole, 0.97 if not missed else 0.95, count - 1, headed=True),
    ]
    assert _likeliest(fits).edition.id == likeliest


@pytest.mark.parametrize(
    ("kind", "read", "known"),
    [
        ("death-1961", {"nktNoiChet": 1.0, "nktNguyenNhanChet": 0.95, "nktHoTen": 0.9}, True),
        (
            "death-1961",
            {"so": 1.0, "ngayDangKy": 1.0, "nycHoTen": 0.9, "nktNoiCuTru": 0.72},
            False,
        ),  # a book of marriages
        ("marriage-1961", {"voHoTen": 1.0, "voNoiCuTru": 1.0, "chongHoTen": 0.85}, True),
        ("marriage-1961", {"so": 1.0, "chongHoTen": 0.75, "voHoTen": 0.7, "voNgaySinh": 1.0}, False),  # parents' names
    ],
)
def test_a_table_is_of_a_kind_whose_own_heads_were_read(kind: str, read: dict[str, float], known: bool) -> None:
    edition = forms.edition(kind)
    columns = [str(label.column) for label in edition.labels if label.column]
    table = Table(edition, {}, (), 0.5, frozenset(Leaf), dict.fromkeys(columns, 0.0) | read)
    fit = _Fit(edition, 0.5, 12, headed=False, marks=own_heads(table))
    assert fit.good
    assert fit.of_its_kind is known
    assert own_heads(replace(table, likeness={"so": 1.0})) == 1.0  # a leaf without any tells nothing

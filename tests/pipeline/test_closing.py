"""What a closing page states: found by its wordings, read, and led back to the scan."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pipeline import Limits, MakeReaders
from pipeline.closing import number_of, states_totals
from pipeline.page_work import DonePage, Work, do_classify, do_page, do_prepare, do_read
from pipeline.values import BLANK_VALUE, ReadValue
from records.books import Stated
from records.closing import Figure
from records.codes import PageRole, Presence
from records.geometry import Box
from records.readings import Alternative, EngineIdentity, Reading, Word
from samples import HELD_OUT, make_book
from tests.pipeline.conftest import Desk
from tests.pipeline.stubs import real_readers
from wiring.bookkeeping import Bookkeeping

ENGINE = EngineIdentity("test", "1", "0" * 64)


def read(text: str, sure: float, *others: tuple[str, float]) -> ReadValue:
    reading = Reading(text, sure, ENGINE, tuple(Alternative(*other) for other in others))
    return ReadValue(Presence.WRITTEN, text, text, reading)


def words(*lines: str) -> list[Word]:
    out = []
    for row, line in enumerate(lines):
        x = 100.0
        for text in line.split():
            out.append(Word(text, Box(x, 100.0 + 90 * row, 16.0 * len(text), 30).polygon(), 0.95, row))
            x += 16.0 * len(text) + 14
    return out


@pytest.mark.parametrize(
    ("value", "number", "sure"),
    [
        (read("024", 0.9), 24, 0.9),
        (read("24.", 0.9), 24, 0.9),
        (read("24", 0.6, ("024", 0.3), ("29", 0.05)), 24, 0.9),
        (read("15b", 0.6, ("156", 0.3)), 156, 0.3),
        (read("đã ghi 55", 0.7), 55, 0.7),
        (read("172 đến số 461", 0.9), None, 0.0),
        (read("15/2018", 0.9), None, 0.0),
        (read("00", 0.9), None, 0.0),
        (read("Lan", 0.9), None, 0.0),
        (BLANK_VALUE, None, 0.0),
    ],
)
def test_a_total_is_figures_alone(value: ReadValue, number: int | None, sure: float) -> None:
    found, confidence = number_of(value)
    assert found == number and confidence == pytest.approx(sure)


def test_totals_are_known_by_their_wording() -> None:
    assert states_totals(words("Tổng số trang đã ghi: 12", "Tổng số trường hợp đã đăng ký: 24"))
    assert states_totals(words("Sổ này có 12 trang, đã ghi 24 việc,", "từ số 1 đến số 24"))
    assert not states_totals(words("Số: 12", "Họ, chữ đệm, tên: Nguyễn Văn An", "Trang số 3", "Quyển số 01"))
    assert not states_totals(words("Tổng số trang đã ghi: 12"))
    assert not states_totals([])


def closing_page(folder: Path, edition: str, seed: int, **more: Any) -> tuple[Path, dict[str, Any]]:
    book = make_book(folder, edition_id=edition, seed=seed, formats=("jpeg",), hands=HELD_OUT, **more)
    rows = [json.loads(line) for line in book.truth.read_text(encoding="utf-8").splitlines()]
    (row,) = [row for row in rows if "closing" in row]
    return book.folder / row["file"], row["closing"]


def work(path: Path) -> Work:
    return Work(path, 1, Limits(), False, real_readers)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edition", "seed", "stated"),
    [
        ("birth-1956", 8, ["first", "last", "events", "pages"]),
        ("death-1961", 6, ["first", "last", "events", "pages"]),
        ("marriage-1998", 7, ["first", "last", "events", "pages"]),
        ("recognition-2006", 8, ["first", "last", "events", "pages"]),
        ("birth-2016", 9, ["events", "pages"]),
        ("marital-2020", 10, ["events", "pages"]),
    ],
)
def test_the_totals_of_sample_books_are_read(tmp_path: Path, edition: str, seed: int, stated: list[str]) -> None:
    path, truth = closing_page(tmp_path, edition, seed, cases=2)
    done = do_page(work(path))
    assert done.later["classify"]["role"] == PageRole.CLOSING
    payload = done.later["read"]
    assert payload["entries"] == []
    figures = payload["closing"]["figures"]
    assert [one["figure"] for one in figures] == stated
    right = [one for one in figures if one["number"] == truth[one["figure"]]]
    assert len(right) >= len(figures) - 1, figures
    image = cv2.imread(str(path))
    assert image is not None
    height, width = image.shape[:2]
    for one in figures:
        x, y = np.array(one["outline"]).T
        assert 0 <= x.min() < x.max() <= width and 0 <= y.min() < y.max() <= height
        assert 0.2 * height < y.mean() < 0.5 * height


@pytest.mark.slow
def test_stage_by_stage_comes_to_the_same(tmp_path: Path) -> None:
    path, _ = closing_page(tmp_path, "birth-2006", 12, cases=1)
    prepared, jpeg = do_prepare(work(path))
    said = do_classify(work(path), prepared, jpeg)
    alone = do_read(work(path), prepared, jpeg, said["parts"], closing=said["closing"])
    whole = do_page(work(path)).later["read"]
    assert alone["closing"] == whole["closing"] and alone["closing"]["figures"]


@pytest.mark.slow
def test_a_closing_page_that_nobody_filled_in_suggests_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samples.front.write_all", lambda *_: [])
    path, _ = closing_page(tmp_path, "birth-2006", 13, cases=1)
    done = do_page(work(path))
    assert done.later["classify"]["role"] == PageRole.CLOSING
    figures = done.later["read"]["closing"]["figures"]
    assert figures and {one["presence"] for one in figures} == {Presence.BLANK}
    assert {one["number"] for one in figures} == {None}


@pytest.mark.slow
def test_totals_beside_a_table_of_names_in_one_picture_are_read(tmp_path: Path) -> None:
    book = make_book(
        tmp_path, edition_id="birth-2006", cases=2, seed=53, opened=True, formats=("jpeg",), hands=HELD_OUT
    )
    done = do_page(work(book.images[-1]))
    assert done.later["classify"]["role"] == PageRole.INDEX
    figures = {one["figure"]: one for one in done.later["read"]["closing"]["figures"]}
    assert {name: one["number"] for name, one in figures.items()} == {
        "first": 197,
        "last": 198,
        "events": 2,
        "pages": 2,
    }
    assert min(x for one in figures.values() for x, _ in one["outline"]) > done.prepared["width"] / 2


def only_prepared(work: Work) -> DonePage:
    """What a worker leaves where a later stage went wrong."""
    return replace(do_page(work), later={})


@pytest.mark.slow
def test_a_delivery_keeps_the_totals_for_its_book(
    open_desk: Callable[[MakeReaders], Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, truth = closing_page(tmp_path / "book", "birth-2016", 15, cases=1)
    (tmp_path / "delivery").mkdir()
    (tmp_path / "delivery" / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("pipeline.digitise.do_page", only_prepared)
    desk = open_desk(real_readers)
    report = desk.take(tmp_path / "delivery")
    assert (report.pages, report.done, report.entries) == (1, 1, 0)
    account = Bookkeeping(desk.register).account(report.delivery)
    (told,) = account.closing
    assert {one.figure: one.suggested for one in told.figures} == {
        Figure.EVENTS: truth["events"],
        Figure.PAGES: truth["pages"],
    }
    assert account.standing.stated == Stated()
    again = desk.take(tmp_path / "delivery")
    assert again.delivery == report.delivery and again.done == 1


@pytest.mark.slow
def test_other_pages_state_no_totals(tmp_path: Path) -> None:
    book = make_book(tmp_path, cases=1, seed=14, difficulty="easy", formats=("jpeg",), hands=HELD_OUT)
    for path in book.images[:-1]:
        later = do_page(work(path)).later
        assert not later["classify"]["closing"]
        assert "closing" not in later.get("read", {})

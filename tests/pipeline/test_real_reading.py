"""The whole road with the product's own readers: a small synthetic book, wrong pages, and real scans."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from forms import folded
from pipeline import Limits, MakeReaders, Pictures, evaluate_delivery
from pipeline.page_work import Work, do_classify, do_page, do_prepare, do_read
from pipeline.scoring import same
from records.codes import DeliveryKind, PageRole, PageStatus, Presence, RegisterKind
from records.entries import Book
from records.geometry import Box, Transform
from records.pages import Digest
from records.progress import SilentProgress
from samples import BookSample, make_book
from tests.pipeline.conftest import Desk
from tests.pipeline.stubs import real_readers

pytestmark = pytest.mark.slow

OpenDesk = Callable[[MakeReaders], Desk]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> BookSample:
    return make_book(tmp_path_factory.mktemp("book"), cases=1, seed=5, difficulty="easy", formats=("jpeg",))


def row_of(book: BookSample, role: str) -> tuple[Path, dict[str, Any]]:
    rows = [json.loads(line) for line in book.truth.read_text(encoding="utf-8").splitlines()]
    row = next(r for r in rows if r["role"] == role)
    return book.folder / row["file"], row


def put(folder: Path, name: str, image: np.ndarray) -> None:
    folder.mkdir(exist_ok=True)
    cv2.imwrite(str(folder / name), image)


def without_seconds(payload: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key != "seconds"}


def test_stages_one_by_one_come_to_the_same_as_all_at_once(book: BookSample) -> None:
    path, _ = row_of(book, "entry")
    work = Work(path, 1, Limits(), False, real_readers)
    prepared, jpeg = do_prepare(work)
    said = do_classify(work, prepared, jpeg)
    read = do_read(work, prepared, jpeg, said["parts"])
    done = do_page(work)
    assert done.jpeg == jpeg
    assert read["entries"]
    for one, other in ((done.prepared, prepared), (done.later["classify"], said), (done.later["read"], read)):
        assert without_seconds(one) == without_seconds(other)


def test_a_page_under_two_names_is_told_under_the_second(open_desk: OpenDesk, book: BookSample, tmp_path: Path) -> None:
    path, _ = row_of(book, "entry")
    folder = tmp_path / "delivery"
    folder.mkdir()
    for name in ("p1.jpg", "p2.jpg"):
        (folder / name).write_bytes(path.read_bytes())
    report = open_desk(real_readers).take(folder)
    assert [(notice.file, notice.code) for notice in report.notices] == [("p2.jpg", "PAGE_SEEN_BEFORE")]
    assert "p1.jpg" in report.notices[0].message


def test_a_page_of_a_book_becomes_one_entry(open_desk: OpenDesk, book: BookSample, tmp_path: Path) -> None:
    path, row = row_of(book, "entry")
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / path.name).write_bytes(path.read_bytes())
    (folder / "truth.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    desk = open_desk(real_readers)
    report = desk.take(folder)
    assert (report.pages, report.done, report.entries) == (1, 1, 1)
    assert (report.notices, dict(report.editions)) == ((), {"birth-2016": 1})

    (page,) = desk.register.delivered_pages(report.delivery)
    assert (page.role, page.kind, page.edition) == (PageRole.ENTRY, RegisterKind.BIRTH, "birth-2016")
    (entry,) = desk.register.entries(delivery=report.delivery)
    assert len(entry.fields) == len({f.column for f in entry.fields})
    for field in entry.fields:
        assert field.presence is Presence.WRITTEN or not field.text
        if field.presence is Presence.WRITTEN:
            assert field.reading is not None
            assert field.evidence is not None
            box = field.evidence.polygon.box()
            assert -5 <= box.x < box.right <= page.page.width + 5
            assert -5 <= box.y < box.bottom <= page.page.height + 5

    # evidence leads back to where the truth says that the value stands
    boxes = row["entries"][0]["fields"]
    hits = 0
    for column in ("nksHoTen", "nksNgaySinh", "meHoTen", "chaHoTen", "nksNoiSinh"):
        found = entry.field(column)
        x, y, w, h = boxes[column]["box"]
        if found is not None and found.evidence is not None:
            box = found.evidence.polygon.box()
            middle = (box.x + box.w / 2, box.y + box.h / 2)
            hits += x - 20 <= middle[0] <= x + w + 20 and y - 20 <= middle[1] <= y + h + 20
    assert hits >= 4

    pictures = Pictures(desk.archive, desk.register)
    name = entry.field("nksHoTen")
    assert name is not None
    assert name.evidence is not None
    crop = cv2.imdecode(np.frombuffer(pictures.crop(page.page.id, name.evidence.polygon), np.uint8), cv2.IMREAD_COLOR)
    assert crop is not None
    assert crop.shape[0] == 72
    assert crop.min() < 150 < crop.max()
    whole = pictures.page(page.page.id, 500, name.evidence.polygon)
    assert max(cv2.imdecode(np.frombuffer(whole, np.uint8), cv2.IMREAD_COLOR).shape) == 500  # type: ignore[union-attr]

    scores = evaluate_delivery(desk.register, report.delivery, folder)
    assert (scores.n_pages, scores.n_entries, scores.entries_lost) == (1, 1, 0)
    assert scores.exact > 0.2

    # the same page in another delivery: one entry, and the second delivery is told
    again = tmp_path / "again"
    again.mkdir()
    (again / "x.jpg").write_bytes(path.read_bytes())
    second = desk.take(again)
    assert (second.done, second.entries) == (1, 1)
    assert [n.code for n in second.notices] == ["PAGE_SEEN_BEFORE"]
    assert path.name in second.notices[0].message
    assert [e.id for e in desk.register.entries()] == [entry.id]
    assert desk.register.entry(entry.id) == entry


def test_a_blank_page_is_told_and_a_double_page_holds_two_entries(
    open_desk: OpenDesk, book: BookSample, tmp_path: Path
) -> None:
    page = cv2.imread(str(row_of(book, "entry")[0]))
    blank = cv2.imread(str(row_of(book, "blank")[0]))
    assert page is not None
    assert blank is not None
    folder = tmp_path / "delivery"
    put(folder, "blank.png", blank)
    put(folder, "two.jpg", np.hstack([page, page]))
    desk = open_desk(real_readers)
    report = desk.take(folder)
    assert {w.file: w.code for w in report.listed} == {"blank.png": "PAGE_BLANK"}
    left, right = sorted(desk.register.entries(), key=lambda e: e.field("nksHoTen").evidence.polygon.box().x)  # type: ignore[union-attr]
    assert left.id != right.id
    assert left.text("so") == right.text("so") != ""


@pytest.mark.parametrize(
    ("turns", "degrees"),
    [
        (1, "90"),
        (2, "180"),
        (3, "270"),
    ],
)
def test_a_page_on_its_head_or_side_is_turned_and_told(
    open_desk: OpenDesk, book: BookSample, tmp_path: Path, turns: int, degrees: str
) -> None:
    path, row = row_of(book, "entry")
    page = cv2.imread(str(path))
    assert page is not None
    folder = tmp_path / "delivery"
    put(folder, "turned.jpg", np.rot90(page, -turns))
    desk = open_desk(real_readers)
    report = desk.take(folder)
    assert (report.done, report.entries) == (1, 1)
    assert [n.code for n in report.notices] == ["PAGE_TURNED"]
    assert f" {degrees} " in report.notices[0].message
    # evidence stands in the pixels of the master as it was delivered
    (entry,) = desk.register.entries()
    name = entry.field("nksHoTen")
    assert name is not None
    assert name.evidence is not None
    x, y, w, h = row["entries"][0]["fields"]["nksHoTen"]["box"]
    moved = Transform.quarter_turns(turns, page.shape[1], page.shape[0]).polygon(Box(x, y, w, h).polygon()).box()
    box = name.evidence.polygon.box()
    assert box.overlap(moved) > 0.3 * box.area


def test_double_pages_of_foreign_registers_wait_for_a_person(open_desk: OpenDesk, shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    lyon, paris = (
        shared / name / "dev" for name in ("register-lyon-births-1903-1912", "register-paris-separations-1890s")
    )
    scans = [*sorted(lyon.glob("*.jpg"))[:2], *sorted(paris.glob("*.jpg"))[:1]]
    for scan in scans:
        (folder / scan.name).write_bytes(scan.read_bytes())
    desk = open_desk(real_readers)
    report = desk.take(folder)
    assert (report.pages, report.done, report.waiting, report.failed, report.entries) == (3, 0, 3, (), 0)
    assert {w.code for w in report.listed} == {"EDITION_UNKNOWN"}
    assert desk.register.entries() == []
    for row in report.listed:
        assert desk.archive.get(Digest(row.digest)) == (folder / row.file).read_bytes()
    for page in desk.register.delivered_pages(report.delivery):
        assert page.status is PageStatus.WAITING
        assert page.edition is None


def test_an_official_paper_is_read_for_its_text(open_desk: OpenDesk, shared: Path) -> None:
    path = shared / "vn-admin-pages" / "dev" / "bacninh2021_scan_stamp.png"
    expected = set(folded(path.with_name("bacninh2021_scan_stamp.gt.txt").read_text(encoding="utf-8")).split())
    desk = open_desk(real_readers)
    report = desk.take(path, DeliveryKind.DOSSIER)
    assert (report.pages, report.done, report.waiting, report.failed, report.entries) == (1, 1, 0, (), 0)
    assert [n.code for n in report.notices] == ["PAPER_KIND_UNKNOWN"]
    (page,) = desk.register.delivered_pages(report.delivery)
    assert page.kind is RegisterKind.OTHER
    (paper,) = desk.digitiser.papers([report.delivery])
    read = set(folded(paper.text).split())
    assert len(expected & read) > 0.7 * len(expected)


def test_a_table_scanned_leaf_by_leaf_becomes_whole_entries(open_desk: OpenDesk, tmp_path: Path) -> None:
    made = make_book(
        tmp_path / "book", edition_id="death-1961", cases=2, seed=3, difficulty="easy", apart=True, formats=("jpeg",)
    )
    rows = [json.loads(line) for line in made.truth.read_text(encoding="utf-8").splitlines()]
    left, right = (row for row in rows if row["role"] == "entry")
    assert (left["leaf"], right["leaf"]) == ("left", "right")
    folder = tmp_path / "delivery"
    folder.mkdir()
    for number, row in enumerate((left, right)):
        (folder / f"{number}.jpg").write_bytes((made.folder / row["file"]).read_bytes())
    desk = open_desk(real_readers)
    report = desk.take(folder)
    assert (report.done, report.entries, report.waiting) == (2, 2, 0)
    entries = sorted(desk.register.entries(), key=lambda e: e.value("so"))
    for number, entry in enumerate(entries):
        assert len(entry.pages) == 2
        for row in (left, right):
            told = row["entries"][number]["fields"]
            assert sum(same(c, cell["text"], entry.text(c)) for c, cell in told.items()) > 0.6 * len(told)

    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "x.png").write_bytes(cv2.imencode(".png", cv2.imread(str(folder / "1.jpg")))[1].tobytes())  # type: ignore[arg-type]
    second = desk.take(alone)
    assert [row.code for row in second.listed] == ["LEAF_ALONE"]
    assert len(desk.register.entries()) == 2


def test_leaves_delivered_on_two_days_become_whole_entries_of_their_book(open_desk: OpenDesk, tmp_path: Path) -> None:
    made = make_book(
        tmp_path / "book", edition_id="death-1961", cases=2, seed=3, difficulty="easy", apart=True, formats=("jpeg",)
    )
    rows = [json.loads(line) for line in made.truth.read_text(encoding="utf-8").splitlines()]
    desk = open_desk(real_readers)
    days = []
    for number, row in enumerate(row for row in rows if row["role"] == "entry"):
        folder = tmp_path / f"day{number}"
        folder.mkdir()
        (folder / "x.jpg").write_bytes((made.folder / row["file"]).read_bytes())
        days.append(desk.take(folder))
    left, right = days
    assert [row.code for row in left.notices] == [row.code for row in right.listed] == ["LEAF_ALONE"]
    halves = desk.register.entries()
    assert desk.digitiser.settle_book(right.delivery) == []
    desk.register.add_book(Book("so-1", "", RegisterKind.DEATH, 1961, ""))
    for day in days:
        desk.register.bind_delivery(day.delivery, "so-1")
    assert desk.digitiser.settle_book(right.delivery) == [left.delivery]
    entries = desk.register.entries()
    assert [entry.id for entry in entries] == [entry.id for entry in halves]
    assert [len(entry.pages) for entry in entries] == [2, 2]
    assert [desk.settled(day.delivery).waiting for day in days] == [0, 0]

    # read anew by other code: they stay joined, whichever comes first
    for day in reversed(days):
        (page,) = desk.register.delivered_pages(day.delivery)
        desk.register.settle_page(replace(page, status=PageStatus.RECEIVED, problem=None))
        desk.digitiser.run(day.delivery, SilentProgress())
        assert [row.code for row in desk.settled(day.delivery).notices] == ["LEAVES_MET"]
    assert desk.register.entries() == entries


def test_leaves_that_did_not_find_one_another_are_whole_when_handed_in_together(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    made = make_book(
        tmp_path / "book", edition_id="death-1961", cases=2, seed=3, difficulty="easy", apart=True, formats=("jpeg",)
    )
    rows = [json.loads(line) for line in made.truth.read_text(encoding="utf-8").splitlines()]
    files = [made.folder / row["file"] for row in rows if row["role"] == "entry"]
    desk = open_desk(real_readers)
    alone = []
    for number, file in enumerate(files):
        folder = tmp_path / f"day{number}"
        folder.mkdir()
        (folder / "x.jpg").write_bytes(file.read_bytes())
        alone.append(desk.take(folder).delivery)
    both = tmp_path / "both"
    both.mkdir()
    for number, file in enumerate(files):
        (both / f"{number}.jpg").write_bytes(file.read_bytes())
    delivery = desk.digitiser.intake(both, DeliveryKind.BOOK, SilentProgress())
    desk.digitiser.run(delivery.id, SilentProgress(), batch=1)  # each leaf is drafted before the next one is read
    report = desk.settled(delivery.id)
    assert (report.done, report.waiting) == (2, 0)
    assert {row.code for row in report.notices} <= {"PAGE_SEEN_BEFORE"}
    assert [len(entry.pages) for entry in desk.register.entries()] == [2, 2]
    assert [page.problem for day in alone for page in desk.register.delivered_pages(day)] == [None, None]

"""The scanner's folder: what is judged when, what replaces what, and what a later delivery makes of it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from archive import FolderArchive
from pipeline.decode import Limits
from pipeline.scan_log import ScanLog
from pipeline.watch import QUIET_SECONDS, Seen, Watch
from records.codes import EntryState, PageStatus, RegisterKind
from records.entries import Book
from records.errors import IntegrityError, WrongUse
from records.pages import Digest
from records.ports import Image
from samples import HELD_OUT, make_book
from samples.faults import scanned_again, spoil
from tests.pipeline.conftest import Desk
from tests.pipeline.hostile import saved, text_page
from tests.register.shelving import drafted


class Glass:
    """A scanner's folder, the watch over it, and a clock that is moved by hand."""

    def __init__(self, root: Path) -> None:
        self.folder, self.home, self.now = root / "glass", root / "home", 100.0
        self.folder.mkdir(exist_ok=True)
        self.archive = FolderArchive(root / "archive", keep_free=0)
        self.open()

    def open(self) -> None:
        """As after a restart."""
        self.log = ScanLog(self.home, self.folder)
        self.watch = Watch(self.folder, self.log, self.archive, Limits(), lambda: self.now)

    def put(self, name: str, image: Image | bytes) -> None:
        data = image if isinstance(image, bytes) else cv2.imencode(".jpg", image)[1].tobytes()
        (self.folder / name).write_bytes(data)

    def rest(self) -> list[Seen]:
        """Look, let all files rest, look again."""
        seen = list(self.watch.look())
        self.now += QUIET_SECONDS
        return [*seen, *self.watch.look()]


@pytest.fixture
def glass(tmp_path: Path) -> Glass:
    return Glass(tmp_path)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Image]:
    book = make_book(
        tmp_path_factory.mktemp("stack"), cases=2, seed=43, difficulty="easy", formats=("jpeg",), setting="cells",
        hands=HELD_OUT[:1],
    )  # fmt: skip
    return [cv2.imread(str(file)) for file in book.images[2:4]]  # type: ignore[misc]


SMALL = saved(text_page(), "JPEG")
OTHER = saved(text_page(610, 800), "JPEG")


def test_a_file_that_still_grows_is_not_judged(glass: Glass) -> None:
    for part in (1000, 5000, 20_000):
        glass.put("a.jpg", SMALL[:part])
        assert list(glass.watch.look()) == []
        glass.now += QUIET_SECONDS + 1  # long between looks, but another size each time
    glass.put("a.jpg", SMALL)
    assert list(glass.watch.look()) == []
    glass.now += QUIET_SECONDS / 2
    assert list(glass.watch.look()) == []
    assert glass.watch.unsettled
    glass.now += QUIET_SECONDS / 2
    assert [seen.page.file for seen in glass.watch.look()] == ["a.jpg"]
    assert not glass.watch.unsettled


def test_a_file_that_changes_while_it_is_read_waits(glass: Glass, monkeypatch: pytest.MonkeyPatch) -> None:
    glass.put("a.jpg", SMALL)
    whole = Path.read_bytes

    def torn(path: Path) -> bytes:
        data = whole(path)
        if path.name == "a.jpg":
            path.write_bytes(data + b"more")
        return data

    monkeypatch.setattr(Path, "read_bytes", torn)
    assert glass.rest() == []
    assert glass.log.pages == ()


def test_what_is_unfinished_hidden_a_link_or_a_table_is_left_alone(glass: Glass, tmp_path: Path) -> None:
    for name in ("a.jpg.part", ".hidden.jpg", "b.tmp", "c.jpg~", "notes.txt"):
        glass.put(name, b"half" if name != "notes.txt" else b"words")
    (tmp_path / "elsewhere.jpg").write_bytes(SMALL)
    (glass.folder / "link.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    assert glass.rest() == []
    assert not glass.watch.unsettled


def test_nothing_is_written_into_the_scanners_folder(glass: Glass) -> None:
    glass.put("a.jpg", SMALL)
    before = sorted(p.name for p in glass.folder.rglob("*"))
    assert glass.rest()
    assert sorted(p.name for p in glass.folder.rglob("*")) == before
    assert (glass.log.folder / "pages.json").is_file()


def test_the_same_name_anew_replaces_the_bad_page_and_the_bad_one_is_kept(glass: Glass) -> None:
    glass.put("a.jpg", b"")
    (bad,) = glass.rest()
    assert not bad.page.ok
    glass.put("a.jpg", SMALL)
    (good,) = glass.rest()
    assert good.replaces == (bad.page.key,)
    assert glass.log.replaced() == {bad.page.key: good.page.key}
    assert [page.key for page in glass.log.standing()] == [good.page.key]
    assert glass.archive.get(bad.page.digest) == b""
    assert glass.archive.get(good.page.digest) == SMALL


def test_watching_again_judges_nothing_twice(glass: Glass) -> None:
    glass.put("a.jpg", SMALL)
    glass.put("b.jpg", OTHER)
    assert len(glass.rest()) == 2
    kept = (glass.log.folder / "pages.json").read_bytes()
    glass.open()
    assert glass.rest() == []
    (glass.folder / "a.jpg").touch()
    assert glass.rest() == []
    assert (glass.log.folder / "pages.json").read_bytes() == kept


def test_pages_of_a_file_are_judged_one_by_one_and_a_half_judged_file_again(glass: Glass) -> None:
    first, second = text_page(), text_page(620, 800)
    glass.put("two.tif", saved(first, "TIFF", save_all=True, append_images=[second]))
    glass.watch.look()
    list(glass.watch.look())
    glass.now += QUIET_SECONDS
    looked = glass.watch.look()
    assert next(looked).page.page == 1
    looked.close()  # type: ignore[attr-defined]  # as when the process ends here
    glass.open()
    assert [seen.page.page for seen in glass.rest()] == [1, 2]
    assert [(page.name, page.of) for page in glass.log.pages] == [("two.tif (1)", 2), ("two.tif (2)", 2)]


def test_a_log_half_written_leaves_the_last_whole_one(glass: Glass, monkeypatch: pytest.MonkeyPatch) -> None:
    glass.put("a.jpg", SMALL)
    glass.rest()
    glass.put("b.jpg", OTHER)
    replace = Path.replace

    def dies(path: Path, target: Path) -> Path:
        if target.name == "pages.json":
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        glass.rest()
    monkeypatch.undo()
    glass.open()
    assert [page.file for page in glass.log.pages] == ["a.jpg"]
    assert [seen.page.file for seen in glass.rest()] == ["b.jpg"]


@pytest.mark.slow
def test_a_watch_that_is_killed_goes_on_where_it_was(glass: Glass, tmp_path: Path) -> None:
    for n in range(4):
        glass.put(f"{n}.jpg", saved(text_page(600 + n, 800), "JPEG"))
    script = (
        "import itertools, os, signal, sys\n"
        "from tests.pipeline.test_watch import Glass\n"
        "from pathlib import Path\n"
        "glass = Glass(Path(sys.argv[1]))\n"
        "list(glass.watch.look()); glass.now += 9\n"
        "list(itertools.islice(glass.watch.look(), 2)); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=root, check=False)
    assert done.returncode == -9
    glass.open()
    assert len(glass.log.pages) == 2
    assert len(glass.rest()) == 2
    assert sorted(page.file for page in glass.log.pages) == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]


def test_a_damaged_log_is_told_and_a_folder_is_watched_once(glass: Glass) -> None:
    with glass.log.held(), pytest.raises(WrongUse, match="watched"), ScanLog(glass.home, glass.folder).held():
        pass
    glass.put("a.jpg", SMALL)
    glass.rest()
    (glass.log.folder / "pages.json").write_text('{"layout": 1', encoding="utf-8")
    with pytest.raises(IntegrityError):
        glass.open()
    with pytest.raises(WrongUse):
        Watch(glass.folder / "none", glass.log, glass.archive, Limits(), lambda: 0.0)


def test_a_long_chain_of_replacements_leads_to_the_page_that_stands(glass: Glass) -> None:
    for data in (b"", b"1", b"12", SMALL):
        glass.put("a.jpg", data)
        glass.rest()
    stands = glass.log.standing()
    assert len(stands) == 1
    assert set(glass.log.replaced().values()) == {stands[0].key}
    told = json.loads((glass.log.folder / "pages.json").read_text(encoding="utf-8"))
    assert len(told["pages"]) == 4


@pytest.mark.slow
def test_a_rescan_under_another_name_takes_the_place_of_its_bad_page(glass: Glass, pages: list[Image]) -> None:
    glass.put("1.jpg", spoil(pages[0], "finger", 0.5, seed=1))
    glass.put("2.jpg", pages[1])
    glass.put("3.jpg", scanned_again(pages[0], 1))
    one, two, three = glass.rest()
    assert [seen.page.ok for seen in (one, two, three)] == [False, True, True]
    assert three.replaces == (one.page.key,)
    glass.put("4.jpg", spoil(scanned_again(pages[1], 2), "glare", 0.5, seed=2))
    (four,) = glass.rest()
    assert glass.log.replaced() == {one.page.key: three.page.key, four.page.key: two.page.key}


@pytest.mark.slow
def test_two_good_pictures_of_a_sheet_both_stay_and_a_person_is_told(glass: Glass, pages: list[Image]) -> None:
    glass.put("1.jpg", pages[0])
    glass.put("2.jpg", scanned_again(pages[0], 1))
    _, again = glass.rest()
    assert [fault.code for fault in again.verdict.faults] == ["SCAN_TWICE"]
    assert glass.log.replaced() == {}


@pytest.mark.slow
def test_a_delivery_makes_no_entry_of_a_replaced_page(
    open_desk: Callable[..., Desk], tmp_path: Path, pages: list[Image]
) -> None:
    from tests.pipeline.stubs import readers

    glass = Glass(tmp_path)
    glass.put("1.jpg", spoil(pages[0], "finger", 0.5, seed=1))
    glass.put("2.jpg", pages[1])
    glass.put("3.jpg", scanned_again(pages[0], 1))
    glass.rest()
    desk = open_desk(readers, replaced=lambda path: ScanLog(glass.home, path).replaced())
    report = desk.take(glass.folder)
    (told,) = [row for row in report.notices if row.code == "PAGE_REPLACED"]
    assert told.file == "1.jpg"
    assert "3.jpg" in told.message
    replaced = next(p for p in desk.register.delivered_pages(report.delivery) if p.file == "1.jpg")
    assert replaced.status is PageStatus.DONE
    assert replaced.edition is None
    assert not [e for e in desk.register.entries() if replaced.page.id in e.pages]
    assert desk.archive.has(Digest(told.digest))
    assert [r.code for r in desk.take(glass.folder).notices].count("PAGE_REPLACED") == 1

    (glass.folder / "3.jpg").unlink()  # the good one taken away: a bad picture is better than none
    again = desk.take(glass.folder)
    assert not [row for row in again.notices if row.code == "PAGE_REPLACED"]


@pytest.mark.slow
def test_a_rescan_that_came_after_the_bad_page_was_delivered_takes_its_place(
    open_desk: Callable[..., Desk], tmp_path: Path, pages: list[Image]
) -> None:
    from tests.pipeline.stubs import readers

    glass = Glass(tmp_path)
    glass.put("1.jpg", spoil(pages[0], "finger", 0.5, seed=1))
    glass.put("2.jpg", pages[1])
    glass.rest()
    desk = open_desk(readers, replaced=lambda path: ScanLog(glass.home, path).replaced())
    first = desk.take(glass.folder).delivery
    page = next(p.page for p in desk.register.delivered_pages(first) if p.file == "1.jpg")
    bad = page.id
    desk.register.draft([drafted(page, "1", first, nksHoTen="Lan")])
    book = desk.register.add_book(Book("b", "", RegisterKind.BIRTH, 2017, ""), agent="dao")
    desk.register.bind_delivery(first, book.id)

    glass.put("3.jpg", scanned_again(pages[0], 1))
    glass.rest()
    second = desk.take(glass.folder).delivery
    assert second != first
    desk.register.bind_delivery(second, book.id)
    assert desk.digitiser.settle_book(second) == [first]
    assert not [e for e in desk.register.entries(state=EntryState.DRAFT) if bad in e.pages]
    there = {p.file: p for p in desk.register.delivered_pages(first)}
    assert there["1.jpg"].problem is not None
    assert there["1.jpg"].problem.code == "PAGE_REPLACED"
    assert desk.digitiser.settle_book(second) == []

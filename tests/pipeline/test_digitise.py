"""The road of a delivery over a real ledger and a real archive: again, twice, killed, and with the archive away."""

import datetime as dt
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import forms
from archive import FolderArchive
from pipeline import STAGES, Digitiser, Limits, MakeReaders
from records.codes import DeliveryKind, EntryState, PageStatus, Presence
from records.errors import PartUnavailable, WrongUse
from records.pages import Digest, PageProblem
from records.progress import SilentProgress
from records.readings import Decision
from tests.pipeline.conftest import Desk
from tests.pipeline.hostile import saved, text_page
from tests.pipeline.stubs import no_readers, readers
from tests.register.shelving import drafted

OpenDesk = Callable[[MakeReaders], Desk]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three different pages and one file that is none."""
    out = tmp_path / "delivery"
    out.mkdir()
    for n in range(3):
        (out / f"page{n}.png").write_bytes(saved(text_page(600, 800 + 30 * n), "PNG"))
    (out / "page9.tif").write_bytes(b"no image")
    return out


def counted(desk: Desk, delivery: str) -> tuple[int, int, int]:
    """What a house holds: objects, entries, events."""
    assert desk.register.verify_chain().whole
    entries = len(desk.register.entries(delivery=delivery))
    return len(list(desk.archive.digests())), entries, len(desk.register.events())


@pytest.mark.slow
def test_again_does_nothing_twice(open_desk: OpenDesk, folder: Path) -> None:
    first = open_desk(readers)
    report = first.take(folder)
    assert (report.pages, report.done, report.waiting, len(report.failed)) == (4, 0, 3, 1)
    held = counted(first, report.delivery)
    second = open_desk(readers)
    assert second.take(folder) == report
    assert counted(second, report.delivery) == held
    summary = second.digitiser.run_stage("prepare", [], SilentProgress())
    assert (summary.done, summary.kept, summary.failed) == (0, 0, 0)


@pytest.mark.slow
def test_what_is_done_is_kept_stage_by_stage(open_desk: OpenDesk, folder: Path) -> None:
    first = open_desk(readers)
    delivery = first.digitiser.intake(folder, DeliveryKind.BOOK, SilentProgress())
    pages = first.digitiser.pending(delivery.id)
    done = first.digitiser.run_stage("prepare", pages[:2], SilentProgress())
    assert (done.done, done.kept) == (2, 0)
    again = open_desk(readers).digitiser.run_stage("prepare", pages, SilentProgress())
    assert (again.done, again.kept) == (1, 2)


@pytest.mark.slow
def test_the_same_page_in_two_files_gets_one_result(desk: Desk, folder: Path) -> None:
    (folder / "again.png").write_bytes((folder / "page0.png").read_bytes())
    report = desk.take(folder)
    assert report.pages == 5
    assert {w.file for w in report.listed} == {"again.png", "page0.png", "page1.png", "page2.png"}


@pytest.mark.slow
def test_a_page_that_comes_with_another_delivery_is_settled_there_too(desk: Desk, folder: Path, tmp_path: Path) -> None:
    # the first delivery is taken in and not done when the second comes
    first = desk.digitiser.intake(folder, DeliveryKind.BOOK, SilentProgress())
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.png").write_bytes((folder / "page1.png").read_bytes())
    second = desk.take(other)
    assert (second.pages, second.waiting) == (1, 1)
    desk.digitiser.run(first.id, SilentProgress())
    assert desk.settled(first.id).waiting == 3
    assert desk.settled(second.delivery) == second


@pytest.mark.slow
def test_a_page_of_a_book_and_of_a_dossier_are_read_apart(desk: Desk, folder: Path) -> None:
    as_book = desk.take(folder)
    as_dossier = desk.take(folder, DeliveryKind.DOSSIER)
    assert as_book.delivery != as_dossier.delivery
    assert {w.code for w in as_book.listed} == {"EDITION_UNKNOWN"}
    assert (as_dossier.done, as_dossier.waiting) == (3, 0)
    assert {n.code for n in as_dossier.notices} == {"PAPER_KIND_UNKNOWN"}
    papers = list(desk.digitiser.papers())
    assert {p.entry for p in papers} == {p.page.id for p in desk.register.delivered_pages(as_dossier.delivery)}
    assert all("vietnamienne" in p.text for p in papers)


@pytest.mark.slow
def test_no_page_is_blamed_for_a_wrong_setting(open_desk: OpenDesk, folder: Path) -> None:
    with pytest.raises(WrongUse) as refused:
        open_desk(no_readers).take(folder)
    assert refused.value.code == "ENGINE_UNKNOWN"
    assert open_desk(readers).take(folder).waiting == 3


def test_stages_have_their_turn(desk: Desk, folder: Path) -> None:
    delivery = desk.digitiser.intake(folder, DeliveryKind.BOOK, SilentProgress())
    pages = desk.digitiser.pending(delivery.id)
    for stage, code in (("polish", "STAGE_UNKNOWN"), ("classify", "STAGE_NOT_DONE"), ("draft", "STAGE_NOT_DONE")):
        with pytest.raises(WrongUse) as refused:
            desk.digitiser.run_stage(stage, pages, SilentProgress())
        assert refused.value.code == code
    assert desk.register.page_counts(delivery.id)[PageStatus.RECEIVED] == 3


@pytest.mark.slow
@pytest.mark.parametrize("away_at", ["intake", *STAGES[:1]])
def test_an_archive_that_goes_away_loses_nothing(
    open_desk: OpenDesk, folder: Path, tmp_path: Path, away_at: str
) -> None:
    desk = open_desk(readers)
    there = tmp_path / "archive"
    gone = there.with_name("unplugged")
    delivery = None
    if away_at != "intake":
        delivery = desk.digitiser.intake(folder, DeliveryKind.BOOK, SilentProgress())
    for stage in STAGES:
        if stage == away_at:
            break
        if delivery:
            desk.digitiser.run_stage(stage, desk.digitiser.pending(delivery.id), SilentProgress())
    there.rename(gone)
    with pytest.raises(PartUnavailable) as refused:
        if delivery:
            desk.digitiser.run(delivery.id, SilentProgress())
        else:
            desk.take(folder)
    assert refused.value.message().vi
    if delivery:
        assert desk.register.page_counts(delivery.id)[PageStatus.RECEIVED] == 3
    gone.rename(there)
    assert open_desk(readers).take(folder).waiting == 3


def _run(home: Path, folder: Path, writes: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.pipeline.killed", str(home), str(folder), str(writes)]
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.slow
def test_killed_at_any_write_the_next_run_finishes(open_desk: OpenDesk, folder: Path, tmp_path: Path) -> None:
    draw = random.Random(1956)
    for writes in sorted(draw.sample(range(1, 20), 5)):  # one house, killed again and again
        ran = _run(tmp_path, folder, writes)
        assert ran.returncode in (-9, 0), ran.stderr
    ran = _run(tmp_path, folder, 10_000)
    assert ran.returncode == 0, ran.stderr
    delivery = ran.stdout.split()[0]
    desk = open_desk(readers)
    report = desk.settled(delivery)
    assert (report.pages, report.waiting, len(report.failed)) == (4, 3, 1)
    assert all(seconds > 0 for stage, seconds in report.stages.items() if stage in ("prepare", "classify"))
    # masters, one file that is no image, and one prepared picture for each page: a killed write leaves no second one
    objects, entries, _ = counted(desk, delivery)
    assert (objects, entries) == (3 + 1 + 3, 0)
    assert desk.register.verify_chain().whole


def test_what_failed_is_tried_again_when_it_is_handed_in_again(desk: Desk, folder: Path) -> None:
    delivery = desk.digitiser.intake(folder, DeliveryKind.BOOK, SilentProgress())
    pages = desk.register.delivered_pages(delivery.id)
    problem = PageProblem("PAGE_TIMED_OUT", {"seconds": "9"})
    desk.register.settle_page(replace(pages[1], status=PageStatus.FAILED, problem=problem))
    assert pages[1].page.id not in desk.digitiser.pending(delivery.id)
    desk.digitiser.intake(folder, DeliveryKind.BOOK, SilentProgress())
    assert desk.digitiser.pending(delivery.id) == [p.page.id for p in pages]


@pytest.mark.slow
def test_other_code_reads_anew_and_what_was_read_stays_until_then(
    open_desk: OpenDesk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(readers)
    first = desk.take(folder, DeliveryKind.DOSSIER)
    monkeypatch.setattr("pipeline.digitise.CODE_VERSION", "of tomorrow")
    assert all("vietnamienne" in p.text for p in desk.digitiser.papers())
    assert desk.digitiser.pending(first.delivery) == []
    desk.digitiser.intake(folder, DeliveryKind.DOSSIER, SilentProgress())
    assert len(desk.digitiser.pending(first.delivery)) == 3
    again = desk.take(folder, DeliveryKind.DOSSIER)
    assert (again.done, again.pages) == (first.done, first.pages)
    assert again.seconds > 0


@pytest.mark.slow
def test_a_file_refused_once_counts_no_longer_when_it_is_let_in(open_desk: OpenDesk, tmp_path: Path) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(saved(text_page(600, 800), "PNG"))
    strict = open_desk(readers)
    strict.digitiser.limits = Limits(megapixels=0.1)
    assert len(strict.take(scan).failed) == 1
    report = open_desk(readers).take(scan)
    assert (report.pages, report.waiting, len(report.failed)) == (1, 1, 0)


class CountingArchive:
    """A folder archive that counts what is fetched."""

    def __init__(self, inner: FolderArchive) -> None:
        self.inner, self.fetched = inner, Counter[Digest]()

    def get(self, digest: Digest) -> bytes:
        self.fetched[digest] += 1
        return self.inner.get(digest)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@pytest.mark.slow
def test_a_file_of_many_pages_is_fetched_once_and_leaves_no_copy(open_desk: OpenDesk, tmp_path: Path) -> None:
    book = tmp_path / "book.tif"
    leaves = [text_page(600, 800 + 30 * n) for n in range(7)]
    leaves[0].save(book, save_all=True, append_images=leaves[1:])
    desk = open_desk(readers)
    counting: Any = CountingArchive(FolderArchive(tmp_path / "archive", keep_free=0))
    left = tmp_path / "spool" / "999999999-x"  # of a process that is no more
    left.mkdir(parents=True)
    digitiser = Digitiser(counting, desk.register, readers, tmp_path / "spool", workers=2)
    delivery = digitiser.intake(book, DeliveryKind.BOOK, SilentProgress())
    digitiser.run(delivery.id, SilentProgress(), batch=3)
    master = desk.register.delivered_pages(delivery.id)[0].page.master
    assert counting.fetched[master] == 1
    digitiser.close()
    assert list((tmp_path / "spool").iterdir()) == []
    assert digitiser.report(delivery.id).waiting == 7


@pytest.mark.slow
def test_what_a_page_no_longer_says_is_withdrawn_unless_a_person_touched_it(desk: Desk, folder: Path) -> None:
    report = desk.take(folder)
    first, second, _ = desk.register.delivered_pages(report.delivery)
    for page in (first, second):  # as other code read them
        desk.register.draft([drafted(page.page, "7", report.delivery, nksHoTen="Lan")])
    touched = desk.register.entries(delivery=report.delivery, page=second.page.id)[0]
    at = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
    desk.register.decide(touched.id, "so", Presence.WRITTEN, "7", "7", Decision("lan", at), touched.version)
    for page in (first, second):
        desk.register.settle_page(replace(page, status=PageStatus.RECEIVED, problem=None))
    desk.digitiser.run(report.delivery, SilentProgress())
    states = {e.pages[0]: e.state for e in desk.register.entries(delivery=report.delivery)}
    assert states == {first.page.id: EntryState.WITHDRAWN, second.page.id: EntryState.DRAFT}


@pytest.mark.slow
def test_a_form_learnt_later_opens_the_pages_once_more(desk: Desk, folder: Path, tmp_path: Path) -> None:
    report = desk.take(folder)
    assert report.waiting == 3
    assert desk.digitiser.intake(folder, DeliveryKind.BOOK, SilentProgress()).id == report.delivery
    assert desk.digitiser.pending(report.delivery) == []
    own = tmp_path / "forms"
    own.mkdir()
    (own / "learnt.toml").write_text(
        forms.written(replace(forms.edition("change-2006"), id="learnt")), encoding="utf-8"
    )
    try:
        forms.use_own(own)
        desk.digitiser.intake(folder, DeliveryKind.BOOK, SilentProgress())
        assert len(desk.digitiser.pending(report.delivery)) == 3
        desk.digitiser.run(report.delivery, SilentProgress())
        assert desk.settled(report.delivery).waiting == 3
    finally:
        forms.use_own(tmp_path / "nowhere")

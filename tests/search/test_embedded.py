"""What only the index in a folder can suffer: damaged files, other processes, an older layout."""

import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from records.codes import EntryState, RegisterKind
from records.errors import PartUnavailable
from records.finding import Question, SearchDocument
from search import TantivyIndex

Made = Callable[..., SearchDocument]


@pytest.fixture
def folder(tmp_path: Path, made: Made) -> Path:
    TantivyIndex(tmp_path / "index").rebuild(made(f"KS-{n}") for n in range(50))
    return tmp_path / "index"


def generation(folder: Path) -> Path:
    return folder / (folder / "CURRENT").read_text(encoding="ascii")


def empty_pointer(folder: Path) -> None:
    (folder / "CURRENT").write_text("")


def pointer_elsewhere(folder: Path) -> None:
    (folder / "CURRENT").write_text("../../etc")


def pointer_of_noise(folder: Path) -> None:
    (folder / "CURRENT").write_bytes(b"\xff\xfe\x00")


def generation_gone(folder: Path) -> None:
    shutil.rmtree(generation(folder))


def meta_gone(folder: Path) -> None:
    (generation(folder) / "meta.json").unlink()


def meta_torn(folder: Path) -> None:
    (generation(folder) / "meta.json").write_bytes(b'{"segments"')


def segments_gone(folder: Path) -> None:
    for file in generation(folder).glob("*.*"):
        if file.name != "meta.json":
            file.unlink()


def segments_torn(folder: Path) -> None:
    for file in generation(folder).iterdir():
        if file.suffix in {".idx", ".term", ".store", ".fast"}:
            file.write_bytes(file.read_bytes()[:7])


def segments_of_noise(folder: Path) -> None:
    for file in generation(folder).iterdir():
        if file.suffix in {".idx", ".term", ".store", ".fast", ".pos", ".fieldnorm"}:
            file.write_bytes(b"\x5a" * 4096)


DAMAGES = [empty_pointer, pointer_elsewhere, pointer_of_noise, generation_gone, meta_gone, meta_torn, segments_gone,
           segments_torn, segments_of_noise]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda d: d.__name__)
def test_a_damaged_index_says_so_and_a_rebuild_mends_it(
    folder: Path, made: Made, damage: Callable[[Path], None]
) -> None:
    damage(folder)
    index = TantivyIndex(folder)
    for asked in (lambda: index.ask(Question("nguyen van hung")), lambda: index.update([made("KS-1", version=2)])):
        with pytest.raises(PartUnavailable) as told:
            asked()
        assert told.value.code == "SEARCH_INDEX_BROKEN"
        assert "khongcho reindex" in told.value.message().vi
    assert index.rebuild([made("KS-1"), made("KS-2")]).indexed == 2
    assert index.ask(Question("nguyen van hung")).total == 2


def test_an_index_of_another_layout_asks_for_a_rebuild(folder: Path, made: Made) -> None:
    old = generation(folder)
    newer = old.with_name(old.name.replace("v1-", "v999-"))
    old.rename(newer)
    (folder / "CURRENT").write_text(newer.name)
    index = TantivyIndex(folder)
    with pytest.raises(PartUnavailable) as told:
        index.count()
    assert told.value.code == "SEARCH_INDEX_OLD"
    index.rebuild([made("KS-1")])
    assert index.count() == 1


def test_a_folder_that_cannot_be_a_folder(tmp_path: Path, made: Made) -> None:
    (tmp_path / "file").write_text("")
    index = TantivyIndex(tmp_path / "file")
    for asked in (index.count, lambda: index.update([made("KS-1")]), lambda: index.rebuild([made("KS-1")])):
        with pytest.raises(PartUnavailable):
            asked()


def test_an_open_reader_sees_what_another_object_writes(folder: Path, made: Made) -> None:
    desk, flow = TantivyIndex(folder), TantivyIndex(folder)
    assert desk.count() == 50
    flow.update([made("KS-new", "Lê Thị Hoa")])
    assert desk.ask(Question("Lê Thị Hoa")).total == 1
    flow.rebuild([made("KS-1")])
    assert desk.count() == 1
    assert [p.name for p in folder.iterdir() if p.is_dir()] == [generation(folder).name]


def test_a_writer_that_takes_too_long_is_named(folder: Path, made: Made) -> None:
    impatient = TantivyIndex(folder, wait=0.1)
    with impatient._shelf.writing(), pytest.raises(PartUnavailable) as told:
        TantivyIndex(folder, wait=0.1).update([made("KS-1", version=2)])
    assert told.value.code == "SEARCH_INDEX_BUSY"
    assert impatient.update([made("KS-1", version=2)]).indexed == 1


def test_two_rebuilds_at_once_are_told(folder: Path, made: Made) -> None:
    index = TantivyIndex(folder)

    def documents() -> Iterator[SearchDocument]:
        with pytest.raises(PartUnavailable) as told:
            TantivyIndex(folder).rebuild([made("KS-2")])
        assert told.value.code == "SEARCH_REBUILD_RUNNING"
        yield made("KS-1")

    assert index.rebuild(documents()).indexed == 1
    assert index.count() == 1


def _write(folder: Path, who: int, rounds: int) -> None:
    index = TantivyIndex(folder)
    for n in range(rounds):
        index.update(
            SearchDocument(f"W{who}-{n}-{k}", 1, RegisterKind.BIRTH, EntryState.DRAFT, "Lê Thị Hoa") for k in range(3)
        )


@pytest.mark.slow
def test_processes_write_while_another_reads(folder: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(folder, who, 6)) for who in range(2)]
    desk = TantivyIndex(folder)
    for writer in writers:
        writer.start()
    seen = [0]
    while any(writer.is_alive() for writer in writers):
        seen.append(desk.ask(Question("le thi hoa", limit=100)).total)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert seen == sorted(seen)
    assert desk.ask(Question("le thi hoa")).total == 2 * 6 * 3
    assert desk.count() == 50 + 2 * 6 * 3

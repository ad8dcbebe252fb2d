"""The whole road through the terminal, with the real readers, on a small synthetic book."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from records.codes import DeliveryKind
from tests.cli.conftest import Command
from wiring import Settings, open_house

pytestmark = pytest.mark.slow

CASES = 2
INGEST_KEYS = {"delivery", "pages", "done", "waiting", "failed", "entries", "seconds", "stages"}
"""Published keys; a report may say more."""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    from samples import make_book

    folder = tmp_path_factory.mktemp("book")
    made = make_book(folder, cases=CASES, seed=11, difficulty="easy", formats=("jpeg",))
    # its cover and its entries only: every page costs seconds to read
    rows = [json.loads(line) for line in made.truth.read_text(encoding="utf-8").splitlines()]
    kept = [row for row in rows if row["role"] in {"cover", "entry"}]
    made.truth.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), encoding="utf-8")
    for row in rows:
        if row not in kept:
            (folder / row["file"]).unlink()
    yield folder


def test_a_book_is_sampled_from_its_seed(khongcho: Command, tmp_path: Path) -> None:
    told = [
        khongcho("samples", "book", "--out", tmp_path / name, "--cases", 1, "--seed", seed, "--json").json()
        for name, seed in (("a", 3), ("b", 3), ("c", 4))
    ]
    first, again, other = ([Path(image).read_bytes() for image in book["images"]] for book in told)
    assert first == again != other
    assert Path(told[0]["truth"]).is_file() and told[0]["pdf"] is None
    assert khongcho("samples", "book", "--difficulty", "impossible").code == 2


def test_a_book_goes_in_is_measured_and_goes_in_only_once(khongcho: Command, book: Path, home: Path) -> None:
    kept_by = "UBND phường Minh Khai, quận Hai Bà Trưng, Hà Nội"
    said = khongcho("ingest", "book", book, "--authority", kept_by, "--no-prefect", "--json")
    told = said.json()
    assert set(told) >= INGEST_KEYS
    assert told["pages"] == told["done"] + told["waiting"] + len(told["failed"]) == len(list(book.glob("*.jpg")))
    assert said.code == (1 if told["waiting"] or told["failed"] else 0)
    assert told["entries"] == CASES
    assert all(isinstance(seconds, float) for seconds in told["stages"].values())
    house = open_house(Settings(home=home))
    assert house.index.count() == CASES
    assert [entry.text("noiDangKy") for entry in house.every_entry()] == [kept_by] * CASES
    assert not any(entry.field("noiDangKy").decided for entry in house.every_entry())  # type: ignore[union-attr]
    before = [entry.version for entry in house.every_entry()]
    again = khongcho("ingest", "book", book, "--no-prefect", "--json").json()
    same = ("delivery", "pages", "done", "waiting", "failed", "entries")
    assert {key: again[key] for key in same} == {key: told[key] for key in same}
    assert [entry.version for entry in house.every_entry()] == before
    assert len(house.register.deliveries()) == 1


def test_a_book_is_measured_against_its_truth(khongcho: Command, book: Path) -> None:
    said = khongcho("evaluate", "book", book, "--json")
    told = said.json()
    assert said.code == 0
    assert set(told) >= {"n_pages", "n_entries", "fields", "exact", "entries_lost", "seconds_per_page"}
    assert (told["n_entries"], told["entries_lost"]) == (CASES, 0)
    assert set(told["fields"]["nksHoTen"]) >= {"n", "cer", "exact"}


def test_a_line_engine_is_measured(khongcho: Command, tmp_path: Path) -> None:
    font = ImageFont.truetype(str(next(Path("forms/fonts").glob("*Regular.ttf"))), 40)
    rows = []
    for number, text in enumerate(("Nguyễn Văn An", "Hà Nội")):
        line = Image.new("L", (500, 80), 255)
        ImageDraw.Draw(line).text((20, 12), text, fill=0, font=font)
        line.save(tmp_path / f"{number}.png")
        rows.append(f"{number}.png\t{text}\n")
    (tmp_path / "labels.tsv").write_text("".join(rows), encoding="utf-8")
    said = khongcho("evaluate", "lines", tmp_path, "--engine", "tesseract", "--json")
    told = said.json()
    assert said.code == 0
    assert set(told) >= {"engine", "n", "cer", "cer_casefold", "wer", "exact", "ms_per_line", "ci95"}
    assert set(told) >= {"cer_folded", "ece", "hallucinated", "model_bytes"}
    assert (told["n"], told["cer"]) == (2, 0.0)
    assert khongcho("evaluate", "lines", tmp_path, "--engine", "nobody", "--json").code == 2


def test_files_that_are_no_pages_are_told_and_the_rest_goes_on(
    khongcho: Command, book: Path, tmp_path: Path, home: Path
) -> None:
    good = next(iter(sorted(book.glob("*.jpg"))))
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a-good.jpg").write_bytes(good.read_bytes())
    (tmp_path / "d" / "b-empty.tif").write_bytes(b"")
    (tmp_path / "d" / "c-cut.jpg").write_bytes(good.read_bytes()[:20_000])
    (tmp_path / "d" / "d-noise.png").write_bytes(bytes(range(256)) * 8)
    said = khongcho("ingest", "book", tmp_path / "d", "--no-prefect", "--json")
    told = said.json()
    assert said.code == 1
    assert {Path(page["file"]).name for page in told["failed"]} == {"b-empty.tif", "c-cut.jpg", "d-noise.png"}
    for page in told["failed"]:
        assert set(page) >= {"file", "page", "code", "message"}
        assert page["code"] and page["message"]
    assert told["done"] + told["waiting"] + len(told["failed"]) == 4
    house = open_house(Settings(home=home))
    for page in told["failed"]:
        assert house.archive.get(page["digest"]) == (tmp_path / "d" / page["file"]).read_bytes()


def test_a_killed_run_is_finished_by_the_next_and_nothing_is_there_twice(book: Path, home: Path) -> None:
    command = [sys.executable, "-m", "cli", "ingest", "book", str(book), "--no-prefect", "--json"]
    environ = {**os.environ, "KHONGCHO_HOME": str(home), "KHONGCHO_READING__WORKERS": "1", "KHONGCHO_FLOWS__BATCH": "1"}
    house = open_house(Settings(home=home))
    for done_before in (1, 2):
        child = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            _wait_until(lambda wanted=done_before: _settled(home) >= wanted, child)
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait()
        _wait_until_gone(child.pid)
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    told: dict[str, Any] = json.loads(done.stdout)
    images = len(list(book.glob("*.jpg")))
    assert done.returncode in {0, 1}, done.stderr
    assert told["pages"] == told["done"] + told["waiting"] + len(told["failed"]) == images
    assert told["entries"] == CASES
    (delivery,) = house.register.deliveries()
    assert delivery.kind is DeliveryKind.BOOK
    entries = list(house.every_entry())
    assert len({entry.pages for entry in entries}) == len(entries) == CASES
    assert {entry.version for entry in entries} == {1}
    assert house.index.count() == CASES
    # every master and its prepared page, each once
    assert len(list(house.archive.digests())) == 2 * images
    assert house.register.verify_chain().whole


def _settled(home: Path) -> int:
    if not (home / "register.db").is_file():
        return 0
    from records.codes import PageStatus

    register = open_house(Settings(home=home)).register
    return sum(
        page.status is not PageStatus.RECEIVED
        for delivery in register.deliveries()
        for page in register.delivered_pages(delivery.id)
    )


def _wait_until_gone(session: int) -> None:
    """The killed run's worker processes end by themselves; otherwise each would hold half a gigabyte for ever."""
    deadline = time.monotonic() + 60
    while alive := _alive_in(session):
        assert time.monotonic() < deadline, f"worker processes outlive their run: {alive}"
        time.sleep(0.1)


def _alive_in(session: int) -> list[str]:
    """The processes of a session that are not only waiting to be buried."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, _, belongs, *_ = entry.read_text().rpartition(")")[2].split()
            if int(belongs) == session and state != "Z":
                found.append(entry.parent.name)
    return found


def _wait_until(reached: Any, child: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 240
    while not reached():
        assert child.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline, "the run did not come so far"
        time.sleep(0.1)


def test_the_demonstration_walks_the_whole_road(khongcho: Command, home: Path) -> None:
    said = khongcho("demo", "--cases", 3, "--no-prefect")
    assert said.code == 0, said.err
    demo = home / "demo"
    for part in ("book/truth.jsonl", "archive", "register.db", "index"):
        assert (demo / part).exists()
    genuine, forged = sorted((demo / "extracts").glob("*.pdf"), key=lambda path: len(path.name))
    told = open_house(Settings(home=demo))
    assert told.verify_file(genuine.read_bytes()).ok
    assert not told.verify_file(forged.read_bytes()).ok
    decisions = [field.decision for entry in told.every_entry() for field in entry.fields if field.decision]
    assert decisions and all(decision.simulated and "mô phỏng" in decision.by for decision in decisions)
    assert "khongcho serve" in said.err + said.out
    assert len(list(told.every_entry())) == 3


def test_what_the_index_could_not_take_is_told_and_found_after_reindex(
    khongcho: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    font = ImageFont.truetype(str(next(Path("forms/fonts").glob("*Regular.ttf"))), 44)
    paper = Image.new("L", (1240, 600), 255)
    for row, words in enumerate(
        ("ỦY BAN NHÂN DÂN PHƯỜNG", "Giấy xác nhận thường trú của công dân", "Kính gửi cơ quan")
    ):
        ImageDraw.Draw(paper).text((100, 100 + 100 * row), words, fill=0, font=font)
    paper.save(tmp_path / "paper.png", dpi=(150, 150))
    monkeypatch.setenv("KHONGCHO_SEARCH__ENGINE", "elasticsearch")
    monkeypatch.setenv("KHONGCHO_SEARCH__URL", "http://127.0.0.1:9")
    said = khongcho("ingest", "dossier", tmp_path / "paper.png", "--no-prefect", "--json")
    assert (said.code, said.json()["done"], said.json()["unindexed"]) == (3, 1, 1)
    monkeypatch.delenv("KHONGCHO_SEARCH__ENGINE")
    monkeypatch.delenv("KHONGCHO_SEARCH__URL")
    assert khongcho("reindex", "--json").code == 0
    assert len(khongcho("search", "thuong tru", "--json").json()["hits"]) == 1

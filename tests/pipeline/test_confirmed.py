"""What people confirmed becomes lines to learn from: their own fields alone, each with its ink."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ocr.normalise import normalise
from pipeline import MakeReaders, confirmed_lines
from records.codes import Presence
from records.progress import SilentProgress
from records.readings import Decision
from samples import make_book
from tests.pipeline.conftest import Desk
from tests.pipeline.stubs import real_readers

pytestmark = pytest.mark.slow

AT = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def test_only_what_people_decided_is_learnt(open_desk: Callable[[MakeReaders], Desk], tmp_path: Path) -> None:
    book = make_book(tmp_path / "book", cases=1, seed=5, difficulty="easy", formats=("jpeg",))
    rows = [json.loads(line) for line in book.truth.read_text(encoding="utf-8").splitlines()]
    row = next(r for r in rows if r["role"] == "entry")
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / row["file"]).write_bytes((book.folder / row["file"]).read_bytes())
    desk = open_desk(real_readers)
    report = desk.take(folder)
    (entry,) = desk.register.entries(delivery=report.delivery)

    def lines() -> list[tuple[str, str]]:
        return [(line.column, line.text) for line in every()]

    def every() -> list:  # type: ignore[type-arg]
        return list(confirmed_lines(desk.register, desk.archive, real_readers, SilentProgress()))

    assert lines() == []
    truth = {column: cell["text"] for column, cell in row["entries"][0]["fields"].items()}
    by_whom = {"nksHoTen": Decision("lan", AT), "nksNgaySinh": Decision("keyer", AT, simulated=True)}
    for column, decision in by_whom.items():
        text = truth[column]
        entry = desk.register.decide(entry.id, column, Presence.WRITTEN, text, text, decision, entry.version)
    entry = desk.register.decide(entry.id, "ghiChu", Presence.BLANK, "", "", Decision("lan", AT), entry.version)
    assert lines() == [("nksHoTen", truth["nksHoTen"])]
    (line,) = every()
    assert normalise(line.picture).shape[1] > 100

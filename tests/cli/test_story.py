"""The demonstration's own parts, without the road between them."""

import json
from pathlib import Path

import pytest

from cli import story
from records.errors import WrongUse
from wiring import Settings


def test_an_earlier_demonstration_is_moved_aside_and_its_place_told(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert story.move_aside(settings) is None
    (story.demo_home(settings) / "book").mkdir(parents=True)
    aside = story.move_aside(settings)
    assert aside and (aside / "book").is_dir()
    assert not story.demo_home(settings).exists()
    aside.rename(story.demo_home(settings))
    aside.mkdir()
    with pytest.raises(WrongUse):
        story.move_aside(settings)


def test_the_truth_without_blanks_keeps_every_page(tmp_path: Path) -> None:
    fields = {"nksHoTen": {"text": "Lê An"}, "ghiChu": {"text": " "}}
    pages = [{"file": "a.jpg", "entries": [{"fields": fields}]}, {"file": "b.jpg", "entries": []}]
    book, folder = tmp_path / "book", tmp_path / "written"
    for made in (book, folder):
        made.mkdir()
    (book / "truth.jsonl").write_text("".join(json.dumps(page) + "\n" for page in pages), encoding="utf-8")
    assert story.without_blanks(book, folder) == folder
    kept = [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [page["file"] for page in kept] == ["a.jpg", "b.jpg"]
    assert kept[0]["entries"][0]["fields"] == {"nksHoTen": {"text": "Lê An"}}

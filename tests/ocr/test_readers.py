"""Both line readers and the page reader: any crop gives a reading, and says who read it."""

import os
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr import PRINT, evaluate_lines, line_engines, open_line_recogniser, open_page_recogniser, score, tesseract
from ocr.evaluate import Greedy, labels
from ocr.measure import Pair
from records.errors import PageError, WrongUse
from records.messages import catalogue
from records.ports import Image, LineRecogniser
from records.progress import SilentProgress


@pytest.fixture(scope="module", params=line_engines())
def reader(request: pytest.FixtureRequest) -> LineRecogniser:
    return open_line_recogniser(request.param)


def line(text: str = "HA NOI 2017", width: int = 500) -> Image:
    out = np.full((64, width), 245, np.uint8)
    cv2.putText(out, text, (15, 46), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 20, 3, cv2.LINE_AA)
    return out


def ruled() -> Image:
    out = np.full((60, 800), 250, np.uint8)
    out[30, :] = 247
    return out


NOTHING = {
    "white": np.full((60, 400), 255, np.uint8),
    "grey": np.full((60, 400), 128, np.uint8),
    "black": np.zeros((60, 400), np.uint8),
    "black in colours": np.zeros((60, 400, 3), np.uint8),
    "faint rule": ruled(),
    "one pixel": np.zeros((1, 1), np.uint8),
    "one row": np.zeros((1, 400), np.uint8),
    "narrow": np.zeros((60, 7), np.uint8),
    "too wide": np.tile(line(), (1, 41))[:, :20_001],
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_crop_without_a_line_gives_an_empty_reading_with_its_reason(reader: LineRecogniser, name: str) -> None:
    reading = reader.read_line(NOTHING[name])
    assert (reading.text, reading.confidence) == ("", 0.0)
    assert reading.reason in catalogue()
    assert reading.engine == reader.identity


def test_a_line_is_read_the_same_in_grey_and_in_colours(reader: LineRecogniser) -> None:
    grey = reader.read_line(line())
    colours = reader.read_line(np.asarray(cv2.cvtColor(line(), cv2.COLOR_GRAY2BGR), np.uint8))
    assert grey.text == colours.text
    assert grey.reason is None
    assert 0.0 < grey.confidence <= 1.0
    assert score([Pair("HA NOI 2017", grey.text)]).cer_casefold < 0.5


def test_reading_leaves_the_picture_alone(reader: LineRecogniser) -> None:
    picture = line()
    before = picture.copy()
    first = reader.read_line(picture)
    assert np.array_equal(picture, before)
    assert reader.read_line(picture) == first


def test_every_reader_says_who_it_is(reader: LineRecogniser) -> None:
    for who in (reader.identity, open_page_recogniser().identity, open_page_recogniser(form=True).identity):
        assert who.name
        assert re.match(r"\d+\.\d+", who.version)
        assert re.fullmatch(r"[0-9a-f]{64}", who.model)
        assert who.calibrated is (who.name.startswith("khongcho"))


def test_tesseract_keeps_to_one_thread() -> None:
    assert os.environ["OMP_THREAD_LIMIT"] == "1"


def test_an_unknown_reader_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(WrongUse) as refused:
        open_line_recogniser("nobody")
    assert refused.value.code == "ENGINE_UNKNOWN"
    assert PRINT in refused.value.message().vi


def headings() -> Image:
    page = np.full((600, 900), 245, np.uint8)
    cv2.putText(page, "KHAI SINH", (100, 150), cv2.FONT_HERSHEY_SIMPLEX, 2, 20, 5, cv2.LINE_AA)
    cv2.putText(page, "KET HON", (100, 400), cv2.FONT_HERSHEY_SIMPLEX, 2, 20, 5, cv2.LINE_AA)
    return page


@pytest.mark.parametrize("form", [True, False])
def test_words_of_a_page_lie_where_they_are_printed(form: bool) -> None:
    reader = open_page_recogniser(form=form)
    reading = reader.read_page(headings())
    boxes = {w.text.casefold(): w.polygon.box() for w in reading.words}
    assert {"khai", "sinh"} <= set(boxes)
    assert abs(boxes["khai"].x - 100) < 20
    assert 90 < boxes["khai"].y < 130
    assert reading.text().casefold().split()[:2] == ["khai", "sinh"]
    lines = {w.text.casefold(): w.line for w in reading.words}
    assert lines["khai"] == lines["sinh"] != lines["ket"]
    assert reader.read_page(np.full((600, 900), 255, np.uint8)).words == ()


def test_a_form_is_read_the_same_whatever_was_read_before() -> None:
    reader = open_page_recogniser(form=True)
    first = reader.read_page(headings())
    reader.read_page(np.ascontiguousarray(headings()[::-1, ::-1]))
    assert reader.read_page(headings()) == first


def test_a_form_on_which_reading_does_not_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "PAGE_TIMEOUT_S", 0.001)
    noise = np.random.default_rng(4).normal(120, 40, (900, 1200)).clip(0, 255).astype(np.uint8)
    reader = open_page_recogniser(form=True)
    with pytest.raises(PageError) as refused:
        reader.read_page(noise)
    assert refused.value.code == "TESSERACT_FAILED"
    monkeypatch.undo()
    assert reader.read_page(headings()).words  # and the next page is read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("a.png", "HA NOI 2017"), ("b.png", "HAI PHONG")):
        cv2.imwrite(str(tmp_path / name), line(text))
    (tmp_path / "c.png").write_bytes(b"no image")
    rows = "file\ttext\na.png\tHA NOI 2017\nb.png\tHAI PHONG\tmore\n\nc.png\tabc\n"
    (tmp_path / "labels.tsv").write_text(rows, encoding="utf-8")
    return tmp_path


def test_a_folder_of_lines_is_measured(reader: LineRecogniser, folder: Path) -> None:
    report = evaluate_lines(folder, reader, SilentProgress())
    told = report.as_json()
    plain = {"engine", "n", "cer", "cer_casefold", "cer_folded", "wer", "exact", "ms_per_line", "ci95"}
    plain |= {"wer_folded", "exact_folded", "wer_ci95", "exact_ci95", "confusions"}
    assert set(told) == plain | {"ece", "ece_if_held", "hallucinated", "model_bytes", "beam"}
    if isinstance(reader, Greedy):
        assert isinstance(told["beam"], dict)
        assert set(told["beam"]) == plain - {"engine"} | {"ece", "ece_if_held", "hallucinated"}
    else:
        assert told["beam"] is None
    assert told["hallucinated"] == 0
    assert (told["engine"], told["n"]) == (reader.identity.name, 3)
    assert [p.reference for p in report.usual.pairs] == ["HA NOI 2017", "HAI PHONG", "abc"]
    assert report.usual.pairs[2].reading == ""  # what cannot be opened counts as read empty
    assert 3 / 23 <= report.usual.scores.cer_casefold < 0.7


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (None, "LABELS_MISSING"),
        ("a.png HA NOI\n", "LABELS_MALFORMED"),
        ("nowhere.png\tHA NOI\n", "LABELS_IMAGE_MISSING"),
    ],
)
def test_a_folder_without_sound_labels_is_refused(folder: Path, rows: str | None, code: str) -> None:
    table = folder / "labels.tsv"
    table.unlink()
    if rows is not None:
        table.write_text(rows, encoding="utf-8")
    with pytest.raises(WrongUse) as refused:
        labels(folder)
    assert refused.value.code == code


@pytest.mark.slow
def test_real_handwriting_is_read(tmp_path: Path) -> None:
    source = Path(__file__).parents[3] / "shared" / "data" / "cinnamon-address-bin" / "dev"
    if not source.is_dir():
        pytest.skip(f"no sample data beside the project: {source}")
    rows = (source / "labels.tsv").read_text(encoding="utf-8").splitlines()[:20]
    (tmp_path / "labels.tsv").write_text("\n".join(rows), encoding="utf-8")
    for row in rows:
        (tmp_path / row.split("\t")[0]).symlink_to(source / row.split("\t")[0])
    report = evaluate_lines(tmp_path, open_line_recogniser(), SilentProgress())
    assert report.usual.scores.n == 20
    assert report.usual.scores.cer_casefold < 0.1

import json
import unicodedata
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from forms import Edition, PageShape, editions
from records.errors import WrongUse
from samples import HANDS, HELD_OUT, SETTINGS, BookSample, make_book
from samples.difficulty import DIALS

pytestmark = pytest.mark.slow

COLUMNS = {
    "so", "quyenSo", "trangSo", "ngayDangKy", "loaiDangKy", "ghiChu", "nguoiKy",
    "nksHoTen", "nksNgaySinh", "nksNgaySinhBangChu", "nksGioiTinh", "nksDanToc", "nksQuocTich", "nksNoiSinh",
    "nksQueQuan", "nksSoDinhDanh", "meHoTen", "meNgaySinh", "meDanToc", "meQuocTich", "meNoiCuTru",
    "chaHoTen", "chaNgaySinh", "chaDanToc", "chaQuocTich", "chaNoiCuTru", "nycHoTen", "nycSoGiayToTuyThan",
}  # fmt: skip


def truth(sample: BookSample) -> list[dict[str, Any]]:
    return [json.loads(line) for line in sample.truth.read_text(encoding="utf-8").splitlines()]


def fields(sample: BookSample) -> list[tuple[dict[str, Any], str, dict[str, Any]]]:
    return [
        (page, column, field)
        for page in truth(sample)
        for entry in page["entries"]
        for column, field in entry["fields"].items()
    ]


def digests(folder: Path) -> dict[str, str]:
    files = sorted(f for f in folder.rglob("*") if f.is_file())
    return {str(f.relative_to(folder)): sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.mark.slow
def test_same_seed_gives_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        make_book(tmp_path / "a", cases=1, seed=5)
        cv2.setNumThreads(4)
        make_book(tmp_path / "b", cases=1, seed=5)
    finally:
        cv2.setNumThreads(threads)
    one, two = digests(tmp_path / "a"), digests(tmp_path / "b")
    assert one == two
    assert "pdf/book.pdf" in one


def test_another_seed_is_another_book(tmp_path: Path, book: BookSample) -> None:
    other = make_book(tmp_path, cases=2, seed=12, formats=("pdf",), dpi=60)
    names = {f["text"] for _, column, f in fields(book) if column == "nksHoTen"}
    assert not names & {f["text"] for _, column, f in fields(other) if column == "nksHoTen"}


def test_truth_says_what_the_interface_promises(book: BookSample) -> None:
    pages = truth(book)
    assert len(pages) == book.pages == len(book.images)
    assert [page["role"] for page in pages] == ["cover", "other", *["entry"] * 5, "blank", "index", "other"]
    for page, image in zip(pages, book.images, strict=True):
        assert page["file"] == image.name
        assert page["kind"] == ("KS" if page["role"] in ("cover", "entry", "index") else "OTHER")
        assert page["edition"] == ("birth-2016" if page["role"] == "entry" else None)
        assert len(page["entries"]) == (page["role"] == "entry")
        for note in page["notes"]:
            assert note["text"]
    for entry in (entry for page in pages for entry in page["entries"]):
        assert set(entry["fields"]) == COLUMNS


def test_every_text_is_nfc_and_every_box_lies_on_the_page(book: BookSample) -> None:
    sizes = {image.name: Image.open(image).size for image in book.images}
    for page, column, field in fields(book):
        x, y, w, h = field["box"]
        width, height = sizes[page["file"]]
        assert unicodedata.is_normalized("NFC", field["text"])
        assert 0 <= x < x + w <= width, (page["file"], column)
        assert 0 <= y < y + h <= height, (page["file"], column)


def darkness(grey: np.ndarray, box: list[int]) -> float:
    x, y, w, h = box
    return float(255 - grey[y : y + h, x : x + w].mean())


def test_written_boxes_lie_on_ink(book: BookSample) -> None:
    greys = {image.name: np.asarray(Image.open(image).convert("L")) for image in book.images}
    lit = 0
    for page, column, field in fields(book):
        if not field["text"] or column == "loaiDangKy":
            continue
        grey = greys[page["file"]]
        for box in [line["box"] for line in field.get("lines", [])] or [field["box"]]:
            x, y, w, h = box
            paper = np.percentile(grey[max(0, y - h) : y + 2 * h, max(0, x - 20) : x + w + 20], 90)
            assert grey[y : y + h, x : x + w].min() < paper - 60, (page["file"], column)
            assert darkness(grey, box) > 255 - paper + 5, (page["file"], column)
            lit += 1
    assert lit > 100


def test_blank_fields_have_room_without_handwriting(tmp_path: Path) -> None:
    plain = make_book(tmp_path, cases=6, seed=2, difficulty="easy", formats=("png",), setting="cells", dpi=100)
    empty = 0
    for page, column, field in fields(plain):
        if field["text"] or column in ("loaiDangKy", "ghiChu"):
            continue
        x, y, w, h = field["box"]
        grey = np.asarray(Image.open(plain.folder / page["file"]).convert("L"))
        inner = grey[y + h // 4 : y + 3 * h // 4, x + w // 8 : x + 7 * w // 8]
        assert inner.min() > np.median(inner) - 70, (page["file"], column)
        empty += 1
    assert empty


def test_handwriting_is_tightly_boxed(tmp_path: Path) -> None:
    plain = make_book(tmp_path, cases=2, seed=9, difficulty="easy", formats=("png",), setting="columns", dpi=130)
    for page, column, field in fields(plain):
        if column != "nksHoTen":
            continue
        x, y, w, h = field["box"]
        grey = np.asarray(Image.open(plain.folder / page["file"]).convert("L")).astype(int)
        dark = (grey < np.median(grey) - 50)[y : y + h, x : x + w]
        for side in (dark[:4], dark[-4:], dark[:, :4], dark[:, -4:]):
            assert side.any(), (page["file"], field)


def test_numbers_rise_with_the_days(book: BookSample) -> None:
    numbers = [int(f["text"].split("/")[0]) for _, column, f in fields(book) if column == "so"]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@pytest.mark.slow
def test_held_out_hands_are_used_only_when_named(tmp_path: Path) -> None:
    assert not set(HANDS) & set(HELD_OUT)
    used = {
        page["hand"]
        for seed in range(4)
        for page in truth(
            make_book(tmp_path / str(seed), cases=1, seed=seed, formats=("pdf",), difficulty="easy", dpi=60)
        )
        if page["role"] == "entry"
    }
    assert used <= set(HANDS)
    held = truth(make_book(tmp_path / "held", cases=1, formats=("pdf",), hands=HELD_OUT, dpi=60))
    assert {page["hand"] for page in held if page["role"] == "entry"} <= set(HELD_OUT)


def test_the_pdf_shows_the_same_pages(book: BookSample) -> None:
    assert book.pdf is not None
    reader = PdfReader(book.pdf)
    assert len(reader.pages) == book.pages
    shown = reader.pages[2]["/Resources"]["/XObject"]["/Im"]  # type: ignore[index]
    assert shown._data == book.images[2].read_bytes()
    assert "/CreationDate" not in (reader.metadata or {})


def test_a_book_as_pdf_alone_names_the_pdf_in_its_truth(tmp_path: Path) -> None:
    sample = make_book(tmp_path, cases=1, formats=("pdf",), dpi=60)
    assert sample.pdf == tmp_path / "book.pdf"
    assert {page["file"] for page in truth(sample)} == {"book.pdf"}
    assert [page["page"] for page in truth(sample)] == list(range(1, sample.pages + 1))


@pytest.mark.parametrize("setting", SETTINGS)
def test_each_setting_can_be_had(tmp_path: Path, setting: str) -> None:
    sample = make_book(tmp_path, cases=1, formats=("pdf",), setting=setting, dpi=60)  # type: ignore[arg-type]
    assert [page.get("setting") for page in truth(sample) if page["role"] == "entry"] == [setting]


@pytest.mark.parametrize(
    "wrong",
    [
        {"cases": 0},
        {"difficulty": "grim"},
        {"formats": ()},
        {"hands": ("nobody",)},
        {"setting": "round"},
        {"edition_id": "birth-1800"},
    ],
)
def test_wrong_use_is_refused_by_name(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(WrongUse) as refused:
        make_book(tmp_path, **wrong)
    assert refused.value.code == "SAMPLES_WRONG_USE"
    assert next(iter(wrong)).removesuffix("_id") in refused.value.message().vi


def test_a_folder_with_other_pages_is_left_alone(tmp_path: Path) -> None:
    wanted: dict[str, Any] = {"cases": 2, "formats": ("jpeg", "pdf"), "dpi": 60, "difficulty": "easy"}
    make_book(tmp_path, **wanted)
    before = digests(tmp_path)
    make_book(tmp_path, **wanted)
    assert digests(tmp_path) == before, "the same run again is fine"
    for other in ({"cases": 1}, {"formats": ("png",)}, {"formats": ("jpeg",)}, {"formats": ("pdf",)}):
        with pytest.raises(WrongUse) as refused:
            make_book(tmp_path, **wanted | other)
        assert refused.value.code == "SAMPLES_FOLDER_TAKEN"
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "0001.TIF").touch()
    with pytest.raises(WrongUse, match=r"0001\.TIF"):
        make_book(tmp_path, **wanted)
    (tmp_path / "scans" / "0001.TIF").unlink()
    assert digests(tmp_path) == before


@pytest.mark.slow
def test_real_ink_stands_in_the_place_fields(tmp_path: Path, shared: Path) -> None:
    folder = shared / "cinnamon-address-bin" / "dev"
    sample = make_book(tmp_path, cases=2, formats=("jpeg",), ink=folder, dpi=100)
    labels = {line.split("\t")[1] for line in (folder / "labels.tsv").read_text(encoding="utf-8").splitlines()}
    real = {column: field["text"] for _, column, field in fields(sample) if field.get("ink") == "real"}
    assert set(real) <= {"meNoiCuTru", "chaNoiCuTru", "nksNoiSinh", "nksQueQuan"}
    assert real
    assert set(real.values()) <= labels


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse) as refused:
        make_book(tmp_path / "out", cases=1, ink=tmp_path)
    assert refused.value.code == "SAMPLES_INK_UNUSABLE"


@pytest.mark.parametrize("form", editions(), ids=lambda form: form.id)
def test_every_edition_can_be_made_with_all_its_columns(tmp_path: Path, form: Edition) -> None:
    """Of each: five cases, every column of the form in the truth, writing where it says."""
    sample = make_book(tmp_path, edition_id=form.id, cases=3, seed=3, formats=("jpeg",), difficulty="easy", dpi=70)
    pages = [page for page in truth(sample) if page["role"] == "entry"]
    each = {PageShape.PAGE: 1, PageShape.HALF: 2, PageShape.ROWS: 3}[form.shape]
    assert [len(page["entries"]) for page in pages] == {1: [1, 1, 1], 2: [2, 1], 3: [3]}[each]
    for page in pages:
        assert (page["kind"], page["edition"]) == (form.kind, form.id)
        for entry in page["entries"]:
            assert set(entry["fields"]) - {"trangSo"} == set(form.columns) - {"trangSo"}
            assert sum(bool(cell["text"]) for cell in entry["fields"].values()) > 0.5 * len(form.columns)
    numbers = [entry["fields"]["so"]["text"].split("/")[0] for page in pages for entry in page["entries"]]
    assert [int(n) - int(numbers[0]) for n in numbers] == [0, 1, 2]


def test_an_opened_book_shows_two_pages_at_once(tmp_path: Path) -> None:
    sample = make_book(tmp_path, cases=3, seed=4, formats=("jpeg",), difficulty="easy", dpi=70, opened=True)
    pages = truth(sample)
    assert sample.pages == len(pages) == 5
    assert [page.get("sides") for page in pages[1:]] == [
        ["other", "entry"], ["entry", "entry"], ["blank", "index"], ["other", "blank"],
    ]  # fmt: skip
    assert [len(page["entries"]) for page in pages] == [0, 1, 2, 0, 0]
    width, height = Image.open(sample.images[2]).size
    assert width > 1.3 * height
    left, right = (entry["fields"]["nksHoTen"]["box"] for entry in pages[2]["entries"])
    assert left[0] + left[2] < width / 2 < right[0]


def test_notes_in_margins_change_nothing_else_of_a_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hard = DIALS["hard"]
    written = {}
    for name, share in (("without", 0.0), ("with", 1.0)):
        monkeypatch.setitem(DIALS, "hard", replace(hard, margin=share))
        written[name] = truth(make_book(tmp_path / name, cases=3, seed=21, difficulty="hard", dpi=60))
    plain = [{key: page[key] for key in page if key != "margin"} for page in written["with"]]
    assert plain == written["without"]
    pages = [page for page in written["with"] if page["role"] == "entry"]
    assert len(pages) == 3
    for page in pages:
        (note,) = page["margin"]
        assert note["text"] == unicodedata.normalize("NFC", note["text"]) != ""
        assert len(note["polygon"]) == 4


def test_a_note_in_the_margin_is_where_the_truth_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    easy = DIALS["easy"]
    pages = {}
    for name, share in (("without", 0.0), ("with", 1.0)):
        monkeypatch.setitem(DIALS, "easy", replace(easy, margin=share, seal=0.0))
        made = make_book(tmp_path / name, cases=2, seed=8, difficulty="easy", dpi=100, formats=("png",))
        pages[name] = [np.asarray(Image.open(image).convert("L"), np.int16) for image in made.images]
        rows = truth(made)
    for row, bare, noted in zip(rows, pages["without"], pages["with"], strict=True):
        ink = np.asarray(bare - noted > 60)
        assert ink.any() == ("margin" in row)
        if ink.any() and row["role"] == "entry":
            inside = np.zeros(ink.shape, np.uint8)
            cv2.fillPoly(inside, [np.round(row["margin"][0]["polygon"]).astype(np.int32)], 1)
            assert ink[cv2.dilate(inside, np.ones((7, 7), np.uint8)) > 0].sum() > 0.5 * ink.sum()

"""Bad input: refused with its reason, kept with its digest, and never in the way of the other pages."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from pipeline.decode import JPEG, Limits, decode_page, read_header, sniff
from pipeline.intake import files_of, natural
from pipeline.readers import MakeReaders, Readers
from records.books import PointKind
from records.codes import PageStatus
from records.errors import PageError, WrongUse
from records.pages import Digest
from records.ports import Image
from records.readings import PageReading
from tests.pipeline.conftest import Desk
from tests.pipeline.hostile import (
    Hostile,
    corpus,
    grey_page,
    hidden_page,
    jpeg_claiming,
    pdf_around,
    pdf_of,
    png_bomb,
    saved,
    text_page,
    tiff,
)
from tests.pipeline.stubs import Pages, readers
from wiring.bookkeeping import Bookkeeping

ALL = corpus()


@pytest.mark.parametrize("file", ALL, ids=lambda f: f.name)
def test_each_is_refused_for_its_reason(file: Hostile) -> None:
    with pytest.raises(PageError) as refused:
        header = read_header(file.data, Limits())
        assert file.found == "page", "the header was taken"
        decode_page(file.data, header.media_type, 1, Limits())
    assert refused.value.code == file.code
    told = refused.value.message()
    for words in (told.vi, told.en):
        assert words
        assert "{" not in words
        assert "?" not in words


@pytest.mark.slow
def test_a_whole_delivery_of_them(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    for file in ALL:
        (folder / file.name).write_bytes(file.data)
    good = saved(text_page(), "PNG")
    (folder / "good.jpg").write_bytes(good)  # a PNG by content: taken for what it is
    report = desk.take(folder)
    failed = {f.file: f for f in report.failed}
    assert {name: f.code for name, f in failed.items()} == {f.name: f.code for f in ALL}
    assert [(w.file, w.code) for w in report.listed] == [("good.jpg", "EDITION_UNKNOWN")]
    for file in ALL:
        row = failed[file.name]
        assert row.digest == hashlib.sha256(file.data).hexdigest()
        assert desk.archive.get(Digest(row.digest)) == file.data
        assert row.page == (0 if file.found == "header" else 1)
        assert "?" not in row.message + row.message_en
    assert "30000 × 30000" in failed["bomb.png"].message
    assert "120" in failed["bomb.png"].message_en
    assert desk.take(folder) == report  # again: nothing changes


@pytest.mark.slow
def test_bombs_are_refused_in_little_memory(tmp_path: Path) -> None:
    """The whole address space may grow by 300 MB and the refusal may take 10 s of processor time."""
    bombs = {
        "bomb.png": png_bomb(),
        "claims.jpg": jpeg_claiming(60_000, 60_000),
        "many.tif": tiff(*[grey_page(64, 64, 4096)] * 65_535, pixels=bytes(4096)),
        "poster.pdf": pdf_of((14_400, 14_400)),
    }
    for name, data in bombs.items():
        (tmp_path / name).write_bytes(data)
    script = """
import resource, sys
from pathlib import Path
from pipeline.decode import Limits, read_header
from records.errors import PageError
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 300 * 2**20,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (int(resource.getrusage(resource.RUSAGE_SELF).ru_utime) + 10,) * 2)
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        read_header(path.read_bytes(), Limits())
        print(path.name, "taken")
    except PageError as error:
        print(path.name, error.code)
"""
    ran = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:-1] == [
        "bomb.png IMAGE_TOO_LARGE",
        "claims.jpg IMAGE_TOO_LARGE",
        "many.tif FILE_TOO_MANY_PAGES",
        "poster.pdf IMAGE_TOO_LARGE",
    ]


def test_only_what_a_pdf_shows_is_drawn() -> None:
    data = hidden_page()
    header = read_header(data, Limits())
    image, dpi = decode_page(data, header.media_type, 1, Limits())
    assert (image.shape[1], image.shape[0]) == pytest.approx(header.sizes[0], abs=1)
    assert dpi == 200.0


def test_a_page_too_large_fails_alone(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "mixed.pdf"
    path.write_bytes(pdf_of((14_400, 14_400), (595, 842)))
    report = desk.take(path)
    assert [(f.page, f.code) for f in report.failed] == [(1, "IMAGE_TOO_LARGE")]
    assert [(w.page, w.code) for w in report.listed] == [(2, "PAGE_BLANK")]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "PDF"])
def test_type_is_told_by_content(kind: str) -> None:
    data = saved(text_page(), kind)
    header = read_header(data, Limits())
    assert header.media_type == sniff(data)
    assert header.media_type.endswith(kind.lower())
    image, _ = decode_page(data, header.media_type, 1, Limits())
    assert (image.shape[1], image.shape[0]) == pytest.approx(header.sizes[0], abs=1 if kind == "PDF" else 0)
    assert float(image[15, :].mean()) > 225


def test_pages_of_a_tiff_have_their_own_sizes() -> None:
    pages = [text_page(300, 400), text_page(500, 200), text_page(128, 256)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    header = read_header(data, Limits())
    assert header.sizes == ((300, 400), (500, 200), (128, 256))
    for number, page in enumerate(pages, start=1):
        image, _ = decode_page(data, header.media_type, number, Limits())
        assert np.array_equal(image[:, :, ::-1], np.asarray(page))


@pytest.mark.parametrize("told", [0, 9, 65_535])
def test_an_orientation_that_is_none_leaves_a_page_as_it_is(told: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = told
    data = saved(text_page(200, 400), "JPEG", exif=exif)
    assert read_header(data, Limits()).sizes[0] == (200, 400)
    pixels, _ = decode_page(data, JPEG, 1, Limits())
    assert pixels.shape[:2] == (400, 200)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_orientation_is_followed_and_told(kind: str, orientation: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    data = saved(text_page(200, 400), kind, exif=exif)
    header = read_header(data, Limits())
    image, _ = decode_page(data, header.media_type, 1, Limits())
    assert (image.shape[1], image.shape[0]) == header.sizes[0]
    assert header.sizes[0] == ((400, 200) if orientation >= 5 else (200, 400))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey_keep_their_tones(kind: str) -> None:
    tones = np.linspace(0, 65_535, 100).astype(np.uint16)
    data = saved(Pillow.fromarray(np.tile(tones, (100, 1))), kind)
    image, _ = decode_page(data, sniff(data) or "", 1, Limits())
    assert image[50, :, 0].tolist() == (tones >> 8).tolist()


def test_what_is_transparent_is_paper() -> None:
    clear = np.zeros((100, 100, 4), np.uint8)
    clear[40:60, 40:60, 3] = 255
    image, _ = decode_page(saved(Pillow.fromarray(clear), "PNG"), "image/png", 1, Limits())
    assert image[5, 5].tolist() == [255, 255, 255]
    assert image[50, 50].tolist() == [0, 0, 0]


def test_a_sound_picture_in_a_pdf_is_taken() -> None:
    data = pdf_around(saved(text_page(), "JPEG"))
    image, _ = decode_page(data, read_header(data, Limits()).media_type, 1, Limits())
    assert image.shape == (1600, 1200, 3)


def test_a_page_that_is_not_there() -> None:
    with pytest.raises(PageError) as refused:
        decode_page(saved(text_page(), "JPEG"), JPEG, 2, Limits())
    assert refused.value.code == "IMAGE_DAMAGED"


def test_too_many_bytes() -> None:
    with pytest.raises(PageError) as refused:
        read_header(bytes(3 * 2**20), Limits(file_bytes=2**20))
    assert refused.value.code == "FILE_TOO_LARGE"
    assert refused.value.facts == {"megabytes": 3, "most": 1}


def test_hidden_files_and_tables_stay_where_they_are(tmp_path: Path) -> None:
    for name in ("page10.png", "page2.png", ".hidden.png", ".git/x.png", "truth.jsonl", "notes.TXT"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "scan.txt").write_bytes(b"\xff\xd8\xff\xe0 no text")
    assert [name for name, _ in files_of(tmp_path)] == ["page2.png", "page10.png", "scan.txt"]


def test_a_link_is_told_and_not_followed(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "link.png").symlink_to("/etc/hostname")
    (folder / "broken.png").symlink_to(tmp_path / "nowhere")
    report = desk.take(folder)
    told = [(f.file, f.code) for f in report.failed]
    assert told == [("broken.png", "FILE_IS_LINK"), ("link.png", "FILE_IS_LINK")]
    assert Path("/etc/hostname").read_bytes() not in [desk.archive.get(d) for d in desk.archive.digests()]


def test_a_folder_of_folders_is_one_delivery_in_natural_order(tmp_path: Path) -> None:
    for name in ("vol10/p1.png", "vol9/p2.png", "vol9/p10.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [name for name, _ in files_of(tmp_path)] == ["vol9/p2.png", "vol9/p10.png", "vol10/p1.png"]


@given(st.lists(st.integers(0, 10**6), unique=True), st.text(max_size=6))
def test_names_are_sorted_as_people_count(numbers: list[int], name: str) -> None:
    stem = name if not name[-1:].isdecimal() else f"{name}_"
    names = [f"{stem}{n}.jpg" for n in sorted(numbers)]
    names.reverse()
    assert sorted(names, key=natural) == names[::-1]
    assert natural("1²2") < natural("2")


def test_a_name_that_is_no_text_is_kept_readable(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    with open(os.fsencode(folder) + b"/trang-\xff.png", "wb") as out:  # noqa: PTH123
        out.write(b"no image")
    report = desk.take(folder)
    assert [(f.file, f.code) for f in report.failed] == [("trang-�.png", "FILE_NOT_AN_IMAGE")]


@pytest.mark.parametrize("lies", ["nowhere", "empty", "elsewhere"])
def test_nothing_to_take(desk: Desk, tmp_path: Path, lies: str) -> None:
    path = tmp_path / "delivery"
    if lies == "empty":
        path.mkdir()
    if lies == "elsewhere":
        path.symlink_to("/etc/hostname")
    with pytest.raises(WrongUse) as refused:
        desk.take(path)
    assert refused.value.code in ("DELIVERY_NOT_FOUND", "DELIVERY_EMPTY")


def test_blank_pages_wait_for_a_person(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    Pillow.new("RGB", (1240, 1754), (244, 240, 228)).save(folder / "blank.png")
    report = desk.take(folder)
    assert [(w.file, w.code) for w in report.listed] == [("blank.png", "PAGE_BLANK")]
    (page,) = desk.register.delivered_pages(report.delivery, PageStatus.WAITING)
    assert page.role is not None
    assert page.role.value == "blank"


class _NeverDone(Pages):
    """Does not end in time, as the reader of print on wood grain."""

    def read_page(self, image: Image) -> PageReading:
        raise PageError("TESSERACT_FAILED", detail="process timeout")


def slow_readers() -> Readers:
    """Readers of which that of forms never ends."""
    return replace(readers(), forms=_NeverDone())


def test_a_table_on_which_print_is_sought_in_vain_is_no_page_and_a_page_is(
    open_desk: Callable[[MakeReaders], Desk], tmp_path: Path
) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    grain = np.random.default_rng(4).normal(0, 10, (900, 1200, 1))
    table = np.clip(np.array((120, 80, 50)) + grain, 0, 255).astype(np.uint8)
    Pillow.fromarray(table).save(folder / "1-table.png")
    text_page().save(folder / "2-page.png")
    report = open_desk(slow_readers).take(folder)
    assert [(w.file, w.code) for w in report.listed] == [("1-table.png", "PAGE_NOT_IN_PICTURE")]
    assert [(w.file, w.code) for w in report.failed] == [("2-page.png", "TESSERACT_FAILED")]


def test_a_table_without_a_page_and_the_back_of_a_page_stand_on_the_ledger(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    grain = np.random.default_rng(4).normal(0, 10, (900, 1200, 1))
    table = np.clip(np.array((120, 80, 50)) + grain, 0, 255).astype(np.uint8)
    Pillow.fromarray(table).save(folder / "1-table.png")
    front = 255 - np.asarray(text_page().convert("L"), np.float64)
    through = cv2.GaussianBlur(front[:, ::-1], (0, 0), 3) * 0.1  # as print is seen from behind
    Pillow.fromarray(np.uint8(240 - through)).save(folder / "2-back.png")
    report = desk.take(folder)
    assert [(w.file, w.code) for w in report.listed] == [
        ("1-table.png", "PAGE_NOT_IN_PICTURE"),
        ("2-back.png", "PAGE_BLANK"),
    ]
    assert list(desk.register.entries()) == []
    account = Bookkeeping(desk.register).account(report.delivery)
    points = [p for p in account.report.points if p.kind is PointKind.NO_ENTRY]
    assert [point.places[0].file for point in points] == ["1-table.png", "2-back.png"]
    assert [point.why.code for point in points] == ["PAGE_NOT_IN_PICTURE", "PAGE_BLANK"]
    assert not account.standing.closed

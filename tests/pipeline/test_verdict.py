"""The verdict at the scanner: every fault is found where it was put, and nothing on clean pages."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from pipeline.decode import Limits, decode_page, read_header
from pipeline.marking import marked
from pipeline.places import place_of
from pipeline.verdict import judge, same_sheet
from pipeline.watch import judge_file
from records.geometry import Box
from records.messages import catalogue
from records.ports import Image
from records.verdicts import Severity
from samples import HELD_OUT, make_book
from samples.faults import FAULTS, scanned_again, spoil
from tests.pipeline.hostile import corpus, cut_with_end_mark, png_bomb, saved, text_page

FOUND_BY = {
    "out_of_focus": {"SCAN_BLURRED", "SCAN_MOVED"},
    "moved": {"SCAN_BLURRED", "SCAN_MOVED"},
    "cut_edge": {"SCAN_CUT"},
    "corner_folded": {"SCAN_CORNER"},
    "glare": {"SCAN_GLARE"},
    "finger": {"SCAN_COVERED"},
    "skewed": {"SCAN_SKEWED"},
    "show_through": {"SCAN_SHOW_THROUGH"},
    "too_dark": {"SCAN_DARK"},
    "too_light": {"SCAN_LIGHT"},
    "low_resolution": {"SCAN_COARSE"},
    "shadow": {"SCAN_SHADOW"},
    "upside_down": {"SCAN_UPSIDE_DOWN"},
    "no_page": {"SCAN_NO_PAGE"},
    "blank": {"SCAN_BLANK"},
}
WARNED = {"upside_down", "blank"}


def opened(file: Path) -> Image:
    data = file.read_bytes()
    return decode_page(data, "image/jpeg", 1, Limits())[0]


def codes(image: Image) -> set[str]:
    return {fault.code for fault in judge(image).verdict.faults}


def on_table(page: Image, colour: tuple[int, int, int], seed: int = 1) -> Image:
    """The page as a camera sees it, a little from one side, on a table with a grain."""
    h, w = page.shape[:2]
    y, x = np.mgrid[0 : round(1.3 * h), 0 : round(1.4 * w)]
    grain = 1 + 0.12 * np.sin(y / 60 + 2 * np.sin(x / 300)) + np.random.default_rng(seed).normal(0, 0.03, y.shape)
    table = np.clip(np.array(colour) * grain[:, :, None], 0, 255).astype(np.uint8)
    corners = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    seen = np.array([(0.2, 0.15), (1.2, 0.14), (1.24, 1.15), (0.17, 1.16)], np.float32) * np.array([w, h], np.float32)
    there = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    size = (table.shape[1], table.shape[0])
    lying = cv2.warpPerspective(page, there, size)
    mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), there, size)
    return np.asarray(np.where(mask[:, :, None] > 0, lying, table), np.uint8)


TABLES = {"wood": (60, 95, 140), "grey": (120, 120, 120), "blue": (120, 80, 50), "dark": (45, 45, 45)}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Image]:
    """Two entries of one form in one hand."""
    book = make_book(
        tmp_path_factory.mktemp("glass"), cases=2, seed=41, difficulty="medium", formats=("jpeg",), setting="dotted",
        hands=HELD_OUT[:1],
    )  # fmt: skip
    return [opened(file) for file in book.images[2:4]]


def test_every_fault_of_the_samples_is_looked_for() -> None:
    assert set(FOUND_BY) == set(FAULTS)


@pytest.mark.slow
def test_clean_pages_are_accepted_without_a_word(pages: list[Image]) -> None:
    assert [judge(page).verdict.faults for page in pages] == [(), ()]


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_told_with_its_place(pages: list[Image], name: str) -> None:
    image = spoil(pages[0], name, 0.6, seed=3)
    verdict = judge(image).verdict
    found = [fault for fault in verdict.faults if fault.code in FOUND_BY[name]]
    assert found, verdict.faults
    assert verdict.ok is (name in WARNED)
    box = found[0].region.box()
    assert box.x >= 0
    assert box.y >= 0
    assert box.right <= image.shape[1] + 1
    assert box.bottom <= image.shape[0] + 1
    assert "{" not in found[0].message().vi


@pytest.mark.slow
@pytest.mark.parametrize(("above", "of", "told"), [(0.44, 36, False), (0.39, 36, True), (0.44, 90, True)])
def test_few_marks_on_the_wrong_side_of_letters_turn_no_page(
    pages: list[Image], monkeypatch: pytest.MonkeyPatch, above: float, of: int, told: bool
) -> None:
    monkeypatch.setattr("pipeline.verdict.marks_above", lambda *_: (above, of))
    assert ("SCAN_UPSIDE_DOWN" in codes(pages[0])) is told


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """An opened book with a table over both pages."""
    book = make_book(
        tmp_path_factory.mktemp("table"), edition_id="birth-1961", cases=8, seed=61, difficulty="easy",
        formats=("jpeg",), hands=HELD_OUT[:1],
    )  # fmt: skip
    return opened(book.images[2])


@pytest.mark.slow
@pytest.mark.parametrize("side", ["left", "right", "top"])
def test_a_table_whose_rules_run_out_of_the_picture_is_cut(table: Image, side: str) -> None:
    h, w = table.shape[:2]
    cut = {"left": table[:, w // 6 :], "right": table[:, : -w // 6], "top": table[h // 5 :]}[side]
    (fault,) = [f for f in judge(cut).verdict.faults if f.code == "SCAN_CUT"]
    assert fault.severity is Severity.RESCAN
    assert judge(table).verdict.faults == ()


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_a_page_on_a_table_is_told_from_the_table(pages: list[Image], table: str) -> None:
    assert judge(on_table(pages[0], TABLES[table])).verdict.faults == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["finger", "shadow", "glare"])
def test_a_fault_of_a_page_on_a_table_is_found(pages: list[Image], name: str) -> None:
    assert codes(on_table(spoil(pages[0], name, 0.5, seed=3), TABLES["wood"])) & FOUND_BY[name]


@pytest.mark.slow
def test_a_finger_is_framed_where_it_lies(pages: list[Image]) -> None:
    image = spoil(pages[0], "finger", 0.5, seed=1)
    (fault,) = [f for f in judge(image).verdict.faults if f.code == "SCAN_COVERED"]
    changed = np.abs(image.astype(int) - pages[0]).max(axis=2) > 60
    ys, xs = np.nonzero(changed)
    truth = Box(float(xs.min()), float(ys.min()), float(np.ptp(xs)), float(np.ptp(ys)))
    assert fault.region.box().iou(truth) > 0.5


@pytest.mark.slow
def test_the_same_sheet_is_known_again_and_another_case_of_its_form_is_not(pages: list[Image]) -> None:
    first, second = (judge(page).print for page in pages)
    assert same_sheet(second, {"one.jpg": first}) is None
    for bad in ("finger", "out_of_focus", "skewed", "too_dark", "glare"):
        again = judge(spoil(scanned_again(pages[0], 3), bad, 0.5, seed=5)).print
        assert same_sheet(again, {"other.jpg": second, "one.jpg": first}) == "one.jpg", bad
    told = judge(scanned_again(pages[0], 4), {"one.jpg": first}).verdict
    assert [(f.code, f.severity) for f in told.faults] == [("SCAN_TWICE", Severity.WARN)]
    assert "one.jpg" in told.faults[0].message().vi


@pytest.mark.slow
@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize("share", [0.06, 0.1, 0.18])
def test_the_whole_sheet_of_a_cut_picture_is_known_and_another_case_is_not(
    pages: list[Image], side: str, share: float
) -> None:
    first, second = (judge(page).print for page in pages)
    again = scanned_again(pages[0], 6)
    x, y = round(share * again.shape[1]), round(share * again.shape[0])
    cut = judge({"left": again[:, x:], "right": again[:, :-x], "top": again[y:], "bottom": again[:-y]}[side]).print
    assert same_sheet(first, {"other.jpg": second, "cut.jpg": cut}) == "cut.jpg"
    assert same_sheet(cut, {"other.jpg": second, "one.jpg": first}) == "one.jpg"
    assert same_sheet(second, {"cut.jpg": cut}) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["grey", "cmyk", "sixteen", "alpha"])
def test_a_clean_page_is_accepted_in_every_kind_of_pixels(pages: list[Image], name: str) -> None:
    picture = Pillow.fromarray(np.ascontiguousarray(pages[0][:, :, ::-1]))
    made = {
        "grey": lambda: saved(picture.convert("L"), "PNG"),
        "cmyk": lambda: saved(picture.convert("CMYK"), "JPEG", quality=90),
        "sixteen": lambda: saved(Pillow.fromarray(np.asarray(picture.convert("L"), np.uint16) * 257), "TIFF"),
        "alpha": lambda: saved(picture.convert("RGBA"), "PNG"),
    }[name]()
    (page,) = judge_file(made, Limits(), {})
    assert page.verdict.faults == ()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"not a picture", "FILE_NOT_AN_IMAGE"),
        (png_bomb(), "IMAGE_TOO_LARGE"),
        (saved(Pillow.new("RGB", (1, 1)), "PNG"), "IMAGE_TOO_SMALL"),
        (cut_with_end_mark(saved(text_page(), "JPEG")), "IMAGE_TRUNCATED"),
    ],
    ids=["empty", "text", "bomb", "one pixel", "cut"],
)
def test_what_cannot_be_opened_is_to_be_scanned_again(data: bytes, code: str) -> None:
    (page,) = judge_file(data, Limits(), {})
    assert not page.verdict.ok
    assert [f.code for f in page.verdict.faults] == [code]
    assert page.image is None


def test_no_hostile_file_is_called_good() -> None:
    for file in corpus():
        verdicts = [page.verdict for page in judge_file(file.data, Limits(pages_per_file=50), {})]
        assert verdicts, file.name
        assert not all(v.ok for v in verdicts), file.name


@pytest.mark.parametrize(("width", "height"), [(20_000, 100), (64, 4000), (1, 1), (3, 900)])
def test_a_strip_is_no_page(width: int, height: int) -> None:
    verdict = judge(np.full((height, width, 3), 240, np.uint8)).verdict
    assert [f.code for f in verdict.faults] == ["SCAN_NO_PAGE"]


@pytest.mark.slow
def test_a_picture_20000_pixels_wide_is_judged(pages: list[Image]) -> None:
    wide = np.asarray(cv2.resize(pages[0], (20_000, 4_400), interpolation=cv2.INTER_NEAREST), np.uint8)
    assert judge(wide).verdict.width == 20_000


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_picture_is_judged_without_failing(level: int) -> None:
    verdict = judge(np.full((900, 700), level, np.uint8)).verdict
    assert {f.code for f in verdict.faults} & {"SCAN_NO_PAGE", "SCAN_BLANK"}


def test_noise_is_judged_without_failing() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (1200, 900, 3), dtype=np.uint8)
    assert judge(noise).verdict.width == 900


@pytest.mark.parametrize(
    ("box", "words"),
    [
        (Box(0, 0, 100, 100), "cả trang"),
        (Box(0, 60, 100, 40), "nửa dưới"),
        (Box(0, 0, 30, 100), "nửa trái"),
        (Box(80, 0, 10, 10), "góc trên bên phải"),
        (Box(40, 40, 20, 20), "giữa trang"),
    ],
)
def test_a_place_is_told_in_words(box: Box, words: str) -> None:
    assert place_of(box.polygon(), 100, 100)["where"] == words


@pytest.mark.slow
def test_the_marked_picture_shows_the_page_and_frames_in_colour(pages: list[Image]) -> None:
    image = spoil(pages[0], "glare", 0.5, seed=1)
    verdict = judge(image).verdict
    picture = Pillow.open(io.BytesIO(marked(image, verdict, 1000)))
    assert max(picture.size) == 1000
    red = np.asarray(picture).astype(int)
    assert ((red[:, :, 0] > 170) & (red[:, :, 1] < 90) & (red[:, :, 2] < 90)).sum() > 500
    assert read_header(marked(image, verdict), Limits()).sizes[0][1] == 1400


def test_every_message_of_a_verdict_says_what_to_do_next() -> None:
    for code, words in catalogue().items():
        if code.startswith("SCAN_") and ":" in words["vi"]:
            assert words["vi"].split(":", 1)[1].strip().endswith(".")

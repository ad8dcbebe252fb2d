"""Round seals are told from everything else in red, on pages drawn here."""

import cv2
import numpy as np
import pytest

from forms import ward_on_seal
from ocr.tesseract import TesseractLines
from pipeline.prepare import redness
from pipeline.rims import rim
from pipeline.seals import find_seals, red_writing
from records.ports import Image
from samples.marks import seal as drawn_seal

RED = (48, 38, 206)
SIZE = (2339, 1654)


def page() -> Image:
    return np.full((*SIZE, 3), 245, np.uint8)


def press(image: Image, x: int, y: int, colour: tuple[int, int, int] = RED) -> None:
    """Draw a seal of office: two rings, letters between them, a star's place."""
    cv2.circle(image, (x, y), 140, colour, 6)
    cv2.circle(image, (x, y), 131, colour, 2)
    cv2.circle(image, (x, y), 83, colour, 2)
    for turn in np.linspace(0, 2 * np.pi, 22, endpoint=False):
        at = (round(x + 106 * np.cos(turn)) - 8, round(y + 106 * np.sin(turn)) + 8)
        cv2.putText(image, "U", at, cv2.FONT_HERSHEY_SIMPLEX, 0.8, colour, 3)
    cv2.circle(image, (x, y), 22, colour, -1)


def write(image: Image, x: int, y: int, lines: int = 3, colour: tuple[int, int, int] = RED) -> None:
    """Write a note of some lines."""
    for k in range(lines):
        cv2.putText(image, "Da thay doi theo QD 12", (x, y + 45 * k), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.3, colour, 3)


def seals(image: Image) -> list[tuple[int, int]]:
    return [(round(s.x), round(s.y)) for s in find_seals(redness(image))]


def across(image: Image) -> int:
    """How many seals something is written across."""
    return len(red_writing(redness(image), find_seals(redness(image)))[1])


def left(image: Image) -> int:
    return cv2.countNonZero(red_writing(redness(image), find_seals(redness(image)))[0])


def test_a_page_without_red_holds_no_seal() -> None:
    image = page()
    write(image, 100, 300, colour=(120, 40, 30))
    assert seals(image) == []
    assert left(image) == 0
    assert find_seals(np.zeros((20, 20), np.uint8)) == []


@pytest.mark.parametrize("x", [600, 1000, 1654, 1640, 10])
def test_a_seal_is_found_whole_and_half_over_the_edge(x: int) -> None:
    image = page()
    press(image, x, 1200)
    ((found_x, found_y),) = seals(image)
    assert abs(found_x - x) < 12
    assert abs(found_y - 1200) < 12
    assert left(image) == 0
    assert across(image) == 0


def test_a_pale_seal_with_gaps_is_found() -> None:
    image = page()
    press(image, 900, 1500, colour=(190, 185, 236))
    rng = np.random.default_rng(3)
    for _ in range(120):
        at = (int(rng.integers(740, 1060)), int(rng.integers(1340, 1660)))
        cv2.circle(image, at, 8, (245, 245, 245), -1)
    assert len(seals(image)) == 1
    assert left(image) == 0


def test_a_note_and_a_stamp_in_red_are_no_seal() -> None:
    image = page()
    write(image, 200, 500)
    write(image, 1200, 1500, lines=6)  # runs over the edge
    cv2.rectangle(image, (300, 1800), (620, 1930), RED, 4)
    cv2.putText(image, "HUY BO", (320, 1890), cv2.FONT_HERSHEY_SIMPLEX, 2.2, RED, 9)
    assert seals(image) == []
    assert left(image) > 10_000


def test_a_note_over_a_seal_is_seen_where_it_leaves_the_seal() -> None:
    image = page()
    press(image, 900, 1200)
    write(image, 880, 1180)
    assert len(seals(image)) == 1
    mask, _ = red_writing(redness(image), find_seals(redness(image)))
    assert cv2.countNonZero(mask[:, 1060:]) > 1500
    assert cv2.countNonZero(mask[1100:1300, 800:1000]) == 0


def test_words_within_a_seal_are_told_though_their_ink_is_the_seals() -> None:
    stamped, written = page(), page()
    for image in (stamped, written):
        press(image, 900, 1200)
        assert across(image) == 0
    cv2.rectangle(stamped, (810, 1160), (990, 1240), RED, 4)
    for k, words in enumerate(("Thay doi", "theo QD so", "12 ngay 5/6")):
        cv2.putText(written, words, (795, 1150 + 55 * k), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.5, RED, 6)
    assert across(stamped) == 1
    assert across(written) == 1


@pytest.mark.parametrize(
    ("ward", "x", "turn"), [("Bạch Mai", 700, -9.0), ("Quỳnh Lôi", 1300, 6.0), ("Phố Huế", 420, 0.0)]
)
def test_the_ward_is_read_on_a_seals_rim(ward: str, x: int, turn: float) -> None:
    face = drawn_seal(ward, 200)
    half = face.shape[0] // 2
    face = cv2.warpAffine(face, cv2.getRotationMatrix2D((half, half), turn, 1.0), face.shape[::-1]).astype(np.float32)
    image = page()
    part = image[1200 - half : 1200 - half + len(face), x - half : x - half + len(face)]
    share = face[:, :, None] / 255
    part[:] = (1 - share) * part + share * np.array(RED)
    cv2.line(image, (x - 260, 1150), (x + 260, 1330), (120, 40, 30), 5)  # a pen across it
    red = redness(image)
    (found,) = find_seals(red)
    strip = rim(red, found)
    assert strip is not None
    told = ward_on_seal(TesseractLines().read_line(strip).text, f"UBND phường {ward}, quận Hai Bà Trưng")
    assert told is not None
    assert told.name == ward


def test_the_rim_of_a_seal_over_the_edge_is_not_read() -> None:
    image = page()
    press(image, 1640, 1200)
    red = redness(image)
    assert [rim(red, found) for found in find_seals(red)] == [None]

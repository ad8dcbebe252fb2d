"""One sheet scanned twice is known again from its masters, which are looked at only once."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.evaluate import read_truth
from pipeline.sheets import Sheets
from records.pages import Digest, PageId
from records.ports import Archive, Image
from samples import make_book
from tests.pipeline.conftest import Desk
from tests.register.shelving import hand_in

pytestmark = pytest.mark.slow


def scanned_again(image: Image) -> Image:
    """Another picture of the sheet: laid a little askew, a little lighter."""
    h, w = image.shape[:2]
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), 0.7, 0.985)
    laid = cv2.warpAffine(image, turn, (w, h), borderValue=(205, 208, 210))
    return np.asarray(np.clip(laid.astype(np.float32) * 1.03, 0, 255), np.uint8)


def jpeg(image: Image) -> bytes:
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


@dataclass
class Counting:
    """An archive that counts what is asked of it."""

    inner: Archive
    asked: list[Digest] = field(default_factory=list)

    def __call__(self) -> Archive:
        return self  # type: ignore[return-value]

    def get(self, digest: Digest) -> bytes:
        self.asked.append(digest)
        return self.inner.get(digest)


@pytest.fixture
def pictures(tmp_path: Path) -> dict[int, bytes]:
    """Two cases of one form, and the first of them scanned again."""
    made = make_book(tmp_path / "book", cases=2, seed=7, difficulty="easy", formats=("jpeg",))
    files = [made.folder / row["file"] for row in read_truth(made.folder) if row["role"] == "entry"]
    first, second = [np.asarray(cv2.imread(str(file)), np.uint8) for file in files]
    return {1: jpeg(first), 2: jpeg(second), 3: jpeg(scanned_again(first))}


def test_a_sheet_is_known_again_and_its_master_is_fetched_once(desk: Desk, pictures: dict[int, bytes]) -> None:
    hand_in(desk.register, desk.archive, "d1", ["1", "2", "1", "1"], pictures=pictures)
    one, two, again, small = (page.page.id for page in desk.register.delivered_pages("d1"))
    archive = Counting(desk.archive)
    sheets = Sheets(archive, desk.register)
    assert sheets.same(one, again)
    assert not sheets.same(one, two)
    assert not sheets.same(one, small)
    assert len(archive.asked) == 4
    assert Sheets(archive, desk.register).same(again, one)
    assert len(archive.asked) == 4


def test_of_a_picture_that_is_not_to_be_had_nothing_is_told(desk: Desk, pictures: dict[int, bytes]) -> None:
    hand_in(desk.register, desk.archive, "d1", ["1", "1"], pictures={1: pictures[1]})
    (page, _) = desk.register.delivered_pages("d1")
    lost = replace(page, seq=3, page=replace(page.page, id=PageId("0" * 16 + "-0001"), master=Digest("0" * 64)))
    desk.register.open_delivery(desk.register.delivery("d1"), [lost])
    assert not Sheets(lambda: desk.archive, desk.register).same(page.page.id, lost.page.id)

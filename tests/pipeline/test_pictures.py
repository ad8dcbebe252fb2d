"""Pictures for people are cut from the master, wherever an outline lies."""

import datetime as dt

import cv2
import numpy as np
import pytest

from pipeline import Pictures
from records.codes import DeliveryKind, PageStatus
from records.errors import NotFound
from records.geometry import Box, Polygon
from records.pages import DeliveredPage, Delivery, PageId, PageImage, page_id
from records.ports import Image
from tests.pipeline.conftest import Desk
from tests.pipeline.hostile import saved, text_page


@pytest.fixture
def page(desk: Desk) -> PageId:
    digest = desk.archive.put(saved(text_page(), "PNG"), "image/png")
    image = PageImage(page_id(digest, 1), digest, 1, 600, 800, None)
    delivery = Delivery("d", DeliveryKind.BOOK, "d", dt.datetime.now(dt.UTC))
    desk.register.open_delivery(delivery, [DeliveredPage("d", 1, "p.png", image, PageStatus.RECEIVED)])
    return image.id


def opened(data: bytes) -> Image:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


@pytest.mark.parametrize(
    "box",
    [
        Box(100, 100, 200, 30),
        Box(0, 0, 600, 800),
        Box(-50, -50, 20, 20),
        Box(700, 900, 50, 50),
        Box(300, 400, 0, 0),
        Box(590, 790, 5000, 5000),
    ],
)
@pytest.mark.parametrize("height", [72, None])
def test_any_outline_gives_a_picture(desk: Desk, page: PageId, box: Box, height: int | None) -> None:
    crop = opened(Pictures(desk.archive, desk.register).crop(page, box.polygon(), height=height))
    assert crop.shape[0] == (height or crop.shape[0])
    assert crop.shape[1] >= 1


def test_a_crop_holds_the_masters_own_pixels(desk: Desk, page: PageId) -> None:
    box = Box(100, 120, 200, 40)
    crop = opened(Pictures(desk.archive, desk.register).crop(page, box.polygon(), margin=0.0, height=None))
    master = np.asarray(text_page())[:, :, ::-1]
    assert np.array_equal(crop, master[116:164, 96:304])


def test_a_page_is_shown_small_with_its_frame(desk: Desk, page: PageId) -> None:
    pictures = Pictures(desk.archive, desk.register)
    frame: Polygon = Box(100, 200, 300, 100).polygon()
    plain, framed = opened(pictures.page(page, 400)), opened(pictures.page(page, 400, frame))
    assert plain.shape == framed.shape == (400, 300, 3)
    changed = np.argwhere(np.abs(plain.astype(int) - framed.astype(int)).max(axis=2) > 60)
    assert abs(changed.min(axis=0) - (100, 50)).max() <= 4
    assert abs(changed.max(axis=0) - (150, 200)).max() <= 4
    assert opened(pictures.page(page)).shape == (800, 600, 3)  # never larger than the master


def test_an_unknown_page_has_no_picture(desk: Desk) -> None:
    with pytest.raises(NotFound):
        Pictures(desk.archive, desk.register).page(PageId("nowhere-0001"))

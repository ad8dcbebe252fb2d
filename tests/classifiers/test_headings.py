"""What a page is, told from its printed headings; and declined where they do not tell."""

import random

import numpy as np
import pytest

from classifiers import HeadingClassifier
from records.codes import PageRole, RegisterKind
from records.geometry import Box
from records.messages import catalogue
from records.pages import Classification
from records.readings import EngineIdentity, PageReading, Word

ENGINE = EngineIdentity("drawn", "1", "0" * 64)
INKED = np.full((400, 300), 240, np.uint8)
INKED[100:140, 50:250] = 30

BIRTH = "SỔ ĐĂNG KÝ KHAI SINH Số Quyển Người được đăng ký khai sinh Họ, chữ đệm, tên Ngày, tháng, năm sinh Giới tính"
PAGES = {
    RegisterKind.BIRTH: BIRTH,
    RegisterKind.MARRIAGE: "SỔ ĐĂNG KÝ KẾT HÔN Họ, chữ đệm, tên người vợ Ngày sinh Họ, chữ đệm, tên người chồng",
    RegisterKind.DEATH: "SỔ ĐĂNG KÝ KHAI TỬ Phần ghi về người được khai tử Nguyên nhân chết Nơi chết",
    RegisterKind.RECOGNITION: "SỔ ĐĂNG KÝ NHẬN CHA, MẸ, CON Người nhận Người được nhận Quan hệ",
    RegisterKind.MARITAL_STATUS: "SỔ CẤP GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN Họ, chữ đệm, tên Nơi cư trú",
}


def classify(text: str, image: np.ndarray = INKED, sure: float = 0.9) -> Classification:
    words = tuple(Word(w, Box(50 + 90 * i, 100, 80, 30).polygon(), sure, 0) for i, w in enumerate(text.split()))
    return HeadingClassifier().classify(image.astype(np.uint8), PageReading(words, ENGINE))


@pytest.mark.parametrize("kind", PAGES)
def test_each_kind_by_its_heading(kind: RegisterKind) -> None:
    said = classify(PAGES[kind])
    assert said.kind is kind
    assert 0.8 <= said.confidence <= 1.0


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("seed", range(3))
def test_a_few_letters_may_be_wrong(kind: RegisterKind, seed: int) -> None:
    draw = random.Random(seed)
    text = "".join(draw.choice("aeiou1l") if c.isalpha() and draw.random() < 0.04 else c for c in PAGES[kind])
    assert classify(text).kind is kind


@pytest.mark.parametrize("kind", PAGES)
def test_the_cover_of_a_book(kind: RegisterKind) -> None:
    heading = " ".join(PAGES[kind].split()[:8])
    said = classify(f"{heading} Quyển số 01 Mở ngày 01/01/2017 Khóa ngày 31/12/2017")
    assert said.role is PageRole.COVER


def test_an_index() -> None:
    assert classify("MỤC LỤC Số thứ tự Họ và tên Trang số").role is PageRole.INDEX


@pytest.mark.parametrize(
    "text",
    [
        "Naissances de l'année mil neuf cent trois table alphabétique des actes",
        "Cộng hòa xã hội chủ nghĩa Việt Nam Độc lập Tự do Hạnh phúc Quyết định về việc",
        f"{PAGES[RegisterKind.BIRTH]} {PAGES[RegisterKind.DEATH]}",
        "x",
    ],
)
def test_what_the_headings_do_not_tell_is_declined_with_a_reason(text: str) -> None:
    said = classify(text)
    assert said.kind is RegisterKind.OTHER
    assert said.reason is not None
    assert said.reason.code in catalogue()
    assert 0.0 <= said.confidence <= 1.0


def test_a_page_without_ink_and_words_is_blank() -> None:
    assert classify("", np.full((400, 300), 245)).role is PageRole.BLANK
    assert classify("", INKED).role is not PageRole.BLANK  # a drawing, or a hand: somebody must look
    assert classify(BIRTH, np.full((400, 300), 245)).kind is RegisterKind.BIRTH


def test_words_seen_in_the_grain_of_empty_paper_do_not_count() -> None:
    grain = " ".join(["aê", "io,", "TRỢ", "..", "nhi"] * 100)
    assert classify(grain, np.full((400, 300), 245), sure=0.3).role is PageRole.BLANK
    assert classify("lại Nhớ TRỢ", np.full((400, 300), 245), sure=0.65).role is PageRole.BLANK

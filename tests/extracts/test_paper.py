import datetime as dt
import io
import re
import subprocess
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf2image import convert_from_bytes

from extracts import read_mark
from extracts.content import paper_of, seal_of
from extracts.rendering import render
from forms.extract_templates import extract_template
from records.codes import EntryState, Presence, RegisterKind
from records.entries import Entry, FieldValue, Note, VerifiedEntry
from records.errors import PartUnavailable, WrongUse
from records.extracts import DraftExtract, ExtractRequest, IssueNumber
from tests.extracts.office import AUTHORITY, BIRTH, DECISION, NOON, SIGNER, VALUES, Office

NUMBER = IssueNumber(AUTHORITY.code, 2026, 12, "TLKS-BS", "92THE-HQN4Q-E2CT2-9TTRN")
SEAL = seal_of(NUMBER, "Nguyễn Ký", NOON, demo=False)
DEATH = {
    "nktHoTen": "Phạm Thị Lụa",
    "nktNgaySinh": "1931",
    "nktGioiTinh": "Nữ",
    "nktDanToc": "Kinh",
    "nktQuocTich": "Việt Nam",
    "nktLoaiGiayToTuyThan": "CMND",
    "nktSoGiayToTuyThan": "số 010000000",
    "nktGioPhutChet": "14 giờ 30 phút",
    "nktNgayChet": "05/02/2019",
    "nktNgayChetGhiBangChu": "Ngày năm tháng hai năm hai nghìn không trăm mười chín",
    "nktNoiChet": "tại nhà riêng",
    "noiDangKy": "Ủy ban nhân dân phường Quỳnh Lôi, quận Hai Bà Trưng, Hà Nội",
    "so": "07/2019",
    "ngayDangKy": "06/02/2019",
}
MARRIAGE = {
    "voHoTen": "Đỗ Thị Yến",
    "voNgaySinh": "02/09/1995",
    "voSoGiayToTuyThan": "001195000000",
    "chongHoTen": "Vũ Đức Huy",
    "chongNgaySinh": "1993",
    "noiDangKy": "Ủy ban nhân dân phường Bách Khoa, quận Hai Bà Trưng, Hà Nội",
    "so": "19/2020",
}


def draft(
    texts: dict[str, str] = BIRTH,
    kind: RegisterKind = RegisterKind.BIRTH,
    template: str = "tlks-bs-2015",
    notes: tuple[str, ...] = (),
) -> DraftExtract:
    fields = tuple(
        FieldValue(
            column,
            Presence.WRITTEN if text else Presence.BLANK,
            text,
            VALUES.get(column, text) if text else "",
            decision=DECISION,
        )
        for column, text in texts.items()
    )
    read = tuple(Note(f"n{i}", text, None, "người đọc", NOON) for i, text in enumerate(notes))
    entry = Entry("KS-0123456789", kind, "e", (), fields, read, EntryState.VERIFIED, verified_by="x", verified_at=NOON)
    request = ExtractRequest(entry.id, "A", "B", "C")
    return DraftExtract(request, VerifiedEntry(entry), template, AUTHORITY, SIGNER)


def pdf_of(one: DraftExtract, *, issued: bool = True) -> bytes:
    template = extract_template(one.template)
    seal = replace(SEAL, number=f"12/{template.suffix}") if issued else None
    return render(paper_of(one, template, NOON, seal), template.layout, NOON)


def text_of(pdf: bytes, *options: str) -> str:
    run = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    return run.stdout.decode("utf-8")


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_paper_says_what_the_book_says() -> None:
    text = text_of(pdf_of(draft()), "-raw")
    assert text == unicodedata.normalize("NFC", text)
    flat = spaced(text)
    for line in (
        "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Số: 12/TLKS-BS",
        "Hai Bà Trưng, ngày 21 tháng 11 năm 2026",
        "TRÍCH LỤC KHAI SINH (BẢN SAO)",
        "Họ, chữ đệm, tên: NGUYỄN THỊ PHƯƠNG THẢO",
        "Ngày, tháng, năm sinh: 15/03/2018 ghi bằng chữ: Ngày mười lăm tháng ba năm hai nghìn không trăm mười tám",
        "Nơi sinh: Nhà hộ sinh A, phường Ngô Thì Nhậm, quận Hai Bà Trưng, Hà Nội",
        "Họ, chữ đệm, tên người mẹ: TRẦN THỊ MỸ DUYÊN",
        "Năm sinh: 25 tuổi",
        "Số 45/2018, ngày 27/03/2018",
        "NGƯỜI KÝ TRÍCH LỤC",
        "KT. CHỦ TỊCH",
        "Lê Thị Minh Hạnh",
        "Mã xác minh: 92THE-HQN4Q-E2CT2-9TTRN",
        "không phải mã của cơ sở dữ liệu quốc gia",
    ):
        assert line in flat, line


def test_labels_stand_in_the_order_of_the_form() -> None:
    flat = spaced(text_of(pdf_of(draft()), "-raw"))
    labels = [f.label for row in extract_template("tlks-bs-2015").rows for f in row.fields]
    at = 0
    for label in labels:
        at = flat.index(label, at) + len(label)


def test_what_is_blank_in_the_book_stays_blank() -> None:
    flat = spaced(text_of(pdf_of(draft(dict.fromkeys(BIRTH, ""))), "-raw"))
    assert "Họ, chữ đệm, tên: Ngày, tháng, năm sinh: ghi bằng chữ: Giới tính: Dân tộc: Quốc tịch: Nơi sinh:" in flat
    assert "Số ngày Ghi chú:" in flat


def test_the_other_kinds_are_printed_from_their_own_data() -> None:
    death = spaced(text_of(pdf_of(draft(DEATH, RegisterKind.DEATH, "tlkt-bs-2015")), "-raw"))
    assert "TRÍCH LỤC KHAI TỬ" in death
    assert "Giấy tờ tùy thân: CMND số 010000000" in death
    assert "Đã chết vào lúc: 14 giờ 30 phút, ngày: 05/02/2019 ghi bằng chữ: Ngày năm tháng hai" in death
    marriage = spaced(text_of(pdf_of(draft(MARRIAGE, RegisterKind.MARRIAGE, "tlkh-bs-2015")), "-raw"))
    assert "Số: 12/TLKH-BS" in marriage
    assert "Họ, chữ đệm, tên vợ: ĐỖ THỊ YẾN" in marriage
    assert "Số: 19/2020, ngày Ghi chú:" in marriage


def test_notes_are_printed_and_a_long_one_goes_on_to_a_second_page_with_the_signer() -> None:
    note = "Đã cải chính họ tên mẹ theo Quyết định số 12/QĐ ngày 03/04/2019."
    assert f"Ghi chú: {note}" in spaced(text_of(pdf_of(draft(notes=(note,))), "-raw"))
    pages = pypdf.PdfReader(io.BytesIO(pdf_of(draft(notes=tuple(f"{i}. {note}" for i in range(30)))))).pages
    assert len(pages) == 2
    last = spaced(pages[1].extract_text())
    assert "TRÍCH LỤC KHAI SINH (BẢN SAO), số 12/TLKS-BS" in last
    assert "NGƯỜI KÝ TRÍCH LỤC" in last
    assert "Trang 2/2" in last


def test_a_date_is_only_reformatted_where_text_and_value_agree() -> None:
    text = BIRTH | {"nksNgaySinh": "16-3-2018", "ngayDangKy": "ngày 27 tháng 3 năm 2018"}
    flat = spaced(text_of(pdf_of(draft(text)), "-raw"))
    assert "Ngày, tháng, năm sinh: 16-3-2018" in flat
    assert "ngày ngày 27 tháng 3 năm 2018" in flat


@pytest.mark.parametrize(
    "hostile",
    [
        '#panic("x")',
        '#read("/etc/passwd")',
        "$x$ *b* _i_ `c` @ref <label> // c /* c */ = h",
        "\\u{41} \" ' ${x} {{y}} #sys.inputs",
    ],
)
def test_a_value_is_never_read_as_source(hostile: str) -> None:
    assert hostile in spaced(text_of(pdf_of(draft(BIRTH | {"nksNoiSinh": hostile})), "-raw"))


def test_a_run_without_spaces_stays_on_the_sheet() -> None:
    long = "Ngô" * 80
    pdf = pdf_of(draft(BIRTH | {"nksNoiSinh": long}))
    assert long in re.sub(r"\s+", "", text_of(pdf, "-raw"))
    boxes = re.findall(r'xMax="([\d.]+)"', text_of(pdf, "-bbox"))
    assert max(map(float, boxes)) <= 595.3 - 18 / 25.4 * 72 + 1


def test_a_character_that_the_typeface_lacks_is_refused_by_name() -> None:
    with pytest.raises(WrongUse, match="could not be typeset"):
        pdf_of(draft(BIRTH | {"nksNoiSinh": "漢"}))


def test_a_missing_typeface_is_named(tmp_path: Path) -> None:
    one = draft()
    template = extract_template(one.template)
    with pytest.raises(PartUnavailable, match="Tinos"):
        render(paper_of(one, template, NOON, SEAL), template.layout, NOON, tmp_path)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặỳýỷỹỵ ABC,.-/'\"", min_size=1, max_size=60))
def test_any_vietnamese_text_comes_back_from_the_file(words: str) -> None:
    kept = spaced(words).strip()
    texts = BIRTH | {"nksQueQuan": kept}
    pdf = pdf_of(draft(texts))
    assert pdf == pdf_of(draft(texts))
    flat = re.sub(r"\s+", "", text_of(pdf, "-raw"))
    assert f"Quêquán:{re.sub(chr(32), '', kept)}Sốđịnhdanh" in flat


def test_the_mark_can_be_read_from_the_printed_sheet() -> None:
    [page] = convert_from_bytes(pdf_of(draft()), dpi=150, grayscale=True)
    [found] = zxingcpp.read_barcodes(page)
    claimed = read_mark(found.text)
    assert claimed is not None
    assert claimed.names(NUMBER)


def test_a_draft_says_so_and_has_neither_number_nor_mark() -> None:
    pdf = pdf_of(draft(), issued=False)
    flat = spaced(text_of(pdf, "-raw"))
    assert "BẢNNHÁP" in flat.replace(" ", "")
    assert "chưa cấp số" in flat
    assert "Mã xác minh" not in flat
    assert "12/TLKS-BS" not in flat
    [page] = convert_from_bytes(pdf, dpi=150, grayscale=True)
    assert not zxingcpp.read_barcodes(page)


def test_all_letters_are_black() -> None:
    [page] = pypdf.PdfReader(io.BytesIO(pdf_of(draft()))).pages
    contents = page.get_contents()
    assert contents is not None
    content = contents.get_data()
    grey = {float(level) for level in re.findall(rb"([\d.]+) scn", content)}
    assert grey <= {0.0, 1.0}


def fonts_of(node: Any, seen: set[int]) -> list[Any]:
    """Collect every font descriptor below *node*."""
    node = node.get_object()
    if id(node) in seen or not isinstance(node, dict | list):
        return []
    seen.add(id(node))
    values = node.values() if isinstance(node, dict) else node
    own = [node] if isinstance(node, dict) and node.get("/Type") == "/FontDescriptor" else []
    return own + [d for v in values if hasattr(v, "get_object") for d in fonts_of(v, seen)]


@pytest.mark.parametrize("signed", [False, True])
def test_the_file_is_pdf_a_2b_also_after_signing(signed: bool, issued: tuple[Office, bytes]) -> None:
    pdf = issued[1] if signed else pdf_of(draft())
    reader = pypdf.PdfReader(io.BytesIO(pdf), strict=True)
    root: Any = reader.trailer["/Root"]
    assert pdf.startswith(b"%PDF-1.7\n%")
    assert "/Version" not in root
    assert not reader.is_encrypted
    [intent] = root["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    assert intent.get_object()["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp"
    xmp = root["/Metadata"].get_object().get_data().decode("utf-8")
    assert re.search(r'pdfaid:part(>|=")2', xmp)
    assert re.search(r'pdfaid:conformance(>|=")B', xmp)
    descriptors = fonts_of(reader.pages[0], set())
    assert len(descriptors) >= 3
    assert all("/FontFile2" in d or "/FontFile3" in d for d in descriptors)
    for forbidden in ("/OpenAction", "/AA", "/Names"):
        assert forbidden not in root or "/JavaScript" not in str(root[forbidden])
    for annotation in reader.pages[0].get("/Annots", []):
        flags = annotation.get_object()["/F"]
        assert flags & 4, "printable"
        assert not flags & (1 | 2 | 32), "neither invisible nor hidden nor out of view"
    if "/AcroForm" in root:
        assert not root["/AcroForm"].get("/NeedAppearances", False)


def test_the_file_names_itself(issued: tuple[Office, bytes]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(issued[1]))
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert reader.metadata.title == "TRÍCH LỤC KHAI SINH (BẢN SAO) số 1/TLKS-BS"
    assert str(root["/Lang"]).startswith("vi")


def test_the_day_on_the_paper_is_the_day_in_vietnam() -> None:
    one, late = draft(), dt.datetime(2026, 1, 1, 17, 30, tzinfo=dt.UTC)
    paper = paper_of(one, extract_template(one.template), late, SEAL)
    assert (paper.day, paper.month, paper.year) == (2, 1, 2026)

"""An independent judge of the paper: veraPDF finds nothing that PDF/A-2b forbids."""

from pathlib import Path

import pytest

from servers import verapdf
from tests.extracts.office import BIRTH, Office, verified

pytestmark = pytest.mark.servers


def test_an_issued_extract_is_pdf_a(issued: tuple[Office, bytes], tmp_path: Path) -> None:
    path = tmp_path / "extract.pdf"
    path.write_bytes(issued[1])
    assert verapdf.faults(path) == []


def test_an_extract_of_two_pages_is_pdf_a(office: Office, tmp_path: Path) -> None:
    note = "Ngày 12/3/2019 thay đổi họ theo Quyết định số 15/QĐ-UBND của UBND quận Hai Bà Trưng, Hà Nội. "
    entry = verified(office.register, "KS-9876543210", BIRTH | {"ghiChu": note * 30})
    path = tmp_path / "long.pdf"
    path.write_bytes(office.issue(entry))
    assert verapdf.faults(path) == []


def test_the_judge_does_find_faults(issued: tuple[Office, bytes], tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(issued[1].replace(b"%\x80\x80\x80\x80", b"%    "))  # a header that says: this is text
    assert any("6.1.2" in fault for fault in verapdf.faults(path))

"""What contradicts itself is not certified."""

import pytest

from records.errors import Conflict, WrongUse
from tests.extracts.office import BIRTH, Office, verified

OTHER = "KS-9876543210"


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("nksNgaySinh", "31/02/2018", "EXTRACT_DATE_IMPOSSIBLE"),
        ("nksNgaySinh", "31.4.2018", "EXTRACT_DATE_IMPOSSIBLE"),
        ("nksNgaySinh", "16/3/2018", "EXTRACT_DATES_DIFFER"),
        ("nksNgaySinhBangChu", "Ngày mười lăm tháng ba năm hai nghìn không trăm mười chín", "EXTRACT_DATES_DIFFER"),
    ],
)
def test_a_date_that_contradicts_itself_is_not_certified(office: Office, column: str, text: str, code: str) -> None:
    entry = verified(office.register, OTHER, BIRTH | {column: text})
    with pytest.raises(WrongUse) as refused:
        office.draft(entry)
    assert refused.value.code == code
    assert text in refused.value.message().vi
    assert office.register.issue_book("MINHHOA", office.moment.year) == []


@pytest.mark.parametrize("text", ["2018", "03/2018", "khoảng năm 2018", "28 tuổi", ""])
def test_a_date_that_says_less_contradicts_nothing(office: Office, text: str) -> None:
    assert office.draft(verified(office.register, OTHER, BIRTH | {"nksNgaySinh": text}))


def test_the_name_of_a_request_cannot_be_used_for_another_applicant(office: Office) -> None:
    entry = verified(office.register, OTHER)
    office.issue(entry, "r-1")
    draft = office.issuer.draft(office.request(entry, "r-1", copies=3), *_signing(office))
    with pytest.raises(Conflict) as refused:
        office.issuer.issue(draft, "can-bo")
    assert refused.value.code == "EXTRACT_REQUEST_DIFFERS"


def _signing(office: Office):  # type: ignore[no-untyped-def]
    drafted = office.draft(office.register.entry(OTHER))
    return drafted.authority, drafted.signer, office.moment.date()

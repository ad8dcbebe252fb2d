"""Which ward's seal it is, by its rim as badly as it is read."""

import pytest

from forms import ward_of, ward_on_seal

OWN = "UBND phường Bạch Mai, quận Hai Bà Trưng, thành phố Hà Nội"


@pytest.mark.parametrize(
    ("authority", "name"),
    [
        (OWN, "Bạch Mai"),
        ("Ủy ban nhân dân phường BẠCH MAI", "Bạch Mai"),
        ("UBND phường Minh Khai, quận Hai Bà Trưng", "Minh Khai"),
        ("UBND phường Minh Khai", None),  # there are many
        ("UBND P. Bạch Mai, Q. Hai Bà Trưng.", "Bạch Mai"),
        ("UBND phường Bạch Mai(quận Hai Bà Trưng)", "Bạch Mai"),
        ("Ủy ban hành chính khu Hai Bà Trưng, thành phố Hà Nội", None),
        ("UBND phường Minh Họa", None),
        ("", None),
    ],
)
def test_an_authority_is_of_one_ward_or_of_none(authority: str, name: str | None) -> None:
    ward = ward_of(authority)
    assert (ward.name if ward else None) == name


@pytest.mark.parametrize(
    ("rim", "name"),
    [
        ("U.B.N.D PHƯỜNG BẠCH MAI", "Bạch Mai"),
        ("ỦY BAN NHÂN DÂN PHƯỜNG QUỲNH LÔI", "Quỳnh Lôi"),
        ("_ MB,NO PHƯỜNG QUỲNH LO!", "Quỳnh Lôi"),
        ("U.Đ5.M.D PHƯỜNG ĐÁCH KHOA", "Bách Khoa"),
        ("U.B.N.D PHƯỜNG QUỲNH", None),  # Quỳnh Lôi or Quỳnh Mai
        ("BẠCH MAI", None),
        ("UBND PHƯỜNG BẠCH ĐẰNG Q HAI BÀ TRƯNG", "Bạch Đằng"),
        ("ỦY BAN NHÂN DÂN PHƯỜNG LÊ ĐẠI HÀNH - QUẬN HAI BÀ TRƯNG", "Lê Đại Hành"),
        ("ỦY BAN NHÂN DÂN QUẬN HAI BÀ TRƯNG", None),
        ("U.B.N.D PHƯỜNG MINH HỌA", None),
        ("_ – . :", None),
        ("", None),
    ],
)
def test_a_ward_is_told_where_its_name_is_plain(rim: str, name: str | None) -> None:
    ward = ward_on_seal(rim, OWN)
    assert (ward.name if ward else None) == name


def test_without_knowing_whose_book_it_is_no_seal_is_told() -> None:
    assert ward_on_seal("U.B.N.D PHƯỜNG BẠCH MAI", "") is None


def test_a_number_may_be_a_wards_or_a_districts() -> None:
    ward = ward_of("UBND phường 10, quận 3")
    assert ward is None or ward.district == "3"


@pytest.mark.parametrize("district", ["HUYỆN ĐÔNG ANH", "HUYỆN ĐAN PHƯỢNG"])
def test_the_seal_of_a_district_is_no_wards(district: str) -> None:
    for own in ("UBND xã Đông Hội, huyện Đông Anh", "UBND xã Tân Lập, huyện Đan Phượng"):
        assert ward_on_seal(f"U.B.N.D {district}", own) is None

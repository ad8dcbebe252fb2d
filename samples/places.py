"""Places as they are written into books: dwellings, places of birth, home places; full or abbreviated."""

import numpy as np

from samples.people import chance, lists, pick


def ward(rng: np.random.Generator) -> str:
    """Return the name of one of the wards of the old district Hai Bà Trưng."""
    return str(pick(rng, lists("places")["wards"])["name"])


def _joined(rng: np.random.Generator, ward_name: str, district: str) -> str:
    """Return ward, district and city in one of the ways clerks write them."""
    long = (
        f"phường {ward_name}, quận {district}, thành phố Hà Nội",
        f"phường {ward_name}, quận {district}, Hà Nội",
        f"phường {ward_name}, {district}, Hà Nội",
        f"P. {ward_name}, Q. {district}, Hà Nội",
        f"P. {ward_name}, Q. {district}, TP. Hà Nội",
        f"Phường {ward_name}, Quận {district}, TP Hà Nội",
    )
    return str(pick(rng, long, [2, 5, 3, 3, 2, 2]))


def _house(rng: np.random.Generator, street: str) -> str:
    number, lane, alley = (int(rng.integers(1, top)) for top in (320, 420, 60))
    tail = pick(rng, ["", "", "", "A", "B"])
    forms = (
        f"số {number}{tail} phố {street}",
        f"số {alley} ngõ {lane} phố {street}",
        f"số {alley}{tail}, ngõ {lane} {street}",
        f"{alley}/{int(rng.integers(1, 30))}/{lane} {street}",
        f"P{int(rng.integers(1, 5))}0{alley % 9 + 1} nhà {pick(rng, 'ABCDE')}{lane % 12 + 1} tập thể {street}",
        f"số {number}{tail} {street}",
        f"tổ {int(rng.integers(1, 40))}",
    )
    return str(pick(rng, forms, [4, 5, 3, 3, 1, 3, 3]))


WARDS_FROM = 1981
"""Year from which quarters of Hanoi are called *quận* and have wards."""


def authority(ward_name: str, year: int, *, short: bool = False) -> str:
    """Return who kept the registers of a ward in *year*; *short* leaves the city out."""
    if year < WARDS_FROM:
        return "UBHC khu Hai Bà Trưng" if short else "Ủy ban hành chính khu Hai Bà Trưng, thành phố Hà Nội"
    return f"UBND phường {ward_name}" + ("" if short else ", quận Hai Bà Trưng, thành phố Hà Nội")


def dwelling(rng: np.random.Generator, home_ward: str, year: int = 2016) -> str:
    """Return where a family lives in *year*: mostly in *home_ward*, sometimes in another district."""
    if year < WARDS_FROM:
        streets = {w["name"]: w["streets"] for w in lists("places")["wards"]}
        street, number = str(pick(rng, streets[home_ward])), int(rng.integers(1, 320))
        block = int(rng.integers(1, 70))
        forms = (
            f"{number} {street}, Hà Nội",
            f"số {number} phố {street}, Hà Nội",
            f"số {number} phố {street}, khu Hai Bà Trưng, Hà Nội",
            f"Khối {block}, khu Hai Bà Trưng, Hà Nội",
            f"Số nhà {number}, {street}",
        )
        return str(pick(rng, forms, [4, 4, 2, 2, 1]))
    if chance(rng, 0.82):
        streets = {w["name"]: w["streets"] for w in lists("places")["wards"]}
        text = f"{_house(rng, str(pick(rng, streets[home_ward])))}, {_joined(rng, home_ward, 'Hai Bà Trưng')}"
    else:
        name, district = pick(rng, lists("places")["other"]["wards"])
        text = f"{_house(rng, name)}, {_joined(rng, name, district)}"
    return text[0].upper() + text[1:] if chance(rng, 0.7) else text


def birthplace(rng: np.random.Generator) -> str:
    """Return where a child was born."""
    table = lists("places")["hospitals"]
    return str(pick(rng, table["names"], table["weights"]))


def home_place(rng: np.random.Generator) -> str:
    """Return a family's home place (quê quán)."""
    commune, district, province = pick(rng, lists("places")["home"]["places"])
    forms = (
        f"{commune}, {district}, {province}",
        f"xã {commune}, huyện {district}, tỉnh {province}",
        f"xã {commune}, huyện {district}, {province}",
        f"Xã {commune} - {district} - {province}",
        f"{commune} - {district} - {province}",
        province,
    )
    text = str(pick(rng, forms, [5, 3, 4, 1, 3, 2]))
    return text.replace("tỉnh Hà Nội", "thành phố Hà Nội").replace("tỉnh Hải Phòng", "thành phố Hải Phòng")

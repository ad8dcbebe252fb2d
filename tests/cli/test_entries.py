"""The road from a draft entry to a verified file, through the terminal, on a real house."""

import contextlib
import re
import sqlite3
from pathlib import Path

import pytest

from records.codes import Role
from tests.cli.conftest import Command
from tests.wiring.conftest import draft_entry, with_delivery
from wiring import House, Settings, open_house

ENTRY = "KS-0000000001"


@pytest.fixture
def house(home: Path) -> House:
    made = open_house(Settings(home=home))
    with_delivery(made, draft_entry())
    made.project_delivery("d1")
    return made


def test_search_tells_hits_under_the_published_keys(khongcho: Command, house: House) -> None:
    said = khongcho("search", "nguyen thi huong", "--year", 2016, "--within", 1, "--json")
    assert said.code == 0
    told = said.json()
    assert set(told) >= {"hits", "ms"}
    (hit,) = told["hits"]
    assert set(hit) >= {"entry", "name", "year", "score", "why"}
    assert (hit["entry"], hit["name"], hit["year"]) == (ENTRY, "Nguyễn Thị Hường", 2017)
    assert "folded" in hit["why"] and "year_near" in hit["why"]


def test_nothing_found_is_no_failure(khongcho: Command, house: House) -> None:
    said = khongcho("search", "khong co ai", "--json")
    assert (said.code, said.json()["hits"]) == (0, [])


def test_an_entry_is_shown_with_what_is_open(khongcho: Command, house: House) -> None:
    told = khongcho("entry", "show", ENTRY, "--json").json()
    assert told["id"] == ENTRY
    assert "note:n1" in told["open"] and "nksHoTen" in told["open"]
    shown = khongcho("entry", "show", ENTRY)
    assert "Nguyễn Thị Hường" in shown.out and "(trong sổ để trống)" in shown.out
    assert khongcho("entry", "show", "KS-NOBODY").code == 2


def test_all_confirms_what_was_read_and_leaves_open_what_was_not(khongcho: Command, house: House) -> None:
    said = khongcho("confirm", ENTRY, "--all", "--by", "lan", "--json")
    assert said.code == 1
    assert said.json() == {"entry": ENTRY, "state": "draft", "version": said.json()["version"], "open": ["nksGioiTinh"]}
    field = house.entry(ENTRY).field("nksGioiTinh")
    assert field and not field.decided
    refused = khongcho("issue", ENTRY, "--json")
    assert refused.code == 2
    assert refused.json()["error"]["code"] == "ENTRY_NOT_VERIFIED"


def test_from_draft_to_a_file_that_verifies_and_one_that_does_not(
    khongcho: Command, house: House, tmp_path: Path
) -> None:
    said = khongcho(
        *("confirm", ENTRY, "--all", "--by", "lan", "--json"),
        *("--field", "nksHoTen=Nguyễn Thị Hương", "--blank", "nksGioiTinh", "--illegible", "quyenSo"),
    )
    assert (said.code, said.json()["state"], said.json()["open"]) == (0, "verified", [])
    entry = house.entry(ENTRY)
    assert entry.verified_by == "lan"
    assert entry.text("nksHoTen") == "Nguyễn Thị Hương"
    assert not any(field.decision and field.decision.simulated for field in entry.fields)
    pdf = tmp_path / "out" / "copy.pdf"
    issued = khongcho("issue", ENTRY, "--applicant", "Nguyễn Văn Xin", "--by", "mai", "--out", pdf, "--json")
    assert issued.code == 0
    assert set(issued.json()) == {"number", "code", "pdf"}
    assert issued.json()["pdf"] == str(pdf)
    checked = khongcho("verify", pdf, "--json")
    assert checked.code == 0
    keys = {"intact", "valid", "trusted", "covers_whole_file", "known_number", "superseded", "ok"}
    assert {key: checked.json()[key] for key in keys} == {**dict.fromkeys(keys, True), "superseded": False}
    forged = pdf.with_name("forged.pdf")
    data = bytearray(pdf.read_bytes())
    data[len(data) // 3] ^= 1
    forged.write_bytes(bytes(data))
    refused = khongcho("verify", forged, "--json")
    assert refused.code == 4
    assert not refused.json()["ok"] and not refused.json()["known_number"]
    assert khongcho("verify", forged).code == 4


@pytest.fixture
def ready(khongcho: Command, house: House) -> House:
    """The house with its entry verified."""
    said = khongcho("confirm", ENTRY, "--all", "--blank", "nksGioiTinh", "--by", "lan")
    assert said.code == 0, said.err
    return house


def behind_the_back(house: House, home: Path, statement: str) -> None:
    """Do what somebody who holds the database's file could do."""
    house.register.close()  # type: ignore[attr-defined]
    with contextlib.closing(sqlite3.connect(home / "register.db")) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement).rowcount > 0


def test_a_register_that_is_whole_is_told_so(khongcho: Command, ready: House) -> None:
    said = khongcho("check", "--json")
    assert said.code == 0
    assert set(said.json()) == {"whole", "chain", "damages", "altered", "gaps"}
    assert said.json()["whole"] and said.json()["chain"]["whole"] and not said.json()["altered"]
    assert "nguyên vẹn" in khongcho("check").err


def test_a_value_altered_behind_the_registers_back_is_found_and_remembered(
    khongcho: Command, ready: House, home: Path
) -> None:
    check = "Kiểm tra toàn bộ sổ"
    assert part(khongcho, check)["health"] == "weak"  # nobody has checked yet
    khongcho("check")
    assert part(khongcho, check)["health"] == "works"
    behind_the_back(ready, home, "UPDATE field_versions SET value = 'x' WHERE column_name = 'nksHoTen'")
    said = khongcho("check", "--json")
    assert (said.code, said.json()["whole"], said.json()["altered"]) == (4, False, [ENTRY])
    shown = khongcho("check")
    assert shown.code == 4
    assert ENTRY in shown.out and "không còn nguyên vẹn" in shown.err
    assert part(khongcho, check)["health"] == "down"
    assert khongcho("doctor").code == 4


def part(khongcho: Command, name: str) -> dict[str, str]:
    """What doctor says of a part."""
    return next(part for part in khongcho("doctor", "--json").json()["parts"] if part["part"] == name)


def test_no_number_is_used_where_the_file_could_not_be_written(khongcho: Command, ready: House, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for out in (tmp_path, tmp_path / "file" / "copy.pdf"):
        said = khongcho("issue", ENTRY, "--out", out, "--json")
        assert (said.code, said.json()["error"]["code"]) == (3, "EXTRACT_NO_PLACE")
    assert ready.register.issued_from(ENTRY) == []


def test_a_copy_that_was_issued_and_not_written_is_told_with_its_number_and_had_again(
    khongcho: Command, ready: House, tmp_path: Path
) -> None:
    said = khongcho("issue", ENTRY, "--out", "/dev/full")
    assert said.code == 3
    (row,) = ready.register.issued_from(ENTRY)
    assert str(row.number) in said.err and row.number.code in said.err
    request = re.search(r"--request (\S+) ", said.err)
    assert request
    again = khongcho("issue", ENTRY, "--request", request[1], "--out", tmp_path / "copy.pdf", "--json")
    assert (again.code, again.json()["code"]) == (0, row.number.code)
    assert len(ready.register.issued_from(ENTRY)) == 1
    assert khongcho("verify", tmp_path / "copy.pdf").code == 0


def test_a_file_that_is_no_pdf_is_refused_by_verification(khongcho: Command, house: House, tmp_path: Path) -> None:
    other = tmp_path / "x.pdf"
    other.write_bytes(b"")
    assert khongcho("verify", other, "--json").code == 4


@pytest.mark.parametrize(
    "words",
    [
        ["--field", "nksHoTen"],
        ["--field", "nksHoTen=A", "--blank", "nksHoTen"],
        ["--field", "noColumn=A"],
        ["--field", "nksHoTen= "],
    ],
)
def test_a_confirmation_that_makes_no_sense_is_refused(khongcho: Command, house: House, words: list[str]) -> None:
    assert khongcho("confirm", ENTRY, *words).code == 2
    assert house.entry(ENTRY).version == 1


def test_reindex_repairs_a_deleted_index(khongcho: Command, house: House, home: Path, tmp_path: Path) -> None:
    (home / "index").rename(tmp_path / "gone")
    assert khongcho("search", "nguyen").code == 3
    said = khongcho("reindex", "--json")
    assert (said.code, said.json()) == (0, {"indexed": 1, "refused": []})
    assert khongcho("search", "nguyen", "--json").json()["hits"]


def test_doctor_tells_every_part(khongcho: Command, house: House) -> None:
    said = khongcho("doctor", "--json")
    told = said.json()
    assert said.code == (0 if told["ok"] else 3)
    assert {"part", "health", "detail", "remedy"} <= set(told["parts"][0])


def test_a_search_engine_that_is_down_is_a_missing_part(
    khongcho: Command, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHONGCHO_SEARCH__ENGINE", "elasticsearch")
    monkeypatch.setenv("KHONGCHO_SEARCH__URL", "http://127.0.0.1:9")
    assert khongcho("search", "nguyen").code == 3
    assert khongcho("doctor").code == 3
    assert khongcho("confirm", ENTRY, "--field", "nksHoTen=A", "--json").code == 1
    assert house.entry(ENTRY).text("nksHoTen") == "A"


def test_an_account_is_added_with_its_password_from_stdin(khongcho: Command, house: House) -> None:
    words = ("account", "add", "canbo", "--full-name", "Cán Bộ Thử", "--role", "clerk", "--role", "officer")
    said = khongcho(*words, "--password-stdin", stdin="một mật khẩu đủ dài\n")
    assert said.code == 0, said.err
    account = house.register.account("canbo")
    assert account and account.roles == {Role.CLERK, Role.OFFICER}
    assert "mật khẩu" not in account.password_hash
    assert khongcho(*words, "--password-stdin", stdin="ngắn\n").code == 2
    assert khongcho(*words).code == 2

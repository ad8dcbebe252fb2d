"""The road from a draft entry to a verified file, through the terminal, on a real house."""

import contextlib
import datetime as dt
import re
import sqlite3
from pathlib import Path

import pytest

from records.codes import DeliveryKind, IssueStatus, PageStatus, Role
from records.errors import ExitCode
from records.extracts import IssuedExtract
from records.pages import DeliveredPage, Delivery, Digest, PageImage, StageResult, page_id
from tests.cli.conftest import Command
from tests.register.making import extract
from tests.wiring.conftest import PAGE, draft_entry, with_delivery
from wiring import House, Settings, open_house
from wiring.health import Health, Probe

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


def _paper(house: House) -> str:
    """Hand in one page of a dossier, read; return its id."""
    page = PageImage(page_id(Digest("cd" * 32), 2), Digest("cd" * 32), 2, 2480, 3508, 300.0)
    house.register.open_delivery(
        Delivery("d2", DeliveryKind.DOSSIER, "hồ sơ thử", dt.datetime.now(dt.UTC)),
        [DeliveredPage("d2", 1, "giay to/quyet-dinh.pdf", page, PageStatus.DONE)],
    )
    lines = ("Quyết định về việc", "thanh lý tài sản")
    words = [[w, 10, 30 * n, 50, 20, 0.9, n] for n, line in enumerate(lines) for w in line.split()]
    engine = {"name": "test", "version": "1", "model": ""}
    house.register.record_stage(StageResult(page.id, "prepare", "test", {"words": words, "engine": engine}, 0.1))
    house.project_delivery("d2")
    return page.id


def test_a_hit_in_a_paper_leads_to_its_page_and_its_text(khongcho: Command, house: House) -> None:
    paper = _paper(house)
    (hit,) = khongcho("search", "thanh lý tài sản", "--json").json()["hits"]
    assert (hit["entry"], hit["kind"], hit["state"]) == (paper, "OTHER", None)
    assert hit["number"] == "giay to/quyet-dinh.pdf, trang 2"
    shown = khongcho("search", "thanh ly tai san")
    assert paper in shown.out and "giay to/quyet-dinh.pdf, trang 2" in shown.out
    said = khongcho("entry", "show", paper)
    assert (said.code, said.out) == (0, "Quyết định về việc\nthanh lý tài sản\n")
    told = khongcho("entry", "show", paper, "--json").json()
    assert (told["id"], told["kind"], told["state"], told["page"]) == (paper, "OTHER", None, 2)
    assert told["text"].endswith("thanh lý tài sản")


def test_a_page_of_a_book_is_no_paper(khongcho: Command, house: House) -> None:
    said = khongcho("entry", "show", PAGE)
    assert (said.code, said.out) == (2, "")
    assert "ENTRY_UNKNOWN" in said.err


def test_dates_and_states_are_shown_as_people_write_them(khongcho: Command, house: House) -> None:
    assert "01/03/2017" in khongcho("search", "nguyen thi huong").out
    said = khongcho("entry", "show", ENTRY).out
    assert "chưa xác nhận" in said and "draft" not in said
    assert "Họ, chữ đệm, tên" in said


def test_all_confirms_what_was_read_and_leaves_open_what_was_not(khongcho: Command, house: House) -> None:
    said = khongcho("confirm", ENTRY, "--all", "--by", "lan", "--json")
    assert said.code == 1
    still = ["nksGioiTinh", "note:n1"]
    assert said.json() == {"entry": ENTRY, "state": "draft", "version": said.json()["version"], "open": still}
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
        *("--note", "n1=Đã cấp bản sao"),
    )
    assert (said.code, said.json()["state"], said.json()["open"]) == (0, "verified", [])
    entry = house.entry(ENTRY)
    assert entry.verified_by == "lan"
    assert entry.text("nksHoTen") == "Nguyễn Thị Hương"
    assert (entry.notes[0].text, entry.notes[0].read_by) == ("Đã cấp bản sao", "lan")
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
    assert "NOTE_TEXT_MISSING" in khongcho("confirm", ENTRY, "--note", "n1=").err
    said = khongcho("confirm", ENTRY, "--all", "--blank", "nksGioiTinh", "--no-words", "n1", "--by", "lan")
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
    def told() -> Probe:
        return next(probe for probe in ready.doctor() if probe.part == "Kiểm tra toàn bộ sổ")

    assert told().health is Health.WEAK  # nobody has checked yet
    khongcho("check")
    assert told().health is Health.WORKS
    behind_the_back(ready, home, "UPDATE field_versions SET value = 'x' WHERE column_name = 'nksHoTen'")
    said = khongcho("check", "--json")
    assert (said.code, said.json()["whole"], said.json()["altered"]) == (4, False, [ENTRY])
    shown = khongcho("check")
    assert shown.code == 4
    assert ENTRY in shown.out and "không còn nguyên vẹn" in shown.err
    assert (told().health, told().exit_code) == (Health.DOWN, ExitCode.INTEGRITY)


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


def issued(khongcho: Command, path: Path) -> dict[str, str]:
    said = khongcho("issue", ENTRY, "--out", path, "--json")
    assert said.code == 0, said.err
    told: dict[str, str] = said.json()
    return told


def test_an_extract_is_recalled_and_its_file_no_longer_verifies(
    khongcho: Command, ready: House, tmp_path: Path
) -> None:
    copy = issued(khongcho, tmp_path / "copy.pdf")
    assert khongcho("recall", copy["number"], "--reason", " ", "--json").code == 2
    assert khongcho("verify", copy["pdf"]).code == 0
    typed = copy["code"].lower().replace("-", " ")
    said = khongcho("recall", typed, "--reason", "Ghi sai tên", "--by", "mai", "--json")
    assert (said.code, said.json()["status"], said.json()["number"]) == (0, "cancelled", copy["number"])
    (row,) = ready.register.issued_from(ENTRY)
    assert (row.status, row.reason) == (IssueStatus.CANCELLED, "Ghi sai tên")
    assert ready.register.events()[-1].event.agent == "mai"
    checked = khongcho("verify", copy["pdf"], "--json")
    assert (checked.code, checked.json()["ok"]) == (4, False)
    assert "EXTRACT_CANCELLED" in checked.json()["findings"]
    # the same again changes nothing; another reason would be another recall
    assert khongcho("recall", typed, "--reason", "Ghi sai tên").code == 0
    assert khongcho("recall", typed, "--reason", "Khác").code == 1


def test_an_extract_is_superseded_by_another_of_the_same_entry(khongcho: Command, ready: House, tmp_path: Path) -> None:
    old, new = issued(khongcho, tmp_path / "old.pdf"), issued(khongcho, tmp_path / "new.pdf")
    said = khongcho("recall", old["number"], "--reason", "Cấp lại", "--superseded-by", new["code"], "--json")
    assert (said.code, said.json()["status"], said.json()["superseded_by"]) == (0, "superseded", new["number"])
    checked = khongcho("verify", old["pdf"], "--json")
    assert (checked.code, checked.json()["superseded"]) == (4, True)
    assert khongcho("verify", new["pdf"]).code == 0
    assert khongcho("recall", new["number"], "--reason", "x", "--superseded-by", new["code"]).code == 1


def reserved(house: House, code: str, year: int = 2026, authority: str = "X") -> IssuedExtract:
    """A number as a process leaves it that was killed before it signed."""
    return house.register.reserve_number(extract(house.entry(ENTRY), authority=authority, year=year, code=code))


def test_a_number_left_by_a_killed_process_is_cancelled_by_its_number(khongcho: Command, ready: House) -> None:
    left = reserved(ready, "AAAAA-AAAAA-AAAAA-AAAAA")
    said = khongcho("recall", str(left.number).lower(), "--reason", "Máy bị tắt giữa chừng")
    assert said.code == 0, said.err
    (row,) = ready.register.issued_from(ENTRY)
    assert row.status is IssueStatus.CANCELLED
    assert khongcho("check").code == 0


def test_a_number_that_stands_in_several_books_must_be_given_in_full(khongcho: Command, ready: House) -> None:
    reserved(ready, "AAAAA-AAAAA-AAAAA-AAAAA", year=2025)
    reserved(ready, "CCCCC-CCCCC-CCCCC-CCCCC", year=2026)
    reserved(ready, "EEEEE-EEEEE-EEEEE-EEEEE", year=2026, authority="Y/1")
    for named, code in (("1/TLKS-BS", "ISSUE_AMBIGUOUS"), ("2026/1/TLKS-BS", "ISSUE_AMBIGUOUS")):
        said = khongcho("recall", named, "--reason", "x", "--json")
        assert (said.code, said.json()["error"]["code"]) == (2, code)
        assert "Y/1/2026/1/TLKS-BS" in said.json()["error"]["vi"]
    for named in ("2/TLKS-BS", "1/KHAC", "2024/1/TLKS-BS", "Z/2026/1/TLKS-BS", "nothing", "KKKKK-KKKKK-KKKKK-KKKKK"):
        said = khongcho("recall", named, "--reason", "x", "--json")
        assert (said.code, said.json()["error"]["code"]) == (2, "ISSUE_NOT_FOUND"), named
    said = khongcho("recall", "Y/1/2026/1/TLKS-BS", "--reason", "x", "--json")
    assert (said.code, said.json()["code"]) == (0, "EEEEE-EEEEE-EEEEE-EEEEE")
    assert khongcho("recall", "2025/1/TLKS-BS", "--reason", "x").code == 0


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


@pytest.mark.slow
def test_doctor_tells_every_part(khongcho: Command, house: House) -> None:
    said = khongcho("doctor", "--json")
    told = said.json()
    assert said.code == (0 if told["ok"] else 3)
    assert {"part", "health", "detail", "remedy"} <= set(told["parts"][0])
    health = {part["part"]: part["health"] for part in told["parts"]}
    assert {health[name] for name in ("Bàn làm việc (desk)", "Phông chữ sổ mẫu", "Prefect")} == {"works"}


@pytest.mark.slow
def test_doctor_tells_what_the_terminal_itself_lacks(
    khongcho: Command, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("counter.desk.VENDOR", tmp_path)
    monkeypatch.setattr("samples.fonts.FONTS", tmp_path)
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "__init__.py").write_text("raise ImportError('made for this test')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    said = khongcho("doctor", "--json")
    assert said.code == 3
    parts = {part["part"]: part for part in said.json()["parts"]}
    assert parts["Bàn làm việc (desk)"]["health"] == "down"
    assert "htmx.min.js" in parts["Bàn làm việc (desk)"]["detail"]
    assert parts["Phông chữ sổ mẫu"]["health"] == "weak"
    assert parts["Prefect"]["health"] == "down"
    assert "made for this test" in parts["Prefect"]["detail"] and "--no-prefect" in parts["Prefect"]["remedy"]


def test_a_search_engine_that_is_down_is_a_missing_part(
    khongcho: Command, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHONGCHO_SEARCH__ENGINE", "elasticsearch")
    monkeypatch.setenv("KHONGCHO_SEARCH__URL", "http://127.0.0.1:9")
    monkeypatch.setenv("KHONGCHO_FLOWS__API_URL", "http://127.0.0.1:9/api")
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

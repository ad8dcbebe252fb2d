from dataclasses import replace
from pathlib import Path

import pytest

from records.codes import EntryState, Presence
from records.errors import Conflict, ExitCode, NotFound, PartUnavailable, WrongUse
from records.extracts import ExtractRequest
from records.finding import Question
from tests.wiring.conftest import draft_entry, silent
from wiring import House, Settings, open_house
from wiring.health import Health
from wiring.settings import OfficeSettings

ENTRY = "KS-0000000001"


def found(house: House, text: str, year: int | None = None) -> list[str]:
    return [hit.document.name for hit in house.find(Question(text, year=year)).hits]


def settle(house: House) -> None:
    entry = house.entry(ENTRY)
    for field in entry.fields:
        presence = Presence.BLANK if field.presence is Presence.NOT_READ else field.presence
        entry = house.confirm_field(
            ENTRY, field.column, presence, field.text, by="keyer", expected_version=entry.version
        )
    house.read_note(ENTRY, "n1", "Ghi chú thật", by="keyer", expected_version=entry.version)


def test_a_decision_is_normalised_kept_and_found_at_once(house: House) -> None:
    entry = house.entry(ENTRY)
    entry = house.confirm_field(
        ENTRY, "nksHoTen", Presence.WRITTEN, " Nguyễn Thị Hương ", by="lan", expected_version=entry.version
    )
    entry = house.confirm_field(
        ENTRY, "nksNgaySinh", Presence.WRITTEN, "02/03/2016", by="lan", expected_version=entry.version
    )
    name, born = entry.field("nksHoTen"), entry.field("nksNgaySinh")
    assert name and name.text == "Nguyễn Thị Hương" and name.decision and name.decision.by == "lan"
    assert not name.decision.simulated
    assert born and (born.text, born.value) == ("02/03/2016", "2016-03-02")
    assert found(house, "nguyen thi huong", 2016) == ["Nguyễn Thị Hương"]
    assert house.projection.behind() == frozenset()


def test_a_search_engine_that_is_down_never_loses_a_decision(house: House) -> None:
    down = silent(house)
    entry = down.confirm_field(ENTRY, "nksHoTen", Presence.WRITTEN, "Trần Văn Bé", by="lan", expected_version=1)
    assert entry.text("nksHoTen") == "Trần Văn Bé"
    assert house.entry(ENTRY).text("nksHoTen") == "Trần Văn Bé"
    assert down.projection.behind() == {ENTRY}
    with pytest.raises(PartUnavailable):
        down.find(Question("be"))
    with pytest.raises(PartUnavailable):
        down.reindex()
    assert down.projection.behind() == {ENTRY}
    (index,) = (p for p in house.doctor() if p.part.startswith("Tra cứu"))
    assert index.health is Health.WEAK and "reindex" in index.remedy
    assert house.reindex().indexed == 1
    assert found(house, "tran van be") == ["Trần Văn Bé"]
    assert house.projection.behind() == frozenset()


@pytest.mark.parametrize("presence", [Presence.BLANK, Presence.ILLEGIBLE])
def test_blank_and_illegible_hold_no_text(house: House, presence: Presence) -> None:
    entry = house.confirm_field(ENTRY, "nksHoTen", presence, "left over", by="lan", expected_version=1)
    field = entry.field("nksHoTen")
    assert field and (field.presence, field.text, field.value) == (presence, "", "")


@pytest.mark.parametrize(
    ("column", "presence", "text", "error", "code"),
    [
        ("nksHoTen", Presence.WRITTEN, "  ", WrongUse, "FIELD_EMPTY"),
        ("nksHoTen", Presence.NOT_READ, "x", WrongUse, "FIELD_EMPTY"),
        ("noSuchColumn", Presence.WRITTEN, "x", NotFound, "FIELD_UNKNOWN"),
    ],
)
def test_a_decision_that_says_nothing_is_refused(
    house: House, column: str, presence: Presence, text: str, error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as caught:
        house.confirm_field(ENTRY, column, presence, text, by="lan", expected_version=1)
    assert getattr(caught.value, "code") == code  # noqa: B009
    assert house.entry(ENTRY).version == 1


def test_the_second_of_two_is_told_and_nothing_is_overwritten(house: House) -> None:
    house.confirm_field(ENTRY, "nksHoTen", Presence.WRITTEN, "Một", by="lan", expected_version=1)
    with pytest.raises(Conflict):
        house.confirm_field(ENTRY, "nksHoTen", Presence.WRITTEN, "Hai", by="mai", expected_version=1)
    assert house.entry(ENTRY).text("nksHoTen") == "Một"


def test_an_entry_is_verified_only_when_nothing_is_open(house: House) -> None:
    with pytest.raises(WrongUse):
        house.verify_entry(ENTRY, by="lan", expected_version=1)
    settle(house)
    entry = house.entry(ENTRY)
    verified = house.verify_entry(ENTRY, by="mai", expected_version=entry.version)
    assert verified.entry.state is EntryState.VERIFIED
    assert house.counts()[EntryState.VERIFIED] == 1
    (hit,) = house.find(Question("nguyen thi huong")).hits
    assert hit.document.state is EntryState.VERIFIED


def test_an_empty_house_finds_nothing_and_says_so(tmp_path: Path) -> None:
    house = open_house(Settings(home=tmp_path))
    assert house.find(Question("nguyen")).total == 0


def test_an_index_that_was_deleted_is_missed_and_rebuilt(house: House, tmp_path: Path) -> None:
    house.register.draft([draft_entry("KS-0000000002")])
    (tmp_path / "home" / "index").rename(tmp_path / "gone")
    again = open_house(house.settings)
    with pytest.raises(PartUnavailable) as caught:
        again.find(Question("nguyen"))
    assert caught.value.exit_code is ExitCode.PART_MISSING
    assert again.reindex().indexed == 2
    assert len(found(again, "nguyen thi huong")) == 2


def verified(house: House) -> House:
    settle(house)
    house.verify_entry(ENTRY, by="mai", expected_version=house.entry(ENTRY).version)
    return house


REQUEST = ExtractRequest(ENTRY, "Nguyễn Văn Xin", "CCCD 001", "Bản thân", request_id="r1")


def test_an_extract_comes_only_from_a_verified_entry(house: House) -> None:
    for act in (lambda: house.issue(REQUEST, by="mai"), lambda: house.preview(REQUEST)):
        with pytest.raises(WrongUse) as caught:
            act()
        assert caught.value.code == "ENTRY_NOT_VERIFIED"


def test_an_extract_is_issued_once_for_a_request_and_verifies(house: House) -> None:
    verified(house)
    assert house.preview(REQUEST).startswith(b"%PDF")
    certified = house.issue(REQUEST, by="mai")
    assert house.issue(REQUEST, by="mai") == certified
    assert (certified.issued.number.number, certified.issued.issued_by) == (1, "mai")
    assert certified.issued.pdf and house.archive.get(certified.issued.pdf) == certified.pdf
    report = house.verify_file(certified.pdf)
    assert report.ok and report.demo and report.number == str(certified.issued.number)
    forged = bytearray(certified.pdf)
    forged[len(forged) // 3] ^= 1
    assert not house.verify_file(bytes(forged)).ok


def test_a_day_without_a_signer_gives_no_number(house: House, tmp_path: Path) -> None:
    verified(house)
    office = tmp_path / "office.toml"
    office.write_text("authority = []\nsigner = []\n", encoding="utf-8")
    nobody = open_house(replace(house.settings, office=OfficeSettings(file=office)))
    with pytest.raises(WrongUse) as caught:
        nobody.issue(REQUEST, by="mai")
    assert caught.value.code == "OFFICE_NOBODY"
    assert house.issue(REQUEST, by="mai").issued.number.number == 1


def test_every_part_is_examined_and_a_missing_one_is_told(house: House) -> None:
    probes = house.doctor()
    assert len({p.part for p in probes}) == len(probes) >= 8
    assert [p.part for p in probes if p.health is Health.DOWN and "tesseract" not in p.part] == []
    down = {p.part: p for p in silent(house).doctor()}
    index = down["Tra cứu (search)"]
    assert (index.health, index.exit_code) == (Health.DOWN, ExitCode.PART_MISSING)
    assert down["Sổ (register)"].health is Health.WORKS

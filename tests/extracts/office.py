"""An office to test in: the real ledger in a file, the real archive in a folder, a clock that stands still."""

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

from archive import FolderArchive
from extracts import Issuer, SigningIdentity, Verifier
from records.codes import Presence, RegisterKind
from records.entries import Entry, FieldValue, Note
from records.extracts import Authority, DraftExtract, ExtractRequest, Signer
from records.readings import Decision
from register import SqlRegister, open_register

LEDGER = "ledger.sqlite"
ENTRY = "KS-0123456789"
NOON = dt.datetime(2026, 11, 21, 5, 0, tzinfo=dt.UTC)
AUTHORITY = Authority("00256", ("ỦY BAN NHÂN DÂN", "PHƯỜNG HAI BÀ TRƯNG"), "Hai Bà Trưng")
SIGNER = Signer("Lê Thị Minh Hạnh", ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"))
BIRTH = {
    "nksHoTen": "Nguyễn Thị Phương Thảo",
    "nksNgaySinh": "15-3-2018",
    "nksNgaySinhBangChu": "Ngày mười lăm tháng ba năm hai nghìn không trăm mười tám",
    "nksGioiTinh": "Nữ",
    "nksDanToc": "Kinh",
    "nksQuocTich": "Việt Nam",
    "nksNoiSinh": "Nhà hộ sinh A, phường Ngô Thì Nhậm, quận Hai Bà Trưng, Hà Nội",
    "nksQueQuan": "xã Đại Đồng, huyện Thạch Thất, thành phố Hà Nội",
    "nksSoDinhDanh": "",
    "meHoTen": "Trần Thị Mỹ Duyên",
    "meNgaySinh": "1990",
    "meDanToc": "Kinh",
    "meQuocTich": "Việt Nam",
    "meNoiCuTru": "số 12 ngõ 45 phố Bạch Mai, phường Cầu Dền, quận Hai Bà Trưng, Hà Nội",
    "chaHoTen": "Nguyễn Văn Quỳnh",
    "chaNgaySinh": "25 tuổi",
    "chaDanToc": "Tày",
    "chaQuocTich": "Việt Nam",
    "chaNoiCuTru": "số 12 ngõ 45 phố Bạch Mai, phường Cầu Dền, quận Hai Bà Trưng, Hà Nội",
    "noiDangKy": "Ủy ban nhân dân phường Cầu Dền, quận Hai Bà Trưng, Hà Nội",
    "so": "45/2018",
    "ngayDangKy": "27.3.2018",
    "ghiChu": "",
}
VALUES = {"nksNgaySinh": "2018-03-15", "meNgaySinh": "1990", "ngayDangKy": "2018-03-27"}
DECISION = Decision("người xác nhận", NOON)


@dataclass
class Office:
    """Everything an issue needs, and the entry it starts from."""

    register: SqlRegister
    archive: FolderArchive
    identity: SigningIdentity
    moment: dt.datetime = NOON

    @property
    def issuer(self) -> Issuer:
        return Issuer(self.register, self.archive, self.identity, lambda: self.moment)

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.register, self.identity.roots, clock=lambda: self.moment)

    def request(self, entry: Entry, request_id: str = "", copies: int = 1) -> ExtractRequest:
        return ExtractRequest(entry.id, "Nguyễn Văn Quỳnh", "CCCD 001", "cha", copies, "can-bo", request_id)

    def issue(self, entry: Entry, request_id: str = "") -> bytes:
        return self.issuer.issue(self.draft(entry, request_id), "can-bo").pdf

    def draft(self, entry: Entry, request_id: str = "") -> DraftExtract:
        return self.issuer.draft(self.request(entry, request_id), AUTHORITY, SIGNER, self.moment.date())


def open_office(
    folder: Path, identity: SigningIdentity, moment: dt.datetime = NOON, ledger: Path | None = None
) -> Office:
    """Open an office in *folder*, with an empty ledger or a copy of *ledger*."""
    if ledger is not None:
        shutil.copyfile(ledger, folder / LEDGER)
    register = open_register(f"sqlite:///{folder / LEDGER}")
    return Office(register, FolderArchive(folder / "archive", keep_free=0), identity, moment)


def draft_entry(entry_id: str, kind: RegisterKind, texts: dict[str, str], notes: tuple[Note, ...] = ()) -> Entry:
    fields = tuple(FieldValue(column, Presence.NOT_READ) for column in texts)
    return Entry(entry_id, kind, "birth-2016", (), fields, notes)


def verified(
    register: SqlRegister,
    entry_id: str = ENTRY,
    texts: dict[str, str] | None = None,
    *,
    kind: RegisterKind = RegisterKind.BIRTH,
    illegible: tuple[str, ...] = (),
    note: str = "",
) -> Entry:
    """Take an entry from draft to verified as a person would, field by field."""
    texts = BIRTH if texts is None else texts
    notes = (Note("n1", "", None),) if note else ()
    entry = register.draft([draft_entry(entry_id, kind, texts, notes)])[0]
    for column, text in texts.items():
        presence = Presence.ILLEGIBLE if column in illegible else Presence.WRITTEN if text else Presence.BLANK
        shown = text if presence is Presence.WRITTEN else ""
        value = VALUES.get(column, shown) if shown else ""
        entry = register.decide(entry.id, column, presence, shown, value, DECISION, entry.version)
    if note:
        entry = register.read_note(entry.id, "n1", note, DECISION, entry.version)
    return register.verify(entry.id, "người xác nhận", NOON, entry.version).entry

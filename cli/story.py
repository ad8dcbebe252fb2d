"""The demonstration's own parts: its house, its simulated keyer, its forger. Nothing here prints."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from records.codes import Presence
from records.entries import NOTES, Entry
from records.errors import WrongUse
from records.text import nfc
from wiring import House, Settings, open_house
from wiring.settings import (
    ArchiveSettings,
    OfficeSettings,
    RegisterSettings,
    SearchSettings,
    SigningSettings,
)

KEYER = "nhập liệu mô phỏng"
"""Who "confirms" in the demonstration; every such decision also says of itself that it is simulated."""
OFFICER = "cán bộ mô phỏng"


@dataclass(frozen=True, slots=True)
class TruthEntry:
    """What truly stands in one entry of the synthetic book."""

    file: str
    fields: dict[str, str]
    notes: tuple[str, ...]


def demo_home(settings: Settings) -> Path:
    """Return the folder of the demonstration: ``demo`` of the home folder."""
    return settings.home / "demo"


def move_aside(settings: Settings) -> Path | None:
    """Move an earlier demonstration aside, never deleted, and return where it went. Raises WrongUse."""
    home = demo_home(settings)
    if not home.exists():
        return None
    stamp = dt.datetime.fromtimestamp(home.stat().st_mtime).strftime("%Y%m%d-%H%M%S")
    aside = settings.home / f"demo-{stamp}"
    if aside.exists():
        raise WrongUse("DEMO_FOLDER_TAKEN", folder=str(aside))
    return home.rename(aside)


def demo_house(settings: Settings) -> House:
    """Open a fresh house for the demonstration, on embedded defaults whatever the settings say.

    Prefect's own files stay with the outer house, so that its database is made only once.
    """
    home = demo_home(settings)
    flows = replace(settings.flows, api_url="", home=settings.under_home(settings.flows.home, "prefect"))
    return open_house(
        replace(
            settings,
            home=home,
            archive=ArchiveSettings(),
            register=RegisterSettings(),
            search=SearchSettings(),
            office=OfficeSettings(),
            signing=SigningSettings(),
            flows=flows,
        )
    )


def read_truth(book: Path) -> list[TruthEntry]:
    """Read ``truth.jsonl`` of a synthetic book: its entries in the order of the pages."""
    found = []
    for line in (book / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        page: dict[str, Any] = json.loads(line)
        notes = tuple(nfc(note["text"]) for note in page.get("margin", ()))
        for entry in page["entries"]:
            texts = {column: nfc(value["text"]) for column, value in entry["fields"].items()}
            found.append(TruthEntry(page["file"], texts, notes))
    return found


def without_blanks(book: Path, folder: Path) -> Path:
    """Write the truth of *book* into *folder* without the fields it leaves blank, and return *folder*.

    What is measured on it speaks of written fields alone.
    """
    lines = []
    for line in (book / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        page: dict[str, Any] = json.loads(line)
        for entry in page["entries"]:
            entry["fields"] = {column: value for column, value in entry["fields"].items() if value["text"].strip()}
        lines.append(json.dumps(page, ensure_ascii=False) + "\n")
    (folder / "truth.jsonl").write_text("".join(lines), encoding="utf-8")
    return folder


def key_from_truth(house: House, entry: Entry, truth: TruthEntry) -> Entry:
    """Let the simulated keyer confirm every field of *entry* from *truth*, and verify it."""
    for found in entry.fields:
        # what the cover says is no part of a page's truth: it stays as it was said at delivery
        text = truth.fields.get(found.column, "") if found.evidence or found.column in truth.fields else found.text
        presence = Presence.WRITTEN if text.strip() else Presence.BLANK
        entry = house.confirm_field(
            entry.id, found.column, presence, text, by=KEYER, expected_version=entry.version, simulated=True
        )
    room = entry.field(NOTES)
    margin = iter(truth.notes)
    for note in entry.notes:
        in_room = room is not None and room.evidence == note.evidence
        text = truth.fields.get(NOTES, "") if in_room else next(margin, "")
        entry = house.read_note(entry.id, note.id, text, by=KEYER, expected_version=entry.version, simulated=True)
    return house.verify_entry(entry.id, by=KEYER, expected_version=entry.version).entry


def entries_with_truth(house: House, delivery: str, truth: Sequence[TruthEntry]) -> list[tuple[Entry, TruthEntry]]:
    """Pair the entries of a delivery with their truth by the file they stand in; one entry a page."""
    by_file = {Path(told.file).name: told for told in truth}
    pairs = []
    for entry in house.every_entry(delivery):
        told = by_file.get(Path(house.register.page(entry.pages[0]).file).name)
        if told is not None:
            pairs.append((entry, told))
    return pairs


def without_marks(text: str) -> str:
    """Return *text* as a hurried clerk types it: small letters, no marks."""
    from forms import folded

    return folded(text)


def with_one_byte_flipped(pdf: bytes) -> bytes:
    """Return *pdf* with one bit of one byte changed, in the middle of what was signed."""
    forged = bytearray(pdf)
    forged[len(forged) // 3] ^= 0x01
    return bytes(forged)

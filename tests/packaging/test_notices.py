"""Everything that other people made and the wheel carries is named with its licence."""

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTICES = (ROOT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
VENDORED = tomllib.loads((ROOT / "tools" / "vendor.toml").read_text(encoding="utf-8"))
PINNED = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]


def _package(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[:2]) if path.startswith("@") else parts[0]


def _used() -> set[tuple[str, str]]:
    """Every (npm package, folder) that vendoring takes something from and to."""
    found = set()
    for part in VENDORED.values():
        sources = [*part.get("fonts", {}).values(), *part.get("files", {}).values()]
        sources += [table["from"]] if (table := part.get("icons")) else []
        found |= {(_package(source), part["into"]) for source in sources}
    return found


@pytest.mark.parametrize(("package", "folder"), sorted(_used()))
def test_a_vendored_package_is_named_with_version_and_place(package: str, folder: str) -> None:
    line = next((line for line in NOTICES.splitlines() if f"`{package}` {PINNED[package]}" in line), "")
    assert f"`{folder}/`" in line, f"THIRD_PARTY_NOTICES.md does not name {package} {PINNED[package]} in {folder}/"


def test_no_package_is_named_that_is_not_carried() -> None:
    named = {line.split("`")[1] for line in NOTICES.splitlines() if line.startswith("| `")}
    assert named - {package for package, _ in _used()} == {"vie.traineddata", "khongcho*.onnx", "units.tsv"}


@pytest.mark.parametrize("folder", sorted({folder for _, folder in _used()}))
def test_licences_lie_beside_what_they_cover(folder: str) -> None:
    expected = {
        f"LICENSE-{package.removeprefix('@').replace('/', '-')}.txt" for package, into in _used() if into == folder
    }
    present = {file.name for file in (ROOT / folder).glob("LICENSE-*.txt")}
    assert expected <= present, "run make setup"


def test_the_reading_data_are_those_whose_digest_is_recorded() -> None:
    for line in (ROOT / "ocr" / "data" / "SHA256SUMS").read_text(encoding="ascii").splitlines():
        digest, name = line.split()
        assert hashlib.sha256((ROOT / "ocr" / "data" / name).read_bytes()).hexdigest() == digest

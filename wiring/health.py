"""Probes every part of the house, own and outside, and says what is missing and how to get it."""

import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from records.errors import ExitCode, KhongChoError
from records.messages import message

if TYPE_CHECKING:
    from wiring.house import House


class Health(StrEnum):
    """How a part is."""

    WORKS = "works"
    WEAK = "weak"
    """Works, but with less than it promises."""
    DOWN = "down"
    """Missing or silent; what needs it cannot be done."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found of one part."""

    part: str
    """Name for people."""
    health: Health
    detail: str
    """Version, place or count; where it is down, what happened."""
    remedy: str = ""
    """What to do, where there is something to do."""
    exit_code: ExitCode = ExitCode.OK


@dataclass(frozen=True, slots=True)
class Programme:
    """An outside programme, the flag with which it tells its version, and the package that brings it."""

    name: str
    flag: str
    package: str


PROGRAMMES = (
    Programme("tesseract", "--version", "tesseract-ocr tesseract-ocr-vie"),
    Programme("pdftoppm", "-v", "poppler-utils"),
)


def examine(house: "House") -> Sequence[Probe]:
    """Probe all parts, one after the other. A part that is missing is a finding, never an exception."""
    return list(_probes(house))


def _probes(house: "House") -> Iterator[Probe]:
    yield _tried("Thư mục dữ liệu", lambda: _home(house))
    yield _tried("Sổ (register)", lambda: _register(house))
    yield _tried("Chuỗi nhật ký", lambda: _chain(house), down=ExitCode.INTEGRITY)
    yield _tried("Kiểm tra toàn bộ sổ", lambda: _last_check(house), down=ExitCode.INTEGRITY)
    yield _tried("Kho lưu trữ (archive)", lambda: _archive(house))
    yield _tried("Tra cứu (search)", lambda: _index(house))
    yield _tried("Ký số", lambda: _signing(house))
    for programme in PROGRAMMES:
        yield _tried(programme.name, lambda p=programme: _programme(p))  # type: ignore[misc]
    yield _tried("tesseract: tiếng Việt", _vietnamese)
    if house.settings.flows.api_url:
        yield _tried("Prefect", lambda: _prefect(house.settings.flows.api_url))


def _tried(part: str, probe: Callable[[], tuple[Health, str, str]], *, down: ExitCode = ExitCode.PART_MISSING) -> Probe:
    try:
        health, detail, remedy = probe()
    except KhongChoError as e:
        words = e.message()
        return Probe(part, Health.DOWN, f"{words.vi} ({e.code})", words.en, max(e.exit_code, ExitCode.PART_MISSING))
    except Exception as e:  # an unforeseen failure of one part must not hide how the others are
        return Probe(part, Health.DOWN, f"{type(e).__name__}: {e}", "", ExitCode.PART_MISSING)
    return Probe(part, health, detail, remedy, down if health is Health.DOWN else ExitCode.OK)


def _home(house: "House") -> tuple[Health, str, str]:
    free = shutil.disk_usage(house.settings.home).free / 2**30
    detail = f"{house.settings.home}, còn trống {free:.1f} GiB"
    return (Health.WORKS, detail, "") if free >= 2 else (Health.WEAK, detail, message("HOME_NARROW").vi)


def _register(house: "House") -> tuple[Health, str, str]:
    counts = ", ".join(f"{state}: {n}" for state, n in house.counts().items())
    return Health.WORKS, f"{house.settings.register_url.split('@')[-1]} ({counts or 'chưa có mục'})", ""


def _chain(house: "House") -> tuple[Health, str, str]:
    report = house.register.verify_chain()
    if report.whole:
        return Health.WORKS, f"{report.length} sự kiện, nguyên vẹn", ""
    return Health.DOWN, f"đứt tại sự kiện {report.broken_at}", message("CHAIN_BROKEN").vi


def _last_check(house: "House") -> tuple[Health, str, str]:
    if not house.register.entries(limit=1):
        return Health.WORKS, "chưa có mục nào", ""
    last = house.register_check.last()
    if last is None:
        return Health.WEAK, "chưa kiểm tra lần nào", message("REGISTER_NOT_CHECKED").vi
    when = f"{last.at.astimezone():%d/%m/%Y %H:%M}"
    if last.whole:
        return Health.WORKS, f"nguyên vẹn lúc {when}", ""
    return Health.DOWN, f"không nguyên vẹn lúc {when}", message("REGISTER_NOT_WHOLE").vi


def _archive(house: "House") -> tuple[Health, str, str]:
    probe = house.archive.probe()
    detail = f"{house.archive.name}: {probe.detail}"
    return (Health.WORKS, detail, "") if probe.immutable else (Health.WEAK, detail, message("ARCHIVE_MUTABLE").vi)


def _index(house: "House") -> tuple[Health, str, str]:
    if not house.register.entries(limit=1):
        return Health.WORKS, f"{house.index.name}: chưa có mục nào", ""
    detail = f"{house.index.name}: {house.index.count()} mục"
    if behind := len(house.projection.behind()):
        return Health.WEAK, detail, message("INDEX_BEHIND", count=behind).vi
    return Health.WORKS, detail, ""


def _signing(house: "House") -> tuple[Health, str, str]:
    if house.settings.signing.pkcs12 is None:
        return Health.WEAK, "chứng thư minh họa", message("SIGNING_DEMO").vi
    if not house.settings.signing.pkcs12.is_file():
        return Health.DOWN, str(house.settings.signing.pkcs12), message("SIGNING_MISSING").vi
    return Health.WORKS, str(house.settings.signing.pkcs12), ""


def _programme(programme: Programme) -> tuple[Health, str, str]:
    found = shutil.which(programme.name)
    if found is None:
        remedy = message("PROGRAMME_MISSING", name=programme.name, package=programme.package).vi
        return Health.DOWN, "không có trên máy", remedy
    told = _run(found, programme.flag)
    return Health.WORKS, told.splitlines()[0] if told else found, ""


def _vietnamese() -> tuple[Health, str, str]:
    found = shutil.which("tesseract")
    if found and "vie" in _run(found, "--list-langs").split():
        return Health.WORKS, "có", ""
    return Health.DOWN, "không có", message("PROGRAMME_MISSING", name="vie", package="tesseract-ocr-vie").vi


def _run(programme: str, flag: str) -> str:
    done = subprocess.run([programme, flag], capture_output=True, text=True, timeout=20, check=False)
    return (done.stdout or done.stderr).strip()


def _prefect(api_url: str) -> tuple[Health, str, str]:
    try:
        with urllib.request.urlopen(f"{api_url.rstrip('/')}/health", timeout=5):
            return Health.WORKS, api_url, ""
    except (OSError, urllib.error.URLError) as e:
        return Health.DOWN, f"{api_url}: {e}", message("PREFECT_SILENT").vi

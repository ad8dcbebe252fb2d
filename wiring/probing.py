"""Probes every part of the house, own and outside, by really opening it; each answers or is given up in seconds."""

import datetime as dt
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from records.codes import EntryState
from records.errors import ExitCode, PartUnavailable
from records.messages import message
from wiring.health import Finding, Health, Probe, tried

if TYPE_CHECKING:
    from records.ports import Image
    from wiring.house import House


@dataclass(frozen=True, slots=True)
class Programme:
    """An outside programme, the flag with which it tells its version, and the package that brings it."""

    name: str
    flag: str
    package: str


_HANOI = dt.timezone(dt.timedelta(hours=7))
_STATES = {EntryState.DRAFT: "nháp", EntryState.VERIFIED: "đã xác nhận", EntryState.WITHDRAWN: "đã rút"}
PROGRAMMES = (
    Programme("tesseract", "--version", "tesseract-ocr tesseract-ocr-vie"),
    Programme("pdftoppm", "-v", "poppler-utils"),
)


def examine(house: "House") -> Sequence[Probe]:
    """Probe all parts, one after the other. A part that is missing is a finding, never an exception."""
    return list(_probes(house))


def _probes(house: "House") -> Iterator[Probe]:
    yield tried("Thư mục dữ liệu", lambda: _home(house))
    yield tried("Sổ (register)", lambda: _register(house))
    yield tried("Chuỗi nhật ký", lambda: _chain(house), down=ExitCode.INTEGRITY)
    yield tried("Kiểm tra toàn bộ sổ", lambda: _last_check(house), down=ExitCode.INTEGRITY)
    yield tried("Kho lưu trữ (archive)", lambda: _archive(house))
    yield tried("Tra cứu (search)", lambda: _index(house))
    yield tried("Phông chữ trích lục", _typeface)
    yield tried("Ký số", lambda: _signing(house))
    if url := house.settings.signing.timestamp_url:
        yield tried("Dấu thời gian", lambda: _time(url))
    for programme in PROGRAMMES:
        yield tried(programme.name, lambda p=programme: _programme(p))  # type: ignore[misc]
    yield tried("tesseract: đọc chữ in", _print)
    yield tried("Đọc chữ viết tay", lambda: _handwriting(house))
    if house.settings.flows.api_url:
        yield tried("Prefect", lambda: _prefect(house.settings.flows.api_url))


# --- what the house keeps ----------------------------------------------------------------------------


def _home(house: "House") -> Finding:
    free = shutil.disk_usage(house.settings.home).free / 2**30
    detail = f"{house.settings.home}, còn trống {free:.1f} GiB"
    return (Health.WORKS, detail, "") if free >= 2 else (Health.WEAK, detail, message("HOME_NARROW").vi)


def _register(house: "House") -> Finding:
    counts = ", ".join(f"{_STATES[state]}: {n}" for state, n in house.counts().items())
    return Health.WORKS, f"{house.settings.register_url.split('@')[-1]} ({counts or 'chưa có mục'})", ""


def _chain(house: "House") -> Finding:
    report = house.register.verify_chain()
    if report.whole:
        return Health.WORKS, f"{report.length} sự kiện, nguyên vẹn", ""
    return Health.DOWN, f"đứt tại sự kiện {report.broken_at}", message("CHAIN_BROKEN").vi


def _last_check(house: "House") -> Finding:
    if not house.register.entries(limit=1):
        return Health.WORKS, "chưa có mục nào", ""
    last = house.register_check.last()
    if last is None:
        return Health.WEAK, "chưa kiểm tra lần nào", message("REGISTER_NOT_CHECKED").vi
    when = f"{last.at.astimezone(_HANOI):%d/%m/%Y %H:%M}"
    if last.whole:
        return Health.WORKS, f"nguyên vẹn lúc {when}", ""
    return Health.DOWN, f"không nguyên vẹn lúc {when}", message("REGISTER_NOT_WHOLE").vi


def _archive(house: "House") -> Finding:
    probe = house.archive.probe()
    detail = f"{house.archive.name}: {probe.detail}"
    return (Health.WORKS, detail, "") if probe.immutable else (Health.WEAK, detail, message("ARCHIVE_MUTABLE").vi)


def _index(house: "House") -> Finding:
    try:
        detail = f"{house.index.name}: {house.index.count()} mục"
    except PartUnavailable as e:
        # the engine answered, and has nothing because there is nothing
        if e.code == "SEARCH_INDEX_MISSING" and not house.register.entries(limit=1):
            return Health.WORKS, f"{house.index.name}: chưa có mục nào", ""
        raise
    if behind := len(house.projection.behind()):
        return Health.WEAK, detail, message("INDEX_BEHIND", count=behind).vi
    return Health.WORKS, detail, ""


# --- what issuing needs ------------------------------------------------------------------------------


def _typeface() -> Finding:
    from extracts import default_fonts, open_fonts

    return Health.WORKS, ", ".join(open_fonts(default_fonts()).families()), ""


def _signing(house: "House") -> Finding:
    from extracts import rehearse
    from wiring.parts import build_identity

    demonstration = house.settings.signing.pkcs12 is None
    if demonstration and not (house.settings.home / "signing").exists():
        # not made here: whoever looks after the house may be another account than the one that will sign
        return Health.WEAK, "chứng thư minh họa, tạo khi dùng lần đầu", message("SIGNING_DEMO").vi
    identity = build_identity(house.settings)
    rehearse(identity, dt.datetime.now(dt.UTC))
    until = f", còn hạn đến {identity.holds_until:%d/%m/%Y}" if identity.holds_until else ""
    detail = f"{identity.subject}{until}"
    return (Health.WEAK, detail, message("SIGNING_DEMO").vi) if identity.demo else (Health.WORKS, detail, "")


def _time(url: str) -> Finding:
    from extracts import ask_time

    ask_time(url)
    return Health.WORKS, url, ""


# --- what reading needs ------------------------------------------------------------------------------


def _programme(programme: Programme) -> Finding:
    found = shutil.which(programme.name)
    if found is None:
        remedy = message("PROGRAMME_MISSING", name=programme.name, package=programme.package).vi
        return Health.DOWN, "không có trên máy", remedy
    told = _run(found, programme.flag)
    return Health.WORKS, told.splitlines()[0] if told else found, ""


def _run(programme: str, flag: str) -> str:
    done = subprocess.run([programme, flag], capture_output=True, text=True, timeout=20, check=False)
    return (done.stdout or done.stderr).strip()


def _print() -> Finding:
    from ocr import PRINT, open_line_recogniser, open_page_recogniser

    for form in (True, False):
        open_page_recogniser(form=form).read_page(_strokes())
    engine = open_line_recogniser(PRINT).read_line(_strokes()).engine
    return Health.WORKS, f"{engine.name} {engine.version}", ""


def _handwriting(house: "House") -> Finding:
    from ocr import HANDWRITING, open_line_recogniser

    engine = open_line_recogniser(house.settings.reader or HANDWRITING).read_line(_strokes()).engine
    return Health.WORKS, f"{engine.name} {engine.version}", ""


def _strokes() -> "Image":
    """Return a line of strokes in two shades: something that every reader has to look at with its model."""
    line = np.full((64, 400), 250, np.uint8)
    for x in range(20, 380, 24):
        line[12:52, x : x + 5] = 20 + x % 48
    return line


# --- what schedules ----------------------------------------------------------------------------------


def _prefect(api_url: str) -> Finding:
    try:
        with urllib.request.urlopen(f"{api_url.rstrip('/')}/health", timeout=5) as answer:
            said = answer.read(64).decode("ascii", "replace").strip()
    except (OSError, ValueError) as e:
        return Health.DOWN, f"{api_url}: {e}", message("PREFECT_SILENT").vi
    if said != "true":  # something else listens there
        return Health.DOWN, f"{api_url}: {said!r}", message("PREFECT_SILENT").vi
    return Health.WORKS, api_url, ""

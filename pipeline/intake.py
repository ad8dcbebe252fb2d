"""Take a delivery in: find its files, judge each by its header, keep every byte, list every page.

Nothing is ever lost: a file that cannot be opened is kept in the archive all the same (its quarantine copy) and
listed with the reason. Files beside the scans that are plain text of known kinds are left where they are.
"""

import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from forms import short_name
from pipeline.decode import PDF, FileHeader, Limits, read_header
from pipeline.pdf import PDF_DPI
from records.codes import DeliveryKind, PageStatus
from records.errors import PageError, WrongUse
from records.pages import DeliveredPage, Delivery, Digest, PageImage, PageProblem, page_id
from records.ports import Archive
from records.progress import Progress
from records.text import nfc, single_spaced

SIDECARS = frozenset({".tsv", ".txt", ".json", ".jsonl", ".toml", ".md", ".csv", ".sha256"})


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Return a sort key in which ``page2`` comes before ``page10``."""
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d+)", name) if part)


def _is_sidecar(path: Path) -> bool:
    if path.suffix.casefold() not in SIDECARS:
        return False
    try:
        path.read_bytes()[:65536].decode("utf-8", errors="strict")
    except UnicodeDecodeError as error:
        return error.start > 65000  # cut in the middle of a letter
    except OSError:
        return False
    return True


def files_of(path: Path) -> list[tuple[str, Path]]:
    """Return (name in the delivery, path) of every file to hand in, in natural order.

    Folders inside the folder belong to the delivery: nothing handed in is left out but hidden files and tables. Links
    are listed, so that somebody is told of them, but never followed. Raises WrongUse when there is nothing.
    """
    if path.is_symlink() or not path.exists():
        raise WrongUse("DELIVERY_NOT_FOUND", path=path)
    if path.is_file():
        return [(_name(Path(path.name)), path)]
    found = [
        (_name(p.relative_to(path)), p)
        for p in path.rglob("*")
        if (p.is_file() or p.is_symlink())
        and not any(part.startswith(".") for part in p.relative_to(path).parts)
        and (p.is_symlink() or not _is_sidecar(p))
    ]
    if not found:
        raise WrongUse("DELIVERY_EMPTY", path=path)
    return sorted(found, key=lambda f: natural(f[0]))


def _name(path: Path) -> str:
    """Return the name that the ledger keeps: bytes that are no text become question marks, forms of letters one."""
    return nfc(os.fsencode(path.as_posix()).decode("utf-8", errors="replace"))


def label_of(path: Path) -> str:
    """Return a short name for people and for the delivery's id."""
    name = path.stem if path.is_file() else path.resolve().name
    return short_name(name) or "delivery"


def take_in(
    path: Path, kind: DeliveryKind, archive: Archive, limits: Limits, progress: Progress, authority: str = ""
) -> tuple[Delivery, list[DeliveredPage]]:
    """Store every master and return the delivery with its pages. Raises WrongUse, PartUnavailable.

    The delivery's id is derived from its kind, name and contents: the same delivery again is the same delivery.
    """
    files = files_of(path)
    whole = hashlib.sha256(kind.encode())
    pages: list[DeliveredPage] = []
    quarantined: list[tuple[str, Digest, str]] = []
    taken: list[tuple[str, Digest, FileHeader]] = []
    progress.start("nhận tệp", len(files))
    try:
        for name, file in files:
            digest, header = _take_file(file, archive, limits)
            whole.update(f"{name}\0{digest}\n".encode())
            if isinstance(header, PageProblem):
                quarantined.append((name, digest, header.written()))
            else:
                taken.append((name, digest, header))
            progress.advance()
    finally:
        progress.finish()
    delivery_id = f"{kind.value}-{label_of(path)}-{whole.hexdigest()[:10]}"
    for name, digest, header in taken:
        for image in _pages(digest, header):
            pages.append(DeliveredPage(delivery_id, len(pages) + 1, name, image, PageStatus.RECEIVED))
    received = dt.datetime.now(dt.UTC)
    kept_by = single_spaced(authority)
    return Delivery(delivery_id, kind, label_of(path), received, tuple(quarantined), kept_by), pages


def _take_file(file: Path, archive: Archive, limits: Limits) -> tuple[Digest, FileHeader | PageProblem]:
    if file.is_symlink():
        return archive.put(b"", "application/octet-stream"), PageProblem("FILE_IS_LINK", {})
    try:
        data = file.read_bytes()
    except OSError as error:
        raise WrongUse("FILE_UNREADABLE", file=file, detail=error.strerror or str(error)) from error
    try:
        header = read_header(data, limits)
    except PageError as error:
        return archive.put(data, "application/octet-stream"), PageProblem.of(error)
    return archive.put(data, header.media_type), header


def _pages(digest: Digest, header: FileHeader) -> Iterator[PageImage]:
    dpi = float(PDF_DPI) if header.media_type == PDF else None
    for number, (width, height) in enumerate(header.sizes, start=1):
        yield PageImage(page_id(digest, number), digest, number, width, height, dpi)

"""Whether two pages that were handed in are pictures of one sheet: asked only where something says that they may be.

A fingerprint is taken from the master, as at the scanner, when it is first asked for, and kept in the ledger beside the
results of the stages: of a book in order none is ever needed, and of a page none is taken twice.
"""

import base64
import time
from collections.abc import Callable

from pipeline.decode import Limits, decode_page, sniff
from pipeline.fingerprint import packed, unpacked
from pipeline.verdict import judge, same_sheet
from records.errors import KhongChoError, PageError
from records.pages import PageId, StageResult
from records.ports import Archive, Image, Register

STAGE = "print"
PRINT_VERSION = "1"
"""Raised whenever fingerprints would differ."""


class Sheets:
    """Compares pages by what they show."""

    def __init__(self, archive: Callable[[], Archive], register: Register, limits: Limits | None = None) -> None:
        self._archive, self._register, self._limits = archive, register, limits or Limits()

    def same(self, one: PageId, other: PageId) -> bool:
        """Whether two pages show one sheet; no where a picture cannot be had now: then nothing is told of them."""
        try:
            first, second = self._print(one), self._print(other)
        except KhongChoError:
            return False
        return first is not None and second is not None and same_sheet(second, {one: first}) is not None

    def _print(self, page: PageId) -> Image | None:
        known = self._register.stage_result(page, STAGE, PRINT_VERSION)
        if known is None:
            known = self._taken(page)
            self._register.record_stage(known)
        return unpacked(base64.b64decode(str(known.payload["png"])))

    def _taken(self, page: PageId) -> StageResult:
        began = time.perf_counter()
        told = self._register.page(page).page
        data = self._archive().get(told.master)
        kind = sniff(data)
        if kind is None:
            raise PageError("FILE_NOT_AN_IMAGE")
        image, _ = decode_page(data, kind, told.page_in_file, self._limits)
        png = base64.b64encode(packed(judge(image).print)).decode("ascii")
        return StageResult(page, STAGE, PRINT_VERSION, {"png": png}, time.perf_counter() - began)

"""Which way up a page stands; on an empty one no print is looked for."""

import cv2
import numpy as np
import pytest

from pipeline.look import Look
from pipeline.standing import read_print, upright
from records.geometry import Box
from records.ports import Image
from records.readings import EngineIdentity, PageReading, Word
from tests.pipeline.stubs import real_readers

ENGINE = EngineIdentity("reader", "1", "none")


def paper(ink: int, lines: int) -> Image:
    """A page of grainy paper with so many lines of writing, so many grey levels darker."""
    rng = np.random.default_rng(5)
    grain = rng.normal(0, 2.5, (2339, 1654)).astype(np.float32)
    page = 225 + cv2.GaussianBlur(grain, (0, 0), 1.2)
    written = np.zeros(page.shape, np.uint8)
    for line in range(lines):
        cv2.putText(written, "Nguyen Thi Minh Khai", (250, 400 + 90 * line), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 255, 3)
    grey = np.clip(page - written / 255 * ink, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)


class Reader:
    """A reader of print that sees nine words in anything."""

    identity = ENGINE

    def read_page(self, image: Image) -> PageReading:
        return PageReading((Word("Nguyễn", Box(0, 0, 9, 9).polygon(), 1.0, 1),) * 9, ENGINE)


@pytest.mark.parametrize(("ink", "lines", "read"), [(0, 0, False), (150, 1, True), (55, 3, True), (24, 3, True)])
def test_an_empty_page_is_not_read_and_a_pale_one_is(ink: int, lines: int, read: bool) -> None:
    found = upright(paper(ink, lines), real_readers(), lambda look: read_print(look, Reader(), lambda: look.print))
    assert len(found.look.words) == (9 if read else 0)
    assert (found.turns, found.engine) == (0, ENGINE)


def test_a_page_on_its_head_is_turned() -> None:
    turns: list[int] = []

    def reading(look: Look) -> PageReading:
        turns.append(len(turns))
        sure = 0.9 if len(turns) == 2 else 0.1
        return PageReading((Word("Nguyễn", Box(0, 0, 9, 9).polygon(), sure, 1),) * 9, ENGINE)

    assert upright(paper(150, 12), real_readers(), reading).turns == 2
    assert len(turns) == 2

"""Which ink on a page is a note and which is a value's or a seal's, on pages drawn here."""

import cv2
import numpy as np
import pytest

import forms
from pipeline.areas import FieldArea
from pipeline.crops import page_marks
from pipeline.labels import Match
from pipeline.locate import CleanPage, LabelledPage
from pipeline.margins import Known, _along_rules, _is_fold, find_notes, within_lines
from pipeline.prepare import PreparedPage
from pipeline.rules import Rules
from records.geometry import Box
from records.pages import Preparation
from records.ports import Image
from tests.pipeline.test_seals import RED, page, press

EDITION = forms.edition("birth-2016")
LETTER = 18.0
COLUMNS = [label.column for label in EDITION.labels]
SECTIONS = [label.section for label in EDITION.labels]


def labelled(**tops: int) -> LabelledPage:
    """Return a page on which these labels were found, each at the left at its height."""
    places = {COLUMNS.index(name) if name in COLUMNS else SECTIONS.index(name): y for name, y in tops.items()}
    labels = {i: Match(i, (Box(220, y, 260, 26),), frozenset({i}), 1.0, 1.0, "x") for i, y in places.items()}
    return LabelledPage(EDITION, labels, (), LETTER)


def clean_of(grey: Image, *rules: Box) -> CleanPage:
    ink = np.asarray(np.where(grey < 160, 255, 0), np.uint8)
    return CleanPage(grey, ink, grey, ink, Rules(rules, (), (), np.zeros_like(ink)), (), ink)


def known(colour: Image, grey: Image, found: LabelledPage) -> Known:
    clean = clean_of(grey)
    height, width = grey.shape
    prepared = PreparedPage(colour, grey, Preparation((), width, height))
    return Known(prepared, clean, found, [], [], page_marks(clean, [], LETTER), {})


def write(image: Image, x: int, y: int, words: str = "Da cai chinh nam sinh") -> None:
    cv2.putText(image, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 30, 3)


def test_a_short_value_ends_where_its_line_does_though_a_note_goes_on_over_three_rows() -> None:
    grey = page()[:, :, 0].copy()
    write(grey, 520, 310, "02092019")
    for k in range(3):
        write(grey, 1100, 262 + 40 * k)
    rule = Box(500, 314, 560, 4)
    clean = clean_of(grey, rule)
    marks = page_marks(clean, [], LETTER)
    own = list(range(1, len(marks.boxes)))
    area = FieldArea("ngayDangKy", (Box(490, 230, 1100, 110),), level=305.0)
    owned, apart = within_lines({area.column: own}, marks, [area], clean, labelled(ngayDangKy=290))
    kept = owned[area.column]
    assert kept
    assert max(int(marks.boxes[i][0]) for i in kept) < 1000
    assert len(kept) < len(own)
    assert not apart


def test_what_stands_far_behind_a_short_value_on_its_line_is_left_and_told() -> None:
    for gap, left in ((300, True), (60, False)):
        grey = page()[:, :, 0].copy()
        write(grey, 520, 310, "02092019")
        write(grey, 680 + gap, 310, "25.6")
        clean = clean_of(grey, Box(500, 314, 900, 4))
        marks = page_marks(clean, [], LETTER)
        own = list(range(1, len(marks.boxes)))
        area = FieldArea("ngayDangKy", (Box(490, 230, 1100, 110),), level=305.0)
        owned, apart = within_lines({area.column: own}, marks, [area], clean, labelled(ngayDangKy=290))
        assert apart == ({area.column} if left else set())
        assert (len(owned[area.column]) < len(own)) is left


@pytest.mark.parametrize(("stamped", "x"), [(False, 170), (True, 170), (True, 350)])
def test_a_stamp_across_the_seal_that_joins_pages_is_a_note_though_the_seal_reaches_to_the_signatures(
    *, stamped: bool, x: int
) -> None:
    colour = page()
    press(colour, x, 1900)
    if stamped:
        cv2.rectangle(colour, (x - 150, 1865), (x + 150, 1935), RED, 5)
    found = labelled(so=200, nksHoTen=400, signatures=1780, ghiChu=2150)
    notes = find_notes(known(colour, np.full(colour.shape[:2], 245, np.uint8), found))
    beside = stamped and x < 220  # in the middle of the room for signatures it is the signer's
    assert len(notes) == beside
    assert all(abs(note.box.x + note.box.w / 2 - x) < 60 for note in notes)


@pytest.mark.parametrize("missing", ["", "quyenSo"])
def test_a_note_where_a_heading_was_not_found_is_seen_but_a_lost_value_is_none(missing: str) -> None:
    grey = page()[:, :, 0].copy()
    write(grey, 250, 470, "Da cai chinh")
    write(grey, 250, 510, "nam sinh")
    tops = {"heading": 120, "so": 200, "quyenSo": 200, "ngayDangKy": 290, "nksHoTen": 700, "nksNgaySinh": 800}
    if missing:  # between the rows in which the note stands, and behind
        tops = {"heading": 120, "so": 200, "nksHoTen": 700, "nksNgaySinh": 800}
    notes = find_notes(known(page(), grey, labelled(**tops)))
    assert len(notes) == (0 if missing else 1)


CORNERS = ((204.0, 130.0), (1000.0, 130.0), (204.0, 1500.0))


def beside_a_rule(*, across: bool) -> Known:
    """A page with a form's outer rule, and writing upright over it, or (*across* false) labels that begin behind it."""
    colour = page()
    height, width = colour.shape[:2]
    rule = Box(200, 100, 4, height - 300)
    words = np.full((60, 420), 255, np.uint8)
    cv2.putText(words, "Dacapbansao2001", (6, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 30, 3)
    grey = colour[:, :, 0].copy()
    if across:
        upright = np.rot90(words)
        grey[600 : 600 + upright.shape[0], 167:227] = np.minimum(grey[600 : 600 + upright.shape[0], 167:227], upright)
    else:
        for k in range(12):
            write(grey, 214, 600 + 34 * k, "Ho, chu dem, ten")
    grey[int(rule.y) : int(rule.bottom), 200:204] = 245  # as cleaning leaves it
    ink = np.asarray(np.where(grey < 160, 255, 0), np.uint8)
    clean = CleanPage(grey, ink, grey, ink, Rules((), (rule,), (), np.zeros_like(ink)), (), ink)
    body = {i: Match(i, (Box(x, y, 200, 26),), frozenset({i}), 1.0, 1.0, "x") for i, (x, y) in enumerate(CORNERS)}
    found = LabelledPage(EDITION, body, (), LETTER)
    return Known(
        PreparedPage(np.dstack([grey] * 3), grey, Preparation((), width, height)),
        clean,
        found,
        [],
        [],
        page_marks(clean, [], LETTER),
        {},
    )


@pytest.mark.parametrize("across", [True, False])
def test_what_is_written_upright_over_the_outer_rule_is_a_note_and_labels_behind_it_are_none(across: bool) -> None:
    seen = beside_a_rule(across=across)
    groups = _along_rules(seen, Box(204, 130, 1000, 1400))
    assert bool(groups) is across
    if across:
        assert [note.box.h > 10 * LETTER for note in find_notes(seen)] == [True]


def test_a_short_piece_of_the_shadow_in_the_fold_is_no_note() -> None:
    wide, high = 3300, 2330
    assert _is_fold(Box(1630, 2000, 55, 250), wide, high, 20.0)
    assert not _is_fold(Box(1630, 2000, 120, 250), wide, high, 20.0)
    assert not _is_fold(Box(300, 2000, 55, 250), wide, high, 20.0)

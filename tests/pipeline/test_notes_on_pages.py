"""Which ink on a page is a note and which is a value's or a seal's, on pages drawn here."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import forms
from pipeline.areas import FieldArea
from pipeline.crops import page_marks
from pipeline.explained import Known
from pipeline.labels import Match
from pipeline.line_ends import within_lines
from pipeline.locate import CleanPage, LabelledPage
from pipeline.look import Look
from pipeline.margins import _is_fold, find_notes
from pipeline.prepare import PreparedPage, redness
from pipeline.rules import Rules
from pipeline.seals import find_seals
from pipeline.upright import upright_groups
from records.geometry import Box
from records.pages import Preparation
from records.ports import Image
from tests.pipeline.stubs import real_readers
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
    return Known(prepared, clean, found, [], [], page_marks(clean, [], LETTER), {}, find_seals(redness(colour)))


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
    groups = upright_groups(seen, Box(204, 130, 1000, 1400))
    assert bool(groups) is across
    if across:
        assert [note.box.h > 10 * LETTER for note in find_notes(seen)] == [True]


def test_a_short_piece_of_the_shadow_in_the_fold_is_no_note() -> None:
    wide, high = 3300, 2330
    assert _is_fold(Box(1630, 2000, 55, 250), wide, high, 20.0)
    assert not _is_fold(Box(1630, 2000, 120, 250), wide, high, 20.0)
    assert not _is_fold(Box(300, 2000, 55, 250), wide, high, 20.0)


LABEL_TOPS = {column: 300 + 60 * k for k, column in enumerate([c for c in COLUMNS if c][:8])}


def upright_on(x: int, **tops: int) -> Known:
    """A page with writing upright from *x* on, and these labels."""
    colour = page()
    words = np.full((60, 420), 255, np.uint8)
    cv2.putText(words, "Dacapbansao2001", (6, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 30, 3)
    grey = colour[:, :, 0].copy()
    grey[320:740, x : x + 60] = np.minimum(grey[320:740, x : x + 60], np.rot90(words))
    return known(np.dstack([grey] * 3), grey, labelled(**tops))


@pytest.mark.parametrize(("x", "there"), [(186, True), (224, False)])
def test_what_is_written_upright_over_the_beginnings_of_labels_is_a_note(x: int, there: bool) -> None:
    seen = upright_on(x, **LABEL_TOPS)  # labels begin at 220
    box = Box(220, 300, 1000, 500)
    assert bool(upright_groups(seen, box)) is there


@pytest.mark.parametrize(("words", "there"), [(["2716", "2717", "2718"], False), (["Dacapbansao2001"], True)])
def test_what_is_written_upright_over_the_first_column_of_a_table_is_a_note_and_its_numbers_are_none(
    words: list[str], there: bool
) -> None:
    grey = page()[:, :, 0].copy()
    if there:
        upright = np.full((60, 420), 255, np.uint8)
        cv2.putText(upright, words[0], (6, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 30, 3)
        grey[600:1020, 206:266] = np.minimum(grey[600:1020, 206:266], np.rot90(upright))
    for k, number in enumerate(["2716", "2717", "2718"]):
        write(grey, 210, 640 + 200 * k, number)
    found = LabelledPage(forms.edition("marriage-1961"), {}, (), LETTER)
    seen = replace(known(np.dstack([grey] * 3), grey, found), clean=upright_rule(grey, 200))
    assert bool(upright_groups(seen, Box(200, 300, 1200, 60))) is there


def upright_rule(grey: Image, x: int) -> CleanPage:
    """A clean page with one rule from top to bottom."""
    clean = clean_of(grey)
    return replace(clean, rules=replace(clean.rules, vertical=(Box(x, 300, 4, grey.shape[0] - 600),)))


def test_two_rows_of_writing_beside_a_label_are_a_note_and_one_is_what_was_written_on_its_line() -> None:
    for rows, count in ((1, 0), (2, 1)):
        grey = page()[:, :, 0].copy()
        for k in range(rows):
            write(grey, 900, 320 + 28 * k)
        seen = known(np.dstack([grey] * 3), grey, labelled(**LABEL_TOPS))
        area = FieldArea("so", (Box(490, 290, 300, 40),), level=310.0)
        seen = replace(seen, areas=[area], owned={"so": [0]}, labelled=wide(seen.labelled))
        assert len(find_notes(seen)) == count


def wide(found: LabelledPage) -> LabelledPage:
    """The same with a label far to the right, so that the form reaches there."""
    last = max(found.labels) + 1
    return replace(
        found, labels={**found.labels, last: Match(last, (Box(1500, 900, 60, 26),), frozenset({last}), 1.0, 1.0, "x")}
    )


@pytest.mark.parametrize("framed", [True, False])
def test_the_room_for_signatures_ends_with_the_frame_of_the_form(framed: bool) -> None:
    grey = page()[:, :, 0].copy()
    write(grey, 300, 1980)
    seen = known(np.dstack([grey] * 3), grey, wide(labelled(so=200, nksHoTen=400, signatures=1780)))
    if framed:
        seen = replace(seen, clean=clean_of(grey, Box(200, 1950, 1400, 4)))
    assert len(find_notes(seen)) == framed


def test_red_words_that_a_seal_parts_are_one_note() -> None:
    colour = page()
    press(colour, 800, 600)
    for x in (610, 965):  # what is left of words across it, small on either side
        cv2.putText(colour, "m", (x, 620), cv2.FONT_HERSHEY_SIMPLEX, 1.2, RED, 4)
    seen = known(colour, np.full(colour.shape[:2], 245, np.uint8), labelled(so=200, nksHoTen=1400))
    (note,) = find_notes(seen)
    assert note.box.x < 660
    assert note.box.right > 940


def test_a_seal_that_reaches_over_the_edge_of_a_part_is_known_in_both() -> None:
    colour = page()
    press(colour, 400, 1000)
    height, width = colour.shape[:2]
    prepared = PreparedPage(colour, colour[:, :, 0], Preparation((), width, height))
    look = Look(prepared, real_readers())
    (upper,) = look.seals_in(Box(0, 0, width, 1000))
    (lower,) = look.seals_in(Box(0, 1000, width, height - 1000))
    assert (round(lower.x), round(lower.y)) == (round(upper.x), round(upper.y) - 1000)
    assert look.seals_in(Box(800, 0, 400, 400)) == []

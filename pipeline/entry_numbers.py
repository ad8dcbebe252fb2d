"""The entry numbers of a page and nothing else of it: what is asked while the page still lies on the glass.

The number is among the first labels of a form and in a column of a table: of the print as much is read as tells where.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from forms import Edition, PageShape, editions
from pipeline.cases import cases_of
from pipeline.labels import coverage, find_labels
from pipeline.look import Look
from pipeline.parts import Part, find_parts
from pipeline.prepare import WIDE, cut
from pipeline.readers import Readers
from pipeline.shortlist import shortlist
from pipeline.standing import first_look, fold_of, made_flat, upright
from pipeline.values import ReadValue, read_corrected
from records.codes import PageRole, Presence
from records.entries import NUMBER
from records.geometry import Box
from records.numbers import read_number
from records.ports import Image
from records.readings import PageReading, Word

HEAD, LOWER = (0.0, 0.33), (0.42, 0.75)
"""From where to where, as shares of its height, the first labels of an upright page and of its second case stand."""
FIRST, FEWEST = 0.2, 5
"""Share of a form's labels that are its first ones, and fewest of them."""
KNOWN = 0.6
"""Share of the letters of its first labels from which it is such a form; entries 0.75 and more, guidance up to 0.51."""
AS_WELL = 0.1
"""By how much less another form may be covered that the page may be of as well."""
COLUMN, COLUMNS = 0.7, 5
"""Share of the page's height that the rules between a table's columns have, and fewest of them: tables have 7 and more
of 0.83, forms two of 0.61."""
HEADS = 0.25
"""Share of the page's height, from the top of its rules, within which a table's heads stand; measured up to 0.12."""
LOST = ReadValue(Presence.NOT_READ, "", "", None)
"""Of a case whose number was not found, and of a second one on a page that may have none."""
_WITHOUT_CASES = frozenset({PageRole.COVER, PageRole.INDEX, PageRole.GUIDANCE, PageRole.CLOSING})


def read_numbers(image: Image, readers: Readers) -> list[ReadValue]:
    """Return the entry number of each case on a decoded picture, in reading order; :data:`LOST` where none was seen."""
    flat, steps, spread = made_flat(image)
    first = first_look(flat, 0, readers, steps)
    if (found := _in_heads(first[0])) is not None:
        return found
    look = upright(flat, readers, _read_heads, steps, first=first).look
    parts, problem = find_parts(look, fold_of(spread, look.page))
    return [*_numbers(look, parts), *([LOST] if parts and problem else [])]


def _in_heads(look: Look) -> list[ReadValue] | None:
    """Return the numbers of an upright page, nothing of one without cases; None where its heads leave that open."""
    height, width = look.page.grey.shape
    if width > WIDE * height:
        return None
    head, reading = _strip(look, *HEAD)
    forms = _likely(head.words, [form for _, form in shortlist(head.words, _heads(editions()))])
    if not forms:
        said = look.readers.classifier.classify(head.page.grey, reading)
        return [] if said.role in _WITHOUT_CASES else None
    if _columns(head) >= COLUMNS:  # the head of a table
        return None
    found = _numbers(head, [_part(head, forms[0])], forms)
    if not all(map(_may_be_number, found)):
        return None
    halves = [form for form in forms if form.shape is PageShape.HALF]
    if not halves:
        return found
    lower, _ = _strip(look, *LOWER)
    if second := _likely(lower.words, halves):
        return found + _numbers(lower, [_part(lower, second[0])], second)
    return found if forms[0] not in halves else [*found, LOST]


def _may_be_number(value: ReadValue) -> bool:
    return value is not LOST and (value.presence is Presence.BLANK or read_number(value.value) is not None)


def _columns(head: Look) -> int:
    """Return how many upright rules go on below the head of a page."""
    high = head.page.grey.shape[0]
    return sum(rule.bottom > 0.97 * high and rule.h > 0.15 * high for rule in head.clean(head.whole).rules.vertical)


def _strip(look: Look, top: float, bottom: float) -> tuple[Look, PageReading]:
    """Return the part of a page between two shares of its height, with its print read."""
    whole = look.whole
    strip = Look(cut(look.page, Box(0, top * whole.h, whole.w, (bottom - top) * whole.h)), look.readers)
    reading = look.readers.forms.read_page(strip.print)
    strip.words = reading.words
    return strip, reading


def _likely(words: Sequence[Word], known: Iterable[Edition]) -> list[Edition]:
    """Return the *known* forms whose labels the words are, the likeliest first, with those labels alone that matter.

    No others are looked for more closely: those read tell that it is the form, and where the number ends.
    """
    fits = []
    for form in known:
        found = find_labels(form, words)
        number = next(k for k, label in enumerate(form.labels) if label.column == NUMBER)
        near = sorted({*found, *range(number, min(number + 2, len(form.labels)))})
        fits.append((coverage(form, found), replace(form, labels=tuple(form.labels[k] for k in near))))
    least = max([KNOWN, *(share - AS_WELL for share, _ in fits)])
    return [form for share, form in sorted(fits, key=lambda fit: -fit[0]) if share >= least]


@cache
def _heads(known: tuple[Edition, ...]) -> tuple[Edition, ...]:
    """Return the forms among *known* that have the number among their first labels, with these alone."""
    out = []
    for edition in known:
        first = edition.labels[: max(FEWEST, round(FIRST * len(edition.labels)))]
        if edition.shape is not PageShape.ROWS and any(label.column == NUMBER for label in first):
            out.append(replace(edition, labels=first, crossings=()))
    return tuple(out)


def _part(look: Look, form: Edition) -> Part:
    return Part(look.whole, form.id, 1.0)


def _numbers(look: Look, parts: Sequence[Part], known: Iterable[Edition] = ()) -> list[ReadValue]:
    """Return the number of each case; *known* are the forms of the parts, where they are none of the house's."""
    out = []
    for _, case in cases_of(look, parts, {form.id: form for form in known}, only=NUMBER):
        label = case.edition.label(NUMBER)
        lines = [lines for area, lines in case.written if area.column == NUMBER]
        out.append(read_corrected(label, lines[0], look.readers, case.edition.years) if label and lines else LOST)
    return out


def _read_heads(look: Look) -> PageReading:
    """Read the print of a page, of a table only what stands over its columns: below it there is none."""
    height = look.page.grey.shape[0]
    columns = [rule for rule in look.clean(look.whole).rules.vertical if rule.h >= COLUMN * height]
    if len(columns) < COLUMNS:
        return look.readers.forms.read_page(look.print)
    heads = look.print[: round(min(rule.y for rule in columns) + HEADS * height)]
    return look.readers.forms.read_page(np.ascontiguousarray(heads))

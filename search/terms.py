"""What an engine knows of a document: terms by field, made by us and looked up letter by letter.

For each person of an entry (a *slot*) four fields:

``{slot}_whole_marks``, ``{slot}_whole_letters``
    one term, the whole name in order;
``{slot}_marks``, ``{slot}_letters``
    the syllables as a bag; in ``_letters`` also a term for how many they are (``.3``). The second
    ``minh`` of a name is the term ``minh.2``, so that a question with the syllable twice needs a
    name that has it twice.

Besides them ``words`` (text of a paper), ``born`` and ``registered`` (year, month and day as three terms,
as far as they are known), ``kind``, ``entry`` and ``order``, by which equals are sorted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from records.dates import PartialDate
from records.finding import SearchDocument
from search.folding import letters, marks, natural, syllables

LAYOUT = 1
"""Number of the way terms are made. Raise it with any change: an index of another number must be rebuilt."""

OWN, MOTHER, FATHER = "own", "mother", "father"
OTHERS = ("other1", "other2", "other3", "other4")
"""An entry names one other person; a paper that names more than four is found by its text."""
SLOTS = (OWN, *OTHERS, MOTHER, FATHER)

NAME_FIELDS = tuple(f"{slot}_{form}" for slot in SLOTS for form in ("whole_marks", "whole_letters", "marks", "letters"))
TERM_FIELDS = (*NAME_FIELDS, "words", "born", "registered", "kind")

_LONGEST_NAME = 30
_LONGEST_ID = 512
_VERSIONS = 2**63


def bag(keys: Iterable[str]) -> tuple[str, ...]:
    """Return *keys* with repeats numbered: ``minh, anh, minh`` gives ``minh, anh, minh.2``."""
    keys = tuple(keys)
    if len(set(keys)) == len(keys):
        return keys
    seen: Counter[str] = Counter()
    out = []
    for key in keys:
        seen[key] += 1
        out.append(key if seen[key] == 1 else f"{key}.{seen[key]}")
    return tuple(out)


def whole(keys: Iterable[str]) -> str:
    """Return the one term of a whole name."""
    return "_".join(keys)


def length(parts: Sequence[str]) -> str:
    """Return the term that says of how many syllables a name consists."""
    return f".{len(parts)}"


def names_of(document: SearchDocument) -> Iterator[tuple[str, str]]:
    """Yield (slot, name) of the persons that *document* names."""
    yield OWN, document.name
    yield from zip(OTHERS, document.other_names, strict=False)
    yield MOTHER, document.mother
    yield FATHER, document.father


def terms_of(document: SearchDocument) -> dict[str, frozenset[str]]:
    """Return the terms of *document* by field; fields without any are left out."""
    out: dict[str, frozenset[str]] = {"kind": frozenset({document.kind.value})}
    for slot, name in names_of(document):
        parts = syllables(name)[:_LONGEST_NAME]
        with_marks, without = tuple(map(marks, parts)), tuple(map(letters, parts))
        if parts:
            out[f"{slot}_whole_marks"] = frozenset({whole(with_marks)})
            out[f"{slot}_whole_letters"] = frozenset({whole(without)})
            out[f"{slot}_marks"] = frozenset(bag(with_marks))
            out[f"{slot}_letters"] = frozenset((*bag(without), length(parts)))
    for field, iso in (("born", document.born), ("registered", document.registered)):
        if date := date_of(iso):
            out[field] = frozenset(precisions(date))
    if words := frozenset(map(letters, syllables(document.text))):
        out["words"] = words
    return out


@lru_cache(maxsize=65_536)
def date_of(iso: str) -> PartialDate | None:
    """Return the date written as *iso*, or None where there is none or it cannot be one."""
    try:
        return PartialDate.parse(iso)
    except ValueError:
        return None


def precisions(date: PartialDate) -> tuple[str, ...]:
    """Return *date* as year, as month and as day, as far as it is known: ``1987``, ``1987-03``, ``1987-03-12``."""
    iso = date.iso()
    return tuple(iso[:length] for length in (4, 7, 10) if length <= len(iso))


def order_of(document: SearchDocument) -> str:
    """Return the key by which hits of one score are sorted: date of birth, entry number, entry id.

    Unknown dates come last. Compared by code points, which is also the order of UTF-8 bytes.
    """
    date = date_of(document.born)
    return f"{date.iso() if date else '~'} {natural(document.number)} {document.entry}"


def refusal(document: SearchDocument) -> str | None:
    """Return the catalogue code of why no index can take *document*, or None where every one can."""
    if not document.entry.strip() or len(document.entry.encode("utf-8", "replace")) > _LONGEST_ID:
        return "SEARCH_REFUSED_ID"
    if not 0 <= document.version < _VERSIONS:
        return "SEARCH_REFUSED_VERSION"
    strings = (document.entry, document.name, *document.other_names, document.mother, document.father)
    rest = (document.born, document.registered, document.number, document.book, *document.places, document.text)
    try:
        "".join((*strings, *rest)).encode()
    except UnicodeEncodeError:
        return "SEARCH_REFUSED_TEXT"
    return None

"""Search documents as both engines keep them: which are taken, and as what JSON."""

from collections.abc import Iterable, Iterator, Mapping

from records.codes import EntryState, RegisterKind
from records.finding import Refused, SearchDocument
from records.messages import message
from search.terms import refusal

_TEXTS = ("entry", "name", "father", "mother", "born", "registered", "number", "book", "text")


def plain(document: SearchDocument) -> dict[str, object]:
    """Return *document* as a JSON object; empty values are left out."""
    out: dict[str, object] = {key: value for key in _TEXTS if (value := getattr(document, key))}
    out |= {"version": document.version, "kind": document.kind.value, "state": document.state.value}
    out |= {key: list(value) for key in ("other_names", "places") if (value := getattr(document, key))}
    return out


def document(stored: Mapping[str, object]) -> SearchDocument:
    """Return the document that :func:`plain` made *stored* of. Raises KeyError or ValueError for anything else."""
    texts = {key: str(stored[key]) for key in _TEXTS if key in stored}
    return SearchDocument(
        version=int(str(stored["version"])),
        kind=RegisterKind(str(stored["kind"])),
        state=EntryState(str(stored["state"])),
        other_names=_many(stored, "other_names"),
        places=_many(stored, "places"),
        **{"entry": "", "name": "", **texts},
    )


def _many(stored: Mapping[str, object], key: str) -> tuple[str, ...]:
    values = stored.get(key, [])
    if not isinstance(values, list):
        raise ValueError(f"{key} is not a list")
    return tuple(map(str, values))


def takeable(documents: Iterable[SearchDocument], refused: list[Refused]) -> Iterator[SearchDocument]:
    """Yield those of *documents* that an index can take; the others go into *refused* with their reason."""
    for doc in documents:
        if code := refusal(doc):
            refused.append(Refused(doc.entry, message(code).vi))
        else:
            yield doc


def newest(documents: Iterable[SearchDocument]) -> tuple[list[SearchDocument], tuple[Refused, ...]]:
    """Return the newest version of each document that can be taken, and the others with their reason."""
    best: dict[str, SearchDocument] = {}
    refused: list[Refused] = []
    for doc in takeable(documents, refused):
        if doc.entry not in best or doc.version >= best[doc.entry].version:
            best[doc.entry] = doc
    return list(best.values()), tuple(refused)

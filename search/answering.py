"""From chosen documents to the answer a clerk sees."""

from collections.abc import Iterable

from records.finding import Answer, SearchDocument
from records.messages import kind_told, message
from search.asking import Asked
from search.folding import one_edit
from search.ranking import Plan, rank

MOST_HITS = 1000
"""However many are asked for, no more hits than this are shown; *total* counts them all."""

NOTHING = Answer((), 0)
"""The answer to a question that asks for nothing."""


def shown(limit: int) -> int:
    """Return how many hits to fetch for a question with *limit*: at least one, at most :data:`MOST_HITS`."""
    return min(max(limit, 1), MOST_HITS)


def answer(asked: Plan, documents: Iterable[SearchDocument], total: int, limit: int) -> Answer:
    """Return the answer made of what an engine chose: *total* hits in all, the best *limit* of them shown."""
    hits = rank(asked, documents)[: min(max(limit, 0), MOST_HITS)]
    return Answer(hits, total, () if total else tried(asked.asked))


def tried(asked: Asked) -> tuple[str, ...]:
    """Return what was looked for, in words for the clerk."""
    codes: list[tuple[str, dict[str, object]]] = []
    if asked.name:
        name = " ".join(part.capitalize() for part in asked.name)
        codes += [("TRIED_NAME", {"name": name}), ("TRIED_FOLDED", {}), ("TRIED_REORDERED", {})]
        if any(map(one_edit, asked.name)):
            codes.append(("TRIED_ONE_EDIT", {}))
        codes.append(("TRIED_PERSONS", {}))
    if asked.year is not None:
        if len(asked.years) > 1:
            codes.append(("TRIED_YEARS", {"first": asked.years[0], "last": asked.years[-1]}))
        else:
            codes.append(("TRIED_YEAR", {"year": asked.year}))
    if asked.kind:
        codes.append(("TRIED_KIND", dict(kind_told(asked.kind))))
    if asked.words:
        codes.append(("TRIED_TEXT", {}))
    return tuple(message(code, **facts).vi for code, facts in codes)

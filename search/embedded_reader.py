"""Asking one state of the embedded index: conditions become tantivy's queries here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tantivy import DocAddress, Occur, Order, Query, Schema, Searcher

from records.finding import SearchDocument
from search.conditions import ALWAYS, Among, Condition, Every, Some
from search.ranking import Plan, Step, shared
from search.stored import document
from search.terms import NAME_FIELDS

_SYLLABLE_FIELDS = frozenset(field for field in NAME_FIELDS if field.endswith("_letters") and "_whole_" not in field)


@dataclass(frozen=True)
class Reader:
    """One state of the index, opened."""

    stamp: tuple[str, int, int]
    schema: Schema
    searcher: Searcher

    @cached_property
    def syllables(self) -> Mapping[str, frozenset[str]]:
        """All syllables by field: of the hundreds of neighbours of a syllable only a few exist at all."""
        return {
            field: frozenset(term for term, _ in self.searcher.terms_with_prefix(field, ""))
            for field in _SYLLABLE_FIELDS
        }

    def choose(self, asked: Plan, limit: int) -> tuple[int, list[SearchDocument]]:
        """Return how many hits there are in all, and the best *limit* of them in any order.

        tantivy sorts by score or by a field, not by both: so the worst score among the best *limit* is
        found first, and the hits of just that score are then taken in the order of equals.
        """
        found = self.searcher.search(self._scored(asked), limit, count=True)
        total: int = found.count  # type: ignore[attr-defined]  # missing from the library's stubs only
        chosen = [address for _, address in found.hits]
        if total > len(chosen):
            worst = round(found.hits[-1][0])
            chosen = [address for score, address in found.hits if round(score) > worst]
            wanted, better = asked.level(worst)
            level = Query.boolean_query([(Occur.Must, self._query(wanted)), (Occur.MustNot, self._query(better))])
            room = limit - len(chosen)
            equals = self.searcher.search(level, room, count=False, order_by_field="order", order=Order.Asc)
            chosen += [address for _, address in equals.hits]
        return total, [self._document(address) for address in chosen]

    def _document(self, address: DocAddress) -> SearchDocument:
        kept = self.searcher.doc(address).get_first("document")
        if kept is None:
            raise ValueError("a document without its content")
        return document(json.loads(bytes(kept)))

    def _scored(self, asked: Plan) -> Query:
        parts = [(Occur.Must, self._best_of(asked.matches))]
        parts += [(Occur.Must, Query.const_score_query(self._query(part), 0.0)) for part in asked.demanded]
        if asked.dates:
            parts.append((Occur.Should, self._best_of(asked.dates)))
        return Query.boolean_query(parts)

    def _best_of(self, steps: tuple[Step, ...]) -> Query:
        return Query.disjunction_max_query([self._group(condition, group) for condition, group in shared(steps)])

    def _group(self, condition: Condition, steps: list[Step]) -> Query:
        worth = [Query.const_score_query(self._query(step.besides), float(step.score)) for step in steps]
        if len(steps) == 1 and steps[0].besides == ALWAYS:
            return Query.const_score_query(self._query(condition), float(steps[0].score))
        found = Query.const_score_query(self._query(condition), 0.0)
        return Query.boolean_query([(Occur.Must, found), (Occur.Must, Query.disjunction_max_query(worth))])

    def _query(self, condition: Condition) -> Query:
        match condition:
            case Among(field, terms):
                if len(terms) > 1 and field in _SYLLABLE_FIELDS:
                    terms &= self.syllables[field]
                if len(terms) == 1:
                    return Query.term_query(self.schema, field, next(iter(terms)), "basic")
                return Query.term_set_query(self.schema, field, list(terms)) if terms else Query.empty_query()
            case Every(()):
                return Query.all_query()
            case Some(()):
                return Query.empty_query()
            case Every((only,)) | Some((only,)):
                return self._query(only)
            case Every(parts):
                return Query.boolean_query([(Occur.Must, self._query(part)) for part in parts])
            case Some(parts):
                return Query.boolean_query([(Occur.Should, self._query(part)) for part in parts])


def stamp_of(generation: Path) -> tuple[str, int, int]:
    """Return what changes with every commit: tantivy replaces this file in one step."""
    meta = (generation / "meta.json").stat()
    return generation.name, meta.st_ino, meta.st_mtime_ns

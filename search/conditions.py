"""Conditions on the terms of a document: all that a question ever asks of an engine.

Three shapes suffice, because :mod:`search.terms` puts everything worth asking into terms. An engine
only has to translate them; :func:`holds` says what each means.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import TypeAlias

Terms: TypeAlias = Mapping[str, Set[str]]
"""Terms of one document by field."""


@dataclass(frozen=True, slots=True)
class Among:
    """The document has at least one of *terms* in *field*."""

    field: str
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Every:
    """All *parts* hold; with no parts, always."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of *parts* holds; with no parts, never."""

    parts: tuple["Condition", ...]


Condition: TypeAlias = Among | Every | Some


ALWAYS = Every(())


def has(field: str, *terms: str) -> Every:
    """Return the condition that *field* holds each of *terms*."""
    return Every(tuple(Among(field, frozenset({term})) for term in terms))


def holds(condition: Condition, terms: Terms) -> bool:
    """Whether *condition* holds for a document with *terms*."""
    if isinstance(condition, Among):
        return not condition.terms.isdisjoint(terms.get(condition.field, ()))
    if isinstance(condition, Every):
        return all(holds(part, terms) for part in condition.parts)
    return any(holds(part, terms) for part in condition.parts)

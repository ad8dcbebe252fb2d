"""What is said to Elasticsearch: the mapping, a document's source, and conditions as its queries.

Only what every distribution has: keyword fields, ``terms``, ``bool``, ``dis_max`` and ``constant_score``.
No analysis happens there, no script runs there, no statistics of words count.
"""

from typing import Any, TypeAlias

from records.finding import SearchDocument
from search.conditions import Among, Condition, Every, Some
from search.ranking import Plan, Step, shared
from search.stored import plain
from search.terms import LAYOUT, TERM_FIELDS, order_of, terms_of

Json: TypeAlias = dict[str, Any]

_TERMS: Json = {
    "type": "keyword",
    "doc_values": False,
    "norms": False,
    "index_options": "docs",
    "similarity": "boolean",
}

MAPPING: Json = {
    "dynamic": "strict",
    "_meta": {"layout": LAYOUT},
    "_source": {"includes": ["document"]},
    "properties": {
        **dict.fromkeys(TERM_FIELDS, _TERMS),
        "order": {"type": "keyword", "index": False, "doc_values": True},
        "document": {"type": "object", "enabled": False},
    },
}
"""A field that is not named here is refused, not guessed."""


def source(document: SearchDocument) -> Json:
    """Return what is sent of *document*."""
    terms = {field: sorted(values) for field, values in terms_of(document).items()}
    return {**terms, "order": order_of(document), "document": plain(document)}


def query(asked: Plan) -> Json:
    """Return *asked* as one query whose score is ours."""
    return {
        "bool": {
            "must": [_best_of(asked.matches)],
            "filter": [_filter(condition) for condition in asked.demanded],
            "should": [_best_of(asked.dates)] if asked.dates else [],
            "minimum_should_match": 0,
        }
    }


def _best_of(steps: tuple[Step, ...]) -> Json:
    return {"dis_max": {"queries": [_group(condition, group) for condition, group in shared(steps)]}}


def _group(condition: Condition, steps: list[Step]) -> Json:
    worth = [{"constant_score": {"filter": _filter(step.besides), "boost": step.score}} for step in steps]
    return {"bool": {"filter": [_filter(condition)], "must": [{"dis_max": {"queries": worth}}]}}


def _filter(condition: Condition) -> Json:
    match condition:
        case Among(field, terms):
            return {"terms": {field: sorted(terms)}}
        case Every((only,)) | Some((only,)):
            return _filter(only)
        case Every(parts):
            return {"bool": {"filter": [_filter(part) for part in parts]}}
        case Some(parts):
            if not parts:
                return {"match_none": {}}
            return {"bool": {"should": [_filter(part) for part in parts], "minimum_should_match": 1}}

"""Writing many documents to Elasticsearch: what was taken, what was refused, what is tried again."""

from collections.abc import Iterable, Iterator

from elasticsearch import Elasticsearch
from elasticsearch.helpers import streaming_bulk

from records.finding import Refused, SearchDocument
from search.elastic_words import Json, source

_CHUNK, _CHUNK_BYTES = 500, 10_000_000
_RETRIES, _FIRST_PAUSE, _LONGEST_PAUSE = 5, 0.5, 8.0
_NOT_FOUND, _CONFLICT = 404, 409


class AliasGone(Exception):
    """The alias written through leads nowhere (any more); nothing was made in its name."""


def write(
    client: Elasticsearch, alias: str, documents: Iterable[SearchDocument]
) -> tuple[set[str], tuple[Refused, ...]]:
    """Write *documents* through *alias*; return the ids that are now there, and what the server would not take.

    An older version meets a conflict on the server and is left out: the index knows better already.
    Sending the same again is harmless. Raises AliasGone, and the client's own errors.
    """
    actions = (
        {
            "_op_type": "index",
            "_index": alias,
            "_id": doc.entry,
            "version": doc.version,
            "version_type": "external_gte",
            "_source": source(doc),
        }
        for doc in documents
    )
    written: set[str] = set()
    refused = []
    for ok, item in _streamed(client, actions):
        result = item["index"]
        if ok:
            written.add(result["_id"])
        elif result["status"] == _NOT_FOUND:
            raise AliasGone(alias)
        elif result["status"] != _CONFLICT:
            refused.append(Refused(result["_id"], _reason(result.get("error"))))
    return written, tuple(refused)


def delete(client: Elasticsearch, alias: str, entries: Iterable[str]) -> None:
    """Take *entries* out of the index behind *alias*; those that are not there do not matter."""
    actions = ({"_op_type": "delete", "_index": alias, "_id": entry} for entry in entries)
    for _ in _streamed(client, actions):
        pass


def _streamed(client: Elasticsearch, actions: Iterable[Json]) -> Iterator[tuple[bool, Json]]:
    return iter(
        streaming_bulk(
            client,
            actions,
            chunk_size=_CHUNK,
            max_chunk_bytes=_CHUNK_BYTES,
            max_retries=_RETRIES,
            initial_backoff=_FIRST_PAUSE,
            max_backoff=_LONGEST_PAUSE,
            raise_on_error=False,
            require_alias=True,
        )
    )


def _reason(error: object) -> str:
    """Return the server's reason for refusing one document."""
    if isinstance(error, dict):
        return f"{error.get('type', '')}: {error.get('reason', '')}"[:300]
    return str(error)[:300]

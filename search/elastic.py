"""The index on a server: Elasticsearch 8.19 or 9.x, through the client of 8.19 (which serves both)."""

import random
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from elastic_transport.client_utils import DEFAULT
from elasticsearch import (
    ApiError,
    AuthenticationException,
    AuthorizationException,
    ConflictError,
    Elasticsearch,
    NotFoundError,
    TransportError,
    UnsupportedProductError,
)

from records.errors import Conflict, PartUnavailable
from records.finding import Answer, IndexReport, Question, Refused, SearchDocument
from search.answering import NOTHING, answer, shown
from search.elastic_bulk import AliasGone, delete, write
from search.elastic_words import MAPPING, Json, query
from search.ranking import plan
from search.stored import document, newest, takeable
from search.terms import LAYOUT

_AT_REST: Json = {"refresh_interval": None, "auto_expand_replicas": "0-1"}
_WHILE_FILLING: Json = {"refresh_interval": "-1", "number_of_replicas": 0}
_BULK_TIMEOUT = 120.0
_SAMPLED = 100
_FIRST = "00000000000000"


@dataclass(frozen=True, slots=True)
class ElasticSettings:
    """Where the server is and how to sign in. *timeout*: seconds to wait for an answer before calling it down."""

    url: str
    user: str = ""
    password: str = ""
    alias: str = "entries"
    ca_certs: Path | None = None
    """Certificate authority, PEM; None: the system's."""
    timeout: float = 4.0


class ElasticsearchIndex:
    """Index ``{alias}-v{layout}-{time}`` behind *alias*; rebuilt beside and swapped in one step.

    Raises PartUnavailable: SEARCH_SERVER_DOWN or _REFUSED with what the server said, SEARCH_INDEX_MISSING
    or _OLD where a rebuild is due. The first update makes the index. A rebuild keeps the index it
    replaced, unused, until the next rebuild.
    """

    def __init__(self, settings: ElasticSettings) -> None:
        self._settings = settings
        self._alias = settings.alias
        self._next = f"{settings.alias}-next"
        # Only an index of ours is ever deleted
        self._ours = re.compile(rf"^{re.escape(settings.alias)}-v\d+-\d{{14}}(-[0-9a-f]{{6}})?$")
        self._checked = False
        with self._honest():
            self._client = Elasticsearch(
                settings.url,
                basic_auth=(settings.user, settings.password) if settings.user else None,
                request_timeout=settings.timeout,
                max_retries=0,
                ca_certs=str(settings.ca_certs) if settings.ca_certs else DEFAULT,
            )
        self._bulk_client = self._client.options(request_timeout=_BULK_TIMEOUT)

    @property
    def name(self) -> str:
        return f"Elasticsearch {self._where}"

    def probe(self) -> str:
        """Return the cluster's own word for its health (``green``, ``yellow``, ``red``). Raises PartUnavailable."""
        with self._honest():
            return str(self._client.cluster.health()["status"])

    def update(self, documents: Iterable[SearchDocument]) -> IndexReport:
        """Add or replace *documents*. One that is older than what the index has is left out without a word."""
        fresh, refused = newest(documents)
        with self._honest():
            # First the index a rebuild is filling: should it take its place meanwhile, the alias leads there
            if self._indices(self._next):
                with suppress(AliasGone):
                    write(self._bulk_client, self._next, fresh)
            if not self._indices(self._alias):
                self._make(_FIRST, self._alias, _AT_REST)
            self._check_layout()
            written, more = write(self._bulk_client, self._alias, fresh)
            self._bulk_client.indices.refresh(index=self._alias)
        return IndexReport(len(written), (*refused, *more))

    def remove(self, entries: Iterable[str]) -> None:
        gone = list(entries)
        with self._honest():
            for alias in (self._next, self._alias):
                if self._indices(alias):
                    delete(self._bulk_client, alias, gone)
                    self._bulk_client.indices.refresh(index=alias)

    def rebuild(self, documents: Iterable[SearchDocument]) -> IndexReport:
        with self._honest():
            self._delete(self._indices(self._next))
            index = self._make(f"{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(3)}", self._next, _WHILE_FILLING)
            try:
                refused: list[Refused] = []
                written, more = write(self._bulk_client, self._next, takeable(documents, refused))
                self._compare(index, written)
                self._swap(index)
            except (AliasGone, NotFoundError):
                raise Conflict("SEARCH_REBUILD_OVERTAKEN", where=self._where) from None
            except BaseException:
                with suppress(ApiError, TransportError):
                    self._delete([index])
                raise
        self._checked = True
        return IndexReport(len(written), (*refused, *more))

    def ask(self, question: Question) -> Answer:
        asked = plan(question)
        if asked.asks_nothing:
            return NOTHING
        with self._honest():
            self._check_layout()
            found = self._client.search(
                index=self._alias,
                query=query(asked),
                sort=[{"_score": "desc"}, {"order": "asc"}],
                size=shown(question.limit),
                track_total_hits=True,
            )["hits"]
            documents = [document(hit["_source"]["document"]) for hit in found["hits"]]
            return answer(asked, documents, int(found["total"]["value"]), question.limit)

    def count(self) -> int:
        with self._honest():
            self._check_layout()
            return int(self._client.count(index=self._alias)["count"])

    # --- rebuilding ----------------------------------------------------------------------------------

    def _compare(self, index: str, written: set[str]) -> None:
        """Raise PartUnavailable unless *index* has as many documents as were written, and a sample of them."""
        self._bulk_client.indices.refresh(index=index)
        found = int(self._client.count(index=index)["count"])
        sample = random.sample(sorted(written), min(_SAMPLED, len(written)))
        there = self._client.mget(index=index, ids=sample, source=False)["docs"] if sample else []
        missing = [doc["_id"] for doc in there if not doc.get("found")]
        if found < len(written) or missing:
            detail = f"{found} / {len(written)}; {', '.join(missing[:5])}"
            raise PartUnavailable("SEARCH_REBUILD_INCOMPLETE", where=self._where, detail=detail)

    def _make(self, stamp: str, alias: str, settings: Json) -> str:
        index = f"{self._alias}-v{LAYOUT}-{stamp}"
        try:
            self._bulk_client.indices.create(index=index, mappings=MAPPING, settings=settings, aliases={alias: {}})
        except ApiError as error:
            # Another process was the first a moment ago
            if error.error != "resource_already_exists_exception":
                raise
        return index

    def _swap(self, index: str) -> None:
        replaced = self._indices(self._alias)
        actions: list[Json] = [{"remove": {"index": old, "alias": self._alias}} for old in replaced]
        actions.append({"remove": {"index": index, "alias": self._next, "must_exist": True}})
        actions.append({"add": {"index": index, "alias": self._alias}})
        self._bulk_client.indices.put_settings(index=index, settings=_AT_REST)
        self._bulk_client.indices.update_aliases(actions=actions)
        every = self._client.indices.get(index=f"{self._alias}-v*", allow_no_indices=True)
        unused = [name for name, facts in every.items() if not facts["aliases"]]
        self._delete([name for name in unused if name not in replaced])

    def _delete(self, names: Iterable[str]) -> None:
        for name in names:
            if self._ours.match(name):
                self._bulk_client.indices.delete(index=name, ignore_unavailable=True)

    def _indices(self, alias: str) -> list[str]:
        """Return the indices behind *alias*."""
        try:
            return sorted(self._client.indices.get_alias(name=alias))
        except NotFoundError:
            return []

    def _check_layout(self) -> None:
        if self._checked:
            return
        names = self._indices(self._alias)
        if not names:
            raise PartUnavailable("SEARCH_INDEX_MISSING", where=self._where)
        if any(not name.startswith(f"{self._alias}-v{LAYOUT}-") for name in names):
            raise PartUnavailable("SEARCH_INDEX_OLD", where=self._where)
        self._checked = True

    # --- errors --------------------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        """The server's address without account or password, and the alias."""
        return f"{re.sub(r'//[^/@]*@', '//', self._settings.url)} ({self._alias})"

    @contextmanager
    def _honest(self) -> Iterator[None]:
        """Let only our own errors out."""
        try:
            yield
        except (AliasGone, NotFoundError) as error:
            raise PartUnavailable("SEARCH_INDEX_MISSING", where=self._where) from error
        except (AuthenticationException, AuthorizationException, UnsupportedProductError, ConflictError) as error:
            raise PartUnavailable("SEARCH_SERVER_REFUSED", where=self._where, detail=_short(error)) from error
        except ApiError as error:
            down = error.status_code >= 500 or error.status_code == 429
            code = "SEARCH_SERVER_DOWN" if down else "SEARCH_SERVER_REFUSED"
            raise PartUnavailable(code, where=self._where, detail=_short(error)) from error
        except TransportError as error:
            raise PartUnavailable("SEARCH_SERVER_DOWN", where=self._where, detail=_short(error)) from error
        except (KeyError, ValueError, OSError) as error:
            raise PartUnavailable("SEARCH_SERVER_REFUSED", where=self._where, detail=_short(error)) from error


def _short(error: object) -> str:
    return " ".join(str(error).split())[:200]

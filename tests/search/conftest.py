"""The engines under contract, each with an index of the test's own."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from records.codes import EntryState, RegisterKind
from records.finding import SearchDocument
from records.ports import SearchIndex
from search import ElasticsearchIndex, ElasticSettings, TantivyIndex
from servers.elasticsearch import ElasticsearchConnection, releases_for_this_machine

_ON_SERVER = [pytest.mark.servers, pytest.mark.slow, pytest.mark.xdist_group("elasticsearch")]
ENGINES = [
    pytest.param("tantivy", id="tantivy"),
    *(pytest.param(r.version, id=f"elasticsearch-{r.version}", marks=_ON_SERVER) for r in releases_for_this_machine()),
]


@contextmanager
def elastic_index(connection: ElasticsearchConnection) -> Iterator[ElasticSettings]:
    """Give settings with an alias of their own; every index behind it is deleted afterwards."""
    alias = f"entries-{uuid.uuid4().hex[:8]}"
    yield ElasticSettings(connection.url, connection.user, connection.password, alias, timeout=30.0)
    with Elasticsearch(connection.url, basic_auth=(connection.user, connection.password), request_timeout=30) as client:
        for name in client.indices.get(index=f"{alias}*", allow_no_indices=True):
            client.indices.delete(index=name)


@contextmanager
def opened(engine: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[SearchIndex]:
    if engine == "tantivy":
        yield TantivyIndex(folder)
        return
    fixture = "elasticsearch_server" if engine.startswith("8.") else "elasticsearch9_server"
    with elastic_index(request.getfixturevalue(fixture)) as settings:
        yield ElasticsearchIndex(settings)


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    """An engine in which there is nothing yet."""
    with opened(request.param, request, tmp_path / "index") as empty:
        yield empty


@pytest.fixture(scope="module", params=ENGINES)
def kept_index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """An engine that a module fills once and then only asks."""
    with opened(request.param, request, tmp_path_factory.mktemp("index") / "index") as kept:
        yield kept


@pytest.fixture
def elastic_settings(elasticsearch_server: ElasticsearchConnection) -> Iterator[ElasticSettings]:
    with elastic_index(elasticsearch_server) as settings:
        yield settings


def made(entry: str, name: str = "Nguyễn Văn Hùng", version: int = 1, **more: object) -> SearchDocument:
    kind = RegisterKind(str(more.pop("kind", "KS")))
    lists = {k: tuple(v) if isinstance(v, list) else v for k, v in more.items()}
    return SearchDocument(entry, version, kind, EntryState.DRAFT, name, **lists)  # type: ignore[arg-type]


@pytest.fixture(name="made")
def make_document() -> Callable[..., SearchDocument]:
    """Make a search document: id, name, version, and any other field by its name."""
    return made

"""What only a server can do: be away, refuse, hold an index of another layout, be rebuilt by someone else."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch

from records.errors import Conflict, PartUnavailable
from records.finding import Question, SearchDocument
from search import ElasticsearchIndex, ElasticSettings
from search.elastic_words import MAPPING
from search.terms import LAYOUT

Made = Callable[..., SearchDocument]


@pytest.fixture
def client(elastic_settings: ElasticSettings) -> Iterator[Elasticsearch]:
    s = elastic_settings
    with Elasticsearch(s.url, basic_auth=(s.user, s.password), request_timeout=30) as opened:
        yield opened


def behind(client: Elasticsearch, alias: str) -> list[str]:
    return sorted(client.indices.get(index=f"{alias}-v*", allow_no_indices=True))


def test_a_server_that_is_not_there_is_named(made: Made) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        index = ElasticsearchIndex(ElasticSettings(f"http://127.0.0.1:{taken.getsockname()[1]}"))
        for asked in (
            index.probe,
            index.count,
            lambda: index.ask(Question("nguyen")),
            lambda: index.update([made("KS-1")]),
            lambda: index.rebuild([made("KS-1")]),
            lambda: index.remove(["KS-1"]),
        ):
            with pytest.raises(PartUnavailable) as told:
                asked()
            assert told.value.code == "SEARCH_SERVER_DOWN"


def test_a_server_that_is_silent_is_given_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        index = ElasticsearchIndex(ElasticSettings(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.5))
        with pytest.raises(PartUnavailable) as told:
            index.ask(Question("nguyen"))
        assert told.value.code == "SEARCH_SERVER_DOWN"


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(PartUnavailable) as told:
        ElasticsearchIndex(ElasticSettings(url)).count()
    assert told.value.code in {"SEARCH_SERVER_REFUSED", "SEARCH_SERVER_DOWN"}


def test_no_password_stands_in_a_message() -> None:
    index = ElasticsearchIndex(ElasticSettings("http://anna:secret@127.0.0.1:1", "anna", "secret"))
    with pytest.raises(PartUnavailable) as told:
        index.count()
    assert "secret" not in told.value.message().vi + str(told.value) + index.name


def test_a_wrong_password_is_refused(elastic_settings: ElasticSettings) -> None:
    index = ElasticsearchIndex(replace(elastic_settings, password="wrong"))
    with pytest.raises(PartUnavailable) as told:
        index.ask(Question("nguyen"))
    assert told.value.code == "SEARCH_SERVER_REFUSED"


def test_the_cluster_says_how_it_is(elastic_settings: ElasticSettings) -> None:
    assert ElasticsearchIndex(elastic_settings).probe() in {"green", "yellow"}


def test_the_mapping_is_strict_and_counts_no_words(elastic_settings: ElasticSettings, client: Elasticsearch) -> None:
    index = ElasticsearchIndex(elastic_settings)
    index.rebuild([])
    (facts,) = client.indices.get_mapping(index=elastic_settings.alias).values()
    kept = facts["mappings"]
    assert kept["dynamic"] == "strict"
    assert kept["properties"].keys() == MAPPING["properties"].keys()
    letters = kept["properties"]["own_letters"]
    assert (letters["type"], letters["similarity"], letters["doc_values"]) == ("keyword", "boolean", False)
    assert not letters.get("norms", False)


def test_one_alias_leads_to_one_index_and_the_one_before_is_kept(
    elastic_settings: ElasticSettings, client: Elasticsearch, made: Made
) -> None:
    index = ElasticsearchIndex(elastic_settings)
    used = []
    for n in range(4):
        index.rebuild([made(f"KS-{n}")])
        (now,) = client.indices.get_alias(name=elastic_settings.alias)
        used.append(now)
        assert behind(client, elastic_settings.alias) == sorted(used[-2:])
    assert len(set(used)) == 4


def test_another_s_index_is_never_deleted(elastic_settings: ElasticSettings, client: Elasticsearch, made: Made) -> None:
    foreign = f"{elastic_settings.alias}-v1-notes"
    client.indices.create(index=foreign)
    index = ElasticsearchIndex(elastic_settings)
    for _ in range(3):
        index.rebuild([made("KS-1")])
    assert foreign in behind(client, elastic_settings.alias)


def test_an_index_of_another_layout_asks_for_a_rebuild(
    elastic_settings: ElasticSettings, client: Elasticsearch, made: Made
) -> None:
    old = f"{elastic_settings.alias}-v999-20200101000000-abcdef"
    client.indices.create(index=old, aliases={elastic_settings.alias: {}})
    index = ElasticsearchIndex(elastic_settings)
    for asked in (index.count, lambda: index.ask(Question("nguyen")), lambda: index.update([made("KS-1")])):
        with pytest.raises(PartUnavailable) as told:
            asked()
        assert told.value.code == "SEARCH_INDEX_OLD"
    index.rebuild([made("KS-1")])
    assert index.count() == 1


def test_an_alias_that_vanished_is_never_replaced_by_a_guessed_index(
    elastic_settings: ElasticSettings, client: Elasticsearch, made: Made
) -> None:
    index = ElasticsearchIndex(elastic_settings)
    index.rebuild([made("KS-1")])
    client.indices.delete(index=behind(client, elastic_settings.alias)[0])
    with pytest.raises(PartUnavailable) as told:
        index.ask(Question("nguyen"))
    assert told.value.code == "SEARCH_INDEX_MISSING"


def test_a_refusal_of_the_server_is_listed_and_the_rest_is_kept(
    elastic_settings: ElasticSettings, client: Elasticsearch, made: Made
) -> None:
    fields = {field: kind for field, kind in MAPPING["properties"].items() if field != "words"}
    narrow = f"{elastic_settings.alias}-v{LAYOUT}-20200101000000-abcdef"
    mapping = {**MAPPING, "properties": fields}
    client.indices.create(index=narrow, mappings=mapping, aliases={elastic_settings.alias: {}})
    index = ElasticsearchIndex(elastic_settings)
    report = index.update([made("KS-1"), made("P-2", "", kind="OTHER", text="Quyết định"), made("KS-3")])
    assert report.indexed == 2
    assert [refused.entry for refused in report.refused] == ["P-2"]
    assert "words" in report.refused[0].reason
    assert index.count() == 2


def test_a_rebuild_overtaken_by_another_changes_nothing(elastic_settings: ElasticSettings, made: Made) -> None:
    first, second = ElasticsearchIndex(elastic_settings), ElasticsearchIndex(elastic_settings)

    def documents() -> Iterator[SearchDocument]:
        yield made("KS-1", "Lê Thị Hoa")
        second.rebuild([made("KS-2"), made("KS-3")])

    with pytest.raises(Conflict) as told:
        first.rebuild(documents())
    assert told.value.code == "SEARCH_REBUILD_OVERTAKEN"
    assert [hit.document.entry for hit in first.ask(Question("nguyen van hung")).hits] == ["KS-2", "KS-3"]
    assert first.count() == 2


def test_the_first_update_of_two_makes_one_index(
    elastic_settings: ElasticSettings, client: Elasticsearch, made: Made
) -> None:
    one, two = ElasticsearchIndex(elastic_settings), ElasticsearchIndex(elastic_settings)
    one.update([made("KS-1")])
    two._make("00000000000000", elastic_settings.alias, {})
    two.update([made("KS-2")])
    assert len(behind(client, elastic_settings.alias)) == 1
    assert one.count() == 2

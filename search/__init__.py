"""Finding entries and papers: folding, ranking, and an index that can be thrown away and rebuilt.

Both engines pass the same contract: the same answers in the same order to the same questions.
"""

from typing import TYPE_CHECKING

from search.embedded import TantivyIndex
from search.folding import fold, syllables, variant
from search.projection import document_of, paper_document

if TYPE_CHECKING:
    from search.elastic import ElasticsearchIndex, ElasticSettings

__all__ = [
    "ElasticSettings",
    "ElasticsearchIndex",
    "TantivyIndex",
    "document_of",
    "fold",
    "paper_document",
    "syllables",
    "variant",
]


def __getattr__(name: str) -> object:
    """Load the client of Elasticsearch only for those who use it: it takes longer than a search does."""
    if name in {"ElasticSettings", "ElasticsearchIndex"}:
        from search import elastic  # noqa: PLC0415

        return getattr(elastic, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

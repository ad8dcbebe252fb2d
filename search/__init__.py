"""Finding entries and papers: folding, ranking, and an index that can be thrown away and rebuilt.

Both engines pass the same contract: the same answers in the same order to the same questions.
"""

from search.elastic import ElasticsearchIndex, ElasticSettings
from search.embedded import TantivyIndex
from search.folding import fold, syllables, variant
from search.projection import document_of, paper_document

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

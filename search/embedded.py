"""The index that lives in a folder of the house: tantivy, inside our own process, no server."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import tantivy
from tantivy import Index, IndexWriter, Query, Schema

from records.errors import KhongChoError, PartUnavailable
from records.finding import Answer, IndexReport, Question, Refused, SearchDocument
from search.answering import NOTHING, answer, shown
from search.embedded_reader import Reader, stamp_of
from search.ranking import plan
from search.shelf import Shelf
from search.stored import document, newest, plain, takeable
from search.terms import TERM_FIELDS, order_of, terms_of

_UPDATE_MEMORY = 30_000_000
_REBUILD_MEMORY = 200_000_000
_OPEN_TRIES = 3


class TantivyIndex:
    """An index in *folder*; several processes may read and write it at the same time.

    Raises PartUnavailable with SEARCH_INDEX_MISSING, _BROKEN or _OLD where there is nothing that can be
    asked (each says to run ``khongcho reindex``), and SEARCH_INDEX_BUSY when another process keeps
    writing for more than *wait* seconds. The first update makes the index.
    """

    def __init__(self, folder: Path, *, wait: float = 30.0) -> None:
        self._shelf = Shelf(folder, wait)
        self._opened: Reader | None = None
        self._opening = Lock()

    @property
    def name(self) -> str:
        return f"tantivy {self._shelf.folder}"

    def update(self, documents: Iterable[SearchDocument]) -> IndexReport:
        """Add or replace *documents*. One that is older than what the index has is left out without a word."""
        fresh, refused = newest(documents)
        with self._honest(), self._shelf.writing():
            generation = self._shelf.current() if self._shelf.exists() else self._first()
            written = _write(generation, fresh)
            self._shelf.keep_for_rebuild([plain(doc) for doc in written])
        return IndexReport(len(written), refused)

    def remove(self, entries: Iterable[str]) -> None:
        gone = list(entries)
        with self._honest(), self._shelf.writing():
            if not self._shelf.exists():
                return
            _remove(self._shelf.current(), gone)
            self._shelf.keep_for_rebuild([{"removed": entry} for entry in gone])

    def rebuild(self, documents: Iterable[SearchDocument]) -> IndexReport:
        with self._honest(), self._shelf.rebuilding():
            generation = self._shelf.new()
            indexed, refused = _fill(generation, documents)
            found = Index.open(str(generation)).searcher().num_docs
            if found != indexed:
                detail = f"{found} / {indexed}"
                raise PartUnavailable("SEARCH_REBUILD_INCOMPLETE", where=self._shelf.folder, detail=detail)
            with self._shelf.writing():
                for change in self._shelf.kept_for_rebuild():
                    if "removed" in change:
                        _remove(generation, [str(change["removed"])])
                    else:
                        _write(generation, [document(change)])
                self._shelf.put_to_use(generation)
        return IndexReport(indexed, tuple(refused))

    def ask(self, question: Question) -> Answer:
        asked = plan(question)
        if asked.asks_nothing:
            return NOTHING
        with self._honest():
            reader = self._reader()
            total, found = reader.choose(asked, shown(question.limit))
            return answer(asked, found, total, question.limit)

    def count(self) -> int:
        with self._honest():
            return int(self._reader().searcher.num_docs)

    def _first(self) -> Path:
        generation = self._shelf.new()
        Index(_schema(), str(generation))
        self._shelf.put_to_use(generation)
        return generation

    def _reader(self) -> Reader:
        """Return a reader of the index as it is now, opened anew only when it has changed."""
        with self._opening:
            for _ in range(_OPEN_TRIES - 1):
                try:
                    return self._open()
                except (OSError, ValueError):
                    continue  # a rebuild may have cleared the generation away a moment ago
            return self._open()

    def _open(self) -> Reader:
        generation = self._shelf.current()
        stamp = stamp_of(generation)
        if self._opened is None or self._opened.stamp != stamp:
            index = Index.open(str(generation))
            self._opened = Reader(stamp, index.schema, index.searcher())
        return self._opened

    @contextmanager
    def _honest(self) -> Iterator[None]:
        """Let only our own errors out: what tantivy or the disk says means a damaged index."""
        try:
            yield
        except KhongChoError:
            raise
        except (OSError, ValueError, KeyError) as error:
            raise self._shelf.broken(error) from error
        except BaseException as error:
            # A panic inside the library is no Exception; it too means that files are not what they should be
            if type(error).__name__ != "PanicException":
                raise
            raise self._shelf.broken(error) from error


def _schema() -> Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("entry", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("version", fast=True)
    builder.add_text_field("order", fast=True, tokenizer_name="raw", index_option="basic")
    for field in TERM_FIELDS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    builder.add_bytes_field("document", stored=True)
    return builder.build()


def _indexed(doc: SearchDocument) -> tantivy.Document:
    out = tantivy.Document()
    out.add_text("entry", doc.entry)
    out.add_unsigned("version", doc.version)
    out.add_text("order", order_of(doc))
    out.add_bytes("document", json.dumps(plain(doc), ensure_ascii=False).encode())
    for field, terms in terms_of(doc).items():
        out.add_text(field, " ".join(terms))
    return out


@contextmanager
def _writer(index: Index, memory: int) -> Iterator[IndexWriter]:
    writer = index.writer(memory, 1)
    try:
        yield writer
        writer.commit()
    finally:
        writer.wait_merging_threads()


def _write(generation: Path, documents: list[SearchDocument]) -> list[SearchDocument]:
    """Write those of *documents* that are not older than what is there; returns them."""
    index = Index.open(str(generation))
    schema, searcher = index.schema, index.searcher()
    fresh = []
    with _writer(index, _UPDATE_MEMORY) as writer:
        for doc in documents:
            there = searcher.search(Query.term_query(schema, "entry", doc.entry, "basic"), 1).hits
            known = searcher.fast_field_values("version", [address for _, address in there])
            if not any(version is not None and version > doc.version for version in known):
                writer.delete_documents_by_term("entry", doc.entry)
                writer.add_document(_indexed(doc))
                fresh.append(doc)
    return fresh


def _remove(generation: Path, entries: list[str]) -> None:
    with _writer(Index.open(str(generation)), _UPDATE_MEMORY) as writer:
        for entry in entries:
            writer.delete_documents_by_term("entry", entry)


def _fill(generation: Path, documents: Iterable[SearchDocument]) -> tuple[int, list[Refused]]:
    """Write *documents* into the empty *generation*, the newest of each entry; returns how many, and the refused."""
    versions: dict[str, int] = {}
    refused: list[Refused] = []
    with _writer(Index(_schema(), str(generation)), _REBUILD_MEMORY) as writer:
        for doc in takeable(documents, refused):
            known = versions.get(doc.entry)
            if known is not None and known > doc.version:
                continue
            if known is not None:
                writer.delete_documents_by_term("entry", doc.entry)
            versions[doc.entry] = doc.version
            writer.add_document(_indexed(doc))
    return len(versions), refused

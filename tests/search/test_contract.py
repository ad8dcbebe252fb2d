"""One contract for every engine: the written questions, the port's promises, hostile input."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from records.codes import RegisterKind
from records.errors import PartUnavailable
from records.finding import Answer, Question, SearchDocument, Why
from records.ports import SearchIndex

Made = Callable[..., SearchDocument]
CONTRACT: dict[str, Any] = tomllib.loads(Path(__file__).with_name("contract.toml").read_text(encoding="utf-8"))


def question(written: dict[str, Any]) -> Question:
    kind = RegisterKind(written["kind"]) if "kind" in written else None
    return Question(written["text"], written.get("year"), written.get("within", 0), kind, limit=50)


def ids(answer: Answer) -> list[str]:
    return [hit.document.entry for hit in answer.hits]


# --- the written questions ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archive_of_names(kept_index: SearchIndex) -> SearchIndex:
    from search.stored import document

    plain = [
        {"entry": entry, "version": 1, "kind": "KS", "state": "draft", **said}
        for entry, said in CONTRACT["documents"].items()
    ]
    report = kept_index.rebuild(document(one) for one in plain)
    assert (report.indexed, report.refused) == (len(plain), ())
    return kept_index


@pytest.mark.parametrize("written", CONTRACT["questions"], ids=lambda w: f"{w['text']} {w.get('year', '')}".strip())
def test_written_question(archive_of_names: SearchIndex, written: dict[str, Any]) -> None:
    answer = archive_of_names.ask(question(written))
    assert ids(answer) == written["hits"]
    assert answer.total == len(written["hits"])
    assert bool(answer.tried) == (not written["hits"])


def test_contract_has_the_size_it_promises() -> None:
    assert len(CONTRACT["questions"]) >= 60


@pytest.mark.parametrize(
    ("text", "year", "entry", "score", "why"),
    [
        ("Nguyễn Văn Hùng", 1987, "hung-1987", 833, (Why.EXACT, Why.YEAR)),
        ("Nguyễn Văn Hùng", 1987, "wedding", 832, (Why.EXACT, Why.YEAR_REGISTERED)),
        ("Nguyễn Văn Hùng", 1987, "hung-father", 803, (Why.EXACT, Why.FATHER, Why.YEAR)),
        ("Nguyễn Văn Hùng 12/3/1987", None, "hung-1987", 834, (Why.EXACT, Why.DATE)),
        ("nguyen van hung", None, "hung-late", 730, (Why.FOLDED,)),
        ("Hùng Văn Nguyễn", None, "hung-late", 630, (Why.REORDERED,)),
        ("Văn Hùng", None, "hung-late", 530, (Why.REORDERED,)),
        ("van hung", None, "hung-late", 330, (Why.REORDERED,)),
        ("nguyen vna hung", None, "hung-late", 230, (Why.ONE_EDIT,)),
        ("nguyen vna hung", None, "hung-anh", 130, (Why.ONE_EDIT,)),
        ("Trần Thị Mai", None, "wedding", 820, (Why.EXACT, Why.OTHER_PERSON)),
        ("Trần Thị Lan", None, "hung-1987", 810, (Why.EXACT, Why.MOTHER)),
        ("cải chính hộ tịch", None, "decision", 50, (Why.TEXT,)),
    ],
)
def test_each_hit_says_how_good_it_is_and_why(
    archive_of_names: SearchIndex, text: str, year: int | None, entry: str, score: int, why: tuple[Why, ...]
) -> None:
    hits = {hit.document.entry: hit for hit in archive_of_names.ask(Question(text, year)).hits}
    assert (hits[entry].score, hits[entry].why) == (score, why)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 6, 7])
def test_a_limit_cuts_the_same_order_anywhere(archive_of_names: SearchIndex, limit: int) -> None:
    for text in ("nguyen van hung", "Phạm Văn An", "Trần Thị Mai", "đặng", "nguyen"):
        whole = archive_of_names.ask(Question(text, limit=50))
        cut = archive_of_names.ask(Question(text, limit=limit))
        assert ids(cut) == ids(whole)[:limit]
        assert cut.total == whole.total == len(whole.hits)


def test_no_limit_no_hits_but_the_total(archive_of_names: SearchIndex) -> None:
    for limit in (0, -5):
        answer = archive_of_names.ask(Question("Phạm Văn An", limit=limit))
        assert (answer.hits, answer.total) == ((), 5)
    assert len(archive_of_names.ask(Question("Phạm Văn An", limit=10**9)).hits) == 5


def test_nothing_found_says_what_was_tried(archive_of_names: SearchIndex) -> None:
    tried = archive_of_names.ask(Question("Không Có Ai", 1987, 2)).tried
    assert any("Không Có Ai" in line for line in tried)
    assert any("1985" in line and "1989" in line for line in tried)


# --- hostile and empty questions ---------------------------------------------------------------------

HOSTILE = [
    '"', "'", "\\", "*", "?", "%", "_", "(", ")", "[", "{", "~", "^", "/", ":", "+", "-", "!", "&&", "||", ";", "\x00",
    "OR", "AND", "NOT", "NEAR", "a OR b", "NEAR(a b, 2)", "name:*", "_exists_:name", "own_letters:nguyen",
    "'; DROP TABLE entries; --", "<script>alert(1)</script>", "{}", '{"match_all":{}}', "../../etc/passwd",
    ".2", ".3", "nguyen.2", "nguyen_van_hung", "\u200b", "\ufeff", "\u202eabc", "\ud800", "a\ud800b", "\U0001f600",
    "nguyen*", "nguyen~2", "/.*/", "a" * 70, "́" * 500, "99999999999999999999", "0000", "31/02/1987", "9999", "1/1/0001",
    "٣٤٥", "中文 名", "ក្រុង", "ﬁ", "²", "½ 1987",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: t.encode("unicode_escape").decode()[:20])
def test_hostile_text_is_only_text(archive_of_names: SearchIndex, text: str) -> None:
    before = archive_of_names.count()
    answer = archive_of_names.ask(Question(text))
    assert answer.total < before
    assert archive_of_names.count() == before


@pytest.mark.parametrize("text", ["", " ", "\t\n", "...", "--", "''", "\u0301"])
def test_an_empty_question_has_an_empty_answer(archive_of_names: SearchIndex, text: str) -> None:
    assert archive_of_names.ask(Question(text, 1987, 2)) == Answer((), 0)


@pytest.mark.parametrize("part", ["nguyen van hung ", "a b c d e f g h ", "x" * 61, "%*'\"", "1987 "])
def test_a_megabyte_is_answered(archive_of_names: SearchIndex, part: str) -> None:
    archive_of_names.ask(Question(part * (1_000_000 // len(part)), 1987, 5, limit=1000))


def test_the_longest_name_and_all_its_words(archive_of_names: SearchIndex) -> None:
    eight = "Nguyễn Phúc Công Tằng Tôn Nữ Hồng Đào"
    for text in (eight, eight + " ngọc", " ".join(f"{a}{b}" for a in "bcdghklmn" for b in ("an", "em", "oi", "uc"))):
        assert archive_of_names.ask(Question(text, 1987, 10_000)).total == 0


@pytest.mark.parametrize("year", [-1, 0, 1, 999, 1000, 9999, 10_000, 10**12])
@pytest.mark.parametrize("within", [-3, 0, 1, 10**9])
def test_any_year_is_taken(archive_of_names: SearchIndex, year: int, within: int) -> None:
    answer = archive_of_names.ask(Question("nguyen van hung", year, within))
    assert answer.total in {0, 6}


# --- what the port promises --------------------------------------------------------------------------


def test_nothing_indexed_yet_says_what_to_do(index: SearchIndex) -> None:
    for asked in (lambda: index.ask(Question("Nguyễn")), index.count):
        with pytest.raises(PartUnavailable) as told:
            asked()
        assert told.value.code == "SEARCH_INDEX_MISSING"
        assert "khongcho reindex" in told.value.message().vi


def test_an_update_is_visible_when_it_returns(index: SearchIndex, made: Made) -> None:
    for n in range(1, 4):
        report = index.update([made(f"KS-{n}")])
        assert (report.indexed, report.refused) == (1, ())
        assert index.count() == n
        assert len(index.ask(Question("nguyen van hung")).hits) == n


def test_a_new_version_replaces_the_old(index: SearchIndex, made: Made) -> None:
    index.update([made("KS-1", "Nguyễn Văn Hùng", 1), made("KS-2", "Lê Thị Hoa", 1)])
    index.update([made("KS-1", "Trần Văn Bình", 2)])
    assert ids(index.ask(Question("nguyen van hung"))) == []
    found = index.ask(Question("Trần Văn Bình")).hits
    assert [(hit.document.entry, hit.document.version) for hit in found] == [("KS-1", 2)]
    assert index.count() == 2


def test_an_older_version_never_replaces_a_newer(index: SearchIndex, made: Made) -> None:
    index.update([made("KS-1", "Trần Văn Bình", 5)])
    report = index.update([made("KS-1", "Nguyễn Văn Hùng", 4), made("KS-2", "Lê Thị Hoa")])
    assert (report.indexed, report.refused) == (1, ())
    assert ids(index.ask(Question("nguyen van hung"))) == []
    assert ids(index.ask(Question("tran van binh"))) == ["KS-1"]


def test_the_same_version_again_is_harmless(index: SearchIndex, made: Made) -> None:
    for _ in range(3):
        assert index.update([made("KS-1", version=3)]).indexed == 1
    assert index.count() == 1


@pytest.mark.parametrize("way", ["update", "rebuild"])
def test_of_one_entry_in_one_batch_the_newest_stays(index: SearchIndex, made: Made, way: str) -> None:
    batch = [made("KS-1", "Một Hai", 1), made("KS-1", "Ba Bốn", 3), made("KS-1", "Năm Sáu", 2), made("KS-2", "Bảy Tám")]
    assert getattr(index, way)(batch).indexed == 2
    assert index.count() == 2
    assert [ids(index.ask(Question(n))) for n in ("Một Hai", "Ba Bốn", "Năm Sáu")] == [[], ["KS-1"], []]


def test_what_cannot_be_kept_is_refused_with_its_reason(index: SearchIndex, made: Made) -> None:
    for way in (index.update, index.rebuild):
        report = way([made("KS-1"), made(""), made("x" * 513), made("KS-2", "a\ud800b"), made("KS-3", version=-1)])
        assert report.indexed == 1
        assert sorted(refused.entry for refused in report.refused) == ["", "KS-2", "KS-3", "x" * 513]
        assert all(refused.reason for refused in report.refused)
        assert index.count() == 1


def test_what_is_removed_is_gone(index: SearchIndex, made: Made) -> None:
    index.update([made("KS-1"), made("KS-2")])
    index.remove(iter(["KS-1", "never there"]))
    assert ids(index.ask(Question("nguyen van hung"))) == ["KS-2"]
    assert index.count() == 1


def test_a_rebuild_holds_what_it_was_given_and_nothing_else(index: SearchIndex, made: Made) -> None:
    index.update([made("KS-1"), made("KS-2"), made("KS-3", version=9)])
    report = index.rebuild(iter([made("KS-2"), made("KS-3", version=2), made("KS-4", "Lê Thị Hoa")]))
    assert (report.indexed, report.refused) == (3, ())
    assert ids(index.ask(Question("nguyen van hung"))) == ["KS-2", "KS-3"]
    assert index.rebuild([]).indexed == 0
    assert index.ask(Question("nguyen")).hits == ()
    assert index.count() == 0


def test_while_a_rebuild_runs_the_old_index_answers_and_updates_are_kept(index: SearchIndex, made: Made) -> None:
    index.update([made("KS-1"), made("KS-2")])
    seen = []

    def slowly() -> Iterator[SearchDocument]:
        yield made("KS-1", "Lê Thị Hoa", 1)
        index.update([made("KS-1", "Trần Văn Bình", 2), made("KS-5", "Trần Văn Bình", 1)])
        seen.append(ids(index.ask(Question("tran van binh"))))
        seen.append(ids(index.ask(Question("nguyen van hung"))))
        yield made("KS-3", "Lê Thị Hoa", 1)

    index.rebuild(slowly())
    assert seen == [["KS-1", "KS-5"], ["KS-2"]]
    assert ids(index.ask(Question("tran van binh"))) == ["KS-1", "KS-5"]
    assert ids(index.ask(Question("Lê Thị Hoa"))) == ["KS-3"]
    assert index.count() == 3


def test_a_rebuild_that_fails_leaves_the_old_index(index: SearchIndex, made: Made) -> None:
    index.update([made("KS-1")])

    def torn() -> Iterator[SearchDocument]:
        yield made("KS-2", "Lê Thị Hoa")
        raise PartUnavailable("SEARCH_INDEX_MISSING", where="the register, say")

    with pytest.raises(PartUnavailable):
        index.rebuild(torn())
    assert ids(index.ask(Question("nguyen van hung"))) == ["KS-1"]
    assert index.rebuild([made("KS-2")]).indexed == 1
    assert ids(index.ask(Question("nguyen van hung"))) == ["KS-2"]


def test_a_document_comes_back_as_it_was(index: SearchIndex, made: Made) -> None:
    whole = made(
        "KH-ặ/1 2", "  Nguyễn\u200b Văn <b>Hùng</b> ", 7, kind="KH", other_names=("Trần Thị Mai", "b"), father="c",
        mother="d", born="1987", registered="1990-01-02", number="15b/1990", book="02/1990", places=("x, y", "z"),
        text="dòng một\ndòng hai\t\"trích\" \x01",
    )  # fmt: skip
    index.update([whole])
    assert index.ask(Question("tran thi mai")).hits[0].document == whole


def test_a_very_long_paper_is_found_by_its_last_word(index: SearchIndex, made: Made) -> None:
    text = " ".join(f"chữ{n}" for n in range(30_000)) + " " + "w" * 100_000 + " tậncùng"
    assert index.update([made("P-1", "", kind="OTHER", text=text)]).refused == ()
    assert ids(index.ask(Question("chữ29999 tancung"))) == ["P-1"]

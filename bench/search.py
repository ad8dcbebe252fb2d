"""How long a question by name takes: our embedded index beside SQLite's FTS5, same records, same run.

    python -m bench.search [--records 500000] [--questions 300] [--json]

Synthetic names with the skew of real ones (a family name in two fifths of all), one in twenty with a letter
misread, three persons a record. FTS5 is given what our index is given: the folded syllables of the three
names and the year as a term. It has no edit distance, so its one-letter questions go by known syllables one
letter apart, as its users do. Each question is asked of both, one after the other; the ratio is the median
of the quotients, with the quartiles beside it. Times are processor time: both work inside this process.
"""

import argparse
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from records.codes import EntryState, RegisterKind
from records.finding import Question, SearchDocument
from search import TantivyIndex
from search.folding import fold, letters, one_edit, syllables

# fmt: off
FAMILIES = [
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô",
    "Dương", "Lý", "Đinh", "Đào", "Trịnh", "Mai",
]
FAMILY_WEIGHTS = [38, 12, 10, 7, 5, 5, 4, 4, 3, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1]
MIDDLES = [
    "Văn", "Thị", "Hữu", "Đức", "Ngọc", "Minh", "Thanh", "Quang", "Xuân", "Thu", "Kim", "Hoàng", "Bảo", "Gia",
    "Phương", "Hồng", "Công", "Đình", "Tuấn", "Mỹ",
]
MIDDLE_WEIGHTS = [22, 28, 4, 4, 6, 5, 5, 3, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1]
GIVEN = [
    "An", "Anh", "Ánh", "Bình", "Chi", "Cường", "Dung", "Dũng", "Duy", "Dương", "Đạt", "Đông", "Đức", "Giang",
    "Hà", "Hải", "Hạnh", "Hiền", "Hiếu", "Hoa", "Hòa", "Hoàng", "Hồng", "Huệ", "Hùng", "Hưng", "Hương", "Huy",
    "Huyền", "Khánh", "Kiên", "Lan", "Linh", "Loan", "Long", "Lý", "Mai", "Minh", "Mỹ", "Nam", "Nga", "Ngân",
    "Ngọc", "Nhung", "Oanh", "Phong", "Phúc", "Phương", "Quân", "Quang", "Quý", "Quyên", "Sơn", "Tâm", "Tân",
    "Thắng", "Thanh", "Thành", "Thảo", "Thu", "Thủy", "Thúy", "Tiến", "Toàn", "Trang", "Trung", "Tú", "Tuấn",
    "Tùng", "Tuyết", "Uyên", "Vân", "Việt", "Vinh", "Vy", "Xuân", "Yến",
]
# fmt: on


def name(rng: random.Random) -> str:
    """Return one name, one in twenty with a letter misread."""
    parts = (*rng.choices(FAMILIES, FAMILY_WEIGHTS), *rng.choices(MIDDLES, MIDDLE_WEIGHTS), rng.choice(GIVEN))
    whole = " ".join(parts)
    return misread(whole, rng) if rng.random() < 0.05 else whole


def misread(text: str, rng: random.Random) -> str:
    """Return *text* with one letter changed."""
    place = rng.randrange(len(text))
    return text[:place] + rng.choice("abcdeghiklmnopqrstuvxy") + text[place + 1 :]


def records(n: int, rng: random.Random) -> Iterator[SearchDocument]:
    """Yield *n* births."""
    for i in range(n):
        year = rng.randrange(1950, 2005)
        born = f"{year}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}" if rng.random() < 0.85 else f"{year}"
        yield SearchDocument(
            f"KS-{i:010d}", 1, RegisterKind.BIRTH, EntryState.DRAFT, name(rng), (), name(rng), name(rng),
            born, f"{year}-12-31", f"{i % 300 + 1}/{year}",
        )  # fmt: skip


class Fts5:
    """The baseline: folded syllables and the year in one FTS5 table of contentless columns."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file)
        self._db.execute("create virtual table names using fts5(own, mother, father, year, content='', detail=column)")
        self._known: set[str] = set()

    def fill(self, documents: Iterator[SearchDocument]) -> None:
        """Index *documents*."""

        def row(d: SearchDocument) -> tuple[str, ...]:
            names = [tuple(map(letters, syllables(n))) for n in (d.name, d.mother, d.father)]
            self._known.update(*names)
            return (*map(" ".join, names), f"y{d.born[:4]}")

        with self._db:
            self._db.executemany(
                "insert into names(own, mother, father, year) values (?, ?, ?, ?)", map(row, documents)
            )

    def ask(self, question: Question, near: bool) -> int:
        """Return how many of the first 20 rows there are."""

        def among(key: str) -> str:
            keys = {key} | (one_edit(key) & self._known if near else set())
            return "(" + " OR ".join(f'"{k}"' for k in sorted(keys)) + ")"

        wanted = " AND ".join(among(letters(part)) for part in syllables(question.text))
        persons = " OR ".join(f"({column} : ({wanted}))" for column in ("own", "mother", "father"))
        match = f"({persons}) AND (year : y{question.year})" if question.year else persons
        return len(self._db.execute("select rowid from names where names match ? limit 20", (match,)).fetchall())


def timed(ask: Callable[[], object]) -> float:
    """Return the milliseconds of processor time that *ask* takes: neighbours on the machine do not count."""
    start = time.process_time()
    ask()
    return (time.process_time() - start) * 1000


def measure(n: int, asked: int) -> dict[str, object]:
    """Build both over *n* records, ask *asked* questions of each way, and return what was measured."""
    rng = random.Random(20_261_122)
    known = rng.sample(list(records(min(n, 20_000), random.Random(1))), asked)
    ways: dict[str, tuple[bool, Callable[[SearchDocument], Question]]] = {
        "folded": (False, lambda d: Question(fold(d.name))),
        "folded + year": (False, lambda d: Question(fold(d.name), int(d.born[:4]))),
        "one letter": (True, lambda d: Question(misread(fold(d.name), rng))),
        "one letter + year": (True, lambda d: Question(misread(fold(d.name), rng), int(d.born[:4]))),
        "family name": (False, lambda d: Question(d.name.split()[0])),
    }
    out: dict[str, object] = {"records": n, "questions": asked}
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = TantivyIndex(Path(folder) / "index"), Fts5(Path(folder) / "fts5.db")
        out["build_s"] = round(timed(lambda: ours.rebuild(records(n, random.Random(1)))) / 1000, 1)
        out["build_fts5_s"] = round(timed(lambda: theirs.fill(records(n, random.Random(1)))) / 1000, 1)
        files = [file.stat().st_size for file in (Path(folder) / "index").rglob("*") if file.is_file()]
        out["index_mb"] = round(sum(files) / 1e6, 1)
        ours.ask(Question("nguyen van an"))
        for way, (near, make) in ways.items():
            pairs = []
            for document in known:
                question = make(document)
                mine_ms = timed(partial(ours.ask, question))
                pairs.append((mine_ms, timed(partial(theirs.ask, question, near))))
            low, middle, high = statistics.quantiles([mine / baseline for mine, baseline in pairs if baseline], n=4)
            mine, baseline = [m for m, _ in pairs], [b for _, b in pairs]
            out[way] = {
                "ms": {"p50": percentile(mine, 50), "p99": percentile(mine, 99)},
                "fts5_ms": {"p50": percentile(baseline, 50), "p99": percentile(baseline, 99)},
                "ratio": round(middle, 2),
                "quartiles": [round(low, 2), round(high, 2)],
            }
    return out


def percentile(values: list[float], percent: int) -> float:
    """Return the *percent* percentile of *values*, to a tenth."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=500_000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    found = measure(told.records, told.questions)
    if told.json:
        print(json.dumps(found))
        return
    for key, value in found.items():
        print(f"{key}: {value}")
    print("ratio: our time divided by FTS5's (below 1: we are faster); FTS5 neither ranks nor counts", file=sys.stderr)


if __name__ == "__main__":
    main()

"""How well whole official papers are read, beside their texts: words found, and errors of matched lines.

    .venv/bin/python -m bench.papers DIR [--json]

DIR holds images and one ``NAME.gt.txt`` beside each, a line of the paper a line, ``[hw]`` for a handwritten word that
is left out of the score. A paper has columns, stamps and heads side by side, so the order in which lines are read is no
error here and two measures are used that do not depend on it:

- *words*: the share of the paper's words that were read (recall), and of the words read that stand on the paper
  (precision), as bags, case-folded;
- *CER*: each line of the paper is paired with one line read, nearest pairs first (greedy), each line used once; edits
  of all pairs, and the whole length of lines without a partner, divided by the paper's characters. Lines read that
  have no partner (specks, seals) are counted apart and do not enter it.
"""

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr.measure import edits
from records.codes import DeliveryKind, PageStatus
from records.progress import SilentProgress
from records.text import comparable
from wiring import Settings, open_house

_HAND = "[hw]"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class PaperScore:
    """Figures of one paper; rates in [0, 1]."""

    file: str
    lines: int
    words: int
    recall: float
    precision: float
    cer: float
    unpaired: int
    """Lines of the paper without a line read."""
    extra: int
    """Lines read that stand nowhere on the paper."""


def words(lines: Sequence[str]) -> Counter[str]:
    """Return the words of *lines*, case-folded, without punctuation, as a bag."""
    return Counter(_WORD.findall(comparable(" ".join(lines))))


def unhanded(line: str, reading: str) -> int:
    """Return the fewest edits between a line and a reading, where each ``[hw]`` of the line stands for any text."""
    parts = [comparable(part) for part in line.split(_HAND)]
    text = comparable(reading)
    if len(parts) == 1:
        return edits(parts[0], text)[0]
    # cost[k]: fewest edits of the parts so far against the first k characters; between parts any text is free
    cost = [edits(parts[0], text[:k])[0] for k in range(len(text) + 1)]
    for part in parts[1:]:
        free = [min(cost[: k + 1]) for k in range(len(cost))]
        cost = [min(free[j] + edits(part, text[j:k])[0] for j in range(k + 1)) for k in range(len(text) + 1)]
    return cost[-1]


def score(file: str, truth: Sequence[str], read: Sequence[str]) -> PaperScore:
    """Return the figures of one paper from its lines and the lines read."""
    lengths = [edits(comparable(line.replace(_HAND, "")), "")[0] for line in truth]
    pairs = [
        (unhanded(line, got), i, j)
        for i, line in enumerate(truth)
        for j, got in enumerate(read)
        if comparable(got) and lengths[i]
    ]
    pairs.sort(key=lambda pair: pair[0] / lengths[pair[1]])
    paired: dict[int, int] = {}
    used: set[int] = set()
    for wrong, i, j in pairs:
        if i not in paired and j not in used and wrong < lengths[i]:
            paired[i] = wrong
            used.add(j)
    wanted, got_words = words([line.replace(_HAND, " ") for line in truth]), words(read)
    common = (wanted & got_words).total()
    return PaperScore(
        file=file,
        lines=len(truth),
        words=wanted.total(),
        recall=common / max(1, wanted.total()),
        precision=common / max(1, got_words.total()),
        cer=sum(paired.get(i, length) for i, length in enumerate(lengths)) / max(1, sum(lengths)),
        unpaired=sum(1 for i, length in enumerate(lengths) if length and i not in paired),
        extra=sum(1 for j, got in enumerate(read) if comparable(got) and j not in used),
    )


def measure(folder: Path, home: Path) -> list[PaperScore]:
    """Take the papers of *folder* in by the road of dossiers, in a house of their own, and score those with a text."""
    house = open_house(Settings(home=home))
    report = house.digitise(folder, DeliveryKind.DOSSIER, SilentProgress())
    scores = []
    for page in house.register.delivered_pages(report.delivery, PageStatus.DONE):
        text = folder / Path(page.file).with_suffix(".gt.txt").name
        if text.is_file():
            truth = [line for line in text.read_text(encoding="utf-8").splitlines() if line.strip()]
            scores.append(score(page.file, truth, house.digitiser.paper_text(page.page.id).splitlines()))
    return scores


def main() -> None:
    """Print one row a paper."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        scores = measure(told.folder, Path(home))
    if told.json:
        print(json.dumps([{name: getattr(s, name) for name in PaperScore.__slots__} for s in scores]))
        return
    print("| Paper | Lines | Words | Words found | Words right | CER | Lines not found | Lines too many |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for s in scores:
        print(
            f"| `{s.file}` | {s.lines} | {s.words} | {s.recall:.1%} | {s.precision:.1%} | {s.cer:.1%} "
            f"| {s.unpaired} | {s.extra} |"
        )


if __name__ == "__main__":
    main()

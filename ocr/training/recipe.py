"""The recipe, from lines to the file that ships. Every part lies in one folder, so that a run may stop at any minute.

Without real lines: one course on register lines drawn in many hands and types. With them:

1. the *beginning* of that course, from which reading is learnt far sooner than from few and long real lines;
2. a *first course* on real and drawn lines, which is good enough to say where letters stand; real lines whose label
   says what nobody wrote are then left out, and the others are cut into words for new lines of register text;
3. a *second course* on real lines, lines of real words and drawn lines; half-way it branches: each branch sees other
   lines and disturbances, in each the learning rate falls to nothing, and their weights are averaged;
4. a *third course* from that average, with more of the real lines and with drawn lines that were not there before, more
   of them in type;
5. a *fourth course* on print of many faces, figures, and lines cut anew by what the third has learnt. Its weights and
   those of the third are averaged, two parts to one: so ornate hands, which the fourth sees less of, are not forgotten.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ocr.alphabet import numbered, vietnamese
from ocr.measure import Pair, rate_of
from ocr.normalise import Ink, at_height, normalise
from ocr.own import Card
from ocr.training.align import Aligned, best_alignment, suspects
from ocr.training.augment import Strength, disturbed
from ocr.training.batches import Feed, Source
from ocr.training.collage import Scissors, collages
from ocr.training.course import LOG, Course, Judge, Plan, averaged, greedy
from ocr.training.curves import draw
from ocr.training.exams import Exam
from ocr.training.export import export, read_with
from ocr.training.network import LineNetwork
from ocr.training.pool import NOTHING, Extra, InkLine, Pool
from records.errors import WrongUse
from records.progress import Progress

_MOST_SUSPECTS = 0.1
"""Share of lines left out beyond which the network is not to be believed."""

_EXAMPLES = 60
"""Lines of each pool that show the quantiser how large values get."""

Texts = Callable[[np.random.Generator], str]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much of what. Lengths in lines shown to the network."""

    drawn: int = 200_000
    """Of the one course without real lines."""
    begin: int = 27_000
    """Drawn lines before the first real one."""
    first: int = 24_000
    second: int = 160_000
    collages: int = 8_000
    branches: int = 2
    """Into which the second course falls half-way."""
    third: int = 112_000
    """After the branches; 0: none."""
    seed: int = 7
    real_share: float = 0.55
    collage_share: float = 0.15
    rate: float = 1.5e-3
    second_rate: float = 1.2e-3
    third_rate: float = 9e-4
    third_shares: tuple[float, float, float, float] = (0.6, 0.1, 0.12, 0.18)
    """Of real lines, lines of real words, drawn lines and *fresh* drawn lines."""
    fourth: int = 52_000
    """Lines of the last course; 0: none."""
    fourth_rate: float = 6e-4
    fourth_shares: tuple[float, float, float, float, float, float] = (0.4, 0.15, 0.1, 0.05, 0.2, 0.1)
    """Of the same, then of lines in *type* and of *figures*."""
    fourth_parts: int = 2
    """Parts of the fourth course's weights to one of the third's."""


def judging(exams: Sequence[Exam], alphabet: Sequence[str]) -> Judge:
    """Return what measures a network by *exams*: case-folded character error rates in per cent."""
    return lambda network: {exam.name: _mark(exam, greedy(network, exam.inks, alphabet)) for exam in exams}


def _mark(exam: Exam, read: Sequence[str]) -> float:
    return round(100 * rate_of([Pair(a, b) for a, b in zip(exam.texts, read, strict=True)]), 3)


def train(
    folder: Path,
    out: Path,
    card: Card,
    synthetic: Pool,
    real: Pool,
    texts: Texts,
    exams: Sequence[Exam],
    progress: Progress,
    recipe: Recipe = Recipe(),
    device: str = "cpu",
    extra: Extra = NOTHING,
) -> dict[str, float]:
    """Train, go on where a run in *folder* stopped, and write the model to *out*; return its marks in the exams.

    *extra* are drawn lines for the last courses, beside the *synthetic* ones.

    Raises WrongUse where *folder* holds a run with other lines or another seed.
    """
    _the_same_run(folder, synthetic, real, recipe)
    torch.manual_seed(recipe.seed)
    alphabet = vietnamese()
    judge = judging(exams, alphabet)
    symbols = len(alphabet) + 1
    if not len(real):
        course = Course(folder / "drawn", symbols, Plan(recipe.drawn, rate=recipe.rate), device)
        course.run(Feed([Source(synthetic, 1.0)], alphabet, recipe.seed), judge, progress)
        network = course.mean.cpu()
    else:
        begin = Course(folder / "drawn", symbols, Plan(recipe.begin, rate=recipe.rate, fall=0.01), device)
        begin.run(Feed([Source(synthetic, 1.0)], alphabet, recipe.seed), judge, progress)
        first = Course(folder / "first", symbols, Plan(recipe.first, rate=recipe.rate, fall=0.2), device)
        first.begin_from(folder / "drawn")
        both = [Source(real, recipe.real_share), Source(synthetic, 1 - recipe.real_share)]
        first.run(Feed(both, alphabet, recipe.seed), judge, progress)
        kept, pieces = _cut(folder, first.mean.cpu(), real, texts, alphabet, recipe)
        rest = 1 - recipe.real_share - recipe.collage_share
        shares = ((kept, recipe.real_share), (pieces, recipe.collage_share), (synthetic, rest))
        sources = [Source(pool, share) for pool, share in shares if len(pool)]
        plan = Plan(recipe.second, rate=recipe.second_rate)
        half = Course(folder / "second", symbols, plan, device)
        half.begin_from(folder / "first")
        half.run(Feed(sources, alphabet, recipe.seed + 1), judge, progress, until=recipe.second // 2)
        ends = []
        for number in range(recipe.branches):
            branch = Course(folder / f"branch-{number}", symbols, plan, device)
            branch.branch_from(folder / "second")
            branch.run(Feed(sources, alphabet, recipe.seed + 1 + number), judge, progress)
            ends.append(branch.mean.cpu())
        network = averaged(ends)
        if recipe.third:
            sources = _shared((kept, pieces, synthetic, extra.fresh), recipe.third_shares)
            third = Course(folder / "third", symbols, Plan(recipe.third, rate=recipe.third_rate, fall=0.5), device)
            third.begin_with(network)
            third.run(Feed(sources, alphabet, recipe.seed + 24), judge, progress)
            network = third.mean.cpu()
        if recipe.fourth:
            pieces = _cut_anew(folder, network, kept, texts, alphabet, recipe)
            pools = (kept, pieces, synthetic, extra.fresh, extra.typed, extra.figures)
            plan = Plan(recipe.fourth, rate=recipe.fourth_rate, fall=0.6)
            fourth = Course(folder / "fourth", symbols, plan, device)
            fourth.begin_with(network)
            fourth.run(Feed(_shared(pools, recipe.fourth_shares), alphabet, recipe.seed + 46), judge, progress)
            network = averaged([network, *[fourth.mean.cpu()] * recipe.fourth_parts])
    stems = [folder / name / LOG for name in ("drawn", "first", "second")]
    branches = [folder / f"branch-{number}" / LOG for number in range(recipe.branches)]
    draw(stems, branches, [folder / name / LOG for name in ("third", "fourth")], folder / "curves.png")
    export(network, card, out, _examples(synthetic, real))
    marks = judge(network)
    return marks | {f"{exam.name}, as shipped": _mark(exam, read_with(out, exam.inks, alphabet)) for exam in exams}


def _the_same_run(folder: Path, synthetic: Pool, real: Pool, recipe: Recipe) -> None:
    """Note what a run learns from at its start; raise WrongUse where it was something else."""
    note = folder / "run.json"
    now = {"seed": recipe.seed, "synthetic": synthetic.digest, "real": real.digest}
    if not note.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(now), encoding="utf-8")
    elif json.loads(note.read_text(encoding="utf-8")) != now:
        raise WrongUse("TRAINING_OTHER_RUN", folder=folder)


def _examples(*pools: Pool) -> list[Ink]:
    """Return inputs as readers see them, some of each pool."""
    rng = np.random.default_rng(9)
    chosen = [pool[int(i)] for pool in pools if len(pool) for i in rng.integers(len(pool), size=_EXAMPLES)]
    return [normalise(disturbed(rng, line.coverage(), None, Strength())) for line in chosen]


def _shared(pools: Sequence[Pool], shares: Sequence[float]) -> list[Source]:
    return [Source(pool, share) for pool, share in zip(pools, shares, strict=True) if len(pool)]


def _cut_anew(
    folder: Path, network: LineNetwork, kept: Pool, texts: Texts, alphabet: Sequence[str], recipe: Recipe
) -> Pool:
    """Return lines set from words that a better *network* found in the *kept* real lines."""
    pieces = folder / "collages-2.npz"
    if not pieces.is_file():
        lines = list(kept)
        scissors = Scissors(lines, [align(network, line, alphabet) for line in lines])
        collages(scissors, texts, recipe.collages, recipe.seed + 36).save(pieces)
    return Pool.load(pieces)


def _cut(
    folder: Path, network: LineNetwork, real: Pool, texts: Texts, alphabet: Sequence[str], recipe: Recipe
) -> tuple[Pool, Pool]:
    """Return the real lines whose label is what was written, and lines set anew from their words."""
    pieces, left = folder / "collages.npz", folder / "left-out.json"
    if pieces.is_file() and left.is_file():
        return real.without(json.loads(left.read_text(encoding="utf-8"))), Pool.load(pieces)
    aligned = [align(network, line, alphabet) for line in real]
    out = suspects([a.score if a else None for a in aligned])
    if len(out) > _MOST_SUSPECTS * len(real):  # it is the network that cannot tell: nothing is left out, nothing is cut
        out, aligned = [], [None] * len(real)
    kept: list[InkLine] = [line for i, line in enumerate(real) if i not in set(out)]
    where = [a for i, a in enumerate(aligned) if i not in set(out)]
    made = collages(Scissors(kept, where), texts, recipe.collages, recipe.seed)
    left.write_text(json.dumps(out), encoding="utf-8")
    made.save(pieces)
    return Pool(kept), made


def frames_of(network: LineNetwork, line: InkLine) -> NDArray[np.float32]:
    """Return the network's log-probabilities of a clean line, (frames, symbols)."""
    network.eval()
    with torch.inference_mode():
        said = network(torch.from_numpy(at_height(line.coverage())[None, None]))
    return np.asarray(said[:, 0].float().numpy(), np.float32)


def align(network: LineNetwork, line: InkLine, alphabet: Sequence[str]) -> Aligned | None:
    """Return where the letters of *line* stand, spaces included."""
    symbol = numbered(alphabet)
    return best_alignment(frames_of(network, line), [symbol[c] for c in line.text])

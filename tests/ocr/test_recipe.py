"""The whole recipe in small, where PyTorch is installed (``make train``): from lines to a file that reads."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training parts are not installed: make train")
pytest.importorskip("onnx", reason="training parts are not installed: make train")

import torch

from ocr import open_line_recogniser
from ocr.alphabet import vietnamese
from ocr.ngram import LetterNgram
from ocr.own import Card, OwnLines, letters_beside
from ocr.training.batches import Feed, Source
from ocr.training.calibrate import LEAST, calibrate, fitted
from ocr.training.course import Course, Plan, averaged
from ocr.training.exams import Exam, scanned
from ocr.training.network import LineNetwork
from ocr.training.pool import Extra, Pool
from ocr.training.recipe import Recipe, train
from records.codes import ValueKind
from records.errors import WrongUse
from records.progress import SilentProgress
from tests.ocr.test_training import line_of

pytestmark = pytest.mark.slow

LETTERS = vietnamese()
TEXTS = ("Hà Nội", "Trần Thị Bình", "12/5/1987", "Kinh", "số 12 phố Huế", "Lê An", "1974", "nữ")
SMALL = Recipe(drawn=256, begin=128, first=128, second=256, third=128, fourth=128, collages=20)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Pool([line_of(text) for text in TEXTS * 3])


def text_of(rng: np.random.Generator) -> str:
    return TEXTS[int(rng.integers(len(TEXTS)))]


def run(folder: Path, drawn: Pool, real: Pool) -> Path:
    """Train in *folder*; return the model."""
    out = folder / "tiny.onnx"
    exam = Exam("none", (), ())
    card = Card("tiny", "0.1", LETTERS, data=("strokes",))
    train(
        folder,
        out,
        card,
        drawn,
        real,
        text_of,
        [exam],
        SilentProgress(),
        SMALL,
        extra=Extra(typed=drawn, figures=drawn),
    )
    LetterNgram.learn(TEXTS).save(letters_beside(out))
    return out


@pytest.mark.parametrize("with_real", [False, True])
def test_lines_become_a_reader(tmp_path: Path, pool: Pool, with_real: bool) -> None:
    out = run(tmp_path, pool, pool if with_real else Pool([]))
    assert (tmp_path / "curves.png").is_file()
    reader = open_line_recogniser(str(out))
    assert isinstance(reader, OwnLines)
    assert (reader.identity.name, reader.identity.calibrated) == ("tiny", False)
    lines = [(scanned(np.random.default_rng(n), line), line.text) for n, line in enumerate([*pool] * 4)]
    calibrate(out, lines, {ValueKind.NAME: lines, ValueKind.DATE: lines[: LEAST - 1]}, SilentProgress())
    card = OwnLines(out).card
    assert card.data == ("strokes",)
    assert set(card.calibrations) == {"greedy", "text", "name"}  # too few dates


def course(folder: Path, pool: Pool, until: int | None = None) -> Course:
    """Go on with a course of two groups; the network as it stands *until* so many lines."""
    torch.manual_seed(3)
    made = Course(folder, len(LETTERS) + 1, Plan(256, warm=256))
    made.run(Feed([Source(pool, 1.0)], LETTERS, 5), lambda _: {}, SilentProgress(), until=until)
    return made


def test_a_course_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path, pool: Pool) -> None:
    whole = course(tmp_path / "whole", pool)
    assert course(tmp_path / "stopped", pool, until=128).group == 1
    gone_on = course(tmp_path / "stopped", pool)
    assert gone_on.group == whole.group == 2
    assert torch.allclose(gone_on.network.letters.weight, whole.network.letters.weight, atol=1e-5)
    lines = [json.loads(row)["lines"] for row in (tmp_path / "stopped" / "log.jsonl").read_text().splitlines()]
    assert lines == [128, 256]


def test_a_folder_of_another_run_is_refused(tmp_path: Path, pool: Pool) -> None:
    run(tmp_path, pool, Pool([]))
    run(tmp_path, pool, Pool([]))  # the same again only writes the model anew
    with pytest.raises(WrongUse) as refused:
        run(tmp_path, Pool([*pool][1:]), Pool([]))
    assert refused.value.code == "TRAINING_OTHER_RUN"


def test_branches_are_averaged() -> None:
    first, second = LineNetwork(9), LineNetwork(9)
    expected = (first.letters.weight + second.letters.weight).detach() / 2
    assert torch.allclose(averaged([first, second]).letters.weight, expected)


def test_a_branch_begins_where_its_stem_stands(tmp_path: Path) -> None:
    stem = Course(tmp_path / "stem", 9, Plan(256))
    stem.group = 1
    stem.save()
    branch = Course(tmp_path / "branch", 9, Plan(256))
    branch.branch_from(tmp_path / "stem")
    assert branch.group == 1
    assert torch.equal(branch.network.letters.weight, stem.network.letters.weight)


def test_confidence_is_fitted_to_what_was_right() -> None:
    from ocr.decoding import Signs

    rng = np.random.default_rng(3)
    shares = rng.uniform(0.02, 0.98, 3000)
    right = rng.random(3000) < shares**2
    calibration = fitted([Signs(float(s)) for s in shares], [bool(r) for r in right], share_alone=True)
    for low, high in ((0.2, 0.4), (0.6, 0.8), (0.9, 0.98)):
        chosen = [s for s in shares if low <= s < high]
        assert np.mean([calibration.of(Signs(float(s))) for s in chosen]) == pytest.approx(
            float(np.mean([s**2 for s in chosen])), abs=0.05
        )

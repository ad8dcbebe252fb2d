"""Our own readers: what they do with crops that hold no line, and what they say of what they read."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr import open_line_recogniser
from ocr.engines import CLEAN, HANDWRITING
from ocr.evaluate import HALLUCINATED
from ocr.own import OwnLines
from ocr.training.augment import Strength, disturbed
from records.codes import ValueKind
from records.errors import PartUnavailable
from records.ports import Image
from records.readings import Expected
from samples import HELD_OUT, sample_line

KINDS = (ValueKind.TEXT, ValueKind.NAME, ValueKind.PLACE, ValueKind.DATE, ValueKind.DATE_WORDS, ValueKind.ENTRY_NUMBER)


@pytest.fixture(scope="module", params=[HANDWRITING, CLEAN])
def reader(request: pytest.FixtureRequest) -> OwnLines:
    found = open_line_recogniser(request.param)
    assert isinstance(found, OwnLines)
    return found


def bare(seed: int) -> Image:
    """A crop without writing: paper, rules, dots, a seal's edge, dirt."""
    rng = np.random.default_rng(seed)
    paper = np.zeros((56, int(rng.integers(60, 900))), np.float32)
    return disturbed(rng, paper, None, Strength(1.0, 2.0))


def written(text: str, seed: int = 0) -> Image:
    """*text* in a hand that no reader was trained with."""
    line = sample_line(np.random.default_rng(seed), HELD_OUT, (), 0.0, text)
    return np.asarray(cv2.copyMakeBorder(255 - line.coverage, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=(255,)), np.uint8)


def test_where_nothing_is_written_nothing_is_read(reader: OwnLines) -> None:
    for seed in range(120):
        reading = reader.read_line(bare(seed), Expected(KINDS[seed % len(KINDS)]))
        assert not reading.text or reading.confidence <= HALLUCINATED, (seed, reading)
        assert reading.text or reading.reason


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (48, 1), (9, 9), (40, 20_000), (40, 20_001), (3000, 60)])
@pytest.mark.parametrize("ground", [0, 128, 255])
def test_any_shape_gives_a_reading_with_a_reason(reader: OwnLines, shape: tuple[int, int], ground: int) -> None:
    reading = reader.read_line(np.full(shape, ground, np.uint8))
    assert (reading.text, reading.confidence) == ("", 0.0)
    assert reading.reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_on_its_head_is_not_read_as_a_name(reader: OwnLines, kind: ValueKind) -> None:
    for seed, text in enumerate(("Nguyễn Thị Phương Thảo", "phường Bạch Mai, quận Hai Bà Trưng, Hà Nội")):
        upright = written(text, seed)
        assert reader.read_line(upright, Expected(ValueKind.TEXT)).text
        reading = reader.read_line(np.ascontiguousarray(upright[::-1, ::-1]), Expected(kind))
        assert not reading.text or reading.confidence <= HALLUCINATED
        assert reading.text or reading.reason in ("LINE_UPSIDE_DOWN", "LINE_NOT_READ")


def test_a_line_in_two_levels_is_read(reader: OwnLines) -> None:
    two = np.where(written("Nguyễn Thị Phương Thảo") < 128, 0, 255).astype(np.uint8)
    assert sorted(set(two.ravel().tolist())) == [0, 255]
    assert reader.read_line(two).text.split()[0] == "Nguyễn"


def test_what_else_a_line_may_say_is_kept_with_its_probability(reader: OwnLines) -> None:
    several = 0
    for seed in range(12):
        reading = reader.read_line(written("Trần Quốc Huân", seed), Expected(ValueKind.NAME))
        odds = [reading.confidence, *(other.confidence for other in reading.alternatives)]
        assert odds == sorted(odds, reverse=True)
        assert sum(odds) <= 1 + 1e-9
        assert reading.text not in {other.text for other in reading.alternatives}
        several += bool(reading.alternatives)
    assert several


def test_a_reader_says_what_it_is(reader: OwnLines) -> None:
    assert reader.identity.calibrated
    assert reader.model_bytes <= 6_000_000
    assert {"greedy", "text", "name", "place"} <= set(reader.card.calibrations)
    assert any("real lines" in source for source in reader.card.data) is (reader.identity.name == HANDWRITING)


def test_a_model_that_is_none_is_told(tmp_path: Path) -> None:
    for name, content in (("missing.onnx", None), ("broken.onnx", b"no model")):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(PartUnavailable):
            open_line_recogniser(str(tmp_path / name))

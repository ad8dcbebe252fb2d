import numpy as np
import pytest

from ocr import line_engines, open_line_recogniser


@pytest.mark.parametrize("engine", line_engines())
@pytest.mark.parametrize("width", [1, 33, 1023, 1024, 1025, 9000])
def test_a_line_of_any_length_gives_a_reading(engine: str, width: int) -> None:
    noise = np.random.default_rng(width).integers(0, 255, (32, width), dtype=np.uint8)
    reading = open_line_recogniser(engine).read_line(noise)
    assert 0.0 <= reading.confidence <= 1.0
    assert reading.text or reading.reason

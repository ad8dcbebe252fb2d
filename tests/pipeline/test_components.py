"""Marks are numbered and measured as OpenCV does, few or many."""

import cv2
import numpy as np
import pytest

from pipeline.components import components


@pytest.mark.parametrize(("share", "more"), [(0.002, False), (0.12, True)])
def test_the_same_as_opencv_finds_also_where_16_bits_do_not_number_them(share: float, more: bool) -> None:
    mask = np.asarray((np.random.default_rng(5).random((1500, 1200)) < share) * 255, np.uint8)
    expected = cv2.connectedComponentsWithStats(mask)
    found = components(mask)
    assert (found[0] > 65_535) == more
    assert found[0] == expected[0]
    for own, theirs in zip(found[1:], expected[1:], strict=True):
        np.testing.assert_array_equal(own, theirs)

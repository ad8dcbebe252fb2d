"""A form fits the part of the sheet that it is set on, in whatever style a printing house chooses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import PageShape, editions
from samples.blueprint import blueprint
from samples.layout import HEIGHT, set_page
from samples.style import draw_style

HALVES = [form.id for form in editions() if form.shape is PageShape.HALF]


@pytest.mark.parametrize("edition_id", HALVES)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_two_cases_a_page_keep_to_their_halves(edition_id: str, seed: int) -> None:
    form = blueprint(edition_id)
    page = set_page(form, draw_style(np.random.default_rng(seed), form), 72)
    upper, lower = page.rooms
    assert max(slot.area.bottom for slot in upper.slots.values()) < HEIGHT / 2
    assert min(slot.area.y for slot in lower.slots.values()) > HEIGHT / 2
    assert max(slot.area.bottom for slot in lower.slots.values()) < HEIGHT

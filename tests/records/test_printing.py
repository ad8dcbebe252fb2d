"""Pages of one book are printed alike: a page of another house is told, and nothing where no house printed most."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from records.printing import LEAST_LABELS, Printed, moved, printed_otherwise

LABELS = 24


def house(seed: int) -> Printed:
    """Return a form as one house prints it: every house has its own lines."""
    rng = np.random.default_rng(seed)
    return {f"label {n}": (float(rng.integers(80, 800)), 90.0 * n + float(rng.integers(0, 80))) for n in range(LABELS)}


def pictured(form: Printed, *, turn: float = 0.0, scale: float = 1.0, by: float = 0.0, seed: int = 0) -> Printed:
    """Return the form as a picture shows it: turned (degrees), of another size, shifted, read a little off."""
    rng = np.random.default_rng(seed)
    c, s = scale * math.cos(math.radians(turn)), scale * math.sin(math.radians(turn))
    noise = rng.normal(0, 1, (len(form), 2))
    return {
        name: (c * x - s * y + by + float(dx), s * x + c * y + by + float(dy))
        for (name, (x, y)), (dx, dy) in zip(form.items(), noise, strict=True)
    }


def book(*seeds: int) -> list[Sequence[Printed]]:
    return [[pictured(house(seed), turn=n % 3 - 1, scale=1 + n / 20, by=9 * n, seed=n)] for n, seed in enumerate(seeds)]


def test_how_a_page_lay_says_nothing_of_its_house() -> None:
    assert moved(house(1), pictured(house(1), turn=2, scale=0.7, by=40)) == 0
    assert printed_otherwise(book(*[1] * 9)) == []


def test_a_label_misread_and_a_number_not_read_move_no_page() -> None:
    page = dict(pictured(house(1)))
    for name in list(page)[::3]:
        page[name] = (page[name][0] + 30, page[name][1])  # it begins behind its number
    page["label 5"] = (0.0, 0.0)
    assert (moved(house(1), page) or 0) < 0.1


@pytest.mark.parametrize("seeds", [(1, 1, 2, 1), (1, 1, 1, 1, 1, 1, 1, 2), (2, 1, 1, 1, 3)])
def test_a_page_of_another_house_is_told(seeds: tuple[int, ...]) -> None:
    told = {i for group in printed_otherwise(book(*seeds)) for i in group}
    assert told == {i for i, seed in enumerate(seeds) if seed != 1}


def test_pages_of_one_other_house_are_told_together() -> None:
    assert printed_otherwise(book(1, 2, 1, 3, 1, 2, 1, 1, 1)) == [(1, 5), (3,)]


def test_where_no_house_printed_most_nothing_is_told() -> None:
    assert printed_otherwise(book(1, 2, 3, 4, 5, 6)) == []
    assert printed_otherwise(book(1, 1, 1, 2, 2, 2)) == []
    assert printed_otherwise(book(1, 1, 2)) == []  # too few to know which is the stranger
    assert printed_otherwise([]) == printed_otherwise([[], [], []]) == []


def test_forms_that_share_few_labels_do_not_compare() -> None:
    few = dict(list(house(2).items())[: LEAST_LABELS - 1])
    assert moved(house(1), few) is None
    assert printed_otherwise([*book(1, 1, 1, 1), [few]]) == []


def test_of_two_forms_on_a_page_one_tells_its_house() -> None:
    pages = [[page[0], pictured(house(1), by=2000)] for page in book(1, 1, 1, 1)]
    assert printed_otherwise([*pages, [pictured(house(1))], [pictured(house(2))]]) == [(5,)]

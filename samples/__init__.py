"""Believable synthetic register books with known truth, for the demo, the tests, training and benchmarks.

No page shows a real person, and every seal says *BẢN MẪU*. What ``truth.jsonl`` says: :mod:`samples.truth`.
"""

from samples.book import BookSample, make_book
from samples.fonts import HANDS, HELD_OUT, unusable
from samples.other_pages import make_other_pages
from samples.style import SETTINGS

__all__ = ["HANDS", "HELD_OUT", "SETTINGS", "BookSample", "make_book", "make_other_pages", "unusable"]

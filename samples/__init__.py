"""Believable synthetic register books with known truth, for the demo, the tests, training and benchmarks.

No page shows a real person, and every seal says *BẢN MẪU*. What ``truth.jsonl`` says: :mod:`samples.truth`.
"""

from samples.book import BookSample, make_book
from samples.fonts import HANDS, HELD_OUT, MORE_PRINTED, training_faces, unusable
from samples.lines import sample_line
from samples.register_text import field_text, register_text
from samples.style import SETTINGS

__all__ = [
    "HANDS",
    "HELD_OUT",
    "MORE_PRINTED",
    "SETTINGS",
    "BookSample",
    "field_text",
    "make_book",
    "register_text",
    "sample_line",
    "training_faces",
    "unusable",
]

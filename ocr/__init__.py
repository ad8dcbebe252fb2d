"""Reads: a page or a line crop becomes text with a confidence; and measures how well it does so."""

from ocr.engines import HANDWRITING, PRINT, line_engines, open_line_recogniser, open_page_recogniser
from ocr.evaluate import LineReport, evaluate_lines
from ocr.measure import Pair, Scores, score

__all__ = [
    "HANDWRITING",
    "PRINT",
    "LineReport",
    "Pair",
    "Scores",
    "evaluate_lines",
    "line_engines",
    "open_line_recogniser",
    "open_page_recogniser",
    "score",
]

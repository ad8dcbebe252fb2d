"""Turns master images into prepared pages, finds and reads their fields, and drafts entries.

The digitisation use case is :class:`Digitiser`; it runs in a plain loop or a stage at a time for a scheduler.
"""

from pipeline.confirmed import ConfirmedLine, confirmed_lines
from pipeline.decode import Limits
from pipeline.digitise import STAGES, Digitiser
from pipeline.evaluate import evaluate_book, evaluate_delivery
from pipeline.evaluate_pages import PagesReport, evaluate_pages
from pipeline.pictures import Pictures
from pipeline.readers import MakeReaders, Readers
from pipeline.reports import DeliveryReport, FailedPage, StageSummary
from pipeline.scoring import BookReport, FieldScore

__all__ = [
    "STAGES",
    "BookReport",
    "ConfirmedLine",
    "DeliveryReport",
    "Digitiser",
    "FailedPage",
    "FieldScore",
    "Limits",
    "MakeReaders",
    "PagesReport",
    "Pictures",
    "Readers",
    "StageSummary",
    "confirmed_lines",
    "evaluate_book",
    "evaluate_delivery",
    "evaluate_pages",
]

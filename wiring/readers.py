"""The readers a worker process uses, made there from names."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline import Readers


@dataclass(frozen=True, slots=True)
class ReaderMaker:
    """Makes the readers. Only names travel to the worker, and equal makers are one: readers are made once there."""

    written: str
    """Reader of handwriting by name; empty: the one that comes with the product."""
    forms: str = ""
    """Folder of the office's own editions; empty: none."""

    def __call__(self) -> "Readers":
        """Open all readers. Raises WrongUse for an unknown name, PartUnavailable where a programme or model lacks."""
        from classifiers import HeadingClassifier
        from forms import use_own
        from ocr import HANDWRITING, PRINT, open_line_recogniser, open_page_recogniser
        from pipeline import Readers

        if self.forms:
            use_own(Path(self.forms))
        return Readers(
            forms=open_page_recogniser(form=True),
            papers=open_page_recogniser(),
            printed=open_line_recogniser(PRINT),
            written=open_line_recogniser(self.written or HANDWRITING),
            classifier=HeadingClassifier(),
        )

"""The readers a page needs, handed to each worker process by a factory that can be pickled."""

from collections.abc import Callable
from dataclasses import dataclass

from records.ports import LineRecogniser, PageClassifier, PageRecogniser


@dataclass(frozen=True, slots=True)
class Readers:
    """One set of readers, used by one process."""

    forms: PageRecogniser
    """Reads scattered print between handwriting."""
    papers: PageRecogniser
    """Reads running print."""
    printed: LineRecogniser
    """Reads single printed lines: labels that stood too scattered."""
    written: LineRecogniser
    """Reads the values of fields."""
    classifier: PageClassifier


MakeReaders = Callable[[], Readers]
"""Makes the readers in a worker process: a function of a module, so that a name is all that travels."""

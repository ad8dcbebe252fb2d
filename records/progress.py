"""How a long piece of work tells how far it is, without knowing who listens."""

from typing import Protocol


class Progress(Protocol):
    """A listener: one *start* for each stretch of work, then *advance*, then *finish*.

    Calls come from one thread at a time. A listener never raises and never slows the work down.
    """

    def start(self, label: str, total: int) -> None:
        """Begin a stretch of *total* pieces (pages, cases); *label* is a short name for people."""
        ...

    def advance(self, n: int = 1) -> None:
        """Say that *n* more pieces are done."""
        ...

    def finish(self) -> None:
        """End the stretch, also when it ended early."""
        ...


class SilentProgress:
    """Listens to nothing."""

    def start(self, label: str, total: int) -> None:
        """Ignore the start of a stretch."""

    def advance(self, n: int = 1) -> None:
        """Ignore the pieces done."""

    def finish(self) -> None:
        """Ignore the end."""

"""Who does the work of a flow run: the house lent by the caller, or one opened from the environment."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from records.codes import DeliveryKind
from records.pages import Delivery, PageId
from records.progress import Progress, SilentProgress
from wiring import Settings, open_house, read_settings

if TYPE_CHECKING:
    from pipeline import DeliveryReport


class Digitising(Protocol):
    """What a flow asks of the digitiser."""

    @property
    def STAGES(self) -> Sequence[str]: ...  # noqa: N802 - a constant of the digitiser
    def intake(self, path: Path, kind: DeliveryKind, progress: Progress, authority: str = "") -> Delivery: ...
    def pending(self, delivery_id: str) -> Sequence[PageId]: ...
    def run_stage(self, stage: str, pages: Sequence[PageId], progress: Progress) -> Any: ...
    def report(self, delivery_id: str) -> "DeliveryReport": ...
    def close(self) -> None: ...


class Workplace(Protocol):
    """What a flow asks of the house."""

    @property
    def settings(self) -> Settings: ...
    @property
    def digitiser(self) -> Digitising: ...
    def project_delivery(self, delivery_id: str) -> object: ...


@dataclass(slots=True)
class Watched:
    """Listens for the flow's progress artifact and passes on to the listener of the caller."""

    listener: Progress = field(default_factory=SilentProgress)
    label: str = ""
    within: int = 0
    """Pieces done in the present stretch."""

    def start(self, label: str, total: int) -> None:
        """Begin a stretch."""
        self.label, self.within = label, 0
        self.listener.start(label, total)

    def advance(self, n: int = 1) -> None:
        """Count *n* pieces."""
        self.within += n
        self.listener.advance(n)

    def finish(self) -> None:
        """End the stretch."""
        self.listener.finish()


@dataclass(frozen=True, slots=True)
class Lent:
    """A house and a listener, for the length of a flow run."""

    house: Workplace
    progress: Watched


_lent: ContextVar[Lent | None] = ContextVar("lent", default=None)


@contextmanager
def lend(house: Workplace, progress: Progress) -> Iterator[None]:
    """Let flow runs of this context work in *house* and tell *progress*."""
    token = _lent.set(Lent(house, Watched(progress)))
    try:
        yield
    finally:
        _lent.reset(token)


def workplace() -> Lent:
    """Return what was lent. Raises LookupError outside a flow run."""
    found = _lent.get()
    if found is None:
        raise LookupError("no house was lent to this flow run")
    return found


@contextmanager
def at_work() -> Iterator[Lent]:
    """Work in what was lent; in a worker, where nobody lends, in one house of the environment's settings."""
    if found := _lent.get():
        yield found
        return
    with lend(open_house(read_settings()), SilentProgress()):
        yield workplace()

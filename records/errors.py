"""Errors of the house. Each has a stable code; people read the catalogue's words for that code.

Ports promise these and nothing else: an implementation translates its library's errors at its door.
"""

from enum import IntEnum
from typing import ClassVar

from records.messages import Message, message


class ExitCode(IntEnum):
    """How a command ends."""

    OK = 0
    NEEDS_PERSON = 1
    WRONG_USE = 2
    PART_MISSING = 3
    INTEGRITY = 4
    PROGRAMME_FAILED = 70
    """A mistake of the programme itself (EX_SOFTWARE of sysexits.h): apart from 1, which is an ordinary end."""


class KhongChoError(Exception):
    """Root of all errors; *code* names an entry of the message catalogue, *facts* fill its gaps."""

    exit_code: ClassVar[ExitCode] = ExitCode.NEEDS_PERSON

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(self.message().en)

    def message(self) -> Message:
        """Return the words for this error in Vietnamese and English."""
        return message(self.code, **self.facts)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.code, self.facts))


def _rebuild(kind: type[KhongChoError], code: str, facts: dict[str, object]) -> KhongChoError:
    return kind(code, **facts)


class WrongUse(KhongChoError):
    """What was asked cannot be done as asked: bad option, unknown key, state that forbids it."""

    exit_code = ExitCode.WRONG_USE


class StillOpen(KhongChoError):
    """Something has to be settled by a person before this can be done."""


class NotFound(KhongChoError):
    """The named thing does not exist."""

    exit_code = ExitCode.WRONG_USE


class Conflict(KhongChoError):
    """Somebody else changed the thing meanwhile; nothing was overwritten."""


class PartUnavailable(KhongChoError):
    """An outside part (server, programme, model, disk space) is missing or does not answer."""

    exit_code = ExitCode.PART_MISSING


class IntegrityError(KhongChoError):
    """Bytes, signatures or chains are not what they must be."""

    exit_code = ExitCode.INTEGRITY


class Unforeseen(KhongChoError):
    """The programme itself failed; told only at the outermost door, which keeps the traceback for the developers."""

    exit_code = ExitCode.PROGRAMME_FAILED


class PageError(KhongChoError):
    """One page cannot be taken; the batch goes on."""

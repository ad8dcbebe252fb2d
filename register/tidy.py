"""What comes in at the door: text that every database can hold, moments that have a zone; and its fingerprint."""

import datetime as dt
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from hashlib import sha256
from typing import Any, TypeVar, cast

from records.errors import WrongUse
from records.geometry import Polygon
from records.text import clean
from register.columns import dumps

T = TypeVar("T")

_OFFICE = dt.timezone(dt.timedelta(hours=7))  # Vietnam: UTC+7 all year


def now() -> dt.datetime:
    """Return this moment in UTC."""
    return dt.datetime.now(dt.UTC)


def shown(moment: dt.datetime) -> str:
    """Return a moment for people: ``dd/mm/yyyy HH:MM``, Vietnam time."""
    return moment.astimezone(_OFFICE).strftime("%d/%m/%Y %H:%M")


def tidy(value: T) -> T:
    """Return a record with all its text cleaned (NFC, nothing invisible) and all its moments in UTC.

    Raises WrongUse for a moment without a zone.
    """
    return cast(T, _tidy(value))


def _tidy(value: Any) -> Any:
    if isinstance(value, Enum | Polygon) or value is None:
        return value
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else clean(value)
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise WrongUse("LEDGER_TIME_WITHOUT_ZONE", moment=value)
        return value.astimezone(dt.UTC)
    if isinstance(value, tuple):
        return tuple(_tidy(part) for part in value)
    if isinstance(value, list):
        return [_tidy(part) for part in value]
    if isinstance(value, dict):
        return {_tidy(key): _tidy(part) for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _tidy(getattr(value, f.name)) for f in fields(value)})
    return value


def plain(value: object) -> object:
    """Return a record as JSON-able data: the form in which it is fingerprinted."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 1 and 1.0 are one number; a database may return either
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, frozenset):
        return sorted(str(plain(part)) for part in value)
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    raise WrongUse("LEDGER_NOT_JSON", detail=type(value).__name__)


def fingerprint(record: object) -> str:
    """Return the SHA-256 of a record's canonical JSON, in hexadecimal."""
    return sha256(dumps(plain(record)).encode()).hexdigest()

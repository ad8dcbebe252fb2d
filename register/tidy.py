"""What comes in at the door: text that every database can hold, moments that have a zone; and its fingerprint."""

import datetime as dt
from dataclasses import MISSING, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any, TypeVar, cast

from records.errors import WrongUse
from records.geometry import Polygon
from records.text import clean
from register.columns import dumps

T = TypeVar("T")

_AS_THEY_ARE = frozenset({int, float, bool, type(None), Polygon})
_JSON_ATOMS = frozenset({str, int, bool, type(None)})
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
    kind = type(value)
    if kind is str:
        return value if value.isascii() and value.isprintable() else clean(value)
    if kind in _AS_THEY_ARE or isinstance(value, Enum):
        return value
    if kind is tuple:
        return tuple(map(_tidy, value))
    if kind is list:
        return list(map(_tidy, value))
    if kind is dict:
        return {_tidy(key): _tidy(part) for key, part in value.items()}
    if kind is dt.datetime:
        if value.tzinfo is None:
            raise WrongUse("LEDGER_TIME_WITHOUT_ZONE", moment=value)
        return value.astimezone(dt.UTC)
    if is_dataclass(kind):
        return replace(value, **{name: _tidy(getattr(value, name)) for name in _names(kind)})
    return value


def plain(value: object) -> object:
    """Return a record as JSON-able data: the form in which it is fingerprinted.

    What stands at its default is left out, so that a record keeps its fingerprint when its type gains a field.
    """
    kind = type(value)
    if kind in _JSON_ATOMS:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value  # 1 and 1.0 are one number; a database may return either
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, frozenset):
        return sorted(str(plain(part)) for part in value)
    if isinstance(value, tuple | list):
        return list(map(plain, value))
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if is_dataclass(kind):
        parts = {name: getattr(value, name) for name in _names(kind)}
        defaults = _defaults(kind)
        return {name: plain(part) for name, part in parts.items() if name not in defaults or part != defaults[name]}
    raise WrongUse("LEDGER_NOT_JSON", detail=kind.__name__)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


@cache
def _defaults(kind: type) -> dict[str, object]:
    return {f.name: f.default for f in fields(kind) if f.default is not MISSING}


def fingerprint(record: object) -> str:
    """Return the SHA-256 of a record's canonical JSON, in hexadecimal."""
    return sha256(dumps(plain(record)).encode()).hexdigest()

"""Column types that keep the same thing on SQLite and PostgreSQL."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from records.errors import WrongUse

KEY = Text().with_variant(Text(collation="C"), "postgresql")
"""Identifiers: ordered by code point on both databases, whatever the server's locale."""


def dumps(value: object) -> str:
    """Return *value* as canonical JSON: sorted keys, no spaces, characters as they are.

    Raises WrongUse for what JSON cannot hold (NaN, infinity, arrays of a library).
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise WrongUse("LEDGER_NOT_JSON", detail=error) from error


class Json(TypeDecorator[object]):
    """Canonical JSON as text: byte for byte the same on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        return None if value is None else dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        return None if value is None else json.loads(value)


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment, always with its zone, always UTC: ``timestamptz`` on PostgreSQL, ISO 8601 text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = TIMESTAMP(timezone=True) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | str | None:
        if value is None:
            return None
        utc = value.astimezone(dt.UTC)
        return utc if dialect.name == "postgresql" else utc.isoformat(timespec="microseconds")

    def process_result_value(self, value: dt.datetime | str | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(dt.UTC)

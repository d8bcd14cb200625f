"""Column types: times, spans, and text that never holds a known secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from workshop_tui.printable import own_words
from workshop_tui.redaction import mask

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def clean(text: str) -> str:
    """The text as it is stored: known secrets masked, without what steers a terminal or UTF-8 cannot hold."""
    return mask(own_words(text))


def clean_tree(value: object) -> object:
    """The same for every text in what JSON can hold."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean_tree(key): clean_tree(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [clean_tree(part) for part in value]
    return value


def json_text(value: object) -> str:
    """Dataclasses, enums and whatever else JSON can hold, cleaned, as compact text."""
    return msgspec.json.encode(clean_tree(msgspec.to_builtins(value))).decode()


def microseconds(at: datetime) -> int:
    """Since 1970, as an aware time is stored."""
    return (at - _EPOCH) // _MICROSECOND


class UtcTime(TypeDecorator[datetime]):
    """An aware time as integer microseconds since 1970, in UTC."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        return microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


class Span(TypeDecorator[timedelta]):
    """A duration as integer microseconds."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else value // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else value * _MICROSECOND


class Words(TypeDecorator[str]):
    """Text from people and from outside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class Json(TypeDecorator[object]):
    """Anything that JSON can hold, as compact text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object | None, dialect: Dialect) -> str:
        return json_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        return None if value is None else msgspec.json.decode(value)

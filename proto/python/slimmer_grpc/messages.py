"""Puts what callers give into messages, and says what can't be put there. Lengths are for the server to judge."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Callable, Iterator, Mapping, MutableMapping, NamedTuple, Tuple, Union

from google.protobuf.timestamp_pb2 import Timestamp

from . import main_pb2
from .errors import FieldProblem, invalid_input


class Sensor(NamedTuple):
    """A sensor; all three parts together are its key within its system."""

    category: str
    """What kind it is ("door"). 1 to 64 characters."""
    name: str
    """Where it is, or what people call it. 1 to 128 characters."""
    identity: str
    """Its address, serial number, or whatever else tells it from others. 1 to 256 characters."""


SensorLike = Union[Sensor, Tuple[str, str, str]]
Check = Callable[..., None]


@contextmanager
def checked() -> Iterator[Check]:
    """Lets `check(field, action, *args)` collect what actions raise; after the block all of it is one InvalidInput."""
    problems: list[FieldProblem] = []

    def check(field: str, action: Callable[..., object], *args: object) -> None:
        try:
            action(*args)
        except (TypeError, ValueError, OverflowError) as error:
            problems.append(FieldProblem(field, str(error)))

    yield check
    if problems:
        raise invalid_input(problems)


def text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"is {value!r}, and must be a str")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("has half a surrogate pair, which is no character") from None
    return value


def put_sensor(entity: main_pb2.SystemEntity, sensor: SensorLike) -> None:
    if not isinstance(sensor, tuple) or len(sensor) != 3:
        raise TypeError(f"is {sensor!r}, and must be a Sensor")
    for field, value in zip(Sensor._fields, sensor):
        try:
            setattr(entity, field, text(value))
        except (TypeError, ValueError) as error:
            raise ValueError(f"has a {field} that {error}") from None


def put_texts(target: MutableMapping[str, str], texts: Mapping[str, str]) -> None:
    if not isinstance(texts, Mapping):
        raise TypeError(f"is {texts!r}, and must be a dict")
    for key, value in texts.items():
        try:
            target[text(key)] = text(value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"has an entry {key!r} that {error}") from None


def put_time(timestamp: Timestamp, moment: datetime) -> None:
    if not isinstance(moment, datetime):
        raise TypeError(f"is {moment!r}, and must be a datetime")
    if moment.tzinfo is None:
        raise ValueError("has no time zone; use datetime.now(timezone.utc), or .astimezone()")
    timestamp.FromDatetime(moment.astimezone(timezone.utc))


def put_unix_ns(timestamp: Timestamp, unix_ns: int) -> None:
    """Kept to the microsecond, like all of slimmer's times."""
    timestamp.FromMicroseconds(unix_ns // 1_000)

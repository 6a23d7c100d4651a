"""A run of a system, and what its sensors do."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from types import TracebackType
from typing import Mapping, NamedTuple, Optional

from . import main_pb2
from .calls import Calls
from .errors import Closed, FieldProblem, NotSlimmer, SlimmerError, invalid_input
from .messages import (
    SensorLike,
    checked,
    put_sensor,
    put_texts,
    put_time,
    put_unix_ns,
    text,
)
from .uuid7 import uuid7


class Stored(NamedTuple):
    """What became of an activation: it is committed, once."""

    activation_id: str
    """The id of its row, a UUIDv7."""
    duplicate: bool
    """An earlier attempt had stored it, and only its answer was lost."""
    unregistered: bool
    """The sensor is not in the list of the run; it is stored all the same."""
    clock_suspect: bool
    """This machine's clock can't be right; it is shown at the time the server received it."""


class Run:
    """A registered run; `Client.run` makes it. Every method may be used by many threads at once.

    As a context manager it ends the run after the block. Where an exception leaves the block it does not: then nobody
    ended the run on purpose, and slimmer is to notice the silence.
    """

    run_id: str
    """A UUIDv7, made once."""

    def __init__(
        self, calls: Calls, request: main_pb2.SystemRun, retry_for: Optional[float]
    ) -> None:
        self.run_id = request.run_id
        self._calls = calls
        self._request = request
        self._retry_for = retry_for
        self._lock = threading.Lock()
        self._seq = 0
        self._is_ended = False

    @property
    def is_ended(self) -> bool:
        """Whether `end` was called."""
        return self._is_ended

    def fire(
        self,
        sensor: SensorLike,
        attributes: Optional[Mapping[str, str]] = None,
        occurred_at: Optional[datetime] = None,
    ) -> Stored:
        """Records that a sensor triggered. Blocks until the activation is committed, or raises.

        Its id, its time and its number in the run (1, 2, 3 …) are made now and stay the same in every attempt. What
        raises leaves a hole in the numbers, which the server can see: it did happen, and it may not be stored.

        Args:
            sensor: a Sensor, or its three parts. One that `Client.run` did not list is stored all the same.
            attributes: anything to keep with it. At most 16; keys of 1 to 64 characters, values of at most 256.
            occurred_at: when it triggered, to the microsecond; with a time zone. Default: now.

        Raises:
            InvalidInput: something breaks a rule; `fields` names all of it.
            ServerAway: not taken in `retry_for` seconds. It may be stored or not: `resend(error.activation)` makes sure.
            Refused, AccessDenied, NotSlimmer: see there. It is stored only if an earlier attempt did, whose answer was
                lost; `resend` tells that too.
            Closed: the run has ended or the client was closed. What was under way may be stored or not.
        """
        if self._is_ended:
            raise Closed(f"the run {self.run_id} has ended")
        now_ns = time.time_ns()
        activation = main_pb2.Activation(
            system_id=self._request.system_id, run_id=self.run_id, activation_id=uuid7(now_ns)
        )
        with checked() as check:
            check("sensor", put_sensor, activation.entity, sensor)
            check("attributes", put_texts, activation.attributes, attributes or {})
            if occurred_at is None:
                put_unix_ns(activation.occurred_at, now_ns)
            else:
                check("occurred_at", put_time, activation.occurred_at, occurred_at)
        with self._lock:
            self._seq += 1
            activation.seq = self._seq
        return self.resend(activation)

    def resend(self, activation: Optional[main_pb2.Activation]) -> Stored:
        """Sends an activation again that an error of `fire` carries; it is stored once, however often it is sent.

        Also after the run has ended, and in a later run of the same system. Raises what `fire` raises, and InvalidInput
        for the None of an error that carries none.
        """
        if activation is None:
            raise invalid_input([FieldProblem("activation", "is None: there was nothing to send")])
        try:
            reply: main_pb2.ActivationResponse = self._calls.call(
                self._calls.stub.new_activation,
                activation,
                retry_for=self._retry_for,
                heal=self.register if activation.run_id == self.run_id else None,
            )
            if not reply.success or reply.activation_id != activation.activation_id:
                raise NotSlimmer(
                    f"{self._calls.address} did not answer with the activation's id, so it can't tell a retry from a "
                    "second activation; it may be a server of 2018"
                )
        except SlimmerError as error:
            error.activation = activation
            raise
        return Stored(reply.activation_id, reply.duplicate, reply.unregistered, reply.clock_suspect)

    def end(self, reason: str = "") -> None:
        """Ends the run on purpose: the silence that follows is none. Does nothing when the run has ended before.

        Args:
            reason: for people ("maintenance"). At most 256 characters.

        Raises:
            InvalidInput, ServerAway, Refused, AccessDenied, Closed: see `fire`. The run has not ended then.
        """
        if self._is_ended:
            return
        request = main_pb2.SystemRunEnd(system_id=self._request.system_id, run_id=self.run_id)
        with checked() as check:
            check("reason", put_reason, request, reason)
        put_unix_ns(request.ended_at, time.time_ns())
        self._calls.call(
            self._calls.stub.end_system_run,
            request,
            retry_for=self._retry_for,
            heal=self.register,
        )
        self._is_ended = True

    def register(self, retry_for: Optional[float]) -> None:
        """Tells the server of the run: when it begins, and whenever the server has lost it. Needs no call of yours."""
        reply: main_pb2.SystemRunResponse = self._calls.call(
            self._calls.stub.new_system_run, self._request, retry_for=retry_for
        )
        if reply.run_id != self.run_id:
            raise NotSlimmer(
                f"{self._calls.address} has chosen a run_id of its own, so retries are not safe; it may be a server of "
                "2018"
            )

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if kind is None:
            self.end()


def put_reason(request: main_pb2.SystemRunEnd, reason: str) -> None:
    request.reason = text(reason)

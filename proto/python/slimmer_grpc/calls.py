"""One call, with as many attempts as its time allows."""

from __future__ import annotations

import random
import threading
import time
from typing import Callable, Optional, TypeVar

import grpc
from google.protobuf.message import Message

from . import main_pb2_grpc
from .errors import Closed
from .refusal import read_refusal

Reply = TypeVar("Reply")
Heal = Callable[[Optional[float]], object]

FIRST_WINDOW = 0.1
MAX_WINDOW = 5.0  # seconds, like all times here
# The end of the time is kept for one more attempt: a server that is back by then is not missed.
LAST_ATTEMPT = 0.2
# The server has lost the run, or the system with all its runs: an older backup, an empty database.
HEALABLE = ("RUN_UNKNOWN", "SYSTEM_UNKNOWN")


class Calls:
    """The calls of one client. Every method may be used by many threads at once."""

    def __init__(
        self,
        channel: grpc.Channel,
        *,
        address: str,
        token: Callable[[], Optional[str]],
        timeout: float,
    ) -> None:
        # Without types, like all that protoc makes for services: who calls says what is answered.
        self.stub = main_pb2_grpc.MainStub(channel)  # type: ignore[no-untyped-call]
        self.address = address
        self._channel = channel
        self._token = token
        self._timeout = timeout
        self._closed = threading.Event()

    def call(
        self,
        method: Callable[..., Reply],
        request: Message,
        *,
        retry_for: Optional[float],
        heal: Optional[Heal] = None,
    ) -> Reply:
        """Sends `request` until it is answered, refused for good, or `retry_for` seconds are over (None: no limit).

        The request is the same in each attempt, ids included; that is what makes repeating it safe. `heal` registers
        the run of the request again; it gets the seconds that are left.
        """
        began = time.monotonic()
        attempts = 0
        is_healed = False
        while True:
            left = None if retry_for is None else began + retry_for - time.monotonic()
            try:
                return self._attempt(method, request, self._deadline(attempts, left))
            except grpc.RpcError as error:
                if self._closed.is_set():
                    raise self._closed_error() from error
                attempts += 1
                seconds = time.monotonic() - began
                left = None if retry_for is None else retry_for - seconds
                refusal = read_refusal(error)
                can_heal = heal is not None and refusal.reason in HEALABLE
                if heal is not None and can_heal and not is_healed:
                    heal(left)
                    is_healed = True
                    continue
                if not can_heal and not refusal.retryable:
                    raise refusal.error(self.address) from error
                pause = pause_before_next(attempts, left, refusal.retry_after)
                if pause is None:
                    raise refusal.away(self.address, attempts, seconds) from error
            if self._closed.wait(pause):
                raise self._closed_error()
            # What was lost once may be lost again, behind a balancer whose servers don't agree yet.
            is_healed = False

    def close(self) -> None:
        """Ends what is under way, with Closed. May be called again."""
        self._closed.set()
        self._channel.close()

    def _deadline(self, attempts: int, left: Optional[float]) -> float:
        if attempts == 0 or left is None:
            return self._timeout
        return min(self._timeout, max(left, LAST_ATTEMPT))

    def _attempt(self, method: Callable[..., Reply], request: Message, timeout: float) -> Reply:
        token = self._token()
        metadata = [] if token is None else [("authorization", f"Bearer {token}")]
        if self._closed.is_set():
            raise self._closed_error()
        try:
            return method(request, timeout=timeout, metadata=metadata)
        except ValueError as error:
            # What a channel says that was closed between the line above and this call.
            if self._closed.is_set():
                raise self._closed_error() from error
            raise

    def _closed_error(self) -> Closed:
        return Closed(f"the client of {self.address} is closed")


def pause_before_next(
    attempts: int, left: Optional[float], retry_after: Optional[float]
) -> Optional[float]:
    """Seconds to wait after so many failed attempts, or None where no time is left for another one.

    Full jitter: anything from 0 to a window that doubles, so that a thousand clients of a server that comes back don't
    come at once. A pause that the server asked for is kept, and the jitter added to it.
    """
    window = min(MAX_WINDOW, FIRST_WINDOW * 2 ** min(attempts - 1, 16))
    least = retry_after or 0.0
    pause = least + random.uniform(0, window)
    if left is None:
        return pause
    latest = left - LAST_ATTEMPT
    return None if latest <= 0 or least > latest else min(pause, latest)

"""Every way the client says no."""

from __future__ import annotations

from typing import NamedTuple, Optional, Sequence

import grpc

from . import main_pb2


class FieldProblem(NamedTuple):
    """One rule that one field breaks."""

    field: str
    """A path, for example `entity.name`."""
    problem: str
    """A sentence without its subject, for example `is empty`."""


class SlimmerError(Exception):
    """The base of all errors of this package. `str(error)` is a sentence for the person who must act."""

    retryable = False
    """Whether the same call may succeed later without a change."""

    def __init__(
        self,
        message: str,
        *,
        code: Optional[grpc.StatusCode] = None,
        reason: str = "",
        fields: Sequence[FieldProblem] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        """The gRPC status of the last attempt; None where no server was asked."""
        self.reason = reason
        """The server's reason, one of docs/errors.md ("RUN_UNKNOWN"); empty where it gave none."""
        self.fields = tuple(fields)
        """Every field that is wrong; for `InvalidInput`."""
        self.activation: Optional[main_pb2.Activation] = None
        """What `Run.fire` was sending, for `Run.resend`; None for other calls."""


class InvalidInput(SlimmerError):
    """Arguments break rules; `fields` names every one."""


class Refused(SlimmerError):
    """The server refuses this for good; `reason` and the message say why. This attempt is not stored."""


class ServerAway(SlimmerError):
    """No server has taken it in time: none was reached, or it had too much to do, or its database was away.

    It may be stored all the same: an answer can be lost. Repeat an activation with `Run.resend`, which stores it once.
    """

    retryable = True


class NotSlimmer(SlimmerError):
    """Something answers at the address, but not as slimmer does, or it is a slimmer without what this client needs."""


class AccessDenied(SlimmerError):
    """The server does not accept the token or the certificate."""


class Closed(SlimmerError):
    """The client was closed, or the run has ended. A call that was under way may be stored or not."""


def invalid_input(fields: Sequence[FieldProblem]) -> InvalidInput:
    """All problems in one error, each in the message too."""
    return InvalidInput("; ".join(f"{field} {problem}" for field, problem in fields), fields=fields)

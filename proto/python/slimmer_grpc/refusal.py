"""What a failed call says: its status, and the details in its trailers."""

from __future__ import annotations

from typing import NamedTuple, Optional, cast

import grpc
from google.protobuf.message import DecodeError

from . import error_details_pb2
from .errors import (
    AccessDenied,
    FieldProblem,
    InvalidInput,
    NotSlimmer,
    Refused,
    ServerAway,
    SlimmerError,
    invalid_input,
)

# The classes of the OTLP specification. RESOURCE_EXHAUSTED is one only where the server says when to come again.
RETRYABLE = {
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DATA_LOSS,
}
ERRORS = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidInput,
    grpc.StatusCode.UNAUTHENTICATED: AccessDenied,
    grpc.StatusCode.PERMISSION_DENIED: AccessDenied,
    grpc.StatusCode.UNIMPLEMENTED: NotSlimmer,
}


class Refusal(NamedTuple):
    code: grpc.StatusCode
    message: str
    reason: str
    """Empty where the answer has no details of slimmer's."""
    fields: tuple[FieldProblem, ...]
    retry_after: Optional[float]
    """Seconds that the server asks to wait; None where it doesn't ask."""

    @property
    def retryable(self) -> bool:
        if self.code is grpc.StatusCode.RESOURCE_EXHAUSTED:
            return self.retry_after is not None
        if self.code is grpc.StatusCode.INTERNAL:
            # No defect of slimmer, which has details, but an answer that a proxy could end only by resetting it.
            return not self.reason and "RST_STREAM" in self.message
        return self.code in RETRYABLE

    def error(self, address: str) -> SlimmerError:
        """For a refusal that is final."""
        if self.fields:
            error: SlimmerError = invalid_input(self.fields)
            error.code, error.reason = self.code, self.reason
            return error
        said = f"{self.reason or self.code.name}: {self.message or 'no reason given'}"
        return ERRORS.get(self.code, Refused)(
            f"{address} refuses: {said}", code=self.code, reason=self.reason
        )

    def away(self, address: str, attempts: int, seconds: float) -> ServerAway:
        """For one that outlasted all attempts."""
        times = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        said = f"{self.reason or self.code.name}: {self.message or 'no reason given'}"
        return ServerAway(
            f"{address} did not take it in {times} within {seconds:.1f} s; the last one met {said}",
            code=self.code,
            reason=self.reason,
        )


def read_refusal(error: grpc.RpcError) -> Refusal:
    """Reads what a stub raised. Details that can't be read are as good as none."""
    call = cast(grpc.Call, error)  # what a stub raises is both
    code, message = call.code(), call.details() or ""
    try:
        return Refusal(code, message, *_read_details(call))
    except DecodeError:
        return Refusal(code, message, "", (), None)


def _read_details(
    call: grpc.Call,
) -> tuple[str, tuple[FieldProblem, ...], Optional[float]]:
    reason = ""
    fields: tuple[FieldProblem, ...] = ()
    retry_after = None
    for key, value in call.trailing_metadata() or ():
        if key != "grpc-status-details-bin" or isinstance(value, str):
            continue
        for detail in error_details_pb2.Status.FromString(value).details:
            kind = detail.type_url.rpartition("/")[2]
            if kind == "google.rpc.ErrorInfo":
                info = error_details_pb2.ErrorInfo.FromString(detail.value)
                # A proxy on the way may have reasons of its own.
                reason = info.reason if info.domain == "slimmer" else ""
            elif kind == "google.rpc.BadRequest":
                wrong = error_details_pb2.BadRequest.FromString(detail.value).field_violations
                fields = tuple(FieldProblem(one.field, one.description) for one in wrong)
            elif kind == "google.rpc.RetryInfo":
                delay = error_details_pb2.RetryInfo.FromString(detail.value).retry_delay
                retry_after = max(0.0, delay.seconds + delay.nanos / 1e9)
    return reason, fields, retry_after

"""The wire contract of slimmer, and a small client for it.

`get_client` is the door to the client. The messages of the contract are in `slimmer_grpc.main_pb2` (what systems
tell) and `slimmer_grpc.reader_pb2` (what can be asked), the bare stubs in `slimmer_grpc.main_pb2_grpc` and `slimmer_grpc.reader_pb2_grpc`.
"""

from .client import Client, get_client
from .errors import (
    AccessDenied,
    Closed,
    FieldProblem,
    InvalidInput,
    NotSlimmer,
    Refused,
    ServerAway,
    SlimmerError,
)
from .messages import Sensor
from .run import Run, Stored

__all__ = [
    "AccessDenied",
    "Client",
    "Closed",
    "FieldProblem",
    "InvalidInput",
    "NotSlimmer",
    "Refused",
    "Run",
    "Sensor",
    "ServerAway",
    "SlimmerError",
    "Stored",
    "get_client",
]

"""The door of the client: `get_client`.

It is synchronous and small, and promises this: what `Run.fire` has returned from is committed on the server, once. What
it does not do: it keeps nothing on the disk (the TypeScript SDK does), so what was not acknowledged when the process
ends is lost; it has no threads, so nothing is sent but by a call of yours, no sign of life either.
"""

from __future__ import annotations

import socket
import time
import uuid
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, Iterable, Mapping, Optional, Sequence

from . import main_pb2
from .calls import Calls
from .channel import Token, open_channel, token_source
from .errors import NotSlimmer, Refused
from .messages import SensorLike, checked, put_sensor, put_texts, put_unix_ns, text
from .run import Run
from .uuid7 import uuid7


def get_client(
    address: str,
    system_id: str,
    *,
    token: Optional[Token] = None,
    token_file: Optional[str] = None,
    tls: Optional[bool] = None,
    ca_file: Optional[str] = None,
    cert_file: Optional[str] = None,
    key_file: Optional[str] = None,
    server_name: Optional[str] = None,
    timeout: float = 5.0,
    retry_for: Optional[float] = 60.0,
    connect_for: Optional[float] = 5.0,
    channel_options: Sequence[tuple[str, Any]] = (),
) -> Client:
    """Connects to a server and checks, by an echo, that it is one.

    Args:
        address: `host:port`, `[::1]:port`, `dns:///host:port`, `unix:/path` or `xds:///name`.
        system_id: the system that this client speaks for (an alarm panel, a gateway, a site). 1 to 128 characters.
        token: sent as `authorization: Bearer …`; a function is asked before each attempt, and what it raises ends the
            call. Default: none.
        token_file: a file with the token, read again before each attempt. Not together with `token`.
        tls: True for TLS, False for none. Default: TLS where one of the four below is given, else none; and
            then a token is sent to addresses of this machine only.
        ca_file: the authorities to trust, in PEM. Default: those that grpcio brings along, not those of the system;
            GRPC_DEFAULT_SSL_ROOTS_FILE_PATH in the environment names others.
        cert_file: a certificate for this client, in PEM; with `key_file`.
        key_file: its key, in PEM.
        server_name: the name in the server's certificate, where the address has another or none.
        timeout: the deadline of each attempt, in seconds.
        retry_for: how long one call goes on with its attempts, in seconds; None for ever, 0 for one attempt. It takes
            that long at most, or `timeout` where that is longer; one more `timeout` where the server has lost the run.
        connect_for: the same for the first echo: a wrong address had better be known soon.
        channel_options: more options for the channel of grpcio, as (name, value).

    Raises:
        InvalidInput: an argument breaks a rule; `fields` names all of them.
        ServerAway: nothing has answered for `connect_for` seconds.
        NotSlimmer: what answers sends no echo.
        AccessDenied: the server does not accept the token or the certificate.
    """
    with checked() as check:
        check("system_id", _filled, system_id)
        check("timeout", _seconds, timeout, 0.001)
        check("retry_for", _seconds, 0 if retry_for is None else retry_for, 0)
        check("connect_for", _seconds, 0 if connect_for is None else connect_for, 0)
    source = token_source(token, token_file)
    channel = open_channel(
        address,
        tls=tls,
        ca_file=ca_file,
        cert_file=cert_file,
        key_file=key_file,
        server_name=server_name,
        has_token=token is not None or token_file is not None,
        options=channel_options,
    )
    calls = Calls(channel, address=address, token=source, timeout=timeout)
    try:
        _require_echo(calls, connect_for)
    except BaseException:
        calls.close()
        raise
    return Client(calls, system_id, retry_for)


class Client:
    """What `get_client` returns. Every method may be used by many threads at once.

    As a context manager it is closed after the block.
    """

    def __init__(self, calls: Calls, system_id: str, retry_for: Optional[float]) -> None:
        self.system_id = system_id
        """That of `get_client`."""
        self._calls = calls
        self._retry_for = retry_for
        self._run: Optional[Run] = None

    def run(
        self,
        sensors: Iterable[SensorLike],
        *,
        labels: Optional[Mapping[str, str]] = None,
        silent_after: Optional[float] = None,
    ) -> Run:
        """Starts a run of the system, and registers its sensors. It supersedes the system's open run.

        Blocks until the server has it. Should the server lose it (a restored backup), the calls of the run register it
        again, with the same id.

        Args:
            sensors: those that are connected, each once; at most 10,000.
            labels: anything to say about the run (site, firmware). At most 16; keys of 1 to 64 characters, values of at
                most 256.
            silent_after: seconds without a sign of life before the system counts as silent; 1 to 31,622,400 (366 days).
                Default: the server's.

        Raises:
            InvalidInput, ServerAway, Refused, AccessDenied, NotSlimmer, Closed: see `Run.fire`.
        """
        now_ns = time.time_ns()
        request = main_pb2.SystemRun(system_id=self.system_id, run_id=uuid7(now_ns))
        with checked() as check:
            for index, sensor in enumerate(sensors):
                check(f"sensors[{index}]", put_sensor, request.entities.add(), sensor)
            check("labels", put_texts, request.labels, labels or {})
            check("silent_after", _put_silence, request, silent_after)
        put_unix_ns(request.started_at, now_ns)
        request.client.name = "slimmer-grpc for Python"
        request.client.version = _version()
        request.client.host = socket.gethostname()[:128]
        run = Run(self._calls, request, self._retry_for)
        run.register(self._retry_for)
        self._run = run
        return run

    def ping(self) -> Optional[datetime]:
        """Gives the latest run's sign of life, and checks the echo. A system that seldom fires had better ping.

        Returns:
            The server's clock; None where no run is open, for then it is an echo and nothing more.

        Raises:
            ServerAway, Refused, AccessDenied, NotSlimmer, Closed: see `Run.fire`.
        """
        run = self._run
        if run is None or run.is_ended:
            _require_echo(self._calls, self._retry_for)
            return None
        ping = main_pb2.Ping(message=str(uuid.uuid4()), system_id=self.system_id, run_id=run.run_id)
        pong: main_pb2.Pong = self._calls.call(
            self._calls.stub.ping, ping, retry_for=self._retry_for, heal=run.register
        )
        _check_echo(self._calls.address, ping, pong)
        return pong.server_time.ToDatetime(timezone.utc)

    def close(self) -> None:
        """Closes the connection; calls of other threads end with Closed. Ends no run. May be called again."""
        self._calls.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()


def _require_echo(calls: Calls, retry_for: Optional[float]) -> None:
    ping = main_pb2.Ping(message=str(uuid.uuid4()))
    try:
        pong: main_pb2.Pong = calls.call(calls.stub.ping, ping, retry_for=retry_for)
    except Refused as error:
        if error.reason:
            raise
        # slimmer gives a reason with every refusal.
        raise NotSlimmer(str(error), code=error.code) from error
    _check_echo(calls.address, ping, pong)


def _check_echo(address: str, ping: main_pb2.Ping, pong: main_pb2.Pong) -> None:
    if pong.message != ping.message:
        raise NotSlimmer(
            f"{address} answered the ping {ping.message!r} with {pong.message!r}, and must send it back; is it slimmer?"
        )


def _filled(value: str) -> None:
    if not text(value):
        raise ValueError("is empty")


def _seconds(value: float, least: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
        raise ValueError(f"is {value!r}, and must be seconds, {least} or more")


def _put_silence(request: main_pb2.SystemRun, seconds: Optional[float]) -> None:
    if seconds is None:
        return
    _seconds(seconds, 1)
    request.silent_after.FromMicroseconds(round(seconds * 1_000_000))


def _version() -> str:
    try:
        return version("slimmer-grpc")
    except PackageNotFoundError:  # its folder is on the path, but it was never installed
        return ""

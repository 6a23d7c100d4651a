"""Opens the way to the server, and knows what may travel on it."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Any, Callable, Optional, Sequence, Union

import grpc

from .errors import FieldProblem, invalid_input

Token = Union[str, Callable[[], str]]

HOST_AND_PORT = re.compile(r"(\[[^\[\]]+\]|[^:/\[\]]+):\d{1,5}")
# Names of grpc's resolvers; anything else before "://" is not for it.
RESOLVED = re.compile(r"(dns|ipv4|ipv6|unix|unix-abstract|vsock|xds):.+")
TOKEN = re.compile(r"[!-~]+")

OPTIONS = (
    # A peer that vanished without a word is noticed within 45 s, even while nothing is sent.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 15_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # The default stops the keepalive after two pings without data.
    ("grpc.http2.max_pings_without_data", 0),
    # How often a call may be retried is decided in calls.py; by default the channel would wait for up to two minutes
    # between two connections, and fail all calls at once meanwhile.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    # Else all clients of a process share one connection to a server, and its back-off.
    ("grpc.use_local_subchannel_pool", 1),
    # The answer to a registration names the sensors that came and went: two lists of 10,000.
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
)


def open_channel(
    address: str,
    *,
    tls: Optional[bool],
    ca_file: Optional[str],
    cert_file: Optional[str],
    key_file: Optional[str],
    server_name: Optional[str],
    has_token: bool,
    options: Sequence[tuple[str, Any]],
) -> grpc.Channel:
    """Checks everything before it opens anything. Raises InvalidInput with all problems."""
    files = {"ca_file": ca_file, "cert_file": cert_file, "key_file": key_file}
    named = [name for name, value in {**files, "server_name": server_name}.items() if value]
    is_secure = bool(tls or (tls is None and named))
    problems = _address_problems(address)
    if tls is False and named:
        problems.append(FieldProblem("tls", f"is False, which excludes {', '.join(named)}"))
    if bool(cert_file) != bool(key_file):
        problems.append(FieldProblem("cert_file", "and key_file belong together; one is missing"))
    if has_token and tls is None and not is_secure and not problems and not is_local(address):
        problems.append(
            FieldProblem(
                "token",
                f"would travel to {address} in clear text; set tls=True, or tls=False to allow it",
            )
        )
    if problems:
        raise invalid_input(problems)
    contents = {name: _read(name, path, problems) for name, path in files.items()}
    if problems:
        raise invalid_input(problems)
    if not is_secure:
        return grpc.insecure_channel(address, [*OPTIONS, *options])
    names = ("grpc.ssl_target_name_override", "grpc.default_authority")
    overrides = [(name, server_name) for name in names if server_name]
    credentials = grpc.ssl_channel_credentials(
        contents["ca_file"], contents["key_file"], contents["cert_file"]
    )
    return grpc.secure_channel(address, credentials, [*OPTIONS, *overrides, *options])


def is_local(address: str) -> bool:
    """Whether what is sent there stays on this machine."""
    scheme, _, rest = address.rpartition("://") if "://" in address else address.partition(":")
    if scheme in ("unix", "unix-abstract"):
        return True
    target = rest if scheme in ("dns", "ipv4", "ipv6") else address
    host = target.rpartition("/")[2].rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def token_source(token: Optional[Token], token_file: Optional[str]) -> Callable[[], Optional[str]]:
    """What is asked before each attempt; a file is read again each time, so that a new token needs no restart."""
    if token is not None and token_file is not None:
        raise invalid_input([FieldProblem("token", "and token_file exclude each other")])
    if token_file is not None:
        path = Path(token_file)
        source: Callable[[], Optional[str]] = lambda: _token("token_file", _read_token(path))
    elif callable(token):
        ask = token
        source = lambda: _token("token", ask())
    else:
        source = lambda: None if token is None else _token("token", token)
    if not callable(token):
        source()  # a file that isn't there, or a token that is none, had better be known now
    return source


def _token(field: str, text: str) -> str:
    if isinstance(text, str) and TOKEN.fullmatch(text.strip()):
        return text.strip()
    # Its text stays secret.
    raise invalid_input(
        [FieldProblem(field, "is empty, or has characters that a header can't hold")]
    )


def _read_token(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise invalid_input([FieldProblem("token_file", f"can't be read: {error}")]) from error


def _address_problems(address: str) -> list[FieldProblem]:
    if isinstance(address, str):
        if RESOLVED.fullmatch(address) or HOST_AND_PORT.fullmatch(address):
            return []
    return [FieldProblem("address", f"is {address!r}; it must be like grpc.example.org:443")]


def _read(field: str, path: Optional[str], problems: list[FieldProblem]) -> Optional[bytes]:
    if not path:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        problems.append(FieldProblem(field, f"can't be read: {error}"))
        return None

"""What the tests of the Python package do with its client.

    python package_client.py SCENARIO ADDRESS [ARGUMENT...]

Prints one line of JSON: what the scenario returned. An error of the client is reported, not raised.
"""

import json
import os
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

import slimmer_grpc
from slimmer_grpc import Sensor, SlimmerError, get_client
from slimmer_grpc.main_pb2 import Activation

DOOR = Sensor("door", "front door", "door-1")
BOILER = Sensor("temperature", "boiler", "boiler-1")
UNLISTED = Sensor("door", "back door", "door-2")


def attempt(action):
    """What a caller can learn from an error, and how long it took."""
    began = time.monotonic()
    try:
        value = action()
    except SlimmerError as error:
        return {
            "error": type(error).__name__,
            "message": str(error),
            "code": error.code and error.code.name,
            "reason": error.reason,
            "fields": [field for field, _ in error.fields],
            "retryable": error.retryable,
            "activation_id": error.activation and error.activation.activation_id,
            "seconds": time.monotonic() - began,
        }
    return {"value": value, "seconds": time.monotonic() - began}


def connect(address, system_id="greenhouse", **options):
    return get_client(address, system_id, **{"timeout": 2, "retry_for": 30, **options})


def opening(address, options="{}", folder="."):
    """Opens a client, and closes it; files are those of the folder."""
    os.chdir(folder)

    def open_and_close():
        connect(address, **json.loads(options)).close()

    return attempt(open_and_close)


def day(address):
    """A run with everything that it can hold, and its end."""
    india = timezone(timedelta(hours=5, minutes=30))
    occurred_at = (datetime.now(india) - timedelta(days=2)).replace(microsecond=890123)
    with connect(address) as client:
        before = client.ping()
        run = client.run([DOOR, BOILER], labels={"site": "Örtülü 🌱"}, silent_after=90.5)
        with run:
            stored = [
                run.fire(DOOR, {"opened by": "Änne"}),
                run.fire(BOILER, occurred_at=occurred_at),
                run.fire(("door", "back door", "door-2")),
            ]
            server_time = client.ping()
        after_end = [attempt(lambda: run.fire(DOOR)), attempt(client.ping)]
        run.end("again")
    return {
        "run_id": run.run_id,
        "stored": [one._asdict() for one in stored],
        "occurred_at": occurred_at.isoformat(),
        "before": before,
        "skew": abs((server_time - datetime.now(timezone.utc)).total_seconds()),
        "after_end": after_end,
        "after_close": attempt(client.ping),
    }


def crash(address):
    """A program that dies in the middle of a run."""
    with connect(address) as client:
        try:
            with client.run([DOOR]) as run:
                raise RuntimeError("the boiler is on fire")
        except RuntimeError:
            return run.run_id


def steady(address, threads, count):
    """Many threads that fire one activation after the other, whatever happens to the server."""
    fired, lock = [], threading.Lock()

    def fire_all(run):
        for _ in range(int(count)):
            now = datetime.now(timezone.utc)
            stored = run.fire(DOOR, occurred_at=now)
            with lock:
                fired.append([stored.activation_id, now.isoformat(timespec="microseconds")])

    with connect(address) as client, client.run([DOOR]) as run:
        workers = [threading.Thread(target=fire_all, args=[run]) for _ in range(int(threads))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    return {"run_id": run.run_id, "fired": fired}


def single(address, options="{}"):
    """One activation; what fails is sent again once."""
    caught = []
    with connect(address, **json.loads(options)) as client:
        run = client.run([DOOR])

        def fire():
            try:
                return run.fire(DOOR)._asdict()
            except SlimmerError as error:
                caught.append(error)
                raise

        first = attempt(fire)
        again = [
            attempt(lambda error=error: run.resend(error.activation)._asdict()) for error in caught
        ]
        return {"run_id": run.run_id, "first": first, "again": again}


def later(address):
    """What a process kept of an error, and sends in its next run."""
    caught = []
    with connect(address, retry_for=0) as client:
        run = client.run([DOOR])
        try:
            run.fire(DOOR, {"by": "key 7"})
        except SlimmerError as error:
            caught.append(error.activation.SerializeToString())
    with connect(address) as client:
        next_run = client.run([DOOR])
        activation = Activation.FromString(caught[0])
        stored = [next_run.resend(activation)._asdict() for _ in range(2)]
        nothing = attempt(lambda: next_run.resend(None))
    return {"run_id": run.run_id, "stored": stored, "nothing": nothing}


def bad_input(address):
    """What breaks rules: first as the client sees it, then as the server does."""
    with connect(address) as client:
        run = client.run([DOOR])
        return {
            "client": attempt(lambda: run.fire((1, "x", "y"), {"a": 2}, datetime(2026, 1, 1))),
            "server": attempt(lambda: run.fire(("", "n" * 129, "\0"), {"": "v" * 257})),
            "run": attempt(lambda: client.run([DOOR, ("", "", "")], silent_after=0)),
            "twice": attempt(lambda: client.run([DOOR, DOOR])),
            "end": attempt(lambda: run.end("r" * 257)),
            "after": run.fire(DOOR)._asdict(),
        }


def bad_options(address):
    def message(**options):
        result = attempt(
            lambda: get_client(options.pop("address", address), "greenhouse", **options)
        )
        return f"{result['error']}: {result['message']}"

    return [
        message(timeout=0, retry_for=-1, connect_for="soon"),
        message(address="https://grpc.example.org"),
        message(address="grpc.example.org"),
        message(address="grpc.example.org:443", token="secret"),
        message(address="dns:///grpc.example.org:443", token=lambda: "secret"),
        message(address="10.0.0.1:50051", token_file=__file__ + ".none"),
        message(token="two words"),
        message(token="a", token_file="b"),
        message(tls=False, ca_file="ca.crt"),
        message(cert_file=__file__),
        message(ca_file=__file__ + ".none"),
    ]


def tokens(address, token_file):
    """A token file that is replaced between two calls; then a function."""
    with connect(address, token_file=token_file) as client:
        with open(token_file, "w") as file:
            file.write("second\n")
        client.ping()
    numbers = iter(["third", "fourth"])
    with connect(address, token=lambda: next(numbers)) as client:
        client.ping()


def closing(address):
    """A client that is closed while a call waits for its next attempt."""
    client = connect(address, retry_for=None)
    run = client.run([DOOR])
    threading.Timer(0.5, client.close).start()
    return attempt(lambda: run.fire(DOOR))


def ids(_address):
    from slimmer_grpc.uuid7 import uuid7

    return [[ms, uuid7(ms * 1_000_000 + 999_999)] for ms in (0, 1_767_225_600_123, 2**48 - 1)]


def main(scenario, *arguments):
    assert slimmer_grpc.__file__.startswith(sys.prefix), "the installed package is to be tested"
    print(json.dumps(globals()[scenario](*arguments)))


if __name__ == "__main__":
    main(*sys.argv[1:])

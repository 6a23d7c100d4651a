"""A client of 2018: it knows contract_2018.proto and nothing that came later.

    python client_2018.py HOST:PORT [CA_FILE NAME]

With a root certificate it speaks TLS to the server of that name, wherever that is.
Fails unless every reply is the one that a server of 2018 would give, to the byte. Prints one line of JSON with what it
did. The stubs (contract_2018_pb2.py, contract_2018_pb2_grpc.py) must be on the path.
"""

import json
import sys
import uuid

import grpc
from contract_2018_pb2 import (
    Activation,
    ActivationResponse,
    Ping,
    Pong,
    SystemEntity,
    SystemRun,
    SystemRunResponse,
)
from contract_2018_pb2_grpc import MainStub

TIMEOUT = 10
MESSAGES = ["", "ping", "Grüße, 世界 🌱", "x" * 100_000]
DOOR = SystemEntity(category="door", name="front door", identity="door-1")
BOILER = SystemEntity(category="temperature", name="boiler", identity="boiler-1")
UNLISTED = SystemEntity(category="door", name="back door", identity="door-2")


def expect(reply, expected):
    """The same values, and not a byte of a field that 2018 did not know (Python keeps unknown fields in the bytes)."""
    assert reply == expected, f"{reply!r} is not {expected!r}"
    got, wanted = reply.SerializeToString(), expected.SerializeToString()
    assert got == wanted, f"{got!r} has more than {wanted!r}"


def status_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


def ping(stub):
    for message in MESSAGES:
        expect(stub.ping(Ping(message=message), timeout=TIMEOUT), Pong(message=message))
    return len(MESSAGES)


def register(stub, system_id):
    request = SystemRun(system_id=system_id, entities=[DOOR, BOILER])
    reply = stub.new_system_run(request, timeout=TIMEOUT)
    assert reply.run_id, "no run_id"
    expect(reply, SystemRunResponse(run_id=reply.run_id))
    return reply.run_id


def fire(stub, system_id, run_id):
    """One after the other, and then many at once; neither kind can be told apart by the server, nor deduplicated."""
    requests = [
        Activation(system_id=system_id, run_id=run_id, entity=entity)
        for entity in [DOOR, BOILER, UNLISTED] * 5
    ]
    for request in requests:
        expect(stub.new_activation(request, timeout=TIMEOUT), ActivationResponse(success=True))
    calls = [stub.new_activation.future(request, timeout=TIMEOUT) for request in requests * 4]
    for call in calls:
        expect(call.result(), ActivationResponse(success=True))
    return len(requests) + len(calls)


def refusals(stub, system_id, run_id):
    def activation(**changes):
        fields = {"system_id": system_id, "run_id": run_id, "entity": DOOR, **changes}
        return status_of(lambda: stub.new_activation(Activation(**fields), timeout=TIMEOUT))

    return {
        "unknown run": activation(run_id=str(uuid.uuid4())),
        "unknown system": activation(system_id="nowhere"),
        "run of another system": activation(system_id="attic"),
        "no entity": activation(entity=None),
    }


def open_channel(address, ca_file=None, name=None):
    if ca_file is None:
        return grpc.insecure_channel(address)
    with open(ca_file, "rb") as file:
        credentials = grpc.ssl_channel_credentials(file.read())
    options = [("grpc.ssl_target_name_override", name), ("grpc.default_authority", name)]
    return grpc.secure_channel(address, credentials, options)


def main(*where):
    with open_channel(*where) as channel:
        stub = MainStub(channel)
        pings = ping(stub)
        register(stub, "attic")
        first_run = register(stub, "greenhouse")
        run_id = register(stub, "greenhouse")
        assert run_id != first_run, "a restart is a new run"
        sent = fire(stub, "greenhouse", run_id)
        # A run that a restart has superseded still takes its late activations.
        late = Activation(system_id="greenhouse", run_id=first_run, entity=DOOR)
        expect(stub.new_activation(late, timeout=TIMEOUT), ActivationResponse(success=True))
        refused = refusals(stub, "greenhouse", run_id)
    print(json.dumps({"pings": pings, "sent": sent + 1, "refused": refused}))


if __name__ == "__main__":
    main(*sys.argv[1:])

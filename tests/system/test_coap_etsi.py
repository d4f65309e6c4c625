"""The server's side of ETSI's CoAP test descriptions (TD_COAP_CORE, LINK, BLOCK, OBS), on our own resources.

The peers are Debian's coap-client, and single datagrams where a message must be lost or left unanswered.
"""

import json
import subprocess
import threading

import pytest

from coap_kit import ACK, CON, GET, NON, POST, json_payload, lock, raw, site  # noqa: F401
from north_kit import BIN, wait_until
from store_kit import Tracer

TIME, PRESENCE, PROPERTIES, COMMAND, MODEL = (f"linli/v1/{name}" for name in ["time", "presence", "properties", "command", "model"])
LOCAL = "127.0.0.1"  # old1
JSON = [(12, b"\x32")]
BATTERY = json.dumps({"properties": {"battery": 70}})
LONG = json.dumps({"id": "x" * 60, "properties": {"battery": 71, "smoke": False}})


def exchange(site, method, path, code, *words, non=False):
    """One request, and its reply: piggybacked on the acknowledgement, or non-confirmable; same id or token."""
    answer = site.plain_client(LOCAL, path, "-m", method, *(["-N"] if non else []), *words)
    request, reply = answer.messages[0], answer.last
    assert reply.code == code, answer.text
    assert (request.kind, reply.kind) == (("NON", "NON") if non else ("CON", "ACK"))
    assert reply.token == request.token
    assert non or reply.id == request.id
    return reply


def core_get(site, non=False):
    reply = exchange(site, "get", TIME, "2.05", non=non)
    assert "Content-Format:application/json" in reply.options
    assert json.loads(reply.payload)["time"] > 1_700_000_000_000


def core_separate(site, raw, battery=40, lose_acknowledgement=False):
    """`battery`: a value that is news, or there is nothing that the disk could be slow with."""
    tracer = Tracer(site.processes["linlid"].pid, "delay_exit=1500000", site.folder / "etsi.strace")
    try:
        raw.send(CON, POST, PROPERTIES, json_payload({"properties": {"battery": battery}}), JSON, token=b"sep")
        first = raw.receive()
        assert (first.kind, first.code) == (ACK, 0)
        reply = raw.receive(5)
        if lose_acknowledgement:
            again = raw.receive(3)
            assert again.encode() == reply.encode(), "the gateway repeats what was not acknowledged"
    finally:
        tracer.stop()
    raw.acknowledge(reply)
    assert (reply.kind, reply.dotted(), reply.token) == (CON, "2.04", b"sep")
    assert raw.receive(3) is None, "acknowledged, it is not repeated"


def core_token(site, raw):
    for token in (b"\x01", b"12345678"):
        assert raw.ask(CON, GET, TIME, token=token).token == token


def core_empty_token(site, raw):
    reply = raw.ask(CON, GET, TIME, token=b"")
    assert (reply.token, reply.dotted()) == (b"", "2.05")


def core_uri_path(site, raw):
    assert raw.ask(CON, GET, TIME).dotted() == "2.05"
    for path in ("linli", "linli/v1", "linli/v1/time/x", "linli/V1/time"):
        assert raw.ask(CON, GET, path).dotted() == "4.04"


def core_uri_query(site, raw):
    reply = raw.ask(CON, GET, ".well-known/core", options=[(15, b"rt=linli.time")])
    assert reply.payload == b'</linli/v1/time>;rt="linli.time";ct="50 60"'


def core_lossy(site):
    """The client's first datagram is lost; it repeats, and is answered once."""
    answer = site.plain_client(LOCAL, TIME, "-l", "1")
    assert answer.code == "2.05"
    assert [message.code for message in answer.messages].count("2.05") == 1


def link_core(site):
    answer = site.client("smoke1", ".well-known/core")
    assert answer.code == "2.05" and "application/link-format" in answer.last.options
    assert answer.payload.startswith('</linli/v1/properties>;rt="linli.properties"')


def link_filter(site):
    answer = site.client("smoke1", ".well-known/core?rt=linli.event")
    assert answer.payload == '</linli/v1/event>;rt="linli.event";ct="50 60"'
    assert site.client("smoke1", ".well-known/core?rt=nothing").last.payload is None


def blocks_of(answer, option):
    return [message.options.split(f"{option}:")[1].split(",")[0].strip() for message in answer.messages
            if message.kind == "ACK" and f"{option}:" in message.options]


def block_get_early(site):
    answer = site.client("smoke1", MODEL, "-b", "64")
    sizes = blocks_of(answer, "Block2")
    assert len(sizes) > 3 and all(size.endswith("/64") for size in sizes), sizes


def block_get_late(site, raw):
    """The client did not ask for blocks; the gateway answers with them, and the client goes on."""
    reply, whole = raw.ask(CON, GET, MODEL), b""
    assert reply.option(23) is not None
    number = 0
    while True:
        whole += reply.payload
        block = int.from_bytes(reply.option(23), "big")
        assert block >> 4 == number
        if not block & 8:
            break
        number += 1
        reply = raw.ask(CON, GET, MODEL, options=[(23, (number << 4 | block & 7).to_bytes(2, "big"))])
    assert json.loads(whole)["profile"] == "generic/smoke"


def block_put(site):
    answer = site.client("smoke1", PROPERTIES, "-m", "put", "-t", "50", "-b", "64", "-e", LONG)
    assert answer.code == "2.04"
    assert len(blocks_of(answer, "Block1")) > 1


def block_post(site):
    answer = site.client("smoke1", PROPERTIES, "-m", "post", "-t", "50", "-b", "16", "-e", LONG.replace("x", "y"))
    assert answer.code == "2.04"
    assert len(blocks_of(answer, "Block1")) > 5


def register(device, kind=CON):
    reply = device.ask(kind, GET, COMMAND, options=[(6, b"")], token=b"ob")
    assert reply.dotted() == "2.05"
    return int.from_bytes(reply.option(6), "big")


def unlock(site, name):
    done = subprocess.run([BIN / "linlictl", "--config", site.config, "--json", "command", "send", "--target", "device/raw2",
                           "--action", "unlock", "--id", name], capture_output=True, text=True)
    return json.loads(done.stdout)


def told(site, device, name):
    """The notification of a command, which the device acknowledges and confirms."""
    outcome = {}
    thread = threading.Thread(target=lambda: outcome.update(unlock(site, name)))
    thread.start()
    notification = device.receive(5)
    device.acknowledge(notification)
    assert device.ask(CON, POST, "linli/v1/result", json_payload({"command": name, "ok": True}), JSON).dotted() == "2.04"
    thread.join()
    assert outcome["state"] == "confirmed"
    assert notification.token == b"ob"
    return notification


def obs_con(site, lock):
    registered = register(lock)
    first, second = told(site, lock, "etsi-1"), told(site, lock, "etsi-2")
    numbers = [registered, *(int.from_bytes(one.option(6), "big") for one in (first, second))]
    assert numbers == sorted(set(numbers))
    assert (first.kind, first.dotted()) == (CON, "2.05")


def obs_non(site, lock):
    """A registration may be non-confirmable; a command is confirmable all the same."""
    register(lock, NON)
    assert told(site, lock, "etsi-3").kind == CON


def obs_stop(site, lock):
    register(lock)
    reply = lock.ask(CON, GET, COMMAND, options=[(6, b"\x01")], token=b"ob")
    assert reply.dotted() == "2.05" and reply.option(6) is None
    assert unlock(site, "etsi-4")["state"] == "failed"
    assert lock.receive(1) is None


def obs_client_detects(site, lock):
    """The client learns from Max-Age when to register again; the gateway takes the same token again."""
    reply = lock.ask(CON, GET, COMMAND, options=[(6, b"")], token=b"ob")
    assert int.from_bytes(reply.option(14), "big") == 120
    register(lock)
    told(site, lock, "etsi-5")


def obs_server_detects(site, lock):
    register(lock)
    before = site.coap_status()
    assert unlock(site, "etsi-6")["state"] == "unconfirmed"
    wait_until(lambda: site.coap_status()["undelivered_commands"] > before["undelivered_commands"], 10, "nobody acknowledged")
    assert site.coap_status()["observations"] == before["observations"] - 1


TABLE = {
    "TD_COAP_CORE_01 GET, CON": core_get,
    "TD_COAP_CORE_02 DELETE, CON": lambda site: exchange(site, "delete", PRESENCE, "2.02"),
    "TD_COAP_CORE_03 PUT, CON": lambda site: exchange(site, "put", PROPERTIES, "2.04", "-t", "50", "-e", BATTERY),
    "TD_COAP_CORE_04 POST, CON": lambda site: exchange(site, "post", PROPERTIES, "2.04", "-t", "50", "-e", BATTERY),
    "TD_COAP_CORE_05 GET, NON": lambda site: core_get(site, non=True),
    "TD_COAP_CORE_06 DELETE, NON": lambda site: exchange(site, "delete", PRESENCE, "2.02", non=True),
    "TD_COAP_CORE_07 PUT, NON": lambda site: exchange(site, "put", PROPERTIES, "2.04", "-t", "50", "-e", BATTERY, non=True),
    "TD_COAP_CORE_08 POST, NON": lambda site: exchange(site, "post", PROPERTIES, "2.04", "-t", "50", "-e", BATTERY, non=True),
    "TD_COAP_CORE_09 separate response": core_separate,
    "TD_COAP_CORE_10 token": core_token,
    "TD_COAP_CORE_11 no token": core_empty_token,
    "TD_COAP_CORE_12 several Uri-Path": core_uri_path,
    "TD_COAP_CORE_13 Uri-Query": core_uri_query,
    "TD_COAP_CORE_14 piggybacked, lossy": core_lossy,
    "TD_COAP_CORE_15 separate, lossy": lambda site, raw: core_separate(site, raw, 30, lose_acknowledgement=True),
    "TD_COAP_LINK_01 discovery": link_core,
    "TD_COAP_LINK_02 filter": link_filter,
    "TD_COAP_BLOCK_01 GET, early": block_get_early,
    "TD_COAP_BLOCK_02 GET, late": block_get_late,
    "TD_COAP_BLOCK_03 PUT": block_put,
    "TD_COAP_BLOCK_04 POST": block_post,
    "TD_COAP_OBS_01 CON notifications": obs_con,
    "TD_COAP_OBS_02 NON registration": obs_non,
    "TD_COAP_OBS_03 stop": obs_stop,
    "TD_COAP_OBS_04 the client notices": obs_client_detects,
    "TD_COAP_OBS_05 the server notices": obs_server_detects,
}


@pytest.mark.parametrize("case", TABLE)
def test_etsi(case, request):
    run = TABLE[case]
    run(*(request.getfixturevalue(name) for name in run.__code__.co_varnames[:run.__code__.co_argcount]
          if name in ("site", "raw", "lock")))


def test_the_table_is_complete():
    names = [f"TD_COAP_{group}_{number:02d}" for group, count in [("CORE", 15), ("LINK", 2), ("BLOCK", 4), ("OBS", 5)]
             for number in range(1, count + 1)]
    assert [case.split()[0] for case in TABLE] == names

"""CoAP devices: what they are told, when, and who may speak. Peers: Debian's coap-client, single datagrams."""

import json
import signal
import subprocess
import threading
import time

from pathlib import Path

from coap_kit import (ACK, CON, GET, NON, POST, PUT, RST, Answer, CoapCompound, RawDevice, free_udp_port,  # noqa: F401
                      json_payload, lock, raw, site, until_stored)
from north_kit import BIN, wait_until
from store_kit import Tracer

EVENT = "linli/v1/event"
PROPERTIES = "linli/v1/properties"
JSON = [(12, b"\x32")]  # Content-Format 50


def named(level):
    """The events of these tests are told apart by their level."""
    return lambda event: event["data"]["event"] == "smoke" and event["data"]["data"].get("level") == level


def level(number, message_id=None):
    event = {"event": "smoke", "data": {"level": number}}
    return json_payload(event if message_id is None else {"id": message_id, **event})


# What a device sends.


def test_an_alarm_over_dtls_reaches_the_platform_and_is_answered_with_the_acknowledgement(site):
    answer = site.client("smoke1", EVENT, "-m", "post", "-t", "50", "-e", level(0.5).decode())
    assert (answer.last.kind, answer.code) == ("ACK", "2.04")
    event, = until_stored(site, named(0.5))
    assert event["subject"] == "device/smoke1"
    assert event["stream"] == "alarm"


def test_cbor_says_the_same_as_json(site, raw, tmp_path):
    # {"event":"smoke","data":{"level":0.25}}, made with RFC 8949 in hand
    cbor = bytes.fromhex("a2656576656e7465736d6f6b656464617461a1656c6576656cf93400")
    file = tmp_path / "event.cbor"
    file.write_bytes(cbor)
    answer = site.client("smoke1", EVENT, "-m", "post", "-t", "60", "-f", str(file))
    assert answer.code == "2.04"
    assert until_stored(site, named(0.25))


def test_what_is_wrong_is_said_in_words(site, raw):
    for payload, words in [(b'{"event":"fire"}', "no event 'fire'"), (b"{", "not JSON"), (b'{"event":"smoke","x":1}', "x: unknown")]:
        answer = raw.ask(CON, POST, EVENT, payload, JSON)
        assert answer.dotted() == "4.00"
        assert words in answer.payload.decode(), answer.payload


def test_the_device_is_the_one_of_the_key_whatever_the_payload_says(site):
    before = len(site.events())
    answer = site.client("smoke1", EVENT, "-m", "post", "-t", "50", "-e",
                         '{"device":"lock1","event":"smoke"}')
    assert answer.code == "4.00"
    assert len(site.events()) == before


def test_an_alarm_that_is_not_confirmable_is_refused(site, raw):
    answer = raw.ask(NON, POST, EVENT, level(0.31), JSON)
    assert (answer.kind, answer.dotted()) == (NON, "4.00")
    assert answer.payload == b"an alarm must be confirmable (CON)"
    assert not until_stored(site, named(0.31), limit=1)


def test_the_same_message_twice_is_one_event_and_gets_the_same_reply(site, raw):
    data = raw.send(CON, POST, EVENT, level(0.41), JSON)
    first = raw.receive()
    raw.socket.send(data)
    second = raw.receive()
    assert first.encode() == second.encode()
    assert first.dotted() == "2.04"
    time.sleep(0.5)
    assert len(until_stored(site, named(0.41))) == 1


def test_a_non_confirmable_message_twice_is_answered_once(site, raw):
    data = raw.send(NON, POST, PROPERTIES, json_payload({"properties": {"battery": 71}}), JSON)
    assert raw.receive().dotted() == "2.04"
    raw.socket.send(data)
    assert raw.receive(1) is None


def test_an_id_in_the_payload_makes_a_repeat_one_event_over_any_number_of_messages(site, raw):
    for _ in range(3):
        assert raw.ask(CON, POST, EVENT, level(0.42, "again"), JSON).dotted() == "2.04"
    time.sleep(0.5)
    assert len(until_stored(site, named(0.42))) == 1


def test_a_payload_in_blocks_is_one_report(site):
    answer = site.client("smoke1", EVENT, "-m", "post", "-t", "50", "-b", "16", "-e", level(0.43).decode())
    assert answer.code == "2.04"
    assert sum(message.code == "2.31" for message in answer.messages) >= 2
    time.sleep(0.3)
    assert len(until_stored(site, named(0.43))) == 1


def test_an_upload_beyond_64_kib_is_413(site, tmp_path):
    file = tmp_path / "large.json"
    file.write_text(json.dumps({"event": "smoke", "data": {"x": "y" * 70000}}))
    answer = site.client("smoke1", EVENT, "-m", "post", "-t", "50", "-f", str(file), "-b", "1024")
    assert answer.code == "4.13"
    assert site.coap_status()["uploads"] == 0


# The reply and the commit.


def test_the_reply_waits_for_the_disk(site, raw):
    tracer = Tracer(site.processes["linlid"].pid, "delay_exit=600000", site.folder / "slow.strace")
    try:
        begun = time.monotonic()
        answer = raw.ask(CON, POST, EVENT, level(0.51), JSON)
        waited = time.monotonic() - begun
    finally:
        tracer.stop()
    assert (answer.kind, answer.dotted()) == (ACK, "2.04")
    assert waited >= 0.6


def test_a_slow_disk_is_acknowledged_empty_and_answered_separately_after_the_commit(site, raw):
    tracer = Tracer(site.processes["linlid"].pid, "delay_exit=2000000", site.folder / "slower.strace")
    try:
        data = raw.send(CON, POST, EVENT, level(0.52), JSON, token=b"sep")
        early = raw.receive()
        assert (early.kind, early.code) == (ACK, 0)
        raw.socket.send(data)
        again = raw.receive()
        assert (again.kind, again.code) == (ACK, 0), "a repeat is acknowledged, not taken in again"
        late = raw.receive(5)
        assert (late.kind, late.dotted(), late.token) == (CON, "2.04", b"sep")
        raw.acknowledge(late)
    finally:
        tracer.stop()
    assert len(until_stored(site, named(0.52))) == 1


def test_in_the_order_of_system_calls_the_sync_stands_before_the_reply(site, raw):
    log = site.folder / "order.strace"
    strace = subprocess.Popen(["strace", "-f", "-p", str(site.processes["linlid"].pid), "-e", "trace=fdatasync,fsync,sendto,sendmsg",
                               "-e", "signal=none", "-xx", "-s", "64", "-o", str(log)], stderr=subprocess.DEVNULL)
    wait_until(lambda: all(f"TracerPid:\t{strace.pid}" in (task / "status").read_text() for task in tasks(site)), 5, "strace is there")
    try:
        assert raw.ask(CON, POST, EVENT, level(0.53), JSON, token=b"ORDER").dotted() == "2.04"
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait(timeout=10)
    lines = log.read_text().split("\n")
    token = "".join(f"\\x{byte:02x}" for byte in b"ORDER")
    reply = next(i for i, line in enumerate(lines) if token in line)
    synced = [i for i, line in enumerate(lines) if "sync" in line and line.rstrip().endswith("= 0")]
    assert synced and synced[0] < reply


def tasks(site):
    return list(Path(f"/proc/{site.processes['linlid'].pid}/task").iterdir())


def test_a_disk_that_fails_is_503_and_the_event_is_taken_when_it_works_again(tmp_path):
    site = CoapCompound(tmp_path)
    try:
        site.start()
        site.add("raw1", "generic/smoke", "--address", "127.0.0.11")
        device = RawDevice(site, "127.0.0.11")
        tracer = Tracer(site.processes["linlid"].pid, "error=EIO", site.folder / "bad.strace")
        try:
            answer = device.ask(CON, POST, EVENT, level(0.54, "e1"), JSON)
            assert answer.dotted() == "5.03"
            assert answer.option(14), "Max-Age says when to try again"
        finally:
            tracer.stop()
        wait_until(lambda: device.ask(CON, POST, EVENT, level(0.54, "e1"), JSON).dotted() == "2.04", 20, "the store works again")
        device.close()
        assert len(until_stored(site, named(0.54))) == 1
    finally:
        site.stop()


def test_what_was_answered_survives_the_death_of_the_gateway(tmp_path):
    site = CoapCompound(tmp_path)
    try:
        site.start_site_broker()
        site.start_gateway()
        site.add("smoke1", "generic/smoke")
        assert site.client("smoke1", EVENT, "-m", "post", "-t", "50", "-e", level(0.55).decode()).code == "2.04"
        site.end("linlid", signal.SIGKILL)
        site.start_gateway()
        assert site.client("smoke1", "linli/v1/time").code == "2.05", "its key was not forgotten"
        site.deliver_all()
        assert len(until_stored(site, named(0.55))) == 1
    finally:
        site.stop()


# Commands.


class Listener:
    """Debian's coap-client observing /linli/v1/command, and answering what it is told."""

    def __init__(self, site, name, seconds=6, answers=True):
        self.answer = None
        self.site, self.name, self.seconds = site, name, seconds
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        wait_until(lambda: site.coap_status()["observations"] > 0, 5, "it observes")

    def _run(self):
        self.answer = self.site.client(self.name, "linli/v1/command", "-s", str(self.seconds), limit=self.seconds + 2)

    def join(self):
        self.thread.join()
        return self.answer


def test_a_command_is_notified_and_confirmed_by_the_devices_result(site):
    listener = Listener(site, "lock1")
    command = subprocess.Popen([BIN / "linlictl", "--config", site.config, "--json", "command", "send", "--target", "device/lock1",
                                "--action", "unlock", "--id", "coap-c1", "--input", '{"seconds":5}'], stdout=subprocess.PIPE, text=True)
    wait_until(lambda: state_of(site, "coap-c1") == "sent", 5, "the command is on its way")
    result = site.client("lock1", "linli/v1/result", "-m", "post", "-t", "50", "-e", '{"command":"coap-c1","ok":true}')
    assert result.code == "2.04"
    assert json.loads(command.communicate(timeout=10)[0])["state"] == "confirmed"
    told = [json.loads(message.payload) for message in listener.join().messages if message.kind == "CON" and message.code == "2.05"]
    assert [(one["command"], one["action"], one["input"]) for one in told] == [("coap-c1", "unlock", {"seconds": 5})]


def state_of(site, name):
    shown = subprocess.run([BIN / "linlictl", "--config", site.config, "--json", "command", "show", name], capture_output=True, text=True)
    return json.loads(shown.stdout)["state"] if shown.returncode == 0 else None


def send_unlock(site, name, device):
    done = subprocess.run([BIN / "linlictl", "--config", site.config, "--json", "command", "send", "--target", f"device/{device}",
                           "--action", "unlock", "--id", name], capture_output=True, text=True)
    return json.loads(done.stdout)


def test_a_command_to_a_device_that_does_not_observe_fails_at_once(site):
    begun = time.monotonic()
    outcome = send_unlock(site, "coap-c2", "lock1")
    assert outcome["state"] == "failed"
    assert "does not observe" in outcome["reason"]
    assert time.monotonic() - begun < 2


def test_a_device_that_resets_the_notification_was_not_moved_and_no_longer_observes(site, lock):
    registered = lock.ask(CON, GET, "linli/v1/command", options=[(6, b"")], token=b"ob")
    assert registered.dotted() == "2.05" and registered.option(6) is not None
    outcome = {}
    thread = threading.Thread(target=lambda: outcome.update(send_unlock(site, "coap-c3", "raw2")))
    thread.start()
    told = lock.receive()
    lock.acknowledge(told, RST)
    thread.join()
    assert outcome["state"] == "failed"
    assert send_unlock(site, "coap-c4", "raw2")["reason"].startswith("offline")


def test_a_notification_is_not_repeated_for_longer_than_a_door_may_wait(site, lock):
    lock.ask(CON, GET, "linli/v1/command", options=[(6, b"")], token=b"ob")
    thread = threading.Thread(target=lambda: send_unlock(site, "coap-c5", "raw2"))
    thread.start()
    begun = time.monotonic()
    first = lock.receive()
    last = begun
    while (again := lock.receive(6)) is not None:
        assert again.encode() == first.encode(), "a repeat is the same message"
        last = time.monotonic()
    thread.join()
    assert last - begun <= 5


# Who may speak.


def test_an_unknown_identity_and_a_wrong_key_get_no_association_and_are_counted(site):
    before = site.coap_status()["handshakes"]
    assert site.client("nobody", "linli/v1/time", key="x" * 32, limit=3).code is None
    assert site.client("smoke1", "linli/v1/time", key="x" * 32, limit=3).code is None
    assert site.coap_status()["handshakes"]["unknown_identity"] == before["unknown_identity"] + 1
    wait_until(lambda: site.coap_status()["handshakes"]["wrong_key"] == before["wrong_key"] + 1, 15, "the wrong key is counted")


def test_a_revoked_device_is_cut_off_while_it_listens_and_does_not_come_back(site):
    site.add("leaver", "generic/lock")
    key = site.keys["leaver"]
    listener = Listener(site, "leaver", seconds=8)
    revoked = time.monotonic()
    site.ctl("device", "revoke", "leaver")
    wait_until(lambda: site.coap_status()["associations"] == 0, 5, "its association is gone")
    assert time.monotonic() - revoked < 5
    assert site.client("leaver", "linli/v1/time", key=key, limit=3).code is None
    listener.join()


def test_a_replaced_key_is_worthless_at_once(site):
    site.add("swapped", "generic/smoke")
    old = site.keys["swapped"]
    site.keys["swapped"] = site.ctl("device", "replace", "swapped")["credentials"]["key"]
    assert site.client("swapped", "linli/v1/time", key=old, limit=3).code is None
    assert site.client("swapped", "linli/v1/time").code == "2.05"


def test_a_device_that_starts_anew_on_its_old_port_is_let_in_again(site):
    """It had no time to say goodbye: the gateway asks the old association, and nobody answers."""
    site.add("phoenix", "generic/smoke")
    done = site.coap_status()["handshakes"]["done"]
    command = ["coap-client-openssl", "-u", "phoenix", "-k", site.keys["phoenix"], "-p", str(free_udp_port()), "-B", "28"]
    first = subprocess.Popen([*command, "-s", "28", site.uri("linli/v1/command")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: site.coap_status()["handshakes"]["done"] > done, 5, "it is there")
    first.kill()
    first.wait()
    assert Answer([*command, site.uri("linli/v1/time")]).code == "2.05"


def test_plain_coap_is_for_the_registered_addresses_only_and_status_warns_of_it(site, raw):
    assert raw.ask(CON, GET, "linli/v1/time").dotted() == "2.05"
    stranger = RawDevice(site, "127.0.0.99")
    answer = stranger.ask(CON, GET, "linli/v1/time")
    stranger.close()
    assert (answer.dotted(), answer.payload) == ("4.01", b"")
    assert "without a key" in site.coap_status()["warning"]
    shown = subprocess.run([BIN / "linlictl", "--config", site.config, "status"], capture_output=True, text=True).stdout
    assert "warning   plain CoAP on port" in shown
    doctor = next(check for check in site.ctl("doctor")["checks"] if check["name"] == "coap")
    assert doctor["verdict"] == "warn" and "coap.plain_port" in doctor["next"]


def test_plain_coap_is_off_by_default_and_without_devices_nothing_listens(tmp_path):
    site = CoapCompound(tmp_path)
    site.settings["coap"] = {"listen": "127.0.0.1", "port": site.coap_port}
    site.write_config()
    try:
        site.start_site_broker()
        site.start_gateway()
        assert not site.coap_status()["up"]
        site.ctl("device", "add", "--id", "old1", "--profile", "generic/smoke", "--driver", "coap", "--address", "127.0.0.1", expect=1)
        assert site.ctl("device", "list")["total"] == 0
        site.add("smoke1", "generic/smoke")
        assert site.coap_status()["up"]
        assert "warning" not in site.coap_status()
        assert site.client("smoke1", "linli/v1/time").code == "2.05"
        assert site.plain_client("127.0.0.1", "linli/v1/time", limit=2).code is None
    finally:
        site.stop()


def test_properties_may_be_put_as_well_as_posted(site, raw):
    answer = raw.ask(CON, PUT, PROPERTIES, json_payload({"properties": {"battery": 70}}), JSON)
    assert answer.dotted() == "2.04"
    shown = site.ctl("device", "show", "raw1")
    assert shown["properties"]["battery"]["value"] == 70

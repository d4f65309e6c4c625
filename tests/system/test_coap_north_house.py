"""A whole compound whose platform is reached over CoAP: linlid, linlictl, devices and commands."""

import json
import signal
import time

import pytest

from compound import Compound
from north_coap_site import KEY, UdpRelay, write_key
from north_kit import BIN, Program, free_udp_port, wait_until


class CoapNorthCompound(Compound):
    def __init__(self, folder):
        self.north_port = free_udp_port()
        self.key = write_key(folder / "platform.key", KEY)
        self.gateway_key = write_key(folder / "gateway.key", KEY)
        self.commands = folder / "commands"
        self.commands.write_text("")
        super().__init__(folder, platform={
            "link": "coap", "host": "127.0.0.1", "coap": {"port": self.north_port, "identity": "gw1", "key_file": "gateway.key"},
            "backoff": {"first_spread_ms": 100, "base_ms": 100, "cap_ms": 500}})

    def start_platform(self):
        pass  # the receiver is all of it

    def start_receiver(self, port=None):
        self.receiver = Program([BIN / "platform_receiver", "--ledger", self.ledger, "--no-mqtt", "--coap-port", port or self.north_port,
                                 "--psk-identity", "gw1", "--psk-key-file", self.key, "--command", self.commands, "--gateway", "gw1",
                                 "--stats"], self.folder / "receiver.log")

    def is_receiver_there(self):
        return self.receiver.lines > 0  # gateways come to it, it subscribes nowhere

    def command_from_platform(self, command):
        with open(self.commands, "a") as out:
            out.write(json.dumps(command) + "\n")

    def north(self):
        return self.ctl("status")["platform"]

    def waiting(self):
        return self.ctl("status")["events"]["waiting"]


@pytest.fixture
def house(tmp_path):
    made = CoapNorthCompound(tmp_path)
    yield made
    made.stop()


def unlock(name, **more):
    return {"id": name, "target": "device/door1", "action": "unlock", "input": {"seconds": 5}, "ttl_ms": 8000, **more}


def test_a_command_of_the_platform_moves_the_device_once(house):
    house.start()
    wait_until(lambda: house.receiver.last.get("observed"), 10, "the gateway observes its commands")
    door = house.connect_device("door1", "generic/lock")
    for _ in range(3):
        house.command_from_platform(unlock("c1"))
    house.command_from_platform(unlock("c2"))
    wait_until(lambda: len(door.commands) == 2, 10, "both commands arrive")
    wait_until(lambda: house.waiting() == 0, 10, "the outcomes are accepted")
    time.sleep(1)
    assert sorted(c["command"] for c in door.commands) == ["c1", "c2"]
    assert "confirmed" in json.dumps(house.events("linli.command.outcome"))


def test_a_command_that_comes_too_late_moves_nothing(house):
    house.start()
    wait_until(lambda: house.receiver.last.get("observed"), 10, "the gateway observes its commands")
    door = house.connect_device("door1", "generic/lock")
    house.command_from_platform(unlock("late", ttl_ms=1, input={"seconds": 900}))
    house.command_from_platform(unlock("next"))
    wait_until(lambda: door.commands, 10, "the next command arrives")
    assert [c["command"] for c in door.commands] == ["next"]


def test_status_and_doctor_show_the_link(house):
    house.start()
    wait_until(lambda: house.north()["up"], 10, "the platform is there")
    status = house.north()
    assert status["link"] == "coap"
    assert status["peer"] == f"coaps://127.0.0.1:{house.north_port}"
    assert status["last_error"] == ""
    check = next(c for c in house.ctl("doctor", expect=None)["checks"] if c["name"] == "link")
    assert check["verdict"] == "ok"
    house.receiver.stop()
    wait_until(lambda: "connection refused" in house.north()["last_error"], 40, "the loss is noticed")
    check = next(c for c in house.ctl("doctor", expect=None)["checks"] if c["name"] == "link")
    assert check["verdict"] == "fail"
    assert "connection refused" in check["what"]
    everything = (house.folder / "linlid.log").read_text() + json.dumps(house.ctl("status"))
    assert KEY not in everything


def test_what_a_killed_daemon_had_stored_arrives_once(house):
    house.start_site_broker()
    house.start_gateway()
    door = house.connect_device("door1", "generic/lock")
    for first in range(0, 400, 100):
        unlock_by_card(door, range(first, first + 100))
    behind = free_udp_port()
    relay = UdpRelay(house.north_port, behind, delay_s=0.01)
    house.start_receiver(port=behind)
    for part in (1, 100, 200):
        wait_until(lambda: len(credentials(house)) >= part, 30, f"{part} events have arrived")
        house.end("linlid", signal.SIGKILL)
        assert len(credentials(house)) < 400, "the drain was over before it was interrupted"
        house.start_gateway()
    wait_until(lambda: house.waiting() == 0, 30, "all is accepted")
    relay.close()
    assert sorted(credentials(house)) == sorted(f"c{number}" for number in range(400))


def unlock_by_card(door, numbers):
    """As a device does: what is not acknowledged is said again."""
    for number in numbers:
        door.send_until_acknowledged("event", {"id": f"m{number}", "event": "unlocked",
                                               "data": {"method": "card", "credential": f"c{number}"}})
    end = time.monotonic() + 20
    while door.pending and time.monotonic() < end:
        time.sleep(0.5)
        door.repeat_pending()
    assert not door.pending, "all is acknowledged"


def credentials(house):
    """Of the events that are no repeats; the last line may be half written."""
    if not house.ledger.exists():
        return []
    lines = house.ledger.read_text().split("\n")[:-1]
    fresh = [entry for entry in map(json.loads, lines) if not entry.get("dup")]
    return [entry["data"]["data"]["credential"] for entry in fresh if entry.get("type") == "linli.thing.event"]


def test_a_reload_moves_the_link_to_another_key(house):
    house.start()
    wait_until(lambda: house.north()["up"], 10, "the platform is there")
    house.settings["platform"]["coap"]["key_file"] = "other.key"
    write_key(house.folder / "other.key", "another-key-0123456789abcdef")
    house.write_config()
    house.processes["linlid"].send_signal(signal.SIGHUP)
    wait_until(lambda: "the key is wrong" in house.north().get("last_error", ""), 25, "the wrong key shows")
    write_key(house.folder / "other.key", KEY)
    wait_until(lambda: house.north()["up"], 15, "the right key needs no reload")

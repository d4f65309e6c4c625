"""The backbone on real servers: one message all the way up, one command all the way down."""

import json
import os
import re
import signal
import subprocess
import time

from compound import BIN, compound, publish  # noqa: F401 (a fixture)
from north_kit import free_port, wait_until
from store_kit import Tracer


def test_a_message_of_mosquitto_pub_arrives_once_in_the_platforms_ledger(compound):
    compound.start()
    password = compound.add_device("smoke1", "generic/smoke")["password"]
    publish(compound, "smoke1", password, "linli/v1/smoke1/up/event", '{"id":"m1","event":"smoke","data":{"level":0.2}}')
    wait_until(lambda: compound.events(), 5, "the event is in the ledger")
    time.sleep(0.5)
    events = compound.events()
    assert len(events) == 1
    assert events[0]["subject"] == "device/smoke1"
    assert events[0]["stream"] == "alarm"
    assert events[0]["data"]["event"] == "smoke"


def test_a_command_of_the_platform_moves_the_device_once(compound):
    compound.start()
    door = compound.connect_device("door1", "generic/lock")
    command = {"id": "c1", "target": "device/door1", "action": "unlock", "input": {"seconds": 5}, "ttl_ms": 8000}
    for _ in range(5):
        compound.command_from_platform(command)
    wait_until(lambda: any(e["data"]["state"] == "confirmed" for e in compound.events("linli.command.outcome")), 10, "confirmed")
    time.sleep(0.5)
    assert [c["command"] for c in door.commands] == ["c1"]
    assert door.commands[0]["action"] == "unlock"
    assert door.commands[0]["input"] == {"seconds": 5}
    assert 0 < door.commands[0]["ttl_ms"] <= 8000


def test_a_command_of_linlictl_moves_the_device_and_gives_its_answer(compound):
    compound.start()
    door = compound.connect_device("door1", "generic/lock")
    answer = compound.ctl("command", "send", "--target", "device/door1", "--action", "unlock", "--id", "c7")
    assert answer["state"] == "confirmed"
    assert compound.ctl("command", "show", "c7")["state"] == "confirmed"
    assert len(door.commands) == 1


def test_a_refused_command_says_why(compound):
    compound.start()
    compound.add_device("door1", "generic/lock")
    answer = compound.ctl("command", "send", "--target", "device/door1", "--action", "unlock", "--input", '{"seconds":900}', expect=1)
    assert answer["state"] == "refused"
    assert "input: seconds: expected an integer from 1 to 60, found 900" in answer["reason"]


def test_events_wait_for_the_platform_and_arrive_once_in_order(compound):
    compound.start_site_broker()
    compound.start_gateway()
    door = compound.connect_device("door1", "generic/lock")
    for n in range(200):
        door.send_until_acknowledged("event", {"id": f"m{n}", "event": "unlocked", "data": {"method": "card", "credential": str(n)}})
        if n % 20 == 19:
            wait_until(lambda: len(door.acknowledged) == n + 1, 10, "the gateway acknowledges while the platform is away")
    compound.start_platform_and_receiver()
    wait_until(lambda: len(compound.events()) == 200, 20, "all events are in the ledger")
    assert [e["data"]["data"]["credential"] for e in compound.events()] == [str(n) for n in range(200)]
    wait_until(lambda: compound.ctl("status")["events"]["waiting"] == 0, 10, "the outbox is empty again")


def test_no_puback_leaves_before_the_commit_and_it_leaves_after(compound):
    """The storage thread is held in its sync; the broker says which acknowledgements it has received."""
    compound.start_platform()
    compound.start_site_broker("-v")
    compound.start_gateway()
    door = compound.connect_device("door1", "generic/lock")
    broker_log = compound.folder / "mosquitto.log"
    wait_until(lambda: acks_in(broker_log) > 0, 5, "the device's first word is acknowledged")
    tracer = Tracer(compound.processes["linlid"].pid, "delay_enter=3000000", compound.folder / "strace")
    time.sleep(0.7)
    before = acks_in(broker_log)
    door.send("event", {"id": "held", "event": "locked", "data": {}})
    time.sleep(1.0)
    assert "held" not in door.acknowledged
    assert acks_in(broker_log) == before
    tracer.stop()
    wait_until(lambda: "held" in door.acknowledged, 10, "the device has its acknowledgement")
    wait_until(lambda: acks_in(broker_log) > before, 5, "the broker has its own")


def acks_in(log):
    return log.read_text(errors="replace").count("Received PUBACK from linli-ingest")


def test_a_revoked_device_is_cut_off_within_five_seconds_and_stays_out(compound):
    compound.start()
    door = compound.connect_device("door1", "generic/lock")
    door.disconnected.clear()
    begun = time.monotonic()
    compound.ctl("device", "revoke", "door1")
    assert door.disconnected.wait(5)
    assert time.monotonic() - begun < 5
    door.client.loop_stop()
    refused = publish(compound, "door1", "whatever", "linli/v1/door1/up/event", "{}")
    assert refused.returncode != 0
    compound.ctl("device", "show", "door1", expect=4)


def test_replaced_credentials_make_the_old_ones_worthless_and_keep_the_place(compound):
    compound.start()
    old = compound.ctl("device", "add", "--id", "door1", "--profile", "generic/lock", "--place", "3-2")["credentials"]["password"]
    new = compound.ctl("device", "replace", "door1")["credentials"]["password"]
    assert publish(compound, "door1", old, "linli/v1/door1/up/presence", '{"online":true}').returncode != 0
    assert publish(compound, "door1", new, "linli/v1/door1/up/presence", '{"online":true}').returncode == 0
    assert compound.ctl("device", "show", "door1")["place"] == "3-2"


def test_a_device_reaches_its_own_topics_only(compound):
    compound.start()
    thief = compound.connect_device("thief", "generic/lock")
    victim = compound.connect_device("victim", "generic/lock")
    heard = []
    thief.client.message_callback_add("#", lambda _c, _u, message: heard.append(message.topic))
    for topic in ["#", "+/+/victim/#", "linli/v1/victim/#", "linli/v1/+/down/#", "$SYS/#", "$CONTROL/#", "$share/g/#",
                  "$share/g/linli/v1/victim/down/#", "linli//victim/#"]:
        thief.client.subscribe(topic, qos=1)
    for topic in ["linli/v1/victim/up/event", "linli/v1/victim/up/result", "linli/v1/victim/down/command",
                  "$CONTROL/dynamic-security/v1", "linli/v1/gw1/up/alarm"]:
        thief.client.publish(topic, '{"id":"x","event":"forced","data":{}}', qos=1)
    compound.ctl("command", "send", "--target", "device/victim", "--action", "unlock", "--id", "c1")
    time.sleep(1)
    assert not [topic for topic in heard if "thief" not in topic]
    assert not compound.events()
    assert compound.ctl("device", "show", "victim")["rejected"] == 0
    assert [c["command"] for c in victim.commands] == ["c1"]


def test_a_foreign_client_id_takes_over_nobodys_session(compound):
    compound.start()
    victim = compound.connect_device("victim", "generic/lock")
    password = compound.add_device("thief", "generic/lock")["password"]
    victim.disconnected.clear()
    publish(compound, "thief", password, "linli/v1/thief/up/presence", '{"online":true}', "-i", "victim")
    assert not victim.disconnected.wait(1)


def test_an_oversized_or_retained_message_does_no_harm(compound):
    compound.start()
    password = compound.add_device("door1", "generic/lock")["password"]
    big = compound.folder / "big"
    big.write_text("x" * 200_000)
    publish(compound, "door1", password, "linli/v1/door1/up/event", "", "-f", str(big))
    publish(compound, "door1", password, "linli/v1/door1/up/presence", '{"online":true}', "-r")
    wait_until(lambda: compound.ctl("status")["broker"]["up"], 5, "the gateway is still at the broker")
    assert compound.ctl("device", "show", "door1")["rejected"] == 0


def test_data_that_cannot_be_understood_is_reported_and_changes_nothing(compound):
    compound.start()
    password = compound.add_device("th1", "generic/temperature_humidity")["password"]
    publish(compound, "th1", password, "linli/v1/th1/up/properties", '{"properties":{"temperature":20,"humidity":400}}')
    wait_until(lambda: compound.events("linli.thing.data_rejected"), 5, "the rejection is at the platform")
    assert "expected a number from 0 to 100, found 400" in compound.events("linli.thing.data_rejected")[0]["data"]["reason"]
    assert compound.ctl("device", "show", "th1")["properties"] == {}


def test_a_foreign_device_speaks_through_its_profile_alone(compound):
    compound.start()
    login = compound.add_device("plug1", "shelly/plug_s")
    assert sorted(login["publish"]) == ["shellies/plug1/online", "shellies/plug1/relay/0", "shellies/plug1/relay/0/energy",
                                        "shellies/plug1/relay/0/power"]
    publish(compound, "plug1", login["password"], "shellies/plug1/relay/0", "on")
    publish(compound, "plug1", login["password"], "shellies/plug1/relay/0/power", "60.5")
    wait_until(lambda: len(compound.ctl("device", "show", "plug1")["properties"]) == 2, 5, "both values")
    properties = compound.ctl("device", "show", "plug1")["properties"]
    assert properties["on"]["value"] is True
    assert properties["power"]["value"] == 60.5


def test_a_restart_keeps_devices_values_and_outcomes(compound):
    compound.start()
    door = compound.connect_device("door1", "generic/lock")
    door.send("properties", {"properties": {"locked": True}})
    compound.ctl("command", "send", "--target", "device/door1", "--action", "lock", "--id", "c1")
    wait_until(lambda: compound.ctl("device", "show", "door1")["properties"], 5, "the value is known")
    begun = time.monotonic()
    assert compound.end("linlid") == 0
    assert time.monotonic() - begun < 5
    compound.start_gateway()
    assert compound.ctl("device", "show", "door1")["properties"]["locked"]["value"] is True
    again = compound.ctl("command", "send", "--target", "device/door1", "--action", "lock", "--id", "c1")
    assert again["state"] == "confirmed"
    assert len(door.commands) == 1


def test_hangup_applies_a_valid_configuration_and_refuses_an_invalid_one(compound):
    compound.start()
    log = compound.folder / "linlid.log"
    pid = compound.processes["linlid"].pid
    os.kill(pid, signal.SIGHUP)
    wait_until(lambda: "the configuration is the same" in log.read_text(), 5, "an identical one is nothing to do")
    compound.settings["devices"] = {"flood_per_s": 0}
    compound.write_config()
    os.kill(pid, signal.SIGHUP)
    wait_until(lambda: "devices.flood_per_s: expected an integer from 1" in log.read_text(), 5, "refused with the place")
    compound.settings["devices"] = {"flood_per_s": 5}
    compound.write_config()
    os.kill(pid, signal.SIGHUP)
    wait_until(lambda: "new configuration applied" in log.read_text(), 5, "applied")
    assert compound.ctl("status")["broker"]["up"]
    compound.settings["store"] = {"commit_window_ms": 7}
    compound.write_config()
    os.kill(pid, signal.SIGHUP)
    wait_until(lambda: log.read_text().count("new configuration applied") == 2, 5, "applied at once")
    compound.settings["store"] = {"commit_window_ms": 7, "quota_mb": {"telemetry": 9}}
    compound.write_config()
    os.kill(pid, signal.SIGHUP)
    wait_until(lambda: log.read_text().count("new configuration applied") == 3, 5, "applied as far as it can be")
    assert re.findall(r'need_restart="?([a-z,]*)', log.read_text()) == ["", "", "store"]


def test_a_new_way_to_the_platform_is_taken_at_once_and_nothing_that_waits_is_lost(compound):
    compound.start_site_broker()
    right = compound.settings["platform"]["port"]
    compound.settings["platform"]["port"] = free_port()
    compound.write_config()
    compound.start_gateway()
    connected = compound.connect_device("door1", "generic/lock")
    for n in range(20):
        connected.send_until_acknowledged("event", {"id": f"m{n}", "event": "unlocked", "data": {"method": "card", "credential": str(n)}})
    wait_until(lambda: len(connected.acknowledged) == 20, 10, "acknowledged while the platform is not found")
    compound.start_platform_and_receiver()
    compound.settings["platform"]["port"] = right
    compound.write_config()
    os.kill(compound.processes["linlid"].pid, signal.SIGHUP)
    wait_until(lambda: len(compound.events()) == 20, 10, "all of it is at the platform")
    assert not connected.disconnected.is_set()


def test_a_second_daemon_on_the_same_database_is_refused(compound):
    compound.start_site_broker()
    compound.start_gateway()
    second = subprocess.run([BIN / "linlid", "--config", compound.config], capture_output=True, text=True, timeout=10)
    assert second.returncode == 3
    assert "another linlid uses this database" in second.stderr


def test_no_secret_stands_in_a_log(compound):
    compound.start()
    password = compound.add_device("door1", "generic/lock")["password"]
    publish(compound, "door1", password, "linli/v1/door1/up/event", '{"id":"' + password + '","event":"nothing"}')
    own = (compound.folder / "broker" / "gateway.password").read_text()
    compound.end("linlid")
    text = (compound.folder / "linlid.log").read_text() + (compound.folder / "mosquitto.log").read_text()
    assert password not in text
    assert own not in text
    for secret in [*(compound.folder / "identity").glob("*.key"), compound.folder / "broker" / "gateway.password"]:
        assert secret.stat().st_mode & 0o077 == 0, secret

"""The way north over CoAP and DTLS: delivers each event once, recovers by itself from every kind of
trouble, and stays quiet meanwhile."""

import json
import time
from datetime import datetime

import pytest

from north_coap_site import BACKOFF_S, EVENTS, KEY, UdpHole, UdpRelay, site, write_key  # noqa: F401 (a fixture)
from north_kit import cpu_share, free_udp_port, read_ledger, wait_until

TROUBLE_S = 5


def is_delivered(gateway):
    return gateway.last.get("made") == EVENTS and gateway.last["waiting"] == 0


def test_delivers_live_events_once_and_in_order(site):
    site.start_receiver()
    gateway = site.start_gateway()
    wait_until(lambda: is_delivered(gateway), 20, f"everything accepted: {gateway.last}")
    site.expect_all_delivered_once()
    assert gateway.last["attempts"] == 0
    assert not [entry for entry in read_ledger(site.ledger) if entry["dup"]]


def test_delivers_a_backlog_in_blocks(site):
    gateway = site.start_gateway("--rate", 2000, "--pad", 800)
    wait_until(lambda: gateway.last.get("made") == EVENTS, 10, "all events are made")
    site.start_receiver()
    wait_until(lambda: is_delivered(gateway), 45, f"everything accepted: {gateway.last}")
    site.expect_all_delivered_once()
    # More than a block of 1,024 bytes each, or these would be hundreds of batches.
    assert gateway.last["batches"] < EVENTS / 4


# What is wrong at first → a word that the status must then say.
def wrong_key(site):
    site.start_receiver()
    write_key(site.gateway_key, "another-key-0123456789abcdef")


def unknown_identity(site):
    site.start_receiver("--psk-identity", "gw2")


def black_hole(site):
    site.hole = UdpHole(site.port)


def open_key(site):
    site.start_receiver()
    site.gateway_key.chmod(0o644)


def no_key(site):
    site.start_receiver()
    site.gateway_key.unlink()


TROUBLES = {
    "wrong_key": (wrong_key, "the key is wrong"),
    "unknown_identity": (unknown_identity, "refused the handshake"),
    "nothing_listens": (lambda site: None, "connection refused"),
    "black_hole": (black_hole, "no dtls answer"),
    "key_open_to_others": (open_key, "chmod 600"),
    "key_missing": (no_key, "no such file"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_recovers_within_one_back_off_after_the_repair(site, trouble):
    break_it, word = TROUBLES[trouble]
    break_it(site)
    gateway = site.start_gateway()
    wait_until(lambda: gateway.last.get("attempts", 0) >= 1, 10, "the trouble is noticed")
    load = cpu_share(gateway, lambda: time.sleep(TROUBLE_S))
    status = dict(gateway.last)
    site.repair()
    repaired = time.monotonic()
    # A handshake that is under way with nobody ends at its limit of 2 s.
    wait_until(lambda: gateway.last.get("up"), BACKOFF_S + 3, f"up again; last {gateway.last}")
    up_after = time.monotonic() - repaired
    wait_until(lambda: is_delivered(gateway), 45, "everything accepted")
    site.expect_all_delivered_once()
    assert not status["up"]
    assert word in status["error"].lower(), status["error"]
    assert KEY not in (site.folder / "gateway.log").read_text()
    assert load <= 0.05, f"{load:.1%} CPU while the platform was away"
    print(f"{trouble}: up {up_after:.1f} s after the repair, {load:.1%} CPU, '{status['error']}'")


def test_survives_a_platform_that_flaps(site):
    site.start_receiver()
    gateway = site.start_gateway("--first-ms", "200", "--base-ms", "200")
    calm = cpu_share(gateway, lambda: time.sleep(3))
    flapping = cpu_share(gateway, lambda: flap(site, times=4))
    wait_until(lambda: is_delivered(gateway), 45, f"everything accepted: {gateway.last}")
    site.expect_all_delivered_once()
    assert flapping <= calm + 0.05, f"{flapping:.1%} CPU while flapping, {calm:.1%} before, with the same events"


def test_live_alarms_overtake_the_blocks_of_a_backlog(site):
    """On a line of 100 datagrams a second, with a backlog of which nine in ten events are telemetry: the alarms
    in it go first, and what is raised after them does not wait for the rest."""
    first = site.start_gateway("--count", 4000, "--rate", 20_000)
    wait_until(lambda: first.last.get("made") == first.last.get("waiting") == 4000, 20, "the backlog is stored")
    first.stop()
    behind = free_udp_port()
    relay = UdpRelay(site.port, behind, delay_s=0.01)
    site.start_receiver(port=behind)
    gateway = site.start_gateway("--count", 400, "--rate", 50, "--drain-spread-ms", 10, "--accept-ms", 60_000)
    wait_until(lambda: gateway.last.get("made") == 400, 20, "the live events are made")
    still_waiting = gateway.last["waiting"]
    wait_until(lambda: gateway.last["waiting"] == 0, 90, f"everything accepted: {gateway.last}")
    relay.close()
    alarms = [entry for entry in read_ledger(site.ledger) if entry["stream"] == "alarm" and not entry["dup"]]
    telemetry = [entry for entry in read_ledger(site.ledger) if entry["stream"] == "telemetry" and not entry["dup"]]
    assert still_waiting > 1000, "the backlog was gone before the alarms were raised"
    live = sorted(delay_ms(entry) for entry in alarms[-10:])
    print(f"live alarms during the drain: {live[0]:.0f} to {live[-1]:.0f} ms; the backlog {len(telemetry)} events of telemetry")
    assert live[-1] < 1000


def delay_ms(entry):
    made = datetime.fromisoformat(entry["time"].replace("Z", "+00:00"))
    return entry["received_ms"] - made.timestamp() * 1000


def flap(site, times):
    for _ in range(times):
        time.sleep(1)
        site.receiver.stop()
        time.sleep(1)
        site.start_receiver()


def test_notices_that_an_association_is_dead_and_makes_a_new_one(site):
    """Swallowed without an ICMP message, as by a router that lost its state."""
    behind = free_udp_port()
    site.start_receiver(port=behind)
    relay = UdpRelay(site.port, behind)
    try:
        gateway = site.start_gateway("--keepalive-ms", "1000", "--count", 30)
        wait_until(lambda: gateway.last.get("made") == 30 and gateway.last["waiting"] == 0, 20, "all is accepted")
        relay.swallows = True
        # 1 s of silence, then a ping that is given up after at most 21 s.
        load = cpu_share(gateway, lambda: wait_until(lambda: not gateway.last["up"], 25, "the death is noticed"))
        assert "does not acknowledge" in gateway.last["error"] or "no dtls answer" in gateway.last["error"].lower()
        relay.swallows = False
        wait_until(lambda: gateway.last["up"], BACKOFF_S + 3, f"up again; last {gateway.last}")
        assert load <= 0.05, f"{load:.1%} CPU meanwhile"
    finally:
        relay.close()


def test_keeps_events_that_the_platform_does_not_accept(site):
    site.start_receiver("--no-accept")
    gateway = site.start_gateway()
    wait_until(lambda: gateway.last.get("made") == EVENTS and gateway.last["refused"] > 0, 10, "batches are refused")
    assert gateway.last["accepted"] == 0
    assert gateway.last["waiting"] == EVENTS
    site.repair()
    wait_until(lambda: is_delivered(gateway), 45, f"everything accepted: {gateway.last}")
    site.expect_all_delivered_once(in_order=False)


def test_delivers_what_a_killed_receiver_had_not_accepted(site):
    site.start_receiver()
    gateway = site.start_gateway("--pad", 800)
    wait_until(lambda: gateway.last.get("accepted", 0) > 50, 10, "some events are accepted")
    site.receiver.stop(kill=True)
    time.sleep(1)
    site.start_receiver()
    wait_until(lambda: is_delivered(gateway), 45, f"everything accepted: {gateway.last}")
    site.expect_all_delivered_once(in_order=False)


def test_delivers_what_a_killed_gateway_had_stored(site):
    gateway = site.start_gateway("--pad", 800, "--rate", 1000, "--drain-rate", 100)
    wait_until(lambda: gateway.last.get("made", 0) == EVENTS, 15, "all events are made")
    site.start_receiver()
    wait_until(lambda: site.ledger.exists() and len(read_ledger(site.ledger)) > 50, 10, "some have arrived")
    gateway.stop(kill=True)
    assert len(read_ledger(site.ledger)) < EVENTS, "killed too late to prove anything"
    again = site.start_gateway("--count", "0")
    wait_until(lambda: again.lines > 2 and again.last["waiting"] == 0, 45, f"everything accepted: {again.last}")
    site.expect_all_delivered_once()


def test_finds_the_platform_by_its_name(site):
    """Of "localhost" one address may be IPv6, where nobody listens."""
    site.start_receiver()
    gateway = site.start_gateway("--count", 10, host="localhost")
    wait_until(lambda: gateway.last.get("made") == 10 and gateway.last["waiting"] == 0, 20, f"all is accepted: {gateway.last}")


def test_hears_a_command_once_and_after_the_platform_was_away(site):
    commands = site.folder / "commands"
    commands.write_text("")
    site.start_receiver("--command", commands)
    gateway = site.start_gateway("--count", 1)
    wait_until(lambda: site.receiver.last.get("observed"), 10, "commands are observed")
    say(commands, "c1")
    wait_until(lambda: "command c1" in heard(site), 5, "the command arrives")
    site.receiver.stop()
    commands.write_text("")
    site.start_receiver("--command", commands, "--gateway", "gw1")
    say(commands, "c2")
    wait_until(lambda: "command c2" in heard(site), 10, f"the next one arrives: {gateway.last}")
    assert heard(site).count("command c1") == heard(site).count("command c2") == 1


def say(commands, name):
    with open(commands, "a") as out:
        out.write(json.dumps({"id": name, "target": "device/d1", "action": "test"}) + "\n")


def heard(site):
    return (site.folder / "gateway.log").read_text()

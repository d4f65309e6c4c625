"""The way north recovers by itself from every kind of trouble, delivers each event once, and stays
quiet meanwhile."""

import time

import pytest

from north_kit import BlackHole, cpu_share, wait_until
from north_site import BACKOFF_S, EVENTS, site  # noqa: F401 (a fixture)

TROUBLE_S = 5


def expired(site):
    return site.authority.sign("expired", "localhost", "DNS:localhost", ends="20210101000000Z")


def early(site):
    return site.authority.sign("early", "localhost", "DNS:localhost", begins="20490101000000Z")


def elsewhere(site):
    return site.authority.sign("elsewhere", "elsewhere.example", "DNS:elsewhere.example")


def forged(site):
    return site.stranger.sign("forged", "localhost", "DNS:localhost")


def black_hole(site):
    site.hole = BlackHole(site.port)


def reset(site):
    site.hole = BlackHole(site.port, resets=True)


def hang_up(site):
    site.hole = BlackHole(site.port, hangs_up=True)


# What is wrong at first → a word that the status must then say.
TROUBLES = {
    "wrong_ca": (lambda site: site.start_broker(server=forged(site)), "not of a ca that we trust"),
    "expired_certificate": (lambda site: site.start_broker(server=expired(site)), "expired"),
    "not_yet_valid": (lambda site: site.start_broker(server=early(site)), "not yet valid"),
    "wrong_host": (lambda site: site.start_broker(server=elsewhere(site)), "not for the host localhost"),
    "refused_certificate": (lambda site: site.start_broker(client_ca=site.stranger.ca),
                            "trusts our certificate"),
    "nothing_listens": (lambda site: None, "connection refused"),
    "resets_in_the_handshake": (reset, "before it answered"),
    "hangs_up_at_once": (hang_up, "before it answered"),
    "black_hole": (black_hole, "no mqtt answer"),
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
    wait_until(lambda: gateway.last.get("up"), BACKOFF_S + 2, f"up again; last {gateway.last}")
    up_after = time.monotonic() - repaired
    site.start_receiver()
    wait_until(lambda: gateway.last["made"] == EVENTS and gateway.last["waiting"] == 0, 45,
               "everything accepted")
    site.expect_all_delivered_once()
    assert not status["up"]
    assert word in status["error"].lower(), status["error"]
    assert load <= 0.05, f"{load:.1%} CPU while the platform was away"
    print(f"{trouble}: up {up_after:.1f} s after the repair, {load:.1%} CPU, '{status['error']}'")


def test_keeps_events_whose_publish_the_platform_denies(site):
    site.start_broker(acl="user gw1\ntopic read linli/v1/gw1/down/#\n"
                          "user receiver\ntopic readwrite linli/v1/#\n")
    site.start_receiver()
    gateway = site.start_gateway()
    wait_until(lambda: gateway.last.get("made") == EVENTS, 10, "all events are made")
    assert gateway.last["accepted"] == 0
    assert gateway.last["waiting"] == EVENTS
    site.repair()
    wait_until(lambda: gateway.last["waiting"] == 0, 45, f"everything accepted: {gateway.last}")
    site.expect_all_delivered_once()


def flap(site, times):
    for _ in range(times):
        time.sleep(1)
        site.broker.stop()
        time.sleep(1)
        site.start_broker()


def test_survives_a_broker_that_flaps(site):
    site.start_broker()
    site.start_receiver()
    gateway = site.start_gateway("--first-ms", "200", "--base-ms", "200")
    calm = cpu_share(gateway, lambda: time.sleep(3))
    flapping = cpu_share(gateway, lambda: flap(site, times=4))
    wait_until(lambda: gateway.last["made"] == EVENTS and gateway.last["waiting"] == 0, 45,
               f"everything accepted: {gateway.last}")
    site.expect_all_delivered_once()
    assert flapping <= calm + 0.05, f"{flapping:.1%} CPU while flapping, {calm:.1%} before, with the same events"


def test_delivers_what_a_killed_receiver_had_not_accepted(site):
    site.start_broker()
    receiver = site.start_receiver()
    gateway = site.start_gateway()
    wait_until(lambda: gateway.last.get("accepted", 0) > 50, 10, "some events are accepted")
    receiver.stop(kill=True)
    time.sleep(1)
    site.start_receiver()
    wait_until(lambda: gateway.last["made"] == EVENTS and gateway.last["waiting"] == 0, 45,
               f"everything accepted: {gateway.last}")
    # New events came before those that died with the receiver and were sent again.
    site.expect_all_delivered_once(in_order=False)


def test_delivers_soon_to_a_receiver_that_came_after_the_events(site):
    site.start_broker()
    gateway = site.start_gateway("--count", "20")
    wait_until(lambda: gateway.last.get("made", 0) == 20, 10, "all events are made, and nobody listens")
    site.start_receiver()
    wait_until(lambda: gateway.last["waiting"] == 0, 10, f"everything accepted: {gateway.last}")


def test_delivers_what_a_killed_gateway_had_stored(site):
    site.start_broker()
    gateway = site.start_gateway()
    wait_until(lambda: gateway.last.get("made", 0) == EVENTS, 15, "all events are made")
    time.sleep(0.5)
    gateway.stop(kill=True)
    site.start_receiver()
    again = site.start_gateway("--count", "0")
    wait_until(lambda: again.lines > 2 and again.last["waiting"] == 0, 45, f"everything accepted: {again.last}")
    site.expect_all_delivered_once()


def test_speaks_mqtt_311_where_the_platform_knows_no_better(site):
    site.start_broker()
    site.start_receiver("--mqtt", "311")
    gateway = site.start_gateway("--mqtt", "311")
    wait_until(lambda: gateway.last.get("made") == EVENTS and gateway.last["waiting"] == 0, 30,
               f"everything accepted: {gateway.last}")
    site.expect_all_delivered_once()

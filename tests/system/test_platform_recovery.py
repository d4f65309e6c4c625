"""The way north recovers by itself from every kind of trouble, delivers each event once, and stays
quiet meanwhile."""

import time

import pytest

from north_kit import (BIN, Authority, BlackHole, Broker, Program, free_port, read_ledger, wait_until)

EVENTS = 300
BACKOFF_S = 2  # the longest wait of the probe: --cap-ms
TROUBLE_S = 5


class Site:
    """A platform broker that can be broken in many ways, its receiver, and one gateway."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.receiver_port = free_port()
        self.authority = Authority(folder / "ca", "platform-ca")
        self.stranger = Authority(folder / "ca2", "stranger-ca")
        self.server = self.authority.sign("server", "localhost", "DNS:localhost,IP:127.0.0.1")
        self.gateway = self.authority.sign("gateway", "gw1")
        self.receiver_login = self.authority.sign("receiver", "receiver")
        self.broker = Broker(folder / "broker", self.port)
        self.ledger = folder / "ledger.jsonl"
        self.hole = None
        self.programs = []

    def start_broker(self, server=None, client_ca=None, acl=None):
        certificate, key = server or self.server
        acl_file = self.folder / "acl"
        acl_file.write_text(acl or "pattern readwrite linli/v1/#\n")
        tls = [f"cafile {client_ca or self.authority.ca}", "require_certificate true",
               "use_identity_as_username true"]
        self.broker.start(
            [f"certfile {certificate}", f"keyfile {key}", *tls,
             # The receiver comes in by a door of its own, which is never broken.
             f"listener {self.receiver_port} 127.0.0.1", f"cafile {self.authority.ca}",
             f"certfile {self.server[0]}", f"keyfile {self.server[1]}", "require_certificate true",
             "use_identity_as_username true",
             f"acl_file {acl_file}", "max_queued_messages 0", "max_inflight_messages 200"])

    def start_receiver(self):
        certificate, key = self.receiver_login
        receiver = Program([BIN / "platform_receiver", "--ledger", self.ledger, "--host", "localhost",
                            "--port", self.receiver_port, "--ca", self.authority.ca, "--cert",
                            certificate, "--key", key, "--stats"], self.folder / "receiver.log")
        self.programs.append(receiver)
        return receiver

    def start_gateway(self, *options, ca=None, login=None):
        certificate, key = login or self.gateway
        gateway = Program([BIN / "north_probe", "--host", "localhost", "--port", self.port, "--ca",
                           ca or self.authority.ca, "--cert", certificate, "--key", key, "--db",
                           self.folder / "north.db", "--count", EVENTS, "--rate", 100, "--cap-ms",
                           BACKOFF_S * 1000, *options], self.folder / "gateway.log")
        self.programs.append(gateway)
        return gateway

    def stop(self):
        for program in self.programs:
            if program.is_running():
                program.stop()
        if self.hole is not None:
            self.hole.close()
        self.broker.stop()

    def repair(self):
        if self.hole is not None:
            self.hole.close()
            self.hole = None
        self.broker.stop()
        self.start_broker()

    def expect_all_delivered_once(self, in_order=True):
        events = [entry for entry in read_ledger(self.ledger) if "invalid" not in entry]
        fresh = [entry["id"] for entry in events if not entry["dup"]]
        assert len(fresh) == len(set(fresh)) == EVENTS
        for stream in {entry["stream"] for entry in events} if in_order else ():
            numbers = [entry["seq"] for entry in events
                       if entry["stream"] == stream and not entry["dup"]]
            assert numbers == list(range(1, len(numbers) + 1)), f"order of {stream}"


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    made.stop()


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


# What is wrong at first → a word that the status must then say.
TROUBLES = {
    "wrong_ca": (lambda site: site.start_broker(server=forged(site)), "not of a ca that we trust"),
    "expired_certificate": (lambda site: site.start_broker(server=expired(site)), "expired"),
    "not_yet_valid": (lambda site: site.start_broker(server=early(site)), "not yet valid"),
    "wrong_host": (lambda site: site.start_broker(server=elsewhere(site)), "not for the host localhost"),
    "refused_certificate": (lambda site: site.start_broker(client_ca=site.stranger.ca),
                            "trusts our certificate"),
    "nothing_listens": (lambda site: None, "connection refused"),
    "black_hole": (black_hole, "no mqtt answer"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_recovers_within_one_back_off_after_the_repair(site, trouble):
    break_it, word = TROUBLES[trouble]
    break_it(site)
    gateway = site.start_gateway()
    wait_until(lambda: gateway.last.get("attempts", 0) >= 1, 10, "the trouble is noticed")

    before = gateway.cpu_seconds()
    time.sleep(TROUBLE_S)
    load = (gateway.cpu_seconds() - before) / TROUBLE_S
    status = dict(gateway.last)
    site.repair()
    repaired = time.monotonic()
    site.start_receiver()

    wait_until(lambda: gateway.last.get("up"), BACKOFF_S + 3, f"up again; last {gateway.last}")
    up_after = time.monotonic() - repaired
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
    gateway = site.start_gateway("--accept-ms", "2000")
    wait_until(lambda: gateway.last.get("made") == EVENTS, 10, "all events are made")
    assert gateway.last["accepted"] == 0
    assert gateway.last["waiting"] == EVENTS
    site.repair()
    wait_until(lambda: gateway.last["waiting"] == 0, 45, f"everything accepted: {gateway.last}")
    site.expect_all_delivered_once()


def test_survives_a_broker_that_flaps(site):
    site.start_broker()
    site.start_receiver()
    gateway = site.start_gateway("--first-ms", "200", "--base-ms", "200", "--accept-ms", "2000")
    before = gateway.cpu_seconds()
    for _ in range(5):
        time.sleep(1)
        site.broker.stop()
        time.sleep(1)
        site.start_broker()
    load = (gateway.cpu_seconds() - before) / 10
    wait_until(lambda: gateway.last["made"] == EVENTS and gateway.last["waiting"] == 0, 45,
               f"everything accepted: {gateway.last}")
    site.expect_all_delivered_once()
    assert load <= 0.10, f"{load:.1%} CPU while flapping, with events every 10 ms"


def test_delivers_what_a_killed_receiver_had_not_accepted(site):
    site.start_broker()
    receiver = site.start_receiver()
    gateway = site.start_gateway("--accept-ms", "1500")
    wait_until(lambda: gateway.last.get("accepted", 0) > 50, 10, "some events are accepted")
    receiver.stop(kill=True)
    time.sleep(1)
    site.start_receiver()
    wait_until(lambda: gateway.last["made"] == EVENTS and gateway.last["waiting"] == 0, 45,
               f"everything accepted: {gateway.last}")
    # New events came before those that died with the receiver and were sent again.
    site.expect_all_delivered_once(in_order=False)


def test_delivers_what_a_killed_gateway_had_stored(site):
    site.start_broker()
    gateway = site.start_gateway("--accept-ms", "1500")
    wait_until(lambda: gateway.last.get("made", 0) == EVENTS, 15, "all events are made")
    time.sleep(0.5)
    gateway.stop(kill=True)
    site.start_receiver()
    again = site.start_gateway("--count", "0")
    wait_until(lambda: again.lines > 2 and again.last["waiting"] == 0, 45, f"everything accepted: {again.last}")
    site.expect_all_delivered_once()


def test_speaks_mqtt_311_where_the_platform_knows_no_better(site):
    site.start_broker()
    certificate, key = site.receiver_login
    site.programs.append(Program(
        [BIN / "platform_receiver", "--ledger", site.ledger, "--host", "localhost", "--port",
         site.receiver_port, "--ca", site.authority.ca, "--cert", certificate, "--key", key, "--mqtt",
         "311"], site.folder / "receiver.log"))
    gateway = site.start_gateway("--mqtt", "311")
    wait_until(lambda: gateway.last.get("made") == EVENTS and gateway.last["waiting"] == 0, 30,
               f"everything accepted: {gateway.last}")
    site.expect_all_delivered_once()

"""CoAP over a bad network: what got 2.04 is at the platform exactly once, and in the end everything is."""

import json
import selectors
import subprocess
import sys
import time
from collections import Counter

import pytest

from coap_kit import CoapCompound
from coap_sender import Sender
from north_kit import ROOT, free_udp_port, wait_until

sys.path.insert(0, str(ROOT / "tests" / "sim" / "chaos"))

from chaos import Chaos, ChaosProxy  # noqa: E402

pytestmark = pytest.mark.alone  # ten thousand events through one proxy

EVENTS = 10_000
DEVICES = 50


def run(senders, limit):
    selector = selectors.DefaultSelector()
    for sender in senders:
        selector.register(sender.socket, selectors.EVENT_READ, sender)
    end = time.monotonic() + limit
    while any(sender.waiting or sender.open for sender in senders):
        now = time.monotonic()
        assert now < end, f"not within {limit} s: {sum(len(s.waiting) + len(s.open) for s in senders)} are left"
        for sender in senders:
            sender.start_some()
            sender.repeat(now)
        for key, _ in selector.select(0.02):
            key.data.receive()
    selector.close()


@pytest.fixture
def compound(tmp_path):
    made = CoapCompound(tmp_path)
    made.start()
    yield made
    made.stop()


def delivered(compound):
    return Counter(event["data"]["data"]["credential"] for event in compound.events() if event["data"]["event"] == "unlocked")


@pytest.mark.parametrize("chaos", [Chaos(loss=0.3, twice=0.1, late=0.1, delay_ms=2, seed=1)], ids=["loss 30 %, twice 10 %, late 10 %"])
def test_every_event_that_got_2_04_over_a_bad_network_is_delivered_once_and_none_is_lost(compound, chaos):
    addresses = [f"127.0.1.{n + 1}" for n in range(DEVICES)]
    for n, address in enumerate(addresses):
        compound.add(f"door{n}", "generic/lock", "--address", address)
    proxy = ChaosProxy(free_udp_port(), compound.open_port, chaos)
    numbers = range(EVENTS)
    senders = [Sender(address, proxy.listen, numbers[n::DEVICES]) for n, address in enumerate(addresses)]
    begun = time.monotonic()
    try:
        run(senders, 240)
    finally:
        proxy.close()
        for sender in senders:
            sender.socket.close()
    took = time.monotonic() - begun
    stored = sum((sender.stored for sender in senders), Counter())
    assert set(stored) == set(numbers), "each got its 2.04 in the end"
    wait_until(lambda: compound.ctl("status")["events"]["waiting"] == 0, 30, "all is at the platform")
    assert delivered(compound) == Counter(str(number) for number in numbers)
    assert proxy.counts.lost > 0.25 * proxy.counts.arrived, "it was a bad network"
    print(f"{EVENTS} events in {took:.0f} s over {vars(proxy.counts)}; {sum(s.given_up for s in senders)} messages given up, "
          f"{sum((s.refused for s in senders), Counter())} refused, repeats that the gateway knew: {compound.coap_status()['requests']['repeats']}")


def test_an_event_with_a_key_gets_through_a_bad_network(compound):
    """Handshake, request and reply with OpenSSL's and libcoap's own timers; whoever was told 2.04 is at the platform once."""
    compound.add("door1", "generic/lock")
    proxy = ChaosProxy(free_udp_port(), compound.coap_port, Chaos(loss=0.15, twice=0.1, late=0.1, delay_ms=2, seed=2))
    waiting, told = set(range(10)), set()
    try:
        end = time.monotonic() + 120
        while waiting and time.monotonic() < end:
            for number in sorted(waiting):
                payload = json.dumps({"id": f"k{number}", "event": "unlocked", "data": {"method": "card", "credential": f"k{number}"}})
                done = subprocess.run(["coap-client-openssl", "-u", "door1", "-k", compound.keys["door1"], "-B", "15", "-m", "post", "-t", "50",
                                       "-v", "6", "-e", payload, f"coaps://127.0.0.1:{proxy.listen}/linli/v1/event"], capture_output=True, text=True)
                if "c:2.04" in done.stdout + done.stderr:
                    waiting.discard(number)
                    told.add(f"k{number}")
    finally:
        proxy.close()
    assert not waiting
    wait_until(lambda: compound.ctl("status")["events"]["waiting"] == 0, 30, "all is at the platform")
    assert delivered(compound) == Counter(told)
    assert proxy.counts.lost > 0
    print(vars(proxy.counts))


def test_a_black_hole_costs_nothing_once_it_ends(compound):
    compound.add("door1", "generic/lock", "--address", "127.0.1.1")
    proxy = ChaosProxy(free_udp_port(), compound.open_port, Chaos(seed=3))
    sender = Sender("127.0.1.1", proxy.listen, range(50))
    try:
        proxy.is_black_hole = True
        sender.start_some()
        time.sleep(1)
        assert not sender.stored and proxy.counts.swallowed > 0
        proxy.is_black_hole = False
        run([sender], 60)
    finally:
        proxy.close()
        sender.socket.close()
    wait_until(lambda: compound.ctl("status")["events"]["waiting"] == 0, 10, "all is at the platform")
    assert delivered(compound) == Counter(str(number) for number in range(50))

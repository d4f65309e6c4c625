"""What a hostile neighbour can do over CoAP: amplification, floods, state."""

import random
import socket
import subprocess
import time

import pytest

from coap_kit import CON, GET, HEADERS, POST, CoapCompound, Message, RawDevice, path_options, resident_kb  # noqa: F401
from north_kit import wait_until

pytestmark = pytest.mark.alone  # it floods, and measures the processor


@pytest.fixture
def site(tmp_path):
    made = CoapCompound(tmp_path)
    made.start_site_broker()
    made.start_gateway()
    made.add("smoke1", "generic/smoke")
    made.add("raw1", "generic/smoke", "--address", "127.0.0.11")
    yield made
    made.stop()


def ratio(device, data):
    """Bytes that came back for bytes that were sent, with headers, repeats included."""
    device.socket.send(data)
    back = 0
    device.socket.settimeout(1)
    while True:
        try:
            back += len(device.socket.recv(65536)) + HEADERS
        except TimeoutError:
            return back / (len(data) + HEADERS)


@pytest.mark.parametrize("path,method,payload", [
    ("", GET, b""), (".well-known/core", GET, b""), ("linli/v1/model", GET, b""), ("linli/v1/time", GET, b""),
    ("linli/v1/event", POST, b"{"), ("linli/v1/nothing", GET, b""), ("x", 7, b""), ("linli/v1/command", GET, b"")])
def test_an_address_gets_at_most_three_times_what_came_from_it(site, path, method, payload):
    device = RawDevice(site, "127.0.0.11")
    for token in (b"", b"12345678"):
        message = Message(CON, method, random.randrange(65536), token, path_options(path) if path else [], payload)
        assert ratio(device, message.encode()) <= 3
    observing = Message(CON, GET, 77, b"", [*path_options("linli/v1/command"), (6, b"")])
    assert ratio(device, observing.encode()) <= 3
    device.close()


def test_a_stranger_gets_less_than_it_sent(site):
    device = RawDevice(site, "127.0.0.99")
    for path in (".well-known/core", "linli/v1/time"):
        assert ratio(device, Message(CON, GET, 5, b"tk", path_options(path)).encode()) <= 1
    assert ratio(device, b"\x40\x00\x12\x34") <= 1, "a ping"
    assert ratio(device, b"\x41\x01\x12\x34\x01\xff") <= 1, "a marker without a payload"
    assert ratio(device, b"\x4f\x01\x12\x34" + b"x" * 20) <= 1, "a token of 15 bytes"
    device.close()


def client_hello():
    """A real one, from OpenSSL."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trap:
        trap.bind(("127.0.0.1", 0))
        trap.settimeout(5)
        peer = subprocess.Popen(["openssl", "s_client", "-dtls1_2", "-connect", f"127.0.0.1:{trap.getsockname()[1]}", "-psk_identity",
                                 "x", "-psk", "00"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        hello = trap.recv(2048)
        peer.kill()
        peer.wait()
    return hello


def test_a_client_hello_gets_a_cookie_and_no_more(site):
    device = RawDevice(site, "127.0.0.50")
    device.socket.connect(("127.0.0.1", site.coap_port))
    assert ratio(device, client_hello()) <= 1
    device.close()


def test_a_flood_of_client_hellos_takes_no_memory_and_leaves_associations_alone(site):
    pid = site.processes["linlid"].pid
    watch = subprocess.Popen(["coap-client-openssl", "-u", "smoke1", "-k", site.keys["smoke1"], "-s", "60", "-B", "60",
                              site.uri("linli/v1/command")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: site.coap_status()["observations"] == 1, 5, "a device listens")
    hello = client_hello()
    before = resident_kb(pid)
    for number in range(20_000):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as source:
            source.bind((f"127.{1 + number // 60000}.{number // 250 % 250}.{1 + number % 250}", 0))
            source.sendto(hello, ("127.0.0.1", site.coap_port))
    wait_until(lambda: site.coap_status()["up"], 10, "linlid answers")
    assert resident_kb(pid) - before < 16 * 1024
    assert site.coap_status()["observations"] == 1
    watch.terminate()
    watch.wait()


def flood(site, address, count, message):
    """`count` messages of `message(i)` as fast as they can be sent, from one address."""
    device = RawDevice(site, address)
    device.socket.setblocking(False)
    for number in range(count):
        try:
            device.socket.send(message(number))
        except BlockingIOError:
            time.sleep(0.001)
    device.close()


def test_a_million_tokens_take_no_memory(site):
    pid = site.processes["linlid"].pid
    path = path_options("linli/v1/command")

    def ask(number):
        return Message(CON, GET, number & 0xFFFF, number.to_bytes(4, "big"), [*path, (6, b"")]).encode()

    flood(site, "127.0.0.11", 100_000, ask)
    wait_until(lambda: site.coap_status()["up"], 20, "linlid answers")
    before = resident_kb(pid)
    flood(site, "127.0.0.11", 900_000, ask)
    wait_until(lambda: site.coap_status()["up"], 20, "linlid answers")
    assert resident_kb(pid) - before < 4 * 1024
    status = site.coap_status()
    assert status["observations"] == 1
    assert status["requests"]["all"] > 100_000
    assert site.client("smoke1", "linli/v1/time").code == "2.05"


def test_strangers_push_nobody_out(site):
    device = RawDevice(site, "127.0.0.11")
    device.send(CON, GET, "linli/v1/command", options=[(6, b"")], token=b"ob")
    assert device.receive().dotted() == "2.05"
    for _ in range(1000):
        stranger = RawDevice(site, "127.0.0.99")
        stranger.send(CON, GET, "linli/v1/time")
        assert stranger.receive().dotted() == "4.01"
        stranger.close()
    status = site.coap_status()
    assert status["observations"] == 1
    assert status["requests"]["strangers"] == 1000
    device.close()


def test_half_uploads_of_many_ports_are_bounded_and_evicted(site):
    """Each socket is a peer of its own with an upload that never ends."""
    block = Message(CON, POST, 9, b"t", [*path_options("linli/v1/event"), (27, b"\x0e")], b"x" * 1024).encode()
    devices = [RawDevice(site, "127.0.0.11") for _ in range(200)]
    for device in devices:
        device.socket.send(block)
        assert device.receive().dotted() == "2.31"
    status = site.coap_status()
    for device in devices:
        device.close()
    assert status["uploads"] == 64
    assert status["evicted"]["uploads"] == 200 - 64


def test_garbage_is_survived(site):
    device = RawDevice(site, "127.0.0.11")
    dtls = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    dtls.connect(("127.0.0.1", site.coap_port))
    chance = random.Random(1)
    good = Message(CON, POST, 1, b"tk", [*path_options("linli/v1/event"), (12, b"\x3c"), (27, b"\x06")], b"\xa1aax").encode()
    for number in range(20_000):
        data = bytearray(good if number % 2 else chance.randbytes(chance.randrange(64)))
        for _ in range(chance.randrange(4)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        (dtls if number % 5 == 0 else device.socket).send(bytes(data))
        if number % 50 == 0:
            time.sleep(0.002)
    assert site.client("smoke1", "linli/v1/time").code == "2.05"
    device.close()
    dtls.close()

"""CoAP peers for tests: Debian's clients, OpenSSL, and a device of single datagrams."""

import json
import re
import socket
import struct
import subprocess
import time

import pytest

from compound import Compound
from north_kit import free_udp_port

PDU = re.compile(r"^v:1 t:(\w+) c:([\w.]+) i:([0-9a-f]+) \{([0-9a-f]*)\} \[ (.*?) ?\](?: :: (?:'(.*)'|(.*)))?$", re.M | re.S)
CON, NON, ACK, RST = range(4)
GET, POST, PUT, DELETE = 1, 2, 3, 4
HEADERS = 28  # of IPv4 and UDP


class CoapCompound(Compound):
    """A compound that also listens for CoAP, on loopback; 127.0.0.0/8 may speak without keys."""

    def __init__(self, folder, **changes):
        self.coap_port = free_udp_port()
        self.open_port = free_udp_port()
        super().__init__(folder, coap={"listen": "127.0.0.1", "port": self.coap_port, "plain_port": self.open_port,
                                       "plain_from": ["127.0.0.0/8"]}, **changes)
        self.keys = {}

    def add(self, name, profile, *words):
        answer = self.ctl("device", "add", "--id", name, "--profile", profile, "--driver", "coap", *words)
        self.keys[name] = answer["credentials"]["key"]
        return answer

    def coap_status(self):
        return self.ctl("status")["coap"]

    def uri(self, path, scheme="coaps"):
        return f"{scheme}://127.0.0.1:{self.coap_port if scheme == 'coaps' else self.open_port}/{path}"

    def client(self, name, path, *words, key=None, limit=10):
        """Debian's coap-client as the device `name`, with its key."""
        return Answer(["coap-client-openssl", "-u", name, "-k", key or self.keys[name], "-B", str(limit), *words, self.uri(path)])

    def plain_client(self, address, path, *words, limit=10):
        return Answer(["coap-client-notls", "-a", address, "-B", str(limit), *words, self.uri(path, "coap")])


class Answer:
    """What a coap-client sent and received, message by message."""

    def __init__(self, command):
        done = subprocess.run([command[0], "-v", "7", *command[1:]], capture_output=True)
        self.text = done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")
        self.messages = [Line(*found) for found in split_messages(self.text)]
        received = [m for m in self.messages if m.code[:2] in ("2.", "4.", "5.")]
        self.last = received[-1] if received else None
        self.code = self.last.code if self.last else None
        self.payload = self.last.payload if self.last else None


class Line:
    def __init__(self, kind, code, message_id, token, options, payload):
        self.kind, self.code, self.id, self.token, self.options, self.payload = kind, code, message_id, token, options, payload


def split_messages(text):
    for line in text.split("\n"):
        found = PDU.match(line)
        if found:
            kind, code, message_id, token, options, quoted, raw = found.groups()
            yield kind, code, message_id, token, options, quoted if quoted is not None else raw


class Message:
    """RFC 7252 §3, written a second time on purpose: it shall not share mistakes with the gateway."""

    def __init__(self, kind, code, message_id, token=b"", options=(), payload=b""):
        self.kind, self.code, self.id, self.token, self.options, self.payload = kind, code, message_id, token, list(options), payload

    def encode(self):
        out = struct.pack("!BBH", 0x40 | self.kind << 4 | len(self.token), self.code, self.id) + self.token
        last = 0
        for number, value in sorted(self.options, key=lambda option: option[0]):
            delta, length = self._nibble(number - last), self._nibble(len(value))
            out += bytes([delta[0] << 4 | length[0]]) + delta[1] + length[1] + value
            last = number
        return out + (b"\xff" + self.payload if self.payload else b"")

    @staticmethod
    def _nibble(value):
        if value < 13:
            return value, b""
        return (13, bytes([value - 13])) if value < 269 else (14, struct.pack("!H", value - 269))

    @classmethod
    def decode(cls, data):
        first, code, message_id = struct.unpack_from("!BBH", data)
        at, number, options = 4 + (first & 15), 0, []
        token = data[4:at]
        while at < len(data) and data[at] != 0xFF:
            delta, length = data[at] >> 4, data[at] & 15
            at += 1
            delta, at = cls._extended(data, at, delta)
            length, at = cls._extended(data, at, length)
            number += delta
            options.append((number, data[at:at + length]))
            at += length
        return cls(first >> 4 & 3, code, message_id, token, options, data[at + 1:])

    @staticmethod
    def _extended(data, at, nibble):
        if nibble == 13:
            return data[at] + 13, at + 1
        return (struct.unpack_from("!H", data, at)[0] + 269, at + 2) if nibble == 14 else (nibble, at)

    def option(self, number):
        return next((value for n, value in self.options if n == number), None)

    def dotted(self):
        return f"{self.code >> 5}.{self.code & 31:02d}"


def path_options(path):
    return [(11, segment.encode()) for segment in path.split("/")]


class RawDevice:
    """A device that speaks plain CoAP from an address of its own, datagram by datagram."""

    def __init__(self, compound, address):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.connect(("127.0.0.1", compound.open_port))
        self.next_id = 0x100

    def send(self, kind, code, path, payload=b"", options=(), token=b"tk", message_id=None):
        """Sends a request; gives its bytes, to be sent again."""
        if message_id is None:
            self.next_id += 1
            message_id = self.next_id
        data = Message(kind, code, message_id, token, path_options(path) + list(options), payload).encode()
        self.socket.send(data)
        return data

    def receive(self, limit=3):
        """The next message, or None."""
        self.socket.settimeout(limit)
        try:
            return Message.decode(self.socket.recv(2048))
        except TimeoutError:
            return None

    def ask(self, *arguments, **more):
        self.send(*arguments, **more)
        return self.receive()

    def acknowledge(self, message, kind=ACK):
        self.socket.send(Message(kind, 0, message.id).encode())

    def close(self):
        self.socket.close()


def json_payload(value):
    return json.dumps(value).encode()


def resident_kb(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A whole compound with CoAP devices: smoke1 and lock1 with keys, raw1 and old1 without."""
    made = CoapCompound(tmp_path_factory.mktemp("coap"))
    made.start()
    made.add("smoke1", "generic/smoke")
    made.add("lock1", "generic/lock")
    made.add("meter1", "generic/meter")
    made.add("old1", "generic/smoke", "--address", "127.0.0.1")
    made.add("raw1", "generic/smoke", "--address", "127.0.0.11")
    made.add("raw2", "generic/lock", "--address", "127.0.0.12")
    yield made
    made.stop()


@pytest.fixture
def raw(site):
    device = RawDevice(site, "127.0.0.11")
    yield device
    device.close()


@pytest.fixture
def lock(site):
    device = RawDevice(site, "127.0.0.12")
    yield device
    device.close()


def until_stored(site, claim, limit=5):
    """Waits for events of the platform's ledger for which `claim` holds."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        found = [event for event in site.events() if claim(event)]
        if found:
            return found
        time.sleep(0.05)
    return []

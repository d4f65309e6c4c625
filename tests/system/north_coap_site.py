"""A platform that serves CoAP with DTLS, and one gateway, for tests of the way north without a broker."""

import socket
import threading
import time

import pytest

from north_kit import BIN, Program, expect_once, free_udp_port, read_ledger, wait_until

EVENTS = 300
BACKOFF_S = 2  # the longest wait of the probe: --cap-ms
KEY = "north-key-0123456789abcdef"


def write_key(path, key, mode=0o600):
    path.write_text(key + "\n")
    path.chmod(mode)
    return path


class UdpHole:
    """Takes datagrams and never says a word."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", port))

    def close(self):
        self.socket.close()


class UdpRelay:
    """Passes datagrams on to a server, each client from a port of its own; can be slow, and swallow them all."""

    def __init__(self, port, server_port, delay_s=0):
        self.swallows = False
        self._delay_s = delay_s
        self.seen = 0
        self._server = ("127.0.0.1", server_port)
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._front.bind(("127.0.0.1", port))
        self._backs = {}
        self._is_open = True
        threading.Thread(target=self._forward, daemon=True).start()

    def _forward(self):
        while self._is_open:
            try:
                data, client = self._front.recvfrom(2048)
            except OSError:
                continue
            self.seen += 1
            if self.swallows or not self._is_open:
                continue
            if client not in self._backs:
                self._backs[client] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                self._backs[client].connect(self._server)
                threading.Thread(target=self._back, args=(client, self._backs[client]), daemon=True).start()
            time.sleep(self._delay_s)
            try:
                self._backs[client].send(data)
            except OSError:
                pass

    def _back(self, client, back):
        while self._is_open:
            try:
                data = back.recv(2048)
            except OSError:
                if back.fileno() < 0:
                    return
                continue
            if not self.swallows and self._is_open:
                self._front.sendto(data, client)

    def close(self):
        self._is_open = False
        # Wakes the threads up.
        self._front.sendto(b"", self._front.getsockname())
        for back in self._backs.values():
            back.shutdown(socket.SHUT_RDWR) if back.fileno() >= 0 else None
            back.close()
        self._front.close()


class CoapSite:
    """A CoAP platform that can be broken in many ways, and one gateway."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_udp_port()
        self.key = write_key(folder / "platform.key", KEY)
        self.gateway_key = write_key(folder / "gateway.key", KEY)
        self.ledger = folder / "ledger.jsonl"
        self.hole = None
        self.receiver = None
        self.programs = []

    def start_receiver(self, *options, port=None, key=None):
        self.receiver = Program([BIN / "platform_receiver", "--ledger", self.ledger, "--no-mqtt", "--coap-port", port or self.port,
                                 "--psk-identity", "gw1", "--psk-key-file", key or self.key, "--stats", *options],
                                self.folder / "receiver.log")
        self.programs.append(self.receiver)
        wait_until(lambda: self.receiver.last, 10, "the receiver runs")
        return self.receiver

    def start_gateway(self, *options, identity="gw1", host="127.0.0.1"):
        gateway = Program([BIN / "north_probe", "--link", "coap", "--host", host, "--port", self.port, "--psk-identity", identity,
                           "--psk-key-file", self.gateway_key, "--db", self.folder / "north.db", "--count", EVENTS, "--rate", 100,
                           "--cap-ms", BACKOFF_S * 1000, "--accept-ms", 2000, *options], self.folder / "gateway.log")
        self.programs.append(gateway)
        return gateway

    def stop(self):
        for program in self.programs:
            if program.is_running():
                program.stop()
        if self.hole is not None:
            self.hole.close()

    def repair(self):
        """The trouble is over: the gateway's key is the platform's, which listens."""
        if self.hole is not None:
            self.hole.close()
            self.hole = None
        write_key(self.gateway_key, KEY)
        if self.receiver is not None and self.receiver.is_running():
            self.receiver.stop()
        self.start_receiver()

    def expect_all_delivered_once(self, in_order=True, count=EVENTS):
        events = read_ledger(self.ledger)
        assert not [entry for entry in events if "invalid" in entry]
        expect_once(events, count, in_order)


@pytest.fixture
def site(tmp_path):
    made = CoapSite(tmp_path)
    yield made
    made.stop()

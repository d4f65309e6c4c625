"""A CoAP device that does not give up: RFC 7252's confirmable messages, and ids that survive them."""

import json
import socket
import time
from collections import Counter

from coap_kit import ACK, CON, POST, Message, path_options

CHANGED = 0x44
AT_ONCE = 8  # exchanges that one device has open, so that a test ends while somebody still watches
ACK_TIMEOUT_S = 0.15
MAX_RETRANSMIT = 6


class Sender:
    """A device that sends confirmable events and repeats them as RFC 7252 §4.2 says, on faster clocks. What is
    given up goes again in a new message, with the same `id`."""

    def __init__(self, address, port, numbers):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)
        self.waiting = list(reversed(numbers))
        self.open = {}    # token → [number, datagram, message id, next time, interval, tries, is acknowledged]
        self.stored = Counter()  # number → how many messages of it got 2.04
        self.given_up = 0
        self.refused = Counter()
        self.next_id = 1

    def start_some(self):
        while self.waiting and len(self.open) < AT_ONCE:
            self.send_new(self.waiting.pop())

    def send_new(self, number):
        self.next_id = (self.next_id + 1) & 0xFFFF
        token = self.next_id.to_bytes(2, "big")
        payload = {"id": f"m{number}", "event": "unlocked", "data": {"method": "card", "credential": str(number)}}
        data = Message(CON, POST, self.next_id, token, [*path_options("linli/v1/event"), (12, bytes([50]))],
                       json.dumps(payload).encode()).encode()
        self.open[token] = [number, data, self.next_id, time.monotonic() + ACK_TIMEOUT_S, ACK_TIMEOUT_S, 0, False]
        self._send(data)

    def turn(self):
        """All that is to be done now."""
        self.start_some()
        self.receive()
        self.repeat(time.monotonic())

    def _send(self, data):
        try:
            self.socket.send(data)
        except (ConnectionRefusedError, BlockingIOError):
            pass  # as if it had been lost

    def receive(self):
        while True:
            try:
                message = Message.decode(self.socket.recv(2048))
            except ConnectionRefusedError:
                continue  # nobody listens just now
            except BlockingIOError:
                return
            if message.code == 0:
                self.note_empty_acknowledgement(message.id)
                continue
            if message.kind == CON:
                self._send(Message(ACK, 0, message.id).encode())
            entry = self.open.pop(message.token, None)
            if entry is None:
                continue  # a second copy of a reply
            if message.code == CHANGED:
                self.stored[entry[0]] += 1
            else:
                self.refused[message.dotted()] += 1
                self.waiting.append(entry[0])

    def note_empty_acknowledgement(self, message_id):
        """The reply comes by itself; if it does not, the exchange ends as one that nobody answered."""
        for entry in self.open.values():
            if entry[2] == message_id and not entry[6]:
                entry[6], entry[3] = True, time.monotonic() + 10

    def repeat(self, now):
        for token, entry in list(self.open.items()):
            if now < entry[3]:
                continue
            if entry[6] or entry[5] == MAX_RETRANSMIT:
                del self.open[token]
                self.given_up += 1
                self.waiting.append(entry[0])
                continue
            entry[5] += 1
            entry[4] *= 2
            entry[3] = now + entry[4]
            self._send(entry[1])

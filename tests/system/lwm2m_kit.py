"""A LwM2M device of single datagrams, over plain UDP or over DTLS by OpenSSL's s_client."""

import os
import select
import socket
import subprocess
import threading
import time

from coap_kit import ACK, CON, DELETE, GET, NON, POST, PUT, Message, path_options

OBSERVE, URI_QUERY, CONTENT_FORMAT, ACCEPT, LOCATION_PATH = 6, 15, 12, 17, 8
TLV, SENML = 11542, 110


def number(value):
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


class Udp:
    def __init__(self, site, address):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.connect(("127.0.0.1", site.open_port))

    def send(self, data):
        self.socket.send(data)

    def receive(self, limit):
        return self.socket.recv(2048) if select.select([self.socket], [], [], limit)[0] else None

    def close(self):
        self.socket.close()


class Dtls:
    """One record each way is one datagram: OpenSSL reads and writes at most one at a time."""

    def __init__(self, site, name):
        self.process = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{site.coap_port}", "-dtls1_2", "-psk_identity", name, "-psk",
             site.keys[name].encode().hex(), "-cipher", "PSK-AES128-CCM8:@SECLEVEL=0", "-quiet"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        time.sleep(0.5)

    def send(self, data):
        os.write(self.process.stdin.fileno(), data)
        time.sleep(0.02)

    def receive(self, limit):
        out = self.process.stdout.fileno()
        return os.read(out, 2048) if select.select([out], [], [], limit)[0] else None

    def close(self):
        self.process.kill()
        self.process.wait()


class Lwm2mDevice:
    """Answers what it is asked from `values` ({"/3303/0/5700": (format, bytes)}), and keeps what it was asked in `asked`.

    Commands are answered with `command_code`; a path in `unobservable` is read, and no more.
    """

    def __init__(self, name, transport, values):
        self.name, self.transport, self.values = name, transport, values
        self.asked, self.replies, self.acknowledged, self.reset = [], [], [], []
        self.observed, self.unobservable, self.command_code = {}, set(), 0x44
        self.is_deaf = False
        self.location, self.next_id, self.sequence = None, 0x200, 10
        self.is_running = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def close(self):
        self.is_running = False
        self.thread.join()
        self.transport.close()

    def run(self):
        while self.is_running:
            data = self.transport.receive(0.05)
            if not data or self.is_deaf:
                continue
            message = Message.decode(data)
            if message.code in (GET, POST, PUT, DELETE):
                self.answer(message)
            elif message.code == 0:
                (self.acknowledged if message.kind == ACK else self.reset).append(message.id)
            else:
                self.replies.append(message)

    def answer(self, message):
        path = "/" + "/".join(value.decode() for n, value in message.options if n == 11)
        self.asked.append((message.code, path, message))
        if message.code != GET:
            return self.transport.send(Message(ACK, self.command_code, message.id, message.token).encode())
        if path not in self.values:
            return self.transport.send(Message(ACK, 0x84, message.id, message.token).encode())
        content_format, payload = self.values[path]
        options = [(CONTENT_FORMAT, number(content_format))]
        if message.option(OBSERVE) is not None and path not in self.unobservable:
            self.observed[path] = message.token
            options.append((OBSERVE, number(1)))
        self.transport.send(Message(ACK, 0x45, message.id, message.token, options, payload).encode())

    def say(self, code, path, query=(), payload=b"", limit=5, message_id=None):
        """Sends a request; gives its reply."""
        self.next_id += 1
        message_id = message_id or self.next_id
        options = path_options(path) + [(URI_QUERY, word.encode()) for word in query]
        if payload:
            options.append((CONTENT_FORMAT, b"\x28"))
        token = message_id.to_bytes(2, "big")
        self.transport.send(Message(CON, code, message_id, token, options, payload).encode())
        return self.until(lambda: next((r for r in self.replies if r.token == token), None), limit)

    def register(self, *query, links=None):
        objects = sorted({tuple(path.split("/")[1:3]) for path in self.values} | {("3", "0")})
        links = links or ",".join(f"</{a}/{b}>" for a, b in objects)
        reply = self.say(POST, "rd", [f"ep={self.name}", "lwm2m=1.1", "b=U", *query], links.encode())
        segments = [value.decode() for n, value in reply.options if n == LOCATION_PATH]
        self.location = "/".join(segments) or self.location
        return reply

    def notify(self, path, payload, content_format=0, kind=CON):
        """Gives the message's id."""
        self.next_id += 1
        self.sequence += 1
        options = [(OBSERVE, number(self.sequence)), (CONTENT_FORMAT, number(content_format))]
        self.transport.send(Message(kind, 0x45, self.next_id, self.observed[path], options, payload).encode())
        return self.next_id

    def until(self, claim, limit=5):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if found := claim():
                return found
            time.sleep(0.02)
        return None

    def until_observed(self, *paths, limit=5):
        return self.until(lambda: all(path in self.observed for path in paths), limit)

    def commands(self, path):
        return [(code, message) for code, asked, message in self.asked if asked == path and code != GET]


__all__ = ["NON", "Dtls", "Lwm2mDevice", "SENML", "TLV", "Udp"]

"""The console's server as a program of its own, and browsers of other makes before it."""

import http.client
import json
import socket
import ssl
import subprocess
import time

import pytest

from north_kit import BIN, Authority, Program, free_port, wait_until

PAGES = {"index.html": "<!doctype html><title>console</title>", "app/index.html": "<!doctype html><title>resident</title>",
         "assets/main-1a2b3c.js": "console.log('plain')", "assets/main-1a2b3c.js.gz": "the gzip variant"}


class Console:
    """console_probe with certificates of OpenSSL's making; `tls` is mbed or openssl."""

    def __init__(self, folder, tls="mbed"):
        self.folder = folder
        self.port = free_port()
        self.authority = Authority(folder / "ca", "site-ca")
        certificate, key = self.authority.sign("console", "console", "DNS:localhost,IP:127.0.0.1")
        for name, content in PAGES.items():
            (folder / "web" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "web" / name).write_text(content)
        self.program = Program([BIN / "console_probe", "--tls", tls, "--port", self.port, "--cert", certificate, "--key", key,
                                "--web", folder / "web"], folder / "console.log")
        wait_until(lambda: self.program.last.get("up"), 10, "the console listens")

    def context(self):
        return ssl.create_default_context(cafile=str(self.authority.ca))

    def connect(self, source="127.0.0.1", limit=10):
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context(), timeout=limit, source_address=(source, 0))

    def ask(self, method, path, body=None, headers=None, source="127.0.0.1"):
        """Status, headers in lower case, body; on a connection of its own."""
        connection = self.connect(source)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def say(self, text):
        """Everything that comes back for raw bytes, until the server closes."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        with self.context().wrap_socket(raw, server_hostname="localhost") as wrapped:
            wrapped.sendall(text)
            heard = b""
            while block := wrapped.recv(65536):
                heard += block
            return heard

    def curl(self, *words):
        done = subprocess.run(["curl", "-sS", "--max-time", "20", "--cacert", self.authority.ca, *words], capture_output=True)
        assert done.returncode == 0, (words, done)
        return done.stdout

    def refused(self, reason):
        return self.program.last["refused"][reason]

    def latencies(self, seconds, source="127.0.0.200"):
        """Milliseconds of ordinary requests, each on a new connection, one after the other."""
        taken = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begun = time.monotonic()
            status, _, body = self.ask("GET", "/healthz", source=source)
            assert (status, body) == (200, b"ok\n")
            taken.append(1000 * (time.monotonic() - begun))
            time.sleep(0.01)
        return sorted(taken)

    def stop(self):
        self.program.stop()
        assert self.program.process.returncode == 0, "it ends in order"


def p99(sorted_values):
    return sorted_values[min(len(sorted_values) - 1, len(sorted_values) * 99 // 100)]


def problem(body):
    return json.loads(body)["code"]


@pytest.fixture(params=["mbed", "openssl"])
def console(tmp_path, request):
    made = Console(tmp_path, request.param)
    yield made
    made.stop()


@pytest.fixture
def busy_console(tmp_path):
    made = Console(tmp_path)
    yield made
    made.stop()

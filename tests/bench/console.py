"""The console beside the message path: what 50 signed-in people cost, and how reads fare while messages pass.

Each of 50 sessions holds a feed open and nothing else; one more reads the list of devices over a kept connection, first
on a quiet gateway, then while 5,000 messages a second pass through. The first is the peer of the second. Both stand in
processes of their own, so that the reader's clock does not wait for the feeds' interpreter; all share the machine.
"""

import http.client
import json
import multiprocessing
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

from subjects import BIN

from north_kit import can_connect, free_port, wait_until  # its folder is known since subjects
from websockets.sync.client import connect

SESSIONS = 50
SESSIONS_OF_ONE = 10
PAUSE_S = 0.02
PROCESSES = multiprocessing.get_context("spawn")
PASSWORD = "Kastanie-und-Regen-7"


class Console:
    """The HTTPS side of the gateway of the other measurements."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.port = free_port()
        self.ca = None
        self.feeds = None
        self.feeds_end = None

    def start(self):
        self.gateway.restart_with(console={"listen": "127.0.0.1", "port": self.port, "hosts": ["localhost", "127.0.0.1"]})
        wait_until(lambda: can_connect(self.port), 5, "the console listens")
        self.ca = str(self.gateway.folder / "identity" / "site-ca-bundle.crt")

    def post(self, path, body):
        """The answer's JSON and the session's cookie."""
        connection = http.client.HTTPSConnection("localhost", self.port, context=trusting(self.ca), timeout=20)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        assert answer.status == 201, f"{path}: {answer.status} {text}"
        return json.loads(text), answer.headers["Set-Cookie"].split(";")[0]

    def sign_everybody_in(self):
        """Cookies of all sessions: the claim makes the first person, invitations the others."""
        cookies = []
        code = self.gateway.ctl("claim")["code"]
        people = -(-SESSIONS // SESSIONS_OF_ONE)
        for number in range(people):
            login = f"bench{number}"
            if number == 0:
                self.post("/api/v1/claim", {"code": code, "name": login, "login": login, "password": PASSWORD})
            else:
                code = self.gateway.ctl("person", "invite", "--role", "viewer", "--name", login)["code"]
                self.post("/api/v1/invitations/accept", {"code": code, "name": login, "login": login, "password": PASSWORD})
            for _ in range(SESSIONS_OF_ONE):
                cookies.append(self.post("/api/v1/session", {"login": login, "password": PASSWORD})[1])
        return cookies[:SESSIONS]

    def open_feeds(self, cookies):
        here, there = PROCESSES.Pipe()
        self.feeds = PROCESSES.Process(target=hold_feeds, args=(self.port, self.ca, cookies, there), daemon=True)
        self.feeds.start()
        there.close()
        assert here.poll(60) and here.recv() == len(cookies), "not every feed opened"
        self.feeds_end = here

    def stop(self):
        """Ends the feeds; how many of them were open until then."""
        if self.feeds is None:
            return 0
        self.feeds_end.send("end")
        held = self.feeds_end.recv() if self.feeds_end.poll(20) else 0
        self.feeds.join(20)
        self.feeds = None
        return held

    def read_for(self, seconds, cookie):
        """Milliseconds of each read."""
        with PROCESSES.Pool(1) as reader:
            return reader.apply(read_devices, (self.port, self.ca, seconds, cookie))


def trusting(ca):
    return ssl.create_default_context(cafile=ca)


def hold_feeds(port, ca, cookies, pipe):
    """Runs as a process: opens a feed for each cookie, says how many, reads them until told to end."""
    feeds = [open_feed(port, ca, cookie, number) for number, cookie in enumerate(cookies)]
    drains = [threading.Thread(target=drain, args=(feed,), daemon=True) for feed in feeds]
    for thread in drains:
        thread.start()
    pipe.send(len(feeds))
    pipe.recv()
    pipe.send(sum(thread.is_alive() for thread in drains))
    for feed in feeds:
        feed.close()


def open_feed(port, ca, cookie, number):
    # From five addresses: one alone may not hold so many connections.
    line = socket.create_connection(("127.0.0.1", port), 20, (f"127.0.1.{1 + number // SESSIONS_OF_ONE}", 0))
    return connect(f"wss://localhost:{port}/api/v1/feed", sock=line, ssl=trusting(ca), server_hostname="localhost",
                   additional_headers={"Cookie": cookie}, origin=f"https://localhost:{port}", open_timeout=20)


def drain(feed):
    try:
        for _ in feed:
            pass
    except Exception as gone:  # noqa: BLE001: a feed that ends ends its thread, whatever the reason
        print(f"   a feed ended: {gone}", file=sys.stderr)


def read_devices(port, ca, seconds, cookie):
    """Runs as a process: milliseconds of each read."""
    took = []
    connection = http.client.HTTPSConnection("localhost", port, context=trusting(ca), timeout=20)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        connection.request("GET", "/api/v1/devices?limit=50", headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        took.append((time.monotonic() - begun) * 1000)
        time.sleep(PAUSE_S)
    connection.close()
    return took


def quantiles(took):
    return {"p50_ms": statistics.median(took), "p99_ms": statistics.quantiles(took, n=100)[98], "reads": len(took)}


def measure(gateway, platform, seconds):
    """{quiet: {p50_ms, p99_ms, reads}, loaded: …, ratios: …, rss_mb: with all sessions at 1,000 messages a second,
    rss_5000_mb: the same at 5,000, rss_peak_mb: since the start, with the 12 MiB that hashing a password takes}"""
    console = Console(gateway)
    try:
        console.start()
        cookies = console.sign_everybody_in()
        console.open_feeds(cookies)
        quiet = quantiles(console.read_for(seconds, cookies[0]))
        with loaded_with(gateway, platform, 1000, seconds):
            time.sleep(seconds - 1)
            rss_mb = gateway.rss_now_mb("linlid")
        with loaded_with(gateway, platform, 5000, seconds + 2):
            time.sleep(1)
            loaded = quantiles(console.read_for(seconds, cookies[0]))
            rss_5000_mb = gateway.rss_now_mb("linlid")
        held = console.stop()
        assert held == SESSIONS, f"{held} of {SESSIONS} feeds were open to the end"
        return {"quiet": quiet, "loaded": loaded, "ratios": {key: loaded[key] / quiet[key] for key in ("p50_ms", "p99_ms")},
                "rss_mb": rss_mb, "rss_5000_mb": rss_5000_mb, "rss_peak_mb": gateway.rss_mb()}
    finally:
        console.stop()


@contextmanager
def loaded_with(gateway, platform, rate, seconds):
    """Messages pass while the block runs; not one of them is missing at the end."""
    command = [BIN / "load_gen", f"--publish-port={gateway.port}", f"--consume-port={platform.plain_port}", f"--consume-topic={gateway.topic}",
               "--mode=rate", f"--rate={rate}", f"--seconds={seconds}", f"--password={gateway.password}"]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True) as load:
        yield
        figures = json.loads(load.communicate()[0])
    assert figures["missing"] == 0, figures


def print_figures(figures):
    print(f"\nConsole: reads of 50 devices, {SESSIONS} sessions with a feed each; RSS {figures['rss_mb']:.1f} MB at 1,000/s, "
          f"{figures['rss_5000_mb']:.1f} MB at 5,000/s, peak {figures['rss_peak_mb']:.1f} MB")
    print(f"{'':<12}{'quiet':>12}{'5,000/s':>12}{'ratio':>8}")
    for key, ratio in figures["ratios"].items():
        print(f"{key:<12}{figures['quiet'][key]:>12,.2f}{figures['loaded'][key]:>12,.2f}{ratio:>8.2f}")

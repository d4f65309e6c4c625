"""The pages in Chromium before a real gateway: the files of tests/browser that are run there, and devices that their tests move."""

import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from compound import Device
from north_kit import ROOT, wait_until

sys.path.insert(0, str(ROOT / "tests" / "sim"))

from face_terminal import FaceTerminal  # noqa: E402

BROWSER = ROOT / "tests" / "browser"
PAGES = ROOT / "build" / "release" / "web"
MANAGER = {"LINLI_LOGIN": "lin.jing", "LINLI_PASSWORD": "a long sentence for tests"}


def serve_pages(site):
    """Lets the site serve the pages that were built; before it starts."""
    assert (PAGES / "index.html").exists(), "the pages are not built: ninja -C build/release web"
    if not (BROWSER / "node_modules" / "playwright-core").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=BROWSER, check=True, timeout=300)
    site.settings["console"]["web"] = str(PAGES)
    site.write_config()


def drive(site, name, limit, **environment):
    """Runs one file of tests/browser, all of whose tests must pass; what they said of themselves is returned."""
    environment = {**os.environ, **MANAGER, "LINLI_BASE_URL": f"https://localhost:{site.console_port}",
                   "LINLI_CLAIM_CODE": site.claim_code, "LINLI_WEB_DIR": str(PAGES), **environment}
    try:
        done = subprocess.run(["node", "--test", "--test-reporter=tap", f"{name}.test.mjs"], cwd=BROWSER, env=environment,
                              capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired as late:
        pytest.fail(f"{name} is not over after {limit} s: {(late.output or b'')[-2000:]!r}")
    failed = [line for line in done.stdout.splitlines() if line.strip().startswith(("not ok", "error:", "location:"))]
    assert done.returncode == 0, (failed, done.stdout[-3000:], done.stderr[-1000:])
    assert "\n# pass 0\n" not in done.stdout and "\n# skipped 0\n" in done.stdout
    assert site.is_ready()
    return done.stdout


class Lock(Device):
    """A lock that remembers when it was told what."""

    def __init__(self, site, name):
        self.told = []  # (milliseconds of the wall clock, action)
        super().__init__(site, name, site.add_device(name, "generic/lock")["password"])

    def _on_message(self, client, _, message):
        now_ms = time.time() * 1000
        if not message.topic.endswith("/ack"):
            self.told.append((now_ms, json.loads(message.payload)["action"]))
        super()._on_message(client, _, message)


class Street:
    """The doors' devices, moved over HTTP by who tests the pages: what people and things do outside of any page."""

    def __init__(self, site, terminal_id):
        self.lock = Lock(site, "lock-1")
        self.smoke = site.connect_device("smoke-1", "generic/smoke")
        site.devices.append(self.lock)
        added = site.ctl("device", "add", "--driver", "terminal", "--profile", "terminal/mqtt_face", "--id", terminal_id)
        self.terminal = FaceTerminal(terminal_id, site.site_port, site.folder / "identity" / "site-ca-bundle.crt",
                                     added["credentials"]["password"])
        assert self.terminal.ready.wait(5)
        self.cards = {}  # number → by what the terminal knows it, also after it was told to forget
        self.smokes = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _handler(self):
        street = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                asked = urlsplit(self.path)
                try:
                    answer, status = getattr(street, f"do_{asked.path[1:]}")(**dict(parse_qsl(asked.query))), 200
                except Exception as wrong:  # said to the test that asked
                    answer, status = {"wrong": repr(wrong)}, 500
                body = json.dumps(answer or {}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler

    def do_lock(self):
        return {"unlocks": [at for at, action in list(self.lock.told) if action == "unlock"]}

    def do_contact(self, open):  # noqa: A002 (a word of the query)
        self.lock.send("properties", {"properties": {"door_open": open == "true"}})

    def do_smoke(self):
        self.smokes += 1
        self.smoke.send("event", {"id": f"s{self.smokes}", "event": "smoke", "data": {}})

    def do_known(self, number):
        """Whether the terminal knows a card by its number, or a face by its number of a person."""
        for person, info in list(self.terminal.persons.items()):
            if info.get("RFIDCard") == number:
                self.cards[number] = person
                return {"known": True}
        return {"known": number in self.terminal.persons}

    def do_show_card(self, number):
        self.terminal.record(self.cards[number], RFIDCard=number)

    def do_show_face(self, number):
        self.terminal.record(number)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.terminal.close()

"""An independent platform: aiocoap puts the blocks together and keeps the observation, over plain UDP and over
DTLS by tinydtls."""

import json
import subprocess
import sys
import threading

import pytest

from north_coap_site import CoapSite, write_key
from north_kit import PEERS, wait_until

EVENTS = 60
KEY = "0123456789abcdef"  # tinydtls takes 16 bytes at most


class Peer:
    def __init__(self, folder, port, *key):
        self.lines = []
        self._log = open(folder / "peer.log", "ab")
        self.process = subprocess.Popen([sys.executable, PEERS / "coap_platform.py", str(port), *key], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self._log, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def batches(self):
        return [line for line in self.lines if "stream" in line]

    def say(self, command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self._log.close()


@pytest.mark.parametrize("scheme", ["coap", "coaps"])
def test_aiocoap_takes_batches_in_blocks_and_tells_commands(tmp_path, scheme):
    site = CoapSite(tmp_path)
    write_key(site.gateway_key, KEY)
    # aiocoap listens for coaps one port above.
    peer = Peer(tmp_path, site.port if scheme == "coap" else site.port - 1, *([KEY] if scheme == "coaps" else []))
    security = [] if scheme == "coaps" else ["--psk-key-file", ""]
    try:
        gateway = site.start_gateway("--count", EVENTS, "--rate", 1000, "--pad", 300, "--accept-ms", 30_000, *security)
        wait_until(lambda: gateway.last.get("made") == EVENTS and gateway.last["waiting"] == 0, 20, f"accepted: {gateway.last}")
        peer.say({"id": "c1", "target": "device/d1", "action": "test"})
        wait_until(lambda: "command c1" in (tmp_path / "gateway.log").read_text(), 10, "the command arrives")
    finally:
        site.stop()
        peer.stop()
    ids = [name for batch in peer.batches() for name in batch["ids"]]
    assert len(ids) == len(set(ids)) == EVENTS
    assert {batch["format"] for batch in peer.batches()} == {50}
    assert {batch["scheme"] for batch in peer.batches()} == {scheme}
    assert max(batch["bytes"] for batch in peer.batches()) > 2048, "no batch took several blocks"

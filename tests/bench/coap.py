"""CoAP: the gateway with every request on disk before its 2.04, beside Debian's coap-server, which stores in memory.

Confirmable POSTs of about 100 bytes from 50 devices, each with one exchange open, plain and with DTLS, in one run.
"""

import json
import shutil
import socket
import statistics
import subprocess

from subjects import BIN, Processes, load_json_line

from north_kit import free_udp_port, wait_until  # its folder is known since subjects

DEVICES = 50
PAYLOAD = json.dumps({"event": "raised", "data": {"sent_us": 1795680000000000, "note": "smoke in the e-bike shed"}})
KEY = "0123456789abcdef"


def is_udp_taken(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return False
        except OSError:
            return True


class CoapServer(Processes):
    """libcoap's own server, one for each transport."""

    name = "coap-server"

    def __init__(self, folder):
        super().__init__(folder)
        self.ports = {"plain": free_udp_port(), "dtls": free_udp_port()}
        self.path = "store/bench"

    def start(self):
        self.spawn("plain", shutil.which("coap-server-notls"), "-p", self.ports["plain"], "-d", "10")
        # It speaks DTLS on the port after the one that it is given.
        self.spawn("dtls", shutil.which("coap-server-openssl"), "-p", self.ports["dtls"] - 1, "-d", "10", "-k", KEY)
        wait_until(lambda: all(is_udp_taken(port) for port in self.ports.values()), 5, "coap-server listens")
        for kind, client in [("plain", ["coap-client-notls"]), ("dtls", ["coap-client-openssl", "-u", "bench", "-k", KEY])]:
            scheme = "coap" if kind == "plain" else "coaps"
            subprocess.run([*client, "-m", "put", "-e", "x", f"{scheme}://127.0.0.1:{self.ports[kind]}/{self.path}"], check=True, capture_output=True)

    def devices(self, kind):
        return [{"identity": "bench", "key": KEY} if kind == "dtls" else {} for _ in range(DEVICES)]


class CoapGateway:
    """The gateway of the other measurements, with CoAP devices."""

    name = "gateway"
    path = "linli/v1/event"

    def __init__(self, gateway):
        self.gateway = gateway
        self.ports = {"plain": free_udp_port(), "dtls": free_udp_port()}
        self.known = {"plain": [], "dtls": []}

    def start(self):
        self.gateway.restart_with(platform={"link": "off"}, coap={"listen": "127.0.0.1", "port": self.ports["dtls"], "plain_port": self.ports["plain"],
                                                                     "plain_from": ["127.0.0.0/8"]})
        for number in range(DEVICES):
            address = f"127.0.2.{number + 1}"
            self._add(f"plain{number}", "--address", address)
            self.known["plain"].append({"from": address})
            key = self._add(f"keyed{number}")["credentials"]["key"]
            self.known["dtls"].append({"identity": f"keyed{number}", "key": key})

    def _add(self, name, *words):
        return self.gateway.ctl("device", "add", "--driver", "coap", "--id", name, "--profile", "bench/probe", *words)

    def devices(self, kind):
        return self.known[kind]

    def accepted(self):
        return self.gateway.ctl("status")["events"]["accepted"]


def load(subject, kind, folder, seconds):
    file = folder / f"coap-{subject.name}-{kind}.json"
    file.write_text(json.dumps(subject.devices(kind)))
    return load_json_line([BIN / "coap_load", "--port", subject.ports[kind], "--path", subject.path, "--devices", file, "--payload", PAYLOAD,
                           "--seconds", seconds])


def measure(gateway, folder, rounds, seconds):
    """{plain: {gateway: {rate, p50_ms, p99_ms}, coap-server: …, ratios: …}, dtls: …}"""
    subjects = [CoapGateway(gateway), CoapServer(folder / "coap-server")]
    try:
        for subject in subjects:
            subject.start()
        return {kind: side_by_side(subjects, kind, folder, rounds, seconds) for kind in ("plain", "dtls")}
    finally:
        subjects[1].stop()


def side_by_side(subjects, kind, folder, rounds, seconds):
    runs = {subject.name: [] for subject in subjects}
    for _ in range(rounds):
        for subject in subjects:
            before = subject.accepted() if subject.name == "gateway" else 0
            runs[subject.name].append(load(subject, kind, folder, seconds))
            if subject.name == "gateway":
                stored = subject.accepted() - before
                assert stored >= runs[subject.name][-1]["replies"], "each 2.04 stands for an event on disk"
    figures = {name: {key: statistics.median(run[key] for run in of) for key in ("rate", "p50_ms", "p99_ms")} for name, of in runs.items()}
    figures["ratios"] = {key: figures["gateway"][key] / figures["coap-server"][key] for key in ("rate", "p50_ms", "p99_ms")}
    return figures


def print_figures(figures):
    print(f"\nCoAP, {DEVICES} devices with one confirmable POST of {len(PAYLOAD)} bytes open each; 2.04 after the commit, beside memory")
    print(f"{'':<8}{'':<10}{'gateway':>12}{'coap-server':>14}{'ratio':>8}")
    for kind, of in figures.items():
        for key in ("rate", "p50_ms", "p99_ms"):
            print(f"{kind:<8}{key:<10}{of['gateway'][key]:>12,.2f}{of['coap-server'][key]:>14,.2f}{of['ratios'][key]:>8.2f}")

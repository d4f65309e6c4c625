"""Servers, certificates and programs for tests of the way north."""

import itertools
import json
import os
import shutil
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("LINLI_BIN", ROOT / "build" / "release" / "bin"))
PEERS = ROOT / "tests" / "peers"


def ports_of_this_worker():
    """Ports that nobody else is given: below those that the kernel hands to connections, a slice for each worker."""
    slice_size = 4_000
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    begin = 12_000 + worker % 5 * slice_size
    ports = [*range(begin, begin + slice_size)]
    start = os.getpid() * 97 % slice_size  # another run beside this one begins elsewhere
    return itertools.cycle(ports[start:] + ports[:start])


PORTS = ports_of_this_worker()


def free_port(kind=socket.SOCK_STREAM):
    for port in PORTS:
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def free_udp_port():
    return free_port(socket.SOCK_DGRAM)


def wait_until(claim, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if claim():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


def ask_peer(script, text):
    """What an independent implementation of tests/peers says to `text`."""
    if not all((PEERS / "node_modules" / name).is_dir() for name in ["cloudevents", "@asyncapi/parser"]):
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=PEERS, check=True, timeout=300)
    return subprocess.run(["node", script], cwd=PEERS, input=text, capture_output=True, timeout=60)


def openssl(*arguments, folder):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


class Authority:
    """A certificate authority and what it signed, as files in one folder."""

    def __init__(self, folder, name):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.ca = self.folder / f"{name}.pem"
        self._key(name)
        openssl("req", "-x509", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-days", "30",
                "-out", f"{name}.pem", folder=self.folder)

    def _key(self, name):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key",
                folder=self.folder)

    def sign(self, name, subject, hosts="", begins="20200101000000Z", ends="20500101000000Z"):
        """The paths of a certificate and its key; valid from `begins` to `ends`."""
        work = self.folder / f"{self.name}-{name}"
        (work / "new").mkdir(parents=True)
        (work / "index.txt").touch()
        (work / "serial").write_text("1000\n")
        self._key(name)
        openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={subject}", "-out", f"{name}.csr",
                folder=self.folder)
        (work / "ca.conf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndir={work}\ndatabase={work}/index.txt\nserial={work}/serial\n"
            f"new_certs_dir={work}/new\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n"
            "[p]\ncommonName=supplied\n[e]\nbasicConstraints=CA:false\n"
            + (f"subjectAltName={hosts}\n" if hosts else ""))
        openssl("ca", "-batch", "-notext", "-config", str(work / "ca.conf"), "-cert", f"{self.name}.pem",
                "-keyfile", f"{self.name}.key", "-startdate", begins, "-enddate", ends, "-in",
                f"{name}.csr", "-out", f"{name}.pem", folder=self.folder)
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"


class Program:
    """One process that writes a JSON line now and then; stopped by its process id."""

    def __init__(self, arguments, log):
        self.log = Path(log)
        self._log_file = open(self.log, "ab")
        self.process = subprocess.Popen([str(word) for word in arguments], stdout=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL, stderr=self._log_file)
        self.last = {}
        self.lines = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            try:
                self.last = json.loads(line)
                self.lines += 1
            except ValueError:
                pass

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_running(self):
        return self.process.poll() is None

    def stop(self, kill=False):
        if self.is_running():
            self.process.kill() if kill else self.process.terminate()
        self.process.wait(timeout=10)
        self._reader.join(timeout=5)
        self._log_file.close()


class Broker:
    """Debian's mosquitto as the platform's broker."""

    def __init__(self, folder, port):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.process = None

    def start(self, lines):
        config = self.folder / "mosquitto.conf"
        # Started as root it would become another user, who may not read our folder.
        user = ["user root"] if os.geteuid() == 0 else []
        config.write_text("\n".join([*user, "per_listener_settings false", "log_type all",
                                     f"listener {self.port} 127.0.0.1", *lines]) + "\n")
        log = open(self.folder / "mosquitto.log", "ab")
        binary = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.process = subprocess.Popen([binary, "-c", str(config)], stdout=log, stderr=log)
        log.close()
        wait_until(lambda: can_connect(self.port), 5, "mosquitto listens")

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=10)
        self.process = None


def can_connect(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
        return True
    except OSError:
        return False


class BlackHole:
    """Takes TCP connections and never says a word; resets them when it has heard one; or hangs up at once."""

    def __init__(self, port, resets=False, hangs_up=False):
        self._resets = resets
        self._hangs_up = hangs_up
        self._listener = socket.create_server(("127.0.0.1", port))
        self._connections = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            if self._hangs_up:
                connection.close()
            elif self._resets:
                self._reset(connection)
            else:
                self._connections.append(connection)

    @staticmethod
    def _reset(connection):
        connection.settimeout(1)
        try:
            connection.recv(65536)
        except OSError:
            pass
        # Closed so, a connection ends with RST.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=5)
        for connection in self._connections:
            connection.close()


def read_ledger(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def expect_once(events, count, in_order):
    """Of these entries of a ledger `count` are no repeats, each has an id of its own, and no number of a stream is out of order."""
    fresh = [entry for entry in events if not entry["dup"]]
    ids = [entry["id"] for entry in fresh]
    assert len(ids) == len(set(ids)) == count
    for stream in {entry["stream"] for entry in events} if in_order else ():
        numbers = [entry["seq"] for entry in fresh if entry["stream"] == stream]
        assert numbers == list(range(1, len(numbers) + 1)), f"order of {stream}"


def cpu_share(program, doing):
    """Of one core, while `doing` lasts."""
    cpu, begun = program.cpu_seconds(), time.monotonic()
    doing()
    return (program.cpu_seconds() - cpu) / (time.monotonic() - begun)

"""What is measured: the gateway with its site broker, and Debian's mosquitto as a bridge. Both send to
the same platform broker over mutual TLS."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "system"))

from north_kit import BIN, Authority, can_connect, free_port, wait_until  # noqa: E402

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
AS_ROOT = ["user root"] if os.geteuid() == 0 else []
DEVICE_ROW = json.dumps({"profile": "bench/probe", "driver": "mqtt", "address": "", "place": "", "name": ""})


def load_json_line(command):
    """What a load generator says when it is done."""
    return json.loads(subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True, text=True).stdout)


class Processes:
    """Processes that are stopped by their ids, and what they cost."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.running = {}

    def spawn(self, name, *command, environment=None):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.running[name] = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log,
                                                  stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})

    def end(self, name):
        process = self.running.pop(name)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)

    def stop(self):
        for name in list(self.running):
            self.end(name)

    def cpu_seconds(self):
        return sum(self._cpu_of(process.pid) for process in self.running.values())

    def cpu_seconds_of(self, name):
        return self._cpu_of(self.running[name].pid)

    @staticmethod
    def _cpu_of(pid):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_rss_mb(self, name):
        return self._memory_mb(name, "VmHWM")

    def rss_now_mb(self, name):
        return self._memory_mb(name, "VmRSS")

    def _memory_mb(self, name, row):
        for line in Path(f"/proc/{self.running[name].pid}/status").read_text().splitlines():
            if line.startswith(row):
                return int(line.split()[1]) / 1024
        raise AssertionError(f"no {row}")

    def written_bytes(self, name):
        """Bytes that this process made the kernel write to the disk."""
        for line in Path(f"/proc/{self.running[name].pid}/io").read_text().splitlines():
            if line.startswith("write_bytes"):
                return int(line.split()[1])
        raise AssertionError("no write_bytes")


class Platform(Processes):
    """The broker at the other end: TLS for what is measured, a loopback listener for the consumer."""

    def __init__(self, folder):
        super().__init__(folder)
        self.port, self.plain_port = free_port(), free_port()
        self.authority = Authority(self.folder / "ca", "platform-ca")
        self.server = self.authority.sign("server", "localhost", "DNS:localhost,IP:127.0.0.1")
        self.login = self.authority.sign("gateway", "gw1")
        config = self.folder / "mosquitto.conf"
        config.write_text("\n".join([
            *AS_ROOT, "per_listener_settings true", "set_tcp_nodelay true", "max_inflight_messages 1000", "max_queued_messages 0",
            "log_type error", "log_type warning",
            f"listener {self.port} 127.0.0.1", f"cafile {self.authority.ca}", f"certfile {self.server[0]}",
            f"keyfile {self.server[1]}", "require_certificate true", "use_identity_as_username true",
            f"listener {self.plain_port} 127.0.0.1", "allow_anonymous true"]) + "\n")
        self.spawn("platform", MOSQUITTO, "-c", config)
        wait_until(lambda: can_connect(self.plain_port), 5, "the platform broker listens")


class Bridge(Processes):
    """Debian's mosquitto, tuned: nothing on disk, no limit on what waits, 1,000 in flight."""

    name = "bridge"
    topic = "linli/v1/+/up/#"
    password = ""

    def __init__(self, folder, platform):
        super().__init__(folder)
        self.port = free_port()
        certificate, key = platform.login
        self.config = self.folder / "mosquitto.conf"
        self.config.write_text("\n".join([
            *AS_ROOT, "allow_anonymous true", "persistence false", "max_inflight_messages 1000",
            "max_queued_messages 0", "set_tcp_nodelay true", "log_type error", "log_type warning",
            f"listener {self.port} 127.0.0.1", "connection platform", f"address localhost:{platform.port}", "remote_clientid bridge1",
            f"bridge_cafile {platform.authority.ca}", f"bridge_certfile {certificate}", f"bridge_keyfile {key}",
            "bridge_protocol_version mqttv50", "notifications false", "topic # out 1"]) + "\n")

    def start(self):
        begun = time.monotonic()
        self.spawn("bridge", MOSQUITTO, "-c", self.config)
        wait_until(lambda: can_connect(self.port), 5, "the bridge listens")
        return (time.monotonic() - begun) * 1000

    def rss_mb(self):
        return self.peak_rss_mb("bridge")


class Gateway(Processes):
    """linlid and the site broker that it configured, as they are installed."""

    name = "gateway"
    topic = "linli/v1/gw1/up/#"

    def __init__(self, folder, platform, devices, publishers=50):
        super().__init__(folder)
        self.port = free_port()
        certificate, key = platform.login
        self.settings = {
            "gateway": {"id": "gw1", "site": "bench"},
            "data_dir": "data",
            "control": {"socket": "linlid.sock"},
            "identity": {"dir": "identity"},
            "profiles": {"dirs": [str(ROOT / "tests" / "bench" / "profiles")]},
            "broker": {"dir": "broker", "socket": "broker/gateway.sock", "listen": "127.0.0.1", "port": free_port(),
                       "plain_port": self.port, "run_as": "root" if os.geteuid() == 0 else ""},
            "console": {"port": 0},
            "devices": {"flood_per_s": 1_000_000},
            "platform": {"link": "mqtt", "host": "localhost", "port": platform.port, "ca": str(platform.authority.ca),
                         "certificate": str(certificate), "key": str(key)},
        }
        self.config = self.folder / "linlid.json"
        self.write_config()
        for words in (("keys", "init"), ("broker", "init")):
            subprocess.run([BIN / "linlictl", "--config", self.config, *words], check=True, capture_output=True)
        self.password = (self.folder / "broker" / "gateway.password").read_text()
        self._let_publishers_in(publishers)
        self.spawn("broker", MOSQUITTO, "-c", self.folder / "broker" / "mosquitto.conf")
        wait_until(lambda: can_connect(self.port), 5, "the site broker listens")
        self.start()
        self.end("linlid")
        self._register(devices)

    def write_config(self):
        self.config.write_text(json.dumps(self.settings))

    def _let_publishers_in(self, publishers):
        """50 logins may speak for all devices: 10,000 connections would measure the load generator."""
        path = self.folder / "broker" / "dynamic-security.json"
        logins = json.loads(path.read_text())
        own = logins["clients"][0]
        logins["roles"].append({"rolename": "bench", "acls": [
            {"acltype": "publishClientSend", "topic": "linli/v1/#", "priority": 0, "allow": True}]})
        for number in range(publishers):
            logins["clients"].append({**own, "username": f"pub{number}", "roles": [{"rolename": "bench"}]})
        path.write_text(json.dumps(logins))

    def _register(self, devices):
        """Straight into the database: the way through the broker's logins is not what is measured."""
        with closing(sqlite3.connect(self.folder / "data" / "linli.db")) as database, database:
            database.executemany("INSERT OR REPLACE INTO state VALUES (1, ?, ?)",
                                 [(f"dev{number}", DEVICE_ROW.encode()) for number in range(devices)])

    def start(self):
        """Milliseconds from fork until the daemon says that it is ready."""
        path = self.folder / "notify"
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(str(path))
            ready.settimeout(20)
            begun = time.monotonic()
            self.spawn("linlid", BIN / "linlid", "--config", self.config, environment={"NOTIFY_SOCKET": str(path)})
            while b"READY=1" not in ready.recv(4096):
                pass
            took = (time.monotonic() - begun) * 1000
        wait_until(self._is_linked, 10, "the gateway is at both brokers")
        return took

    def _is_linked(self):
        done = subprocess.run([BIN / "linlictl", "--config", self.config, "--json", "status"], capture_output=True, text=True)
        if done.returncode != 0:
            return False
        status = json.loads(done.stdout)
        return status["broker"]["up"] and (status["platform"]["up"] or self.settings["platform"]["link"] == "off")

    def ctl(self, *words):
        done = subprocess.run([BIN / "linlictl", "--config", self.config, "--json", *words], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def restart_with(self, **changes):
        self.end("linlid")
        for section, members in changes.items():
            self.settings.setdefault(section, {}).update(members)
        self.write_config()
        return self.start()

    def rss_mb(self):
        return self.peak_rss_mb("linlid")

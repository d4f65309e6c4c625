"""A whole compound for tests: platform broker and receiver, site broker, linlid, devices."""

import json
import os
import shutil
import signal
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from north_kit import BIN, ROOT, Authority, Broker, Program, can_connect, free_port, read_ledger, wait_until


class Compound:
    def __init__(self, folder, **changes):
        self.folder = Path(folder)
        self.site_port = free_port()
        self.plain_port = free_port()
        self.platform_port = free_port()
        self.authority = Authority(self.folder / "ca", "platform-ca")
        self.server = self.authority.sign("server", "localhost", "DNS:localhost,IP:127.0.0.1")
        self.gateway_login = self.authority.sign("gateway", "gw1")
        self.receiver_login = self.authority.sign("receiver", "receiver")
        self.ledger = self.folder / "ledger.jsonl"
        self.config = self.folder / "linlid.json"
        self.settings = {
            "gateway": {"id": "gw1", "site": "test"},
            "data_dir": "data",
            "control": {"socket": "linlid.sock"},
            "identity": {"dir": "identity"},
            "profiles": {"dirs": [str(ROOT / "config" / "profiles")]},
            "broker": {"dir": "broker", "socket": "broker/gateway.sock", "listen": "127.0.0.1", "port": self.site_port,
                       "plain_port": self.plain_port, "run_as": "root" if os.geteuid() == 0 else ""},
            "console": {"listen": "127.0.0.1", "port": 0},
            "platform": {"link": "mqtt", "host": "localhost", "port": self.platform_port, "ca": str(self.authority.ca),
                         "certificate": str(self.gateway_login[0]), "key": str(self.gateway_login[1]),
                         "backoff": {"first_spread_ms": 100, "base_ms": 100, "cap_ms": 500}},
        }
        self.settings.update(changes)
        self.write_config()
        self.platform = Broker(self.folder / "platform", self.platform_port)
        self.processes = {}
        self.receiver = None
        self.devices = []
        self.ctl("keys", "init")
        self.ctl("broker", "init")

    def write_config(self):
        self.config.write_text(json.dumps(self.settings, indent=1))

    def ctl(self, *words, expect=0):
        """Runs linlictl and gives its JSON answer; `expect` None takes any exit code."""
        done = subprocess.run([BIN / "linlictl", "--config", self.config, "--json", *words], capture_output=True, text=True)
        assert expect in (None, done.returncode), f"linlictl {words}: {done.returncode} {done.stdout} {done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else {}

    # Processes, each stopped by its id.

    def spawn(self, name, *command, environment=None):
        log = open(self.folder / f"{name}.log", "ab")
        self.processes[name] = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log,
                                                stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
        log.close()
        return self.processes[name]

    def end(self, name, how=signal.SIGTERM, limit=10):
        process = self.processes.pop(name)
        if process.poll() is None:
            process.send_signal(how)
        return process.wait(timeout=limit)

    def start_site_broker(self, *words):
        self.spawn("mosquitto", shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", self.folder / "broker" / "mosquitto.conf",
                   *words)
        wait_until(lambda: can_connect(self.site_port), 5, "the site broker listens")

    def start_platform(self):
        self.platform.start([f"cafile {self.authority.ca}", f"certfile {self.server[0]}", f"keyfile {self.server[1]}",
                             "require_certificate true", "use_identity_as_username true", "max_queued_messages 0",
                             "max_inflight_messages 200"])

    def start_receiver(self):
        certificate, key = self.receiver_login
        self.receiver = Program([BIN / "platform_receiver", "--ledger", self.ledger, "--host", "localhost", "--port",
                                 self.platform_port, "--ca", self.authority.ca, "--cert", certificate, "--key", key, "--stats"],
                                self.folder / "receiver.log")

    @contextmanager
    def asleep(self, name):
        running = self.processes.get(name)
        if running is not None:
            running.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            if running is not None:
                running.send_signal(signal.SIGCONT)

    def start_platform_and_receiver(self):
        """A gateway that is there sleeps meanwhile: it would hand what waits to a broker at which nobody has subscribed yet."""
        with self.asleep("linlid"):
            self.start_platform()
            self.start_receiver()
            wait_until(self.is_receiver_there, 15, "the receiver has subscribed")

    def is_receiver_there(self):
        return self.receiver.last.get("connected")

    def start_gateway(self, wait=True):
        self.spawn("linlid", BIN / "linlid", "--config", self.config)
        if wait:
            wait_until(lambda: self.is_ready(), 10, "linlid answers and is at the broker")

    def status_if_there(self):
        """None while no linlid answers."""
        done = subprocess.run([BIN / "linlictl", "--config", self.config, "--json", "status"], capture_output=True, text=True)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def is_ready(self):
        status = self.status_if_there()
        return status is not None and status["broker"]["up"]

    def start_synchronised_gateway(self, is_synchronised=True):
        """With a kernel that calls its clock synchronised, or does not."""
        mark = self.folder / "synchronised"
        if is_synchronised:
            mark.touch()
        shim = {"LD_PRELOAD": str(BIN / "libclock_shim.so"), "LINLI_TEST_SYNCHRONISED": str(mark)}
        self.spawn("linlid", BIN / "linlid", "--config", self.config, environment=shim)
        wait_until(self.is_ready, 10, "linlid answers and is at the broker")

    def start(self):
        self.start_platform_and_receiver()
        self.start_site_broker()
        self.start_gateway()
        return self

    def stop(self):
        for device in self.devices:
            device.close()
        for name in list(self.processes):
            self.end(name)
        if self.receiver is not None:
            self.receiver.stop()
        self.platform.stop()

    # What the platform has.

    def deliver_all(self):
        """The platform, away until now, comes and gets everything that waited for it."""
        self.start_platform_and_receiver()
        wait_until(lambda: self.ctl("status")["platform"]["up"], 15, "the platform is there")
        wait_until(lambda: self.ctl("status")["events"]["waiting"] == 0, 60, "all is delivered")

    def events(self, kind="linli.thing.event"):
        if not self.ledger.exists():
            return []
        return [entry for entry in read_ledger(self.ledger) if entry.get("type") == kind and not entry.get("dup")]

    def command_from_platform(self, command):
        """Publishes as the platform does, with an independent client."""
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        client.tls_set(str(self.authority.ca), str(self.receiver_login[0]), str(self.receiver_login[1]))
        client.connect("localhost", self.platform_port)
        client.loop_start()
        client.publish("linli/v1/gw1/down/command", json.dumps(command), qos=1).wait_for_publish(5)
        client.disconnect()
        client.loop_stop()

    def add_device(self, name, profile):
        return self.ctl("device", "add", "--id", name, "--profile", profile)["credentials"]

    def connect_device(self, name, profile, **options):
        device = Device(self, name, self.add_device(name, profile)["password"], **options)
        self.devices.append(device)
        return device


def publish(compound, name, password, topic, payload, *more):
    return subprocess.run(["mosquitto_pub", "-h", "localhost", "-p", str(compound.site_port), "--cafile",
                           str(compound.folder / "identity" / "site-ca-bundle.crt"), "-u", name, "-P", password, "-q", "1",
                           "-t", topic, "-m", payload, *more], capture_output=True, text=True)


class Device:
    """A device on paho-mqtt: it answers commands, and repeats what was not acknowledged."""

    def __init__(self, compound, name, password, answers=True, clean=True):
        self.name = name
        self.topic = f"linli/v1/{name}"
        self.commands = []
        self.acknowledged = set()
        self.pending = {}
        self.answers = answers
        self.lock = threading.Lock()
        self.disconnected = threading.Event()
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=name, clean_session=clean)
        self.client.username_pw_set(name, password)
        self.client.tls_set(str(compound.folder / "identity" / "site-ca-bundle.crt"))
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = self._after_connect
        self.client.on_message = self._on_message
        self.client.on_disconnect = lambda *_: self.disconnected.set()
        self.client.will_set(f"{self.topic}/up/presence", '{"online":false}', qos=1)
        self.ready = threading.Event()
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.connect("localhost", compound.site_port)
        self.client.loop_start()
        assert self.ready.wait(5), f"{name} could not subscribe"

    def _after_connect(self, client, *_):
        client.subscribe(f"{self.topic}/down/#", qos=1)
        client.publish(f"{self.topic}/up/presence", '{"online":true}', qos=1)

    def _on_message(self, client, _, message):
        payload = json.loads(message.payload)
        if message.topic.endswith("/ack"):
            with self.lock:
                self.acknowledged.add(payload["id"])
                self.pending.pop(payload["id"], None)
            return
        self.commands.append(payload)
        if self.answers:
            client.publish(f"{self.topic}/up/result", json.dumps({"command": payload["command"], "ok": True}), qos=1)

    def send(self, kind, payload):
        self.client.publish(f"{self.topic}/up/{kind}", json.dumps(payload), qos=1)

    def send_until_acknowledged(self, kind, payload):
        with self.lock:
            self.pending[payload["id"]] = (kind, payload)
        self.send(kind, payload)

    def repeat_pending(self):
        with self.lock:
            pending = list(self.pending.values())
        for kind, payload in pending:
            self.send(kind, payload)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def compound(tmp_path):
    made = Compound(tmp_path)
    yield made
    made.stop()

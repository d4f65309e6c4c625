"""What the service manager and the people at the machine see of the daemon."""

import json
import os
import signal
import socket
import stat
import subprocess
import time

import pytest

from compound import BIN, compound, publish  # noqa: F401 (a fixture)
from north_kit import ROOT, wait_until
from store_kit import Tracer

NOBODY = 65534


class ServiceManager:
    """The receiving end of sd_notify."""

    def __init__(self, compound):
        self.path = str(compound.folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)

    def listen(self, seconds):
        """What is said within so many seconds."""
        end = time.monotonic() + seconds
        heard = []
        while time.monotonic() < end:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                heard += self.socket.recv(4096).decode().split("\n")
            except TimeoutError:
                break
        return heard

    def start(self, compound, watchdog_s):
        environment = {"NOTIFY_SOCKET": self.path, "WATCHDOG_USEC": str(int(watchdog_s * 1e6))}
        return compound.spawn("linlid", BIN / "linlid", "--config", compound.config, environment=environment)


@pytest.fixture
def manager(compound):
    made = ServiceManager(compound)
    yield made
    made.socket.close()


def test_the_service_manager_is_told_of_readiness_state_and_life(compound, manager):
    compound.start_site_broker()
    manager.start(compound, watchdog_s=0.6)
    heard = manager.listen(2)
    assert "READY=1" in heard
    assert any(word.startswith("STATUS=") and "devices online" in word for word in heard)
    assert heard.count("WATCHDOG=1") >= 5
    compound.processes["linlid"].send_signal(signal.SIGTERM)
    assert "STOPPING=1" in manager.listen(3)


def test_the_watchdog_is_fed_only_while_the_store_works(compound, manager):
    compound.start_site_broker()
    daemon = manager.start(compound, watchdog_s=0.6)
    assert "WATCHDOG=1" in manager.listen(1)
    tracer = Tracer(daemon.pid, "delay_enter=4000000", compound.folder / "strace")
    manager.listen(0.5)  # what was under way
    assert "WATCHDOG=1" not in manager.listen(1.5)
    tracer.stop()
    wait_until(lambda: "WATCHDOG=1" in manager.listen(0.5), 8, "fed again")


def test_the_watchdog_is_not_fed_by_a_daemon_that_stands_still(compound, manager):
    compound.start_site_broker()
    daemon = manager.start(compound, watchdog_s=0.6)
    assert "WATCHDOG=1" in manager.listen(1)
    daemon.send_signal(signal.SIGSTOP)
    manager.listen(0.2)
    assert manager.listen(1) == []
    daemon.send_signal(signal.SIGCONT)
    assert "WATCHDOG=1" in manager.listen(2)


def test_a_stranger_on_the_machine_is_refused_by_the_socket_and_by_its_credentials(compound):
    compound.start_site_broker()
    compound.start_gateway()
    path = compound.folder / "linlid.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # Even where somebody opened the way to the socket, the peer is asked who it is.
    os.chmod(path, 0o666)
    for folder in [compound.folder, *compound.folder.parents]:
        os.chmod(folder, folder.stat().st_mode | 0o011)
    ask = f"import socket; s=socket.socket(socket.AF_UNIX); s.connect({str(path)!r}); " \
          "s.sendall(b'{\"method\":\"status\",\"params\":{}}\\n'); print(s.recv(100))"
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    done = subprocess.run([*as_root, "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "/usr/bin/python3",
                           "-I", "-S", "-c", ask], capture_output=True, text=True)
    assert done.stdout.strip() in ("b''", ""), done.stdout + done.stderr
    assert f"uid={NOBODY}" in (compound.folder / "linlid.log").read_text()
    assert compound.ctl("status")["broker"]["up"]


def test_events_can_be_watched_as_they_are_stored(compound):
    compound.start()
    password = compound.add_device("smoke1", "generic/smoke")["password"]
    tail = subprocess.Popen([BIN / "linlictl", "--config", compound.config, "--json", "events", "tail", "--stream", "alarm"],
                            stdout=subprocess.PIPE, text=True)
    try:
        time.sleep(0.3)
        publish(compound, "smoke1", password, "linli/v1/smoke1/up/event", '{"id":"m1","event":"smoke","data":{}}')
        event = json.loads(tail.stdout.readline())
    finally:
        tail.terminate()
        tail.wait(timeout=5)
    assert event["stream"] == "alarm"
    assert event["subject"] == "device/smoke1"


def test_an_installation_is_complete_and_finds_its_own_files(tmp_path):
    subprocess.run(["cmake", "--install", ROOT / "build" / "release", "--prefix", tmp_path], check=True, capture_output=True)
    for file in ["sbin/linlid", "bin/linlictl", "share/man/man1/linlictl.1", "share/bash-completion/completions/linlictl",
                 "share/linli/profiles/generic/smoke.tm.jsonld", "share/linli/schema/linlid.schema.json",
                 "lib/systemd/system/linlid.service", "lib/systemd/system/linli-broker.service", "lib/sysusers.d/linli.conf"]:
        assert (tmp_path / file).stat().st_size > 0, file
    checked = subprocess.run([tmp_path / "sbin/linlid", "--check-config", tmp_path / "share/linli/linlid.example.json"])
    assert checked.returncode == 0
    unit = (tmp_path / "lib/systemd/system/linlid.service").read_text()
    assert "ExecStart=/usr/sbin/linlid " in unit

"""Starts a site: the demo compound with its platform, the gateway alone, or a real configuration.

Everything that it starts is stopped by its process id when it ends.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / "release" / "bin"
DEMO = ROOT / ".demo"
MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"

DEVICES = [("gate-3-2", "generic/lock", "3-2"), ("gate-main", "generic/lock", "main gate"), ("smoke-3-2-01", "generic/smoke", "3-2"),
           ("smoke-shed", "generic/smoke", "e-bike shed"), ("leak-pump", "generic/water_leak", "pump room"),
           ("door-roof", "generic/door_contact", "roof"), ("th-lobby", "generic/temperature_humidity", "lobby"),
           ("socket-shed-1", "generic/socket", "e-bike shed"), ("meter-3-2-101", "generic/meter", "3-2-101"),
           ("sos-3-2-101", "generic/button", "3-2-101"), ("pir-garage", "generic/pir", "garage"), ("siren-shed", "generic/siren", "e-bike shed")]

COAP_DEVICES = [("gate-garage", "generic/lock", "garage"), ("th-roof", "generic/temperature_humidity", "roof")]


def free_port(wanted, kind=socket.SOCK_STREAM):
    for port in [wanted, 0]:
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return probe.getsockname()[1]
            except OSError:
                continue
    raise SystemExit("no free port on this machine")


def wait_for(claim, what, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if claim():
            return
        time.sleep(0.02)
    raise SystemExit(f"{what} did not start within {seconds} s: see the logs in {DEMO}")


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
        return True
    except OSError:
        return False


def openssl(*words, folder):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


class Site:
    def __init__(self, folder, config):
        self.folder = folder
        self.config = config
        self.processes = []

    def ctl(self, *words):
        done = subprocess.run([BIN / "linlictl", "--config", self.config, "--json", *words], capture_output=True, text=True)
        if done.returncode != 0:
            return None
        return json.loads(done.stdout)

    def must(self, *words):
        done = subprocess.run([BIN / "linlictl", "--config", self.config, "--json", *words], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"linlictl {' '.join(words)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def spawn(self, name, *command, environment=None):
        log = open(self.folder / f"{name}.log", "ab")
        process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                   env={**os.environ, **(environment or {})}, start_new_session=True)
        log.close()
        self.processes.append((name, process))

    def stop(self):
        for _, process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for name, process in reversed(self.processes):
            try:
                process.wait(timeout=6)
            except subprocess.TimeoutExpired:
                print(f"{name} did not stop in time and was killed")
                process.kill()
                process.wait()

    def dead(self):
        return [name for name, process in self.processes if process.poll() is not None]

    def start_gateway(self):
        settings = json.loads(subprocess.run([BIN / "linlid", "--config", self.config, "--print-config"], check=True,
                                             capture_output=True, text=True).stdout)
        self.must("keys", "init")
        self.must("broker", "init")
        if not listens(settings["broker"]["port"]):
            self.spawn("site-broker", MOSQUITTO, "-c", settings["broker"]["dir"] + "/mosquitto.conf")
            wait_for(lambda: listens(settings["broker"]["port"]), "the site broker")
        self.spawn("linlid", BIN / "linlid", "--config", self.config)
        wait_for(lambda: (self.ctl("status") or {"broker": {"up": False}})["broker"]["up"] or self.dead(), "linlid")
        return settings


def write_config(folder, platform=None):
    ports = folder / "ports.json"
    chosen = json.loads(ports.read_text()) if ports.exists() else {"site": free_port(8883), "platform": free_port(8884),
                                                                         "coap": free_port(5684, socket.SOCK_DGRAM)}
    ports.write_text(json.dumps(chosen))
    settings = {"gateway": {"id": "demo-gateway", "site": "demo"}, "data_dir": "data", "control": {"socket": "linlid.sock"},
                "identity": {"dir": "identity"}, "profiles": {"dirs": [str(ROOT / "config" / "profiles")]},
                "broker": {"dir": "broker", "socket": "broker/gateway.sock", "listen": "127.0.0.1", "port": chosen["site"],
                           "run_as": "root" if os.geteuid() == 0 else ""},
                "coap": {"listen": "127.0.0.1", "port": chosen["coap"]}}
    if platform:
        settings["platform"] = {"link": "mqtt", "host": "localhost", "port": chosen["platform"],
                                "backoff": {"first_spread_ms": 500, "base_ms": 500, "cap_ms": 5000}, **platform}
    config = folder / "linlid.json"
    config.write_text(json.dumps(settings, indent=2))
    return config, chosen


def platform_certificates(folder):
    """A CA of the demo platform, its server, its receiver and our gateway, by openssl."""
    pki = folder / "platform"
    names = {"server": "localhost", "receiver": "receiver", "gateway": "demo-gateway"}
    if not (pki / "gateway.pem").exists():
        pki.mkdir(parents=True, exist_ok=True)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=Demo platform CA",
                "-days", "3650", "-keyout", "ca.key", "-out", "ca.pem", folder=pki)
        (pki / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        for name, subject in names.items():
            openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={subject}", "-keyout",
                    f"{name}.key", "-out", f"{name}.csr", folder=pki)
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "825",
                    "-extfile", "san", "-out", f"{name}.pem", folder=pki)
        for key in pki.glob("*.key"):
            key.chmod(0o600)
    return pki


def start_platform(site, pki, port):
    """The demo platform: a broker that wants certificates, and the receiver behind it."""
    rules = pki / "acl"
    rules.write_text("pattern readwrite linli/v1/%u/#\nuser receiver\ntopic readwrite linli/v1/#\n")
    user = "user root\n" if os.geteuid() == 0 else ""
    config = pki / "mosquitto.conf"
    config.write_text(f"{user}listener {port} 127.0.0.1\ncafile {pki}/ca.pem\ncertfile {pki}/server.pem\nkeyfile {pki}/server.key\n"
                      f"require_certificate true\nuse_identity_as_username true\nacl_file {rules}\nmax_queued_messages 0\n")
    site.spawn("platform-broker", MOSQUITTO, "-c", config)
    wait_for(lambda: listens(port), "the platform broker")
    site.spawn("platform-receiver", BIN / "platform_receiver", "--ledger", site.folder / "ledger.jsonl", "--host", "localhost", "--port",
               port, "--ca", pki / "ca.pem", "--cert", pki / "receiver.pem", "--key", pki / "receiver.key")


def register_devices(site):
    """The logins of the simulated devices; made once and kept with the demo site."""
    file = site.folder / "devices.json"
    if not file.exists():
        devices = []
        for name, profile, place in [*DEVICES, ("try-me", "generic/smoke", "by hand")]:
            answer = site.must("device", "add", "--id", name, "--profile", profile, "--place", place)
            devices.append({"id": name, "profile": profile, "password": answer["credentials"]["password"]})
        for name, profile, place in [*COAP_DEVICES, ("try-coap", "generic/smoke", "by hand")]:
            answer = site.must("device", "add", "--driver", "coap", "--id", name, "--profile", profile, "--place", place)
            devices.append({"id": name, "profile": profile, "key": answer["credentials"]["key"]})
        file.write_text(json.dumps(devices))
        file.chmod(0o600)
    return json.loads(file.read_text())


def start_demo(keep):
    if not keep and DEMO.exists():
        shutil.rmtree(DEMO)
    DEMO.mkdir(mode=0o700, exist_ok=True)
    pki = platform_certificates(DEMO)
    config, ports = write_config(DEMO, {"ca": "platform/ca.pem", "certificate": "platform/gateway.pem", "key": "platform/gateway.key"})
    site = Site(DEMO, config)
    try:
        start_platform(site, pki, ports["platform"])
        site.start_gateway()
        devices = register_devices(site)
        simulated = {name: DEMO / f"simulated-{name}.json" for name in ("password", "key")}
        for login, file in simulated.items():
            file.touch(mode=0o600)
            file.write_text(json.dumps([device for device in devices if login in device and not device["id"].startswith("try-")]))
        site.spawn("compound", BIN / "sim_compound", "--devices", simulated["password"], "--host", "localhost", "--port", ports["site"],
                   "--ca", DEMO / "identity" / "site-ca-bundle.crt")
        site.spawn("compound-coap", BIN / "sim_coap", "--devices", simulated["key"], "--host", "127.0.0.1", "--port", ports["coap"])
    except BaseException:
        site.stop()
        raise
    hand = {device["id"]: device for device in devices if device["id"].startswith("try-")}
    return site, [try_by_hand(ports["site"], hand["try-me"]), try_coap_by_hand(ports["coap"], hand["try-coap"])]


def try_coap_by_hand(port, device):
    return (f"coap-client-openssl -u {device['id']} -k {device['key']} -m post -t 50 -e '{{\"event\":\"smoke\",\"data\":{{}}}}' "
            f"coaps://127.0.0.1:{port}/linli/v1/event")


def try_by_hand(port, device):
    return (f"mosquitto_pub -h localhost -p {port} --cafile {DEMO.relative_to(ROOT)}/identity/site-ca-bundle.crt -u {device['id']} "
            f"-P {device['password']} -q 1 -t linli/v1/{device['id']}/up/event -m '{{\"event\":\"smoke\",\"data\":{{}}}}'")


def screen(site, hints, started):
    status = site.ctl("status")
    if status is None:
        return f"linlid does not answer: see {site.folder}/linlid.log"
    events, devices, commands = status["events"], status["devices"], status["commands"]
    platform = status["platform"]
    lines = [f"Linli 邻里  {status['gateway']}   up {status['uptime_s']} s   (started in {started:.1f} s)", ""]
    for name, process in site.processes:
        state = "runs" if process.poll() is None else "HAS ENDED"
        lines.append(f"  {name:<18} {state}  pid {process.pid:<7} log {site.folder.name}/{name}.log")
    lines += ["", f"  devices   设备   {devices['online']} of {devices['total']} online",
              f"  events    事件   {events['accepted']} accepted   {events['delivered']} delivered   {events['waiting']} waiting",
              f"  commands  指令   {commands['total']} in all   {commands['open']} on their way",
              f"  platform  平台   {'connected' if platform['up'] else 'not connected'}  {platform.get('last_error', '')}",
              f"  store     存储   {status['store']['health']}   {status['store']['file_bytes'] // 1024} KiB", ""]
    config = os.path.relpath(site.config)
    if hints:
        lines += ["Try it by hand:", *(f"  {hint}" for hint in hints), f"  build/release/bin/linlictl --config {config} command send --target device/gate-3-2 --action unlock"]
    lines += [f"  build/release/bin/linlictl --config {config} status | doctor | events tail", "", "Ctrl-C ends it."]
    return "\n".join(lines)


def watch(site, hints, started, seconds):
    end = time.monotonic() + seconds if seconds else None
    terminal = sys.stdout.isatty()
    printed = 0.0
    while end is None or time.monotonic() < end:
        if "linlid" in site.dead():
            print((site.folder / "linlid.log").read_text()[-2000:])
            return 1
        if terminal:
            print("\033[H\033[J" + screen(site, hints, started), flush=True)
        elif time.monotonic() - printed > 10:
            print(screen(site, hints, started), flush=True)
            printed = time.monotonic()
        time.sleep(1)
    if not terminal:
        print(screen(site, hints, started), flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--config")
    parser.add_argument("--seconds", type=float)
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    begun = time.monotonic()
    hints = []
    if options.config or options.bare:
        folder = ROOT / ".demo-bare"
        folder.mkdir(mode=0o700, exist_ok=True)
        config = Path(options.config) if options.config else write_config(folder)[0]
        site = Site(folder, config)
        try:
            site.start_gateway()
        except BaseException:
            site.stop()
            raise
    else:
        site, hints = start_demo(options.keep)
    try:
        return watch(site, hints, time.monotonic() - begun, options.seconds)
    finally:
        site.stop()
        if not options.keep and not options.config and not options.bare:
            shutil.rmtree(DEMO, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

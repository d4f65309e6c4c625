"""The demo compound: its platform with certificates, its devices, and the configuration of our own sites."""

import json
import os
import shlex
import shutil
import socket
from pathlib import Path

from children import Failure, call, can_listen, free_port, listens

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "build" / "release" / "web"
MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
PORTS = {"site": 8883, "platform": 8884, "coap": 5684, "console": 8443}
KINDS = {"coap": socket.SOCK_DGRAM}
NAMES = {"site": "the site broker", "platform": "the platform broker", "coap": "CoAP", "console": "the console"}

# 小区 → 楼栋 → 单元 → 点位, parents first: id, parent, kind, name.
PLACES = [("compound", "", "site", "邻里小区"), ("main-gate", "compound", "point", "大门"), ("shed", "compound", "building", "车棚"),
          ("garage", "compound", "building", "地下车库"), ("pump-room", "compound", "point", "水泵房"),
          ("building-3", "compound", "building", "3 号楼"), ("3-roof", "building-3", "point", "屋顶"), ("3-lobby", "building-3", "point", "大堂"),
          ("3-2", "building-3", "unit", "2 单元"), ("3-2-gate", "3-2", "point", "单元门"), ("3-2-101", "3-2", "point", "101 室"),
          ("by-hand", "compound", "point", "手动试用")]

DEVICES = [("gate-3-2", "generic/lock", "3-2-gate"), ("gate-main", "generic/lock", "main-gate"), ("smoke-3-2-01", "generic/smoke", "3-2"),
           ("smoke-shed", "generic/smoke", "shed"), ("leak-pump", "generic/water_leak", "pump-room"),
           ("door-roof", "generic/door_contact", "3-roof"), ("th-lobby", "generic/temperature_humidity", "3-lobby"),
           ("socket-shed-1", "generic/socket", "shed"), ("meter-3-2-101", "generic/meter", "3-2-101"),
           ("sos-3-2-101", "generic/button", "3-2-101"), ("pir-garage", "generic/pir", "garage"), ("siren-shed", "generic/siren", "shed")]

# Who is invited to the residents' app, and where they live.
RESIDENT = ("101 室住户", "3-2-101")

COAP_DEVICES = [("gate-garage", "generic/lock", "garage"), ("th-roof", "generic/temperature_humidity", "3-roof")]


def openssl(*words, folder, wish):
    done = call(wish, "openssl", *words, cwd=folder)
    if done.returncode != 0:
        raise Failure(f"openssl {words[0]} failed in {folder}: {done.stderr.strip()}")


def choose_ports(folder, needed, notes):
    """A new site takes free ports and says so where they are not the usual ones; a kept site keeps its own."""
    file = folder / "ports.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    chosen = {name: kept_port(file, name, kept[name]) if name in kept else new_port(name, notes) for name in needed}
    file.write_text(json.dumps(chosen))
    return chosen


def new_port(name, notes):
    usual, kind = PORTS[name], KINDS.get(name, socket.SOCK_STREAM)
    if can_listen(usual, kind):
        return usual
    port = free_port(kind)
    notes.append(f"port {usual} is taken by another program, so {NAMES[name]} listens on {port}")
    return port


def kept_port(file, name, port):
    kind = KINDS.get(name, socket.SOCK_STREAM)
    if not can_listen(port, kind):
        table = "-lunp" if kind == socket.SOCK_DGRAM else "-ltnp"
        raise Failure(f"port {port}, on which {NAMES[name]} of {file.parent} has listened, is taken by another program: end that "
                      f"one (ss {table} 'sport = :{port}' names it), or remove {file} and the site takes a free port")
    return port


def write_config(folder, ports):
    settings = {"gateway": {"id": "demo-gateway", "site": "demo"}, "data_dir": "data", "control": {"socket": "linlid.sock"},
                "identity": {"dir": "identity"}, "profiles": {"dirs": [str(ROOT / "config" / "profiles")]},
                "broker": {"dir": "broker", "socket": "broker/gateway.sock", "listen": "127.0.0.1", "port": ports["site"],
                           "run_as": "root" if os.geteuid() == 0 else ""},
                "coap": {"listen": "127.0.0.1", "port": ports["coap"]},
                "console": {"listen": "127.0.0.1", "port": ports["console"], "web": str(WEB)}}
    if "platform" in ports:
        settings["platform"] = {"link": "mqtt", "host": "localhost", "backoff": {"first_spread_ms": 500, "base_ms": 500, "cap_ms": 5000},
                                "ca": "platform/ca.pem", "certificate": "platform/gateway.pem", "key": "platform/gateway.key", "port": ports["platform"]}
    config = folder / "linlid.json"
    config.write_text(json.dumps(settings, indent=2))
    return config


def platform_certificates(folder, wish):
    """A CA of the demo platform, its server, its receiver and our gateway, by openssl."""
    pki = folder / "platform"
    names = {"server": "localhost", "receiver": "receiver", "gateway": "demo-gateway"}
    if not (pki / "gateway.pem").exists():
        pki.mkdir(parents=True, exist_ok=True)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=Demo platform CA",
                "-days", "3650", "-keyout", "ca.key", "-out", "ca.pem", folder=pki, wish=wish)
        (pki / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        for name, subject in names.items():
            openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={subject}", "-keyout",
                    f"{name}.key", "-out", f"{name}.csr", folder=pki, wish=wish)
            openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "825",
                    "-extfile", "san", "-out", f"{name}.pem", folder=pki, wish=wish)
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
    site.children.spawn("platform-broker", MOSQUITTO, "-c", config)
    site.children.wait_for(lambda: listens(port), f"the platform broker listens on {port}")
    site.children.spawn("platform-receiver", site.bin / "platform_receiver", "--ledger", site.folder / "ledger.jsonl", "--host", "localhost",
                        "--port", port, "--ca", pki / "ca.pem", "--cert", pki / "receiver.pem", "--key", pki / "receiver.key")


def add_places(site):
    for name, parent, kind, title in PLACES:
        site.must("place", "add", "--id", name, "--kind", kind, "--name", title, *(["--parent", parent] if parent else []))


def register_devices(site):
    """The logins of the simulated devices; made once and kept with the demo site."""
    file = site.folder / "devices.json"
    if not file.exists():
        add_places(site)
        devices = []
        for name, profile, place in [*DEVICES, ("try-me", "generic/smoke", "by-hand")]:
            answer = site.must("device", "add", "--id", name, "--profile", profile, "--place", place)
            devices.append({"id": name, "profile": profile, "password": answer["credentials"]["password"]})
        for name, profile, place in [*COAP_DEVICES, ("try-coap", "generic/smoke", "by-hand")]:
            answer = site.must("device", "add", "--driver", "coap", "--id", name, "--profile", profile, "--place", place)
            devices.append({"id": name, "profile": profile, "key": answer["credentials"]["key"]})
        file.write_text(json.dumps(devices))
        file.chmod(0o600)
    return json.loads(file.read_text())


def start_devices(site, devices, ports):
    simulated = {login: site.folder / f"simulated-{login}.json" for login in ("password", "key")}
    for login, file in simulated.items():
        file.touch(mode=0o600)
        file.write_text(json.dumps([device for device in devices if login in device and not device["id"].startswith("try-")]))
    site.children.spawn("compound", site.bin / "sim_compound", "--devices", simulated["password"], "--host", "localhost", "--port",
                        ports["site"], "--ca", site.folder / "identity" / "site-ca-bundle.crt")
    site.children.spawn("compound-coap", site.bin / "sim_coap", "--devices", simulated["key"], "--host", "127.0.0.1", "--port", ports["coap"])
    site.children.wait_for(lambda: (site.status() or {"devices": {"online": 0}})["devices"]["online"] > 0, "the first device is online")


def lines_to_try(site, devices, ports):
    hand = {device["id"]: device for device in devices if device["id"].startswith("try-")}
    smoke = '\'{"event":"smoke","data":{}}\''
    ca = shlex.quote(str(site.folder / "identity" / "site-ca-bundle.crt"))
    mqtt, coap = hand["try-me"], hand["try-coap"]
    return [f"mosquitto_pub -h localhost -p {ports['site']} --cafile {ca} -u {mqtt['id']} -P {mqtt['password']} -q 1 "
            f"-t linli/v1/{mqtt['id']}/up/event -m {smoke}",
            f"coap-client-openssl -u {coap['id']} -k {coap['key']} -m post -t 50 -e {smoke} coaps://127.0.0.1:{ports['coap']}/linli/v1/event"]

"""The demo compound: its platform with certificates, its devices, and the configuration of our own sites."""

import json
import os
import shlex
import shutil
import socket
from pathlib import Path

import doors
import residents
from children import Failure, call, can_listen, free_port, listens

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "build" / "release" / "web"
MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
PORTS = {"site": 8883, "platform": 8884, "coap": 5684, "console": 8443, "readers": 4001}
KINDS = {"coap": socket.SOCK_DGRAM}
NAMES = {"site": "the site broker", "platform": "the platform broker", "coap": "CoAP", "console": "the console",
         "readers": "the line of the card readers"}

# 小区 → 楼栋 → 单元 → 点位, parents first: id, parent, kind, name.
PLACES = [("compound", "", "site", "邻里小区"), ("main-gate", "compound", "point", "大门"), ("shed", "compound", "building", "车棚"),
          ("shed-door", "compound", "point", "车棚门"),
          ("garage", "compound", "building", "地下车库"), ("pump-room", "compound", "point", "水泵房"),
          ("building-3", "compound", "building", "3 号楼"), ("3-roof", "building-3", "point", "屋顶"), ("3-lobby", "building-3", "point", "大堂"),
          ("3-2", "building-3", "unit", "2 单元"), ("3-2-gate", "3-2", "point", "单元门"), ("3-2-101", "3-2", "point", "101 室"),
          ("3-2-102", "3-2", "point", "102 室"), ("3-2-201", "3-2", "point", "201 室"), ("3-2-202", "3-2", "point", "202 室"),
          ("by-hand", "compound", "point", "手动试用")]

DEVICES = [("smoke-3-2-01", "generic/smoke", "3-2"), ("smoke-shed", "generic/smoke", "shed"), ("leak-pump", "generic/water_leak", "pump-room"),
           ("door-roof", "generic/door_contact", "3-roof"), ("th-lobby", "generic/temperature_humidity", "3-lobby"),
           ("socket-shed-1", "generic/socket", "shed"), ("meter-3-2-101", "generic/meter", "3-2-101"),
           ("sos-3-2-101", "generic/button", "3-2-101"), ("pir-garage", "generic/pir", "garage"), ("siren-shed", "generic/siren", "shed")]
BY_HAND, COAP_BY_HAND = ("try-me", "generic/smoke", "by-hand"), ("try-coap", "generic/smoke", "by-hand")

SMOKE = '\'{"event":"smoke","data":{}}\''

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
                "interlocks": "interlocks.json" if "readers" in ports else "",
                "osdp": {"buses": [f"{doors.BUS}=tcp://127.0.0.1:{ports['readers']}"] if "readers" in ports else []},
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
    """The simulated devices by their ids, with their logins; made once, and the doors with them, and kept with the demo site."""
    file = site.folder / "devices.json"
    if not file.exists():
        add_places(site)
        devices = registered(site, [("password", "mqtt", *each) for each in [*DEVICES, *doors.DEVICES, doors.FIRE_DETECTOR, BY_HAND]]
                             + [("password", "terminal", *doors.TERMINAL)] + [("key", "coap", *each) for each in [*COAP_DEVICES, COAP_BY_HAND]])
        doors.set_up(site)
        file.touch(mode=0o600)
        file.write_text(json.dumps(devices))
    known = {device["id"]: device for device in json.loads(file.read_text())}
    if doors.FIRE_DETECTOR[0] not in known:
        raise Failure(f"the demo site that was kept in {site.folder} is of an earlier version, without doors: remove that folder, and "
                      "the next start makes a new one")
    return known


def registered(site, wanted):
    """Rows of login, driver, name, profile and place."""
    answers = site.must_all([("device", "add", "--driver", driver, "--id", name, "--profile", profile, "--place", place)
                             for _, driver, name, profile, place in wanted])
    return [{"id": name, "profile": profile, login: answer["credentials"][login]}
            for (login, _, name, profile, _), answer in zip(wanted, answers)]


def start_devices(site, devices, ports, readers):
    simulated = {login: site.folder / f"simulated-{login}.json" for login in ("password", "key")}
    played = {name for name, _, _ in [*DEVICES, *COAP_DEVICES]}
    for login, file in simulated.items():
        file.touch(mode=0o600)
        file.write_text(json.dumps([device for name, device in devices.items() if login in device and name in played]))
    site.children.spawn("compound", site.bin / "sim_compound", "--devices", simulated["password"], "--host", "localhost", "--port",
                        ports["site"], "--ca", site.folder / "identity" / "site-ca-bundle.crt")
    site.children.spawn("compound-coap", site.bin / "sim_coap", "--devices", simulated["key"], "--host", "127.0.0.1", "--port", ports["coap"])
    residents.start_residents(site, {name: device["password"] for name, device in devices.items() if "password" in device}, ports["site"], readers)
    site.children.wait_for(lambda: (site.status() or {"devices": {"online": 0}})["devices"]["online"] > 0, "the first device is online")


def smoke_line(site, devices, ports, name):
    """A message of this smoke detector."""
    device, ca = devices[name], shlex.quote(str(site.folder / "identity" / "site-ca-bundle.crt"))
    return (f"mosquitto_pub -h localhost -p {ports['site']} --cafile {ca} -u {name} -P {device['password']} -q 1 "
            f"-t linli/v1/{name}/up/event -m {SMOKE}")


def lines_to_try(site, devices, ports):
    coap = devices["try-coap"]
    return [smoke_line(site, devices, ports, "try-me"),
            f"coap-client-openssl -u {coap['id']} -k {coap['key']} -m post -t 50 -e {SMOKE} coaps://127.0.0.1:{ports['coap']}/linli/v1/event"]

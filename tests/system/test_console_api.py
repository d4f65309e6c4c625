"""The console's API over real HTTPS, from the claim of a gateway to the line in its audit."""

import json
import os
import signal
import subprocess
import threading

import pytest
from websockets.sync.client import connect

from compound import Device
from api_kit import DOCUMENT, PASSWORD, Client, ConsoleSite, check, document, operation
from north_kit import BIN, PEERS, wait_until

PLACES = [("site", None, "site"), ("b3", "site", "building"), ("b3-u2", "b3", "unit"), ("b4", "site", "building")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = ConsoleSite(tmp_path_factory.mktemp("console"))
    try:
        site.start()
        site.manager = site.claim()
        for name, parent, kind in PLACES:
            site.manager.do("PUT", f"/api/v1/places/{name}", {"parent": parent, "kind": kind, "name": f"楼 {name}"})
        added = site.manager.do("POST", "/api/v1/devices",
                                {"id": "smoke-3-2-01", "profile": "generic/smoke", "place": "b3-u2", "name": "三号楼烟感"})
        password = added["credentials"]["credentials"]["password"]
        site.devices.append(Device(site, "smoke-3-2-01", password))  # it does what it is told
        yield site
    finally:
        site.stop()


def listen(site, client, resume=None):
    url = f"wss://localhost:{site.console_port}/api/v1/feed" + (f"?resume={resume}" if resume else "")
    return connect(url, ssl=site.tls(), origin=f"https://localhost:{site.console_port}",
                   additional_headers={"Cookie": f"__Host-linli={client.cookie}"})


def read_until(feed, kind, seconds=5):
    while True:
        message = json.loads(feed.recv(timeout=seconds))
        if message["kind"] == kind:
            return message


def tell(site, kind, payload):
    site.devices[0].send(kind, payload)


def test_from_a_device_to_the_feed_and_back_by_a_command(site):
    with listen(site, site.manager) as feed:
        assert read_until(feed, "hello")["resume"]
        tell(site, "properties", {"properties": {"smoke": True, "battery": 87}})
        told = read_until(feed, "device")
        while told["data"].get("values", {}).get("battery") != 87:
            told = read_until(feed, "device")
        assert told["data"]["id"] == "smoke-3-2-01" and told["data"]["state"] == "online"
        device = site.manager.get("/api/v1/devices/smoke-3-2-01")
        assert {p["name"]: p["value"] for p in device["properties"]} == {"smoke": True, "battery": 87}

        tell(site, "event", {"event": "smoke", "data": {"level": 2.5}})
        event = read_until(feed, "event")
        assert event["data"]["device"] == "smoke-3-2-01" and event["data"]["class"] == "alarm"
        wait_until(lambda: any(e["id"] == event["data"]["id"] for e in site.manager.get("/api/v1/events")["items"]), 5,
                   "the journal has the event of the feed")

        sent = site.manager.do("POST", "/api/v1/commands", {"device": "smoke-3-2-01", "action": "self_test", "reason": "巡检"})
        wait_until(lambda: site.manager.get(f"/api/v1/commands/{sent['id']}")["state"] == "confirmed", 10, "the device has done it")
        assert read_until(feed, "command")["data"]["id"] == sent["id"]

    line = next(l for l in site.manager.get("/api/v1/audit")["items"] if l["action"] == "command.send")
    assert line["detail"]["command"] == sent["id"] and line["actor"].startswith("person:")


def test_the_exported_audit_is_whole_in_the_eyes_of_linlictl(site, tmp_path):
    answer = site.manager.ask("GET", "/api/v1/audit/export")
    export = tmp_path / "audit.jsonl"
    export.write_bytes(answer.body)
    done = subprocess.run([BIN / "linlictl", "audit", "verify", export], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    export.write_bytes(answer.body.replace(b"command.send", b"command.sent", 1))
    assert subprocess.run([BIN / "linlictl", "audit", "verify", export], capture_output=True).returncode != 0


def test_a_reconnect_with_the_token_misses_nothing(site):
    with listen(site, site.manager) as feed:
        resume = read_until(feed, "hello")["resume"]
    tell(site, "event", {"event": "battery_low", "data": {}})
    with listen(site, site.manager, resume) as feed:
        event = read_until(feed, "event")
        assert event["data"]["data"]["event"] == "battery_low"


def test_each_get_answers_as_the_document_says(site):
    values = {"{id}": "smoke-3-2-01", "{name}": "smoke", "{code}": "invalid"}
    for template, row in document()["paths"].items():
        if "get" not in row or template in ("/api/v1/feed", "/api/v1/things/{id}/events/{name}"):
            continue
        path = template
        for name, value in values.items():
            path = path.replace(name, value)
        query = {"property": "battery"} if path.endswith("/history") else None
        check("GET", path, site.manager.ask("GET", path, query=query))


def test_who_is_bound_to_a_place_sees_nothing_beyond_it(site):
    site.manager.do("POST", "/api/v1/devices", {"id": "door-4-01", "profile": "generic/lock", "place": "b4"}, expect=(201, 409))
    offer = site.manager.do("POST", "/api/v1/people/invitations", {"role": "on_call", "name": "值班员", "places": ["b3"]})
    guard = Client(site)
    guard.enter("/api/v1/invitations/accept", {"code": offer["code"], "name": "值班员", "login": "guard", "password": PASSWORD})
    assert [d["id"] for d in guard.get("/api/v1/devices")["items"]] == ["smoke-3-2-01"]
    assert guard.ask("GET", "/api/v1/devices/door-4-01").status == 404
    refused = guard.ask("POST", "/api/v1/commands", {"device": "door-4-01", "action": "unlock"})
    assert refused.status == 404 and refused.json["code"] == "not_found"
    assert guard.ask("POST", "/api/v1/devices", {"id": "x", "profile": "generic/smoke"}).status == 403


def join_as_resident(site, name, login):
    offer = site.manager.do("POST", "/api/v1/people/invitations", {"role": "resident", "name": name, "places": ["b3-u2"]})
    resident = Client(site)
    resident.person = resident.enter("/api/v1/invitations/accept",
                                     {"code": offer["code"], "name": name, "login": login, "password": PASSWORD})["person"]["id"]
    return resident


def test_a_resident_sees_who_had_to_do_with_their_data_and_nothing_of_the_neighbours(site):
    ours, theirs = join_as_resident(site, "陈", "chen"), join_as_resident(site, "周", "zhou")
    assert not [line for line in ours.get("/api/v1/account/data")["seen_by"] if line["what"].startswith("person.")]
    site.manager.do("PATCH", f"/api/v1/people/{ours.person}", {"name": "陈女士"})
    site.manager.do("PATCH", f"/api/v1/people/{theirs.person}", {"name": "周先生"})
    assert site.manager.ask("GET", "/api/v1/audit/export").status == 200
    answer = ours.ask("GET", "/api/v1/account/data")
    check("GET", "/api/v1/account/data", answer)
    seen = answer.json["seen_by"]
    assert [(line["who"], line["role"], line["what"]) for line in seen[:2]] == [
        ("经理", "manager", "audit.export"), ("经理", "manager", "person.change")]
    assert len([line for line in seen if line["what"] == "person.change"]) == 1
    assert seen[0]["time"] >= seen[1]["time"] and set(seen[0]) == {"time", "who", "role", "what"}
    assert "周" not in answer.body.decode()
    site.ctl("person", "unlock", "chen")
    told = ours.get("/api/v1/account/data")["seen_by"][0]
    assert (told["who"], told["role"], told["what"]) == (None, "local", "person.unlock")


def test_what_a_person_is_told_is_bounded(site):
    resident = join_as_resident(site, "吴", "wuying")
    for number in range(52):
        site.manager.do("PATCH", f"/api/v1/people/{resident.person}", {"name": f"吴 {number}"})
    assert len(resident.get("/api/v1/account/data")["seen_by"]) == 50


def test_signing_out_closes_the_feed(site):
    client = Client(site)
    client.enter("/api/v1/session", {"login": "manager", "password": PASSWORD})
    with listen(site, client) as feed:
        read_until(feed, "hello")
        client.do("DELETE", "/api/v1/session")
        with pytest.raises(Exception):
            while True:
                feed.recv(timeout=10)
    assert client.ask("GET", "/api/v1/session").status == 401


def test_a_page_of_another_origin_can_do_nothing(site):
    wish = {"device": "smoke-3-2-01", "action": "self_test"}
    assert site.manager.ask("POST", "/api/v1/commands", wish, Origin="https://evil.example").status == 403
    without = Client(site)
    without.cookie, without.csrf = site.manager.cookie, "guessed"
    answer = without.ask("POST", "/api/v1/commands", wish)
    assert answer.status == 403 and answer.json["code"] == "csrf"


def test_the_document_of_the_repository_is_the_one_that_is_served(site):
    assert Client(site).get("/api/v1/openapi.json") == document()
    printed = subprocess.run([BIN / "linlid", "--print-openapi"], capture_output=True, text=True, check=True).stdout
    assert printed == DOCUMENT.read_text()


def test_the_document_is_sound_in_the_eyes_of_a_linter():
    linted = subprocess.run(["node", "lint_openapi.mjs", str(DOCUMENT)], cwd=PEERS, capture_output=True, text=True, timeout=120)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_whatever_is_thrown_at_it_is_answered_as_the_document_says(site):
    """fast-check makes requests from the document, right ones and bent ones."""
    token = site.token(site.manager, *site.manager.get("/api/v1/session")["privileges"])
    done = subprocess.run(["node", "fuzz_api.mjs", f"https://localhost:{site.console_port}", str(DOCUMENT)], cwd=PEERS,
                          input=json.dumps({"token": token.token}), capture_output=True, text=True, timeout=300,
                          env={**os.environ, "NODE_EXTRA_CA_CERTS": str(site.folder / "identity" / "site-ca-bundle.crt")})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    report = json.loads(done.stdout)
    assert report["requests"] > 500 and not report["problems"], report["problems"][:5]
    assert site.is_ready()


def test_another_implementation_of_the_web_of_things_uses_the_devices(site):
    """node-wot finds the directory, reads a value, invokes an action and hears an event."""
    token = site.token(site.manager, "own", "view_site", "operate_devices").token
    peer = subprocess.Popen(["node", "wot_consumer.mjs", f"https://localhost:{site.console_port}", "smoke-3-2-01"], cwd=PEERS,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env={**os.environ, "NODE_EXTRA_CA_CERTS": str(site.folder / "identity" / "site-ca-bundle.crt")})
    try:
        peer.stdin.write(json.dumps({"token": token}) + "\n")
        peer.stdin.flush()
        tell(site, "properties", {"properties": {"battery": 55}})
        seen = {}
        for line in peer.stdout:
            step = json.loads(line)
            seen.update(step)
            if "subscribed" in step:
                threading.Timer(0.5, tell, [site, "event", {"event": "fault", "data": {"code": "E7"}}]).start()
        assert peer.wait(timeout=20) == 0, peer.stderr.read()[-2000:]
        assert seen["things"] >= 1 and seen["title"] == "三号楼烟感"
        assert seen["battery"] == 55 and seen["invoked"] is True and seen["event"] == {"code": "E7"}
    finally:
        if peer.poll() is None:
            peer.send_signal(signal.SIGKILL)
            peer.wait()


def test_every_answer_names_a_row_of_the_document():
    assert operation("GET", "/api/v1/devices/batch")[0] == "/api/v1/devices/{id}"
    assert operation("POST", "/api/v1/devices/batch")[0] == "/api/v1/devices/batch"


def said(site, language):
    """What the gateway says of four mistakes and of itself, in a language."""
    ask = lambda *request: site.manager.ask(*request, Accept_Language=language).json
    etag = site.manager.get("/api/v1/settings")["etag"]
    port = {"changes": {"broker.port": 0}, "dry_run": True}
    settings = site.manager.ask("PUT", "/api/v1/settings", port, If_Match=etag, Accept_Language=language).json
    batch = {"pattern": "smoke 1", "profile": "generic/smoke", "ranges": {}, "dry_run": True}
    rows = ask("GET", "/api/v1/settings")["rows"]
    return {
        "setting": settings["problems"][0]["what"],
        "device": ask("GET", "/api/v1/devices/nobody")["detail"],
        "batch": ask("POST", "/api/v1/devices/batch", batch)["rows"][0]["problem"]["detail"],
        "driver": ask("GET", "/api/v1/operations")["drivers"][0]["tested_against"],
        "help": next(row["help"] for row in rows if row["path"] == "store.ballast_mb"),
        "path": ask("GET", "/api/v1/nothing")["detail"],
    }


def test_what_is_wrong_is_said_in_the_language_that_is_asked_for(site):
    assert said(site, "zh-CN") == {
        "setting": "应为 1 到 65535 的整数，收到的是 0",
        "device": "没有登记设备“nobody”",
        "batch": "“smoke 1”不能作设备编号：请用 1 到 64 个 a-z A-Z 0-9 . _ -",
        "driver": "独立对端：Debian 的 mosquitto_pub、mosquitto_sub，PyPI 的 paho-mqtt",
        "help": "为磁盘写满预留多少 MiB",
        "path": "这个地址下没有内容",
    }
    assert said(site, "en") == {
        "setting": "expected an integer from 1 to 65535, found 0",
        "device": "no device 'nobody' is registered",
        "batch": "'smoke 1' is not a valid device id: use 1 to 64 of a-z A-Z 0-9 . _ -",
        "driver": "independent peer: mosquitto_pub and mosquitto_sub of Debian, paho-mqtt of PyPI",
        "help": "room kept aside for a full disk",
        "path": "there is nothing at this path",
    }


def test_every_help_of_a_setting_is_chinese(site):
    rows = site.manager.ask("GET", "/api/v1/settings", Accept_Language="zh").json["rows"]
    assert rows and [row["help"] for row in rows if not any("一" <= letter <= "鿿" for letter in row["help"])] == []

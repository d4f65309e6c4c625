"""A resident by the whole daemon: moved in at the console, invited to the app, through the door, and moved out."""

import json
import re
import time

import pytest
from api_kit import Client, SynchronisedSite, check
from north_kit import wait_until

DOOR = {"id": "gate", "name": "3 栋 2 单元", "place": "b3-u2", "group": 3, "lock": {"device": "lock-1", "end_action": "lock"}}


@pytest.fixture
def site(tmp_path):
    site = SynchronisedSite(tmp_path).start()
    yield site
    site.stop()


def unlocks(lock):
    return [command for command in lock.commands if command["action"] == "unlock"]


def asked(client, method, path, body=None):
    """The answer, which is one of the document."""
    answer = client.ask(method, path, body)
    check(method, path, answer)
    return answer


def put_places(manager):
    for place, parent, kind in (("site", None, "site"), ("b3", "site", "building"), ("b3-u2", "b3", "unit"), ("b3-u2-501", "b3-u2", "point")):
        manager.do("PUT", f"/api/v1/places/{place}", {"parent": parent, "kind": kind, "name": place})


def test_a_resident_moves_in_opens_the_door_and_is_refused_after_moving_out(site):
    manager = site.claim()
    put_places(manager)
    lock = site.connect_device("lock-1", "generic/lock")
    site.ctl("command", "send", "--target", "scenario/access", "--action", "put_door", "--input", json.dumps(DOOR))

    moved = asked(manager, "POST", "/api/v1/households/move-in", {"place": "b3-u2-501", "groups": [3], "people": [{"id": "ann", "name": "安女士"}]})
    assert moved.status == 201, moved.body
    home = f"/api/v1/households/{moved.json['household']}"
    offer = asked(manager, "POST", f"{home}/people/ann/invitation", {}).json
    ann = Client(site)
    ann.enter("/api/v1/invitations/accept", {"code": offer["code"], "name": "安"})
    assert ann.get("/api/v1/session")["person"]["id"] == "ann"

    assert [door["id"] for door in asked(ann, "GET", "/api/v1/my/doors").json["items"]] == ["gate"]
    began = time.monotonic()
    opened = asked(ann, "POST", "/api/v1/my/doors/gate/open", {})
    assert opened.status == 200, opened.body
    assert time.monotonic() - began < 1.5
    assert len(unlocks(lock)) == 1

    code = asked(ann, "POST", "/api/v1/my/visits", {"kind": "code", "group": 3, "life_s": 600}).json["code"]
    assert len(code) == 6
    kept = [file for file in site.folder.rglob("*.db*") if file.is_file()]
    assert kept
    alone = re.compile(rb"(?<![0-9a-f])" + code.encode() + rb"(?![0-9a-f])")
    assert not [file for file in kept if alone.search(file.read_bytes())]
    log = asked(ann, "GET", "/api/v1/my/door-log").json["items"]
    assert [(each["door"], each["granted"], each["who"]) for each in log] == [("gate", True, "self")]

    began = time.monotonic()
    out = asked(manager, "POST", f"{home}/move-out", {})
    assert out.json["ended"]["codes"] == 1 and out.json["ended"]["phones"] == 1
    assert ann.ask("POST", "/api/v1/my/doors/gate/open", {}).status == 401
    assert time.monotonic() - began < 3
    assert len(unlocks(lock)) == 1

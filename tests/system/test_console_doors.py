"""Doors through the console's API of the whole daemon: set up, opened, blocked, released by a fire, and what the log says of it.
Every answer is held to the OpenAPI document."""

import json

import pytest

from api_kit import PASSWORD, Client, SynchronisedSite, check
from north_kit import wait_until

RULE = "3号楼火警"
GATE = {"name": "2号门", "place": "b3", "group": 3, "lock": {"device": "lock-1", "end_action": "lock"},
        "contact": {"device": "lock-1", "property": "door_open"}}


@pytest.fixture
def site(tmp_path):
    rules = {"rules": [{"name": RULE, "when": [{"device": "smoke-1", "event": "smoke"}], "release": [{"door": "gate", "device": "lock-1"}]}]}
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "interlocks.json").write_text(json.dumps(rules))
    site = SynchronisedSite(tmp_path / "site", interlocks="interlocks.json")
    try:
        site.start()
        site.manager = site.claim()
        for place, parent, kind in [("site", None, "site"), ("b3", "site", "building"), ("b4", "site", "building")]:
            site.manager.do("PUT", f"/api/v1/places/{place}", {"parent": parent, "kind": kind, "name": f"楼 {place}"})
        site.lock = site.connect_device("lock-1", "generic/lock")
        ask(site.manager, "PUT", "/api/v1/doors/gate", GATE)
        yield site
    finally:
        site.stop()


def ask(client, method, path, body=None, expect=200, query=None):
    answer = client.ask(method, path, body, query=query)
    check(method, path, answer)
    assert answer.status == expect, (path, answer.status, answer.body)
    return answer.json


def invite(site, role, name, places):
    offer = site.manager.do("POST", "/api/v1/people/invitations", {"role": role, "name": name, "places": places})
    client = Client(site)
    client.enter("/api/v1/invitations/accept", {"code": offer["code"], "name": name, "login": name, "password": PASSWORD})
    return client


def gate(site):
    return ask(site.manager, "GET", "/api/v1/doors/gate")


def log(client, **query):
    return ask(client, "GET", "/api/v1/access-log", query=query)["items"]


def tell_contact(site, is_open):
    site.lock.send("properties", {"properties": {"door_open": is_open}})
    wait_until(lambda: gate(site)["open"] is is_open, 5, f"the contact says {is_open}")


def unlocks(site):
    return [command for command in site.lock.commands if command["action"] == "unlock"]


def test_a_guard_opens_a_door_and_the_board_and_the_log_say_what_is_true(site):
    guard = invite(site, "on_call", "guard", ["b3"])
    assert gate(site)["open"] is None and gate(site)["phase"] == "locked"
    tell_contact(site, False)

    opened = ask(guard, "POST", "/api/v1/doors/gate/open", {"reason": "业主忘带门卡"})
    assert opened["door"]["phase"] == "unlocked" and opened["door"]["open"] is False
    assert len(unlocks(site)) == 1 and unlocks(site)[0]["input"] == {"seconds": 5}
    tell_contact(site, True)
    assert gate(site)["phase"] == "open"
    tell_contact(site, False)

    board = ask(guard, "GET", "/api/v1/doors")
    assert [(door["id"], door["phase"], door["lock"]["state"]) for door in board["items"]] == [("gate", "locked", "online")]
    wait_until(lambda: len(log(site.manager, door="gate")) == 3, 5, "all of it stands in the log")
    assert [(each["kind"], each["record"]) for each in log(site.manager, door="gate")] == [
        ("door", "door_closed"), ("door", "door_opened"), ("granted", None)]
    granted = log(site.manager, kind="granted", means="remote")[0]
    assert granted["person"]["name"] == "guard" and granted["name"] == "2号门"
    assert log(guard, kind="granted")[0]["person"]["name"] is None
    assert log(site.manager, kind="denied") == []
    audit = site.manager.get("/api/v1/audit")["items"]
    assert [each["detail"]["reason"] for each in audit if each["target"] == "door:gate" and each["detail"].get("reason")] == ["业主忘带门卡"]


def test_a_door_whose_lock_is_not_there_is_offline_and_stays_shut(site):
    site.lock.close()
    refused = ask(site.manager, "POST", "/api/v1/doors/gate/open", {"reason": "业主忘带门卡"}, expect=503)
    assert refused["code"] == "offline" and "not connected" in refused["detail"]
    assert unlocks(site) == [] and gate(site)["phase"] != "open"


def test_a_blocked_door_is_told_and_nobody_else_operates_doors(site):
    viewer = invite(site, "viewer", "viewer", [])
    installer = invite(site, "installer", "installer", [])
    elsewhere = invite(site, "on_call", "elsewhere", ["b4"])
    for client in (viewer, installer):
        ask(client, "POST", "/api/v1/doors/gate/open", {}, expect=403)
        ask(client, "GET", "/api/v1/access-log", expect=403)
    ask(elsewhere, "POST", "/api/v1/doors/gate/open", {}, expect=404)
    assert unlocks(site) == []
    assert ask(site.manager, "POST", "/api/v1/doors/gate/block", {"reason": "坏了"})["door"]["blocked"] is True
    site.end("linlid")
    site.start_gateway()
    wait_until(site.is_open, 10, "the console answers")
    assert gate(site)["blocked"] is True, "also after a restart"
    assert ask(site.manager, "POST", "/api/v1/doors/gate/unblock", {})["door"]["blocked"] is False


def test_a_fire_is_shown_and_ends_by_a_person(site):
    smoke = site.connect_device("smoke-1", "generic/smoke")
    rule = ask(site.manager, "GET", "/api/v1/fire")["items"][0]
    assert (rule["name"], rule["active"]) == (RULE, False)
    smoke.send("event", {"id": "s1", "event": "smoke", "data": {}})
    wait_until(lambda: gate(site)["phase"] == "fire_released", 5, "the door is released")
    assert gate(site)["released_by"] == [RULE]
    confirmed = lambda: ask(site.manager, "GET", "/api/v1/fire")["items"][0]["releases"][0]["confirmed"]
    wait_until(confirmed, 5, "the lock has answered")
    reset = ask(site.manager, "POST", "/api/v1/fire/reset", {"rule": RULE, "reason": "误报"})
    assert reset["items"][0]["active"] is False
    assert gate(site)["phase"] == "locked"
    ask(site.manager, "POST", "/api/v1/fire/reset", {"rule": RULE}, expect=404)


def test_hours_and_holidays_are_kept_over_a_restart(site):
    hours = {"name": "学校", "week": {"mon-fri": ["07:00-18:00"]}, "holiday": "sun"}
    ask(site.manager, "PUT", "/api/v1/schedules/school", hours)
    year = {"year": 2026, "source": "国务院办公厅", "holidays": [{"name": "国庆节", "from": "2026-10-01", "to": "2026-10-07"}],
            "make_up_workdays": ["2026-10-10"]}
    ask(site.manager, "PUT", "/api/v1/calendars/2026", year)
    wrong = ask(site.manager, "PUT", "/api/v1/schedules/school", {"name": "x", "week": {"mon": ["7"]}}, expect=422)
    assert wrong["field"].startswith("/week")
    site.end("linlid")
    site.start_gateway()
    wait_until(site.is_open, 10, "the console answers")
    assert ask(site.manager, "GET", "/api/v1/schedules")["items"][0]["schedule"]["name"] == "学校"
    assert ask(site.manager, "GET", "/api/v1/calendars")["items"] == [year]
    ask(site.manager, "DELETE", "/api/v1/doors/gate", expect=204)
    ask(site.manager, "GET", "/api/v1/doors/gate", expect=404)

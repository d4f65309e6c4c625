"""A door by the whole daemon: set up with linlictl, opened from afar, told to the platform, and the same after a restart."""

import json
import time

from compound import compound  # noqa: F401 (a fixture)
from north_kit import wait_until

DOOR = {"id": "gate", "name": "3 栋 2 单元", "lock": {"device": "lock-1", "end_action": "lock"},
        "contact": {"device": "lock-1", "property": "door_open"}}


def start(compound, is_synchronised=True):
    compound.start_platform_and_receiver()
    compound.start_site_broker()
    compound.start_synchronised_gateway(is_synchronised)
    lock = compound.connect_device("lock-1", "generic/lock")
    assert ask(compound, "put_door", DOOR)["state"] == "confirmed"
    return lock


def ask(compound, action, body, expect=0):
    return compound.ctl("command", "send", "--target", "scenario/access", "--action", action, "--input", json.dumps(body), expect=expect)


def opening(site="test", age_ms=0):
    return {"door": "gate", "site": site, "issued_ms": int(time.time() * 1000) - age_ms}


def unlocks(lock):
    return [command for command in lock.commands if command["action"] == "unlock"]


def decisions(compound):
    return [event["data"] for event in compound.events("linli.access.decision")]


def test_a_door_opens_from_afar_and_the_platform_is_told(compound):
    lock = start(compound)
    assert ask(compound, "open", opening())["state"] == "confirmed"
    wait_until(lambda: len(unlocks(lock)) == 1, 5, "the lock was told")
    assert unlocks(lock)[0]["input"] == {"seconds": 5}
    wait_until(lambda: decisions(compound), 5, "the platform knows")
    assert [(each["door"], each["granted"], each["reason"]) for each in decisions(compound)] == [("gate", True, "granted")]

    assert "ask again" in ask(compound, "open", opening(age_ms=11_000), expect=1)["reason"]
    assert "meant for" in ask(compound, "open", opening("elsewhere"), expect=1)["reason"]
    assert len(unlocks(lock)) == 1

    compound.end("linlid")
    compound.start_synchronised_gateway()
    assert ask(compound, "open", opening())["state"] == "confirmed"
    wait_until(lambda: len(unlocks(lock)) == 2, 5, "the door is still there after a restart")


def test_who_works_on_the_gateway_asks_the_doors_in_words(compound):
    lock = start(compound)
    files = compound.folder / "definitions"
    files.mkdir()
    for kind, body in {
        "household": {"household": "h501", "place": "site", "groups": [3], "people": [{"id": "ann", "name": "安女士"}]},
        "door": {**DOOR, "group": 3},
    }.items():
        (files / f"{kind}.json").write_text("// as it was agreed\n" + json.dumps(body))
    compound.ctl("place", "add", "--id", "site", "--kind", "site", "--name", "邻里小区")
    for kind in ("door", "household"):
        assert compound.ctl("access", "put", kind, str(files / f"{kind}.json"))["state"] == "confirmed"
    assert "say door" in compound.ctl("access", "put", "window", str(files / "door.json"), expect=1)["error"]["what"]

    assert compound.ctl("access", "open", "gate", "--seconds", "7")["state"] == "confirmed"
    wait_until(lambda: unlocks(lock), 5, "the lock was told")
    assert unlocks(lock)[0]["input"] == {"seconds": 7}
    [opened] = compound.ctl("access", "who", "gate")["output"]["opened"]
    assert opened["asked_by"] and opened["kind"] == "remote"
    assert compound.ctl("access", "who", "gate", "--at", "2001-01-01 10:00")["output"]["opened"] == []
    assert "23:10" in compound.ctl("access", "who", "gate", "--at", "half past", expect=1)["error"]["what"]

    given = compound.ctl("access", "pass", "--person", "ann", "--group", "3", "--hours", "2")["output"]
    [visit] = compound.ctl("access", "visits", "--person", "ann")["output"]["visits"]
    assert (visit["id"], visit["kind"], visit["used"]) == (given["id"], "pass", 0)
    assert given["pass"] and compound.ctl("access", "revoke-pass", given["id"])["state"] == "confirmed"
    digits = compound.ctl("access", "code", "--person", "ann", "--group", "3")["output"]
    assert len(digits["code"]) == 6 and compound.ctl("access", "revoke-code", digits["id"])["state"] == "confirmed"
    assert compound.ctl("access", "visits")["output"]["visits"] == []
    assert compound.ctl("access", "consent", "ann", "paper-2026-1")["state"] == "confirmed"
    assert compound.ctl("access", "withdraw-consent", "ann")["state"] == "confirmed"
    assert compound.ctl("access", "block", "gate")["state"] == "confirmed"
    assert compound.ctl("access", "unblock", "gate")["state"] == "confirmed"
    assert compound.ctl("access", "move-out", "h501")["state"] == "confirmed"
    assert "no door" in compound.ctl("access", "open", "nowhere", expect=1)["reason"]


def test_a_list_of_a_thousand_people_is_looked_at_first_and_then_taken_over(compound):
    start(compound)
    compound.ctl("place", "add", "--id", "site", "--kind", "site", "--name", "邻里小区")
    for flat in range(100):
        compound.ctl("place", "add", "--id", f"b1-{flat:03}", "--kind", "point", "--name", f"{flat}", "--parent", "site")
    lines = [f"b1-{number % 100:03},住户{number}" for number in range(1000)]
    file = compound.folder / "people.csv"
    file.write_bytes(("房号,姓名\n" + "\n".join([*lines[:-1], "b9-404,住户"])).encode("gb18030"))
    told = compound.ctl("access", "import", str(file))["output"]
    assert (told["people"], told["problem_count"], told["problems"][0]["line"]) == (999, 1, 1001)
    assert "1 problems" in compound.ctl("access", "import", str(file), "--apply", expect=1)["reason"]
    file.write_text("房号,姓名\n" + "\n".join(lines))
    assert compound.ctl("access", "import", str(file), "--groups", "3")["output"]["applied"] is False
    assert compound.ctl("access", "import", str(file), "--apply")["output"]["flats"] == 100
    assert compound.ctl("access", "import", str(file), "--groups", "three", expect=1)["error"]["what"].startswith("--groups")


def test_while_nobody_knows_what_time_it_is_a_door_opens_for_who_is_here_and_for_no_platform(compound):
    lock = start(compound, is_synchronised=False)
    wait_until(lambda: compound.ctl("status")["platform"]["up"], 15, "the platform is there")
    compound.command_from_platform({"id": "far-1", "target": "scenario/access", "action": "open", "input": opening(), "ttl_ms": 8000})
    wait_until(lambda: compound.ctl("command", "show", "far-1", expect=None).get("state") == "refused", 5, "the platform is refused")
    assert "synchronised" in compound.ctl("command", "show", "far-1")["reason"]
    assert unlocks(lock) == []
    assert compound.ctl("access", "open", "gate")["state"] == "confirmed"
    wait_until(lambda: len(unlocks(lock)) == 1, 5, "the lock was told")


def test_a_forced_door_is_an_alarm_at_the_platform(compound):
    lock = start(compound)
    for is_open in (False, True):
        lock.send("properties", {"properties": {"door_open": is_open}})
    wait_until(lambda: compound.events("linli.access.alarm"), 5, "the alarm is at the platform")
    alarm = compound.events("linli.access.alarm")[0]
    assert (alarm["data"]["alarm"], alarm["data"]["active"], alarm["stream"]) == ("forced_open", True, "alarm")


def test_a_fire_releases_the_door_and_only_a_person_locks_it_again(compound):
    rules = compound.folder / "interlocks.json"
    rules.write_text(json.dumps({"rules": [{"name": "3号楼火警", "when": [{"device": "smoke-1", "event": "smoke"}],
                                            "release": [{"door": "gate", "device": "lock-1"}]}]}))
    compound.settings["interlocks"] = str(rules)
    compound.write_config()
    lock = start(compound)
    smoke = compound.connect_device("smoke-1", "generic/smoke")
    smoke.send("event", {"id": "s1", "event": "smoke", "data": {}})
    wait_until(lambda: unlocks(lock), 5, "the door is released")
    wait_until(lambda: compound.events("linli.access.alarm"), 5, "the door's alarm is at the platform")
    assert compound.events("linli.access.alarm")[0]["data"]["alarm"] == "fire_released"
    assert ask(compound, "open", opening())["state"] == "confirmed"
    wait_until(lambda: decisions(compound), 5, "decided")
    assert decisions(compound)[0]["reason"] == "free_passage"
    assert [command for command in lock.commands if command["action"] == "lock"] == []
    assert ask(compound, "reset_fire", {"rule": "3号楼火警"})["state"] == "confirmed"
    wait_until(lambda: [command for command in lock.commands if command["action"] == "lock"], 5, "locked again")

"""What people can look back on, with the real daemon: events after delivery, charts, places, how a device stands."""

import json
import signal

from compound import compound, publish  # noqa: F401 (a fixture)
from north_kit import wait_until


def listed(compound, *words):
    return compound.ctl("events", "list", *words)["events"]


def sent(compound):
    return compound.ctl("status")["events"]


def test_events_are_found_after_the_platform_has_them_and_after_a_kill(compound):
    compound.start()
    device = compound.connect_device("smoke1", "generic/smoke")
    device.send("event", {"id": "m1", "event": "smoke", "data": {}})
    # In this order: before it is there, nothing waits either.
    wait_until(lambda: listed(compound, "--class", "alarm") and sent(compound)["waiting"] == 0, 15, "the alarm is kept and delivered")
    (alarm,) = listed(compound, "--class", "alarm", "--since", "5min")
    assert alarm["device"] == "smoke1" and alarm["type"] == "linli.thing.event" and alarm["data"]["event"] == "smoke"
    assert alarm["id"] in {entry["id"] for entry in compound.events()}
    compound.end("linlid", signal.SIGKILL)
    compound.start_gateway()
    assert [entry["id"] for entry in listed(compound, "--class", "alarm")] == [alarm["id"]]
    assert listed(compound, "--device", "nobody") == []
    error = compound.ctl("events", "list", "--since", "yesterday", expect=1)["error"]
    assert "30min" in error["what"]


def test_pages_join_without_loss_or_repeat(compound):
    compound.start()
    device = compound.connect_device("smoke1", "generic/smoke")
    for n in range(30):
        device.send("event", {"id": f"m{n}", "event": "smoke", "data": {}})
    wait_until(lambda: len(listed(compound, "--class", "alarm")) == 30, 15, "all are kept")
    seen, before = [], []
    while True:
        page = compound.ctl("events", "list", "--class", "alarm", "--limit", "7", *before)
        seen += [event["id"] for event in page["events"]]
        if page["next"] == 0:
            break
        before = ["--before", str(page["next"])]
    assert len(seen) == 30 and len(set(seen)) == 30


def test_a_chart_shows_what_was_read_also_after_an_orderly_restart(compound):
    compound.start()
    device = compound.connect_device("th1", "generic/temperature_humidity")
    for value in (20, 26, 23):
        device.send("properties", {"properties": {"temperature": value}})

    def chart(span="day"):
        return compound.ctl("history", "th1", "temperature", "--span", span)["points"]

    def readings(span="day"):
        return sum(point["count"] for point in chart(span))

    wait_until(lambda: readings() == 3, 10, "three readings are in the chart")
    assert min(point["min"] for point in chart()) == 20 and max(point["max"] for point in chart()) == 26
    assert compound.end("linlid") == 0
    compound.start_gateway()
    assert readings() == 3 and readings("week") == 3
    compound.ctl("history", "th1", "colour", expect=4)
    compound.ctl("history", "nobody", "temperature", expect=4)


def test_places_are_a_tree_that_outlives_the_daemon(compound):
    compound.start()
    compound.ctl("place", "add", "--id", "site", "--kind", "site", "--name", "邻里小区")
    compound.ctl("place", "add", "--id", "b3", "--kind", "building", "--name", "3 号楼", "--parent", "site")
    compound.ctl("place", "add", "--id", "b3-gate", "--kind", "point", "--name", "门", "--parent", "b3")
    compound.ctl("place", "add", "--id", "b3", "--kind", "building", "--name", "3", "--parent", "b3-gate", expect=1)
    compound.ctl("place", "add", "--id", "x", "--kind", "point", "--name", "x", "--parent", "nowhere", expect=4)
    compound.add_device("door1", "generic/lock")
    assert compound.ctl("place", "list")["not_placed"] == 1
    described = compound.ctl("device", "describe", "door1", "--place", "b3-gate", "--name", "大门")
    assert (described["place"], described["name"]) == ("b3-gate", "大门")
    compound.ctl("place", "remove", "b3-gate", expect=1)
    compound.end("linlid", signal.SIGKILL)
    compound.start_gateway()
    places = compound.ctl("place", "list")
    assert [(place["id"], place["devices"]) for place in places["places"]] == [("site", 0), ("b3", 0), ("b3-gate", 1)]
    assert places["not_placed"] == 0 and compound.ctl("device", "show", "door1")["name"] == "大门"
    compound.ctl("device", "revoke", "door1")
    compound.ctl("place", "remove", "b3-gate")


def test_a_device_that_leaves_is_told_from_one_whose_connection_broke(compound):
    compound.start()
    login = compound.add_device("door1", "generic/lock")
    compound.add_device("door2", "generic/lock")

    def say(payload):
        publish(compound, "door1", login["password"], "linli/v1/door1/up/presence", json.dumps(payload)).check_returncode()

    def door1():
        return compound.ctl("device", "show", "door1")

    assert compound.ctl("device", "show", "door2")["why"] == "never_seen"
    say({"online": True})
    wait_until(lambda: door1()["presence"] == "online", 10, "it is online")
    say({"online": False})
    wait_until(lambda: door1().get("why") == "silent", 10, "it is silent")
    say({"online": True})
    say({"online": False, "goodbye": True})
    wait_until(lambda: door1().get("why") == "device_said_goodbye", 10, "it has left")
    since = door1()["since"]
    compound.end("linlid", signal.SIGKILL)
    compound.start_gateway()
    assert (door1()["presence"], door1()["since"]) == ("offline", since)

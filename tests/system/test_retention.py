"""How long things are kept, with the real daemon: what is old by days of running goes, and is told; nothing else does."""

import json
import sqlite3
import time

from compound import compound  # noqa: F401 (a fixture)
from north_kit import wait_until

RETENTION = 23  # ports::Space::kRetention
DAY_S = 86_400


def listed(compound):
    return [event["type"] for event in compound.ctl("events", "list", "--class", "alarm")["events"]]


def kept(compound):
    return {each["class"]: each for each in compound.ctl("status")["retention"]["classes"]}


def lines(compound):
    shown = [json.loads(line) for line in compound.ctl("audit", "show")["lines"]]
    return [line for line in shown if line["action"] == "retention.delete"]


def rows(compound):
    with sqlite3.connect(compound.folder / "data" / "linli.db") as database:
        found = database.execute("SELECT key, value FROM state WHERE space = ?", (RETENTION,)).fetchall()
    database.close()
    return {key: value if isinstance(value, str) else value.decode() for key, value in found}


def put(compound, key, value):
    """While the daemon is away."""
    with sqlite3.connect(compound.folder / "data" / "linli.db") as database:
        database.execute("INSERT OR REPLACE INTO state (space, key, value) VALUES (?, ?, ?)",
                         (RETENTION, key, json.dumps(value).encode()))
    database.close()


def test_what_is_old_by_days_of_running_goes_and_is_told(compound):
    compound.start()
    device = compound.connect_device("smoke1", "generic/smoke")
    for n in range(1200):
        device.send("event", {"id": f"m{n}", "event": "smoke", "data": {}})
    wait_until(lambda: compound.ctl("status")["events"]["accepted"] >= 1200, 60, "all are stored")
    wait_until(lambda: compound.ctl("status")["events"]["waiting"] == 0, 60, "the platform has them")
    assert kept(compound)["access"]["days"] == 90 and kept(compound)["alarm"]["days"] == 365
    assert kept(compound)["alarm"]["last"] is None
    compound.ctl("config", "set", "retention.alarm_days=7")
    assert kept(compound)["alarm"]["days"] == 7, "at once"
    assert compound.end("linlid") == 0

    # As if it had run for a week since.
    clock = json.loads(rows(compound)["clock"])
    with sqlite3.connect(compound.folder / "data" / "linli.db") as database:
        (last,) = database.execute("SELECT max(seq) FROM journal").fetchone()
    database.close()
    mark = {"ran_s": clock["ran_s"], "seq": last, "ms": int(time.time() * 1000), "quality": 0}
    for key in [key for key in rows(compound) if key.startswith("mark/")]:
        assert json.loads(rows(compound)[key])["ran_s"] == 0
    put(compound, f"mark/{clock['ran_s']:012}", mark)
    put(compound, "clock", {**clock, "ran_s": clock["ran_s"] + 7 * DAY_S - 60})
    compound.start_gateway()
    time.sleep(2)
    assert len(listed(compound)) == 50, "a minute is missing"
    assert compound.end("linlid") == 0

    put(compound, "clock", {**clock, "ran_s": clock["ran_s"] + 7 * DAY_S + 60})
    compound.start_gateway()
    wait_until(lambda: kept(compound)["alarm"]["last"], 20, "the run is over")
    wait_until(lambda: lines(compound), 5, "the line is there")
    (line,) = lines(compound)
    assert line["actor"] == "gateway" and line["target"] == "class:alarm"
    assert line["detail"]["rows"] >= 1200 and line["detail"]["days"] == 7
    assert kept(compound)["alarm"]["last"]["rows"] == line["detail"]["rows"]
    assert kept(compound)["access"]["last"] is None
    assert "smoke" not in json.dumps(compound.ctl("events", "list", "--class", "alarm")["events"])
    assert "tally/alarm" not in rows(compound)
    checks = {check["name"]: check for check in compound.ctl("doctor")["checks"]}
    assert checks["retention"]["verdict"] == "ok" and "alarm 7" in checks["retention"]["what"]


def test_an_orderly_end_loses_nothing_of_the_count(compound):
    compound.start_site_broker()
    compound.start_gateway()
    time.sleep(4)
    assert compound.end("linlid") == 0
    assert json.loads(rows(compound)["clock"])["ran_s"] >= 3
    put(compound, "clock", {**json.loads(rows(compound)["clock"]), "ran_s": 5 * DAY_S})
    compound.start_gateway()
    assert compound.ctl("status")["retention"]["ran_days"] == 5

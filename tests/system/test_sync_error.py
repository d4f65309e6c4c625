"""A disk that does not sync: nothing is acknowledged on its word, everyone can see why, and it ends by itself."""

import re
import time
from collections import Counter

import pytest

from compound import compound  # noqa: F401 (a fixture)
from north_kit import wait_until
from store_kit import Tracer


def event(number):
    return {"id": f"m{number}", "event": "unlocked", "data": {"method": "card", "credential": str(number)}}


NOT_STORED = "not stored, so not acknowledged"
OPEN_AGAIN = "the database is open again and verified"
NOT_OPEN_AGAIN = "the database cannot be opened again"


def log_of(compound):
    """What it must never say after a sync that failed: nothing was damaged."""
    log = (compound.folder / "linlid.log").read_text()
    assert "salvage" not in log and "replaced" not in log and "damaged" not in log, log
    return log


def store_check(compound):
    return next(check for check in compound.ctl("doctor")["checks"] if check["layer"] == "store")


def expect_each_once(compound, count):
    compound.deliver_all()
    delivered = Counter(entry["data"]["data"]["credential"] for entry in compound.events())
    assert delivered == Counter(str(n) for n in range(count))


@pytest.mark.parametrize("which", [1, 2, 3, 5, 8, 13])
def test_one_failed_sync_costs_no_event_and_doubles_none(compound, which):
    compound.start_site_broker()
    compound.start_gateway()
    door = compound.connect_device("door1", "generic/lock")
    tracer = Tracer(compound.processes["linlid"].pid, f"error=EIO:when={which}", compound.folder / "strace", calls="fdatasync")
    for n in range(20):
        door.send_until_acknowledged("event", event(n))
        wait_until(lambda: f"m{n}" in door.acknowledged or tracer.injected() > 0, 5, "acknowledged or failed")
    for _ in range(150):
        door.repeat_pending()
        time.sleep(0.1)
        if not door.pending:
            break
    tracer.stop()
    assert tracer.injected() == 1
    assert not door.pending, "what failed is accepted when it is sent again"
    assert compound.ctl("status")["health"] == "ok"
    log = log_of(compound)
    assert log.count(NOT_STORED) == 1 and log.count(OPEN_AGAIN) == 1, log
    assert NOT_OPEN_AGAIN not in log, "the disk was well again at once, and so is the database"
    expect_each_once(compound, 20)


@pytest.mark.parametrize("before", [0, 7])
def test_while_syncs_fail_nothing_is_acknowledged_and_everyone_can_see_why(compound, before):
    compound.start_site_broker()
    compound.start_gateway()
    pid = compound.processes["linlid"].pid
    door = compound.connect_device("door1", "generic/lock")
    for n in range(before):
        door.send_until_acknowledged("event", event(n))
    wait_until(lambda: len(door.acknowledged) == before, 5, "what comes before the trouble is acknowledged")
    assert NOT_STORED not in log_of(compound)
    tracer = Tracer(pid, "error=EIO:when=1+", compound.folder / "strace")
    for n in range(before, before + 3):
        door.send_until_acknowledged("event", event(n))
    wait_until(lambda: compound.ctl("status")["health"] == "read_only", 5, "status says so")
    end = time.monotonic() + 3
    while time.monotonic() < end:
        door.repeat_pending()
        status, check = compound.ctl("status"), store_check(compound)
        assert status["health"] == "read_only" and re.search("I/O error|Input/output error", status["store"]["trouble"]), status["store"]
        assert check["verdict"] == "fail" and re.search("I/O error|Input/output error", check["what"]) and "look at the disk" in check["next"], check
        assert len(door.acknowledged) == before
        time.sleep(0.1)
    assert NOT_STORED in log_of(compound) and NOT_OPEN_AGAIN in log_of(compound)
    assert OPEN_AGAIN not in log_of(compound), "it is not said before it is so"
    tracer.stop()
    ended = time.monotonic()
    wait_until(lambda: compound.ctl("status")["health"] == "ok", 10, "the store is open again")
    recovered = time.monotonic() - ended
    wait_until(lambda: door.repeat_pending() or not door.pending, 10, "the repeats are accepted")
    assert compound.processes["linlid"].poll() is None
    assert store_check(compound)["verdict"] == "ok"
    assert log_of(compound).count(OPEN_AGAIN) == 1
    print(f"{tracer.injected()} syncs failed; well again {recovered:.1f} s after the last")
    expect_each_once(compound, before + 3)

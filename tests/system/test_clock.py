"""A gateway that starts in 1970: it works, marks its times, and mends them once its clock is right."""

import re
import signal
import time
import uuid
from datetime import datetime
from pathlib import Path

import pytest

from compound import BIN, Compound
from north_kit import wait_until

BACKOFF_S = 2
SAVED_WITHIN_S = 12
BUILT = datetime.fromisoformat("2026-11-01T00:00:00+00:00").timestamp()


class WrongClock:
    """The date of one process, and what its kernel says of it; its intervals stay true."""

    def __init__(self, folder):
        self.date = folder / "date"
        self.synchronised = folder / "synchronised"
        self.boot_id = folder / "boot_id"
        self.boot()

    def boot(self):
        self.boot_id.write_text(f"{uuid.uuid4()}\n")
        self.date.write_text("@1970-01-01 00:00:10\n")
        self.synchronised.unlink(missing_ok=True)

    def environment(self):
        library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        return {"LD_PRELOAD": f"{library} {BIN / 'libclock_shim.so'}", "LINLI_TEST_SYNCHRONISED": str(self.synchronised), "TZ": "UTC",
                "LINLI_TEST_BOOT_ID": str(self.boot_id), "FAKETIME_TIMESTAMP_FILE": str(self.date), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def jump_to_now(self):
        """As chrony does it at the first answer of its server."""
        self.date.write_text("+0\n")

    def set_right(self):
        self.jump_to_now()
        self.synchronised.touch()


@pytest.fixture
def compound(tmp_path):
    made = Compound(tmp_path)
    backoff = {"first_spread_ms": 100, "base_ms": 500, "cap_ms": BACKOFF_S * 1000}
    made.settings["platform"]["backoff"] = backoff
    made.write_config()
    yield made
    made.stop()


@pytest.fixture
def clock(tmp_path):
    return WrongClock(tmp_path)


def start_with(compound, clock):
    """Everybody else's clock is right."""
    compound.start_platform_and_receiver()
    compound.start_site_broker()
    start_gateway(compound, clock)


def start_gateway(compound, clock):
    compound.spawn("linlid", BIN / "linlid", "--config", compound.config, environment=clock.environment())
    wait_until(compound.is_ready, 10, "linlid answers and is at the broker")


def unlocked(number):
    return {"id": f"m{number}", "event": "unlocked", "data": {"method": "card", "credential": str(number)}}


def send_events(door, numbers):
    """Gives for each the seconds between which it happened: sent and acknowledged."""
    sent = {}
    for n in numbers:
        before = time.time()
        door.send_until_acknowledged("event", unlocked(n))
        wait_until(lambda: f"m{n}" in door.acknowledged, 5, f"m{n} is acknowledged")
        sent[str(n)] = (before, time.time())
        time.sleep(0.3)
    return sent


def platform_status(compound):
    return compound.ctl("status")["platform"]


def times_of(compound):
    return {event["data"]["data"]["credential"]: datetime.fromisoformat(event["time"]).timestamp() for event in compound.events()}


def expect_true_times(compound, sent):
    assert {event["timequality"] for event in compound.events()} == {"synchronised"}
    arrived = times_of(compound)
    assert arrived.keys() == sent.keys()
    for name, (before, after) in sent.items():
        assert before - 0.01 <= arrived[name] <= after + 0.01, f"event {name}: {arrived[name] - before:+.2f} s"


def test_events_of_1970_arrive_with_their_true_times_once_the_clock_is_right(compound, clock):
    start_with(compound, clock)
    door = compound.connect_device("door1", "generic/lock")
    sent = send_events(door, range(5))
    wait_until(lambda: platform_status(compound)["attempts"] > 0, 5, "the platform was tried")
    refused = platform_status(compound)
    assert not refused["up"]
    assert "is not yet valid" in refused["last_error"] and "check our clock" in refused["last_error"], refused
    assert compound.ctl("status")["clock"]["quality"] == "floor"
    assert compound.ctl("status")["events"]["waiting"] >= 5 and compound.events() == []

    time.sleep(2 * BACKOFF_S)  # the longest back-off is reached
    clock.set_right()
    begun = time.monotonic()
    wait_until(lambda: platform_status(compound)["up"], BACKOFF_S + 1, "up within one back-off")
    print(f"up {time.monotonic() - begun:.1f} s after the clock was set")
    sent |= send_events(door, range(5, 8))
    wait_until(lambda: len(compound.events()) == 8, 10, "all events are at the platform")
    expect_true_times(compound, sent)
    assert compound.ctl("status")["clock"]["quality"] == "synchronised"


def test_a_power_cut_soon_after_the_clock_was_set_costs_no_true_time(compound, clock):
    """The platform comes in the next boot, whose clock is not right yet, and what it gets is of the boot before."""
    compound.start_site_broker()
    start_gateway(compound, clock)
    door = compound.connect_device("door1", "generic/lock")
    sent = send_events(door, range(3))
    clock.set_right()
    time.sleep(SAVED_WITHIN_S)
    compound.end("linlid", signal.SIGKILL)
    clock.boot()
    clock.jump_to_now()
    start_gateway(compound, clock)
    compound.start_platform_and_receiver()
    wait_until(lambda: len(compound.events()) == 3, BACKOFF_S + 5, "all events are at the platform")
    expect_true_times(compound, sent)


def test_a_date_that_nobody_vouches_for_stays_a_floor(compound, clock):
    """The date has jumped and the certificate is valid, but the kernel does not call its clock synchronised."""
    start_with(compound, clock)
    door = compound.connect_device("door1", "generic/lock")
    send_events(door, range(2))
    wait_until(lambda: platform_status(compound)["attempts"] > 0, 5, "the platform was tried")
    clock.jump_to_now()
    wait_until(lambda: len(compound.events()) == 2, BACKOFF_S + 5, "both events are at the platform")
    assert {event["timequality"] for event in compound.events()} == {"floor"}
    # What is said in 1970 cannot be older than the program.
    assert set(times_of(compound).values()) == {BUILT}


def test_the_jump_breaks_no_interval(compound, clock):
    """56 years in a moment: no connection times out, no command expires, nothing is sent again."""
    start_with(compound, clock)
    door = compound.connect_device("door1", "generic/lock")
    assert compound.ctl("command", "send", "--target", "device/door1", "--action", "unlock", "--id", "c1")["state"] == "confirmed"
    door.answers = False
    open_since = compound.spawn("waiting", BIN / "linlictl", "--config", compound.config, "--json", "command", "send", "--target",
                                "device/door1", "--action", "unlock", "--id", "c2")
    wait_until(lambda: any(command["command"] == "c2" for command in door.commands), 5, "the command is at the device")
    door.disconnected.clear()
    clock.set_right()
    time.sleep(1)
    assert open_since.poll() is None, "the command is still open"
    door.send("result", {"command": "c2", "ok": True})
    wait_until(lambda: compound.ctl("command", "show", "c2")["state"] == "confirmed", 5, "its answer counts")
    wait_until(lambda: platform_status(compound)["up"], BACKOFF_S + 1, "the platform is there")
    status = compound.ctl("status")
    assert status["uptime_s"] < 60
    assert status["broker"]["up"] and status["broker"]["redelivered"] == 0
    assert not re.search("warn +mqtt-", (compound.folder / "linlid.log").read_text()), "the site broker was never lost"
    assert not door.disconnected.is_set()
    assert [command["command"] for command in door.commands] == ["c1", "c2"]


def test_the_doctor_of_1970_blames_the_clock_and_no_certificate(compound, clock):
    start_with(compound, clock)
    checks = {check["name"]: check for check in compound.ctl("doctor")["checks"]}
    assert checks["clock"]["verdict"] == "warn" and "timesyncd" in checks["clock"]["next"]
    assert checks["site broker certificate"]["verdict"] == "ok"
    wait_until(lambda: platform_status(compound)["attempts"] > 0, 5, "the platform was tried")
    clock.set_right()
    wait_until(lambda: {c["name"]: c for c in compound.ctl("doctor")["checks"]}["clock"]["verdict"] == "ok", 5, "the clock is well")

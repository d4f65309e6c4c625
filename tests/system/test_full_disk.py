"""A full disk: what is urgent goes on, what must be dropped is dropped from below and reported, and it ends by itself."""

import random
import time

import pytest

from compound import Compound
from north_kit import read_ledger, wait_until
from store_kit import Flood, disk, gaps_between, whole_and_once  # noqa: F401 (disk is a fixture)

ALARM_LIMIT_S = 2
FULL_LIMIT_S = 60


@pytest.fixture
def cramped(tmp_path, disk):
    made = Compound(tmp_path / "site", data_dir=str(disk.folder), store=disk.store_settings(ballast_mb=2), devices={"flood_per_s": 100_000})
    yield made
    made.stop()


def alarm(smoke, number):
    """An alarm that the gateway must take; gives how long that took."""
    name = f"a{number}"
    begun = time.monotonic()
    smoke.send_until_acknowledged("event", {"id": name, "event": "smoke", "data": {"level": 0.2}})
    wait_until(lambda: name in smoke.acknowledged, ALARM_LIMIT_S, f"alarm {name} is acknowledged")
    return time.monotonic() - begun


def alarms_for(smoke, seconds, taken):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        taken.append(alarm(smoke, len(taken)))


def dropped_telemetry(compound):
    return next(stream["dropped"] for stream in compound.ctl("status")["streams"] if stream["stream"] == "telemetry")


def alarms_until_telemetry_is_dropped(compound, smoke, taken):
    """What the database had set aside holds for a while: how long is a matter of the machine's speed."""
    before = dropped_telemetry(compound)
    end = time.monotonic() + FULL_LIMIT_S
    while dropped_telemetry(compound) == before:
        assert time.monotonic() < end, f"the disk was not full within {FULL_LIMIT_S} s"
        alarms_for(smoke, 0.2, taken)


def energy_of(entry):
    return entry.get("data", {}).get("properties", {}).get("energy")


def expect_telemetry_in_the_ledger_or_in_a_gap(compound, flood):
    stretches = whole_and_once(compound.ledger, "telemetry")
    delivered = {energy_of(entry) for _, _, entry in stretches}
    gaps = gaps_between(stretches, energy_of)
    missing = [n for n in flood.acknowledged() if n not in delivered]
    lost = [n for n in missing if not any(before < n < after for before, after in gaps)]
    assert not lost, f"{len(lost)} acknowledged readings are neither delivered nor in a gap: {lost[:5]}"
    dropped = sum(last - first + 1 for first, last, entry in stretches if "gap_first" in entry)
    assert dropped >= len(missing)
    return dropped


@pytest.mark.parametrize("seed", range(4))
def test_a_full_disk_stops_no_alarm_and_what_it_costs_is_reported(cramped, disk, seed):
    chance = random.Random(seed)
    cramped.start_site_broker()
    cramped.start_gateway()
    pid = cramped.processes["linlid"].pid
    smoke = cramped.connect_device("smoke1", "generic/smoke")
    meter = cramped.connect_device("meter1", "generic/meter")
    taken = []
    flood = Flood(meter)
    alarms_for(smoke, chance.uniform(0.1, 2.5), taken)
    disk.fill()
    alarms_until_telemetry_is_dropped(cramped, smoke, taken)
    alarms_for(smoke, 1, taken)
    disk.fill()  # what the gateway has given up meanwhile is gone too
    alarms_until_telemetry_is_dropped(cramped, smoke, taken)
    alarms_for(smoke, 1, taken)
    disk.free()
    freed = time.monotonic()
    known = len(flood.acknowledged())
    wait_until(lambda: cramped.ctl("status")["health"] == "ok" and len(flood.acknowledged()) > known, 10, "all is well again")
    recovered = time.monotonic() - freed
    flood.stop()
    alarms_for(smoke, 0.1, taken)

    cramped.deliver_all()
    dropped_by_status = {s["stream"]: s["dropped"] for s in cramped.ctl("status")["streams"]}
    dropped = expect_telemetry_in_the_ledger_or_in_a_gap(cramped, flood)
    alarms = [entry for entry in read_ledger(cramped.ledger) if entry.get("stream") == "alarm" and not entry["dup"]]
    assert [entry["type"] for entry in alarms].count("linli.thing.event") == len(taken)
    assert dropped == dropped_by_status.pop("telemetry") and not any(dropped_by_status.values())
    assert cramped.processes["linlid"].pid == pid and cramped.processes["linlid"].poll() is None
    print(f"seed {seed}: {flood.sent} readings sent, {dropped} dropped, {len(taken)} alarms, slowest {max(taken):.2f} s, "
          f"well again after {recovered:.2f} s")

"""A live alarm does not wait behind a backlog that is being drained."""

from datetime import datetime

import pytest

from north_kit import read_ledger, wait_until
from north_site import site  # noqa: F401 (a fixture)

pytestmark = pytest.mark.alone  # it measures how long alarms take

BACKLOG = 40_000  # every tenth an alarm, the rest telemetry
LIVE = 1_000


def delay_ms(entry):
    made = datetime.fromisoformat(entry["time"].replace("Z", "+00:00"))
    return entry["received_ms"] - made.timestamp() * 1000


def test_live_alarms_arrive_within_a_second_while_a_backlog_drains(site):
    first = site.start_gateway("--count", BACKLOG, "--rate", 20_000)
    wait_until(lambda: first.last.get("made") == BACKLOG and first.last["waiting"] == BACKLOG, 20,
               "the backlog is stored")
    first.stop()
    site.start_broker()
    site.start_receiver()

    gateway = site.start_gateway("--count", LIVE, "--rate", 200, "--drain-rate", 5_000)
    wait_until(lambda: gateway.last.get("made") == LIVE, 20, "the live events are made")
    still_waiting = gateway.last["waiting"]
    wait_until(lambda: gateway.last["waiting"] == 0, 40, f"everything accepted: {gateway.last}")

    alarms = [entry for entry in read_ledger(site.ledger) if entry["stream"] == "alarm"]
    live = sorted(delay_ms(entry) for entry in alarms[BACKLOG // 10:])
    assert still_waiting > 5_000, "the backlog was gone before the alarms were raised"
    assert len(live) == LIVE // 10
    p99 = live[len(live) * 99 // 100]
    print(f"live alarms during the drain: p50 {live[len(live) // 2]:.0f} ms, p99 {p99:.0f} ms")
    assert p99 < 1_000

"""A damaged database: what can be read goes on, the platform is told of the rest, and nothing stands still."""

import os
import random
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing

import pytest

from compound import compound  # noqa: F401 (a fixture)
from north_kit import read_ledger, wait_until

PAGE = 1024


def event(number):
    return {"id": f"m{number}", "event": "unlocked", "data": {"method": "card", "credential": str(number)}}


def send(door, numbers):
    for first in range(0, len(numbers), 100):
        for number in numbers[first:first + 100]:
            door.send_until_acknowledged("event", event(number))
        wait_until(lambda: not door.pending, 15, "acknowledged")


def credentials(compound):
    return Counter(entry["data"]["data"]["credential"] for entry in compound.events())


def database(compound):
    return compound.folder / "data" / "linli.db"


def overwrite(file, places, size, seed):
    noise = random.Random(seed)
    with open(file, "r+b") as damaged:
        for at in places:
            damaged.seek(at)
            damaged.write(noise.randbytes(size))


def written_pages(compound):
    content = database(compound).read_bytes()
    return [at // PAGE for at in range(0, len(content), PAGE) if any(content[at:at + PAGE])]


def leaves_of(compound, table):
    """The pages, counted from 0, on which rows of a table begin."""
    with closing(sqlite3.connect(f"file:{database(compound)}?mode=ro", uri=True)) as reader:
        rows = reader.execute("SELECT pageno - 1 FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno", (table,))
        return [page for page, in rows]


def epoch_of(compound):
    """None in the moment in which it starts anew."""
    status = compound.status_if_there()
    return status and status["store"]["epoch"]


def expect_all_accepted(compound):
    wait_until(lambda: compound.ctl("status")["events"]["waiting"] == 0, 20, "nothing waits: no stream is blocked")
    assert not [entry for entry in read_ledger(compound.ledger) if "invalid" in entry]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_a_kill_with_a_damaged_file_nearly_all_goes_on_and_the_platform_is_told(compound, seed):
    compound.start_site_broker()
    compound.start_gateway()
    door = compound.connect_device("door1", "generic/lock")
    gone = compound.connect_device("door2", "generic/lock")
    sent = 2000
    send(door, range(sent))
    compound.ctl("device", "revoke", "door2")
    assert gone.disconnected.wait(5)
    old_epoch = compound.ctl("status")["store"]["epoch"]
    compound.end("linlid")  # so that all of it is in the file
    compound.start_gateway()
    compound.end("linlid", signal.SIGKILL)

    pages = written_pages(compound)
    damaged = sorted(random.Random(seed).sample(pages, 10))
    overwrite(database(compound), [page * PAGE for page in damaged], PAGE, seed)
    began = time.monotonic()
    compound.start_gateway()
    took = time.monotonic() - began
    assert took < 5, f"ready after {took:.1f} s"
    status = compound.ctl("status")

    send(door, range(sent, sent + 50))
    compound.deliver_all()
    expect_all_accepted(compound)
    delivered = credentials(compound)
    assert max(delivered.values()) == 1
    assert all(delivered[str(number)] == 1 for number in range(sent, sent + 50)), "what came later stands behind no hole"
    assert status["store"]["epoch"] != old_epoch
    alarms = compound.events("linli.gateway.store_recovered")
    assert len(alarms) == 1 and alarms[0]["stream"] == "alarm" and alarms[0]["data"]["old_epoch"] in (old_epoch, "")
    losses = compound.events("linli.loss")
    lost = sum(loss["data"]["count"] for loss in losses if loss["data"]["class"] == "access")
    assert len(delivered) + lost == sent + 50
    assert lost <= len(damaged) * 100, "no more than the commits that the damage is in"
    assert compound.ctl("device", "show", "door2", expect=4)["error"], "a device that was sent away does not come back"
    print(f"{len(damaged)} pages of {len(pages)} damaged: {len(delivered)} of {sent + 50} delivered, {lost} told as lost, ready after {took:.2f} s")


def test_a_file_damaged_under_the_running_gateway_is_replaced_and_it_starts_anew_by_itself(compound):
    compound.start_site_broker()
    compound.start_gateway()
    door = compound.connect_device("door1", "generic/lock")
    pid, old_epoch = compound.processes["linlid"].pid, compound.ctl("status")["store"]["epoch"]
    sent = 16000
    send(door, range(sent))
    leaves = leaves_of(compound, "outbox")
    overwrite(database(compound), [page * PAGE for page in leaves[100:120]], PAGE, 7)
    # What was read lately is in memory; the backlog is read from the file when the platform comes.
    compound.start_platform_and_receiver()
    wait_until(lambda: epoch_of(compound) not in (None, old_epoch), 30, "it has started anew")
    assert compound.processes["linlid"].pid == pid and compound.processes["linlid"].poll() is None
    door.send_until_acknowledged("event", event(99999))
    wait_until(lambda: door.repeat_pending() or not door.pending, 10, "devices go on")
    expect_all_accepted(compound)
    delivered = credentials(compound)
    assert delivered["99999"] == 1 and max(delivered.values()) == 1
    lost = sum(loss["data"]["count"] for loss in compound.events("linli.loss") if loss["data"]["class"] == "access")
    # What stood on a damaged page may have been delivered before the damage was met.
    assert len(delivered) + lost >= sent + 1 and lost <= 20 * 100
    assert len(compound.events("linli.gateway.store_recovered")) == 1
    assert os.path.exists(str(database(compound)) + ".corrupt.1")

"""A door's decision with the platform dead: from the card on the reader's line to the command at the lock.

The reader is libosdp behind TCP, the lock a device at the site broker. The clock starts when the reader's frame with the
card is on the line, so that the panel's poll interval is not in it; it stops when the lock has its command. Between the
two lies one transaction on the disk: what such a disk needs to sync 4 KiB is measured beside it, in turn.
"""

import json
import os
import statistics
import time

import subjects  # noqa: F401 (since it is here, the folder of the kits is known)
from north_kit import wait_until
from osdp_kit import Converter, Readers

CARDS = 20
GOAL_MS = 20
DOOR = {"id": "gate", "name": "3 栋 2 单元", "group": 3, "lock": {"device": "lock-1"}, "readers": [{"device": "reader-1"}],
        "works_without_clock": True}


def card(number):
    """Facility 100 and a number as 26 bits of Wiegand, left aligned in bytes."""
    half = [f"{100:08b}{number:016b}"[i:i + 12] for i in (0, 12)]
    bits = str(half[0].count("1") % 2) + half[0] + half[1] + str(1 - half[1].count("1") % 2)
    return int(bits.ljust(32, "0"), 2).to_bytes(4, "big")


class TimedLine(Converter):
    """Remembers when each card was on the line."""

    def __init__(self, cards):
        super().__init__()
        self.cards = cards
        self.shown_at = None

    def transmit(self, data):
        if any(each in data for each in self.cards):
            self.shown_at = time.monotonic()
        super().transmit(data)


class TimedCommands(list):
    """What a lock was told, and when."""

    def __init__(self):
        super().__init__()
        self.at = []

    def append(self, command):
        self.at.append(time.monotonic())
        super().append(command)


def quantiles(took_s):
    ordered = sorted(took * 1000 for took in took_s)
    return {"p50_ms": statistics.median(ordered), "p99_ms": ordered[int(len(ordered) * 0.99)], "n": len(ordered)}


def move_people_in(site, cards):
    site.ctl("place", "add", "--id", "site", "--kind", "site", "--name", "邻里小区")
    site.ctl("place", "add", "--id", "b3", "--kind", "building", "--name", "3 栋", "--parent", "site")
    people = [{"id": f"r{number}", "name": f"住户 {number}", "cards": [{"bits": each.hex(), "count": 26}]}
              for number, each in enumerate(cards)]
    site.ask("move_in", {"household": "h1", "place": "b3", "groups": [3], "people": people})


class Site(Readers):
    def ask(self, action, body):
        answer = self.ctl("command", "send", "--target", "scenario/access", "--action", action, "--input", json.dumps(body))
        assert answer["state"] == "confirmed", f"{action}: {answer}"


def sync_once(file):
    begun = time.monotonic()
    os.pwrite(file, b"\0" * 4096, 0)
    os.fdatasync(file)
    return time.monotonic() - begun


def measure(folder, rounds):
    cards = [card(20_000 + number) for number in range(CARDS)]
    line = TimedLine(cards)
    (folder / "doors").mkdir(parents=True)
    site = Site(folder / "doors", gate=line)
    decisions, syncs = [], []
    file = os.open(folder / "doors" / "synced", os.O_CREAT | os.O_WRONLY)
    try:
        site.start()
        lock = site.connect_device("lock-1", "generic/lock")
        lock.commands = TimedCommands()
        reader = site.reader("gate", 5)
        site.add("reader-1", "gate/5")
        site.wait_for("reader-1", "online")
        site.ask("put_door", DOOR)
        move_people_in(site, cards)
        for number in range(rounds):
            known = len(lock.commands)
            reader.card(cards[number % CARDS])
            wait_until(lambda: len(lock.commands) > known, 10, f"card {number} opens the door")
            decisions.append(lock.commands.at[known] - line.shown_at)
            syncs.append(sync_once(file))
        return {"decision": quantiles(decisions), "sync": quantiles(syncs)}
    finally:
        os.close(file)
        site.stop()


def print_figures(figures):
    print(f"\na card's way to the lock, the platform dead ({figures['decision']['n']} of them), beside the disk's own sync of 4 KiB")
    for name, of in figures.items():
        print(f"{name:<24}p50 {of['p50_ms']:>8.2f} ms{'':4}p99 {of['p99_ms']:>8.2f} ms")

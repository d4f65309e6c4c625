"""kill -9 of the whole daemon, and now and then of the site broker, under load.

Devices send events with ids and repeat them until they are acknowledged; the platform sends commands. At the
end every acknowledged event must be in the platform's ledger exactly once, no command may have reached a
device twice, and none may be open. The last line is "N passed, N failed".
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

from compound import Compound, Device  # noqa: E402
from north_kit import wait_until  # noqa: E402

DEVICES = 5
EVENTS_EACH_TURN = 3
PAUSE_S = 0.05


class Load:
    """What the devices and the platform do between two kills."""

    def __init__(self, compound, random_source):
        self.compound = compound
        self.random = random_source
        self.sent = 0
        self.commands = []
        logins = {f"door{n}": compound.add_device(f"door{n}", "generic/lock")["password"] for n in range(DEVICES)}
        self.devices = [Device(compound, name, password) for name, password in logins.items()]

    def turn(self):
        for device in self.devices:
            if len(device.pending) > 20:
                continue
            for _ in range(EVENTS_EACH_TURN):
                self.sent += 1
                number = f"{device.name}-{self.sent}"
                device.send_until_acknowledged("event", {"id": number, "event": "unlocked",
                                                         "data": {"method": "card", "credential": number}})
        time.sleep(PAUSE_S)

    def run_for(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.turn()

    def repeat(self):
        for device in self.devices:
            device.repeat_pending()

    def command(self):
        number = f"k{len(self.commands)}"
        self.commands.append(number)
        self.compound.command_from_platform({"id": number, "target": f"device/{self.random.choice(self.devices).name}",
                                             "action": "unlock", "input": {"seconds": 1}, "ttl_ms": 9000})

    def acknowledged(self):
        return set().union(*(device.acknowledged for device in self.devices))


def run_cycles(compound, load, cycles, random_source):
    for cycle in range(cycles):
        load.run_for(random_source.uniform(0, 0.4))
        load.command()
        load.run_for(random_source.uniform(0, 0.4))
        compound.end("linlid", signal.SIGKILL)
        if cycle % 10 == 9:
            compound.end("mosquitto", signal.SIGKILL)
            compound.start_site_broker()
        load.run_for(random_source.uniform(0, 0.1))
        compound.start_gateway(wait=cycle % 3 == 0)
        load.repeat()
        if cycle % 20 == 19:
            print(f"   {cycle + 1} of {cycles} kills, {load.sent} events sent, {len(load.acknowledged())} acknowledged", flush=True)


def settle(compound, load):
    wait_until(compound.is_ready, 20, "the gateway is back")
    for _ in range(60):
        load.repeat()
        time.sleep(0.5)
        if not any(device.pending for device in load.devices):
            break
    wait_until(lambda: compound.ctl("status")["commands"]["open"] == 0, 60, "no command is open")
    wait_until(lambda: compound.ctl("status")["events"]["waiting"] == 0, 60, "all is delivered")


def verdicts(compound, load):
    """(what was promised, whether it held, the figure)"""
    delivered = Counter(event["data"]["data"]["credential"] for event in compound.events())
    acknowledged = load.acknowledged()
    lost = acknowledged - set(delivered)
    doubled = [number for number, count in delivered.items() if count > 1]
    executed = Counter(command["command"] for device in load.devices for command in device.commands)
    twice = [number for number, count in executed.items() if count > 1]
    unanswered = sum(len(device.pending) for device in load.devices)
    return [
        ("every event was acknowledged in the end", unanswered == 0, f"{unanswered} still open of {load.sent}"),
        ("no acknowledged event was lost", not lost, f"{len(lost)} lost of {len(acknowledged)}"),
        ("no event became two", not doubled, f"{len(doubled)} doubled"),
        ("no command was executed twice", not twice, f"{len(twice)} twice of {len(load.commands)}"),
        ("commands did get through", len(executed) > 0, f"{len(executed)} executed of {len(load.commands)}"),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    options = parser.parse_args()
    print(f"   seed {options.seed}")
    random_source = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        compound = Compound(folder)
        try:
            compound.start()
            load = Load(compound, random_source)
            run_cycles(compound, load, options.cycles, random_source)
            settle(compound, load)
            results = verdicts(compound, load)
            for device in load.devices:
                device.close()
        finally:
            compound.stop()
    for rule, held, figure in results:
        print(f"   {'ok  ' if held else 'FAIL'} {rule}: {figure}")
    bad = sum(1 for _, held, _ in results if not held)
    print(f"{len(results) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

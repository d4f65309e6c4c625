"""kill -9 of the whole daemon, and now and then of the site broker, under load.

Devices send events with ids and repeat them until they are acknowledged, over MQTT and over CoAP; the platform sends
commands. At the end every acknowledged event must be in the platform's ledger exactly once, no command may have reached a
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

from coap_kit import CoapCompound  # noqa: E402
from coap_sender import Sender  # noqa: E402
from compound import Device  # noqa: E402
from north_kit import wait_until  # noqa: E402

DEVICES = 5
COAP_DEVICES = 3
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
        self.senders = [self.coap_sender(n) for n in range(COAP_DEVICES)]

    def coap_sender(self, number):
        address = f"127.0.1.{number + 1}"
        self.compound.add(f"coap{number}", "generic/lock", "--address", address)
        return Sender(address, self.compound.open_port, [])

    def turn(self):
        for device in self.devices:
            if len(device.pending) > 20:
                continue
            for _ in range(EVENTS_EACH_TURN):
                self.sent += 1
                number = f"{device.name}-{self.sent}"
                device.send_until_acknowledged("event", {"id": number, "event": "unlocked",
                                                         "data": {"method": "card", "credential": number}})
        for sender in self.senders:
            if len(sender.waiting) > 20:
                continue
            for _ in range(EVENTS_EACH_TURN):
                self.sent += 1
                sender.waiting.insert(0, self.sent)
        self.pump()
        time.sleep(PAUSE_S)

    def pump(self):
        for sender in self.senders:
            sender.turn()

    def is_idle(self):
        return not any(device.pending for device in self.devices) and not any(s.waiting or s.open for s in self.senders)

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
        by_mqtt = set().union(*(device.acknowledged for device in self.devices))
        return by_mqtt.union(*({str(number) for number in sender.stored} for sender in self.senders))

    def unanswered(self):
        return sum(len(device.pending) for device in self.devices) + sum(len(s.waiting) + len(s.open) for s in self.senders)


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
        for _ in range(10):
            load.pump()
            time.sleep(PAUSE_S)
        if load.is_idle():
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
    unanswered = load.unanswered()
    by_coap = sum(len(sender.stored) for sender in load.senders)
    return [
        ("every event was acknowledged in the end", unanswered == 0, f"{unanswered} still open of {load.sent}"),
        ("no acknowledged event was lost", not lost, f"{len(lost)} lost of {len(acknowledged)}"),
        ("no event became two", not doubled, f"{len(doubled)} doubled"),
        ("no command was executed twice", not twice, f"{len(twice)} twice of {len(load.commands)}"),
        ("CoAP carried its share", by_coap > 0.1 * load.sent, f"{by_coap} of {load.sent}"),
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
        compound = CoapCompound(folder)
        try:
            compound.start()
            load = Load(compound, random_source)
            run_cycles(compound, load, options.cycles, random_source)
            settle(compound, load)
            results = verdicts(compound, load)
            for device in load.devices:
                device.close()
            for sender in load.senders:
                sender.socket.close()
        finally:
            compound.stop()
    for rule, held, figure in results:
        print(f"   {'ok  ' if held else 'FAIL'} {rule}: {figure}")
    bad = sum(1 for _, held, _ in results if not held)
    print(f"{len(results) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

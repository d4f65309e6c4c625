"""The residents of a simulated compound: they come and go through its doors with cards, PINs, faces and a visitor's code,
press the exit button, now and then show a card that is nobody's, and now and then leave a door open for too long.

    python3 tests/sim/residents.py --day day.json [--pace 2.5] [--seed 1]

The day says where the site broker is, the doors with their logins and readers, and who has what:

    {"site": {"host": "localhost", "port": 8883, "ca": "site-ca-bundle.crt"}, "passwords": {"lock-1": "…", "exit-1": "…"},
     "doors": [{"id": "gate", "lock": "lock-1", "exit": "exit-1", "keypad": true, "held_after_s": 20,
                "reader": {"keyboard": "readers.in", "address": 1}, "terminal": {"keyboard": "terminal.in"}}],
     "people": [{"name": "林晓", "doors": ["gate"], "card": 12345678, "pin": "471108", "face": "R-1"}],
     "strangers": [{"name": "somebody", "doors": ["gate"], "card": 7}], "detectors": ["smoke-1"], "pass": {"door": "gate", "text": "…"}}

A keyboard is where osdp_reader.py and face_terminal.py listen, a named pipe.
"""

import argparse
import json
import os
import random
import signal
import threading
import time

from door import OPEN, SHUT, Device, Door

ANSWER_WITHIN_S = 3
WALKS = {"in": 10, "out": 5, "stranger": 2, "wrong PIN": 1, "visitor": 2}
FIRST_WALKS = [("stranger", 2, 0), ("in", 1, 0), ("in", 0, 0), ("in", 2, 2)]  # kind, door, who: there is something to see at once
ONE_IN_HOLDS = 15
HANDS_FULL_S = 10  # longer than the door likes


def wiegand34(number):
    """The bits of a card as a reader sends them, and how many: even parity in front, odd behind."""
    def odd(half):
        return bin(half).count("1") % 2

    bits = odd(number >> 16) << 33 | number << 1 | 1 - odd(number & 0xFFFF)
    return f"{bits << 6:010x} 34"


def type_into(keyboard, line):
    """If nobody listens there, nothing happens: so it is at a door whose reader is broken."""
    try:
        pipe = os.open(keyboard, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return
    with os.fdopen(pipe, "w") as out:
        out.write(line + "\n")


class Day:
    def __init__(self, about, seed):
        self.about = about
        self.random = random.Random(seed)
        self.ended = threading.Event()
        self.doors = {each["id"]: Door(each, about["site"], about["passwords"], self.after_unlock) for each in about["doors"]}
        self.detectors = [Device(name, about["passwords"][name], about["site"]) for name in about["detectors"]]

    def go_on(self, pace_s):
        for walk, door, who in FIRST_WALKS:
            self.begin(walk, list(self.doors.values())[door], self.about["strangers" if walk == "stranger" else "people"][who])
            self.ended.wait(pace_s)
        while not self.ended.is_set():
            door = self.random.choice(list(self.doors.values()))
            possible = [walk for walk in WALKS if self.is_possible(walk, door)]
            [walk] = self.random.choices(possible, [WALKS[walk] for walk in possible])
            self.begin(walk, door, self.one_of("strangers" if walk == "stranger" else "people", door))
            self.ended.wait(self.random.uniform(0.5, 1.5) * pace_s)

    def is_possible(self, walk, door):
        visited = self.about.get("pass")
        return {"wrong PIN": door.has_keypad, "visitor": visited and visited["door"] == door.id}.get(walk, True)

    def begin(self, walk, door, person):
        threading.Thread(target=self.walk, args=(walk, door, person), daemon=True).start()

    def walk(self, kind, door, person):
        if not door.people.acquire(blocking=False):
            return  # somebody is there: another time
        try:
            ask = {"in": self.come, "out": self.leave, "stranger": self.come, "wrong PIN": self.mistype, "visitor": self.visit}[kind]
            if door.lock.is_unlocked or ask(door, person):
                self.pass_through(door)
        finally:
            door.people.release()

    def after_unlock(self, door):
        """If nobody stood there, somebody was let in from afar, and walks up."""
        threading.Thread(target=self.walk_up, args=(door,), daemon=True).start()

    def walk_up(self, door):
        if not door.people.acquire(blocking=False):
            return
        try:
            self.tell(door, "somebody was let in")
            self.pass_through(door)
        finally:
            door.people.release()

    def pass_through(self, door):
        self.ended.wait(self.random.uniform(0.5, 1.5))
        if not door.lock.is_unlocked:
            return
        door.lock.stand(OPEN)
        is_long = self.random.randrange(ONE_IN_HOLDS) == 0
        self.ended.wait(door.held_after_s + HANDS_FULL_S if is_long else self.random.uniform(1, 4))
        door.lock.stand(SHUT)

    # What they do there: whether the door was unlocked for it.

    def come(self, door, person):
        # Who can looks up, and else takes out a card or types; whom the terminal does not let in, for whatever reason, too.
        if "face" in person and door.terminal and self.show(door, "face", person):
            return True
        return self.show(door, self.random.choice([way for way in ("card", "pin") if way in person and self.takes(door, way)]), person)

    def leave(self, door, _person):
        door.press_exit()
        return self.is_let("exit button", door)

    def mistype(self, door, _person):
        return self.show(door, "pin", {"name": "a wrong PIN", "pin": f"{self.random.randrange(10**6):06}"})

    def visit(self, door, _person):
        type_into(door.terminal["keyboard"], f"qr {self.about['pass']['text']}")
        return self.is_let("a visitor's code", door)

    @staticmethod
    def takes(door, way):
        return way == "card" or door.has_keypad

    def show(self, door, way, person):
        at, reader = f"@{door.reader['address']}", door.reader["keyboard"]
        if way == "face":
            type_into(door.terminal["keyboard"], f"rec {person['face']}")
        else:
            type_into(reader, f"{at} card {wiegand34(person['card'])}" if way == "card" else f"{at} keys {person['pin']}#")
        return self.is_let(f"{person['name']}, {way}", door)

    def is_let(self, who, door):
        is_unlocked = door.lock.unlocked_within(ANSWER_WITHIN_S)
        self.tell(door, f"{who}: {'may pass' if is_unlocked else 'may not pass'}")
        return is_unlocked

    def one_of(self, whom, door):
        return self.random.choice([each for each in self.about[whom] if door.id in each["doors"]])

    def tell(self, door, what):
        print(f"{time.strftime('%H:%M:%S')} {door.id}: {what}", flush=True)

    def end(self):
        self.ended.set()
        for each in [*self.doors.values(), *self.detectors]:
            each.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--day", required=True, help="the file that says who and where")
    parser.add_argument("--pace", type=float, default=2.5, help="seconds between one and the next")
    parser.add_argument("--seed", type=int, help="another day each time without")
    options = parser.parse_args()
    with open(options.day, encoding="utf-8") as file:
        day = Day(json.load(file), options.seed)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: day.ended.set())
    day.go_on(options.pace)
    day.end()


if __name__ == "__main__":
    main()

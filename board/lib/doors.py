"""The doors of the demo compound, who lives there and may pass them, and how that is set up."""

import csv
import json
import shlex
import signal
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOUSEHOLDS = HERE / "households.csv"

# What the simulator of the residents plays, and who tells of a fire.
DEVICES = [("gate-main", "generic/lock", "main-gate"), ("exit-main", "generic/button", "main-gate"),
           ("gate-3-2", "generic/lock", "3-2-gate"), ("exit-3-2", "generic/button", "3-2-gate"),
           ("gate-shed", "generic/lock", "shed-door"), ("exit-shed", "generic/button", "shed-door")]
FIRE_DETECTOR = ("smoke-3-lobby", "generic/smoke", "3-lobby")
TERMINAL = ("1305433", "terminal/mqtt_face", "main-gate")
READERS = [("reader-main", 1, "main-gate"), ("reader-3-2", 2, "3-2-gate"), ("reader-shed", 3, "shed-door")]
BUS = "doors"

# Door groups (门组): what a right or a pass is for.
GATE, UNIT, SHED = 1, 2, 3
HELD_AFTER_S = 20


def door(number, name, place, title, takes, terminal=None):
    reader = READERS[number - 1][0]
    readers = [{"device": reader}, *([{"device": terminal}] if terminal else [])]
    return {"id": f"door-{name}", "name": title, "place": place, "group": number, "held_after_s": HELD_AFTER_S, "takes": takes,
            "lock": {"device": f"gate-{name}", "end_action": "lock"}, "contact": {"device": f"gate-{name}", "property": "door_open"},
            "exit": {"device": f"exit-{name}", "event": "pressed"}, "readers": readers}


DOORS = [door(GATE, "main", "main-gate", "小区大门", ["card", "face", "qr"], TERMINAL[0]),
         door(UNIT, "3-2", "3-2-gate", "3 号楼 2 单元门", ["card", "pin", "totp"]), door(SHED, "shed", "shed-door", "车棚门", ["card"])]
FIRE_RULE = "3号楼火警"
FIRE_RULES = [{"name": FIRE_RULE, "when": [{"device": FIRE_DETECTOR[0], "event": "smoke"}],
               "release": [{"door": "door-3-2", "device": "gate-3-2"}, {"door": "door-main", "device": "gate-main"}]}]

# Who is on the list has the gate and the unit's door by their flat. The shed has hours, and cleaning has others.
SCHEDULES = [("shed-hours", {"name": "车棚开放", "week": {"mon-sun": ["05:00-23:30"]}}),
             ("cleaning-hours", {"name": "保洁", "week": {"mon-sat": ["06:00-09:00"]}})]
CLEANER = {"name": "保洁", "id": "cleaner", "card": 28104520, "bits": {"bits": "80d66ba440", "count": 34}, "groups": [GATE, UNIT],
           "schedule": "cleaning-hours"}  # the same card as printed, and as a reader sends it
PINS = {"r-zhou-jianguo": "471108", "r-sun-yutong": "260734"}
FACES = {"r-lin-xiao": "R-3-2-101-1", "r-wang-xiulan": "R-3-2-201-1", "r-zhao-lei": "R-3-2-202-1"}
STRANGERS = [{"name": "a card of another compound", "card": 90210077}, {"name": "a card that was lost", "card": 28104507}]
LOST = "r-sun-yutong"
VISITED = "r-lin-xiao"


def residents():
    with open(HOUSEHOLDS, encoding="utf-8", newline="") as file:
        return [{"name": row["姓名"], "id": row["人员编号"], "place": row["房号"], "card": int(row["卡号"])} for row in csv.DictReader(file)]


def write_fire_rules(folder, rules):
    (folder / "interlocks.json").write_text(json.dumps({"rules": rules}, ensure_ascii=False, indent=2))


def asked(action, body):
    return "command", "send", "--target", "scenario/access", "--action", action, "--input", json.dumps(body, ensure_ascii=False)


def set_up(site):
    """Readers, doors, hours, households, cards, PINs and faces; made once and kept with the demo site."""
    site.must_all([("device", "add", "--driver", "osdp", "--id", name, "--profile", "osdp/reader", "--address", f"{BUS}/{address}",
                    "--place", place) for name, address, place in READERS])
    site.must_all([*(asked("put_door", each) for each in DOORS),
                   *(asked("put_schedule", {"id": name, "schedule": schedule}) for name, schedule in SCHEDULES)])
    site.must("access", "import", str(HOUSEHOLDS), "--groups", str(GATE), str(UNIT), "--apply")
    site.must_all([*rights(), *credentials()])
    site.must_all([asked("issue_credential", {"id": f"face-{person}", "holder": person, "kind": "face", "face_id": face})
                   for person, face in FACES.items()])
    # Only now are there devices for them.
    write_fire_rules(site.folder, FIRE_RULES)
    site.children.signal("linlid", signal.SIGHUP)


def rights():
    for each in residents():
        yield asked("put_right", {"id": f"shed-{each['id']}", "holder": each["id"], "groups": [SHED], "schedule": "shed-hours"})
    yield asked("put_right", {"id": "right-cleaner", "holder": CLEANER["id"], "groups": CLEANER["groups"], "schedule": CLEANER["schedule"]})


def credentials():
    """And the consents before which no face is taken."""
    yield asked("issue_credential", {"id": "card-cleaner", "holder": CLEANER["id"], "kind": "card", "card": CLEANER["bits"]})
    for person, pin in PINS.items():
        yield asked("issue_credential", {"id": f"pin-{person}", "holder": person, "kind": "pin", "pin": pin})
    for person in FACES:
        yield "access", "consent", person, "face-2026-01"
    yield asked("revoke_credential", {"id": f"{LOST}.card1", "state": "lost"})


def lines_to_try(linlictl, smoke):
    """How to look at the doors, and what a fire does."""
    return ["The doors 门禁 (residents come and go; the console shows them at 门, and what happened at 通行记录):",
            f"  {linlictl} access open door-3-2", f"  {linlictl} access who door-3-2",
            "Fire 消防: smoke in building 3 opens its door and the gate until somebody resets it:",
            f"  {smoke}", f"  {linlictl} access reset-fire {shlex.quote(FIRE_RULE)}"]

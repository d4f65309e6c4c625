"""Who plays the doors of the demo: simulators of the card readers, of the face terminal, and of the residents."""

import json
import sys

import doors

SIMULATORS = doors.HERE.parents[1] / "tests" / "sim"
PYTHON = sys.executable  # Debian's, with python3-paho-mqtt


def start_readers(site, port):
    """Before the gateway, which looks for them at once."""
    addresses = [word for _, address, _ in doors.READERS for word in ("--address", str(address))]
    return site.children.spawn_with_keyboard("card-readers", PYTHON, SIMULATORS / "osdp_reader.py", "--listen", port, *addresses)


def start_residents(site, passwords, port, readers):
    ca = site.folder / "identity" / "site-ca-bundle.crt"
    terminal = site.children.spawn_with_keyboard("face-terminal", PYTHON, SIMULATORS / "face_terminal.py", "--id", doors.TERMINAL[0], "--port", port,
                                                 "--ca", ca, "--password", passwords[doors.TERMINAL[0]])
    about = {"site": {"host": "localhost", "port": port, "ca": str(ca)},
             "passwords": {name: passwords[name] for name, _, _ in [*doors.DEVICES, doors.FIRE_DETECTOR]},
             "doors": [played(each, readers, terminal) for each in doors.DOORS], "people": people(), "strangers": strangers(),
             "detectors": [doors.FIRE_DETECTOR[0]], "pass": visitors_pass(site)}
    day = site.folder / "day.json"
    day.touch(mode=0o600)
    day.write_text(json.dumps(about, ensure_ascii=False))
    site.children.spawn("residents", PYTHON, SIMULATORS / "residents.py", "--day", day)
    site.children.wait_for(lambda: are_locks_there(site), "the locks of the doors are online")


def are_locks_there(site):
    there = {each["id"] for each in site.must("device", "list")["devices"] if each["presence"] == "online"}
    return there >= {each["lock"]["device"] for each in doors.DOORS}


def played(each, readers, terminal):
    about = {"id": each["id"], "lock": each["lock"]["device"], "exit": each["exit"]["device"], "keypad": "pin" in each["takes"],
             "held_after_s": doors.HELD_AFTER_S, "reader": {"keyboard": str(readers), "address": each["group"]}}
    return about | ({"terminal": {"keyboard": str(terminal)}} if "face" in each["takes"] else {})


def people():
    """What each has in the pocket; whose card is lost types the PIN."""
    everywhere = [each["id"] for each in doors.DOORS]
    found = []
    for each in doors.residents():
        has_card = each["id"] != doors.LOST
        things = {"pin": doors.PINS.get(each["id"]), "face": doors.FACES.get(each["id"]), "card": each["card"] if has_card else None}
        found.append({"name": each["name"], "doors": everywhere if has_card else ["door-3-2"]} | {k: v for k, v in things.items() if v})
    return [*found, {"name": doors.CLEANER["name"], "card": doors.CLEANER["card"], "doors": everywhere[:2]}]


def strangers():
    return [{**each, "doors": [one["id"] for one in doors.DOORS]} for each in doors.STRANGERS]


def visitors_pass(site):
    """None while nobody can say what time it is: a pass would have no end."""
    given = site.says("access", "pass", "--person", doors.VISITED, "--group", str(doors.GATE), "--hours", "24", "--uses", "20", in_json=True)
    return {"door": doors.DOORS[0]["id"], "text": given["output"]["pass"]} if given and given.get("state") == "confirmed" else None

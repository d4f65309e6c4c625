"""The device contract: its document is AsyncAPI, and what devices and gateway really say holds to it."""

import copy
import json
import re
import shutil
import subprocess
import threading

import jsonschema
import paho.mqtt.client as paho
import pytest

from compound import BIN, compound  # noqa: F401 (a fixture)
from north_kit import ROOT, ask_peer, wait_until

DOCUMENT = json.loads((ROOT / "config/schema/native.asyncapi.json").read_text())
MESSAGES = DOCUMENT["components"]["messages"]


def judge(document):
    """The verdict of the AsyncAPI project's own parser."""
    return ask_peer("validate_asyncapi.mjs", json.dumps(document).encode())


def holds(kind, payload):
    jsonschema.validate(payload, MESSAGES[kind]["payload"], format_checker=jsonschema.FormatChecker())


def test_the_contract_is_asyncapi_in_the_eyes_of_its_projects_own_parser():
    verdict = judge(DOCUMENT)
    assert verdict.returncode == 0, verdict.stderr
    assert json.loads(verdict.stdout) == {"version": "3.0.0", "operations": len(DOCUMENT["operations"]),
                                          "examples": sum(len(message["examples"]) for message in MESSAGES.values())}


def unknown_action(document):
    document["operations"]["sendCommand"]["action"] = "shout"


def channel_that_is_not_there(document):
    document["operations"]["sendAck"]["channel"]["$ref"] = "#/channels/nowhere"


def no_title(document):
    del document["info"]["title"]


def payload_of_no_type(document):
    document["components"]["messages"]["event"]["payload"]["type"] = "thing"


@pytest.mark.parametrize("damage", [unknown_action, channel_that_is_not_there, no_title, payload_of_no_type], ids=lambda f: f.__name__)
def test_a_broken_contract_is_refused(damage):
    broken = copy.deepcopy(DOCUMENT)
    damage(broken)
    verdict = judge(broken)
    assert verdict.returncode == 1
    assert verdict.stderr.strip(), "the parser says what is wrong"


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_example_of_a_message_holds_to_its_payload(kind):
    for example in MESSAGES[kind]["examples"]:
        holds(kind, example["payload"])
        for member in MESSAGES[kind]["payload"]["required"]:
            with pytest.raises(jsonschema.ValidationError):
                holds(kind, {key: value for key, value in example["payload"].items() if key != member})


def said_of_coap():
    """The members that the README of the CoAP driver names, by the kind of message."""
    rows = re.findall(r"^\| `/linli/v1/(\w+)` \| [^|]*\| (.*) \|$", (ROOT / "drivers/coap/README.md").read_text(), re.M)
    return {kind: set(re.findall(r'"(\w+)":', words)) for kind, words in rows if kind in MESSAGES and kind != "command"}


def test_coap_carries_the_members_of_the_contract():
    assert set(said_of_coap()) == {"properties", "event", "result", "presence"}
    for kind, members in said_of_coap().items():
        payload = MESSAGES[kind]["payload"]
        assert members <= set(payload["properties"]), kind
        assert members >= set(payload["required"]), kind


class Tap:
    """Hears what all devices say, with the gateway's own login while the gateway is not there."""

    def __init__(self, compound):
        password = (compound.folder / "broker" / "gateway.password").read_text()
        self.heard = {}
        self.lock = threading.Lock()
        self.process = subprocess.Popen(
            [shutil.which("mosquitto_sub"), "--unix", str(compound.folder / "broker" / "gateway.sock"), "-u", "linli-ingest", "-P",
             password, "-i", "linli-ingest", "-q", "1", "-t", "linli/v1/+/up/#", "-v"], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            topic, payload = line.split(" ", 1)
            with self.lock:
                self.heard.setdefault(topic.rsplit("/", 1)[1], []).append(json.loads(payload))

    def kinds(self):
        with self.lock:
            return {kind: list(payloads) for kind, payloads in self.heard.items()}

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=5)


def command_of_the_outlet(compound, device):
    """A command as linlid's outlet would send it, while linlid is not there."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="linli-outlet", transport="unix")
    client.username_pw_set("linli-outlet", (compound.folder / "broker" / "gateway.password").read_text())
    client.connect(str(compound.folder / "broker" / "gateway.sock"))
    client.loop_start()
    command = {"command": "c1", "action": "unlock", "input": {"seconds": 5}, "ttl_ms": 8000}
    client.publish(f"linli/v1/{device}/down/command", json.dumps(command), qos=1).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


def test_what_the_simulated_devices_say_holds_to_the_contract(compound):
    compound.start_site_broker()
    compound.start_gateway()
    devices = [{"id": f"{profile}-1", "profile": f"generic/{profile}",
                "password": compound.add_device(f"{profile}-1", f"generic/{profile}")["password"]}
               for profile in ["lock", "meter", "pir", "door_contact", "socket", "temperature_humidity"]]
    compound.end("linlid")
    file = compound.folder / "devices.json"
    file.write_text(json.dumps(devices))
    tap = Tap(compound)
    try:
        compound.spawn("sim", BIN / "sim_compound", "--devices", file, "--host", "localhost", "--port", compound.site_port, "--ca",
                       compound.folder / "identity" / "site-ca-bundle.crt", "--period", "0.2")
        wait_until(lambda: {"presence", "properties", "event"} <= set(tap.kinds()), 10, "the devices speak")
        command_of_the_outlet(compound, "lock-1")
        wait_until(lambda: "result" in tap.kinds() and len(tap.kinds()["properties"]) > 50, 10, "the lock answers")
    finally:
        tap.close()
    for kind, payloads in tap.kinds().items():
        for payload in payloads:
            holds(kind, payload)


def test_what_the_gateway_says_to_devices_holds_to_the_contract(compound):
    compound.start_site_broker()
    compound.start_gateway()
    heard = []
    door = compound.connect_device("door1", "generic/lock")
    answer = door.client.on_message
    door.client.on_message = lambda client, user, message: (heard.append(message), answer(client, user, message))
    compound.ctl("command", "send", "--target", "device/door1", "--action", "unlock", "--input", '{"seconds":5}', "--id", "c1")
    door.send("event", {"id": "m1", "event": "unlocked", "data": {"method": "card", "credential": "7"}})
    wait_until(lambda: len(heard) == 2, 5, "a command and an acknowledgement")
    kinds = [message.topic.rsplit("/", 1)[1] for message in heard]
    assert kinds == ["command", "ack"]
    for kind, message in zip(kinds, heard):
        holds(kind, json.loads(message.payload))

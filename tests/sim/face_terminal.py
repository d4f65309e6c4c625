"""A simulated face terminal of the mqtt/face family. Written from what integrations published of it, and apart from
drivers/terminal, so that the two do not share their mistakes.

    python3 tests/sim/face_terminal.py --id 1305433 --port 8883 --ca site-ca-bundle.crt --password …

On its standard input: `rec p1`, `rec p1 card 12345678`, `qr TEXT`, `snap`, `offline`, `persons`, `quit`.
"""

import argparse
import json
import sys
import threading
import time
from datetime import datetime, timedelta, timezone

from mqtt_client import new_client

CHINA = timezone(timedelta(hours=8))
PICTURE = "data:image/jpeg;base64," + "/9j/4AAQ" * 64
RESEND_AFTER_S = 1.0  # a real one takes 10 s
HEARTBEAT_S = 30


def wall_time(at=None):
    return datetime.fromtimestamp(time.time() if at is None else at, CHINA).strftime("%Y-%m-%d %H:%M:%S")


class FaceTerminal:
    """It remembers whom it was told of, and sends its records until each is acknowledged (ResumefromBreakpoint)."""

    def __init__(self, device, port, ca, password, host="localhost", obeys=True, picture=PICTURE):
        self.device, self.obeys, self.picture = device, obeys, picture
        self.persons = {}      # customId → info, as it was told
        self.told = []         # every command, in order
        self.unacknowledged = {}  # (type, id) → (topic, message, when it was sent)
        self.acknowledged = []    # (type, id)
        self.sent = 0             # records and snapshots, repeats among them
        self.next_record = 1
        self.lock = threading.RLock()
        self.ready = threading.Event()
        self.stopping = threading.Event()
        self.topic = f"mqtt/face/{device}"
        self.client = new_client(device)
        self.client.username_pw_set(device, password)
        self.client.tls_set(str(ca))
        self.client.reconnect_delay_set(1, 1)
        self.client.will_set("mqtt/face/basic", self.say("Offline", {}), qos=0)
        self.client.on_connect = self._after_connect
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.on_message = self._on_message
        self.client.connect(host, port)
        self.client.loop_start()
        self.repeater = threading.Thread(target=self._repeat, daemon=True)
        self.repeater.start()

    def say(self, operator, info, **more):
        return json.dumps({"operator": operator, **more, "info": {"facesluiceId": self.device, **info}})

    def _after_connect(self, client, *_):
        client.subscribe(self.topic, qos=1)
        client.publish("mqtt/face/basic", self.say("Online", {"username": "admin", "time": wall_time(), "facesname": "gate"}))

    def heartbeat(self):
        self.client.publish("mqtt/face/heartbeat", self.say("HeartBeat", {"time": wall_time()}))

    # What it is told.

    def _on_message(self, client, _, message):
        command = json.loads(message.payload)
        with self.lock:
            self.told.append(command)
        operator, info = command["operator"], command.get("info", {})
        if operator == "PushAck":
            with self.lock:
                key = (int(info["PushAckType"]), str(info["SnapOrRecordID"]))
                self.unacknowledged.pop(key, None)
                self.acknowledged.append(key)
        elif operator == "Online-Ack" or not self.obeys:
            return
        else:
            self._answer(client, command, info)

    def _answer(self, client, command, info):
        operator, extra, code, result = command["operator"], {}, "200", "ok"
        with self.lock:
            if operator == "EditPerson":
                self.persons[info["customId"]] = info
                extra["customId"] = info["customId"]
            elif operator == "DelPerson" and self.persons.pop(info["customId"], None) is None:
                code, result, extra["detail"] = "463", "fail", "no such person"
            elif operator == "QueryPerson":
                extra = {"TotalPersonNum": str(len(self.persons)), "customId": ",".join(self.persons)}
        client.publish(f"{self.topic}/Ack", self.say(f"{operator}-Ack", {**extra, "result": result},
                                                    messageId=command["messageId"], code=code))

    def told_operators(self):
        with self.lock:
            return [command["operator"] for command in self.told]

    # What it says by itself.

    def record(self, person, at=None, **more):
        with self.lock:
            number, self.next_record = self.next_record, self.next_record + 1
        info = {"customId": person, "personId": "17", "RecordID": str(number), "VerifyStatus": "1", "PersonType": "0",
                "similarity1": "89.5", "Sendintime": 1, "direction": "entr", "persionName": "张三", "personName": "张三",
                "telnum": "13800138000", "time": wall_time(at), "PushType": "0", "RFIDCard": "0", "pic": self.picture, **more}
        self._push("Rec", 2, str(number), "RecPush", info)
        return str(number)

    def snapshot(self):
        with self.lock:
            number, self.next_record = self.next_record, self.next_record + 1
        self._push("Snap", 1, str(number), "StrSnapPush", {"SnapID": str(number), "time": wall_time(), "pic": self.picture})

    def scan(self, text):
        """A code that somebody holds before the camera; only looked at, so it is no record."""
        self.client.publish(f"{self.topic}/QRCode", self.say("QRCodePush", {"QRCodeInfo": text, "time": wall_time()}))

    def _push(self, suffix, kind, number, operator, info):
        with self.lock:
            self.unacknowledged[(kind, number)] = [f"{self.topic}/{suffix}", operator, info, 0.0]
        self._send_waiting()

    def _send_waiting(self):
        with self.lock:
            for entry in self.unacknowledged.values():
                topic, operator, info, sent = entry
                if time.monotonic() - sent < RESEND_AFTER_S:
                    continue
                if sent:
                    info["PushType"] = "1"
                entry[3] = time.monotonic()
                self.client.publish(topic, self.say(operator, info))
                self.sent += 1

    def _repeat(self):
        while not self.stopping.wait(0.2):
            self._send_waiting()

    def close(self, gently=True):
        self.stopping.set()
        if gently:
            self.client.disconnect()
        self.client.loop_stop()

    def kill(self):
        """The connection is gone without a goodbye: the broker sends the will."""
        self.stopping.set()
        self.client.socket().close()
        self.client.loop_stop()


def beat(terminal):
    while not terminal.stopping.wait(HEARTBEAT_S):
        terminal.heartbeat()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--id", "--ca", "--password"):
        parser.add_argument(name, required=True)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8883)
    options = parser.parse_args()
    terminal = FaceTerminal(options.id, options.port, options.ca, options.password, options.host)
    threading.Thread(target=beat, args=(terminal,), daemon=True).start()
    for line in sys.stdin:
        word, *rest = line.split() or [""]
        if word == "rec":
            terminal.record(rest[0], **({"RFIDCard": rest[2]} if rest[1:2] == ["card"] else {}))
        elif word == "qr":
            terminal.scan(rest[0])
        elif word == "snap":
            terminal.snapshot()
        elif word == "persons":
            print("\n".join(terminal.persons))
        elif word == "offline":
            return terminal.kill()
        elif word == "quit":
            break
    terminal.close()


if __name__ == "__main__":
    main()

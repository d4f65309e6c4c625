"""A simulated door: a lock with its contact and an exit button, each with a login of its own at the site broker. It stands
as a door stands: it opens only by somebody's hand, and only while it is unlocked."""

import json
import threading

from mqtt_client import new_client

SHUT, OPEN = False, True


class Device:
    """The native contract on MQTT, as much of it as a lock or a button needs."""

    def __init__(self, name, password, site):
        self.name, self.topic = name, f"linli/v1/{name}"
        self.client = new_client(name)
        self.client.username_pw_set(name, password)
        self.client.tls_set(site["ca"])
        self.client.reconnect_delay_set(1, 5)
        self.client.will_set(f"{self.topic}/up/presence", '{"online":false}', qos=1)
        self.client.on_connect = self._after_connect
        self.client.on_message = lambda _client, _data, message: self.on_message(message.topic, json.loads(message.payload))
        self.client.connect_async(site["host"], site["port"])
        self.client.loop_start()

    def _after_connect(self, client, *_):
        client.subscribe(f"{self.topic}/down/#", qos=1)
        self.send("presence", {"online": True})
        self.after_connect()

    def after_connect(self):
        """For those who have something to say then."""

    def on_message(self, topic, message):
        """For those who are told something."""

    def send(self, kind, message):
        self.client.publish(f"{self.topic}/up/{kind}", json.dumps(message), qos=1)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


class Lock(Device):
    def __init__(self, name, password, site, on_unlock):
        self.on_unlock = on_unlock
        self.is_open = SHUT
        self.changed = threading.Condition()
        self.is_unlocked = False
        self.pulse = None
        super().__init__(name, password, site)

    def after_connect(self):
        self.report()

    def report(self):
        self.send("properties", {"properties": {"locked": not self.is_unlocked, "door_open": self.is_open}})

    def on_message(self, topic, message):
        if not topic.endswith("/command"):
            return
        action, seconds = message["action"], message.get("input", {}).get("seconds")
        if action in ("unlock", "lock"):
            self.turn(action == "unlock", seconds)
        self.send("result", {"command": message["command"], "ok": True, "output": {}})
        if action == "unlock" and seconds:
            self.on_unlock()

    def turn(self, is_unlocked, seconds=None):
        """Without seconds it stays so until it is told otherwise, as in a fire."""
        with self.changed:
            if self.pulse:
                self.pulse.cancel()
            self.pulse = threading.Timer(seconds, self.turn, [False]) if is_unlocked and seconds else None
            if self.pulse:
                self.pulse.daemon = True
                self.pulse.start()
            self.is_unlocked = is_unlocked
            self.changed.notify_all()
        self.report()

    def unlocked_within(self, seconds):
        with self.changed:
            return self.changed.wait_for(lambda: self.is_unlocked, seconds)

    def stand(self, is_open):
        self.is_open = is_open
        self.report()


class Door:
    """`people` is held by whoever stands at it: one at a time."""

    def __init__(self, about, site, passwords, on_unlock):
        self.id = about["id"]
        self.reader, self.terminal = about["reader"], about.get("terminal")
        self.has_keypad = about.get("keypad", False)
        self.held_after_s = about["held_after_s"]
        self.people = threading.Lock()
        self.lock = Lock(about["lock"], passwords[about["lock"]], site, lambda: on_unlock(self))
        self.button = Device(about["exit"], passwords[about["exit"]], site)

    def press_exit(self):
        self.button.send("event", {"event": "pressed", "data": {"count": 1}})

    def close(self):
        self.lock.close()
        self.button.close()

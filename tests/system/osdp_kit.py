"""Card readers for tests: libosdp, which is not ours, as the reader on a pseudo terminal or behind a TCP converter."""

import ctypes
import json
import os
import pty
import select
import socket
import subprocess
import sys
import threading
import tty

from osdp import Capability, CardFormat, Channel, Event, LibFlag, LogLevel, PDCapabilities, PDInfo, PeripheralDevice, StatusReportType

from compound import Compound
from north_kit import ROOT, free_port, wait_until

GOOD_CARD = bytes.fromhex("32271040")  # W26, facility 100, card 20000
BAD_CARD = bytes.fromhex("b2271040")   # its first parity bit turned
CAPABILITIES = [(Capability.ContactStatusMonitoring, 1, 2), (Capability.OutputControl, 1, 1), (Capability.LEDControl, 1, 1),
                (Capability.AudibleControl, 1, 1), (Capability.TextOutput, 1, 1), (Capability.CommunicationSecurity, 1, 1)]


def lent(status, answer):
    """The answer to a command. The bindings give back a reference to it that they never took: so they get one."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(answer))
    return status, answer


class Line:
    """What the panel says is heard by all readers; a cut line carries nothing."""

    def __init__(self):
        self.taps = []
        self.is_cut = False
        self.heard = bytearray()  # all that the panel sent
        self.said = bytearray()   # all that readers sent
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.carry, name="line")

    def start(self):
        self.thread.start()
        return self

    def carry(self):
        while not self.stopping.is_set():
            data = self.receive()
            if not data:
                self.stopping.wait(0.02)
                continue
            self.heard += data
            for tap in self.taps:
                tap.put(data)

    def say(self, data):
        if not self.is_cut:
            self.said += data
            self.transmit(data)

    def stop(self):
        self.stopping.set()
        self.thread.join()
        self.close()


class Terminal(Line):
    def __init__(self):
        super().__init__()
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.bus = os.ttyname(slave)
        os.close(slave)

    def receive(self):
        try:
            return os.read(self.master, 4096) if select.select([self.master], [], [], 0.1)[0] else b""
        except OSError:  # nobody has it open at the other end
            return b""

    def transmit(self, data):
        os.write(self.master, data)

    def close(self):
        os.close(self.master)


class Converter(Line):
    """A serial server that listens on TCP."""

    def __init__(self):
        super().__init__()
        self.port = free_port()
        self.bus = f"tcp://127.0.0.1:{self.port}"
        self.server = socket.create_server(("127.0.0.1", self.port))
        self.server.settimeout(0.1)
        self.peer = None

    def receive(self):
        try:
            if self.peer is None:
                self.peer, _ = self.server.accept()
                self.peer.settimeout(0.1)
            data = self.peer.recv(4096)
            if not data:
                self.drop()
            return data
        except TimeoutError:
            return b""
        except OSError:
            self.drop()
            return b""

    def transmit(self, data):
        if self.peer is not None:
            self.peer.sendall(data)

    def drop(self):
        if self.peer is not None:
            self.peer.close()
        self.peer = None

    def close(self):
        self.drop()
        self.server.close()


class Simulated:
    """A reader in a program of its own, behind TCP; tests/sim/osdp_reader.py."""

    def __init__(self, address):
        self.address = address
        self.port = free_port()
        self.bus = f"tcp://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        self.process = subprocess.Popen([sys.executable, ROOT / "tests/sim/osdp_reader.py", "--listen", str(self.port), "--address",
                                         str(self.address)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        return self

    def type(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stdin.close()


class Tap(Channel):
    """One reader's end of the line."""

    def __init__(self, line):
        super().__init__()
        self.id = id(self) & 0x7FFFFFFF
        self.line = line
        self.lock = threading.Lock()
        self.waiting = bytearray()
        line.taps.append(self)

    def put(self, data):
        with self.lock:
            self.waiting += data

    def read(self, max_bytes):
        with self.lock:
            data = bytes(self.waiting[:max_bytes])
            del self.waiting[:max_bytes]
        return data

    def write(self, buf):
        self.line.say(bytes(buf))
        return len(buf)

    def flush(self):
        with self.lock:
            self.waiting.clear()


class Reader:
    """A reader of libosdp. Without a key it has the default key and takes another, as one fresh from its box."""

    def __init__(self, line, address, key=None, secure_only=False):
        self.commands = []
        self.tap = Tap(line)
        flags = [LibFlag.EnforceSecure] if secure_only else []
        self.device = PeripheralDevice(PDInfo(address, self.tap, scbk=key, flags=flags, name=f"reader{address}"),
                                       PDCapabilities(CAPABILITIES), log_level=LogLevel.Info, command_handler=self.take)
        self.device.start()

    def take(self, command):
        self.commands.append(command)
        return lent(0, None)

    def of(self, kind):
        return [command for command in list(self.commands) if command["command"] == kind]

    def card(self, bits, count=26):
        self.device.submit_event({"event": Event.CardRead, "reader_no": 0, "direction": 0, "format": CardFormat.Wiegand,
                                  "length": count, "data": bits})

    def keys(self, digits):
        self.device.submit_event({"event": Event.KeyPress, "reader_no": 0, "data": digits})

    def inputs(self, *states):
        self.device.submit_event({"event": Event.Status, "type": StatusReportType.Input, "report": bytes(states)})

    def is_secure(self):
        return self.device.is_sc_active()

    def stop(self):
        self.device.teardown()


class Readers(Compound):
    """A compound with buses of card readers; no platform is needed."""

    def __init__(self, folder, **lines):
        self.lines = lines
        self.readers = []
        super().__init__(folder, osdp={"buses": [f"{name}={line.bus}" for name, line in lines.items()]})

    def add(self, name, address):
        return self.ctl("device", "add", "--id", name, "--profile", "osdp/reader", "--driver", "osdp", "--address", address)

    def start(self):
        for line in self.lines.values():
            line.start()
        self.start_site_broker()
        self.start_gateway()
        return self

    def stop(self):
        super().stop()
        for reader in self.readers:
            reader.stop()
        for line in self.lines.values():
            line.stop()

    def reader(self, bus, address, **options):
        self.readers.append(Reader(self.lines[bus], address, **options))
        return self.readers[-1]

    def show(self, name):
        return self.ctl("device", "show", name)

    def value(self, name, prop):
        return self.show(name)["properties"].get(prop, {}).get("value")

    def wait_for(self, name, presence, limit=15):
        wait_until(lambda: self.show(name)["presence"] == presence, limit, f"{name} is {presence}")

    def command(self, name, action, expect=0, **inputs):
        return self.ctl("command", "send", "--target", f"device/{name}", "--action", action, "--input", json.dumps(inputs),
                        expect=expect)

    def presentations(self):
        return self.ctl("status")["intake"]["presentations"]

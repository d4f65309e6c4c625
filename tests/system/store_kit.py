"""Trouble for the store: a small disk, a disk that does not sync, and what must hold afterwards."""

import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from north_kit import read_ledger, wait_until


class SmallDisk:
    """A folder on a partition of its own; where nobody may mount, an ordinary folder and a small quota instead."""

    def __init__(self, folder, megabytes):
        self.folder = Path(folder)
        self.folder.mkdir(mode=0o700)
        self.megabytes = megabytes
        self.is_mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "linli-test", str(folder)],
                                         capture_output=True).returncode == 0

    def store_settings(self, ballast_mb):
        return {"ballast_mb": ballast_mb, "max_mb": 64 if self.is_mounted else self.megabytes // 2}

    def fill(self):
        """A foreign file takes all that is left. A quota alone cannot be taken by others: there the flood fills it."""
        if not self.is_mounted:
            return
        with open(self.folder / "foreign", "ab", buffering=0) as foreign:
            for size in (65536, 4096, 1):
                try:
                    while foreign.write(b"\0" * size) == size:
                        pass
                except OSError:
                    pass

    def free(self):
        (self.folder / "foreign").unlink(missing_ok=True)

    def close(self):
        if self.is_mounted:
            subprocess.run(["umount", str(self.folder)], check=True)


@pytest.fixture
def disk(tmp_path):
    made = SmallDisk(tmp_path / "disk", megabytes=16)
    yield made
    made.close()


class Flood:
    """Readings as fast as the broker takes them; every tenth carries an id and so gets an acknowledgement."""

    def __init__(self, device):
        self.device = device
        self.sent = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stopping.is_set():
            for _ in range(20):
                self.sent += 1
                reading = {"properties": {"energy": self.sent}}
                if self.sent % 10 == 0:
                    reading["id"] = f"t{self.sent}"
                self.device.send("properties", reading)
            time.sleep(0.005)

    def stop(self):
        self._stopping.set()
        self._thread.join()

    def acknowledged(self):
        with self.device.lock:
            return sorted(int(name[1:]) for name in self.device.acknowledged)


def thread_of(pid, name):
    for task in Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == name:
            return int(task.name)
    raise AssertionError(f"no thread {name}")


class Tracer:
    """strace at the storage thread of a running linlid: injects what a bad disk would answer.

    SQLite syncs its files with fdatasync; fsync is for directories, and what we sync ourselves. `when=` counts each
    call by itself: to have one failure, name one call.
    """

    def __init__(self, pid, injection, log, calls="fdatasync,fsync"):
        self.log = Path(log)
        self.process = subprocess.Popen([shutil.which("strace"), "-p", str(thread_of(pid, "linli-store")), "-e", f"trace={calls}",
                                         "-e", f"inject={calls}:{injection}", "-o", str(log)], stderr=subprocess.DEVNULL)
        wait_until(lambda: self._is_attached(pid), 5, "strace is attached")

    def _is_attached(self, pid):
        status = Path(f"/proc/{pid}/task/{thread_of(pid, 'linli-store')}/status").read_text()
        return f"TracerPid:\t{self.process.pid}" in status

    def injected(self):
        return self.log.read_text().count("(INJECTED)")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=10)


def whole_and_once(ledger, stream, epoch=None):
    """The numbers of a stream in the ledger: [(first, last, entry)], without a hole, none of them twice."""
    entries = [entry for entry in read_ledger(ledger) if entry.get("stream") == stream and not entry.get("dup")
               and epoch in (None, entry["epoch"])]
    stretches = sorted(((entry.get("gap_first", entry["seq"]), entry["seq"], entry) for entry in entries), key=lambda s: s[:2])
    expected = 1
    for first, last, entry in stretches:
        assert first == expected, f"{stream}: {expected} expected, then comes {entry}"
        expected = last + 1
    return stretches


def gaps_between(stretches, value_of):
    """For each delivered gap the values before and after it: what was dropped stood between them."""
    gaps = []
    before, open_gap = float("-inf"), False
    for _, _, entry in stretches:
        if "gap_first" in entry:
            open_gap = True
            continue
        value = value_of(entry)
        if value is None:
            continue
        if open_gap:
            gaps.append((before, value))
            open_gap = False
        before = value
    return gaps + ([(before, float("inf"))] if open_gap else [])


def is_root():
    return os.geteuid() == 0

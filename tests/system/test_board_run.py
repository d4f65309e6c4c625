"""./board/run as somebody uses it who has just read the README."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from compound import Compound, publish
from north_kit import ROOT, read_ledger, wait_until

DEMO = ROOT / ".demo"
BARE = ROOT / ".demo-bare"
SECOND_START_S = 5


class Board:
    """One run of the command, and what its first screen says."""

    def __init__(self, folder, *words):
        self.output = Path(folder) / "screen"
        begun = time.monotonic()
        with open(self.output, "w") as out:
            self.process = subprocess.Popen([ROOT / "board" / "run", *words], stdout=out, stderr=subprocess.STDOUT,
                                            stdin=subprocess.DEVNULL, cwd=folder)
        try:
            wait_until(lambda: "Ctrl-C ends it." in self.text(), 20, "the screen is there")
        except BaseException:
            self.end()
            raise
        self.took = time.monotonic() - begun
        self.pids = {name: int(pid) for name, pid in re.findall(r"^ +(\S+) +runs +pid (\d+)", self.text(), re.M)}

    def text(self):
        return self.output.read_text()

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)

    def alive(self):
        return [name for name, pid in self.pids.items() if Path(f"/proc/{pid}").exists()]


@pytest.fixture
def board(tmp_path):
    runs = []

    def run(*words):
        runs.append(Board(tmp_path, *words))
        return runs[-1]

    yield run
    for each in runs:
        each.end()
    for folder in (DEMO, BARE):
        shutil.rmtree(folder, ignore_errors=True)


def as_a_person_would(line):
    return subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, timeout=20)


def test_the_screen_names_all_that_runs_and_its_lines_work_as_they_stand(board):
    run = board()
    assert set(run.pids) == {"platform-broker", "platform-receiver", "site-broker", "linlid", "compound",
                             "compound-coap"}
    assert run.alive() == list(run.pids)
    for word in ("devices", "events", "commands", "platform", "store", "online", "accepted", "delivered", "waiting"):
        assert word in run.text()
    publish, post, command = [line.strip() for line in run.text().split("Try it by hand:")[1].strip().split("\n")[:3]]
    for device, line in [("try-me", publish), ("try-coap", post)]:
        done = as_a_person_would(line)
        assert done.returncode == 0, done.stderr
        wait_until(lambda name=device: any(entry.get("subject") == f"device/{name}" and entry.get("type") == "linli.thing.event"
                                           for entry in read_ledger(DEMO / "ledger.jsonl")), 10, "it is in the platform's ledger")
    wait_until(lambda: "confirmed" in as_a_person_would(command).stdout, 15, "the gate is opened")


def test_ctrl_c_ends_all_that_it_started_and_removes_the_demo(board):
    run = board()
    assert run.end() == 0
    assert run.alive() == []
    assert not DEMO.exists()


def test_the_second_start_is_quick(board):
    board().end()
    run = board()
    assert run.took < SECOND_START_S


def test_a_kept_site_keeps_its_devices(board):
    board("--keep").end()
    before = json.loads((DEMO / "devices.json").read_text())
    run = board("--keep")
    assert json.loads((DEMO / "devices.json").read_text()) == before
    publish = run.text().split("Try it by hand:")[1].strip().split("\n")[0]
    assert as_a_person_would(publish).returncode == 0


def test_bare_is_the_gateway_alone(board):
    run = board("--bare")
    assert set(run.pids) == {"site-broker", "linlid"}
    line = re.search(r"(\S+linlictl --config \S+) status", run.text()).group(1)
    status = json.loads(as_a_person_would(line + " --json status").stdout)
    assert status["platform"] == {"link": "off", "up": False}
    assert status["broker"]["up"]


def test_a_real_site_runs_from_its_configuration(board, tmp_path):
    compound = Compound(tmp_path / "site")
    try:
        compound.start_platform()
        compound.start_receiver()
        run = board("--config", str(compound.config))
        assert set(run.pids) == {"site-broker", "linlid"}
        password = compound.add_device("smoke1", "generic/smoke")["password"]
        sent = publish(compound, "smoke1", password, "linli/v1/smoke1/up/event", '{"event":"smoke","data":{}}')
        assert sent.returncode == 0
        wait_until(lambda: compound.events(), 10, "the event is in the platform's ledger")
        assert run.end() == 0
        assert run.alive() == []
    finally:
        compound.stop()


@pytest.mark.parametrize("words", [["--nonsense"], ["--config", "/nowhere/linlid.json"]])
def test_what_it_does_not_understand_is_said_and_starts_nothing(words):
    done = subprocess.run([ROOT / "board" / "run", *words], capture_output=True, text=True, timeout=30, env={**os.environ})
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()

"""./board/run in tests: one run of it, what its screen says, and which processes are of it."""

import os
import re
import shutil
import signal
import subprocess
import time
import uuid
from pathlib import Path

import pytest

from north_kit import ROOT, wait_until

DEMO = ROOT / ".demo"
BARE = ROOT / ".demo-bare"
SITE = ROOT / ".site"
COMMAND = ROOT / "board" / "run"
MARK = "LINLI_BOARD_TEST"
SCREEN = "Ctrl-C ends it."


def heed_signals():
    """Behind nohup, or in the background of a script, they are ignored, and a shell cannot change that for itself."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class Run:
    """Started as by a terminal: with a process group of its own, and no signal ignored, whoever runs the tests. All that
    comes of it inherits a mark."""

    def __init__(self, folder, *words, **environment):
        self.mark = uuid.uuid4().hex
        self.output = Path(folder) / f"screen-{self.mark}"
        self.begun = time.monotonic()
        with open(self.output, "w") as out:
            self.process = subprocess.Popen([COMMAND, *words], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder,
                                            env={**os.environ, MARK: self.mark, **environment}, start_new_session=True,
                                            preexec_fn=heed_signals)

    def text(self):
        return self.output.read_text()

    def until_it_shows_its_screen(self):
        wait_until(lambda: SCREEN in self.text() or self.process.poll() is not None, 20, "the screen is there")
        assert SCREEN in self.text(), self.text()
        self.took = time.monotonic() - self.begun
        self.pids = {name: int(pid) for name, pid in re.findall(r"^ +(\S+) +runs +pid (\d+)", self.text(), re.M)}
        return self

    def lines(self):
        """The commands that it offers."""
        return [line.strip() for line in self.text().split(SCREEN)[0].split("\n") if re.match(r"^  (mosquitto_pub|coap-client-openssl|\S*linlictl) ", line)]

    def line(self, words):
        """The one that has these words."""
        [line] = [line for line in self.lines() if words in line]
        return line

    def press(self, number=signal.SIGINT):
        """What a terminal does at Ctrl-C, or when it is closed."""
        os.killpg(self.process.pid, number)

    def end(self):
        if self.process.poll() is None:
            self.press()
        return self.process.wait(timeout=20)

    def alive(self):
        """All processes that came of it: their ids, and their names."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "comm").read_text().strip()
            except OSError:
                continue
        return found

    def kill_what_is_left(self):
        for pid in self.alive():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


@pytest.fixture
def board_run(tmp_path):
    """Starts a run without waiting for its screen."""
    runs = []

    def start(*words, **environment):
        runs.append(Run(tmp_path, *words, **environment))
        return runs[-1]

    yield start
    for each in runs:
        try:
            each.end()
        finally:
            each.kill_what_is_left()
    for folder in (DEMO, BARE, SITE):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def board(board_run):
    return lambda *words, **environment: board_run(*words, **environment).until_it_shows_its_screen()


def as_a_person_would(line):
    """In another terminal, which stands somewhere else."""
    return subprocess.run(["bash", "-c", line], cwd="/", capture_output=True, text=True, timeout=20)

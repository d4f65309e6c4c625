"""What a run starts and stops: processes, and the wish of its user to end it."""

import os
import select
import signal
import socket
import subprocess
import time


class Failure(Exception):
    """Ends the run with what is wrong and the way out, for people."""


class Ended(Exception):
    """Somebody wants the run to end: Ctrl-C, kill, a closed terminal."""


class Wish:
    """Whether the run shall end. A signal only leaves a note here, so that it breaks nothing off half way: what was
    started is always known, and stopping is never stopped itself."""

    _SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self):
        self._read, self._write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        for number in self._SIGNALS:
            signal.signal(number, lambda *_: os.write(self._write, b"."))
        # board/run has held them back until now.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self._SIGNALS)

    def heard_within(self, seconds):
        return bool(select.select([self._read], [], [], seconds)[0])

    def forget(self):
        """All is done: what is said now changes nothing, not even how we end."""
        for number in self._SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def check(self):
        if self.heard_within(0):
            raise Ended


def begin(command, stdin=subprocess.DEVNULL, **options):
    """A process that does not hear Ctrl-C itself, and goes with us when we are killed."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *map(str, command)], stdin=stdin, start_new_session=True, **options)


def call(wish, *command, cwd=None):
    """A short one, with what it says."""
    process = begin(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd)
    output, errors = process.communicate()
    wish.check()
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def attend(wish, *command, output=None):
    """A long one: its exit code. It is broken off, as Ctrl-C does that, when somebody wants the run to end."""
    process = begin(command, stdout=output, stderr=output)
    while process.poll() is None:
        if wish.heard_within(0.02):
            os.killpg(process.pid, signal.SIGINT)
            process.wait()
    wish.check()
    return process.returncode


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
        return True
    except OSError:
        return False


def answers(path):
    """Whether somebody listens on a Unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
            return True
        except OSError:
            return False


def can_listen(port, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Children:
    """Processes, each with a log of its own in one folder; each is stopped by its id."""

    def __init__(self, folder, wish):
        self.folder = folder
        self.wish = wish
        self.processes = []

    def spawn(self, name, *command):
        self.wish.check()
        with open(self.log(name), "wb") as log:
            self.processes.append((name, begin(command, stdout=log, stderr=log)))

    def spawn_with_keyboard(self, name, *command):
        """It is told what to do through a named pipe, which is given back. It holds the pipe open for writing too, so that
        it never comes to an end."""
        self.wish.check()
        keyboard = self.folder / f"{name}.in"
        if not keyboard.exists():
            os.mkfifo(keyboard, 0o600)
        with open(self.log(name), "wb") as log, open(keyboard, "r+b", buffering=0) as typed:
            self.processes.append((name, begin(command, stdin=typed, stdout=log, stderr=log)))
        return keyboard

    def signal(self, name, number):
        dict(self.processes)[name].send_signal(number)

    def log(self, name):
        return self.folder / f"{name}.log"

    def wait_for(self, claim, what, seconds=10):
        """Until `claim` holds; not longer than all that was started lives."""
        end = time.monotonic() + seconds
        while not claim():
            self.expect_all_alive()
            if time.monotonic() > end:
                raise Failure(f"not within {seconds} s: {what}; the ends of the logs in {self.folder}:\n{self.last_words()}")
            if self.wish.heard_within(0.02):
                raise Ended

    def expect_all_alive(self):
        self.wish.check()  # what ends us may have ended one of them too
        for name, process in self.processes:
            if process.poll() is not None:
                raise Failure(self.obituary(name, process))

    def obituary(self, name, process):
        how = f"exit code {process.returncode}" if process.returncode >= 0 else signal.Signals(-process.returncode).name
        return f"{name} has ended ({how}); the end of {self.log(name)}:\n{self.tail(name)}"

    def tail(self, name, lines=10):
        text = self.log(name).read_text(errors="replace").strip().split("\n")[-lines:]
        return "\n".join(f"    {line}" for line in text)

    def last_words(self):
        return "\n".join(f"  {name}:\n{self.tail(name, 3)}" for name, _ in self.processes)

    def dead(self):
        return [(name, process) for name, process in self.processes if process.poll() is not None]

    def stop(self):
        for _, process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for name, process in reversed(self.processes):
            try:
                process.wait(timeout=6)
            except subprocess.TimeoutExpired:
                print(f"{name} did not stop in time and was killed")
                process.kill()
                process.wait()

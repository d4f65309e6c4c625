"""Who is silent or slow on purpose does not lock the others out."""

import socket
import subprocess
import threading

import pytest

from console_kit import busy_console, p99  # noqa: F401 (a fixture)
from north_kit import wait_until

pytestmark = pytest.mark.alone  # it measures how long answers take

LIMIT_MS = 500


def test_three_hundred_silent_connections(busy_console):
    opened = []
    for number in range(300):
        connection = socket.socket()
        connection.bind((f"127.0.1.{1 + number // 17}", 0))
        connection.connect(("127.0.0.1", busy_console.port))
        opened.append(connection)
    taken = busy_console.latencies(4)
    wait_until(lambda: busy_console.refused("made_room") > 0, 5, "the oldest silent ones made room")
    wait_until(lambda: busy_console.program.last["connections"] == 0, 10, "the rest was over after the handshake's limit")
    assert busy_console.refused("handshake_slow") > 0
    assert len(taken) > 20 and p99(taken) < LIMIT_MS, (len(taken), taken[-5:])
    for connection in opened:
        connection.close()


@pytest.mark.parametrize("words, path, reason", [
    (["-H"], "/", "header_slow"),
    (["-B", "-s", "200000"], "/api/slow", "body_slow"),
    (["-X", "-w", "10", "-y", "20", "-n", "1", "-z", "5"], "/api/large?bytes=5000000", None),
    (["-R", "-t", "GET"], "/", None),
])
def test_slow_requests_and_slow_readers(busy_console, words, path, reason):
    attack = subprocess.Popen(["slowhttptest", "-c", "300", "-r", "100", "-i", "3", "-l", "14", "-p", "3", *words, "-u",
                               f"https://127.0.0.1:{busy_console.port}{path}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        taken = busy_console.latencies(12)
    finally:
        attack.wait(timeout=60)
    assert len(taken) > 50 and p99(taken) < LIMIT_MS, (len(taken), taken[-5:])
    counted = busy_console.program.last["refused"]
    assert counted["too_many_of_address"] + counted["made_room"] > 0, counted
    if reason:
        assert counted[reason] + counted["made_room"] > 0, counted
    assert busy_console.program.is_running()


def test_a_burst_of_honest_visitors_from_everywhere(busy_console):
    failures = []

    def visit(number):
        try:
            for _ in range(5):
                busy_console.ask("GET", "/", source=f"127.0.2.{number}")
        except OSError as error:
            failures.append(error)

    visitors = [threading.Thread(target=visit, args=(number,)) for number in range(1, 60)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert failures == []

"""./board/run when something is not as it should be: it says what, and the way out, and leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import time

import pytest

from board_kit import BARE, COMMAND, DEMO, SITE, as_a_person_would, board, board_run  # noqa: F401 (fixtures)
from compound import Compound
from north_kit import ROOT, can_connect, wait_until

pytestmark = pytest.mark.alone  # its ports are the demo's, and it builds

USUAL_PORT = 8883


@pytest.fixture
def stranger():
    """A foreign program on a port."""
    listeners = []

    def listen(port):
        try:
            listeners.append(socket.create_server(("127.0.0.1", port)))
        except OSError:
            assert can_connect(port), "if we cannot have it, then because somebody else has it, which is as good"

    yield listen
    for each in listeners:
        each.close()


@pytest.fixture
def compound(tmp_path):
    made = Compound(tmp_path / "site")
    yield made
    made.stop()


def finished(run):
    code = run.process.wait(timeout=20)
    assert "Traceback" not in run.text()
    wait_until(lambda: run.alive() == {}, 1, f"nothing is left: {run.alive()}")
    return code


# What is typed → what the one line must name: the option, what was expected or is wrong, the way out.
MISUSED = {
    "unknown": (["--nonsense"], ["no option --nonsense", "--help"]),
    "no_file": (["--config"], ["--config needs a value", "such as ./board/run --config /etc"]),
    "an_option_for_a_file": (["--config", "--keep"], ["--config needs a value, found --keep", "such as"]),
    "no_number": (["--seconds"], ["--seconds needs a value", "--seconds 30"]),
    "a_word_for_a_number": (["--seconds", "soon"], ["--seconds expects a number", "soon", "--seconds 30"]),
    "zero_seconds": (["--seconds", "0.0"], ["--seconds expects a number greater than 0", "--seconds 30"]),
    "missing_file": (["--config", "nowhere/linlid.json"], ["--config", "{cwd}/nowhere/linlid.json does not exist", "config/examples", "--bare"]),
    "missing_file_after_equals": (["--config=/nowhere"], ["--config", "/nowhere does not exist"]),
    "folder": (["--config", "."], ["--config", "is a folder", "such as"]),
    "bare_and_config": (["--bare", "--config", "/etc/hostname"], ["--bare", "--config", "leave one of them out"]),
    "keep_and_bare": (["--keep", "--bare"], ["--keep", "--bare", "leave --keep out"]),
    "config_and_keep": (["--config", "/etc/hostname", "--keep"], ["--keep", "--config", "leave --keep out"]),
}


@pytest.mark.parametrize("mistake", MISUSED)
def test_a_misused_option_is_named_with_what_was_expected_and_the_way_out(mistake, tmp_path):
    words, said = MISUSED[mistake]
    done = subprocess.run([COMMAND, *words], cwd=tmp_path, capture_output=True, text=True, timeout=5)
    assert done.returncode == 2
    assert done.stdout == "" and done.stderr.count("\n") == 1, done.stderr
    for word in said:
        assert word.format(cwd=tmp_path) in done.stderr, done.stderr


def test_an_invalid_configuration_is_shown_with_the_place_and_starts_nothing(board_run, compound):
    compound.settings["broker"]["port"] = "eight"
    compound.write_config()
    run = board_run("--config", str(compound.config))
    assert finished(run) == 1
    assert str(compound.config) in run.text() and "broker.port: expected an integer" in run.text(), run.text()


@pytest.mark.parametrize("words, folder", [([], DEMO), (["--bare"], BARE)])
def test_a_second_run_names_the_first_and_leaves_it_alone(board, board_run, words, folder):
    first = board(*words)
    second = board_run(*words)
    assert finished(second) == 1
    assert f"process {first.process.pid}" in second.text() and f"folder {folder}" in second.text(), second.text()
    assert set(first.pids.values()) <= set(first.alive())
    assert json.loads(as_a_person_would(first.line("linlid.json status") + " --json").stdout)["broker"]["up"]


def test_a_bare_gateway_runs_beside_the_demo(board):
    first, second = board(), board("--bare")
    for run in (first, second):
        assert set(run.pids.values()) <= set(run.alive())


def test_a_killed_run_takes_its_processes_along_and_is_in_nobodys_way(board):
    first = board()
    first.process.kill()
    wait_until(lambda: first.alive() == {}, 10, "all of it is gone")
    second = board()
    assert set(second.pids.values()) <= set(second.alive())


def test_the_lock_of_a_dead_process_is_taken_over(board, board_run):
    dead = subprocess.Popen(["true"])
    dead.wait()
    lock = ROOT / ".demo.lock"
    lock.write_text(f"{dead.pid}\n")
    run = board()
    assert lock.read_text() == f"{run.process.pid}\n"
    assert finished(board_run()) == 1


def test_every_printed_line_works_in_another_folder(board):
    run = board()
    lines = run.lines()
    assert len(lines) == 9
    tail = run.line("events tail")
    for line in lines:
        if line == tail:
            continue
        done = as_a_person_would(line)
        # The doctor warns of what is not perfect on this machine; what counts is that it was reached.
        assert done.returncode == 0 or "doctor" in line and "site broker certificate" in done.stdout, (line, done)
    seen = as_a_person_would(f"timeout 5 {tail} & sleep 0.5; {lines[0]}; wait")
    assert "smoke" in seen.stdout, seen


def test_a_usual_port_that_is_taken_is_replaced_and_said(board, stranger):
    stranger(USUAL_PORT)
    run = board()
    ports = json.loads((DEMO / "ports.json").read_text())
    assert ports["site"] != USUAL_PORT
    assert f"port {USUAL_PORT} is taken by another program, so the site broker listens on {ports['site']}" in run.text()
    assert as_a_person_would(run.lines()[0]).returncode == 0


def test_a_kept_site_whose_port_is_taken_says_which_and_the_way_out(board, board_run, stranger):
    board("--keep").end()
    port = json.loads((DEMO / "ports.json").read_text())["platform"]
    stranger(port)
    run = board_run("--keep")
    assert finished(run) == 1
    assert f"port {port}" in run.text() and "taken by another program" in run.text() and f"remove {DEMO}/ports.json" in run.text(), run.text()


def test_a_kept_site_from_before_there_were_doors_says_the_way_out(board, board_run):
    board("--keep").end()
    devices = [device for device in json.loads((DEMO / "devices.json").read_text()) if device["id"].startswith("try-")]
    (DEMO / "devices.json").write_text(json.dumps(devices))
    run = board_run("--keep")
    assert finished(run) == 1
    assert f"kept in {DEMO} is of an earlier version" in run.text() and "remove that folder" in run.text(), run.text()


def test_a_foreign_program_on_the_port_of_a_real_site_is_not_taken_for_its_broker(board_run, compound, stranger):
    stranger(compound.site_port)
    run = board_run("--config", str(compound.config))
    assert finished(run) == 1
    assert f"port {compound.site_port}" in run.text() and "broker.port" in run.text(), run.text()


def test_the_running_broker_of_a_real_site_is_used(board, compound):
    compound.start_site_broker()
    run = board("--config", str(compound.config))
    assert set(run.pids) == {"linlid"}
    assert "the site broker runs already" in run.text()


def test_a_gateway_that_dies_while_it_starts_is_named_with_its_last_words(board_run, compound):
    compound.start_site_broker()
    compound.start_gateway()
    compound.settings["control"]["socket"] = "other.sock"
    compound.write_config()
    run = board_run("--config", str(compound.config))
    assert finished(run) == 1
    assert "linlid has ended (exit code 3)" in run.text() and str(SITE / "linlid.log") in run.text(), run.text()
    assert "another linlid uses this database" in run.text()


def test_a_broker_that_dies_while_it_starts_is_named_with_its_last_words(board_run, compound, stranger):
    stranger(compound.plain_port)
    run = board_run("--config", str(compound.config))
    assert finished(run) == 1
    assert "site-broker has ended" in run.text() and "Address already in use" in run.text(), run.text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("after_ms", [0, 20, 40, 60, 90, 120, 160, 200, 250, 300, 400, 500, 700])
def test_it_can_be_ended_at_any_moment_and_leaves_nothing(board_run, after_ms, number):
    run = board_run()
    time.sleep(after_ms / 1000)
    run.press(number)
    # In its first milliseconds it is a shell without children, which ends as all shells do.
    assert finished(run) in (0, -number), run.text()
    assert not DEMO.exists()


def test_impatience_while_it_stops_leaves_nothing(board_run, board):
    run = board()
    for _ in range(10):
        if run.process.poll() is None:
            run.press()
        time.sleep(0.01)
    assert finished(run) == 0
    assert not DEMO.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_while_it_builds_ends_the_build_too(board_run, tmp_path, number):
    """A build that takes long, in the place of ninja."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "ninja").write_text(f"#!/bin/sh\ntouch {tmp_path}/building\nexec sleep 300\n")
    (tools / "ninja").chmod(0o755)
    run = board_run(PATH=f"{tools}:{os.environ['PATH']}")
    wait_until(lambda: (tmp_path / "building").exists(), 10, "it builds")
    run.process.send_signal(number)
    assert finished(run) == 0


def test_a_build_that_fails_shows_why_and_starts_nothing(board_run, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "ninja").write_text("#!/bin/sh\necho 'main.cpp:1: error: mistyped'\nexit 1\n")
    (tools / "ninja").chmod(0o755)
    run = board_run(PATH=f"{tools}:{os.environ['PATH']}")
    assert finished(run) == 1
    assert "error: mistyped" in run.text() and "building failed" in run.text()

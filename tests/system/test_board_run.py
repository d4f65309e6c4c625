"""./board/run as somebody uses it who has just read the README."""

import http.client
import json
import re
import ssl

from board_kit import DEMO, SCREEN, as_a_person_would, board, board_run  # noqa: F401 (fixtures)
import pytest

from compound import Compound, publish
from north_kit import read_ledger, wait_until

pytestmark = pytest.mark.alone  # its ports are the demo's, and it builds

SECOND_START_S = 5


def test_the_screen_names_all_that_runs_and_its_lines_work_as_they_stand(board):
    run = board()
    assert set(run.pids) == {"platform-broker", "platform-receiver", "site-broker", "linlid", "compound", "compound-coap"}
    assert set(run.pids.values()) <= set(run.alive())
    for word in ("devices", "events", "commands", "platform", "store", "online", "accepted", "delivered", "waiting"):
        assert word in run.text()
    publish, post, command = run.lines()[:3]
    for device, line in [("try-me", publish), ("try-coap", post)]:
        done = as_a_person_would(line)
        assert done.returncode == 0, done.stderr
        wait_until(lambda name=device: any(entry.get("subject") == f"device/{name}" and entry.get("type") == "linli.thing.event"
                                           for entry in read_ledger(DEMO / "ledger.jsonl")), 10, "it is in the platform's ledger")
    wait_until(lambda: "confirmed" in as_a_person_would(command).stdout, 15, "the gate is opened")


def console_of(run):
    """Reads a page of the console that the screen names, as a browser that trusts the compound's CA."""
    address = re.search(r"https://localhost:(\d+)/ ", run.text())
    tls = ssl.create_default_context(cafile=DEMO / "identity" / "site-ca-bundle.crt")

    def ask(method, path, body=None):
        connection = http.client.HTTPSConnection("localhost", int(address[1]), context=tls, timeout=20)
        connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    return ask


def test_the_claim_link_makes_a_manager_and_is_shown_no_longer(board):
    run = board()
    ask = console_of(run)
    status, page = ask("GET", "/")
    assert status == 200 and '<div id="app">' in page
    code = re.search(r"https://localhost:\d+/#claim=(\S+)", run.text())[1]
    person = {"code": code, "name": "Frau Li", "login": "li.ming", "password": "Drei Gassen weiter"}
    status, answer = ask("POST", "/api/v1/claim", person)
    assert status == 201 and json.loads(answer)["person"]["role"] == "manager", answer
    screens = run.text().count(SCREEN)
    wait_until(lambda: run.text().count(SCREEN) > screens + 1, 30, "the screen is shown again")
    assert "#claim=" not in run.text().split(SCREEN)[-2]


def test_the_invitation_lets_a_resident_in(board):
    run = board()
    ask = console_of(run)
    code = re.search(r"https://localhost:\d+/app/#i=(\S+)", run.text())[1]
    assert ask("GET", "/app/")[0] == 200
    status, answer = ask("POST", "/api/v1/invitations/accept", {"code": code, "name": "Frau Wang"})
    assert status == 201 and json.loads(answer)["person"]["places"] == ["3-2-101"], answer
    assert ask("POST", "/api/v1/invitations/accept", {"code": code, "name": "Herr Wang"})[0] != 201, "good once"


def test_ctrl_c_ends_all_that_it_started_and_removes_the_demo(board):
    run = board()
    assert run.end() == 0
    assert run.alive() == {}
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
    assert as_a_person_would(run.lines()[0]).returncode == 0


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
        compound.start_platform_and_receiver()
        run = board("--config", str(compound.config))
        assert set(run.pids) == {"site-broker", "linlid"}
        password = compound.add_device("smoke1", "generic/smoke")["password"]
        sent = publish(compound, "smoke1", password, "linli/v1/smoke1/up/event", '{"event":"smoke","data":{}}')
        assert sent.returncode == 0
        wait_until(lambda: compound.events(), 10, "the event is in the platform's ledger")
        assert run.end() == 0
        assert run.alive() == {}
    finally:
        compound.stop()

"""./board/run as somebody uses it who has just read the README."""

import http.client
import json
import re
import ssl

from board_kit import DEMO, SCREEN, as_a_person_would, board, board_run  # noqa: F401 (fixtures)
import pytest

from api_kit import PASSWORD, Client, check
from compound import Compound, publish
from north_kit import BIN, read_ledger, wait_until

pytestmark = pytest.mark.alone  # its ports are the demo's, and it builds

SECOND_START_S = 5


def test_the_screen_names_all_that_runs_and_its_lines_work_as_they_stand(board):
    run = board()
    assert set(run.pids) == {"platform-broker", "platform-receiver", "site-broker", "linlid", "compound", "compound-coap", "card-readers",
                             "face-terminal", "residents"}
    assert set(run.pids.values()) <= set(run.alive())
    for word in ("devices", "events", "commands", "platform", "store", "online", "accepted", "delivered", "waiting"):
        assert word in run.text()
    publish, post = run.lines()[:2]
    for device, line in [("try-me", publish), ("try-coap", post)]:
        done = as_a_person_would(line)
        assert done.returncode == 0, done.stderr
        wait_until(lambda name=device: any(entry.get("subject") == f"device/{name}" and entry.get("type") == "linli.thing.event"
                                           for entry in read_ledger(DEMO / "ledger.jsonl")), 10, "it is in the platform's ledger")
    opening = run.line("access open")
    wait_until(lambda: "confirmed" in as_a_person_would(opening).stdout, 15, "the door is opened")
    wait_until(lambda: "local:uid" in as_a_person_would(run.line("access who")).stdout, 5, "and it is known by whom")


class DemoConsole:
    """The console of a run, for api_kit's Client."""

    def __init__(self, run):
        self.console_port = int(re.search(r"https://localhost:(\d+)/ ", run.text())[1])
        self.code = re.search(r"https://localhost:\d+/#claim=(\S+)", run.text())[1]

    @staticmethod
    def tls():
        return ssl.create_default_context(cafile=DEMO / "identity" / "site-ca-bundle.crt")


def claimed(run):
    console = DemoConsole(run)
    client = Client(console)
    client.enter("/api/v1/claim", {"code": console.code, "name": "经理", "login": "manager", "password": PASSWORD})
    client.run = run
    return client


@pytest.fixture
def manager(board):
    return claimed(board())


def asked(client, method, path, body=None, **query):
    answer = client.ask(method, path, body, query=query)
    check(method, path, answer)
    assert answer.status == 200, answer.body
    return answer.json["items"]


def test_residents_come_and_go_through_the_doors_of_the_demo(manager):
    doors = {door["id"]: door for door in asked(manager, "GET", "/api/v1/doors")}
    assert {name: door["name"] for name, door in doors.items()} == {
        "door-main": "小区大门", "door-3-2": "3 号楼 2 单元门", "door-shed": "车棚门"}
    log = lambda **query: asked(manager, "GET", "/api/v1/access-log", **query)
    wait_until(lambda: any(each["person"]["name"] == "林晓" for each in log(kind="granted", means="card")), 30, "a card opens a door")
    wait_until(lambda: log(kind="denied"), 30, "and another card does not")
    wait_until(lambda: {"door_opened", "door_closed"} <= {each["record"] for each in log(kind="door")}, 30, "doors open and close")
    assert {each["place"] for each in asked(manager, "GET", "/api/v1/households")} == {"3-2-101", "3-2-102", "3-2-201", "3-2-202"}


@pytest.mark.parametrize("is_synchronised", [True, False])
def test_a_face_opens_a_door_only_where_the_clock_is_right_and_the_screen_says_so(board, tmp_path, is_synchronised):
    mark = tmp_path / "synchronised"
    if is_synchronised:
        mark.touch()
    manager = claimed(board(LD_PRELOAD=str(BIN / "libclock_shim.so"), LINLI_TEST_SYNCHRONISED=str(mark)))
    assert ("not synchronised" in manager.run.text()) is not is_synchronised
    passed = lambda: asked(manager, "GET", "/api/v1/access-log", kind="granted", door="door-main")
    wait_until(passed, 30, "somebody who has a face and a card passes")
    assert passed()[-1]["means"] == ("face" if is_synchronised else "card")


def test_smoke_opens_the_doors_of_the_way_out_until_somebody_resets_it(manager):
    phases = lambda: {door["id"]: door["phase"] for door in asked(manager, "GET", "/api/v1/doors")}
    assert as_a_person_would(manager.run.line("smoke-3-lobby")).returncode == 0
    wait_until(lambda: [phases()[door] for door in ("door-main", "door-3-2")] == ["fire_released"] * 2, 5, "both are released")
    assert phases()["door-shed"] != "fire_released"
    unlocked = lambda: [json.loads(as_a_person_would(manager.run.line("status").replace("status", f"--json device show gate-{name}")).stdout)
                        ["properties"]["locked"]["value"] for name in ("main", "3-2")]
    wait_until(lambda: unlocked() == [False, False], 5, "the locks say so")
    assert "confirmed" in as_a_person_would(manager.run.line("access reset-fire")).stdout
    wait_until(lambda: "fire_released" not in phases().values(), 5, "nothing is released")
    wait_until(lambda: True in unlocked(), 15, "a lock is locked again")


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


def test_who_is_invited_opens_the_doors_of_home(board):
    run = board()
    resident = Client(DemoConsole(run))
    resident.enter("/api/v1/invitations/accept", {"code": re.search(r"/app/#i=(\S+)", run.text())[1], "name": "林晓"})
    doors = {door["id"] for door in asked(resident, "GET", "/api/v1/my/doors")}
    assert doors == {"door-main", "door-3-2", "door-shed"}
    opened = resident.ask("POST", "/api/v1/my/doors/door-3-2/open", {})
    assert opened.status == 200, opened.body


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

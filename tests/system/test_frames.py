"""The frame log: what devices sent and got, decoded, for people, spreadsheets and Wireshark."""

import csv
import json
import subprocess
import threading

import pytest

from coap_kit import CoapCompound
from compound import BIN, publish
from north_kit import wait_until


@pytest.fixture
def site(tmp_path):
    made = CoapCompound(tmp_path)
    yield made
    made.stop()


def frames(site, *words):
    return site.ctl("frames", *words)["frames"]


def ready(site):
    site.start_site_broker()
    site.start_gateway()
    site.add("button1", "generic/button")
    return site.add_device("th1", "generic/temperature_humidity")["password"]


def tshark(file, *fields):
    words = [word for field in fields for word in ("-e", field)]
    done = subprocess.run(["tshark", "-r", file, "-T", "fields", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def test_what_a_device_says_is_shown_with_what_its_model_makes_of_it(site):
    password = ready(site)
    publish(site, "th1", password, "linli/v1/th1/up/properties", '{"id":"m1","properties":{"temperature":21.5}}')
    publish(site, "th1", password, "linli/v1/th1/up/properties", '{"properties":{"temperature":"warm"}}')
    wait_until(lambda: len(frames(site, "--device", "th1")) >= 3, 5, "two messages and an acknowledgement")
    shown = frames(site, "--device", "th1")
    good = next(f for f in shown if f["direction"] == "in" and "rejected" not in f["decoded"])
    assert good["driver"] == "mqtt" and good["decoded"]["properties"] == {"temperature": 21.5}
    assert json.loads(good["text"])["id"] == "m1" and good["bytes"] == len(good["text"])
    assert any("rejected" in f["decoded"] for f in shown)
    assert any(f["direction"] == "out" and f["text"] == '{"id":"m1"}' for f in shown)
    assert password not in json.dumps(frames(site))


def test_frames_are_followed_as_they_come(site):
    password = ready(site)
    tail = subprocess.Popen([BIN / "linlictl", "--config", site.config, "--json", "frames", "--follow", "--device", "th1"],
                            stdout=subprocess.PIPE, text=True)
    lines = []
    reader = threading.Thread(target=lambda: lines.append(tail.stdout.readline()))
    reader.start()
    try:
        def is_told():
            publish(site, "th1", password, "linli/v1/th1/up/properties", '{"properties":{"temperature":20.5}}')
            reader.join(timeout=0.2)
            return bool(lines)
        wait_until(is_told, 10, "a frame is told")
    finally:
        tail.terminate()
        tail.wait(5)
        tail.stdout.close()
    assert json.loads(lines[0])["device"] == "th1"


def test_wireshark_reads_both_protocols_from_the_capture(site):
    password = ready(site)
    publish(site, "th1", password, "linli/v1/th1/up/properties", '{"id":"m1","properties":{"temperature":21.5}}')
    publish(site, "th1", password, "linli/v1/th1/up/properties", '{"id":"m2","properties":{"temperature":22.5}}')
    answer = site.client("button1", "linli/v1/event", "-m", "post", "-t", "50", "-e", '{"id":"c1","event":"pressed","data":{}}')
    assert answer.code == "2.04", answer.text
    wait_until(lambda: len(frames(site, "--device", "th1")) >= 4, 5, "messages and acknowledgements")
    capture = site.folder / "frames.pcap"
    site.ctl("frames", "--pcap", str(capture))
    rows = tshark(capture, "frame.protocols", "mqtt.topic", "mqtt.msg", "coap.code", "coap.opt.uri_path_recon", "_ws.malformed")
    mqtt = [row for row in rows if "mqtt" in row[0]]
    up = [row for row in mqtt if row[1] == "linli/v1/th1/up/properties"]
    assert [bytes.fromhex(row[2].replace(":", "")).decode() for row in up] == [
        '{"id":"m1","properties":{"temperature":21.5}}', '{"id":"m2","properties":{"temperature":22.5}}']
    assert [row[1] for row in mqtt if "down" in row[1]] == ["linli/v1/th1/down/ack"] * 2
    coap = [row for row in rows if "coap" in row[0]]
    request = next(row for row in coap if row[3] == "2")
    assert request[4] == "/linli/v1/event"
    assert any(row[3] == "68" for row in coap), "2.04 Changed"
    assert not any(row[5] for row in rows)
    wrong = tshark(capture, "tcp.analysis.flags", "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status")
    assert not any(row[0] for row in wrong), "numbers in the TCP stream fit each other"
    checked = subprocess.run(["tshark", "-r", capture, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o",
                              "udp.check_checksum:TRUE", "-Y", "_ws.expert.message contains \"Bad checksum\""],
                             capture_output=True, text=True)
    assert checked.stdout == ""


def test_a_table_for_spreadsheets_has_no_formulas(site):
    password = ready(site)
    publish(site, "th1", password, "linli/v1/th1/up/properties", '=HYPERLINK("http://x")')
    wait_until(lambda: frames(site, "--device", "th1"), 5, "a frame")
    table = site.folder / "frames.csv"
    site.ctl("frames", "--csv", str(table), "--device", "th1")
    with open(table, newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["payload"] == "'=HYPERLINK(\"http://x\")"
    assert rows[0]["device"] == "th1" and rows[0]["driver"] == "mqtt"


def test_a_command_is_seen_on_its_way_to_the_device(site):
    site.start_site_broker()
    site.start_gateway()
    site.connect_device("door1", "generic/lock")
    wait_until(lambda: site.ctl("status")["devices"]["online"] == 1, 5, "the door is there")
    site.ctl("command", "send", "--target", "device/door1", "--action", "unlock")
    sent = [f for f in frames(site, "--device", "door1") if f["direction"] == "out"]
    assert any(json.loads(f["text"]).get("action") == "unlock" for f in sent)
    results = [f for f in frames(site, "--device", "door1") if "results" in f["decoded"]]
    assert results[0]["decoded"]["results"][0]["ok"]

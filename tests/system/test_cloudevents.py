"""What goes up is CloudEvents 1.0 in the eyes of the CloudEvents project's own SDK, gaps included."""

import json
import shutil
import subprocess

from north_kit import ask_peer, wait_until
from north_site import EVENTS, site  # noqa: F401 (a fixture)


def listen(site, out):
    certificate, key = site.receiver_login
    return subprocess.Popen(
        [shutil.which("mosquitto_sub"), "-V", "5", "-h", "localhost", "-p", str(site.receiver_port),
         "--cafile", str(site.authority.ca), "--cert", str(certificate), "--key", str(key), "-i", "tap",
         "-q", "1", "-t", "linli/v1/gw1/up/alarm", "-t", "linli/v1/gw1/up/telemetry"], stdout=out)


def test_batches_are_cloudevents_in_the_eyes_of_another_implementation(site, tmp_path):
    gateway = site.start_gateway("--count", 10 * EVENTS, "--rate", 2000, "--quota-kb", 64)
    wait_until(lambda: gateway.last.get("made") == 10 * EVENTS, 15, "all events are made")
    site.start_broker()
    captured = tmp_path / "batches.jsonl"
    with open(captured, "wb") as out:
        tap = listen(site, out)
        try:
            site.start_receiver()
            wait_until(lambda: gateway.last["waiting"] == 0, 45, f"everything accepted: {gateway.last}")
        finally:
            tap.terminate()
            tap.wait(timeout=5)

    events = [event for line in captured.read_text().splitlines() for event in json.loads(line)]
    checked = ask_peer("validate_cloudevents.mjs", captured.read_bytes())
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["events"] == len(events) > 0
    gaps = [event for event in events if event["type"] == "linli.gap"]
    assert gaps and all(gap["data"]["reason"] == "quota" for gap in gaps)

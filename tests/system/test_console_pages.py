"""The pages in Chromium before the real gateway: people's ways, hostile texts over every way in, the residents' app."""

import json
import subprocess

import pytest

from api_kit import ConsoleSite
from compound import publish
from north_kit import wait_until
from pages_kit import BROWSER, drive, serve_pages

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = ConsoleSite(tmp_path_factory.mktemp("pages"))
    serve_pages(site)
    try:
        site.start()
        site.claim_code = site.ctl("claim")["code"]
        yield site
    finally:
        site.stop()


def payloads():
    script = "import('./payloads.mjs').then(({ payloads }) => console.log(JSON.stringify(payloads)))"
    return json.loads(subprocess.run(["node", "-e", script], cwd=BROWSER, capture_output=True, check=True).stdout)


def test_people_do_their_work_from_the_claim_to_the_audit(site):
    drive(site, "console_journeys", 400)


def test_what_devices_and_people_write_is_only_ever_read(site):
    texts = payloads()
    assert len(texts) >= 200
    password = site.add_device("hostile", "generic/smoke")["password"]
    for text in texts:
        event = publish(site, "hostile", password, "linli/v1/hostile/up/event", json.dumps({"event": "fault", "data": {"code": text[:32]}}))
        assert event.returncode == 0, event.stderr
        if "\0" not in text:  # a word of a command line ends there
            publish(site, "hostile", password, "linli/v1/hostile/up/properties", text)
            publish(site, "hostile", password, "linli/v1/hostile/up/event", json.dumps({"event": text, "id": text}))
    wait_until(lambda: len(site.ctl("events", "list", "--device", "hostile", "--limit", "200")["events"]) >= 100, 20,
               "what was sent can be read")
    drive(site, "console_hostile", 400, LINLI_HOSTILE_DEVICE="hostile")


def test_residents_come_in_by_their_qr_code_and_go_again(site):
    drive(site, "resident", 400)

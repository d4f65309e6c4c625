"""The pages in Chromium before the real gateway: people's ways, hostile texts over every way in, the residents' app."""

import json
import os
import subprocess

import pytest

from api_kit import ConsoleSite
from compound import publish
from north_kit import ROOT, wait_until

pytestmark = pytest.mark.alone

BROWSER = ROOT / "tests" / "browser"
PAGES = ROOT / "build" / "release" / "web"
MANAGER = {"LINLI_LOGIN": "lin.jing", "LINLI_PASSWORD": "a long sentence for tests"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    assert (PAGES / "index.html").exists(), "the pages are not built: ninja -C build/release web"
    if not (BROWSER / "node_modules" / "playwright-core").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=BROWSER, check=True, timeout=300)
    site = ConsoleSite(tmp_path_factory.mktemp("pages"))
    site.settings["console"]["web"] = str(PAGES)
    site.write_config()
    try:
        site.start()
        site.claim_code = site.ctl("claim")["code"]
        yield site
    finally:
        site.stop()


def drive(site, name, limit, **environment):
    """Runs one file of tests/browser, all of whose tests must pass."""
    environment = {**os.environ, **MANAGER, "LINLI_BASE_URL": f"https://localhost:{site.console_port}",
                   "LINLI_CLAIM_CODE": site.claim_code, "LINLI_WEB_DIR": str(PAGES), **environment}
    try:
        done = subprocess.run(["node", "--test", "--test-reporter=tap", f"{name}.test.mjs"], cwd=BROWSER, env=environment,
                              capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired as late:
        pytest.fail(f"{name} is not over after {limit} s: {(late.output or b'')[-2000:]!r}")
    failed = [line for line in done.stdout.splitlines() if line.strip().startswith(("not ok", "error:", "location:"))]
    assert done.returncode == 0, (failed, done.stdout[-3000:], done.stderr[-1000:])
    assert "\n# pass 0\n" not in done.stdout and "\n# skipped 0\n" in done.stdout
    assert site.is_ready()


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

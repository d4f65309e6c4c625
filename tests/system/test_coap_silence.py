"""A CoAP device that falls silent: what the platform and the operator are told."""

import json
import signal

import pytest

from coap_kit import CoapCompound
from north_kit import ROOT, wait_until

LIMIT = 4


@pytest.fixture
def site(tmp_path):
    """A compound with one device, bare1, whose model has no heartbeat."""
    model = json.loads((ROOT / "config/profiles/generic/smoke.tm.jsonld").read_text())
    for property_model in model["properties"].values():
        property_model.pop("linli:heartbeatSeconds", None)
    (tmp_path / "models/test").mkdir(parents=True)
    (tmp_path / "models/test/bare.tm.jsonld").write_text(json.dumps(model))
    made = CoapCompound(tmp_path / "site")
    made.settings["profiles"]["dirs"].append(str(tmp_path / "models"))
    made.settings["coap"]["silent_after_s"] = LIMIT
    made.write_config()
    made.start()
    made.add("bare1", "test/bare")
    yield made
    made.stop()


def presences(site):
    """What the platform was told of the device, in order."""
    return [event["data"]["online"] for event in site.events("linli.thing.presence") if event["subject"] == "device/bare1"]


def until(site, told):
    wait_until(lambda: presences(site) == told, LIMIT + 6, f"the platform was told {told}")


def test_a_silent_device_is_offline_and_online_again_with_its_next_message_also_across_a_restart(site):
    said = site.client("bare1", "linli/v1/event", "-m", "post", "-t", "50", "-e", '{"event":"smoke","data":{}}')
    assert said.code == "2.04"
    until(site, [True])
    until(site, [True, False])
    assert site.ctl("device", "show", "bare1")["presence"] == "offline"
    assert site.client("bare1", "linli/v1/time").code == "2.05"
    until(site, [True, False, True])
    site.end("linlid", signal.SIGKILL)
    site.start_gateway()
    assert site.ctl("device", "show", "bare1")["presence"] == "unknown"
    until(site, [True, False, True, False])
    assert site.ctl("device", "show", "bare1")["presence"] == "offline"

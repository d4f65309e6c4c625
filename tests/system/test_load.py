"""Much load on real brokers. How fast it is stands in tests/bench; here nothing may be lost."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

from run import load  # noqa: E402
from subjects import Gateway, Platform  # noqa: E402

pytestmark = pytest.mark.alone  # it measures how fast the machine is


@pytest.fixture
def platform(tmp_path):
    made = Platform(tmp_path / "platform")
    yield made
    made.stop()


@pytest.fixture
def gateway(tmp_path, platform):
    made = Gateway(tmp_path / "gateway", platform, 1_000)
    yield made
    made.stop()


def test_the_site_broker_drops_nothing_however_much_has_passed_its_queue(gateway, platform):
    """mosquitto 2.0.11 loses count of its queue: any limit makes it deaf sooner or later."""
    gateway.start()
    figures = load(gateway, platform, mode="sustained", warm_up=0, seconds=6)
    assert figures["sent"] > 40_000, "too little to show anything"
    assert figures["missing"] == 0
    assert "dropped" not in (gateway.folder / "broker.log").read_text()

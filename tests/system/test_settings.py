"""Settings that people change: beside the configuration file, back by themselves, and after a crash as they were."""

import json
import signal
import subprocess

from compound import BIN, compound  # noqa: F401 (a fixture)
from north_kit import free_port, wait_until


def setting(compound, path):
    rows = {row["path"]: row for row in compound.ctl("config", "show")["rows"]}
    return rows[path]


def is_up(compound):
    status = compound.status_if_there()
    return status is not None and status["platform"]["up"]


def restart(compound, how=signal.SIGTERM):
    compound.end("linlid", how)
    compound.start_gateway()


def test_a_setting_takes_effect_at_once_and_outlives_a_restart(compound):
    compound.start()
    before = compound.config.read_text()
    answer = compound.ctl("config", "set", "log.level=debug", "devices.flood_per_s=77")
    assert sorted(answer["applied"]) == ["devices.flood_per_s", "log.level"]
    assert answer["pending"] is None and answer["needs_restart"] == []
    assert compound.config.read_text() == before
    stored = compound.folder / "data" / "settings.json"
    assert json.loads(stored.read_text()) == {"log": {"level": "debug"}, "devices": {"flood_per_s": 77}}
    assert stored.stat().st_mode & 0o777 == 0o600
    restart(compound)
    assert setting(compound, "devices.flood_per_s")["value"] == 77
    assert setting(compound, "devices.flood_per_s")["changed"]
    assert setting(compound, "devices.flood_per_s")["default"] == 2000
    compound.ctl("config", "set", "devices.flood_per_s=")
    assert setting(compound, "devices.flood_per_s")["value"] == 2000


def test_what_needs_a_restart_is_said_and_a_dry_run_changes_nothing(compound):
    compound.start()
    answer = compound.ctl("config", "set", "--dry-run", "mqtt.window=50", "platform.keepalive_s=20")
    assert answer["needs_restart"] == ["mqtt.window"]
    assert answer["goes_back"]
    assert not (compound.folder / "data" / "settings.json").exists()
    assert setting(compound, "mqtt.window")["value"] == 300


def test_wrong_settings_are_refused_each_with_its_reason_and_nothing_is_changed(compound):
    compound.start()
    answer = compound.ctl("config", "set", "broker.port=70000", "log.level=debug", expect=1)
    assert answer["problems"] == [{"path": "broker.port", "what": "expected an integer from 1 to 65535, found 70000"}]
    assert setting(compound, "log.level")["value"] == "info"
    for path, word in (("data_dir", "only the configuration file"), ("no.such", "unknown setting")):
        problem = compound.ctl("config", "set", f"{path}=x", expect=1)["problems"][0]
        assert problem["path"] == path and word in problem["what"]
    assert compound.ctl("config", "set", "nonsense", expect=2)["error"]["code"] == "invalid"


def test_a_change_that_cuts_the_platform_off_goes_back_when_it_is_reverted(compound):
    compound.start()
    wait_until(lambda: is_up(compound), 10, "the platform is there")
    answer = compound.ctl("config", "set", f"platform.port={free_port()}")
    assert 115 <= answer["pending"]["seconds_left"] <= 120
    wait_until(lambda: not is_up(compound), 10, "the platform is away")
    assert compound.ctl("config", "set", "platform.keepalive_s=20", expect=1)["error"]["code"] == "conflict"
    compound.ctl("config", "revert")
    wait_until(lambda: is_up(compound), 10, "the platform is there again")
    assert compound.ctl("config", "show")["pending"] is None
    assert compound.ctl("config", "revert", expect=4)["error"]["code"] == "not_found"


def test_an_unconfirmed_change_goes_back_after_a_crash(compound):
    compound.start()
    wait_until(lambda: is_up(compound), 10, "the platform is there")
    compound.ctl("config", "set", "log.level=warn")
    compound.ctl("config", "set", f"platform.port={free_port()}")
    restart(compound, signal.SIGKILL)
    wait_until(lambda: is_up(compound), 10, "the platform is there again")
    assert setting(compound, "platform.port")["value"] == compound.platform_port
    assert setting(compound, "log.level")["value"] == "warn"
    wait_until(lambda: compound.ctl("config", "show")["pending"] is None, 5, "nothing waits")
    compound.ctl("config", "set", "platform.keepalive_s=20")
    compound.ctl("config", "confirm")


def test_a_confirmed_change_stays(compound):
    compound.start()
    compound.ctl("config", "set", "platform.keepalive_s=20")
    compound.ctl("config", "confirm")
    restart(compound, signal.SIGKILL)
    assert setting(compound, "platform.keepalive_s")["value"] == 20
    assert compound.ctl("config", "confirm", expect=4)["error"]["code"] == "not_found"


def test_the_brokers_port_is_written_for_the_broker_and_back(compound):
    compound.start()
    configuration = compound.folder / "broker" / "mosquitto.conf"
    port = free_port()
    answer = compound.ctl("config", "set", f"broker.port={port}")
    assert answer["needs_restart"] == ["broker.port"] and answer["pending"]
    assert f"listener {port} " in configuration.read_text()
    compound.ctl("config", "revert")
    assert f"listener {compound.site_port} " in configuration.read_text()


def test_both_files_are_checked_and_broken_settings_do_not_keep_the_doors_shut(compound):
    compound.start()
    compound.ctl("config", "set", "devices.flood_per_s=77")
    check = [BIN / "linlid", "--check-config", compound.config]
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 0
    assert str(compound.config) in done.stdout and "data/settings.json: valid" in done.stdout
    (compound.folder / "data" / "settings.json").write_text('{"devices": {"flood_per_s": 0}}')
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 1
    assert "settings.json:1:14: devices.flood_per_s: expected an integer" in done.stderr
    restart(compound)
    assert setting(compound, "devices.flood_per_s")["value"] == 2000

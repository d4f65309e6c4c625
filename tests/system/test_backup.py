"""Backup and restore: under load, onto an empty machine, with a wrong key, a damaged archive and a full disk."""

import json
import shutil
import subprocess
import threading
import time

import pytest

from compound import BIN, Compound, compound, publish  # noqa: F401 (a fixture)
from north_kit import read_ledger, wait_until
from store_kit import Flood, SmallDisk

LIMIT_S = 2


def backup(compound, name="site.linli"):
    answer = compound.ctl("backup", str(compound.folder / name))
    assert len(answer["words"]) == 24
    key = compound.folder / f"{name}.words"
    key.write_text(" ".join(answer["words"]))
    return answer, key


def restore(compound, archive, key, *words, expect=0):
    return compound.ctl("restore", str(archive), "--key-file", str(key), *words, expect=expect)


def slowest_alarm(smoke, number, count):
    worst = 0
    for i in range(count):
        name = f"a{number}-{i}"
        begun = time.monotonic()
        smoke.send_until_acknowledged("event", {"id": name, "event": "smoke", "data": {"level": 0.2}})
        wait_until(lambda: name in smoke.acknowledged, LIMIT_S, f"alarm {name} is acknowledged")
        worst = max(worst, time.monotonic() - begun)
    return worst


def test_a_backup_under_load_holds_nobody_up_and_is_whole(compound):
    compound.start_site_broker()
    compound.start_gateway()
    smoke = compound.connect_device("smoke1", "generic/smoke")
    meter = compound.connect_device("meter1", "generic/meter")
    flood = Flood(meter)
    try:
        wait_until(lambda: compound.ctl("status")["store"]["file_bytes"] > 2_000_000, 60, "there is something to copy")
        alone = slowest_alarm(smoke, 0, 20)
        made = []
        maker = threading.Thread(target=lambda: made.append(backup(compound)))
        maker.start()
        number = 1
        beside = 0
        while maker.is_alive():
            beside = max(beside, slowest_alarm(smoke, number, 1))
            number += 1
        maker.join()
    finally:
        flood.stop()
    print(f"slowest alarm alone {alone * 1000:.0f} ms, during a backup {beside * 1000:.0f} ms, {number - 1} of them")
    answer, key = made[0]
    verified = compound.ctl("backup", "verify", answer["file"], "--key-file", str(key))
    assert verified["files"] == answer["files"]
    assert verified["manifest"]["gateway"] == "gw1"
    assert compound.ctl("status")["health"] == "ok"


def test_a_gateway_comes_back_on_an_empty_machine(compound, tmp_path_factory):
    compound.start_site_broker()
    compound.start_gateway()
    password = compound.add_device("smoke1", "generic/smoke")["password"]
    compound.add_device("door1", "generic/lock")
    publish(compound, "smoke1", password, "linli/v1/smoke1/up/event", '{"id":"m1","event":"smoke","data":{"level":0.2}}')
    wait_until(lambda: compound.ctl("status")["events"]["waiting"] > 0, 5, "an event waits")
    compound.ctl("config", "set", "devices.flood_per_s=77")
    epoch = compound.ctl("outbox", "show")["epoch"]
    answer, key = backup(compound)
    assert answer["warnings"] == []
    for name in ("linlid", "mosquitto"):
        compound.end(name)
    for folder in ("data", "identity", "broker"):
        shutil.rmtree(compound.folder / folder)
    preview = restore(compound, answer["file"], key, "--dry-run")
    assert preview["summary"]["devices_added"] == 2 and not preview["staged"]
    assert not list((compound.folder / "data").glob("restore*"))
    assert restore(compound, answer["file"], key)["staged"]
    # The daemon takes it over at its start; the broker's files are there for the broker's next one.
    compound.start_gateway(wait=False)
    wait_until(lambda: (compound.folder / "broker" / "mosquitto.conf").exists(), 10, "the broker's files are back")
    compound.start_site_broker()
    wait_until(lambda: compound.is_ready(), 10, "linlid is at the broker")
    devices = compound.ctl("device", "list")["devices"]
    assert [device["id"] for device in devices] == ["door1", "smoke1"]
    assert compound.ctl("outbox", "show")["epoch"] != epoch
    rows = {row["path"]: row["value"] for row in compound.ctl("config", "show")["rows"]}
    assert rows["devices.flood_per_s"] == 77
    # A device from before signs in with its old password and is heard, and nothing is told twice under one number.
    done = publish(compound, "smoke1", password, "linli/v1/smoke1/up/event", '{"id":"m2","event":"smoke","data":{"level":0.3}}')
    assert done.returncode == 0, done.stderr
    compound.deliver_all()
    alarms = [entry for entry in compound.events() if entry.get("subject") == "device/smoke1"]
    assert sorted(alarm["data"]["data"]["level"] for alarm in alarms) == [0.2, 0.3]
    ids = [entry["id"] for entry in read_ledger(compound.ledger)]
    assert len(ids) == len(set(ids)) and not any(name.startswith(epoch) for name in ids)


def test_a_restore_says_in_words_what_it_changes_and_a_running_daemon_is_left_alone(compound):
    compound.start_site_broker()
    compound.start_gateway()
    compound.add_device("door1", "generic/lock")
    answer, key = backup(compound)
    compound.ctl("device", "revoke", "door1")
    compound.add_device("new1", "generic/lock")
    compound.ctl("config", "set", "log.level=debug")
    diff = restore(compound, answer["file"], key)
    text = json.dumps(diff["diff"])
    for words in ("come back (1): door1", "go away (1): new1", "log.level"):
        assert words in text
    assert [device["id"] for device in compound.ctl("device", "list")["devices"]] == ["new1"]
    compound.end("linlid")
    compound.start_gateway()
    assert [device["id"] for device in compound.ctl("device", "list")["devices"]] == ["door1"]
    # The broker's logins follow the database.
    wait_until(lambda: "new1" not in compound.ctl("doctor")["checks"].__repr__(), 10, "doctor answers")


def test_a_wrong_key_is_said_and_may_be_typed_again(compound):
    compound.ctl("config", "show", expect=3)
    compound.start_site_broker()
    compound.start_gateway()
    answer, key = backup(compound)
    other = " ".join(backup(compound, "other.linli")[0]["words"])
    typed = "\n".join(["not enough words", other, key.read_text()]) + "\n"
    done = subprocess.run([BIN / "linlictl", "--config", compound.config, "backup", "verify", answer["file"]], input=typed,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "a key has 24 words, not 3" in done.stderr
    assert "these words are not the key of this archive" in done.stderr
    assert "whole:" in done.stdout
    wrong = compound.folder / "wrong"
    wrong.write_text(other)
    assert restore(compound, answer["file"], wrong, expect=1)["error"]["code"] == "denied"


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_archive_changes_nothing(compound, damage):
    compound.start_site_broker()
    compound.start_gateway()
    answer, key = backup(compound)
    whole = bytearray((compound.folder / "site.linli").read_bytes())
    if damage == "cut":
        whole = whole[:-100]
    else:
        whole[len(whole) // 2] ^= 1
    (compound.folder / "site.linli").write_bytes(whole)
    error = restore(compound, answer["file"], key, expect=1)["error"]
    assert error["code"] == "corrupt" and "another copy" in error["what"]
    assert not list((compound.folder / "data").glob("restore*"))


def with_small_files(compound, kib, *words):
    """Runs linlictl as on a disk that is full after so many KiB of a file."""
    script = f"trap '' XFSZ; ulimit -f {kib}; exec \"$@\""
    done = subprocess.run(["bash", "-c", script, "bash", BIN / "linlictl", "--config", compound.config, "--json", *words],
                          capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("share", [0, 0.5, 0.9])
def test_a_disk_that_fills_up_leaves_no_half_archive_and_no_half_restore(compound, share):
    compound.start_site_broker()
    compound.start_gateway()
    answer, key = backup(compound)
    kib = int(share * answer["bytes"] / 1024)
    out = compound.folder / "out"
    out.mkdir()
    code, failed = with_small_files(compound, kib, "backup", str(out / "x.linli"))
    assert code == 1 and failed["error"]["code"] in ("full", "internal")
    assert list(out.iterdir()) == []
    code, failed = with_small_files(compound, kib, "restore", answer["file"], "--key-file", str(key))
    assert code == 1 and failed["error"]["code"] in ("full", "internal")
    assert not list((compound.folder / "data").glob("restore*"))
    assert restore(compound, answer["file"], key)["staged"]


def test_a_backup_refuses_a_disk_on_which_it_would_leave_no_room(compound, tmp_path):
    compound.start_site_broker()
    compound.start_gateway()
    disk = SmallDisk(tmp_path / "disk", megabytes=16)
    try:
        if disk.is_mounted:
            error = compound.ctl("backup", str(disk.folder / "x.linli"), expect=1)["error"]
            assert error["code"] == "full" and "write it elsewhere" in error["what"]
        else:
            backup(compound)
        assert list(disk.folder.iterdir()) == []
    finally:
        disk.close()
